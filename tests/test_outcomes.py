import pytest
from transcripts import SICK, WELL, called, incident, ran, status, told, user

from acontext_cli.engines.rules.outcomes import besides, check, fields, judged
from acontext_cli.engines.rules.said import gave_up, outcome_said
from acontext_cli.messages import Json
from acontext_cli.tasks import Known

CHANGE = called("restart_service", "restarted", service_name="api-gateway")
DOWN = user("api-gateway is down with 502, fix it")


def seen(*messages: Json) -> tuple[bool, str] | None:
    found = check(told(*messages))
    return (found.gone, found.because) if found else None


def test_the_same_look_before_and_after_shows_the_symptom_gone() -> None:
    assert seen(*incident()) == (True, "error_rate_pct went from 34 to 0 after `restart_service`")


def test_the_same_look_that_still_shows_the_symptom_is_a_failure() -> None:
    assert seen(*incident(after=SICK)) == (
        False,
        "`check_service_status` still shows the symptom after the last change",
    )


def test_a_healthy_state_alone_is_enough_where_nobody_looked_before() -> None:
    assert seen(DOWN, *CHANGE, *status(WELL)) == (
        True,
        "`check_service_status` shows status: healthy after the last change",
    )


@pytest.mark.parametrize(
    "messages",
    [
        [DOWN, *CHANGE],
        [DOWN, *status(SICK), *status(WELL)],
        [DOWN, *status(SICK), *CHANGE, *status(WELL, "billing")],
        [DOWN, *status(WELL), *CHANGE],
        [DOWN, *status(WELL), *CHANGE, *status(WELL)],
        [DOWN, *status(SICK), *CHANGE, *status("Error: no such service")],
        [DOWN, *status("error: timed out"), *CHANGE, *status("Service: api-gateway\n  uptime: 3 s")],
        [DOWN, *status(SICK), *called("restart_service", WELL, service_name="api-gateway")],
    ],
    ids=["no look", "no change", "another thing", "look before", "well before", "failed look", "no state", "own echo"],
)
def test_what_is_no_check_says_nothing(messages: list[Json]) -> None:
    assert seen(*messages) is None


def test_a_test_run_after_the_last_change_is_a_check() -> None:
    fix = called("Edit", "ok", file_path="a.py")
    failed, passed = ran("pytest -q", "exit code 1\n1 failed"), ran("pytest -q", "3 passed")
    asked = user("Fix the tests")
    assert seen(asked, *fix, *passed) == (True, "`pytest -q` passed after the last change")
    assert seen(asked, *failed, *fix, *passed) == (True, "`pytest -q` failed before and passed after the last change")
    assert seen(asked, *passed, *fix, *failed) == (False, "the last run of `pytest -q` failed")
    assert seen(asked, *fix, *ran("pytest -q | tail", "2 failed, 1 passed")) == (
        False,
        "the last run of `pytest -q` failed",
    )
    assert seen(asked, *passed, *fix, *passed) == (True, "`pytest -q` passed after the last change")
    assert seen(asked, *passed, *fix) is None


def test_a_linter_or_a_build_alone_says_nothing_of_what_was_asked() -> None:
    fix, clean = called("Edit", "ok", file_path="a.py"), ran("ruff check", "ok")
    assert seen(user("Rename it"), *fix, *clean) is None
    passed = (True, "`ruff check` passed after the last change")
    assert seen(user("Mend what lint says"), *fix, *clean) == passed
    dirty = ran("ruff check", "Found 1 error")
    again = (True, "`ruff check` failed before and passed after the last change")
    assert seen(user("Mend it"), *dirty, *fix, *clean) == again
    assert seen(user("Rename it"), *fix, *clean, *ran("pytest", "1 passed"), *clean) == (
        True,
        "`pytest` passed after the last change",
    )


def test_tests_that_never_began_say_nothing() -> None:
    fix = called("Edit", "ok", file_path="a.py")
    unknown = ran("npm run test", "exit code 1\nnpm error Missing script: test")
    assert seen(user("Fix it"), *unknown, *fix, *ran("npm run test", "3 passing")) == (
        True,
        "`npm run test` passed after the last change",
    )
    assert seen(user("Fix it"), *fix, *unknown) is None


def test_tests_that_do_not_agree_say_nothing() -> None:
    fix, failed = called("Edit", "ok", file_path="a.py"), ran("pytest", "exit code 1\n1 failed")
    trace = told(user("Fix it"), *fix, *failed, *ran("ruff check", "ok"))
    assert (check(trace), besides(trace)) == (None, "the last run of `pytest` failed")
    assert seen(user("Fix it"), *fix, *failed, *ran("npm test", "3 passing")) is None
    assert besides(told(user("Fix it"), *fix, *ran("mypy", "ok"))) == "`mypy` passed"
    claim = Known(source="claim", because="only the agent says so; `mypy` passed")
    assert judged(None, "x", "Done", user_spoke_last=False, besides="`mypy` passed") == ("success", claim)


def test_a_result_is_read_as_fields() -> None:
    assert fields(SICK) == {"Service": "api-gateway", "status": "unhealthy", "error_rate_pct": "34"}
    assert fields('{"a": {"status": "ok", "n": [1, null]}}') == {"a.status": "ok", "a.n[0]": "1", "a.n[1]": ""}
    assert fields('{"status": "ok",\n') == {}
    assert fields("[" * 100_000) == {}


@pytest.mark.parametrize(
    "text", ["It works now, thanks.", "That did it.", "All tests pass now", "Great, the bug is gone!"]
)
def test_a_result_that_the_user_states_is_success(text: str) -> None:
    assert outcome_said(text) == "success"


@pytest.mark.parametrize("text", ["It still fails with 502.", "It is not working.", "That's wrong.", "Same error."])
def test_trouble_that_the_user_states_is_failure(text: str) -> None:
    assert outcome_said(text) == "failed"


@pytest.mark.parametrize(
    "text", ["Thanks a lot!", "great", "bye", "Does it work now?", "If it works, merge it.", "Is it still broken?"]
)
def test_thanks_questions_and_wishes_say_nothing_of_the_result(text: str) -> None:
    assert outcome_said(text) is None


def test_an_outcome_and_how_it_is_known() -> None:
    found = check(told(*incident()))
    because = "error_rate_pct went from 34 to 0 after `restart_service`"
    assert judged(found, "Fix it", "Done", user_spoke_last=False) == ("success", Known(source="check", because=because))
    user_says = Known(source="user", because="the user says: “It still fails”")
    assert judged(found, "It still fails", "Done", user_spoke_last=True) == ("failed", user_says)
    assert judged(None, "Fix it", "Done", user_spoke_last=False) == (
        "success",
        Known(source="claim", because="only the agent says so"),
    )
    assert judged(None, "Fix it", "I was unable to find it", user_spoke_last=False) == (
        "failed",
        Known(source="claim", because="the agent says that it could not do it"),
    )


def test_what_was_said_before_a_check_does_not_outweigh_it() -> None:
    found = check(told(*incident()))
    assert judged(found, "It is still broken", "Done", user_spoke_last=False)[0] == "success"


def test_only_the_last_words_of_an_agent_give_up() -> None:
    assert gave_up("I could not resolve it: you are being transferred.")
    assert not gave_up("I was unable to reach it at first." + " It is done." * 60)
