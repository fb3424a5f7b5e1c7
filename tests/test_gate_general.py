"""Advice that holds everywhere."""

import pytest
from gate_cases import call, in_space, known_by, proposed
from space import Shown
from traces import growth

from acontext_cli.gates import Verdict, of_this_case
from acontext_cli.tasks import Source

CASE = (
    call("status: unhealthy\nerror: worker killed: out of memory pid=4121", "check_status"),
    call("Basic economy reservations may be upgraded within 24 hours for a waiver", "read_policy", topic="upgrades"),
)


def held(text: str, source: Source = "check") -> bool:
    return of_this_case(proposed(text), known_by(*CASE, source=source)) is not None


def test_what_says_nothing_of_the_case_is_held_in_words() -> None:
    assert of_this_case(proposed("- Steps:\n  1. Restart the service."), known_by(*CASE)) == Verdict(
        gate="general",
        decision="hold",
        reason="nothing in it is of this case: no command, path, setting, error, name or number of it"
        " (“Restart the service.”)",
    )


@pytest.mark.parametrize(
    "text",
    [
        "- Principle: Always check the logs first.",
        "- Principle: Be careful with production.",
        "- Steps:\n  1. find the root cause\n  2. fix it\n  3. verify the fix",
        "- When to Apply: worker killed: out of memory\n- Steps:\n  1. look at the logs\n  2. restart the service",
        "- Principle: Communicate clearly and confirm every change with the user.",
        "- Steps:\n  1. Look at `unknown_tool` before `another_one`",
        "- Compare the API and its documentation, e.g. by reading both",
    ],
)
def test_advice_for_everything_is_held(text: str) -> None:
    assert held(text)


@pytest.mark.parametrize(
    "text",
    [
        "- Steps:\n  1. `check_status` first",
        "- Steps:\n  1. run check_status before a restart",
        "- look for pid=4121",
        "- The message “worker killed: out of memory” names the cause",
        "- A basic economy reservation is upgraded with a waiver.",
        "- p",
        "",
    ],
)
def test_whatever_is_of_the_case_passes(text: str) -> None:
    assert not held(text)


def test_a_users_rule_may_be_as_general_as_they_like() -> None:
    assert not held("- Always check the logs first.", source="user")
    assert held("- Steps:\n  1. Always check the logs first.", source="user")


def test_a_person_says_what_their_own_skill_is_to_hold() -> None:
    class Own(Shown):
        def by_hand(self, _skill: str) -> bool:
            return True

    text = proposed("- Always check the logs first.")
    assert of_this_case(text, in_space(Own(), *CASE)) is None


@pytest.mark.parametrize("part", ["a", "a-", "a1", "'", "“", "`", "word "])
def test_time_grows_with_the_text_alone(part: str) -> None:
    evidence = known_by(*CASE)
    work = lambda size: of_this_case(proposed("- " + part * size), evidence)  # noqa: E731
    assert growth(work, 5_000 // len(part)) < 10
