"""What a run of `learn` did, as a value to show; and the view of a space that a learner works on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from acontext_cli.distillations import Distillation, Skip
from acontext_cli.edits import SkillEdit
from acontext_cli.engines.engine import Proposal
from acontext_cli.ledger import Ledger
from acontext_cli.skills import Entry, Skill
from acontext_cli.store import Draft, Held
from acontext_cli.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One change of an entry."""

    skill: str
    file: str
    title: str
    action: str
    """`add`, `source`, `replace` or `warning`."""
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned from one session."""

    session: str
    run: str
    tasks: tuple[Task, ...] = ()
    written: tuple[Written, ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    """(title, reason)"""
    refused: tuple[tuple[str, str], ...] = ()
    """(title, reason)"""
    skipped: tuple[tuple[int, str], ...] = ()
    """(task number, reason)"""
    diff: str = ""
    """What would change; of a dry run only."""
    notes: tuple[str, ...] = ()
    """What else a person should know, a sentence each."""

    @property
    def lessons(self) -> tuple[Written, ...]:
        """What was written besides the daily log."""
        return tuple(item for item in self.written if item.skill != "daily-logs")


@dataclass(slots=True)
class LearnedBuilder:
    """Gathers what the runs over one session did."""

    session: str
    run: str
    tasks: tuple[Task, ...] = ()
    _written: list[Written] = field(default_factory=list)
    _held: list[tuple[str, str]] = field(default_factory=list)
    _refused: list[tuple[str, str]] = field(default_factory=list)
    _skipped: list[tuple[int, str]] = field(default_factory=list)
    _diff: str = ""

    def add(
        self,
        proposals: Iterable[Proposal],
        held: Iterable[Held],
        refused: Iterable[tuple[str, str]],
        due: Iterable[Distillation],
        diff: str,
    ) -> None:
        self._written.extend(map(_written, proposals))
        self._held.extend((str(item.fields.get("title", "")), item.reason) for item in held if item.state == "held")
        self._refused.extend(refused)
        self._skipped.extend((item.task.number, item.verdict.reason) for item in due if isinstance(item.verdict, Skip))
        self._diff += diff

    def done(self) -> Learned:
        return Learned(
            session=self.session,
            run=self.run,
            tasks=self.tasks,
            written=tuple(self._written),
            held=tuple(self._held),
            refused=tuple(self._refused),
            skipped=tuple(self._skipped),
            diff=self._diff,
        )


def _written(proposal: Proposal) -> Written:
    return Written(
        skill=proposal.skill, file=proposal.file, title=proposal.title, action=proposal.action, entry=proposal.entry
    )


class SpaceView:
    """A space as a learner sees it: what stands there with this run's edits on it, and where entries came from."""

    def __init__(self, draft: Draft, ledger: Ledger, held: Sequence[Held]) -> None:
        self._draft = draft
        self._ledger = ledger
        self._held: dict[str, list[Held]] = {}
        for item in held:
            self._held.setdefault(item.entry, []).append(item)

    def names(self) -> Sequence[str]:
        return tuple(self._draft.names())

    def skill(self, name: str) -> Skill:
        return self._draft.skill(name)

    def tokens(self, skill: str, file: str) -> int:
        return self._draft.tokens(skill, file)

    def entry(self, id: str) -> tuple[str, Entry] | None:
        return self._draft.entry(id)

    def sources(self, entry: str) -> frozenset[str]:
        return frozenset(self._ledger.sources(entry)) | {item.session for item in self._held.get(entry, ())}

    def deleted(self, entry: str) -> bool:
        return self._draft.was_deleted(entry)

    def waiting(self, entry: str) -> Sequence[Held]:
        """The held lessons that would be this entry."""
        return self._held.get(entry, ())

    def apply(self, edits: Iterable[SkillEdit]) -> None:
        """Apply the edits of a proposal, all or none. Raises Refused."""
        for edit in edits:
            self._draft.apply(edit)
