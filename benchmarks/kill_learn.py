"""Processes that change one space are killed, and a person writes into its files in between. Nothing may be mixed.

`python benchmarks/crashes.py learn [--kills N] [--without SAFEGUARD]` runs it.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import get_args

from kill_record import not_synced, overwritten
from kills import Acknowledge, Safeguard

from acontext_cli.edits import AddEntry, CreateSkill, as_json
from acontext_cli.errors import AcontextError, Changed
from acontext_cli.files import Disk, digest, lines
from acontext_cli.files.inside import Folder, Was
from acontext_cli.ledger import REVIEW, Ledger, Line, Record, Run
from acontext_cli.reviewing import Desk, Gone
from acontext_cli.skills import SKILL, entries, heading
from acontext_cli.store import Held, SkillStore, history, journal
from acontext_cli.store.draft import Draft
from acontext_cli.store.held import State
from acontext_cli.store.history import History
from acontext_cli.store.journal import Journal
from acontext_cli.undo import taken_back, undo

SKILLS = ("one", "two")
FILES = ("a.md", "b.md", "c.md")
PLACES = tuple((skill, file) for skill in SKILLS for file in FILES)
DAY = "2026-03-26"
STATES: tuple[State, ...] = get_args(State)
_SECOND = 1_000_000_000

Operation = Callable[[SkillStore, str, Random], str | None]
"""Something that a command does to a space, as a run of the name given or of the one that it tells (empty: of none that
it knows): its lines are in the ledger when it returns."""


def learn(store: SkillStore, run: str, random: Random) -> None:
    """An entry in each of some files, of both skills at times; a skill that is not there is made."""
    draft = store.draft()
    store.commit(draft, _added(draft, run, random), _run(run))


def learn_the_same(store: SkillStore, run: str, random: Random) -> None:
    """A lesson that others learn too: one of them may write it."""
    number = next(number for number in range(1 << 30) if f"same-{number}" not in store.ledger.lessons)
    draft = store.draft()
    records = [replace(record, lesson=f"same-{number}") for record in _added(draft, run, random)]
    store.commit(draft, records, _run(run))


def hold(store: SkillStore, run: str, random: Random) -> None:
    """Some lessons are written and one waits for a person."""
    draft = store.draft()
    skill, file = random.choice(PLACES)
    id = f"held-{run}"
    text = _text(run, id)
    edits = (as_json(AddEntry(skill=skill, file=file, text=text)),)
    waits = Held(
        lesson=id,
        entry=id,
        title=f"Run {run}",
        reason="a claim",
        run=run,
        skill=skill,
        file=file,
        text=text,
        edits=edits,
    )
    records = [*_added(draft, run, random), Record(action="hold", lesson=waits.lesson, entry=waits.entry)]
    store.commit(draft, records, _run(run), held=[waits])


def decide(store: SkillStore, run: str, random: Random) -> str | None:
    """A person accepts or rejects a lesson that waits."""
    desk = Desk(store, lambda _: None)
    if not (waiting := desk.held()):
        return hold(store, run, random)
    held = random.choice(waiting)
    if random.random() < 0.5:
        desk.reject(held)
        return ""
    return desk.accept(held).run


def take_back(store: SkillStore, run: str, random: Random) -> str | None:
    """A run is taken back, though others have written since, and a person."""
    runs = [each for each in store.ledger.runs() if each.id not in taken_back(store.ledger.runs())]
    if not runs:
        return learn(store, run, random)
    return undo(store, random.choice(runs[:9]), _run(run, later=1).time, keep_mine=True).run.id


def delete(store: SkillStore, run: str, random: Random) -> None:
    """A person takes a skill away."""
    names = store.names()
    if not names:
        learn(store, run, random)
    else:
        store.delete(random.choice(names), _run(run, later=1))


OPERATIONS: Mapping[Operation, int] = {learn: 5, learn_the_same: 2, hold: 3, decide: 3, take_back: 3, delete: 2}
"""What is done, and how often."""


def _added(draft: Draft, run: str, random: Random) -> list[Record]:
    for name in set(SKILLS) - draft.names():
        draft.apply(CreateSkill(name=name, description=f"Skill {name}.", body="# Notes\n\n## Index\n"))
    places = random.sample(PLACES, random.randint(1, len(PLACES)))
    records = []
    for skill, file in places:
        id = f"{run}-{skill}-{file[0]}"
        draft.apply(AddEntry(skill=skill, file=file, text=_text(run, id)))
        records.append(Record(action="add", lesson=run, skill=skill, file=file, entry=id))
    return records


def _text(run: str, id: str) -> str:
    return f"{heading(f'Run {run}', DAY, id)}\n- When to Apply: {run}\n"


def _run(id: str, later: int = 0) -> Run:
    """A run of now; what ends an entry says a later time than whoever adds it at the same moment."""
    seconds, rest = divmod(time.time_ns() + later * _SECOND, _SECOND)
    return Run(id=id, time=time.strftime(f"%Y-%m-%dT%H:%M:%S.{rest:09}Z", time.gmtime(seconds)))


_BY_OTHERS = ("there is no skill", "taken back already", "meanwhile")
"""What is said where another process has been faster."""


class Learning:
    """One space that one or two processes change; in half of the trials a person does too."""

    operations, seconds = 200, 0.06

    def __init__(self, home: Path, random: Random) -> None:
        self.writers = random.randint(1, 2)
        self._random = random
        self._home = home
        self._is_edited = random.random() < 0.5
        self._notes: list[tuple[str, str, str, int]] = []
        """Skill, file, what was written, and how long the ledger was then."""
        self._taken: set[str] = set()
        """Entries that the person took out."""
        self._store()

    def moved(self, home: Path) -> "Learning":
        """The same in another folder, for one that may be broken meanwhile."""
        other = object.__new__(Learning)
        other.__dict__.update(self.__dict__, _home=home, _notes=[*self._notes], _taken={*self._taken})
        return other

    def write(self, name: str, acknowledge: Acknowledge) -> None:
        random = Random(f"{name}{self._random.random()}")
        store = self._store()
        for number in range(1 << 30):
            (operation,) = random.choices([*OPERATIONS], [*OPERATIONS.values()])
            try:
                run = operation(store, f"{name}-{number}", random)
            except (Changed, Gone):
                continue
            except AcontextError as error:
                if not any(word in str(error) for word in _BY_OTHERS):
                    raise
                continue
            if run != "":
                acknowledge(run or f"{name}-{number}")

    def losses(self, acknowledged: dict[str, list[str]]) -> list[str]:
        if self._is_edited:
            self._write_by_hand()
        store = self._store()
        promised = {promise for names in acknowledged.values() for promise in names}
        found = [f"the run {run} is lost" for run in sorted(promised - {line.run for line in store.ledger.lines()})]
        found += self._broken() + self._learned_twice() + self._held(store) + self._forgotten(store) + self._left_over()
        return found + (self._mixed_with_hand() if self._notes or self._taken else self._mixed(store))

    def _store(self) -> SkillStore:
        machine = self._home / ".acontext"
        return SkillStore(self._skills, machine / "spaces", machine / "history")

    @property
    def _skills(self) -> Path:
        return self._home / "skills"

    def _lines(self) -> list[Line]:
        """The ledger in the order in which it was written."""
        found = (json.loads(text) for _, text in lines(self._skills / ".ledger.jsonl"))
        return [Line(**{name: value for name, value in each.items() if name in Line.__slots__}) for each in found]

    def _broken(self) -> list[str]:
        texts = Counter(text for _, text in lines(self._skills / ".ledger.jsonl"))
        return [f"{count} times in the ledger: {text!r}" for text, count in texts.items() if count > 1]

    def _learned_twice(self) -> list[str]:
        runs: dict[str, set[str]] = {}
        for line in self._lines():
            if line.action == "add" and line.lesson and line.engine != REVIEW:  # what is undone may be accepted again
                runs.setdefault(line.lesson, set()).add(line.run)
        return [f"{lesson} was learned in {len(which)} runs" for lesson, which in runs.items() if len(which) > 1]

    def _held(self, store: SkillStore) -> list[str]:
        told = [line.lesson for line in self._lines() if line.action == "hold" and line.lesson]
        there = Counter(item.lesson for state in STATES for item in store.held(state))
        found = [f"{lesson} is recorded as held and is not" for lesson in told if not there[lesson]]
        return found + [f"{lesson} is held {count} times" for lesson, count in there.items() if count > 1]

    def _forgotten(self, store: SkillStore) -> list[str]:
        """Contents that the ledger names and the history does not hold, and any that it holds and not whole."""
        names = {name for line in store.ledger.lines() for name in (line.before, line.after) if name}
        names |= {path.name for path in store.history.folder.glob("??/[!.]*")}
        found = []
        for name in sorted(names):
            try:
                store.history.get(name)
            except AcontextError as error:
                found.append(str(error))
        return found

    def _left_over(self) -> list[str]:
        """Half-made files, once another run has come through; the last one's are there until then."""
        begun = Ledger(self._skills / ".ledger.jsonl").size  # what git is told is written before everything else
        left = [path.name for path in self._skills.rglob(".*.tmp") if begun or not path.name.startswith("..")]
        return [f"{name} was left over" for name in left if not self._is_edited]

    def _mixed(self, store: SkillStore) -> list[str]:
        """Each file must be what the last run left in it, and each run must have begun where the one before ended."""
        found, last, told = store.check(), dict[tuple[str, str], str](), dict[tuple[str, str], str]()
        for line in self._lines():
            key = (line.skill, line.file)
            if not line.before and not line.after:
                continue
            if told.get(key) != line.run and line.before != last.get(key, ""):
                found.append(f"the run {line.run} did not begin with what was in {'/'.join(key)}")
            last[key], told[key] = line.after, line.run
        there = {key: digest(path.read_bytes()) for key, path in self._files()}
        for key in sorted(last.keys() | there.keys()):
            if last.get(key, "") != there.get(key, ""):
                found.append(f"{'/'.join(key)} is not as the ledger says")
        return found + [
            f"{id} stands and was not recorded, or the reverse" for id in self._recorded() ^ self._standing()
        ]

    def _mixed_with_hand(self) -> list[str]:
        """The same by entries, where a person's own lines stand among them."""
        noted = {(skill, file) for skill, file, _, _ in self._notes}
        ledger = Ledger(self._skills / ".ledger.jsonl")
        # What a person has saved over a file of an undo that is then taken back lacks what that had taken out.
        recorded = {id for id in self._recorded() - self._taken if ledger.place(id) not in noted}
        found = [f"the entry {id} is gone" for id in sorted(recorded - self._standing())]
        # What a person has saved over a file of a run that is then taken back stays, entry and all.
        more = {id for key, path in self._files() if key not in noted for id in _ids(path)}
        found += [f"the entry {id} stands and was not recorded" for id in sorted(more - self._recorded() - self._taken)]
        for skill, file, note, size in self._notes:
            path = self._skills / skill / file
            gone = any(line.action == "remove" and line.skill == skill for line in self._lines()[size:])
            if not gone and not (path.exists() and note in path.read_text(encoding="utf-8")):
                found.append(f"a person's line was overwritten: {note!r}")
        return found

    def _recorded(self) -> set[str]:
        ledger = Ledger(self._skills / ".ledger.jsonl")
        ids = {line.entry for line in ledger.lines() if line.entry}
        return {id for id in ids if ledger.stands(id)}

    def _standing(self) -> set[str]:
        return {id for _, path in self._files() for id in _ids(path)}

    def _files(self) -> Iterator[tuple[tuple[str, str], Path]]:
        for path in self._skills.glob("*/*"):
            if not path.name.startswith("."):
                yield (path.parent.name, path.name), path

    def _write_by_hand(self) -> None:
        """Now and then a person adds a line to a file before the next command runs, or takes an entry out."""
        places = [(key, path) for key, path in self._files() if path.name in FILES]
        if not places or self._random.random() < 0.5:
            return
        (skill, file), path = self._random.choice(places)
        text, size = path.read_text(encoding="utf-8"), len(self._lines())
        if self._random.random() < 0.3 and (found := entries(text)):
            taken = self._random.choice(found)
            self._taken.add(taken.id)
            text = text.replace(taken.text, "")  # and what the person had written under it
            self._notes = [note for note in self._notes if note[:2] != (skill, file) or note[2] in text]
        note = f"- a note {len(self._notes)}\n"
        self._notes.append((skill, file, note, size))
        path.write_text(text + note, encoding="utf-8")


def _ids(path: Path) -> list[str]:
    if path.name == SKILL or path.suffix != ".md":
        return []
    return [entry.id for entry in entries(path.read_text(encoding="utf-8")) if entry.id]


def no_journal() -> None:
    Journal._begin = lambda *_: None  # type: ignore[method-assign]


def no_checksum() -> None:
    def read(self: Journal) -> tuple[list[journal.Change], list[str], int, list[str]]:
        text = self._path.read_bytes().partition(b"\n")[2]
        plan = json.JSONDecoder().raw_decode(text.decode())[0]
        return [journal.Change(*file) for file in plan["files"]], plan["ledger"], plan["size"], plan["held"]

    Journal._read = read  # type: ignore[method-assign]


def no_hash_check() -> None:
    SkillStore._unchanged = lambda *_: None  # type: ignore[method-assign]
    journal._is = lambda *_: True  # nor where two files are exchanged


def no_person_check() -> None:
    def settle(self: Journal, changes: Sequence[journal.Change]) -> str:
        for change in changes:
            self._write(change.skill, change.file, change.after, self.now(change))
        return ""

    Journal._settle = settle  # type: ignore[method-assign]


def no_ledger_check() -> None:
    Ledger.present = lambda *_: set()  # type: ignore[method-assign]


def no_lesson_check() -> None:
    SkillStore._new_only = lambda self, *_: self.ledger.refresh()  # type: ignore[method-assign]


def no_place_check() -> None:
    def there(self: SkillStore, draft: Draft, thinned: Sequence[str] = ()) -> None:
        for name in dict.fromkeys((*draft.touched, *thinned)):
            if name in draft.names():
                self._index(draft, name)

    SkillStore._finish = there  # type: ignore[method-assign]


def no_sweep() -> None:
    Journal._sweep = lambda *_: None  # type: ignore[method-assign]


def no_recovery() -> None:
    Journal.recover = lambda _: ""  # type: ignore[method-assign]


def hold_late() -> None:
    """What is held is not in the journal: it is written behind everything else."""
    begin = Journal._begin
    Journal._begin = lambda self, changes, lines, size, _: begin(self, changes, lines, size, ())  # type: ignore[method-assign]


def keep_late() -> None:
    """Contents come into the history when the files have them."""
    waiting: list[tuple[History, bytes]] = []
    put, get, run = History.put, History.get, Journal.run

    def later(self: History, data: bytes) -> str:
        waiting.append((self, data))
        return digest(data)

    def known(self: History, name: str) -> bytes:
        return next((data for _, data in waiting if digest(data) == name), None) or get(self, name)

    def done(self: Journal, changes: Sequence[journal.Change], lines: Sequence[str], held: Sequence[str] = ()) -> None:
        run(self, changes, lines, held)
        while waiting:
            put(*waiting.pop())

    History.put, History.get, Journal.run = later, known, done  # type: ignore[method-assign]


def put_in_place() -> None:
    def put(self: Folder, name: str, data: bytes, was: Was, disk: Disk) -> bool:  # noqa: ARG001
        overwritten(self.path / name, data, disk)
        return True

    Folder.put = put  # type: ignore[method-assign]


def write_in_place() -> None:
    history.write_whole = overwritten


def not_locked(disk: Disk) -> Disk:
    return replace(disk, flock=lambda *_: None)


SAFEGUARDS = (
    Safeguard("journal", "learn", "what a run is about to do is written down first", off=no_journal),
    Safeguard("journal-checksum", "learn", "a journal that was not written to its end is none", off=no_checksum),
    Safeguard("journal-recovery", "learn", "whoever finds a journal finishes it, or takes it back", off=no_recovery),
    Safeguard("hash-check", "learn", "a file that changed since it was read is not written", off=no_hash_check),
    Safeguard("person-check", "learn", "the recovery leaves what a person changed", off=no_person_check),
    Safeguard("ledger-check", "learn", "the recovery does not record again what is recorded", off=no_ledger_check),
    Safeguard("lesson-check", "learn", "a lesson that another run has dealt with is left", off=no_lesson_check),
    Safeguard("skill-check", "learn", "a skill that was taken away is not written into", off=no_place_check),
    Safeguard("half-made-swept", "learn", "the recovery takes half-made files away", off=no_sweep),
    Safeguard("held-in-journal", "learn", "what is held is in the journal too", off=hold_late),
    Safeguard("history-first", "learn", "contents are in the history before a file has them", off=keep_late),
    Safeguard("put-and-exchange", "learn", "a file of a skill is exchanged for a whole one", off=put_in_place),
    Safeguard("temp-and-rename", "learn", "other files are replaced by a rename", off=write_in_place),
    Safeguard("space-lock", "learn", "one changes a space at a time", not_locked),
    Safeguard("commit-sync-seen", "learn", "a run is synced before it is acknowledged", not_synced),
)
