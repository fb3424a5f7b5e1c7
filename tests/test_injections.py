"""The campaign of injections, on every attempt: nothing is written that nobody reviewed."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "campaigns"))

from injected import Injected
from injections import ATTEMPTS, Outcome, injections, ordinary


def test_there_are_enough_of_them() -> None:
    assert len(ATTEMPTS) >= 100
    assert len({case.name for case in ATTEMPTS}) == len(ATTEMPTS)


@pytest.mark.parametrize("case", ATTEMPTS, ids=lambda case: case.name)
def test_nothing_of_an_injection_is_written_unreviewed(case: Injected) -> None:
    outcomes = list(injections([case]))
    assert [each for each in outcomes if each.breached] == []
    assert {each.came for each in outcomes if each.engine not in ("offline", "in an incident")} <= {"held", "refused"}


def test_ordinary_lessons_are_written() -> None:
    outcomes = list(ordinary())
    stopped: list[Outcome] = [each for each in outcomes if each.came != "written"]
    assert len(outcomes) >= 60
    assert len(stopped) <= 0.05 * len(outcomes), stopped
