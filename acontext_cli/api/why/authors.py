"""Who wrote a line of a space: told by its mark in the ledger, whatever became of line numbers, files and folders.

Where the ledger is older than marks the local history answers, and where that is not here either: the entry as a whole.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

from acontext_cli.api.why.page import Page
from acontext_cli.api.why.values import By
from acontext_cli.errors import AcontextError
from acontext_cli.ledger import HAND, REVIEW, UNDO, Line
from acontext_cli.skills import Entry, entries
from acontext_cli.skills.marks import LENGTH, mark, marks, units, unpacked
from acontext_cli.store import SkillStore
from acontext_cli.store.schemas import TEMPLATES

_ENTRY = re.compile(rb'"entry"\s*:\s*"([^"\\]*)"')
_WROTE = re.compile(rb'"wrote"\s*:\s*"([0-9a-f]*)"')
_NOTHING_DONE = ("hold", "reject", "skip")
_NO = Counter[str]()
_CLOSEST = 0.6
_SEEN = 200
"""So many lines are compared to tell which of them a person changed."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a line, and the record that says so."""

    by: By
    record: Line | None = None
    notes: tuple[str, ...] = ()
    moved: str = ""
    """Where it was written, if that is another place."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What is recorded of an entry, or of the lines of a file that stand in none."""

    records: tuple[Line, ...]
    events: dict[str, list[tuple[bool, Line]]]
    """By mark, whether a run wrote or took the line, in order of time."""
    unmarked: Line | None
    """The record of an older ledger that tells no lines."""


class Authors:
    """Answers for the lines of one space. The ledger is read as far as it speaks of what was asked."""

    def __init__(self, store: SkillStore) -> None:
        self._store = store
        self._draft = store.draft()
        self._places: dict[str, _Place] = {}
        self._elsewhere: dict[str, set[str]] = {}
        self._looked: set[str] = set()
        self._own: dict[tuple[str, str], frozenset[str]] = {}

    @property
    def broken(self) -> int:
        """Lines of the ledger that are no records."""
        return self._store.ledger.broken

    def load(self, pages: Iterable[Page]) -> None:
        """Read at once what is recorded of some files, and of the lines in them that seem to come from elsewhere."""
        found = list(pages)
        self._read({place for page in found for place in (page.name, *page.units)})
        self._look({each for page in found for place in page.units for each in self._strange(page, place)})

    def records(self, place: str) -> tuple[Line, ...]:
        """What was done to an entry or a file, in order of time."""
        return self._place(place).records

    def same_run(self, record: Line) -> list[Line]:
        """All that a run did."""
        name = record.run.encode()
        return list(self._store.ledger.lines(record.run, where=lambda text: name in text))

    def held(self, accepted: Line) -> Line | None:
        """The record of the run that held a lesson, which a person accepted later."""
        lesson = accepted.lesson.encode() if accepted.lesson else b"\0"
        records = self._store.ledger.lines(where=lambda text: lesson in text)
        found = [each for each in records if each.action == "hold" and each.lesson == accepted.lesson]
        return next((each for each in found if each.entry == accepted.entry), next(iter(found), None))

    def recorded(self, entry: str) -> str:
        """The file that an entry was last recorded in."""
        skill, file = self._store.ledger.place(entry)
        return f"{skill}/{file}" if file else ""

    def other_places(self, entry: Entry, page: Page) -> list[str]:
        """Where else an entry of this id stands, as far as that is known."""
        recorded = self.recorded(entry.id)
        here = [f"{page.name}:{each.line}" for each in page.entries if each.id == entry.id and each != entry]
        if recorded and recorded != page.name:
            here += [f"{recorded}:{each.line}" for each in self._entries(recorded) if each.id == entry.id]
        return here

    def of(self, page: Page, number: int) -> Author:
        """Who wrote a line that has a mark."""
        found, place = mark(page.line(number)), page.place(number)
        known = self._place(place)
        if author := self._last(known, found, place):
            return author
        if found in _template_marks(page.skill) and place == page.name:
            return Author("template")
        if known.unmarked:
            return Author("whole", known.unmarked)
        return self._moved(page, place, found) or Author("hand")

    def changed(self, page: Page, number: int) -> tuple[Line, str] | None:
        """The run's line that a person made this one of, where they are much alike and the history is here."""
        from difflib import get_close_matches

        place = page.place(number)
        known, stands = self._place(place), page.units.get(place, _NO)
        texts = ((record, self._text(record.after)) for record in reversed(known.records))
        record, text = next(((record, text) for record, text in texts if text is not None), (None, ""))
        if record is None:
            return None
        gone = [line.strip() for line in _unit(text, record.file, place) if mark(line) not in stands]
        written = [line[:_SEEN] for line in gone if known.events.get(mark(line))][:_SEEN]
        close = get_close_matches(page.line(number).strip()[:_SEEN], written, 1, _CLOSEST)
        return (record, close[0]) if close else None

    def by_hand(self, page: Page, lines: Iterable[int]) -> int:
        """How many of some lines a person wrote."""
        return sum(self.of(page, number).by == "hand" for number in lines)

    def _last(self, known: _Place, found: str, place: str) -> Author | None:
        """Who wrote a line that runs have written or taken at its place."""
        events = known.events.get(found, [])
        if not events:
            return None
        wrote, record = events[-1]
        earlier = [line for wrote, line in events if wrote and line.engine != UNDO]
        if not wrote:
            if earlier and self._left(record, place, found):
                return _author(earlier[-1], found)
            return Author("hand", notes=(f"run {record.run} took such a line away on {record.time[:10]}",))
        if record.engine != UNDO:
            return self._origin(record, found, place)
        put_back = f"run {record.run} put it back on {record.time[:10]}, taking back what another run had done"
        if not earlier:
            return Author("hand", notes=(put_back,))
        return _author(earlier[-1], found, put_back)

    def _origin(self, record: Line, found: str, place: str) -> Author:
        """Who wrote a line that a run wrote at its place: where that run has moved its file, whoever did before."""
        if "/" not in place:
            return _author(record, found)
        moved = [
            each for each in self.same_run(record) if not each.entry and each.file and found in unpacked(each.took)
        ]
        for each in moved:
            before = [line for wrote, line in self._place(_name(each)).events.get(found, []) if wrote]
            if before:
                return _author(before[-1], found, f"run {record.run} moved it here from {_name(each)}")
        return _author(record, found)

    def _left(self, record: Line, place: str, found: str) -> bool:
        """Whether a run that took a line away left another of the same words, as far as the history knows."""
        text = self._text(record.after)
        return text is not None and found in units(record.skill, record.file, text).get(place, _NO)

    def _moved(self, page: Page, place: str, found: str) -> Author | None:
        """Who wrote a line that a run wrote in another place, where it does not stand any more."""
        own = self._came_from(page, place)
        gone = [where for where in self._elsewhere.get(found, ()) if where != place and self._is_gone(where, found)]
        for where in sorted(gone):  # what many places have ("Steps:") came with what only this one had
            author = self._last(self._place(where), found, where) if where in own else None
            if author and author.record:
                return Author(author.by, author.record, author.notes, where)
        return None

    def _came_from(self, page: Page, place: str) -> frozenset[str]:
        """The places from which lines came here that nowhere else were written."""
        if (page.name, place) not in self._own:
            strange = self._strange(page, place)
            self._look(strange)
            only = (there for each in strange if len(there := self._elsewhere.get(each, set())) == 1)
            self._own[page.name, place] = frozenset(where for there in only for where in there)
        return self._own[page.name, place]

    def _strange(self, page: Page, place: str) -> set[str]:
        """Marks of the lines that no run is known to have written where they stand."""
        events = self._place(place).events
        return {each for each in page.units.get(place, _NO) if each not in events}

    def _look(self, strange: Collection[str]) -> None:
        """Find out where lines were written that are not known where they stand."""
        new = set(strange) - self._looked
        if not new:
            return
        self._looked |= new
        wanted = {each.encode() for each in new}
        found = list(self._store.ledger.lines(where=lambda text: not wanted.isdisjoint(_wrote(text))))
        for line in found:
            for each in unpacked(line.wrote) & new:
                self._elsewhere.setdefault(each, set()).add(_name(line))
        self._read({_name(line) for line in found})

    def _is_gone(self, place: str, found: str) -> bool:
        """Whether a line does not stand any more where a run wrote it."""
        if "/" not in place:
            entry = self._draft.entry(place)
            return entry is None or found not in marks(entry[1].text)
        skill, _, file = place.partition("/")
        if skill not in self._draft.names() or not self._draft.has(skill, file):
            return True
        try:
            return found not in units(skill, file, self._draft.text(skill, file)).get(place, _NO)
        except AcontextError:
            return False

    def _text(self, content: str) -> str | None:
        """What a file held, as far as the history here knows."""
        try:
            return self._store.history.get(content).decode("utf-8") if content else None
        except (AcontextError, UnicodeDecodeError, OSError):
            return None

    def _entries(self, name: str) -> tuple[Entry, ...]:
        skill, _, file = name.partition("/")
        try:
            there = skill in self._draft.names() and self._draft.has(skill, file)
            return entries(self._draft.text(skill, file), file) if there else ()
        except AcontextError:
            return ()

    def _place(self, place: str) -> _Place:
        if place not in self._places:
            self._read({place})
        return self._places[place]

    def _read(self, places: Collection[str]) -> None:
        """Read what is recorded of some places."""
        new = {place for place in places if place not in self._places}
        if not new:
            return
        ids, files = {each.encode() for each in new if "/" not in each}, any("/" in each for each in new)
        records: dict[str, list[Line]] = {place: [] for place in new}
        for line in self._store.ledger.lines(where=lambda text: _speaks_of(text, ids, files)):
            if line.action not in _NOTHING_DONE and _name(line) in new:
                records[_name(line)].append(line)
        for place, found in records.items():
            self._places[place] = self._told(place, found)

    def _told(self, place: str, records: list[Line]) -> _Place:
        events: dict[str, list[tuple[bool, Line]]] = {}
        made = next((line for line in records if line.action in ("add", "create")), None)
        old = made is not None and not made.wrote
        for line in records:
            wrote, took = self._lines_of(line, place, old)
            for each in sorted(wrote | took):
                events.setdefault(each, []).append((each in wrote, line))
        return _Place(tuple(records), events, made if old else None)

    def _lines_of(self, line: Line, place: str, old: bool) -> tuple[frozenset[str], frozenset[str]]:
        """The marks of what a record says was written and taken; of an older ledger's what the history says."""
        if not old or line.wrote or line.took:
            return unpacked(line.wrote), unpacked(line.took)
        after, before = self._text(line.after), self._text(line.before) if line.before else ""
        if after is None or before is None:
            return frozenset(), frozenset()
        new, was = (units(line.skill, line.file, text).get(place, _NO) for text in (after, before))
        return frozenset(new - was), frozenset(was - new)


def _name(line: Line) -> str:
    """The place that a record speaks of."""
    return line.entry or f"{line.skill}/{line.file}"


def _author(record: Line, found: str, *notes: str) -> Author:
    """Whose a line is that a record says was written."""
    if not record.session and not record.lesson and found in _template_marks(record.skill):
        return Author("template", record, notes)
    if record.engine == HAND:
        return Author("hand" if record.lesson else "command", record, notes)
    return Author("review" if record.engine == REVIEW else "run", record, notes)


def _speaks_of(text: bytes, ids: Collection[bytes], files: bool) -> bool:
    """Whether a line of the ledger speaks of one of some entries, or of lines beside entries. It is not parsed yet."""
    entry = _ENTRY.search(text)
    return entry[1] in ids if entry else files


def _wrote(text: bytes) -> Iterable[bytes]:
    found = _WROTE.search(text)
    return (found[1][at : at + LENGTH] for at in range(0, len(found[1]), LENGTH)) if found else ()


def _unit(text: str, file: str, place: str) -> list[str]:
    """The lines of an entry in a file as it was; of a place beside entries all lines."""
    if "/" in place:
        return text.split("\n")
    return next((entry.text.split("\n") for entry in entries(text, file) if entry.id == place), [])


@cache
def _template_marks(skill: str) -> frozenset[str]:
    """The marks of the skill of this name that every space starts with."""
    found = {path.stem: path for path in TEMPLATES.glob("*.md")}
    return frozenset(marks(found[skill].read_text(encoding="utf-8"))) if skill in found else frozenset()
