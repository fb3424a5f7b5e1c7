from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.merges import Merged, hunks, take_back, take_back_words

lines = st.lists(st.sampled_from("abcdefgh"), max_size=12)


def back(before: str, after: str, now: str, begins: str = "") -> Merged:
    return take_back(list(before), list(after), list(now), lambda line: line in begins)


def test_what_was_added_goes_and_what_came_since_stays() -> None:
    assert back("abf", "abcdef", "abcdefg") == Merged(tuple("abfg"))
    assert back("abf", "abcdef", "xabcdef") == Merged(tuple("xabf"))


def test_what_was_taken_away_comes_back() -> None:
    assert back("abcdef", "abf", "abfg") == Merged(tuple("abcdefg"))


def test_what_was_changed_since_stays_and_is_told() -> None:
    assert back("abf", "abcdef", "abcXef") == Merged(tuple("abcXef"), ("X",))
    assert back("abf", "abcdef", "abcdXef") == Merged(tuple("abcdXef"), ("X",))
    assert back("aBc", "abc", "aXc") == Merged(tuple("aXc"), ("X",))


def test_what_both_took_away_is_no_collision() -> None:
    assert back("abf", "abcdef", "af") == Merged(tuple("af"))


def test_what_was_added_in_parts_goes_in_parts() -> None:
    assert back("a", "aHbHc", "aHbHXc").kept == ("X",)
    assert back("a", "aHbHc", "aHbHXc", begins="H") == Merged(tuple("aHXc"), ("X",))


def test_the_words_of_a_line_are_merged_too() -> None:
    assert take_back_words("A. P", "A; B. P", "A; B; C. P") == "A; C. P"
    assert take_back_words("one two", "one 2", "one III") is None


@given(lines, lines)
def test_with_nothing_changed_since_all_of_it_goes(before: list[str], after: list[str]) -> None:
    assert take_back(before, after, after) == Merged(tuple(before))
    assert take_back(before, after, before).kept == () or before != after


@given(lines, lines, lines)
def test_no_line_that_was_written_since_is_lost(before: list[str], after: list[str], own: list[str]) -> None:
    now = [*after, *(line.upper() for line in own)]
    mine = [line for line in take_back(before, after, now).lines if line.isupper()]
    assert mine == [line.upper() for line in own]


@given(lines, lines)
def test_hunks_lead_from_one_text_to_the_other(base: list[str], other: list[str]) -> None:
    made, at = [], 0
    for hunk in hunks(base, other):
        made += [*base[at : hunk.start], *hunk.lines]
        at = hunk.end
    assert made + base[at:] == other
