import errno
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acontext_cli.edits import AddEntry, CreateSkill, DeleteFile, MoveFile, ReplaceText, SkillEdit, WriteFile
from acontext_cli.errors import AcontextError, Changed, Refused
from acontext_cli.files import DISK, Disk, digest
from acontext_cli.ledger import Record, Run
from acontext_cli.skills import SKILL, Skill, heading
from acontext_cli.store import Draft, Held, SkillStore
from acontext_cli.store.history import History

RUN = Run(id="r1", time="2026-03-26T10:00:00Z", session="s1", engine="offline")
LATER = replace(RUN, id="r2", time="2026-03-27T10:00:00Z", session="s2")
GATEWAYS = CreateSkill(name="gateways", description="What to do on 502.", body="# Gateways\n\n## Index\n")


FAST = replace(DISK, sync=lambda fd: None, sync_data=lambda fd: None)


def opened(root: Path, disk: Disk = FAST) -> SkillStore:
    machine = root / ".acontext"
    return SkillStore(root / "skills_store" / "default", machine / "spaces" / "default", machine / "history", disk)


def entry(id: str, title: str = "Timeout") -> str:
    return f"{heading(title, '2026-03-26', id)}\n- When to Apply: 502\n"


def add(id: str, file: str = "errors.md") -> AddEntry:
    return AddEntry(skill="gateways", file=file, text=entry(id))


def drafted(store: SkillStore, *edits: SkillEdit) -> Draft:
    draft = store.draft()
    for edit in edits:
        draft.apply(edit)
    return draft


def learned(root: Path, *edits: SkillEdit, run: Run = RUN) -> SkillStore:
    store = opened(root)
    store.commit(drafted(store, *edits), (), run)
    return store


def begun(root: Path) -> SkillStore:
    """A space with the skill `gateways` that holds the entry `e1`."""
    return learned(root, GATEWAYS, add("e1"))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def skills(root: Path) -> dict[str, bytes]:
    found = tree(root / "skills_store" / "default")
    return {name: data for name, data in found.items() if name not in (".ledger.jsonl.torn", ".gitattributes")}


def path(root: Path, file: str, skill: str = "gateways") -> Path:
    return root / "skills_store" / "default" / skill / file


def test_a_new_space_starts_with_two_skills(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.prepare(RUN)
    assert store.names() == ["daily-logs", "user-general-facts"]
    assert store.check() == []
    assert [line.action for line in store.ledger.lines("r1")] == ["create", "create"]


def test_default_skills_that_a_person_deleted_stay_away(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.prepare()
    store.delete("daily-logs")
    store.delete("user-general-facts")
    store.prepare()
    opened(tmp_path).prepare()
    assert store.names() == []


def test_nothing_is_real_before_the_commit(tmp_path: Path) -> None:
    store = opened(tmp_path)
    draft = drafted(store, GATEWAYS, add("e1"))
    assert list(tmp_path.iterdir()) == []
    assert draft.skill("gateways").files["errors.md"] == entry("e1")
    assert draft.names() == {"gateways"}
    assert store.names() == []


def test_a_commit_makes_files_index_ledger_and_history(tmp_path: Path) -> None:
    store = opened(tmp_path)
    draft = drafted(store, GATEWAYS, add("e1"))
    record = Record(action="add", lesson="l1", skill="gateways", file="errors.md", entry="e1")
    assert store.commit(draft, [record], RUN) == (("gateways", SKILL), ("gateways", "errors.md"))
    after = digest(entry("e1").encode())
    text = "---\nname: gateways\ndescription: What to do on 502.\n---\n\n# Gateways\n\n## Index\n\n"
    text += "- 502 → [errors.md](errors.md) “Timeout”\n"
    assert path(tmp_path, SKILL).read_text(encoding="utf-8") == text
    assert path(tmp_path, "errors.md").read_text(encoding="utf-8") == entry("e1")
    assert [
        (line.action, line.file, line.lesson, line.entry, line.before, line.after) for line in store.ledger.lines()
    ] == [
        ("add", "errors.md", "l1", "e1", "", after),
        ("create", SKILL, "", "", "", digest(text.encode())),
    ]
    assert store.history.get(after) == entry("e1").encode()
    assert set(skills(tmp_path)) == {".ledger.jsonl", "gateways/SKILL.md", "gateways/errors.md"}


def test_what_a_run_did_besides_is_recorded_too(tmp_path: Path) -> None:
    begun(tmp_path)
    store = learned(
        tmp_path,
        add("e2"),
        add("e3", "more.md"),
        MoveFile(skill="gateways", file="more.md", to="moved.md"),
        ReplaceText(skill="gateways", file="errors.md", old=entry("e1"), new=""),
        run=LATER,
    )
    assert [(line.action, line.file, line.entry) for line in store.ledger.lines("r2")] == [
        ("add", "errors.md", "e2"),
        ("add", "moved.md", "e3"),
        ("remove", "errors.md", "e1"),
        ("edit", SKILL, ""),
    ]
    assert not store.draft().was_deleted("e1")


def test_a_persons_text_is_never_reformatted(tmp_path: Path) -> None:
    text = "---\r\nname:   mine\r\ndescription: >-\r\n  What I\r\n  know.\r\n---\r\n"
    text += "My   rules\r\n\r\n## Index\r\n\r\n## Rest\r\n* x\r\n"
    begun(tmp_path)
    path(tmp_path, "", "mine").mkdir()
    path(tmp_path, SKILL, "mine").write_bytes(text.encode())
    learned(tmp_path, AddEntry(skill="mine", file="a.md", text=entry("m1")))
    now = path(tmp_path, SKILL, "mine").read_bytes().decode()
    head, rest = text.split("## Index\r\n")
    assert now.startswith(head + "## Index\r\n")
    assert now.endswith(rest.removeprefix("\r\n"))
    assert "[a.md](a.md)" in now


@pytest.mark.parametrize(
    "meddle",
    [
        lambda root: path(root, "errors.md").write_text("mine", encoding="utf-8"),
        lambda root: path(root, "errors.md").unlink(),
        lambda root: path(root, "new.md").write_text("mine", encoding="utf-8"),
        lambda root: path(root, SKILL).write_text(path(root, SKILL).read_text() + "mine", encoding="utf-8"),
        lambda root: (path(root, SKILL).unlink(), path(root, "errors.md").unlink(), path(root, "").rmdir()),
    ],
    ids=["edited", "deleted", "added", "skill edited", "skill deleted"],
)
def test_what_a_person_changed_meanwhile_is_never_overwritten(tmp_path: Path, meddle: Callable[[Path], object]) -> None:
    begun(tmp_path)
    store = opened(tmp_path)
    draft = drafted(
        store, add("e2"), add("e3", "new.md"), ReplaceText(skill="gateways", file=SKILL, old="# G", new="# g")
    )
    meddle(tmp_path)
    before = skills(tmp_path)
    with pytest.raises(Changed):
        store.commit(draft, [Record(action="add", lesson="l2")], LATER)
    assert skills(tmp_path) == before
    assert "l2" not in opened(tmp_path).ledger.lessons


def test_a_lesson_that_another_run_has_dealt_with_meanwhile_is_not_written_twice(tmp_path: Path) -> None:
    store = begun(tmp_path)
    draft = drafted(store, add("e2"))
    other = opened(tmp_path)
    other.commit(drafted(other, add("e3", "new.md")), [Record(action="add", lesson="l2")], LATER)
    before = skills(tmp_path)
    with pytest.raises(Changed, match="another run has learned the same meanwhile"):
        store.commit(draft, [Record(action="add", lesson="l2")], LATER)
    assert skills(tmp_path) == before


def test_a_change_names_the_file(tmp_path: Path) -> None:
    store = begun(tmp_path)
    draft = drafted(store, add("e2"))
    path(tmp_path, "errors.md").write_text("mine", encoding="utf-8")
    with pytest.raises(Changed, match=r"^'gateways/errors\.md' was changed by hand meanwhile"):
        store.commit(draft, (), LATER)


def test_a_new_file_never_goes_into_a_skill_that_was_taken_away(tmp_path: Path) -> None:
    store = begun(tmp_path)
    draft = drafted(store, WriteFile(skill="gateways", file="new.md", text="x"))
    path(tmp_path, SKILL).unlink()
    with pytest.raises(Changed, match="taken away"):
        store.commit(draft, (), LATER)
    assert not path(tmp_path, "new.md").exists()


def test_an_edit_made_just_after_a_commit_is_seen(tmp_path: Path) -> None:
    store = begun(tmp_path)
    for number in range(20):
        text = f"## Same length {number:02}\n"
        path(tmp_path, "errors.md").write_text(text, encoding="utf-8")
        assert store.read("gateways").files["errors.md"] == text


def test_a_commit_of_nothing_writes_nothing(tmp_path: Path) -> None:
    store = begun(tmp_path)
    before = skills(tmp_path)
    assert store.commit(store.draft(), (), LATER) == ()
    assert skills(tmp_path) == before


def test_a_lesson_can_be_done_without_any_edit(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.commit(store.draft(), [Record(action="skip", lesson="l7"), Record(action="skip", lesson="l8")], LATER)
    assert opened(tmp_path).ledger.lessons == {"l7", "l8"}


def test_an_entry_is_found_wherever_it_stands(tmp_path: Path) -> None:
    store = begun(tmp_path)
    draft = store.draft()
    assert draft.entry("e1")[1].title == "Timeout"  # type: ignore[index]
    draft.apply(MoveFile(skill="gateways", file="errors.md", to="moved.md"))
    found = draft.entry("e1")
    assert found is not None
    assert (found[0], found[1].file) == ("gateways", "moved.md")
    draft.apply(ReplaceText(skill="gateways", file="moved.md", old=entry("e1"), new=entry("e2")))
    assert (draft.entry("e1"), draft.holds("e2")) == (None, True)
    draft.apply(DeleteFile(skill="gateways", file="moved.md"))
    assert not draft.holds("e2")


def test_an_entry_that_another_process_added_is_not_taken_for_deleted(tmp_path: Path) -> None:
    begun(tmp_path)
    one, other = opened(tmp_path), opened(tmp_path)
    assert one.draft().holds("e1")
    other.commit(drafted(other, add("e2")), (), LATER)
    draft = one.draft()
    assert (draft.was_deleted("e2"), draft.holds("e2")) == (False, True)


def test_an_entry_of_a_skill_that_another_process_made_since_is_not_taken_for_deleted(tmp_path: Path) -> None:
    learned(tmp_path, GATEWAYS, add("e1"))
    store = opened(tmp_path)
    draft = store.draft()
    draft.apply(add("e2"))
    other = opened(tmp_path)
    theirs = other.draft()
    theirs.apply(CreateSkill(name="theirs", description="Theirs.", body="# Theirs\n"))
    theirs.apply(AddEntry(skill="theirs", file="errors.md", text=entry("e3")))
    other.commit(theirs, (), RUN)
    store.commit(draft, (), LATER)
    assert opened(tmp_path).ledger.stands("e3")


def test_an_entry_that_a_person_copied_stands_where_the_copy_does(tmp_path: Path) -> None:
    learned(tmp_path, GATEWAYS, add("e1"))
    store = opened(tmp_path)
    path(tmp_path, "copy.md").write_text(path(tmp_path, "errors.md").read_text(encoding="utf-8"), encoding="utf-8")
    assert store.draft().holds("e1")
    path(tmp_path, "errors.md").unlink()
    assert store.draft().holds("e1")
    path(tmp_path, "copy.md").unlink()
    assert not store.draft().holds("e1")


def test_an_entry_that_a_person_moved_is_not_taken_for_deleted(tmp_path: Path) -> None:
    learned(tmp_path, GATEWAYS, add("e1"), add("e2", "other.md"))
    store = opened(tmp_path)
    assert store.draft().holds("e1")
    path(tmp_path, "errors.md").write_text("", encoding="utf-8")
    with path(tmp_path, "other.md").open("a", encoding="utf-8") as file:
        file.write("\n" + entry("e1"))
    assert not store.draft().was_deleted("e1")


@pytest.mark.parametrize("again", [False, True], ids=["same process", "next command"])
def test_what_a_person_deleted_stays_deleted(tmp_path: Path, again: bool) -> None:
    learned(tmp_path, GATEWAYS, add("e1"), add("e2", "other.md"))
    store = opened(tmp_path)
    assert not store.draft().was_deleted("e1")
    path(tmp_path, "errors.md").write_text("", encoding="utf-8")
    store = opened(tmp_path) if again else store
    draft = store.draft()
    assert [draft.was_deleted(id) for id in ("e1", "e2", "e3")] == [True, False, False]
    draft.apply(add("e3", "other.md"))
    store.commit(draft, (), LATER)
    assert [(line.action, line.entry, line.file) for line in store.ledger.lines("r2")][:2] == [
        ("add", "e3", "other.md"),
        ("deleted", "e1", "errors.md"),
    ]
    assert opened(tmp_path).ledger.deleted == {"e1"}


def test_a_file_that_a_person_took_away_just_after_a_commit_is_known_by_its_titles(tmp_path: Path) -> None:
    store = begun(tmp_path)
    draft = drafted(store, add("4f2a9d", "more.md"))
    record = Record(action="add", lesson="l9", skill="gateways", file="more.md", entry="4f2a9d")
    store.commit(draft, [record], replace(RUN, id="later"))
    path(tmp_path, "more.md").unlink()
    assert store.deleted_titles() == ["Timeout"]


def test_entries_of_a_file_that_cannot_be_read_are_not_taken_for_deleted(tmp_path: Path) -> None:
    learned(tmp_path, GATEWAYS, add("e1"), add("e2", "other.md"))
    path(tmp_path, "errors.md").write_bytes(b"\xff" + entry("e1").encode())
    store = learned(tmp_path, add("e3", "other.md"), run=LATER)
    assert opened(tmp_path).ledger.deleted == set()
    path(tmp_path, "errors.md").unlink()
    store.commit(drafted(store, add("e4", "other.md")), (), replace(LATER, id="r3"))
    assert opened(tmp_path).ledger.deleted == {"e1"}


def test_a_deleted_skill_is_gone_and_not_taught_again(tmp_path: Path) -> None:
    store = begun(tmp_path)
    (path(tmp_path, "sub")).mkdir()
    path(tmp_path, "sub/run.sh").write_bytes(b"\xff\x00")
    store.delete("gateways", LATER)
    assert skills(tmp_path).keys() == {".ledger.jsonl"}
    assert not path(tmp_path, "").exists()
    assert store.draft().was_deleted("e1")
    assert [(line.action, line.file, line.entry) for line in store.ledger.lines("r2")] == [
        ("deleted", "errors.md", "e1"),
        ("remove", SKILL, ""),
        ("remove", "sub/run.sh", ""),
    ]
    for line in store.ledger.lines("r2"):
        assert store.history.get(line.before)
    with pytest.raises(AcontextError, match="there is no skill 'gateways'"):
        store.delete("gateways")


def test_a_skill_that_cannot_be_read_is_told_and_harms_no_other(tmp_path: Path) -> None:
    store = begun(tmp_path)
    for name, text in {"broken": b"no front matter", "latin": b"---\nname: latin\ndescription: \xe9\n---\n"}.items():
        path(tmp_path, "", name).mkdir()
        path(tmp_path, SKILL, name).write_bytes(text)
    path(tmp_path, "", "no-skill").mkdir()
    assert store.names() == ["broken", "gateways", "latin"]
    assert [name for name, _ in store.catalog()] == ["gateways"]
    assert store.check() == [
        "broken/SKILL.md has no front matter: begin it with '---', 'name: …', 'description: …', '---'",
        "latin/SKILL.md is not UTF-8 (byte 29): save it as UTF-8",
    ]
    store.commit(drafted(store, add("e2")), (), LATER)
    store.delete("broken")
    assert store.names() == ["gateways", "latin"]


def test_the_catalog_reads_heads_only(tmp_path: Path) -> None:
    store = begun(tmp_path)
    long = "---\nname: long\n" + "# x\n" * 3000 + "description: behind a long head\n---\n"
    path(tmp_path, "", "long").mkdir()
    path(tmp_path, SKILL, "long").write_text(long, encoding="utf-8")
    assert store.catalog() == [("gateways", "What to do on 502."), ("long", "behind a long head")]


def test_a_link_that_leads_out_of_the_space_is_not_followed(tmp_path: Path) -> None:
    store = begun(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / SKILL).write_text("---\nname: outside\ndescription: secret\n---\n", encoding="utf-8")
    path(tmp_path, "", "outside").symlink_to(outside)
    path(tmp_path, "secret.md").symlink_to(outside / SKILL)
    path(tmp_path, "inside.md").symlink_to(path(tmp_path, "errors.md"))
    assert store.names() == ["gateways"]
    assert store.files("gateways") == [SKILL, "errors.md", "inside.md"]
    assert store.read_file("gateways", "inside.md") == entry("e1")
    with pytest.raises(AcontextError, match=r"there is no file 'secret\.md'"):
        store.read_file("gateways", "secret.md")
    with pytest.raises(AcontextError, match=r"there is no file '\.\./\.ledger\.jsonl'"):
        store.read_file("gateways", "../.ledger.jsonl")


def test_a_link_made_after_the_look_is_refused(tmp_path: Path) -> None:
    store = begun(tmp_path)
    skill = store.read("gateways")
    path(tmp_path, "errors.md").unlink()
    (tmp_path / "outside.md").write_text("secret", encoding="utf-8")
    path(tmp_path, "errors.md").symlink_to(tmp_path / "outside.md")
    with pytest.raises(AcontextError, match="leads out of the space"):
        skill.files["errors.md"]


def test_files_in_a_folder_of_the_skill_are_its_files(tmp_path: Path) -> None:
    store = begun(tmp_path)
    path(tmp_path, "references").mkdir()
    path(tmp_path, "references/deep.md").write_text(entry("e5"), encoding="utf-8")
    path(tmp_path, ".hidden").write_text("x", encoding="utf-8")
    assert store.files("gateways") == [SKILL, "errors.md", "references/deep.md"]
    store.commit(drafted(store, add("e6", "references/deep.md"), add("e7", "references/new.md")), (), LATER)
    assert opened(tmp_path).read("gateways").files["references/new.md"] == entry("e7")
    assert store.check() == []


def test_a_diff_shows_what_would_change(tmp_path: Path) -> None:
    draft = drafted(begun(tmp_path), ReplaceText(skill="gateways", file="errors.md", old="502", new="504"))
    assert draft.diff() == (
        "--- a/gateways/errors.md\n+++ b/gateways/errors.md\n@@ -1,2 +1,2 @@\n"
        " ## Timeout (date: 2026-03-26) <!-- id: e1 -->\n-- When to Apply: 502\n+- When to Apply: 504\n"
    )


def test_an_invalid_skill_is_not_committed(tmp_path: Path) -> None:
    store = begun(tmp_path)
    draft = store.draft()
    draft.put("gateways", SKILL, "---\nname: other\ndescription: d\n---\n")
    with pytest.raises(Refused, match="must be equal"):
        store.commit(draft, (), LATER)


def test_entries_are_added_at_their_own_cost(tmp_path: Path) -> None:
    store = begun(tmp_path)
    draft = store.draft()
    edits = [add(f"x{number}") for number in range(20_000)]
    start = time.perf_counter()
    for edit in edits:
        draft.apply(edit)
        draft.tokens("gateways", "errors.md")
    assert time.perf_counter() - start < 5  # 0.4 s; the square of it would be minutes
    assert draft.text("gateways", "errors.md").count("\n## ") == 20_000
    assert draft.tokens("gateways", "errors.md") == -(-len(draft.text("gateways", "errors.md")) // 4)


def test_a_large_space_costs_a_commit_nothing(tmp_path: Path) -> None:
    learned(tmp_path, GATEWAYS, *(WriteFile(skill="gateways", file=f"f{n}.md", text=entry(f"a{n}")) for n in range(50)))
    read: list[str] = []

    class Counting(SkillStore):
        def __init__(self, store: SkillStore) -> None:
            self.__dict__ = store.__dict__
            shelf, plain = self._shelf, self._shelf._read
            shelf._read = lambda key, path: read.append(key[1]) or plain(key, path)  # type: ignore[method-assign, func-returns-value]

    time.sleep(0.06)  # a file that was written this moment is never taken for known
    store = Counting(opened(tmp_path))
    assert not store.draft().holds("nobody")
    assert len(read) == 50
    read.clear()
    for number in range(3):
        store.commit(drafted(store, add(f"b{number}", "f0.md")), (), replace(RUN, id=f"n{number}"))
    assert set(read) <= {SKILL, "f0.md"}


def test_lessons_are_held_until_a_person_decides(tmp_path: Path) -> None:
    store = opened(tmp_path)
    edit = {"kind": "AddEntry", "skill": "k", "file": "a.md", "text": "## A"}
    one = Held(lesson="l1", entry="e1", session="s1", reason="only a claim", text="## A", edits=(edit,))
    other = Held(lesson="l1", entry="e2", reason="the same lesson, another entry")
    store.commit(store.draft(), (), RUN, held=[one, other])
    store.commit(store.draft(), (), RUN, held=[one])
    assert opened(tmp_path).held() == [one, other]
    store.commit(store.draft(), (), RUN, held=[replace(one, state="rejected")])
    assert (store.held(), store.held("rejected")) == ([other], [replace(one, state="rejected")])
    assert len((tmp_path / ".acontext/spaces/default/held.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_the_history_is_bounded_and_loses_the_oldest_first(tmp_path: Path) -> None:
    history = History(tmp_path / "h", limit=1000)
    names = [history.put(bytes([number]) * 100) for number in range(30)]
    for age, name in enumerate(reversed(names), 20):
        aged(history, name, age)
    history.put(bytes([1]) * 100)  # used again, so it is not the oldest any more
    history.trim(keep={names[0]})
    left = [number for number, name in enumerate(names) if (history.folder / name[:2] / name).exists()]
    assert left == [0, 1, *range(23, 30)]
    history.trim()
    assert history.get(names[0]) == bytes(100)


def test_what_was_kept_a_moment_ago_stays_for_the_run_that_needs_it(tmp_path: Path) -> None:
    history = History(tmp_path / "h", limit=100)
    names = [history.put(bytes([number]) * 100) for number in range(5)]
    history.trim()
    assert [history.get(name)[0] for name in names] == [0, 1, 2, 3, 4]


def aged(history: History, name: str, seconds: int) -> None:
    then = time.time_ns() - seconds * 10**9
    os.utime(history.folder / name[:2] / name, ns=(then, then))


def test_a_space_that_gets_the_name_of_one_that_is_gone_finds_nothing_of_it(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.prepare(RUN)
    store.commit(store.draft(), (), RUN, held=[Held(lesson="l1", reason="only a claim")])

    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened(tmp_path, replace(FAST, rename=dying)).remove()
    assert (opened(tmp_path).names(), opened(tmp_path).held()) == (["daily-logs", "user-general-facts"], [])
    opened(tmp_path).remove()
    assert list((tmp_path / ".acontext" / "spaces").iterdir()) == []
    assert (opened(tmp_path).names(), opened(tmp_path).held()) == ([], [])


def test_a_damaged_or_forgotten_content_is_told(tmp_path: Path) -> None:
    history = opened(tmp_path).history
    name = history.put(b"x")
    (history.folder / name[:2] / name).write_bytes(b"")
    with pytest.raises(AcontextError, match="damaged"):
        history.get(name)
    (history.folder / name[:2] / name).unlink()
    with pytest.raises(AcontextError, match="any more"):
        history.get(name)


# What a killed process leaves.


class Killed(BaseException):
    """Goes through every `except` that a kill would not run."""


class Stopping:
    """A disk whose operations fail from the given one on, or that one alone; a write fails in its middle."""

    def __init__(self, after: int, error: Callable[[], BaseException], *, forever: bool = True) -> None:
        self.after, self.error, self.forever = after, error, forever
        self.done = 0
        calls = {each.name: getattr(FAST, each.name) for each in fields(FAST) if each.name != "flock"}
        self.disk = replace(FAST, **{name: partial(self, name, call) for name, call in calls.items()})

    def __call__(self, name: str, call: Callable[..., Any], *args: Any) -> Any:
        if name == "remove_folder" and not self.forever:
            return call(*args)  # an empty folder that stays is no failure
        self.done += 1
        if self.done < self.after or (self.done > self.after and not self.forever):
            return call(*args)
        if self.done == self.after and name == "write":
            call(args[0], args[1][: len(args[1]) // 2])
        raise self.error()


def second_run(store: SkillStore) -> None:
    create = CreateSkill(name="new", description="New.", body="# New\n\n## Index\n")
    draft = drafted(store, add("e2"), create, AddEntry(skill="new", file="a.md", text=entry("n1")))
    draft.apply(MoveFile(skill="gateways", file="other.md", to="moved.md"))
    store.commit(draft, [Record(action="add", lesson="l2", skill="gateways", file="errors.md", entry="e2")], LATER)


def stops(root: Path, base: Path, error: Callable[[], BaseException], *, forever: bool = True) -> Iterator[Path]:
    """A space for each operation of a run, left as it is when the run ends there."""
    for after in range(1, 999):
        home = root / f"{after:03}"
        shutil.copytree(base, home)
        stopping = Stopping(after, error, forever=forever)
        with suppress(Killed, AcontextError):
            second_run(opened(home, stopping.disk))
        if stopping.done < after:
            return
        yield home


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("base")
    learned(root, GATEWAYS, add("e1"), add("o1", "other.md"))
    return root


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory, base: Path) -> list[dict[str, bytes]]:
    """What a space holds before the run, and after it."""
    root = tmp_path_factory.mktemp("ends") / "space"
    shutil.copytree(base, root)
    second_run(opened(root))
    return [skills(base), skills(root)]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, base: Path) -> list[Path]:
    """Spaces that processes killed at each of their operations have left."""
    return list(stops(tmp_path_factory.mktemp("killed"), base, Killed))


def copies(homes: list[Path], folder: Path) -> Iterator[Path]:
    for home in homes:
        yield Path(shutil.copytree(home, folder / home.name))


def test_a_kill_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, killed: list[Path], ends: list[dict[str, bytes]]
) -> None:
    states = []
    for home in copies(killed, tmp_path):
        opened(home)
        states.append(ends.index(skills(home)))
        assert opened(home).recovered == ""
    assert states == sorted(states)
    assert set(states) == {0, 1}
    assert len(states) > 40


def test_a_second_kill_during_the_recovery_does_no_harm(
    tmp_path: Path, killed: list[Path], ends: list[dict[str, bytes]]
) -> None:
    for home in copies(killed, tmp_path):
        for after in range(2, 99, 7):
            try:
                opened(home, Stopping(after, Killed).disk)
            except Killed:
                continue
            break
        assert skills(home) in ends


def test_the_run_can_be_done_again_after_a_kill(
    tmp_path: Path, killed: list[Path], ends: list[dict[str, bytes]]
) -> None:
    for home in copies(killed[::3], tmp_path):
        store = opened(home)
        if skills(home) == ends[0]:
            second_run(store)
        assert skills(home) == ends[1]
        assert store.check() == []


def test_a_disk_that_is_full_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, base: Path, ends: list[dict[str, bytes]]
) -> None:
    for home in stops(tmp_path, base, lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))):
        opened(home)
        assert skills(home) in ends


def test_an_operation_that_fails_once_leaves_the_old_state_at_once(
    tmp_path: Path, base: Path, ends: list[dict[str, bytes]]
) -> None:
    ends_as = Counter[tuple[int, bool]]()
    for home in stops(tmp_path, base, lambda: OSError(errno.EIO, "broken"), forever=False):
        is_old, recovered = skills(home) == ends[0], opened(home).recovered
        ends_as[ends.index(skills(home)), bool(recovered)] += 1
        assert is_old == (skills(home) == ends[0])
    # Behind the write of the ledger the next command ends the journal. What only clears away what nobody needs fails
    # nothing.
    assert set(ends_as) == {(0, False), (1, True), (1, False)}
    assert (ends_as[1, True], ends_as[1, False]) == (2, 6)


@pytest.mark.parametrize("file", ["gateways/errors.md", "new/SKILL.md"])
def test_a_cut_off_run_never_overwrites_what_a_person_did_since(
    tmp_path: Path, file: str, killed: list[Path], ends: list[dict[str, bytes]]
) -> None:
    taken_back = 0
    for home in copies(killed, tmp_path):
        target = home / "skills_store" / "default" / file
        target.parent.mkdir(exist_ok=True)
        mine = (target.read_bytes() if target.exists() else b"") + b"mine\n"
        target.write_bytes(mine)
        said = opened(home).recovered
        now = skills(home)
        assert now.pop(file) == mine
        assert now in [{name: data for name, data in end.items() if name != file} for end in ends]
        taken_back += f"taken back, because '{file}' was changed by hand" in said
    assert taken_back > 5


def test_a_journal_that_comes_back_is_known_to_be_done(tmp_path: Path) -> None:
    journal = tmp_path / ".acontext/spaces/default/commit.journal"
    kept: list[bytes] = []

    def truncate(fd: int, size: int) -> None:
        kept.append(journal.read_bytes())
        DISK.truncate(fd, size)

    begun(tmp_path)
    store = opened(tmp_path, replace(FAST, truncate=truncate))
    store.commit(drafted(store, add("e2")), (), LATER)
    learned(tmp_path, add("e3"), run=replace(RUN, id="r3"))
    after = skills(tmp_path)
    journal.write_bytes(kept[-1])
    assert opened(tmp_path).recovered
    assert skills(tmp_path) == after


def test_a_journal_from_elsewhere_does_not_reach_out_of_the_space(tmp_path: Path) -> None:
    import json

    store = begun(tmp_path)
    name = store.history.put(b"evil")
    for skill, file in (
        ("..", "evil.md"),
        ("gateways", "../../evil.md"),
        ("gateways", "/tmp/evil.md"),
        ("a/../..", "x"),
    ):
        plan = json.dumps({"v": 1, "files": [[skill, file, "", name]], "ledger": ["x"], "size": 0}).encode()
        journal = tmp_path / ".acontext/spaces/default/commit.journal"
        journal.write_bytes(f"{digest(plan)} {len(plan)}\n".encode() + plan)
        with pytest.raises(AcontextError, match="leads out of the space"):
            opened(tmp_path)
    assert list(tmp_path.rglob("evil.md")) == []


ids = st.integers(0, 9).map("e{}".format)
files = st.sampled_from(["a.md", "b.md", "c.md"])
edits: st.SearchStrategy[SkillEdit] = st.one_of(
    st.builds(
        AddEntry, skill=st.sampled_from(["one", "two"]), file=files, text=st.builds(entry, ids, st.text(max_size=9))
    ),
    st.builds(WriteFile, skill=st.sampled_from(["one", "two"]), file=files, text=st.text(max_size=20)),
    st.builds(ReplaceText, skill=st.just("one"), file=files, old=st.just("- When"), new=st.text(max_size=9)),
    st.builds(MoveFile, skill=st.just("one"), file=files, to=files),
    st.builds(DeleteFile, skill=st.just("one"), file=files),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(edits, max_size=6), max_size=4))
def test_what_is_committed_is_what_was_drafted(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[SkillEdit]]
) -> None:
    validator = pytest.importorskip("skills_ref.validator")
    root = tmp_path_factory.mktemp("space")
    store = opened(root)
    for name in ("one", "two"):
        store.commit(drafted(store, replace(GATEWAYS, name=name)), (), RUN)
    for number, run in enumerate(runs):
        draft = store.draft()
        for edit in run:
            try:
                draft.apply(edit)
            except Refused:
                continue
        store.commit(draft, (), replace(RUN, id=str(number), time=str(number)))
        fresh = opened(root).draft()
        assert contents(fresh) == contents(draft) == contents(store.draft())
        assert {id for id in map("e{}".format, range(10)) if fresh.holds(id)} == {
            id for id in map("e{}".format, range(10)) if store.draft().holds(id)
        }
    assert store.ledger.deleted == set()
    for name in store.names():
        assert validator.validate(root / "skills_store" / "default" / name) == []


def contents(draft: Draft) -> dict[str, dict[str, str]]:
    def whole(skill: Skill) -> dict[str, str]:
        return dict(skill.files)

    return {name: whole(draft.skill(name)) for name in sorted(draft.names())}


# What a person does at the same moment.


class Interrupting(Stopping):
    """A disk before whose given operation a person does something; with a kill behind it where that is wanted."""

    def __init__(self, after: int, person: Callable[[], None], *, exchanges: bool = True, kill: int = 0) -> None:
        super().__init__(after, Killed)
        self.person, self.kill = person, kill
        if not exchanges:
            self.disk = replace(self.disk, exchange=_cannot)

    def __call__(self, name: str, call: Callable[..., Any], *args: Any) -> Any:
        self.done += 1
        if self.done == self.after:
            self.person()
        if self.kill and self.done >= self.after + self.kill:
            raise Killed
        return call(*args)


def _cannot(*_: object) -> None:
    raise OSError(errno.ENOSYS, "no such call")


def saves(target: Path) -> None:
    """As most editors do: a new file that takes the name."""
    beside = target.with_name("saved~")
    beside.write_text(target.read_text(encoding="utf-8") + "- mine\n", encoding="utf-8")
    beside.rename(target)


def saves_in_place(target: Path) -> None:
    text = target.read_text(encoding="utf-8") + "- mine\n"
    target.write_text(text, encoding="utf-8")


def appends(target: Path) -> None:
    with target.open("a", encoding="utf-8") as file:
        file.write("- mine\n")


@pytest.mark.parametrize(
    ("file", "save", "kill"),
    [
        *(("errors.md", save, kill) for save in (saves, saves_in_place, appends) for kill in (0, 1, 2)),
        *((file, save, 0) for save in (saves, appends) for file in ("SKILL.md", "other.md")),
        ("SKILL.md", saves, 2),
        ("other.md", appends, 1),
    ],
)
def test_a_person_may_save_at_any_moment(
    tmp_path: Path, base: Path, file: str, save: Callable[[Path], None], kill: int
) -> None:
    refused = 0
    for after in range(1, 999):
        home = Path(shutil.copytree(base, tmp_path / f"{after:03}"))
        target = path(home, file)
        there = []

        def write(target: Path = target, there: list[bool] = there) -> None:
            there.append(target.exists())
            if target.exists():
                save(target)

        disk = Interrupting(after, write, kill=kill)
        try:
            second_run(opened(home, disk.disk))
        except Changed:
            refused += 1
        except Killed:
            opened(home)
        if disk.done < after:
            break
        if there == [True]:
            assert "- mine\n" in target.read_text(encoding="utf-8"), after
        assert list(target.parent.glob(".*.tmp")) == [], after
        assert opened(home).recovered == ""
    assert refused > 5 or kill


def test_where_a_disk_cannot_exchange_files_are_compared_and_replaced(tmp_path: Path, base: Path) -> None:
    home = Path(shutil.copytree(base, tmp_path / "home"))
    disk = Interrupting(0, lambda: None, exchanges=False)
    second_run(opened(home, disk.disk))
    assert "e2" in path(home, "errors.md").read_text(encoding="utf-8")
    other = Path(shutil.copytree(base, tmp_path / "other"))
    disk = Interrupting(30, lambda: saves(path(other, "errors.md")), exchanges=False)
    with pytest.raises(Changed):
        second_run(opened(other, disk.disk))
    assert "- mine" in path(other, "errors.md").read_text(encoding="utf-8")


def test_what_is_passed_over_is_told(tmp_path: Path) -> None:
    store = begun(tmp_path)
    space = path(tmp_path, "", "").parent if not path(tmp_path, "", "").is_dir() else path(tmp_path, "", "")
    outside = tmp_path / "outside"
    outside.mkdir()
    outside.joinpath("SKILL.md").write_text("---\nname: x\ndescription: x\n---\n")
    for name in ("small", "bare", "piped", "led", "folded", "empty"):
        space.joinpath(name).mkdir()
    space.joinpath("small/skill.md").write_text("x")
    space.joinpath("bare/notes.md").write_text("x")
    os.mkfifo(space / "piped/SKILL.md")
    space.joinpath("led/SKILL.md").symlink_to(outside / "SKILL.md")
    space.joinpath("folded/SKILL.md").mkdir()
    space.joinpath("away").symlink_to(outside)
    space.joinpath("nowhere").symlink_to("not-there")
    space.joinpath("circle").symlink_to("circle")
    space.joinpath("gateways/far.md").symlink_to(outside / "SKILL.md")
    assert store.check() == [
        "away: it is a link that leads out of the space: put the folder itself there",
        "bare: it has no SKILL.md, so no agent sees it: write one, or move the folder away",
        "circle: it is a link that leads nowhere: put the folder itself there",
        "folded/SKILL.md: it is a folder: a file is expected there",
        "gateways/far.md: it is a link that leads out of the space: put the file itself there",
        "led/SKILL.md: it is a link that leads out of the space: put the file itself there",
        "nowhere: it is a link that leads nowhere: put the folder itself there",
        "piped/SKILL.md: it is no regular file: put one there",
        "small/skill.md: no agent finds it under this name: call it SKILL.md",
    ]
    assert store.check("gateways") == [
        "gateways/far.md: it is a link that leads out of the space: put the file itself there"
    ]


def test_a_run_that_was_refused_leaves_no_folder_that_stands_in_the_way(tmp_path: Path) -> None:
    refuses = replace(DISK, rename=broken)
    with pytest.raises(AcontextError):
        SkillStore(tmp_path / "skills", tmp_path / "machine", tmp_path / "history", refuses).prepare()
    store = SkillStore(tmp_path / "skills", tmp_path / "machine", tmp_path / "history")
    assert store.is_new
    store.prepare()
    assert store.names() == ["daily-logs", "user-general-facts"]
    assert not store.is_new


def broken(*_: object) -> None:
    raise OSError(errno.EIO, "broken")


def test_entries_of_a_folder_that_cannot_be_listed_do_not_count_as_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder, scan = begun(tmp_path), path(tmp_path, "", "").resolve(), os.scandir

    def refused(which: Any) -> Any:
        if Path(which) == folder / "gateways":
            raise PermissionError(errno.EACCES, "Permission denied", str(which))
        return scan(which)

    (folder / "gateways").touch()
    (folder / "other").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refused)  # root may list any folder
        blind = opened(tmp_path)
        draft = blind.draft()
        draft.apply(CreateSkill(name="other", description="Another.", body="# Other\n"))
        with pytest.raises(AcontextError, match="folder cannot be read, nothing was written: gateways: Permission"):
            blind.commit(draft, (), LATER)
    store = opened(tmp_path)
    assert store.names() == ["gateways"]
    assert "deleted" not in {line.action for line in store.ledger.lines()}
    assert not store.draft().was_deleted("e1")


def test_what_a_person_saved_is_put_back_though_the_disk_refused_that_once(tmp_path: Path, base: Path) -> None:
    home = Path(shutil.copytree(base, tmp_path / "home"))
    calls: list[object] = []

    def exchange(*names: Any) -> None:
        calls.extend(names[1:2] if names[1].name == "errors.md" else ())
        if len(calls) == 1 and names[1].name == "errors.md":
            saves(path(home, "errors.md"))
        if len(calls) == 2 and names[1].name == "errors.md":
            raise OSError(errno.EIO, "broken")
        FAST.exchange(*names)

    with pytest.raises(AcontextError, match="broken"):
        second_run(opened(home, replace(FAST, exchange=exchange)))
    assert "- mine" in path(home, "errors.md").read_text(encoding="utf-8")
    assert list((home / "skills_store").rglob(".*.tmp")) == []
    assert opened(home).recovered == ""
