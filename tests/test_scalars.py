import pytest

from acontext_cli.demo.faults import Equals, Within
from acontext_cli.demo.scalars import meaning, same


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60000", 60000),
        ("-3", -3),
        ("0.5", 0.5),
        (" 0.5 ", 0.5),
        ("true", True),
        ("off", False),
        ("~", None),
        ("", None),
        ("60s", "60s"),
        ("2026-03-26", "2026-03-26"),
        ("[1, 2]", "[1, 2]"),
        ("*alias", "*alias"),
        ("<<", "<<"),
        ("=", "="),
        ("0b_", "0b_"),
        (7, 7),
        ([1], [1]),
    ],
)
def test_a_text_means_the_scalar_it_spells(text, value):
    assert repr(meaning(text)) == repr(value)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("5", 5, True),
        (5.0, "5", True),
        ("yes", True, True),
        (1, True, False),
        ("1", "true", False),
        (None, "~", True),
        (0, None, False),
        ({"a": 1}, {"a": 1}, True),
    ],
)
def test_settings_are_the_same_when_they_spell_the_same(one, other, expected):
    assert same(one, other) is expected


@pytest.mark.parametrize(
    ("value", "holds"),
    [(4, True), (8, True), ("6.5", True), (3.9, False), ("8.1", False), ("6s", False), (None, False), (".nan", False)],
)
def test_bounds_are_part_of_a_cure(value, holds):
    assert Within(4, 8).holds(value) is holds


def test_a_yes_is_no_number():
    assert not Within(high=5).holds("true")


def test_a_value_cures_however_it_is_spelled():
    assert (Equals(True).holds("on"), Equals("on").holds(True), Equals("lru").holds("lfu")) == (True, True, False)
