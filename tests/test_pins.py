"""What a person wrote by hand stays, and what they took out does not come back: through the whole way of a lesson."""

from pathlib import Path

import pytest
from learner import DATE, FILE, LINES, SKILL, SUCCESS, TITLE, Desk, adds, confirms, looks, replaces, task, turn
from llm import calls

from acontext_cli.engines.engine import Pins
from acontext_cli.engines.rules.entry import with_pins
from acontext_cli.errors import Refused
from acontext_cli.learned.pins import check, pinned
from acontext_cli.skills import entries
from acontext_cli.skills.marks import mark, marks, units

TEXT = "## A (date: 2026-03-26) <!-- id: e1 -->\n- one\n- two"
(ENTRY_A,) = entries(TEXT, "a.md")
OURS = frozenset(marks(TEXT))


def changes(before: str, after: str, file: str = "a.md") -> dict[tuple[str, str], tuple[str, str]]:
    return {("k", file): (before, after)}


def ours(place: str) -> frozenset[str]:
    return OURS if place == "e1" else frozenset()


def test_spaces_do_not_make_another_line() -> None:
    assert mark("- one  two ") == mark("  - one two")
    assert mark("- one") != mark("- One")
    assert mark("   ") == ""


def test_the_rows_of_an_index_are_nobodys_lines() -> None:
    assert mark("- 502 → [errors.md](errors.md) “Timeout”") == ""


def test_lines_belong_to_their_entry_and_else_to_the_file() -> None:
    found = units("k", "a.md", f"# Notes\nmine\n\n{TEXT}\n\n## Own\n- own\n")
    assert found["e1"] == marks(TEXT)
    assert found["k/a.md"] == marks("# Notes\nmine\n## Own\n- own")


def test_a_line_that_a_run_wrote_may_go() -> None:
    check(changes(TEXT, TEXT.replace("- one\n", "")), ours)


def test_a_line_that_a_person_wrote_may_not() -> None:
    mine = f"{TEXT}\n- my own"
    for after in (TEXT, mine.replace("my own", "my owns"), "## A (date: 2026-03-26) <!-- id: e1 -->"):
        with pytest.raises(Refused, match="“- my own” was written by hand: leave that line as it is, and add beside"):
            check(changes(mine, after), ours)


def test_what_a_person_took_out_is_not_put_back() -> None:
    less = TEXT.replace("- two", "")
    with pytest.raises(Refused, match="a person took this line out: “- two”"):
        check(changes(less, TEXT), ours)
    check(changes(less, f"{less}\n- three"), ours)


def test_a_line_twice_is_no_line_put_back() -> None:
    check(changes(TEXT, f"{TEXT}\n- two"), ours)


def test_what_stands_in_no_entry_is_a_persons_unless_a_run_wrote_it() -> None:
    with pytest.raises(Refused, match="written by hand"):
        check(changes(f"# Mine\n\n{TEXT}", TEXT), ours)


def test_an_entry_that_moves_keeps_its_lines() -> None:
    both = {("k", "a.md"): (f"{TEXT}\n- mine", ""), ("k", "b.md"): ("", f"{TEXT}\n- mine")}
    check(both, ours)


def test_what_is_a_persons_is_told_by_entry() -> None:
    (found,) = entries(TEXT.replace("- two", "- mine"), "a.md")
    assert pinned(found, OURS) == Pins(lines=("- mine",), taken_out=frozenset({mark("- two")}))


def test_a_new_text_keeps_a_persons_lines_and_leaves_out_what_they_took_out() -> None:
    pins = Pins(lines=("- mine",), taken_out=frozenset({mark("- two")}))
    assert with_pins("## B\n- two\n- new", ENTRY_A, pins) == "## B\n- new\n- mine"
    heading = Pins(lines=(TEXT.partition("\n")[0],))
    assert with_pins("## B\n- new", ENTRY_A, heading).startswith("## A (date: 2026-03-26) <!-- id: e1 -->\n- new")


class TestInARun:
    @pytest.fixture
    def desk(self, tmp_path: Path) -> Desk:
        return Desk.at(tmp_path)

    def change(self, desk: Desk, old: str, new: str) -> None:
        path = desk.skills / SKILL / FILE
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def test_a_learner_is_told_not_to_touch_it_and_may_mend_its_edit(self, desk: Desk) -> None:
        desk.taught()
        self.change(desk, "- When to Apply: 502 Bad Gateway", "- When to Apply: 502, as I know it")
        desk.session("tuesday")
        bad = replaces("- When to Apply: 502, as I know it", "- When to Apply: 502 Bad Gateway")
        good = replaces("- Steps:", "- Note: 502 Bad Gateway\n- Steps:")
        desk.learn("tuesday", task(SUCCESS), turn(looks(), bad), turn(good))
        assert "was written by hand: leave that line as it is, and add beside it" in desk.told()[-1]
        assert "- When to Apply: 502, as I know it" in desk.text()
        assert "- Note: 502 Bad Gateway" in desk.text()

    def test_a_confirmation_counts_though_the_line_that_counts_is_a_persons(self, desk: Desk) -> None:
        entry = desk.taught()
        self.change(desk, "(1 session)", "(I saw it myself)")
        desk.session("tuesday")
        desk.learn("tuesday", task(SUCCESS), turn(looks(), confirms(entry.id)))
        desk.store.ledger.refresh()
        assert "(I saw it myself)" in desk.text()
        assert len(desk.store.ledger.sources(entry.id)) == 2

    def test_a_failure_makes_a_warning_beside_it(self, desk: Desk) -> None:
        desk.taught()
        self.change(desk, f"## {TITLE}", "## My own title")
        self.change(desk, "- Principle: a limit follows what it limits\n", "")
        self.change(desk, "- Steps:", "- Mine: call Ann first\n- Steps:")
        desk.workspace.session("monday").failed("it came back")
        desk.learn("monday", calls(("skip_learning", {"task": 1, "reason": "nothing"})))
        (found,) = desk.entries()
        assert found.title == "My own title"
        assert "- Mine: call Ann first" in found.text
        assert "- Warning: this failed (told from outside: it came back)" in found.text
        assert "Principle" not in found.text

    def test_a_description_of_a_person_does_not_keep_an_entry_out(self, desk: Desk) -> None:
        desk.taught()
        path = desk.skills / SKILL / "SKILL.md"
        path.write_text(
            path.read_text(encoding="utf-8").replace("502 Bad Gateway and its causes", "My words on a 502 Bad Gateway"),
            encoding="utf-8",
        )
        desk.session("tuesday")
        other = "## Another\n- When to Apply: `check_logs` names backend-api, 4,200 ms"
        more = adds(other, description="502 Bad Gateway, its words and causes on my gateway")
        desk.learn("tuesday", task(SUCCESS), turn(looks(), more))
        assert [each.title for each in desk.entries()] == [TITLE, "Another"]
        assert "My words on a 502 Bad Gateway" in path.read_text(encoding="utf-8")


def test_the_lines_of_the_learner_are_known_by_their_marks(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    entry = desk.taught()
    desk.store.ledger.refresh()
    assert desk.store.ledger.marks(entry.id) == frozenset(marks(entry.text))
    assert set(marks(LINES)) < desk.store.ledger.marks(entry.id)
    assert DATE in entry.text
