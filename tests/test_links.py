"""How calls depend on one another, and the causal slice."""

import json
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed_script import data, exec_mock_tool, needs_seed, requests
from traces import Call, act_one, answers, asks, growth, transcript, user

from acontext_cli.messages import Message
from acontext_cli.trace.excerpt import excerpt
from acontext_cli.trace.links import Link, Symptom, causal, links, names, settings_changed, undone
from acontext_cli.trace.steps import Trace, trace

Pairs = list[tuple[int, int]]


def traced(*calls: Call, request: str = "Fix it.") -> Trace:
    return trace(transcript(request, *calls))


def of_kind(kind: str, found: Trace) -> list[Link]:
    return [link for link in links(found) if link.kind == kind]


def pairs(kind: str, found: Trace) -> Pairs:
    return list(dict.fromkeys((link.source, link.target) for link in of_kind(kind, found)))


# The first act


def seed_act_one() -> list[Message]:
    """The ten calls of the demo's first act, answered by the script's own tools."""
    tools, world = exec_mock_tool(), cast("dict[str, object]", data("ACT1_ENV"))
    calls = [(call.tool, call.arguments) for call in trace(act_one()).steps]
    answered = [(tool, dict(given), tools(world, tool, dict(given))) for tool, given in calls]
    return transcript(str(requests()[0]), *answered)


acts = pytest.mark.parametrize("act", [act_one, pytest.param(seed_act_one, marks=needs_seed)])
Act = Callable[[], list[Message]]


@acts
def test_the_slice_of_the_first_act_leaves_out_the_detour(act: Act) -> None:
    assert sorted(causal(trace(act()))) == [1, 2, 5, 6, 7, 8, 9, 10]


@acts
def test_the_change_is_linked_to_the_slow_answers_and_to_the_setting(act: Act) -> None:
    assert pairs("measure", trace(act())) == [(2, 8), (5, 8), (6, 8)]
    assert (7, 8) in pairs("value", trace(act()))


@acts
def test_waits_and_ages_are_no_measure_of_a_timeout(act: Act) -> None:
    spans = [link.span for link in of_kind("measure", trace(act()))]
    assert not [span for span in spans if "30s" in span or "45s" in span]


@acts
def test_the_other_service_is_no_subject(act: Act) -> None:
    assert pairs("subject", trace(act())) == [(2, 5), (2, 6)]


def test_all_links_of_the_first_act() -> None:
    found = trace(act_one())
    assert pairs("value", found) == [
        (1, 2),
        (2, 3),
        (2, 4),
        (2, 5),
        (2, 6),
        (1, 7),
        (1, 8),
        (7, 8),
        (1, 9),
        (1, 10),
    ]
    assert [(link.source, link.span.split("  ")[-1]) for link in of_kind("measure", found)] == [
        (2, "duration=4850ms"),
        (5, "p99_ms: 4200"),
        (6, "duration=4890ms"),
    ]


def test_value_links_alone_would_drop_the_diagnosis() -> None:
    found = trace(act_one())
    by_value = [link for link in links(found) if link.kind == "value"]
    assert causal(found, by_value) < causal(found)


# Values


def test_a_value_is_linked_to_where_it_stood_first() -> None:
    found = traced(
        ("get_user", {"id": 1}, '{"reservations": ["HAT227"]}'),
        ("list_all", {}, '["HAT227", "XYZ111"]'),
        ("cancel_reservation", {"id": "HAT227"}, "ok"),
    )
    assert links(found) == (Link(kind="value", source=1, target=3, span="HAT227", part="HAT227"),)


def test_nested_values_are_linked_too() -> None:
    found = traced(
        ("get_user", {"id": 1}, '{"card": "card_4711", "seat": "window"}'),
        ("book_flight", {"payments": [{"by": {"method": "card_4711"}, "amount": 5}]}, "ok"),
    )
    assert [link.span for link in of_kind("value", found)] == ["card_4711"]


def test_a_value_that_no_result_held_is_linked_to_nothing() -> None:
    assert links(traced(("get_user", {"id": 1}, "Ann"), ("get_order", {"id": "ORD-9"}, "?"))) == ()


def test_a_value_is_not_linked_to_its_own_result() -> None:
    assert links(traced(("get_order", {"id": "ORD-9"}, "ORD-9 is open"))) == ()


@pytest.mark.parametrize(
    ("value", "result", "linked"),
    [
        ("2150", "price 2150 EUR", True),
        ("2150", "[2150, 90]", True),
        ("2150", "order 921507", False),
        ("2150", "2150.75", False),
        ("2150", "x2150", False),
        ("215", "price 215 EUR", True),
        ("21", "price 21 EUR", False),
        ("Ann", "Ann", False),
        ("Anna", "Anna", True),
        ("Anna", "Annabel", True),
        ("x" * 401, "x" * 401, False),
    ],
)
def test_numbers_stand_alone_and_short_words_say_nothing(value: str, result: str, linked: bool) -> None:
    found = traced(("get_offer", {}, result), ("get_more", {"what": value}, ""))
    assert pairs("value", found) == ([(1, 2)] if linked else [])


def test_a_value_that_the_user_said_is_linked_all_the_same() -> None:
    found = traced(("get_order", {}, "ORD-9 open"), ("close_order", {"id": "ORD-9"}, ""), request="Close ORD-9.")
    assert pairs("value", found) == [(1, 2)]


def test_what_was_only_said_in_arguments_was_found_nowhere() -> None:
    found = traced(("get_order", {"id": "ORD-9"}, "open"), ("close_order", {"id": "ORD-9"}, ""))
    assert links(found) == ()


# Subjects


@pytest.mark.parametrize(
    ("line", "carries"),
    [
        ("[2026-03-26 09:12:03] ERROR 502 upstream=backend-api", True),
        ("status_code: 502", True),
        ("GET /api/orders slow", True),
        ("order HAT227 is stuck", True),
        ("hat227", True),
        ("error_rate_pct: 34", True),
        ("failing: 34%", True),
        ("34 jobs are waiting", False),
        ("error_rate_pct: 34.5", False),
        ("error_rate_pct: 134", False),
        ("[2026-03-26 09:50:02,502] INFO started", False),
        ("peer 10.0.5.502 lost, port 5020", False),
        ("15021 rows", False),
        ("all well", False),
        ("", False),
    ],
)
def test_a_line_carries_the_symptom_by_its_codes_shares_paths_and_names(line: str, carries: bool) -> None:
    assert Symptom("Since noon 502 on /api/*, 34% of requests fail, order HAT227 too").on(line) is carries


def test_without_a_symptom_no_line_carries_it() -> None:
    assert not Symptom("Something is wrong, please look.").on("ERROR something is wrong, please look")


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("api-gateway", True),
        ("api_gateway", True),
        ("apiGateway", True),
        ("api-gateway-service", True),
        ("user-service", True),
        ("users", False),
        ("gateway-api", False),
        ("service", False),
        ("", False),
        ("34", False),
        ("502", False),
        ("x" * 81, False),
    ],
)
def test_the_request_names_a_thing_in_its_own_words(value: str, named: bool) -> None:
    assert Symptom("Our API gateway answers 502 to the user service since 34 days").names(value) is named


def test_a_line_names_a_thing_as_a_whole_word() -> None:
    assert names("upstream=backend-api failed", "backend-api")
    assert not names("upstream=backend-api-2 failed", "backend-api")
    assert not names("my-backend-api failed", "backend-api")
    assert not names("code 502", "502")
    assert not names("a b", "b")


def look(service: str, result: str) -> Call:
    return "check_logs", {"service": service}, result


def test_a_subject_stands_on_a_line_that_carries_the_symptom() -> None:
    line = "502 from upstream=orders"
    found = traced(
        look("web", f"{line}\nERROR mail is down: smtp-relay"),
        look("orders", ""),
        look("smtp-relay", ""),
        request="We see 502.",
    )
    assert of_kind("subject", found) == [Link(kind="subject", source=1, target=2, span=line, part="orders")]


def test_a_subject_is_looked_at_and_not_changed() -> None:
    found = traced(look("web", "502 by orders"), ("restart", {"service": "orders"}, ""), request="We see 502.")
    assert pairs("subject", found) == []


def test_a_look_at_the_same_thing_again_follows_from_nothing() -> None:
    found = traced(look("orders", "502 by orders"), look("orders", "502 by orders"), request="We see 502.")
    assert pairs("subject", found) == []


def test_only_looks_that_follow_are_looks_at_a_subject() -> None:
    found = traced(look("orders", ""), look("web", "502 by orders"), request="We see 502.")
    assert pairs("subject", found) == []


# Measures


def change(key: str, old: object, new: object, *results: str, tool: str = "update_config") -> Trace:
    """Looks with these results, then the setting with its old value, then its change."""
    return traced(
        *[("check_logs", {"service": f"s{place}"}, result) for place, result in enumerate(results)],
        ("read_config", {"service": "web"}, json.dumps({key: old})),
        (tool, {"service": "web", "key": key, "value": new}, "ok"),
    )


@pytest.mark.parametrize(
    ("key", "old", "new", "result"),
    [
        ("upstream_timeout_ms", 5000, "10000", "took 4890ms"),
        ("upstream_timeout_ms", 5000, 10000, "took 4.1 s"),
        ("upstream_timeout_ms", 5000, "10000", "took 9000ms"),
        ("upstream_timeout_ms", 5000, "10000", "did not respond within 5000ms"),
        ("max_upload_mb", 10, 20, "body of 12582912 bytes refused"),
        ("pool_max_connections", 50, 80, "49 connections in use"),
        ("idle_timeout_s", 120, 55, "load balancer closes idle connections after 60s"),
        ("idle_timeout_s", 30, 60, "load balancer closes idle connections after 60s"),
        ("pool_max_connections", 200, 90, "database allows at most 100 connections"),
        ("max_connections", 200, 100, "connections: 100"),
        ("request_timeout_s", 60, 25, "upstream deadline 30s exceeded limit"),
    ],
)
def test_a_number_that_presses_from_either_side_is_a_measure(key: str, old: object, new: object, result: str) -> None:
    assert pairs("measure", change(key, old, new, result)) == [(1, 3)]


@pytest.mark.parametrize(
    ("key", "old", "new", "result"),
    [
        ("upstream_timeout_ms", 5000, "10000", "took 3900ms"),
        ("upstream_timeout_ms", 5000, "10000", "retrying in 30s"),
        ("upstream_timeout_ms", 5000, "10000", "oldest=45s"),
        ("upstream_timeout_ms", 5000, "10000", "retrying in 10s"),
        ("upstream_timeout_ms", 5000, "10000", "uptime 9 days"),
        ("upstream_timeout_ms", 5000, "10000", "body of 12 MB"),
        ("upstream_timeout_ms", 5000, "10000", "5000 rows"),
        ("pool_max_connections", 50, 80, "49 workers busy"),
        ("pool_max_connections", 50, 80, "2026-03-26 09:50:49 connections fine"),
        ("request_timeout_s", 60, 25, "took 90 s"),
        ("request_timeout_s", 60, 25, "took 3 s"),
        ("mode", "fast", "slow", "took 4890ms"),
    ],
)
def test_other_numbers_are_no_measure(key: str, old: object, new: object, result: str) -> None:
    assert pairs("measure", change(key, old, new, result)) == []


def test_another_setting_measures_nothing() -> None:
    found = traced(
        ("read_config", {"service": "mail"}, '{"send_duration_ms": 4900}'),
        ("read_config", {"service": "web"}, '{"upstream_timeout_ms": 5000}'),
        ("update_config", {"service": "web", "key": "upstream_timeout_ms", "value": 9000}, "ok"),
    )
    assert pairs("measure", found) == []


def test_the_setting_itself_measures_nothing_wherever_it_is_printed() -> None:
    assert pairs("measure", change("duration_ms", 5000, 9000, "duration_ms: 5000")) == []


def test_what_is_seen_after_a_change_did_not_cause_it() -> None:
    before = change("upstream_timeout_ms", 5000, 9000)
    later = trace([*transcript("Fix it."), *_again(before), *_look_after("took 4890ms")])
    assert pairs("measure", later) == []


def _again(found: Trace) -> list[Message]:
    messages = []
    for step in found.steps:
        messages += [
            asks(step.message, step.tool, step.raw, step.message),
            answers(step.answer, step.message, step.result),
        ]
    return messages


def _look_after(result: str) -> list[Message]:
    return [asks("later", "check_logs", {"service": "s"}, "later"), answers("seen", "later", result)]


def test_a_setting_may_be_named_by_the_argument_itself() -> None:
    found = traced(
        ("check_logs", {}, "took 4890ms"),
        ("read_config", {}, "timeout_ms=5000"),
        ("set_options", {"timeout_ms": 9000}, "ok"),
    )
    assert pairs("measure", found) == [(1, 3)]


def test_a_setting_has_its_last_value_before_the_change() -> None:
    found = traced(
        ("read_config", {}, '{"mode": "old \\"one\\"", "depth": 3}'),
        ("read_config", {}, "mode: newer, depth: 3"),
        ("set_config", {"key": "mode", "value": "newest"}, "ok"),
        ("set_config", {"key": "depth", "value": 3}, "ok"),
        ("set_config", {"key": "unknown", "value": 3}, "ok"),
    )
    assert [(made.step, made.key, made.before, made.after, made.read) for made in settings_changed(found)] == [
        (3, "mode", "newer", "newest", 2)
    ]


def test_an_empty_name_names_no_setting() -> None:
    found = traced(("read_config", {}, '{"": 5, "depth": 3}'), ("set_config", {"key": "", "value": 9}, "ok"))
    assert settings_changed(found) == ()


def test_a_failed_change_sets_nothing() -> None:
    found = traced(("read_config", {}, "depth: 3"), ("set_config", {"key": "depth", "value": 9}, "Error: read-only"))
    assert (settings_changed(found), of_kind("measure", found)) == ((), [])


# The slice


def tried(*values: int) -> Trace:
    reads = ("read_config", {"service": "web"}, "depth_limit: 3")
    sets = [("update_config", {"service": "web", "key": "depth_limit", "value": value}, "ok") for value in values]
    reread = [("read_config", {"service": "web"}, f"depth_limit: {value}") for value in values]
    return traced(reads, *[call for both in zip(sets, reread, strict=True) for call in both])


def test_a_change_that_was_taken_back_is_undone() -> None:
    assert undone(tried(9, 3)) == {2, 4}
    assert not undone(tried(9, 12))
    assert not undone(tried(9))


def test_what_was_taken_back_in_one_place_stays_in_another() -> None:
    found = traced(
        ("read_config", {"service": "web"}, "depth_limit: 3"),
        ("update_config", {"service": "web", "key": "depth_limit", "value": 9}, "ok"),
        ("update_config", {"service": "mail", "key": "depth_limit", "value": 9}, "ok"),
        ("read_config", {"service": "web"}, "depth_limit: 9"),
        ("update_config", {"service": "web", "key": "depth_limit", "value": 3}, "ok"),
    )
    assert undone(found) == {2, 5}


def test_an_undone_change_is_no_part_of_the_slice() -> None:
    found = traced(
        ("read_config", {"service": "web"}, "depth_limit: 3"),
        ("update_config", {"service": "web", "key": "depth_limit", "value": 9}, "ok"),
        ("read_config", {"service": "web"}, "depth_limit: 9"),
        ("update_config", {"service": "web", "key": "depth_limit", "value": 3}, "ok"),
        ("restart_job", {"service": "jobs"}, "ok"),
        ("check_job", {"service": "jobs"}, "well"),
    )
    assert causal(found) == {5, 6}


def test_a_failed_change_is_no_part_of_the_slice() -> None:
    found = traced(("set_x", {"to": "aaaa"}, "Error: no"), ("set_y", {"to": "bbbb"}, "ok"))
    assert causal(found) == {2}


def test_the_slice_reaches_back_through_several_links() -> None:
    found = traced(
        ("get_user", {"name": "x"}, '{"id": "user_7"}'),
        ("list_news", {}, "nothing"),
        ("get_orders", {"user": "user_7"}, '["order_9"]'),
        ("cancel_order", {"order": "order_9"}, "ok"),
    )
    assert causal(found) == {1, 3, 4}


def test_that_a_look_names_what_is_changed_is_not_enough() -> None:
    found = traced(
        look("all", "orders, web"),
        look("web", "502 by orders"),
        ("restart_service", {"service": "orders"}, "ok"),
        look("orders", "well"),
        request="We see 502.",
    )
    assert pairs("subject", found) == [(2, 4)]
    assert causal(found) == {1, 3, 4}


def test_looks_at_what_the_request_names_are_kept() -> None:
    found = traced(look("billing", "well"), look("mail", "well"), request="Is the billing service well?")
    assert causal(found) == {1}


def test_looks_at_what_a_kept_look_names_are_kept_and_so_on() -> None:
    found = traced(
        look("billing", "502 by orders"),
        look("orders", "502 by stock"),
        look("stock", "well"),
        look("mail", "well"),
        request="The billing service answers 502.",
    )
    assert causal(found) == {1, 2, 3}


def test_a_task_without_calls_has_neither_links_nor_a_slice() -> None:
    assert (links(trace([user("Hello.")])), causal(trace([]))) == ((), frozenset())


# Whatever may come

CONTENTS = (
    st.none()
    | st.text(max_size=30)
    | st.lists(st.text(max_size=9) | st.dictionaries(st.text(max_size=4), st.text(max_size=9), max_size=2), max_size=3)
)
SCRAPS = st.sampled_from(
    ["502 on /api/x by orders", "timeout_ms: 5000", "took 4890ms", "34%", "orders", "Error: no", '{"error": 1}', "["]
)
TEXTS = st.text(max_size=30) | SCRAPS | st.lists(SCRAPS, max_size=4).map("\n".join)
ARGUMENTS = (
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["key", "value", "timeout_ms", "command", "x"]) | st.text(max_size=4), inner, max_size=3
            )
        ),
        max_leaves=8,
    ).map(json.dumps)
    | st.text(max_size=20)
    | st.sampled_from(["[" * 5000 + "]" * 5000, '{"command": ["bash", "-lc"]}', '{"a":' * 700 + "1" + "}" * 700])
)
IDS = st.sampled_from(["", "c1", "c2"]) | st.none() | st.integers()
TOOLS = st.sampled_from(
    ["check_logs", "read_config", "update_config", "bash", "get_skill", "mcp__x__run_tests"]
) | st.text(max_size=8)
CALLS = st.builds(
    lambda call, tool, given: {"id": call, "function": {"name": tool, "arguments": given}}, IDS, TOOLS, ARGUMENTS
)
BODIES = st.one_of(
    st.builds(lambda text: {"role": "user", "content": text}, CONTENTS | TEXTS),
    st.builds(
        lambda text, calls: {"role": "assistant", "content": text, "tool_calls": calls},
        CONTENTS,
        st.none() | st.lists(CALLS, max_size=3),
    ),
    st.builds(
        lambda tool, given: {"role": "assistant", "function_call": {"name": tool, "arguments": given}}, TOOLS, ARGUMENTS
    ),
    st.builds(lambda call, text: {"role": "tool", "tool_call_id": call, "content": text}, IDS, CONTENTS | TEXTS),
    st.builds(lambda name, text: {"role": "function", "name": name, "content": text}, TOOLS, TEXTS),
    st.builds(lambda role, text: {"role": role, "content": text}, st.text(min_size=1, max_size=9), CONTENTS),
)
TRANSCRIPTS = st.lists(BODIES, max_size=12).map(
    lambda bodies: [Message(cast("dict[str, object]", body), f"m{place}") for place, body in enumerate(bodies)]
)


@given(TRANSCRIPTS, st.integers(min_value=0, max_value=300))
def test_no_transcript_is_too_odd(messages: list[Message], budget: int) -> None:
    found = trace(messages)
    known = {step.number for step in found.steps}
    for link in links(found):
        assert {link.source, link.target} <= known
        assert link.source < link.target
        assert link.span in next(step.result for step in found.steps if step.number == link.source)
    assert causal(found) <= known
    assert undone(found) <= {step.number for step in found.changes}
    assert sum(len(text) for _, text in excerpt(messages, budget)) <= 4 * budget


def test_time_grows_with_the_length_of_results_and_not_faster() -> None:
    def work(size: int) -> object:
        rows = json.dumps([{"id": place, "took_ms": 4900, "by": "orders"} for place in range(size)])
        return links(change("timeout_ms", 5000, 9000, rows, f"502 by orders {rows}"))

    assert growth(work, 300) < 10
