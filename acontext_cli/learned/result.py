"""What a run of `learn` did, as a value to show."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from acontext_cli.distillations import Distillation, Skip
from acontext_cli.engines.engine import Proposal
from acontext_cli.learned.attempt import Attempt
from acontext_cli.learned.shares import ELSEWHERE
from acontext_cli.model import NOTHING, Usage
from acontext_cli.tasks import Task

_MOST_SKIPS = 1000
"""So many skips are told of one session; all of them stay in its distillations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One change of an entry."""

    skill: str
    file: str
    title: str
    action: str
    """`add`, `source`, `replace`, `warning` or `edit`."""
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
    usage: Usage = NOTHING
    """What was asked of a model for it; of sessions that were written together it stands with the first."""

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
    usage: Usage = NOTHING

    def add(self, due: Sequence[Distillation], attempt: Attempt) -> None:
        """What a run looked at, wrote, held and refused of this session; skips are shown with their reasons."""
        tasks = {item.id: item.task.number for item in due if item.session == self.session}
        self._written.extend(_written(each) for each in attempt.proposals if each.lesson in tasks)
        self._held.extend((each.title, each.reason) for each in attempt.held if each.lesson in tasks)
        self._refused.extend((each.title, each.reason) for each in attempt.refused if each.lesson in tasks)
        declined = [(tasks[each.lesson], each.reason) for each in attempt.declined if each.lesson in tasks]
        verdicts = ((item.task.number, item.verdict) for item in due if item.id in tasks)
        skips = [(task, skip.reason) for task, skip in verdicts if isinstance(skip, Skip) and skip.reason != ELSEWHERE]
        self._skipped.extend([*declined, *skips][: max(0, _MOST_SKIPS - len(self._skipped))])

    def show(self, diff: str) -> None:
        """What a dry run would change."""
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
            usage=self.usage,
        )


def _written(proposal: Proposal) -> Written:
    return Written(
        skill=proposal.skill, file=proposal.file, title=proposal.title, action=proposal.action, entry=proposal.entry
    )
