import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.recall import Recall
from acontext_cli.skills import entries, is_expired, last_day, parse_skill, with_expired_marked

TEXT = """# Limits

## Warning: It stays (date: 2026-01-01) <!-- id: aaaaaa -->
- Do not.
- Forget after: 2026-04-01
- Known because: x (1 session)

## It holds (date: 2026-01-01) <!-- id: bbbbbb -->
- Do.
"""
NOTE = "- Expired on 2026-04-01: nobody has confirmed this since, so check it before you rely on it\n"
MARKED = TEXT.replace("- Do not.", f"{NOTE}- Do not.")
SKILL = "---\nname: gateway\ndescription: 502\n---\n\n# Gateway\n"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("- Forget after: 2026-04-01", "2026-04-01"),
        ("* **Forget after:** 2026-04-01 (asked Ada)", "2026-04-01"),
        ("  - forget after: 2026-04-01", "2026-04-01"),
        ("- Forget after: the next review", ""),
        ("- Forget after: never", ""),
        ("- Forget after: 2026-04-011", ""),
        ("- Do not forget after: 2026-04-01", ""),
        ("Forget after: 2026-04-01", ""),
    ],
)
def test_an_entry_says_until_when_it_holds(line: str, day: str) -> None:
    (entry,) = entries(f"## Warning: w\n- a\n{line}\n")
    assert last_day(entry) == day


def test_it_holds_on_its_last_day_and_not_on_the_next() -> None:
    entry, other = entries(TEXT)
    assert [is_expired(entry, day) for day in ("2026-03-31", "2026-04-01", "2026-04-02")] == [False, False, True]
    assert not is_expired(other, "2099-01-01")


def test_what_has_expired_says_so_below_its_heading() -> None:
    assert with_expired_marked(TEXT, "2026-04-02") == MARKED
    assert with_expired_marked(TEXT, "2026-04-01") == TEXT


def test_two_entries_of_the_same_words_are_both_marked() -> None:
    entry = TEXT.partition("\n\n")[2].partition("\n\n")[0]
    marked = with_expired_marked(f"{entry}\n\n{entry}\n", "2026-04-02")
    assert marked.count(NOTE) == 2


def test_an_agent_is_told_of_it_and_the_file_stays_as_it_is() -> None:
    skill = parse_skill("gateway", {"SKILL.md": SKILL, "limits.md": TEXT})
    asked = {"skill_name": "gateway", "file_path": "limits.md"}

    def shown(today: str) -> str:
        return Recall([("gateway", "502")], lambda _: skill, today=lambda: today).call("get_skill_file", asked)

    assert (shown("2026-04-02"), shown("2026-04-01")) == (MARKED, TEXT)
    assert Recall([("gateway", "502")], lambda _: skill).call("get_skill_file", asked) == TEXT
    assert skill.files["limits.md"] == TEXT


@given(
    st.lists(st.sampled_from([TEXT, "## a\n", "- Forget after: 2026-04-01\n", "```\n", "x\n"]), max_size=6).map("".join)
)
def test_marking_adds_lines_and_takes_none_away(text: str) -> None:
    assert with_expired_marked(text, "2026-04-02").replace(NOTE, "") == text
