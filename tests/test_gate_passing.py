"""Faults that were gone by themselves."""

import pytest
from gate_cases import known_by, proposed
from traces import Call, growth

from acontext_cli.engines.rules.entry import WARNING
from acontext_cli.gates import Verdict, not_passing

BUSY = "Error: 503 upstream temporarily unavailable, try again"
REFUSED = "Error: connection refused by db:5432"
FETCH: Call = ("fetch_page", {"url": "https://docs.example/api"}, BUSY)
FETCHED: Call = ("fetch_page", {"url": "https://docs.example/api"}, "<h1>API</h1>")
ELSEWHERE: Call = ("fetch_page", {"url": "https://docs.example/other"}, "<h1>Other</h1>")
TEXT = "- When to Apply: `fetch_page`\n- Failed Because: 503 upstream temporarily unavailable\n- Do Instead: guess"


def shell(command: str, result: str) -> Call:
    return "bash", {"command": command}, result


def warning(*calls: Call, text: str = TEXT) -> Verdict | None:
    return not_passing(proposed(text, title=f"{WARNING}fetch_page is down"), known_by(*calls))


def fact(text: str, *calls: Call) -> str:
    verdict = not_passing(proposed(f"- {text}", title="Tools"), known_by(*calls))
    return verdict.decision if verdict else ""


def test_a_warning_of_a_call_that_succeeded_later_unchanged_is_dropped() -> None:
    assert warning(FETCH, FETCHED) == Verdict(
        gate="passing", decision="drop", reason="passing: the same call succeeded later unchanged (`fetch_page`)"
    )


def test_waiting_looking_and_calls_of_other_kinds_change_nothing() -> None:
    assert warning(FETCH, shell("sleep 5", ""), shell("ls", "a"), FETCHED)
    assert warning(FETCH, FETCH, ("update_address", {"id": "9"}, "ok"), FETCHED)


@pytest.mark.parametrize(
    "calls",
    [
        (FETCH,),
        (FETCH, FETCH),
        (FETCH, ELSEWHERE),
        (FETCHED, FETCH),
        (FETCH, ("fetch_page", {"url": "https://docs.example/api", "token": "t"}, "<h1>API</h1>")),
        (FETCH, ("restart_proxy", {"name": "p"}, "ok"), FETCHED),
        (FETCH, shell("export HTTPS_PROXY=p", ""), FETCHED),
    ],
)
def test_a_fault_that_stayed_or_was_mended_is_none_of_the_moment(calls: tuple[Call, ...]) -> None:
    assert warning(*calls) is None


def test_a_test_that_an_edit_made_pass_is_no_passing_fault() -> None:
    wrong, right = shell("pytest -q", "1 failed\nexit code: 1"), shell("pytest -q", "9 passed")
    text = "- When to Apply: `pytest -q` fails\n- Failed Because: 1 failed, the edit was missing"
    assert warning(wrong, ("edit_file", {"path": "a.py"}, "ok"), right, text=text) is None
    assert warning(wrong, right, text=text)


def test_a_connection_that_something_started_is_no_passing_fault() -> None:
    text = "- When to Apply: psql\n- Failed Because: connection refused by db:5432"
    asked = shell("psql -h db", f"{REFUSED}\nexit code: 2")
    assert warning(asked, shell("docker compose up -d db", "started"), shell("psql -h db", "ok"), text=text) is None
    assert warning(asked, shell("psql  -h db", "ok"), text=text)


def test_a_warning_of_something_else_in_the_same_task_stays() -> None:
    other: Call = ("book_flight", {"id": "F9"}, "Error: certificate cannot pay for a change")
    text = "- When to Apply: `book_flight` with a certificate\n- Failed Because: certificate cannot pay for a change"
    assert warning(FETCH, FETCHED, other, text=text) is None


def test_a_warning_that_no_call_is_known_by_stays() -> None:
    assert warning(FETCH, FETCHED, text="- When to Apply: refunds\n- Failed Because: the amount was wrong") is None


@pytest.mark.parametrize(
    "text",
    [
        "`fetch_page` does not work",
        "`fetch_page` doesn't work here.",
        "fetch_page is unreliable",
        "The tool `fetch_page` is not available in this environment.",
        "`fetch_page` cannot be used",
        "`fetch_page` always times out",
        "`fetch_page` fails for `https://docs.example/api`",
    ],
)
def test_what_worked_later_is_not_said_to_be_broken(text: str) -> None:
    assert fact(text, FETCH, FETCHED) == "drop"


@pytest.mark.parametrize(
    "text",
    [
        "`fetch_page` fails without a token",
        "`fetch_page` is down when the proxy restarts",
        "`fetch_page` cannot be used for pages behind a login",
        "`fetch_page` answered “cannot be used for files”",
        "`fetch_page` needs a whole address",
        "If the mirror is broken, use the origin",
        "the export does not work",
    ],
)
def test_conditions_quotations_and_other_things_pass(text: str) -> None:
    assert fact(text, FETCH, FETCHED) == ""


def test_what_never_worked_may_be_said_to_be_broken() -> None:
    assert fact("`fetch_page` does not work", FETCH, FETCH) == ""
    assert fact("`pip install torch` does not work", shell("pip install torch", "exit code: 1")) == ""
    assert fact("`npm ci` fails", shell("npm ci", "exit code: 1"), shell("npm install", "added 9")) == ""


def test_of_several_sentences_the_false_one_is_named_so_that_it_can_be_mended() -> None:
    two = proposed("- `fetch_page` does not work\n- `fetch_page` takes a url", title="Tools")
    verdict = not_passing(two, known_by(FETCH, FETCHED))
    assert verdict is not None
    assert verdict.decision == "refuse"
    assert "take out “`fetch_page` does not work”" in verdict.reason


@pytest.mark.parametrize("part", ["does not work ", "`a` is down ", "`", "- ", "fails for "])
def test_time_grows_with_the_text_alone(part: str) -> None:
    evidence = known_by(FETCH, FETCHED)
    work = lambda size: not_passing(proposed("- " + part * size), evidence)  # noqa: E731
    assert growth(work, 5_000 // len(part)) < 10


def test_what_was_left_of_a_failed_chain_is_the_same_call() -> None:
    text = "- When to Apply: `pod install`\n- Failed Because: 503 from the CDN\n- Do Instead: wait"
    chain = shell("cd ios && sed -i s/a/b/ Podfile && pod install", "error: 503 from the CDN, try again\nexit code: 1")
    assert warning(chain, shell("cd ios && pod install", "44 pods installed"), text=text)
    assert warning(chain, shell("cd app && pod install", "44 pods installed"), text=text) is None
    assert warning(chain, shell("cd ios && pod update", "44 pods installed"), text=text) is None


@pytest.mark.parametrize(
    "text",
    [
        "The queue is stuck behind job 91 right now.",
        "Node 7 is currently drained by somebody.",
        "At the moment nobody can sign in.",
    ],
)
def test_how_something_stands_in_a_moment_is_no_lesson(text: str) -> None:
    assert fact(text, FETCHED) == "drop"


@pytest.mark.parametrize(
    "text",
    [
        "If the queue is currently stuck, look at job 91.",
        "The command says “is currently locked” when another holds it.",
        "The current limit is 5.",
    ],
)
def test_what_holds_at_any_time_may_speak_of_a_moment(text: str) -> None:
    assert fact(text, FETCHED) == ""
