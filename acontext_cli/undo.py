"""Taking a whole run back, in every file of its space, though other things were written since.

A person's lines stand in the way: then nothing is taken back, or, where that is asked for, the rest.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from acontext_cli.errors import AcontextError
from acontext_cli.ledger import REVIEW, UNDO, Line, Record, Run
from acontext_cli.merges import Both, take_back, take_back_words, usual_end
from acontext_cli.skills import SKILL, Entry, entries, one_line
from acontext_cli.skills.index import is_row
from acontext_cli.skills.marks import mark
from acontext_cli.store import Draft, Held, SkillStore
from acontext_cli.store.held import State
from acontext_cli.store.space import STARTING

Key = tuple[str, str]
_TOKEN, _ROWS = "\0", "rows of the index"
_ABOUT = "description:"
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A line that was changed since a run wrote there."""

    skill: str
    file: str
    line: int
    """1-based; 0 where it is not there any more."""
    text: str
    by_hand: bool
    """Whether a person wrote it, and not a later run."""

    @property
    def place(self) -> str:
        return f"{self.skill}/{self.file}" + (f":{self.line}" if self.line else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A run that was taken back."""

    run: Run
    """The run that took it back."""
    of: Run
    files: tuple[str, ...]
    kept: tuple[Kept, ...] = ()
    """What was left as it is because it was changed since."""
    stays: tuple[str, ...] = ()
    """What it made and what stays because other things are in the same skill."""


class StandsInTheWay(AcontextError):
    """Lines that were changed since a run wrote there."""

    def __init__(self, of: Run, kept: tuple[Kept, ...]) -> None:
        self.kept = kept
        named = "; ".join(f"{each.place} “{one_line(each.text, 80)}”" for each in kept[:_MOST_NAMED])
        more = f"; and {len(kept) - _MOST_NAMED} more" if len(kept) > _MOST_NAMED else ""
        who = "by hand" if any(each.by_hand for each in kept) else "by later runs"
        super().__init__(
            f"run {of.id} was not taken back, because these lines were written {who} since: {named}{more}: "
            f"acontext undo {of.id} --keep-mine takes back the rest"
        )


def last(store: SkillStore) -> Run | None:
    """The newest run that wrote into skills or held something, and was not taken back; None where there is none."""
    runs = store.ledger.runs()
    gone = taken_back(runs)
    did = {
        line.run
        for line in store.ledger.lines()
        if not _begins(line) and (line.before != line.after or line.action == "hold")
    }
    return next((run for run in runs if run.id in did and not run.undoes and run.id not in gone), None)


def _begins(line: Line) -> bool:
    """Whether it made one of the skills that every space starts with: nobody means that by the last run."""
    return line.action == "create" and line.skill in STARTING and line.file == SKILL


def _decides(line: Line) -> bool:
    """Whether a lesson that waited does so no more because of what a line records."""
    return line.action == "source" or line.engine == REVIEW


def _is_rejection(line: Line) -> bool:
    """Whether a person rejected a lesson by it."""
    return line.action == "reject" and line.engine == REVIEW


def taken_back(runs: Iterable[Run]) -> dict[str, str]:
    """The runs that are taken back now, each with the run that did it. To take that one back too brings it back."""
    found: dict[str, str] = {}
    for run in sorted(runs, key=lambda run: (run.time, run.id)):
        if run.undoes:
            found[run.undoes] = run.id
            for id in [id for id, by in found.items() if by == run.undoes]:
                del found[id]
    return found


def undo(store: SkillStore, of: Run, time: str, *, keep_mine: bool = False) -> Undone:
    """Take a run back, which is a run of its own.

    Raises StandsInTheWay where something was changed since and `keep_mine` is not said, AcontextError where the run
    was taken back already or its contents are not in the history here.
    """
    if by := taken_back(store.ledger.runs()).get(of.id):
        raise AcontextError(f"run {of.id} was taken back already, by run {by}: acontext undo {by} brings it back")
    run = Run(id=os.urandom(4).hex(), time=time, engine=UNDO, undoes=of.id)
    seen = store.ledger.size
    work = _Undo(store, of, store.draft())
    kept = work.take_back()
    if kept and not keep_mine:
        raise StandsInTheWay(of, kept)
    files = store.commit(work.draft, work.records(), run, work.assets, held=work.held(), seen=seen)
    changed = tuple("/".join(key) for key in files)
    return Undone(run=run, of=of, files=changed, kept=work.renumbered(kept), stays=tuple(work.stays))


@dataclass
class _Undo:
    """One attempt: what a draft becomes."""

    store: SkillStore
    of: Run
    draft: Draft
    assets: dict[Key, tuple[bytes | None, bytes | None]] = field(default_factory=dict)
    """Files that are no text, as they are and will be."""
    _kept: dict[tuple[Key, str], Kept] = field(default_factory=dict)
    _will: dict[str, str] = field(default_factory=dict)
    """The entries that the run wrote, as they will stand; empty: not at all."""
    _stay: set[str] = field(default_factory=set)
    """Entries that it added and that were changed since."""
    stays: list[str] = field(default_factory=list)

    @cached_property
    def lines(self) -> list[Line]:
        return list(self.store.ledger.lines(self.of.id))

    @cached_property
    def files(self) -> dict[Key, tuple[bytes | None, bytes | None]]:
        """What the run's files held before and after it. Raises AcontextError where the history does not know."""
        named = {(line.skill, line.file): (line.before, line.after) for line in self.lines if line.file}
        try:
            return {key: (self._content(one), self._content(two)) for key, (one, two) in named.items() if one != two}
        except AcontextError as error:
            raise AcontextError(
                f"run {self.of.id} cannot be taken back here: what its files held is not whole in the history, "
                "which is local and bounded. Undo it in the clone where it was made, or use git"
            ) from error

    def take_back(self) -> tuple[Kept, ...]:
        """Change the draft; the lines that stand in the way."""
        texts = {key: Both(*both).ending_as(self._now(key)) for key, both in self.files.items() if _is_text(*both)}
        for key in self.files.keys() - texts.keys():
            self._binary(key, *self.files[key])
        self._entries(texts)
        # SKILL.md last: one that the run made goes where nothing is left beside it.
        for key in sorted(texts, key=lambda key: (key[1] == SKILL, key)):
            self._file(key, texts[key])
        return tuple(self._kept.values())

    def renumbered(self, kept: Iterable[Kept]) -> tuple[Kept, ...]:
        """What stays, by the lines where it stands now."""
        return tuple(replace(each, line=self._number((each.skill, each.file), each.text)) for each in kept)

    def records(self) -> list[Record]:
        """What the run had recorded, said the other way round; first of all that it was taken back, whatever that
        changes."""
        found = (record for line in self.lines if line.entry for record in self._reversed(line))
        return list(dict.fromkeys([Record(action="undo"), *found]))

    def held(self) -> list[Held]:
        """What the run held waits no more; what it settled or decided waits again, and what an undone undo dropped.
        What an accept wrote that comes back is decided again."""
        own = [replace(each, state="dropped") for each in self.store.held_by(self.of.id) if each.state == "held"]
        decided = {(line.lesson, line.entry) for line in self.lines if line.lesson and _decides(line)}
        again = [each for each in self._of("written", "rejected") if (each.lesson, each.entry) in decided]
        again += [each for each in self.store.held_by(self.of.undoes) if each.state == "dropped"]
        before = self.store.ledger.lines(self.of.undoes) if self.of.undoes else ()
        accepted = {(line.lesson, line.entry) for line in before if line.engine == REVIEW and line.action != "reject"}
        done = [replace(each, state="written") for each in self._of("held") if (each.lesson, each.entry) in accepted]
        return own + done + [replace(each, state="held") for each in again]

    def _of(self, *states: State) -> Iterator[Held]:
        return (each for state in states for each in self.store.held(state))

    def _reversed(self, line: Line) -> Iterator[Record]:
        record = Record(action="undo", skill=line.skill, file=line.file, entry=line.entry, session=line.session)
        if line.action == "add" and line.engine != REVIEW and not self.draft.holds(line.entry):
            yield replace(record, action="deleted", session="")
        elif line.action in ("source", "replace") and line.session:
            yield record
        elif line.action in ("warning", "undo") and line.session:
            yield replace(record, action="source")
        elif _is_rejection(line):
            yield Record(action="hold", entry=line.entry, session=line.session)

    def _entries(self, texts: Mapping[Key, Both]) -> None:
        """Say of each entry that the run wrote what it will be."""
        before, after = (_by_id(texts, side) for side in (0, 1))
        for id in sorted(before.keys() | after.keys()):
            was, wrote = before.get(id, ""), after.get(id, "")
            found = self.draft.entry(id) if was != wrote else None
            if found:
                self._will[id] = self._entry(found, was, wrote)
                self._elsewhere(id, found, texts)
            elif was != wrote:  # nothing of it stands: what a person deleted stays deleted
                self._will[id] = "" if wrote else was

    def _entry(self, found: tuple[str, Entry], was: str, wrote: str) -> str:
        """What an entry that stands will be."""
        key, now = (found[0], found[1].file), found[1].text
        if not wrote:  # the run took it away, and somebody has put it back
            return now
        if now == wrote:
            return was
        if was:
            merged = take_back(was.split("\n"), wrote.split("\n"), now.split("\n"))
            self._keep(key, merged.kept)
            return "\n".join(merged.lines)
        self._stay.add(found[1].id)
        there = set(wrote.split("\n"))
        self._keep(key, [line for line in now.split("\n") if line not in there] or now.split("\n")[:1])
        return now

    def _elsewhere(self, id: str, found: tuple[str, Entry], texts: Mapping[Key, Both]) -> None:
        """An entry that a person has moved into another file is changed there."""
        skill, now = found
        if (skill, now.file) in texts:
            return
        above, _, below = self.draft.text(skill, now.file).partition(now.text)
        parts = (above.rstrip("\n"), self._will[id], below.strip("\n"))
        text = "\n\n".join(part for part in parts if part) + "\n"
        self.draft.put(skill, now.file, text) if text.strip() else self.draft.remove(skill, now.file)

    def _file(self, key: Key, both: Both) -> None:
        now = self._now(key)
        if both.after is None and now is None:
            self._restore(key, both)
        elif both.after is None:
            self._keep(key, (now or "").split("\n")[:1])
        elif now is not None:
            text = (
                self._made(key, both, now) if both.before is None and key[1] == SKILL else self._merged(key, both, now)
            )
            if both.before is None and not text.strip():
                self.draft.remove(*key)
            elif text != now:
                self.draft.put(*key, text)

    def _restore(self, key: Key, both: Both) -> None:
        """A file that the run took away comes back, unless its skill was taken away since."""
        schema = (key[0], SKILL)
        if self._now(schema) is None and not (schema in self.files and self.files[schema][1] is None):
            gone = Kept(skill=key[0], file=key[1], line=0, text="its skill was taken away", by_hand=True)
            self._kept[key, ""] = gone
        else:
            self.draft.put(*key, both.text(0))

    def _made(self, key: Key, both: Both, now: str) -> str:
        """A SKILL.md that the run made: it goes as a whole, or stays with what else is in its skill."""
        gone = {file for (skill, file), (_, will) in self.assets.items() if skill == key[0] and will is None}
        if len(set(self.draft.files(key[0])) - gone) > 1:
            self.stays.append("/".join(key))
            return now
        ours = set(both.text(1).split("\n"))
        mine = [line for line in now.split("\n") if line not in ours and not is_row(line)]
        self._keep(key, mine)
        return now if mine else ""

    def _merged(self, key: Key, both: Both, now: str) -> str:
        texts = [both.text(0), both.text(1), now]
        if key[1] == SKILL:
            texts = _described(texts)
        *stars, here = (_starred(text, key[1]) for text in texts)
        # An entry that stays is another line than the one that the run wrote.
        changed = [f"{line}{_TOKEN}" if line[1:] in self._stay else line for line in here.lines]
        merged = take_back(stars[0].lines, stars[1].lines, changed, lambda line: line.startswith((_TOKEN, "## ")))
        self._keep(key, [line for line in merged.kept if not line.startswith(_TOKEN)])
        text = "\n".join(self._written(here.texts | self._will, merged.lines, usual_end(now))).removesuffix("\r")
        if text.strip() and now.endswith("\n") and not text.endswith("\n"):
            text += f"{usual_end(now)}\n"  # the run's end of the file, with a person's lines left in it
        return text if now.startswith("\n") else text.lstrip("\n")

    def _written(self, texts: Mapping[str, str], lines: Iterable[str], end: str) -> Iterator[str]:
        """Lines with the texts of the entries again, which hold no end of their last line."""
        for line in lines:
            if not line.startswith(_TOKEN):
                yield line
            elif text := texts.get(line.strip(_TOKEN)):
                yield text.removesuffix("\r") + end

    def _binary(self, key: Key, before: bytes | None, after: bytes | None) -> None:
        now = self.store.content(*key)
        if now == after:
            self.assets[key] = (after, before)
        elif now != before:
            self._keep(key, ["(a file that is no text)"])

    def _content(self, name: str) -> bytes | None:
        return self.store.history.get(name) if name else None

    def _now(self, key: Key) -> str | None:
        there = key[0] in self.draft.names() and self.draft.has(*key)
        return self.draft.text(*key) if there else None

    def _keep(self, key: Key, lines: Iterable[str]) -> None:
        for text in lines:
            if text.strip():
                number, by_hand = self._number(key, text), not self._is_ours(key, text)
                kept = Kept(skill=key[0], file=key[1], line=number, text=text, by_hand=by_hand)
                self._kept.setdefault((key, text), kept)

    def _number(self, key: Key, line: str) -> int:
        there = (self._now(key) or "").split("\n")
        return there.index(line) + 1 if line in there else 0

    def _is_ours(self, key: Key, line: str) -> bool:
        """Whether a run is known to have written a line of a file."""
        ids = [entry.id for entry in entries(self._now(key) or "", key[1]) if entry.id]
        return any(mark(line) in self.store.ledger.marks(place) for place in (*ids, "/".join(key)))


@dataclass(frozen=True, slots=True)
class _Starred:
    """A text whose entries are a line each."""

    lines: list[str]
    texts: dict[str, str]
    """What stands behind those lines."""


def _is_text(*contents: bytes | None) -> bool:
    try:
        return all((content or b"").decode("utf-8") is not None for content in contents)
    except UnicodeDecodeError:
        return False


def _by_id(texts: Mapping[Key, Both], side: int) -> dict[str, str]:
    found = (entry for key, both in texts.items() for entry in _entries(both.text(side), key[1]))
    return {entry.id: entry.text for entry in found if entry.id}


def _entries(text: str, file: str) -> tuple[Entry, ...]:
    return entries(text, file) if file.endswith(".md") and file != SKILL else ()


def _starred(text: str, file: str) -> _Starred:
    """Each entry with an id as one line, the rows of an index too; of an id that stands twice only the first."""
    lines, texts = text.split("\n"), dict[str, str]()
    first = {entry.id: entry for entry in reversed(_entries(text, file)) if entry.id}
    for entry in sorted(first.values(), key=lambda entry: entry.line, reverse=True):
        start = entry.line - 1
        lines[start : start + entry.text.count("\n") + 1] = [f"{_TOKEN}{entry.id}"]
        texts[entry.id] = entry.text
    rows = [at for at, line in enumerate(lines) if file == SKILL and is_row(line)]
    if rows:
        texts[_ROWS] = "\n".join(lines[at] for at in rows)
        lines = [line if at != rows[0] else f"{_TOKEN}{_ROWS}" for at, line in enumerate(lines) if at not in rows[1:]]
    return _Starred(lines, texts)


def _described(texts: list[str]) -> list[str]:
    """The three texts with one description, where what the run added to it can be taken out by words: every run that
    adds an entry adds a word to that line."""
    lines = [next((line for line in text.split("\n") if line.startswith(_ABOUT)), "") for text in texts]
    made = take_back_words(*lines) if all(lines) else None
    if made is None:
        return texts
    return [text.replace(line, made, 1) for text, line in zip(texts, lines, strict=True)]
