"""Learning from several sessions: read and judged a few at a time, written in order, those of a few at a time together.

Sessions that were judged at the same time are written in one run: a learner that sees their lessons together asks less,
and merges more, than one that sees them one after the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acontext_cli import pipeline
from acontext_cli.api.pool import in_order
from acontext_cli.api.session import Session
from acontext_cli.errors import AcontextError, Unavailable, unreadable
from acontext_cli.learned import Asks
from acontext_cli.models.spending import LimitReached, identity
from acontext_cli.pipeline import Learned, Prepared

if TYPE_CHECKING:
    from acontext_cli.api.workspace import Workspace
    from acontext_cli.engines.engine import Engine
    from acontext_cli.store import SkillStore


_ENDS = (LimitReached, Unavailable)


@dataclass(frozen=True, slots=True)
class Work:
    """One session to learn from, and all that it needs."""

    workspace: "Workspace"
    session: Session
    engine: "Engine"
    store: "SkillStore"
    facts: "SkillStore | None"
    asks: Asks = "risky"
    """About what a person is asked before it is written."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a session: what was learned, or why nothing could be."""

    workspace: "Workspace"
    session: Session
    learned: Learned | None = None
    error: AcontextError | None = None
    """Both, where only a part could be learned."""


@dataclass(slots=True)
class Learning:
    """The runs over some sessions."""

    sessions: "Iterable[tuple[Workspace, Session]]"
    space: str = ""
    dry_run: bool = False
    jobs: int = 1
    stopped: AcontextError | None = None
    """What ended it before its time: a limit, or that no model can be asked. (Then those that ask another, or none, are
    learned from.)"""
    _silent: set[str] = field(default_factory=set)
    """The models that cannot be asked."""

    def run(self) -> Iterator[Done]:
        """Each session's outcome, in order. One that fails does not keep the others from being learned from."""
        group: list[tuple[Work, Prepared]] = []
        for done in in_order(self._works(), _prepared, self.jobs):
            if self._is_over(done.workspace if isinstance(done, Done) else done[0].workspace):
                continue  # what is still being asked is waited for: its answers are paid for, and kept
            if isinstance(done, Done):
                yield from self._failed(group, done)
                group = []
            else:
                if group and not _together(group[0][0], done[0]):
                    yield from self._written(group)
                    group = []
                group.append(done)
                if len(group) == self.jobs:
                    yield from self._written(group)
                    group = []
        yield from self._written(group)

    def _works(self) -> "Iterator[Work | Done]":
        # What is shared (spaces, ledgers) is looked at by one thread: several jobs get their works made beforehand.
        made: Iterable[Work | Done] = (self._work(here, session) for here, session in self.sessions)
        for work in made if self.jobs == 1 else list(made):
            if not self._is_over(work.workspace):
                yield work

    def _is_over(self, here: "Workspace") -> bool:
        return isinstance(self.stopped, LimitReached) or _model_of(here) in self._silent

    def _end(self, here: "Workspace", error: AcontextError) -> None:
        self.stopped = error if isinstance(error, LimitReached) else self.stopped or error
        self._silent.add(_model_of(here))

    def _work(self, here: "Workspace", session: Session) -> "Work | Done":
        try:
            return here.work(session, self.space)
        except AcontextError as error:
            return Done(here, session, error=error)

    def _failed(self, group: "Sequence[tuple[Work, Prepared]]", done: Done) -> Iterator[Done]:
        """What was ready before a session that failed is written first: the order stays."""
        yield from self._written(group)
        if isinstance(done.error, _ENDS):
            self._end(done.workspace, done.error)
        else:
            yield done

    def _written(self, group: "Sequence[tuple[Work, Prepared]]") -> Iterator[Done]:
        if not group or self._is_over(group[0][0].workspace):
            return
        first = group[0][0]
        run = first.workspace.new_run(first.engine, first.session)
        prepared = [each for _, each in group]
        try:
            learned, error = pipeline.write(
                prepared,
                first.engine,
                first.store,
                run=run,
                facts=first.facts,
                dry_run=self.dry_run,
                asks=first.asks,
            )
        except AcontextError as refused:
            yield from (Done(work.workspace, work.session, error=refused) for work, _ in group)
            return
        if isinstance(error, _ENDS):
            self._end(first.workspace, error)
            error = None
        left = [error is not None and work.workspace.is_new(work.session, self.space) for work, _ in group]
        for number, ((work, _), each) in enumerate(zip(group, learned, strict=True)):
            # Said of the sessions that it leaves something of; where there are none, once.
            concerns = left[number] or (number == 0 and not any(left))
            yield Done(work.workspace, work.session, each, error if concerns else None)


def _prepared(work: Work | Done) -> tuple[Work, Prepared] | Done:
    """A session extracted and distilled, by any thread."""
    if isinstance(work, Done):
        return work
    before = work.engine.usage
    try:
        tasks = pipeline.prepare(work.session.folder, work.engine)
    except AcontextError as error:
        return Done(work.workspace, work.session, error=error)
    except OSError as error:
        return Done(work.workspace, work.session, error=unreadable(error))
    usage = work.engine.usage - before
    return work, Prepared(session=work.session.folder, tasks=tasks, usage=usage)


def _model_of(here: "Workspace") -> str:
    """What tells the model that a workspace asks; empty without one."""
    return identity(here.engines.model) if here.engines.model else ""


def _together(first: Work, other: Work) -> bool:
    """Whether two sessions teach the same space."""
    folders = [(work.store.folder, work.facts.folder if work.facts else None) for work in (first, other)]
    return folders[0] == folders[1]
