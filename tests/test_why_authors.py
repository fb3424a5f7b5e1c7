"""Who wrote a line, tried on spaces that runs and a person edit in turn."""

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learner import FAST

from acontext_cli.api.why.authors import Author, Authors
from acontext_cli.api.why.page import Page
from acontext_cli.ledger import Line, Record, Run
from acontext_cli.skills.marks import mark
from acontext_cli.store import SkillStore

HEAD = "---\nname: k\ndescription: K.\n---\n\n# K\n"
FILE = "notes.md"


@dataclass
class Space:
    """A space of one skill, with runs `r1`, `r2` … and a person."""

    root: Path
    store: SkillStore = field(init=False)
    runs: int = 0

    def __post_init__(self) -> None:
        self.store = SkillStore(self.root / "default", self.root / "machine", self.root / "history", FAST)

    def run(self, text: str, entry: str = "", file: str = FILE, engine: str = "offline", action: str = "edit") -> str:
        """A run leaves this text; its id."""
        self.runs += 1
        run = Run(id=f"r{self.runs}", time=f"2026-03-26T10:00:{self.runs:02}Z", session=f"s{self.runs}", engine=engine)
        draft = self.store.draft()
        if "k" not in draft.names():
            draft.put("k", "SKILL.md", HEAD)
        draft.put("k", file, text)
        records = [Record(action=action, skill="k", file=file, entry=entry, lesson=run.id)] if entry else []  # type: ignore[arg-type]
        self.store.commit(draft, records, run)
        return run.id

    def person(self, text: str, file: str = FILE, skill: str = "k") -> None:
        path = self.root / "default" / skill / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def text(self, file: str = FILE) -> str:
        return (self.root / "default" / "k" / file).read_text(encoding="utf-8")

    def ledger(self, changed: Callable[[str], str]) -> None:
        path = self.root / "default" / ".ledger.jsonl"
        path.write_text(changed(path.read_text(encoding="utf-8")), encoding="utf-8")
        self.store = SkillStore(self.root / "default", self.root / "machine", self.root / "history", FAST)

    def authors(self, file: str = FILE, skill: str = "k") -> dict[str, Author]:
        """Who wrote each line."""
        path = self.root / "default" / skill / file
        page, authors = Page(skill, file, path.read_text(encoding="utf-8")), Authors(self.store)
        numbers = [number for number in range(1, len(page.lines) + 1) if mark(page.line(number))]
        return {page.line(number): authors.of(page, number) for number in numbers}

    def told(self, file: str = FILE, skill: str = "k") -> dict[str, str]:
        """The run that wrote each line, or who else."""
        found = self.authors(file, skill)
        return {line: each.record.run if each.by == "run" and each.record else each.by for line, each in found.items()}


@pytest.fixture
def space(tmp_path: Path) -> Space:
    found = Space(tmp_path)
    found.run("## One <!-- id: e1 -->\n- first\n- second\n")
    return found


def test_a_run_wrote_what_it_added_and_a_person_the_rest(space: Space) -> None:
    space.person("My own words.\n\n## One <!-- id: e1 -->\n- first\n- mine\n- second\n")
    space.run(space.text() + "- third\n", "e1", action="replace")
    assert space.told() == {
        "My own words.": "hand",
        "## One <!-- id: e1 -->": "r1",
        "- first": "r1",
        "- mine": "hand",
        "- second": "r1",
        "- third": "r2",
    }


def test_spaces_do_not_make_a_line_another_one_and_words_do(space: Space) -> None:
    space.person("## One   <!-- id: e1 -->\n-   first\n- second thoughts\n")
    assert list(space.told().values()) == ["r1", "r1", "hand"]


def test_a_line_that_a_run_took_and_a_person_put_back_is_the_persons(space: Space) -> None:
    space.run("## One <!-- id: e1 -->\n- first\n", "e1", action="replace")
    space.person("## One <!-- id: e1 -->\n- first\n- second\n")
    assert space.told()["- second"] == "hand"
    assert space.authors()["- second"].notes == ("run r2 took such a line away on 2026-03-26",)


def test_of_two_equal_lines_the_one_that_a_run_left_is_still_its_own(space: Space) -> None:
    space.run("## One <!-- id: e1 -->\n- first\n```\na\n```\nb\n```\nc\n```\n", "e1", action="replace")
    space.run("## One <!-- id: e1 -->\n- first\n```\na\n```\n", "e1", action="replace")
    assert space.told()["```"] == "r2"


def test_a_line_that_a_person_changed_is_theirs_and_what_it_was_is_known(space: Space) -> None:
    space.person("## One <!-- id: e1 -->\n- first of all\n- second\n")
    page, authors = Page("k", FILE, space.text()), Authors(space.store)
    assert authors.of(page, 2).by == "hand"
    record, was = authors.changed(page, 2) or pytest.fail("nothing is known")
    assert (record.run, was) == ("r1", "- first")
    assert authors.changed(page, 3) is None


def test_an_entry_is_known_in_another_file_skill_and_place(space: Space) -> None:
    space.person("# Other\n\n## One <!-- id: e1 -->\n- first\n- second\n", "moved.md", "other")
    (space.root / "default" / "k" / FILE).unlink()
    assert list(space.told("moved.md", "other").values()) == ["hand", "r1", "r1", "r1"]


def test_lines_beside_entries_are_known_in_a_renamed_skill(space: Space) -> None:
    space.run("Before all entries.\n\n## One <!-- id: e1 -->\n- first\n- second\n")
    (space.root / "default" / "k").rename(space.root / "default" / "renamed")
    space.person(HEAD.replace("name: k", "name: renamed"), "SKILL.md", "renamed")
    assert space.told(FILE, "renamed")["Before all entries."] == "r2"
    assert space.authors(FILE, "renamed")["Before all entries."].moved == f"k/{FILE}"
    assert space.told("SKILL.md", "renamed") == {
        "---": "r1",
        "name: renamed": "hand",
        "description: K.": "r1",
        "# K": "r1",
    }


def test_a_copy_is_by_hand_where_the_first_still_stands(space: Space) -> None:
    space.person("## Mine\n- first\n", "copy.md")
    assert set(space.told("copy.md").values()) == {"hand"}


def test_an_entry_that_lost_its_id_and_a_line_moved_between_entries_are_the_runs(space: Space) -> None:
    space.run(space.text() + "\n## Two <!-- id: e2 -->\n- of two\n", "e2", action="add")
    space.person("## One\n- first\n\n## Two <!-- id: e2 -->\n- of two\n- second\n- mine\n")
    assert space.told() == {
        "## One": "hand",
        "- first": "r1",
        "## Two <!-- id: e2 -->": "r2",
        "- of two": "r2",
        "- second": "r1",
        "- mine": "hand",
    }


def test_an_entry_that_a_run_changed_without_naming_it_is_known_too(space: Space) -> None:
    space.run(space.text() + "- third\n\n## Two <!-- id: e2 -->\n- of two\n", "e2", action="add")
    assert space.told()["- third"] == "r2"


def test_a_file_that_a_run_moved_keeps_its_authors(space: Space) -> None:
    space.run("Before.\n\n## One <!-- id: e1 -->\n- first\n")
    draft = space.store.draft()
    text = draft.text("k", FILE)
    draft.remove("k", FILE)
    draft.put("k", "new.md", text)
    space.store.commit(draft, (), Run(id="r9", time="2026-03-26T11:00:00Z", session="s9", engine="llm"))
    assert space.told("new.md") == {"Before.": "r2", "## One <!-- id: e1 -->": "r1", "- first": "r1"}
    assert space.authors("new.md")["Before."].notes == (f"run r9 moved it here from k/{FILE}",)


def test_what_an_undo_put_back_is_whose_it_was(space: Space) -> None:
    space.run("## One <!-- id: e1 -->\n- first\n", "e1", action="replace")
    space.run("## One <!-- id: e1 -->\n- first\n- second\n", "e1", engine="undo", action="replace")
    assert space.told()["- second"] == "r1"
    assert space.authors()["- second"].notes == (
        "run r3 put it back on 2026-03-26, taking back what another run had done",
    )


def test_a_review_and_a_persons_command_are_told_from_a_learner(space: Space) -> None:
    space.run(space.text() + "- accepted\n", "e1", engine="review", action="replace")
    assert space.authors()["- accepted"].by == "review"
    draft = space.store.draft()
    draft.put("k", "taken.md", "Foreign words.\n")
    space.store.commit(draft, (), Run(id="hand-1", time="2026-03-26T12:00:00Z", engine="hand"))
    assert space.told("taken.md") == {"Foreign words.": "command"}


def test_what_every_space_starts_with_came_with_acontext(tmp_path: Path) -> None:
    found = Space(tmp_path)
    found.store.prepare()
    assert set(found.told("SKILL.md", "daily-logs").values()) == {"template"}
    (tmp_path / "default" / ".ledger.jsonl").unlink()
    assert set(Space(tmp_path).told("SKILL.md", "daily-logs").values()) == {"template"}


def test_of_an_older_ledger_the_history_knows_and_without_it_the_entry_as_a_whole(space: Space) -> None:
    space.person(space.text() + "- mine\n")
    space.ledger(lambda text: "\n".join(line.partition(', "wrote"')[0] + "}" for line in text.splitlines()) + "\n")
    assert [each.by for each in space.authors().values()] == ["run", "run", "run", "whole"]
    for path in (space.root / "history").glob("*/*"):
        path.unlink()
    assert {each.by for each in space.authors().values()} == {"whole"}


def test_a_damaged_ledger_leaves_what_it_can_tell(space: Space) -> None:
    space.run(space.text() + "- third\n", "e1", action="replace")
    space.ledger(lambda text: text.replace('{"v": 1, "run": "r1"', "{broken", 1) + "\x00\n[]\n")
    assert space.told()["- third"] == "r2"
    assert Authors(space.store).broken >= 2


def test_ids_and_marks_of_a_foreign_ledger_are_only_compared(space: Space) -> None:
    strange = Line(run="../../x", time="9", action="create", skill="../../etc", file="passwd", wrote="zz" * 7)
    space.ledger(lambda text: text + strange.json() + "\n" + replace(strange, entry="e1", file="").json() + "\n")
    assert space.told()["- first"] == "r1"


MOVES = ("hand adds", "hand drops", "hand moves", "hand changes", "run adds", "run drops", "run rewrites")


@given(st.lists(st.sampled_from(MOVES), max_size=14), st.integers(0, 2**32))
def test_after_any_edits_each_line_is_known_to_be_whose_it_is(moves: list[str], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        chance, space = random.Random(seed), Space(Path(folder))
        blocks = [["Before all."], ["## One <!-- id: e1 -->", "- a"], ["## Two <!-- id: e2 -->", "- b"]]
        written = space.run(joined(blocks))
        whose = {line: written for block in blocks for line in block}
        for number, move in enumerate(moves):
            who, does = move.split()
            block = chance.choice(blocks)
            changed = edited(blocks, block, does, f"- line {number} {'x' * chance.randint(0, 3)}", chance)
            if who == "run":
                by = space.run(joined(blocks))
            else:
                space.person(joined(blocks))
                by = "hand"
            whose |= dict.fromkeys(changed, by)
        there = [line for block in blocks for line in block]
        assert space.told() == {line: whose[line] for line in there}


def joined(blocks: list[list[str]]) -> str:
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def edited(blocks: list[list[str]], block: list[str], does: str, new: str, chance: random.Random) -> tuple[str, ...]:
    """Edit a block in place; the lines that are new."""
    place = chance.randint(1, len(block))
    if does == "adds":
        block.insert(place, new)
        return (new,)
    if place == len(block):
        return ()
    if does in ("changes", "rewrites"):
        block[place] = new
        return (new,)
    line = block.pop(place)
    if does == "moves":
        chance.choice(blocks).append(line)
    return ()
