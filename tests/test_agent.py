"""The demo's offline agent in small worlds: what it looks at, what it takes for evidence, and how it repairs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from acontext_cli.demo.agent import PolicyModel
from acontext_cli.demo.faults import Equals, Fault, Within
from acontext_cli.demo.play import Played, Step, play
from acontext_cli.demo.scenario import Act

REQUEST = "Our ferry desk is returning E503 to a third of the passengers. Find the cause and fix it."
UPDATE, RESTART = "update_config", "restart_service"


@dataclass(frozen=True)
class Service:
    """One service of a small world."""

    name: str
    logs: Sequence[str] = ()
    config: dict[str, object] = field(default_factory=dict)
    status: str = "healthy"
    more: dict[str, object] = field(default_factory=dict)


def desk(*logs: str, **config: object) -> Service:
    """The service that the request is about."""
    return Service("ferry-desk", logs, config, status="unhealthy")


def cured(owner: str, key: str, low: float, high: float, service: str = "ferry-desk") -> Fault:
    return Fault(service=service, config=(owner, key), cured_by=Within(low, high))


def act(*services: Service, faults: Sequence[Fault] = (), request: str = REQUEST) -> Act:
    return Act(
        name="act",
        request=request,
        services={each.name: {"status": each.status, **each.more} for each in services},
        configs={each.name: each.config for each in services if each.config},
        logs={each.name: tuple(each.logs) for each in services if each.logs},
        faults=tuple(faults),
    )


def played(world: Act) -> Played:
    return play(world, PolicyModel(), system="Be careful.", record=lambda _: None, show=lambda _: None, turns=30)


def calls(attempt: Played, *tools: str) -> list[tuple[object, ...]]:
    """The calls of these tools (all, if none is named), as tuples."""
    return [_call(step) for step in attempt.steps if not tools or step.tool in tools]


def _call(step: Step) -> tuple[object, ...]:
    return (step.tool, *step.arguments.values())


TIDE = "ERROR E503 passenger=12 upstream=tide-table"
SLOW = act(
    desk(TIDE, "ERROR label jammed  service=label-printer", answer_timeout_ms=5000),
    Service("tide-table", ["INFO  answered took=4890ms"], {"stations": 12}),
    Service("label-printer", ["ERROR roll empty, retrying in 5s"], {"retry_seconds": 5}, status="degraded"),
    Service("harbour-cam", ["INFO  frame sent"], {"fps": 12}),
    faults=[cured("ferry-desk", "answer_timeout_ms", 6000, 60000)],
)


def test_it_looks_at_status_and_logs_breadth_first_and_only_then_at_settings() -> None:
    assert calls(played(SLOW)) == [
        ("check_service_status", "ferry-desk"),
        ("check_logs", "ferry-desk"),
        ("check_service_status", "tide-table"),
        ("check_logs", "tide-table"),
        ("check_service_status", "label-printer"),
        ("check_logs", "label-printer"),
        ("read_config", "ferry-desk"),
        ("read_config", "tide-table"),
        (UPDATE, "ferry-desk", "answer_timeout_ms", "10000"),
        (RESTART, "ferry-desk"),
        ("check_service_status", "ferry-desk"),
    ]


def test_it_says_what_it_did_and_is_resolved() -> None:
    attempt = played(SLOW)
    assert attempt.resolved
    assert attempt.answer == (
        "Fixed: answer_timeout_ms of ferry-desk was 5000, now 10000; ferry-desk is healthy again."
    )


@pytest.mark.parametrize(
    "waiting", ["retrying in 30s", "queue of letters, oldest=30s", "serving a stale table, age=30s", "every 30s"]
)
def test_the_time_something_waits_is_no_evidence(waiting: str) -> None:
    world = act(desk(f"ERROR E503 {waiting}", answer_timeout_s=30, sailings=4))
    assert calls(played(world), UPDATE) == []


def test_a_line_of_another_story_is_no_evidence() -> None:
    world = act(
        desk(TIDE, "WARN  slow health check  service=harbour-cam  latency=4900ms", answer_timeout_ms=5000),
        Service("tide-table", ["WARN  20 queries at once, none more"], {"max_queries": 20}),
        Service("harbour-cam", ["WARN  frame sent late took=4900ms"]),
        faults=[cured("tide-table", "max_queries", 22, 100)],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "tide-table", "max_queries", "40")]


def test_a_limit_above_the_bound_that_a_log_names_is_lowered_below_it() -> None:
    world = act(
        desk(TIDE, seats_per_call=80),
        Service("tide-table", ["WARN  call refused: at most 50 seats per call are taken"]),
        faults=[cured("ferry-desk", "seats_per_call", 5, 50)],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "ferry-desk", "seats_per_call", "40")]


def test_a_bound_beside_the_settings_own_value_names_what_is_too_high() -> None:
    world = act(
        desk(TIDE, manifest_bytes=8192),
        Service("tide-table", ["WARN  refused: manifest 8192 bytes, at most 4096 bytes are allowed"]),
        faults=[cured("ferry-desk", "manifest_bytes", 100, 4096)],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "ferry-desk", "manifest_bytes", "3276")]


def test_a_limit_below_what_is_needed_at_least_is_raised_beyond_it() -> None:
    world = act(
        desk("ERROR E503 key_days must be at least 200 days", key_days=7),
        faults=[cured("ferry-desk", "key_days", 200, 900)],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "ferry-desk", "key_days", "400")]


def test_a_share_is_not_doubled_beyond_a_hundred() -> None:
    world = act(
        desk(TIDE),
        Service("tide-table", ["WARN  read-only: disk used 88% is above the limit"], {"disk_limit_pct": 85}),
        faults=[cured("tide-table", "disk_limit_pct", 90, 98)],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "tide-table", "disk_limit_pct", "94")]


@pytest.mark.parametrize(("old", "new"), [("1.2GB", "2.4GB"), ("1200MB", "2400MB"), ("1258291200", "2516582400")])
def test_units_are_converted_and_a_setting_keeps_its_spelling(old: str, new: str) -> None:
    world = act(
        desk(TIDE, "WARN  answer cut off size=1150MB", max_answer_size=old),
        Service("tide-table", ["INFO  answered size=1200MB"]),
    )
    assert calls(played(world), UPDATE)[0] == (UPDATE, "ferry-desk", "max_answer_size", new)


def test_a_text_that_a_log_contradicts_is_replaced_by_what_it_expects() -> None:
    world = act(
        desk(TIDE, table_format="tide-v2", language="en"),
        Service("tide-table", ["WARN  ferry-desk turned away: sent tide-v2, expected tide-v3"]),
        faults=[Fault(service="ferry-desk", config=("ferry-desk", "table_format"), cured_by=Equals("tide-v3"))],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "ferry-desk", "table_format", "tide-v3")]


def test_a_text_that_a_log_confirms_is_left_alone() -> None:
    world = act(desk("ERROR E503 call of the table refused, it uses tide-v2", table_format="tide-v2"))
    assert calls(played(world), UPDATE) == []


def test_what_is_wrong_with_a_red_herring_is_left_alone() -> None:
    world = act(
        *(desk(TIDE, "ERROR label jammed  service=label-printer", answer_timeout_ms=5000),),
        Service("tide-table", ["INFO  answered took=4890ms"]),
        Service("label-printer", ["ERROR sent as zpl-1, expected zpl-2"], {"dialect": "zpl-1"}, status="failing"),
        faults=[cured("ferry-desk", "answer_timeout_ms", 6000, 60000)],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE, RESTART) == [
        (UPDATE, "ferry-desk", "answer_timeout_ms", "10000"),
        (RESTART, "ferry-desk"),
    ]


TWO_SUSPECTS = act(
    desk(TIDE, "WARN  upstream slow  service=tide-table  took=4950ms", answer_timeout_ms=5000),
    Service("tide-table", ["WARN  table pool is full: 20 in use"], {"pool_size": 20}),
    faults=[cured("tide-table", "pool_size", 22, 100)],
)


def test_a_change_that_did_not_help_is_taken_back_before_the_next_one() -> None:
    attempt = played(TWO_SUSPECTS)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [
        (UPDATE, "ferry-desk", "answer_timeout_ms", "10000"),
        (UPDATE, "ferry-desk", "answer_timeout_ms", "5000"),
        (UPDATE, "tide-table", "pool_size", "40"),
    ]


FAR_TOO_LOW = act(
    desk("ERROR E503 tide-table did not respond within 20000 ms", answer_timeout_ms=20000),
    Service("tide-table", ["INFO  answered took=46200ms"]),
    faults=[cured("ferry-desk", "answer_timeout_ms", 50000, 300000)],
)


def test_a_limit_is_raised_for_the_largest_need_that_was_seen() -> None:
    attempt = played(FAR_TOO_LOW)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "ferry-desk", "answer_timeout_ms", "92400")]


@pytest.mark.parametrize("state", ["unhealthy", "degraded", "failing"])
def test_a_front_that_is_still_unwell_is_not_believed_to_be_fixed(state: str) -> None:
    front = Service("ferry-desk", [TIDE, "WARN slow upstream=tide-table took=4.9s"], {"timeout_s": 5}, status=state)
    attempt = played(act(front, faults=[cured("ferry-desk", "timeout_s", 90, 91)]))
    assert calls(attempt, UPDATE) == [(UPDATE, "ferry-desk", "timeout_s", value) for value in ("10", "5")]
    assert "Fixed" not in attempt.answer


def test_the_owner_of_the_setting_is_restarted_before_what_suffers_from_it() -> None:
    world = act(
        desk(TIDE),
        Service("tide-table", ["ERROR refused by gauge-store  upstream=gauge-store"], status="unhealthy"),
        Service("gauge-store", ["WARN  pool is full: 20 in use"], {"pool_size": 20}),
        faults=[
            cured("gauge-store", "pool_size", 22, 100, service="tide-table"),
            cured("gauge-store", "pool_size", 22, 100),
        ],
    )
    attempt = played(world)
    assert attempt.resolved
    restarted = [(RESTART, name) for name in ("gauge-store", "tide-table", "ferry-desk")]
    assert calls(attempt, RESTART) == restarted


def test_an_unknown_first_guess_costs_one_call() -> None:
    world = act(
        Service("desk", [TIDE], {"answer_timeout_ms": 5000}, status="unhealthy"),
        Service("tide-table", ["INFO  answered took=4890ms"]),
        faults=[cured("desk", "answer_timeout_ms", 6000, 60000, service="desk")],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt)[:3] == [
        ("check_service_status", "ferry-desk"),
        ("check_service_status", "desk"),
        ("check_logs", "desk"),
    ]


def test_a_log_line_of_something_not_found_is_no_missing_service() -> None:
    world = act(
        desk("ERROR E503 berth not found upstream=tide-table", answer_timeout_ms=5000),
        Service("tide-table", ["INFO  answered took=4890ms"]),
        faults=[cured("ferry-desk", "answer_timeout_ms", 6000, 60000)],
    )
    assert played(world).resolved


def test_a_number_behind_another_services_name_is_that_ones() -> None:
    world = act(
        desk(TIDE, seat_pool=30),
        Service("tide-table", ["WARN  clients in use: ferry-desk 9, gull-counter 31, none free"], {"clients": 99}),
        Service("gull-counter"),
    )
    assert calls(played(world), UPDATE) == []


def test_a_batch_as_large_as_its_limit_on_a_quiet_line_is_no_evidence_against_better() -> None:
    world = act(
        desk(TIDE, "INFO  batch sent seats=50", "WARN  slow upstream=tide-table took=4.9s", max_seats=50, timeout_s=5),
        Service("tide-table", ["INFO  answered took=4.8s"]),
        faults=[cured("ferry-desk", "timeout_s", 6, 60)],
    )
    assert calls(played(world), UPDATE) == [(UPDATE, "ferry-desk", "timeout_s", "10")]


def test_what_nothing_on_the_chain_explains_is_sought_where_its_lines_lead() -> None:
    world = act(
        desk(TIDE, lease_seconds=45),
        Service("tide-table", ["INFO  asked chart-plotter"]),
        Service("chart-plotter", ["INFO  drawn took=52s"]),
        faults=[cured("ferry-desk", "lease_seconds", 58, 600)],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "ferry-desk", "lease_seconds", "104")]


def test_a_setting_of_somebody_that_the_lines_name_beside_the_chain_may_be_the_cause() -> None:
    world = act(
        desk(TIDE),
        Service(
            "tide-table", ["WARN  refused: max number of clients reached (400)", "INFO  gull-counter has 371 open"]
        ),
        Service("gull-counter", ["INFO  more gulls"], {"client_pool_size": 600}),
        faults=[cured("gull-counter", "client_pool_size", 10, 399)],
    )
    attempt = played(world)
    assert attempt.resolved
    assert calls(attempt, UPDATE) == [(UPDATE, "gull-counter", "client_pool_size", "320")]


def test_where_nothing_explains_it_a_restart_is_tried_once_and_nothing_is_changed() -> None:
    attempt = played(act(desk("ERROR E503"), faults=()))
    assert calls(attempt) == [
        ("check_service_status", "ferry-desk"),
        ("check_logs", "ferry-desk"),
        ("read_config", "ferry-desk"),
        (RESTART, "ferry-desk"),
    ]
    assert attempt.answer == "I looked at ferry-desk and found no setting that explains it."


@pytest.mark.parametrize("value", ["9" * 400, "0", "NaN"])
def test_a_setting_whose_number_makes_no_sense_is_left_alone(value: str) -> None:
    world = act(desk("ERROR E503 at most a wait of 4 ms", f"ERROR E503 wait took {value} ms", wait_ms=value))
    assert calls(played(world), UPDATE) == []
