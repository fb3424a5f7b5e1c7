"""The seam between the pipeline and whoever judges: three judgements, typed values in and out."""

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from acontext_cli.distillations import Distillation, Lesson, Skip
from acontext_cli.edits import SkillEdit
from acontext_cli.messages import Message
from acontext_cli.model import Usage
from acontext_cli.skills import Entry, Skill
from acontext_cli.tasks import Known, Task

Placed = tuple[Message, int, int]
"""A message with the byte offsets of its line's start and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict on a task with its evidence. A skip stands alone."""

    verdict: Lesson | Skip
    known: Known | None = None
    messages: tuple[str, ...] = ()
    """Ids of the messages that are the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An edit that some distillations ask for; edits of one proposal stand or fall together."""

    edits: tuple[SkillEdit, ...]
    lesson: str
    """Id of the distillation."""
    entry: str
    """Id of the entry."""
    action: Literal["add", "source", "replace", "warning", "edit"]
    """`source`: the same lesson from another session · `edit`: of a file that is not made of the program's entries."""
    title: str
    skill: str
    file: str
    text: str = ""
    """The entry as it will stand; what the gates look at."""
    before: str = ""
    """The text that it replaces: what that held already needs no new evidence."""
    is_record: bool = False
    """Whether it only records what happened, and teaches nothing."""
    settles: tuple[str, ...] = ()
    """Lessons of the same task that may have been held before its outcome was known better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A lesson that is not written now, and why."""

    lesson: str
    entry: str
    title: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """A lesson that is not written at all, and why."""

    lesson: str
    reason: str
    is_record: bool = False
    """Whether it is only the record of its task that is not written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a proposal."""

    decision: Literal["written", "held", "refused", "dropped"]
    """`dropped`: declined by a gate, for good."""
    reason: str = ""


Proposed = Generator[Proposal | Hold | Decline, Came | None, None]
"""Each proposal is tried before the next is asked for; what came of it is sent back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What a person did to an entry by hand."""

    lines: tuple[str, ...] = ()
    """The lines that they wrote, as they stand."""
    taken_out: frozenset[str] = frozenset()
    """Marks of the lines that they took out."""


class Space(Protocol):
    """What the learner may see of a space: never more than it asks for."""

    def names(self) -> Sequence[str]: ...

    def skill(self, name: str) -> Skill: ...

    def tokens(self, skill: str, file: str) -> int:
        """The size of a file; 0 where there is none. Costs nothing."""

    def entry(self, id: str) -> tuple[str, Entry] | None:
        """The skill and the entry of this id, wherever it stands now."""

    def pins(self, id: str) -> Pins:
        """What a person did to the entry of this id: it stays."""

    def sources(self, entry: str) -> frozenset[str]:
        """Sessions that taught an entry or hold the same lesson."""

    def deleted(self, entry: str) -> bool:
        """Whether a person has taken the entry away, or rejected it in a review."""

    def rejected(self, entry: str) -> bool:
        """Whether a person rejected it in a review."""

    def deleted_titles(self) -> Sequence[str]:
        """Titles of the entries that a person has taken away or rejected, as far as they are still known."""

    def taught(self, lessons: Collection[str]) -> Sequence[str]:
        """Ids of the entries that some lessons were written into."""

    def by_hand(self, skill: str) -> bool:
        """Whether a person wrote its SKILL.md: then that says what stands in it, and how."""


class Engine(Protocol):
    """Rules or a model."""

    name: str
    model: str

    @property
    def usage(self) -> Usage:
        """What was asked of a model so far."""

    def extract(self, messages: Iterable[Placed], number: int) -> Iterator[Task]:
        """The tasks of messages that begin with task `number`, each as soon as it is complete; the last may go on."""

    def distill(self, task: Task, messages: Iterable[Message]) -> tuple[Finding, ...]:
        """What a finished task teaches; never empty."""

    def learn(self, items: Iterable[Distillation], space: Space, names: Mapping[str, str]) -> Proposed:
        """How a space is to change for what was distilled from some sessions; `names`: what these are called, by id.

        `space` shows what came of each proposal."""
