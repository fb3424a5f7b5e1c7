"""The answers to “why is this here?”, as values to show."""

from dataclasses import dataclass
from typing import Literal

By = Literal["run", "review", "command", "template", "hand", "whole", "nobody"]
"""A learner's run · a held lesson that a person accepted · a person's own command · acontext itself · a person's hand ·
a run, as far as it is recorded for the entry as a whole · nobody: a blank line."""

Kind = Literal["line", "heading", "blank", "front matter", "index row"]
Did = Literal["added", "confirmed", "rewrote", "contradicted", "took away", "put back", "edited"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRef:
    """One run, and what it did there."""

    id: str
    time: str
    engine: str
    model: str
    did: Did


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRef:
    """One session, as far as it is known here."""

    id: str
    name: str = ""
    date: str = ""
    """YYYY-MM-DD, or empty."""
    here: bool = False
    """Whether its transcript is in this workspace."""
    problem: str = ""
    """Why it cannot be read, although it is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRef:
    """What a session was found to teach."""

    id: str
    kind: str = ""
    """`procedure`, `fact`, `preference`, `warning`, `skip`, or `record` of a task; empty where its session is not
    here."""
    title: str = ""
    source: str = ""
    """How it is known, in a word; empty where nobody says."""
    because: str = ""
    """The same in a sentence."""
    task: int = 0
    goal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Of a message that is evidence the lines that bear out what was asked about."""

    id: str
    number: int
    """Its place in the transcript, from 1."""
    role: str
    tool: str
    """Of a result: what was called."""
    at: str
    lines: tuple[str, ...]
    bears_out: bool
    """Whether the lines share words or numbers with what was asked about; else they are the message's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a session did to an entry."""

    run: RunRef
    session: SessionRef
    reason: str
    since: bool
    """Whether it was after the line was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRef:
    """An entry, and where it stands."""

    id: str
    title: str
    date: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWhy:
    """Why one line is there."""

    skill: str
    file: str
    line: int
    text: str
    kind: Kind
    by: By
    notes: tuple[str, ...] = ()
    """What else is to be known, a sentence each."""
    entry: EntryRef | None = None
    """The entry that it stands in, or that it lists."""
    run: RunRef | None = None
    session: SessionRef | None = None
    lesson: LessonRef | None = None
    quotes: tuple[Quote, ...] = ()
    evidence: int = 0
    """How many messages are the evidence of the lesson."""
    events: tuple[Event, ...] = ()
    """What other runs and sessions did to the entry, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWhy:
    """Where one entry comes from, in short."""

    entry: EntryRef
    by: By
    run: RunRef | None
    session: SessionRef | None
    kind: str
    source: str
    because: str
    confirmed: int
    contradicted: int
    lines: int
    by_hand: int
    """How many of its lines a person wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWhy:
    """Where the entries of a file come from, and the lines that stand in none of them."""

    skill: str
    file: str
    lines: dict[By, int]
    """How many of the lines outside of entries are whose."""
    entries: tuple[EntryWhy, ...]
    problem: str = ""
    """Why it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillWhy:
    """Where what stands in a skill comes from."""

    skill: str
    description: str
    files: tuple[FileWhy, ...]
    broken: int
    """Lines of the ledger that are no records."""
