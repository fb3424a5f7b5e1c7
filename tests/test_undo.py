"""Taking runs back: all of a run, whatever was written since; never a line that a person wrote."""

import shutil
import subprocess
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learner import tree

from acontext_cli.edits import AddEntry, CreateSkill, ReplaceText
from acontext_cli.errors import AcontextError
from acontext_cli.ledger import Record, Run
from acontext_cli.skills import entries, heading
from acontext_cli.store import Held, SkillStore, hand_run
from acontext_cli.undo import StandsInTheWay, Undone, last, undo

SKILL, FILE = "gateways", "errors.md"
MADE = CreateSkill(name=SKILL, description="What to do on 502.", body="# Gateways\n\n## Index\n")
_SECONDS = count(10)


def opened(folder: Path) -> SkillStore:
    return SkillStore(folder / "skills_store/default", folder / "machine/spaces/default", folder / "machine/history")


@pytest.fixture
def store(tmp_path: Path) -> SkillStore:
    made = opened(tmp_path)
    made.prepare()
    return made


def entry(id: str, *lines: str) -> str:
    return "\n".join([heading(f"Entry {id}", "2026-03-26", id), "- When to Apply: 502", *lines])


def time() -> str:
    return f"2026-03-26T10:00:{next(_SECONDS):06}Z"


def learn(store: SkillStore, id: str, *edits: object, action: str = "add", entry: str = "") -> Run:
    """A run that makes these edits, of which one is an entry's."""
    draft = store.draft()
    for edit in edits:
        draft.apply(edit)  # type: ignore[arg-type]
    made = [each for each in edits if isinstance(each, AddEntry | ReplaceText)]
    ids = [found.id for each in made if isinstance(each, AddEntry) for found in entries(each.text)] or [entry]
    records = [
        Record(action=action, lesson=f"{id}-{each}", skill=SKILL, file=FILE, entry=each)  # type: ignore[arg-type]
        for each in ids
        if each
    ]
    run = Run(id=id, time=time(), session=f"session-{id}", engine="llm")
    store.commit(draft, records, run)
    store.ledger.refresh()
    return run


def add(id: str, *lines: str, file: str = FILE) -> AddEntry:
    return AddEntry(skill=SKILL, file=file, text=entry(id, *lines))


def path(store: SkillStore, file: str = FILE, skill: str = SKILL) -> Path:
    return store.folder / skill / file


def skills(store: SkillStore) -> dict[str, bytes]:
    """Every file but the ledger."""
    return {name: data for name, data in tree(store.folder).items() if name != ".ledger.jsonl"}


def back(store: SkillStore, run: Run, *, keep_mine: bool = False) -> Undone:
    return undo(store, run, time(), keep_mine=keep_mine)


def test_a_run_is_taken_back_in_every_file_it_wrote(store: SkillStore) -> None:
    before = skills(store)
    run = learn(store, "r1", MADE, add("e1"), add("e2", file="other.md"))
    done = back(store, run)
    assert skills(store) == before
    assert done.files == ("gateways/SKILL.md", "gateways/errors.md", "gateways/other.md")
    assert done.kept == ()
    assert not path(store).parent.exists()


def test_what_it_taught_is_not_taught_again(store: SkillStore) -> None:
    back(store, learn(store, "r1", MADE, add("e1")))
    assert store.draft().was_deleted("e1")
    assert store.ledger.lessons == {"r1-e1"}


def test_an_undo_is_a_run_that_can_be_taken_back(store: SkillStore) -> None:
    run = learn(store, "r1", MADE, add("e1"))
    after = skills(store)
    done = back(store, run)
    assert (done.run.engine, done.run.undoes) == ("undo", "r1")
    back(store, done.run)
    assert skills(store) == after
    assert not store.draft().was_deleted("e1")
    assert store.ledger.sources("e1") == {"session-r1"}
    back(store, run)
    assert not path(store).exists()


def test_a_run_is_taken_back_once(store: SkillStore) -> None:
    run = learn(store, "r1", MADE, add("e1"))
    done = back(store, run)
    with pytest.raises(AcontextError, match=rf"taken back already, by run {done.run.id}: acontext undo {done.run.id}"):
        back(store, run)


def test_what_other_runs_wrote_stays(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1"))
    middle = learn(store, "r2", add("e2"))
    learn(store, "r3", add("e3"))
    back(store, middle)
    assert path(store).read_text() == f"{entry('e1')}\n\n{entry('e3')}\n"
    assert [line for line in path(store, "SKILL.md").read_text().split("\n") if "→" in line] == [
        "- 502 → [errors.md](errors.md) “Entry e1”",
        "- 502 → [errors.md](errors.md) “Entry e3”",
    ]


def test_the_skill_that_a_run_made_stays_while_others_have_entries_in_it(store: SkillStore) -> None:
    first = learn(store, "r1", MADE, add("e1"))
    learn(store, "r2", add("e2"))
    back(store, first)
    assert path(store).read_text() == f"{entry('e2')}\n"
    assert store.check() == []


def test_what_a_person_wrote_around_it_stays(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1"))
    run = learn(store, "r2", add("e2"))
    text = path(store).read_text()
    path(store).write_text(f"# My notes\n\n{text}\n## Mine\n- my own\n")
    back(store, run)
    assert path(store).read_text() == f"# My notes\n\n{entry('e1')}\n\n## Mine\n- my own\n"


def test_lines_that_a_person_wrote_into_it_are_named_and_nothing_is_done(store: SkillStore) -> None:
    run = learn(store, "r1", MADE, add("e1"), add("e2"))
    path(store).write_text(path(store).read_text().replace("- When to Apply: 502\n\n", "- When to Apply: 503\n\n"))
    before = skills(store)
    with pytest.raises(StandsInTheWay) as error:
        back(store, run)
    assert str(error.value) == (
        "run r1 was not taken back, because these lines were written by hand since: gateways/errors.md:2 "
        "“- When to Apply: 503”: acontext undo r1 --keep-mine takes back the rest"
    )
    assert skills(store) == before
    assert not any(run.undoes for run in store.ledger.runs())


def test_the_rest_is_taken_back_where_that_is_asked_for(store: SkillStore) -> None:
    run = learn(store, "r1", MADE, add("e1"), add("e2"), add("e3", file="other.md"))
    mine = entry("e1", "- my own line")
    path(store).write_text(path(store).read_text().replace(entry("e1"), mine))
    done = back(store, run, keep_mine=True)
    assert path(store).read_text() == f"{mine}\n"
    assert not path(store, "other.md").exists()
    assert [(each.place, each.text, each.by_hand) for each in done.kept] == [
        ("gateways/errors.md:3", "- my own line", True)
    ]
    assert store.check() == []


def test_a_copy_that_a_person_made_of_an_entry_stays(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1"))
    run = learn(store, "r2", add("e2"))
    copy = entry("e2", "- my own word of it")
    path(store).write_text(f"{path(store).read_text()}\n{copy}\n")
    back(store, run)
    assert path(store).read_text() == f"{entry('e1')}\n\n{copy}\n"


@pytest.mark.parametrize("mixed", [False, True])
def test_other_ends_of_lines_are_no_edit(store: SkillStore, mixed: bool) -> None:
    learn(store, "r1", MADE, add("e1"))
    run = learn(store, "r2", add("e2"), add("e3"))
    before = skills(store)
    for file in (FILE, "SKILL.md"):
        made = path(store, file).read_bytes().replace(b"\n", b"\r\n")
        path(store, file).write_bytes(made + b"mine\n" if mixed and file == "SKILL.md" else made)
    done = back(store, run)
    assert path(store).read_bytes() == f"{entry('e1')}\n".replace("\n", "\r\n").encode()
    back(store, done.run)
    assert path(store).read_bytes().replace(b"\r\n", b"\n") == before[f"{SKILL}/{FILE}"]
    rows = [line for line in path(store, "SKILL.md").read_text().split("\n") if "→" in line]
    assert len(rows) == 3


def test_what_is_kept_is_told_by_the_line_where_it_stands_then(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1"))
    run = learn(store, "r2", add("e2"), add("e3"))
    path(store).write_text(f"{path(store).read_text()}- mine\n")
    kept = back(store, run, keep_mine=True).kept
    lines = path(store).read_text().split("\n")
    assert [lines[each.line - 1] for each in kept] == ["- mine"]


def test_a_file_with_what_is_kept_ends_as_a_text_does(store: SkillStore) -> None:
    run = learn(store, "r1", MADE, add("e1"), add("e2"))
    path(store).write_text(path(store).read_text().replace("- When to Apply: 502\n\n", "- When to Apply: 503\n\n"))
    back(store, run, keep_mine=True)
    assert path(store).read_text().endswith("- When to Apply: 503\n")


def test_a_skill_with_files_that_are_no_text_goes_as_a_whole(store: SkillStore) -> None:
    learn(store, "r1", MADE)
    path(store, "picture.png").write_bytes(b"\xff\x00")
    run = replace(hand_run(), time=time())
    store.delete(SKILL, run)
    again = back(store, run)
    done = back(store, again.run)
    assert SKILL not in store.names()
    assert (set(done.files), done.stays) == ({f"{SKILL}/SKILL.md", f"{SKILL}/picture.png"}, ())


def test_a_skill_that_stays_because_other_things_are_in_it_is_told(store: SkillStore) -> None:
    run = learn(store, "r1", MADE)
    path(store, "mine.md").write_text("mine\n")
    done = back(store, run)
    assert (done.files, done.stays) == ((), (f"{SKILL}/SKILL.md",))
    assert path(store, "SKILL.md").exists()


def test_a_line_of_a_later_run_is_told_as_such(store: SkillStore) -> None:
    run = learn(store, "r1", MADE, add("e1", "- Known because: x (1 session)"))
    change = ReplaceText(skill=SKILL, file=FILE, old="(1 session)", new="(2 sessions)")
    learn(store, "r2", change, action="source", entry="e1")
    with pytest.raises(StandsInTheWay, match="written by later runs since"):
        back(store, run)


def test_a_confirmation_that_is_taken_back_counts_no_more(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1", "- Known because: x (1 session)"))
    before = skills(store)
    change = ReplaceText(skill=SKILL, file=FILE, old="(1 session)", new="(2 sessions)")
    run = learn(store, "r2", change, action="source", entry="e1")
    assert store.ledger.sources("e1") == {"session-r1", "session-r2"}
    done = back(store, run)
    store.ledger.refresh()
    assert (skills(store), store.ledger.sources("e1")) == (before, {"session-r1"})
    back(store, done.run)
    store.ledger.refresh()
    assert store.ledger.sources("e1") == {"session-r1", "session-r2"}


def test_within_an_entry_only_what_the_run_changed_goes_back(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1", "- one", "- two", "- three", "- four", "- five"))
    run = learn(store, "r2", ReplaceText(skill=SKILL, file=FILE, old="- two", new="- 2"), action="replace", entry="e1")
    path(store).write_text(path(store).read_text().replace("- five", "- my five"))
    back(store, run)
    assert path(store).read_text() == f"{entry('e1', '- one', '- two', '- three', '- four', '- my five')}\n"


def test_an_entry_that_a_person_moved_is_found(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e0"))
    run = learn(store, "r2", add("e1"))
    text = path(store).read_text()
    path(store).write_text(text.replace(f"\n\n{entry('e1')}", ""))
    path(store, "mine.md").write_text(f"# Mine\n\n{entry('e1')}\n\n## Own\n- x\n")
    back(store, run)
    assert path(store, "mine.md").read_text() == "# Mine\n\n## Own\n- x\n"
    assert path(store).read_text() == f"{entry('e0')}\n"


def test_what_a_person_deleted_meanwhile_is_no_hindrance(store: SkillStore) -> None:
    run = learn(store, "r1", MADE, add("e1"), add("e2"))
    path(store).write_text(f"{entry('e2')}\n")
    back(store, run)
    assert not path(store).exists()


def test_a_description_loses_the_words_of_the_run_alone(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1"))
    described = [
        ReplaceText(skill=SKILL, file="SKILL.md", old=old, new=new)
        for old, new in (("on 502.", "on 502; 503."), ("503.", "503; 504."))
    ]
    run = learn(store, "r2", described[0], add("e2"))
    learn(store, "r3", described[1], add("e3"))
    back(store, run)
    assert "description: What to do on 502; 504." in path(store, "SKILL.md").read_text()


def test_a_skill_that_was_deleted_comes_back_whole(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1"))
    path(store, "logo.bin").write_bytes(b"\xff\x00")
    path(store).write_text(path(store).read_text() + "- by hand\n")
    before = skills(store)
    store.delete(SKILL, replace(hand_run(), time=time()))
    run = last(store)
    assert run is not None
    back(store, run)
    assert skills(store) == before
    assert not store.draft().was_deleted("e1")
    assert "- by hand" in path(store).read_text()


def test_a_line_of_a_person_that_comes_back_is_still_a_persons(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1"))
    marks = store.ledger.marks("e1")
    path(store).write_text(path(store).read_text() + "- by hand\n")
    store.delete(SKILL, replace(hand_run(), time=time()))
    run = last(store)
    assert run is not None
    back(store, run)
    store.ledger.refresh()
    assert store.ledger.marks("e1") == marks


def test_held_lessons_go_with_their_run_and_come_back_with_it(store: SkillStore) -> None:
    run = Run(id="r1", time=time(), session="s1", engine="llm")
    held = Held(lesson="l1", entry="e1", run="r1", reason="a claim")
    store.commit(store.draft(), [Record(action="hold", lesson="l1", entry="e1")], run, held=[held])
    done = back(store, run)
    assert (store.held(), store.held("dropped")) == ([], [replace(held, state="dropped")])
    back(store, done.run)
    assert store.held() == [held]


def test_a_run_whose_contents_are_not_here_is_refused_in_words(store: SkillStore, tmp_path: Path) -> None:
    run = learn(store, "r1", MADE, add("e1"))
    clone = tmp_path / "clone"
    shutil.copytree(tmp_path / "skills_store", clone / "skills_store")
    with pytest.raises(
        AcontextError, match=r"run r1 cannot be taken back here: .* in the history, which is local and bounded"
    ):
        back(opened(clone), run)
    assert skills(opened(clone)) == skills(store)


def test_the_last_run_is_one_that_did_something_and_still_stands(store: SkillStore) -> None:
    assert last(store) is None
    first = learn(store, "r1", MADE, add("e1"))
    second = learn(store, "r2", add("e2"))
    store.commit(store.draft(), [Record(action="skip", lesson="l9")], Run(id="r3", time=time(), engine="llm"))
    assert last(store) == second
    back(store, second)
    assert last(store) == first


# Whatever the order.

moves = st.lists(
    st.tuples(st.sampled_from(["learn", "confirm", "mine", "undo", "note"]), st.integers(0, 5)), max_size=9
)


@given(moves)
@settings(max_examples=40, deadline=None)
def test_no_line_of_a_person_is_ever_lost(
    tmp_path_factory: pytest.TempPathFactory, done: list[tuple[str, int]]
) -> None:
    store = opened(tmp_path_factory.mktemp("undo"))
    learn(store, "r0", MADE, add("e0", "- n: 0"))
    mine: list[str] = []
    for number, (what, which) in enumerate(done, 1):
        text = path(store).read_text() if path(store).exists() else ""
        if what == "learn" and path(store, "SKILL.md").exists():
            learn(store, f"r{number}", add(f"e{number}", "- n: 0"))
        elif what == "confirm" and (ids := [each.id for each in entries(text) if each.id]):
            old = next(each.text for each in entries(text) if each.id == ids[which % len(ids)])
            if old.count("- n: ") == 1:
                counted = old.replace("- n: ", "- n: 1")
                change = ReplaceText(skill=SKILL, file=FILE, old=old, new=counted)
                learn(store, f"r{number}", change, action="source", entry=ids[which % len(ids)])
        elif what in ("mine", "note") and text:
            line = f"- mine {number}" if what == "mine" else f"## Mine {number}"
            lines = text.split("\n")
            lines.insert(min(len(lines), which + 1), line)
            path(store).write_text("\n".join(lines))
            mine.append(line)
        elif what == "undo":
            runs = [run for run in store.ledger.runs() if run.engine]
            try:
                back(store, runs[which % len(runs)], keep_mine=which % 2 == 0)
            except AcontextError:
                continue
        now = path(store).read_text().split("\n") if path(store).exists() else []
        assert [line for line in mine if line not in now] == []
    assert store.check() == []


def test_two_clones_that_learn_merge_without_losing_a_run(store: SkillStore, tmp_path: Path) -> None:
    def git(*words: str, at: Path) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=at, check=True, capture_output=True
        )

    learn(store, "r1", MADE, add("e1"))
    git("init", "-q", "-b", "main", at=tmp_path)
    git("add", "skills_store", at=tmp_path)
    git("commit", "-qm", "one", at=tmp_path)
    git("clone", "-q", str(tmp_path), str(tmp_path / "clone"), at=tmp_path)
    other = opened(tmp_path / "clone")
    learn(store, "r2", add("e2", file="here.md"))
    learn(other, "r3", add("e3", file="there.md"))
    for home in (tmp_path, tmp_path / "clone"):
        git("add", "skills_store", at=home)
        # The index of a skill is rebuilt with the next run: here each side takes its own.
        git("commit", "-qm", "more", at=home)
    git("pull", "-q", "--no-rebase", "-X", "ours", at=tmp_path / "clone")
    merged = opened(tmp_path / "clone")
    assert {run.id for run in merged.ledger.runs()} >= {"r1", "r2", "r3"}
    assert [merged.ledger.stands(id) and merged.draft().holds(id) for id in ("e1", "e2", "e3")] == [True] * 3


def test_nothing_is_written_into_a_file_in_which_git_left_a_conflict(store: SkillStore) -> None:
    learn(store, "r1", MADE, add("e1"))
    path(store).write_text(f"<<<<<<< HEAD\n{entry('e1')}\n=======\n{entry('e2')}\n>>>>>>> theirs\n")
    before = skills(store)
    with pytest.raises(AcontextError, match=r"gateways/errors.md:1: a conflict of two clones stands there"):
        learn(store, "r2", add("e3"))
    assert skills(store) == before
