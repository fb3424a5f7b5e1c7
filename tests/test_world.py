from copy import deepcopy
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed_script import data, exec_mock_tool, needs_seed

from acontext_cli.demo.faults import Equals, Fault, Within
from acontext_cli.demo.scenario import Act, find_scenario, load_scenario
from acontext_cli.demo.world import TOOLS, World

SLOTS = Fault(service="worker", config=("worker", "slots"), cured_by=Within(4, 16))
TLS = Fault(service="worker", config=("queue", "tls"), cured_by=Equals(True))


def act(*faults):
    return Act(
        name="act1",
        request="Jobs are stuck.",
        services={
            "worker": {"status": "unhealthy", "error_rate_pct": 30, "type": "application"},
            "queue": {"status": "healthy", "connections": 4},
            "mailer": {"status": "degraded", "error_rate_pct": 2},
            "gate": {"status": "unhealthy"},
        },
        configs={"worker": {"slots": 2, "debug": False}, "queue": {"tls": False, "routes": {"/": "worker"}}},
        logs={"worker": tuple(f"[10:{n:02}] ERROR no slot" for n in range(30))},
        faults=faults,
    )


def world(*faults):
    return World(act(*faults))


def update(key, value, service="worker"):
    return "update_config", {"service_name": service, "key": key, "value": value}


def restart(service="worker"):
    return "restart_service", {"service_name": service}


def after(incident, *calls):
    """Why the act is not resolved after these calls."""
    for call in calls:
        incident.call(*call)
    return incident.why_not()


def test_a_status_is_a_line_a_field():
    answer = "Service: worker\n  status: unhealthy\n  error_rate_pct: 30\n  type: application"
    assert world().call("check_service_status", {"service_name": "worker"}) == answer


def test_an_unknown_service_names_the_known_ones():
    answer = "Service 'wroker' not found. Available: worker, queue, mailer, gate"
    assert world().call("check_service_status", {"service_name": "wroker"}) == answer


@pytest.mark.parametrize(
    ("lines", "shown"), [({}, 10), ({"lines": 3}, 3), ({"lines": "3"}, 3), ({"lines": 99}, 20), ({"lines": None}, 10)]
)
def test_logs_are_cut_to_the_lines_asked_for(lines, shown):
    answer = world().call("check_logs", {"service_name": "worker"} | lines)
    assert answer.split("\n") == [f"[10:{n:02}] ERROR no slot" for n in range(shown)]


def test_a_service_without_logs_has_none():
    assert world().call("check_logs", {"service_name": "queue"}) == "No logs for 'queue'."


def test_a_config_is_json():
    answer = '{\n  "tls": false,\n  "routes": {\n    "/": "worker"\n  }\n}'
    assert world().call("read_config", {"service_name": "queue"}) == answer


def test_a_number_is_kept_as_a_number():
    incident = world()
    assert incident.call(*update("slots", "8")) == "Updated worker: slots = 8"
    assert incident.call("read_config", {"service_name": "worker"}) == '{\n  "slots": 8,\n  "debug": false\n}'


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("check_logs", None, "check_logs: the arguments are no JSON object."),
        ("check_logs", ["worker"], "check_logs: the arguments are no JSON object."),
        ("check_logs", {"service_name": 5}, "check_logs: service_name is the name of a service, a text."),
        ("check_logs", {"service_name": []}, "check_logs: service_name is the name of a service, a text."),
        (
            "check_logs",
            {"service_name": "worker", "lines": "abc"},
            "check_logs: lines is a number of log lines, 0 to 20.",
        ),
        ("check_logs", {"service_name": "worker", "lines": -3}, "check_logs: lines is a number of log lines, 0 to 20."),
        (
            "check_logs",
            {"service_name": "worker", "lines": [3]},
            "check_logs: lines is a number of log lines, 0 to 20.",
        ),
        (
            "check_logs",
            {"service_name": "worker", "lines": float("inf")},
            "check_logs: lines is a number of log lines, 0 to 20.",
        ),
        ("check_service_status", {}, "Service '' not found. Available: worker, queue, mailer, gate"),
        (
            "update_config",
            {"service_name": "worker", "value": "8"},
            "update_config: key is the name of a setting, a text.",
        ),
        (
            "update_config",
            {"service_name": "worker", "key": "slots"},
            "update_config: value is the new value of the setting, a text.",
        ),
        (
            "update_config",
            {"service_name": "worker", "key": [], "value": "8"},
            "update_config: key is the name of a setting, a text.",
        ),
        ("update_config", {"service_name": "mailer", "key": "slots", "value": "8"}, "No config for 'mailer'."),
        ("restart_service", {"service_name": "x"}, "Service 'x' not found."),
        ("rm", {}, "Unknown tool: rm"),
        ("rm", None, "Unknown tool: rm"),
    ],
)
def test_bad_arguments_are_answered_in_words_and_change_nothing(name, arguments, answer):
    incident, untouched = world(SLOTS), world(SLOTS)
    assert incident.call(name, arguments) == answer
    assert vars(incident) == vars(untouched)


def test_a_restart_heals_nothing_while_the_cause_is_there():
    incident = world(SLOTS)
    assert incident.call(*restart()) == "Service 'worker' restarted. Status: unhealthy"
    assert "error_rate_pct: 30" in incident.call("check_service_status", {"service_name": "worker"})


def test_a_restart_after_the_cure_heals():
    incident = world(SLOTS)
    incident.call(*update("slots", "8"))
    assert incident.call(*restart()) == "Service 'worker' restarted. Status: healthy"
    answer = "Service: worker\n  status: healthy\n  error_rate_pct: 0\n  type: application"
    assert incident.call("check_service_status", {"service_name": "worker"}) == answer


def test_a_service_with_two_faults_needs_both_cured():
    incident = world(SLOTS, TLS)
    incident.call(*update("slots", "8"))
    assert incident.call(*restart()) == "Service 'worker' restarted. Status: unhealthy"
    incident.call(*update("tls", "true", "queue"))
    assert incident.call(*restart()) == "Service 'worker' restarted. Status: healthy"
    assert incident.resolved()


def test_a_service_without_a_fault_heals_as_it_is_restarted():
    incident = world(SLOTS)
    assert incident.call(*restart("gate")) == "Service 'gate' restarted. Status: healthy"
    answer = "Service: gate\n  status: healthy\n  error_rate_pct: 0"
    assert incident.call("check_service_status", {"service_name": "gate"}) == answer


STILL_2 = "'slots' of 'worker' is 2, which does not cure it"
NOT_RESTARTED = "'worker' was not restarted after the cure"


@pytest.mark.parametrize(
    ("calls", "why_not"),
    [
        ([], [STILL_2]),
        ([restart()], [STILL_2]),
        ([update("slots", "8")], [NOT_RESTARTED]),
        ([restart(), update("slots", "8")], [NOT_RESTARTED]),
        ([update("slots", "8"), restart()], []),
        ([update("slots", "8.5"), restart()], []),
        ([update("slots", "17"), restart()], ["'slots' of 'worker' is 17, which does not cure it"]),
        ([update("slots", "many"), restart()], ["'slots' of 'worker' is 'many', which does not cure it"]),
        ([update("slots", "8"), restart(), update("slots", "9")], []),
        ([update("slots", "8"), restart(), update("slots", "3"), update("slots", "8")], [NOT_RESTARTED]),
        ([update("slots", "8"), restart(), update("slots", "3")], ["'slots' of 'worker' is 3, which does not cure it"]),
        (
            [update("slots", "8"), update("debug", "true"), restart()],
            ["'debug' of 'worker' was changed and is no part of the cause"],
        ),
        ([update("debug", "true"), update("slots", "8"), update("debug", "false"), restart()], []),
        (
            [update("slots", "8"), restart(), update("depth", "1", "queue")],
            ["'depth' of 'queue' was changed and is no part of the cause"],
        ),
        ([update("slots", "8"), restart(), restart("mailer")], ["'mailer' was restarted without need"]),
        ([update("slots", "8"), restart(), restart("queue"), restart("queue")], ["'queue' was restarted without need"]),
        ([update("slots", "8"), restart(), restart("gate")], []),
        ([update("slots", "8"), restart(), restart("nobody")], []),
    ],
)
def test_an_act_is_resolved_by_the_cure_and_nothing_else(calls, why_not):
    assert after(world(SLOTS), *calls) == why_not


def test_the_owner_of_the_setting_may_be_restarted():
    assert after(world(TLS), update("tls", "yes", "queue"), restart("queue"), restart()) == []


def test_without_faults_every_service_that_was_unhealthy_must_be_healthy():
    incident = world()
    assert incident.why_not() == ["'worker' is not healthy", "'gate' is not healthy"]
    assert after(incident, restart(), update("slots", "999"), restart("mailer")) == ["'gate' is not healthy"]
    assert after(incident, restart("gate")) == []


def test_each_world_begins_anew():
    incident = act(SLOTS)
    first = World(incident)
    after(first, update("slots", "8"), restart())
    assert (first.resolved(), World(incident).resolved()) == (True, False)


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("act1", [update("upstream_timeout_ms", "10000", "api-gateway"), restart("api-gateway")]),
        ("act2", [update("upstream_timeout_ms", "60000", "api-gateway"), restart("api-gateway")]),
        ("act2", [update("upstream_timeout_ms", "90000", "api-gateway"), restart("api-gateway")]),
        ("sibling", [update("proxy_read_timeout_seconds", "16", "storefront-proxy"), restart("storefront-proxy")]),
        ("trap", [update("memory_limit_mb", "1024", "backend-api"), restart("backend-api"), restart("api-gateway")]),
    ],
)
def test_the_bundled_acts_are_resolved_by_their_cures(name, calls):
    assert after(World(bundled_act(name)), *calls) == []


@cache
def bundled_acts():
    return load_scenario(find_scenario("devops-502")).acts


def bundled_act(name):
    (found,) = [act for act in bundled_acts() if act.name == name]
    return found


def test_the_trap_is_not_resolved_by_the_timeout():
    incident = World(bundled_act("trap"))
    lesson = [update("upstream_timeout_ms", "10000", "api-gateway"), restart("api-gateway")]
    cure = [update("memory_limit_mb", "1024", "backend-api"), restart("backend-api"), restart("api-gateway")]
    assert after(incident, *lesson, *cure) == [
        "'upstream_timeout_ms' of 'api-gateway' was changed and is no part of the cause"
    ]


@pytest.mark.parametrize("name", ["act1", "act2", "sibling", "trap"])
def test_no_bundled_act_is_resolved_at_the_start_or_by_restarts(name):
    incident = World(bundled_act(name))
    unhealthy = [service for service, info in bundled_act(name).services.items() if info["status"] == "unhealthy"]
    assert after(incident, *map(restart, unhealthy))


@needs_seed
def test_the_schemas_are_those_of_the_description():
    assert list(TOOLS) == data("MOCK_TOOL_SCHEMAS")


_names = st.sampled_from([tool["function"]["name"] for tool in TOOLS])
_services = st.sampled_from(["api-gateway", "backend-api", "payment-service", "user-db", "nobody", ""])
_values = st.sampled_from(["10000", " 7 ", "1_000", "six", "", "0.5", 12, 7.9, True, "é"])
_keys = st.sampled_from(["upstream_timeout_ms", "max_retries", "new"])
_lines = st.sampled_from([0, 1, 5, 10, 25, "4", 2.9, True])
_calls = st.lists(
    st.tuples(
        _names | st.just("rm"),
        st.fixed_dictionaries({"key": _keys, "value": _values}, optional={"service_name": _services, "lines": _lines}),
    ),
    max_size=8,
)


@cache
def _script():
    return exec_mock_tool(), (data("ACT1_ENV"), data("ACT2_ENV"))


def script(number):
    """The description's tools and a world of its own for one of its acts."""
    theirs, environments = _script()
    return theirs, deepcopy(environments[number])


@needs_seed
@given(st.sampled_from([0, 1]), _calls)
def test_every_answer_is_that_of_the_description_to_the_letter(number, calls):
    theirs, environment = script(number)
    incident = World(replace(bundled_acts()[number], faults=()))
    for name, arguments in calls:
        assert incident.call(name, arguments) == theirs(environment, name, arguments)


@needs_seed
@given(st.sampled_from([0, 1]), _calls)
def test_with_faults_only_a_restart_answers_otherwise(number, calls):
    theirs, environment = script(number)
    incident = World(bundled_acts()[number])
    for name, arguments in [call for call in calls if call[0] != "restart_service"]:
        assert incident.call(name, arguments) == theirs(environment, name, arguments)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=2) | st.dictionaries(st.text(), children, max_size=2),
    max_leaves=4,
)
_keywords = st.sampled_from(["service_name", "key", "value", "lines"])


@given(st.lists(st.tuples(_names, st.none() | st.dictionaries(_keywords, _services | _keys | _json)), max_size=6))
def test_no_arguments_crash_a_tool(calls):
    incident = World(bundled_acts()[0])
    assert all(isinstance(incident.call(name, arguments), str) for name, arguments in calls)
    assert isinstance(incident.why_not(), list)
