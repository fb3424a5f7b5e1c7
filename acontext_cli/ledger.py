"""What was learned when, from which session: a JSON line an edit, beside the skills and without a word of them.

Lines are only ever added, so the ledgers of two clones merge by keeping the lines of both, in any order.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from sys import intern
from typing import Any, Literal, Protocol

from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, Disk, append, complete, lines
from acontext_cli.skills.marks import unpacked

VERSION = 1

Action = Literal[
    "add", "source", "replace", "warning", "create", "edit", "remove", "deleted", "skip", "hold", "reject", "undo"
]

HAND = "hand"
"""The engine of a run that a person's own command is."""
UNDO = "undo"
"""The engine of a run that takes another one back."""

REVIEW = "review"
"""The engine of a run in which a person decided about a lesson that waited."""

_SOURCES = ("add", "source", "replace", "warning")
_GONE = ("remove", "deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a command that changed skills."""

    id: str
    time: str
    """ISO 8601, UTC."""
    session: str = ""
    engine: str = ""
    model: str = ""
    tokens: int = 0
    """What a model read and wrote for it."""
    calls: int = 0
    """How often a model was asked."""
    undoes: str = ""
    """The run that it takes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that a run did."""

    action: Action
    """`add` an entry · `source`: another session for it · `replace` its text · `warning`: turned into one · `create` or
    `edit` a file · `remove` an entry or file · `deleted` by hand · `skip`, `hold`, `reject` a lesson (a gate did it, or
    in a run of a review a person: then the entry is not taught again) · `undo`: the session speaks for the entry no
    more."""
    lesson: str = ""
    """Id of the distillation behind it."""
    skill: str = ""
    file: str = ""
    entry: str = ""
    """Id of the entry."""
    session: str = ""
    """Where the run has several."""
    wrote: str = ""
    """Marks of the lines that it added to the entry, or to the file where it names none."""
    took: str = ""
    """Marks of the lines that it took away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A record with its run, and the file's contents before and after by their SHA-256."""

    run: str
    time: str
    session: str = ""
    engine: str = ""
    model: str = ""
    tokens: int = 0
    calls: int = 0
    undoes: str = ""
    lesson: str = ""
    action: str
    skill: str = ""
    file: str = ""
    entry: str = ""
    before: str = ""
    after: str = ""
    wrote: str = ""
    took: str = ""

    @classmethod
    def of(cls, run: Run, record: Record, before: str = "", after: str = "") -> "Line":
        return cls(
            run=run.id,
            time=run.time,
            session=record.session or run.session,
            engine=run.engine,
            model=run.model,
            tokens=run.tokens,
            calls=run.calls,
            undoes=run.undoes,
            lesson=record.lesson,
            action=record.action,
            skill=record.skill,
            file=record.file,
            entry=record.entry,
            before=before,
            after=after,
            wrote=record.wrote,
            took=record.took,
        )

    def json(self) -> str:
        """Its line, without the newline; what is empty is left out."""
        said = {name: value for name in _NAMES if (value := getattr(self, name))}
        text = json.dumps({"v": VERSION, **said}, ensure_ascii=False)
        # Half of a surrogate pair, from a line that somebody broke: JSON can say it, UTF-8 cannot.
        return text if text.isascii() or _is_text(text) else json.dumps({"v": VERSION, **said})


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_NAMES = tuple(known.name for known in fields(Line))


class Standing(Protocol):
    """Where entries may stand."""

    def holds(self, entry: str) -> bool: ...


class Ledger:
    """The ledger of one space. Only what was added since the last look is read."""

    broken: int
    """Lines that are no record; they are passed over."""
    newest: str
    """The latest time of a line."""
    _end: int
    _number: int
    _last: bytes
    _lessons: set[str]
    _standing: set[str]
    _deleted: set[str]
    _rejected: dict[str, str]
    """When a person rejected an entry last, and below when that was taken back."""
    _lifted: dict[str, str]
    _sources: dict[str, tuple[str, ...]]
    _latest: dict[str, tuple[str, bool, bool]]
    _places: dict[str, tuple[str, str]]
    _marks: dict[str, str]
    _were: dict[str, str]
    """Marks that runs wrote and took away."""

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self._path = path
        self._disk = disk
        self._forget()
        self.refresh()

    @property
    def lessons(self) -> set[str]:
        """Ids of all distillations that were dealt with."""
        return self._lessons

    @property
    def deleted(self) -> set[str]:
        """Entries that a person deleted, as far as that is recorded."""
        return self._deleted

    @property
    def rejected(self) -> set[str]:
        """Entries that a person rejected in a review, and did not accept since."""
        return {entry for entry in self._rejected if self.is_rejected(entry)}

    def is_rejected(self, entry: str) -> bool:
        """Whether a person rejected the entry in a review, and neither took that back nor has it written since."""
        since = max(self._latest.get(entry, ("", False, False))[0], self._lifted.get(entry, ""))
        return self._rejected.get(entry, "") > since

    def sources(self, entry: str) -> set[str]:
        """The sessions that an entry was learned from."""
        return set(self._sources.get(entry, ()))

    def place(self, entry: str) -> tuple[str, str]:
        """Skill and file that an entry was last recorded in."""
        return self._places.get(entry, ("", ""))

    def marks(self, place: str) -> frozenset[str]:
        """Marks of the lines that engines wrote into an entry, or into `skill/file` beside its entries, and that they
        did not take away again."""
        return unpacked(self._marks.get(place, ""))

    def stands(self, entry: str) -> bool:
        """Whether an entry was added and nothing is recorded of its end."""
        return entry in self._standing

    def missing(self, standing: Standing) -> set[str]:
        """All entries that were added and stand nowhere any more: a person deleted them."""
        return {entry for entry in self._standing if not standing.holds(entry)}

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        runs: dict[str, Run] = {}
        for line in self.lines():
            runs.setdefault(line.run, _run(line))
        return sorted(runs.values(), key=lambda run: (run.time, run.id), reverse=True)

    def lines(self, run: str = "", where: Callable[[bytes], bool] = bool) -> Iterator[Line]:
        """What all runs did, or one of them, in order of time; each line once. Only what is read `where` its text is
        wanted takes time."""
        found: dict[Line, None] = {}
        for number, (_, text) in enumerate(lines(self._path), 1):
            line = self._parsed(text, number) if where(text) else None
            if line is not None and run in ("", line.run):
                found[line] = None
        yield from sorted(found, key=lambda line: line.time)

    @property
    def size(self) -> int:
        """Size of the file without an incomplete last line."""
        return complete(self._path)

    def present(self, texts: Iterable[str], start: int) -> set[str]:
        """Which of these lines stand behind an offset; anywhere, where the file has become shorter than that."""
        wanted = {text.encode() for text in texts}
        found = (text for _, text in lines(self._path, start if self.size >= start else 0))
        return {text.decode() for text in found if text in wanted}

    def append(self, texts: Iterable[str]) -> None:
        """Add lines. They are on disk when this returns."""
        append(self._path, "".join(f"{text}\n" for text in texts).encode(), self._disk)

    def refresh(self) -> None:
        """Take in what was added since the last look; begin anew where the file is another one."""
        if not self._is_continued():
            self._forget()
        for start, text in lines(self._path, self._end):
            self._number += 1
            line = self._parsed(text, self._number)
            self.broken += line is None
            if line is not None:
                self._take(line)
            self._end, self._last = start + len(text) + 1, text

    def _forget(self) -> None:
        self.broken, self.newest = 0, ""
        self._end = self._number = 0
        self._last = b""
        self._lessons, self._standing, self._deleted = set(), set(), set()
        self._rejected, self._lifted = {}, {}
        self._sources, self._latest, self._places, self._marks = {}, {}, {}, {}
        self._were = {}
        self._shared: dict[Any, Any] = {}  # thousands of entries have few places, times and sources

    def _is_continued(self) -> bool:
        if not self._end:
            return True
        try:
            with self._path.open("rb") as file:
                file.seek(-len(self._last) - 1 + self._end)
                return file.read(len(self._last) + 1) == self._last + b"\n"
        except FileNotFoundError:
            return False

    def _parsed(self, text: bytes, number: int) -> Line | None:
        try:
            value = json.loads(text)
            version = value.pop("v")
            if version > VERSION:
                raise AcontextError(f"{str(self._path)!r}, line {number}: written by a newer acontext; update this one")
            said = {key: value[key] for key in value if key in _TYPES}
            if not all(type(value) is _TYPES[key] for key, value in said.items()):
                return None
            shared: dict[str, Any] = {key: intern(said[key]) for key in said.keys() & _SHARED}
            return Line(**(said | shared))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def _take(self, line: Line) -> None:
        self.newest = max(self.newest, line.time)
        if line.lesson:
            self._lessons.add(line.lesson)
        if line.entry:
            self._take_entry(line)
        if (line.wrote or line.took) and line.engine != HAND:
            self._take_marks(line)

    def _take_marks(self, line: Line) -> None:
        place = line.entry or f"{line.skill}/{line.file}"
        wrote, took, were = unpacked(line.wrote), unpacked(line.took), unpacked(self._were.get(place, ""))
        if line.engine == UNDO:  # what it brings back besides was a person's
            wrote &= were
        self._marks[place] = "".join(sorted((self.marks(place) | wrote) - took))
        self._were[place] = "".join(sorted((were | took) - wrote))

    def _take_entry(self, line: Line) -> None:
        if line.action == "reject" and line.engine == REVIEW:
            self._rejected[line.entry] = max(line.time, self._rejected.get(line.entry, ""))
        if line.action == "hold" and line.engine == UNDO:
            self._lifted[line.entry] = max(line.time, self._lifted.get(line.entry, ""))
        if line.action in _SOURCES and line.session:
            self._set_sources(line.entry, {*self._sources.get(line.entry, ()), line.session})
        if line.action in ("warning", "undo"):  # its session does not speak for the entry any more
            self._set_sources(line.entry, {*self._sources.get(line.entry, ())} - {line.session})
        # Of two lines of one time the end wins, so that the order in the file does not decide.
        now = (line.time, line.action in _GONE, line.action == "deleted")
        if line.action not in (*_SOURCES, *_GONE) or now < self._latest.get(line.entry, ("", False, False)):
            return
        self._latest[line.entry] = self._shared.setdefault(now, now)
        place = (line.skill, line.file)
        self._places[line.entry] = self._shared.setdefault(place, place)
        _set(self._standing, line.entry, not now[1])
        _set(self._deleted, line.entry, now[2])

    def _set_sources(self, entry: str, sessions: set[str]) -> None:
        found = tuple(sorted(sessions))
        self._sources[entry] = self._shared.setdefault(found, found)


def _run(line: Line) -> Run:
    return Run(
        id=line.run,
        time=line.time,
        session=line.session,
        engine=line.engine,
        model=line.model,
        tokens=line.tokens,
        calls=line.calls,
        undoes=line.undoes,
    )


def _set(group: set[str], member: str, belongs: bool) -> None:
    (group.add if belongs else group.discard)(member)


_SHARED = frozenset(("run", "time", "session", "engine", "model", "action", "skill", "file"))
_TYPES = {field.name: int if field.name in ("tokens", "calls") else str for field in fields(Line)}
