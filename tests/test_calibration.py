"""Good lessons get through the gates and bad ones do not: benchmarks/calibration.py, measured."""

import sys
from collections import Counter

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
from calibration import Result, measured, of_kind, rate

MOST_GOOD, LEAST_BAD = 0.10, 0.90


@pytest.fixture(scope="module")
def results() -> tuple[Result, ...]:
    return measured()


def test_there_are_enough_of_both_kinds(results: tuple[Result, ...]) -> None:
    assert len(of_kind(results, good=True)) >= 55
    assert len(of_kind(results, good=False)) >= 55
    assert set(Counter(each.case.part for each in results)) == {"first", "second", "third", "fourth"}


@pytest.mark.parametrize("part", ["first", "second", "third", "fourth"])
def test_few_good_lessons_are_stopped_and_nearly_all_bad_ones(results: tuple[Result, ...], part: str) -> None:
    mine = [each for each in results if each.case.part == part]
    good = [each for each in of_kind(mine, good=True) if each.gate]
    assert rate(of_kind(mine, good=True)) <= MOST_GOOD, [(each.case.name, each.reason) for each in good]
    bad = [each for each in of_kind(mine, good=False) if not each.gate]
    assert rate(of_kind(mine, good=False)) >= LEAST_BAD, [each.case.name for each in bad]


def test_every_gate_stops_something_bad(results: tuple[Result, ...]) -> None:
    """One that stops nothing is to be deleted."""
    stopping = {each.gate for each in of_kind(results, good=False)}
    gates = "secret format deleted passing anchors comparison duplicate general claim"
    assert set(gates.split()) - stopping == set()
