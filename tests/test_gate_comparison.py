"""Comparisons that the transcript's own numbers contradict."""

import pytest
from gate_cases import call, known_by, proposed
from hypothesis import given
from hypothesis import strategies as st
from traces import act_one, growth

from acontext_cli.gates import Evidence, not_contradicted
from acontext_cli.gates.comparison import condition_of
from acontext_cli.gates.relations import relations
from acontext_cli.tasks import Known, Source

GATEWAY = (
    call('{"service": "gateway", "error_rate_pct": 34, "p99_latency_ms": 55}'),
    call("INFO request completed duration=4890ms\nWARN slow duration=4850ms", "check_logs", service="backend-api"),
    call('{"service": "backend-api", "p99_latency_ms": 4200, "memory_mb": 511, "memory_limit_mb": 512}'),
    call('{"upstream_timeout_ms": 5000, "max_retries": 3, "workers": 4}', "read_config"),
    ("update_config", {"service": "gateway", "key": "upstream_timeout_ms", "value": "10000"}, "ok"),
    call('{"service": "gateway", "error_rate_pct": 0, "p99_latency_ms": 60}'),
)


def objection(text: str, source: Source = "check") -> str:
    verdict = not_contradicted(proposed(text), known_by(*GATEWAY, source=source))
    return verdict.reason if verdict else ""


def when(text: str) -> str:
    return objection(f"- When to Apply: {text}")


def test_a_false_condition_is_held_with_the_numbers_beside_it() -> None:
    verdict = not_contradicted(proposed("- When to Apply: p99 above the timeout"), known_by(*GATEWAY))
    assert verdict is not None
    assert (verdict.gate, verdict.decision) == ("comparison", "hold")
    assert verdict.reason == "“p99 above the timeout”: p99_latency_ms was 4,200, upstream_timeout_ms 5,000"


@pytest.mark.parametrize(
    "text",
    [
        "the upstream's p99 exceeds `upstream_timeout_ms`",
        "502s, and p99 is higher than the timeout",
        "a p99 latency greater than upstream_timeout_ms",
        "backend durations are longer than the timeout",
        "the latency of backend-api was more than the upstream timeout",
        "the timeout is shorter than the slowest duration",
        "the timeout is below the p99",
        "4,890 ms exceeds 5,000 ms",
        "requests take 4890ms, which is over the 5 s allowed",
        "p99 (4,200 ms) is above the timeout (5,000 ms)",
        "p99 of 6,200 ms is above the timeout",
        "p99 >= 5 s",
        "p99 > upstream_timeout_ms",
        "p99 is within 10 % of the timeout",
        "p99 equals the timeout",
        "p99 is twice the timeout",
        "the timeout is more than three times `max_retries`, and p99 is 2 times the timeout",
        "the error rate of the gateway is over 50 %",
        "the error rate was at least 40 %",
        "the error rate fell to 7 %",
        "memory above the limit",
        "memory_mb exceeds memory_limit_mb",
        "`max_retries` is greater than `workers`",
        "p99 is more than 20 % above the timeout",
        "latency over 90 % of a timeout of 5,000 ms, and p99 over 95 % of the timeout",
    ],
)
def test_what_no_reading_makes_true_is_held(text: str) -> None:
    assert when(text)


@pytest.mark.parametrize(
    "text",
    [
        "p99 within 20 % of the timeout",
        "durations within 20 % of the timeout (there 4,890 ms of 5,000 ms)",
        "durations come within 3 % of `upstream_timeout_ms`",
        "p99 below the timeout",
        "p99 is above 80 % of the timeout",
        "p99 comes close to the timeout",
        "durations reach the timeout or pass it",
        "the error rate is above 5 %",
        "the error rate is below 5 %",  # it was, at the end
        "the error rate is over 30 %",
        "the error rate fell to 0",
        "the error rate went from 34 to 0",
        "memory reaches the limit",
        "memory just below the limit (511 MB of 512 MB)",
        "`max_retries` is lower than `workers`",
        "the timeout is at least 5 seconds",
        "the timeout is more than 1,000 times `max_retries`",
        "p99 above the threshold that the team agreed on",
        "more than 34 % of requests fail",
        "queue depth above the limit",
        "the gateway is over capacity",
        "p99 above average",
        "latency higher than last week",
        "5,000 ms exceeds 4,890 ms",
        "twice as many retries as usual",
        "502 errors over HTTP/2, under load, within the last hour",
        "above all the logs, over time, at least",
        "p99 above the timeout or durations near it",
        "either p99 above the timeout, or the error rate above 5 %",
        "the page says “p99 above the timeout”",
    ],
)
def test_what_a_reading_makes_true_and_what_nobody_can_tell_passes(text: str) -> None:
    assert when(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "- Verify: p99 is above the timeout nowhere, the error rate below 1 %",
        "- Otherwise: if p99 is above the timeout, scale the backend",
        "- Principle: a timeout must stay below the error budget and p99 should be above the timeout never",
        "- Principle: Keep the timeout below 2 s.",
        "- Steps:\n  1. Raise the timeout until p99 is above the timeout no longer",
        "- Steps:\n  1. Set `upstream_timeout_ms` below the p99",
        "- Steps:\n  1. is p99 above the timeout?",
        "- Steps:\n  1. if p99 is above the timeout, stop and look elsewhere",
        "- Steps:\n  1. wait until the error rate is below 20 %",
        "- Steps:\n  1. `update_config(<gateway>, <timeout>, <more than p99>)`",
        "- Does Not Apply: p99 above the timeout",
    ],
)
def test_goals_and_other_cases_are_no_claims(text: str) -> None:
    assert objection(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "- Steps:\n  1. go on only if p99 is above the timeout",
        "- Failed Because: p99 was above the timeout",
        "- p99 of `backend-api` was above the timeout",
        "- Principle: p99 exceeded the timeout",
        "- Does Not Apply: p99 is below the timeout",
    ],
)
def test_other_fields_say_what_was_true_too(text: str) -> None:
    assert objection(text)


def test_a_setting_that_was_changed_has_both_its_values() -> None:
    assert when("the timeout is 10 s, at least 9 s") == ""
    assert when("`upstream_timeout_ms` above 8,000") == ""
    assert when("`upstream_timeout_ms` above 12,000")


def test_a_users_rule_is_no_claim_about_a_case() -> None:
    assert objection("- Errors of 34 % are lower than 5 %", source="user") == ""
    assert objection("- When to Apply: p99 above the timeout", source="user")


def test_what_the_agent_says_is_no_reading() -> None:
    messages = act_one()
    evidence = Evidence(known=Known(source="check", because="b"), messages=lambda: messages)
    verdict = not_contradicted(proposed("- When to Apply: p99 above the timeout"), evidence)
    assert verdict is not None
    assert "p99_ms was 4,200, upstream_timeout_ms 5,000" in verdict.reason


def test_an_entry_says_how_far_one_thing_may_be_from_another() -> None:
    text = (
        "- When to Apply: “34 % of requests fail”\n- Steps:\n  1. read: go on only if it is within 20 % of the limit.\n"
    )
    assert condition_of(text) == "go on only if it is within 20 % of the limit."
    assert condition_of("- Principle: a limit\n- Does Not Apply: more than 20 % below it") == ""


@given(st.text(alphabet="p9 above the timeout,.()<>%`0123456789x-\n“”", max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert len(list(relations(text))) <= 40
    not_contradicted(proposed(text), known_by(*GATEWAY))


@pytest.mark.parametrize("part", ["p99 above ", "(", "12 % of ", "fell from 1 ", "not ", "<", "“", "a", "1,", " "])
def test_time_grows_with_the_text_alone(part: str) -> None:
    evidence = known_by(*GATEWAY)
    work = lambda size: not_contradicted(proposed("- When to Apply: " + part * size), evidence)  # noqa: E731
    assert growth(work, 20_000 // 4 // len(part)) < 10


@pytest.mark.parametrize(
    "text",
    [
        "the lockfile is newer than what the tool asks for (1.5.7 against 1.7.0)",
        "the copy has more rows than the source (68,017 and 91,240)",
        "there are fewer pods than nodes, as when 7 vs 3 were up",
        "the queue is well under its bound, such as 512 of 512",
        "the session is younger than the limit, such as 03:12:44 against 5s",
        "the amount does not exceed what is allowed (4800, allowed 2750)",
        "the file is smaller than the quota (2 GB, compared with 900 MB)",
    ],
)
def test_two_numbers_beside_a_comparison_that_belie_it_are_held_against_it(text: str) -> None:
    assert "is not so" in when(text)


@pytest.mark.parametrize(
    "text",
    [
        "the lockfile is newer than what the tool asks for (1.10.0 against 1.9.3)",
        "the copy has fewer rows than the source (68,017 and 91,240)",
        "the transaction is older than the limit (03:12:44 against 5s)",
        "the amount exceeds what is left (4800, daily 2750)",
        "no more pods than nodes (3 vs 3)",
        "the file is larger than the quota (2 GB, compared with 900 MB)",
        "the answer is slower than before (3 retries and 5 s)",
    ],
)
def test_two_numbers_that_bear_a_comparison_out_or_belong_to_something_else_are_let_be(text: str) -> None:
    assert "is not so" not in when(text)
