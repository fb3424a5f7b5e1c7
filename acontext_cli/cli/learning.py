"""Learning from many sessions: one that is broken is named, and the others are learned from."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from acontext_cli.api.learning import Learning
from acontext_cli.api.session import Session
from acontext_cli.api.workspace import Workspace
from acontext_cli.errors import AcontextError
from acontext_cli.files import locked
from acontext_cli.model import Usage
from acontext_cli.models.spending import LimitReached, Meter, MeteredModel
from acontext_cli.pipeline import Learned
from acontext_cli.show.progress import clear, progress
from acontext_cli.show.text import LONGEST, one_line, warn


def _wait() -> None:
    # Two at once would pay for the same answers.
    warn("another learn with a model is at work here: waiting for it")


@contextmanager
def _ending() -> Iterator[None]:
    """Let a closed terminal and `kill` end the run as Ctrl-C does, with all that it started; one that is told to ignore
    them, as nohup does, goes on."""
    signals = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        signals = []
    for each in signals:
        signal.signal(each, _end)
    try:
        yield
    finally:
        for each in signals:
            signal.signal(each, signal.SIG_DFL)


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


class Runs:
    """The runs of some sessions, in order; with a model its use is counted, and bounded where that is asked for."""

    def __init__(
        self,
        workspaces: Sequence[Workspace],
        *,
        space: str,
        dry_run: bool,
        jobs: int = 1,
        calls: int = 0,
        tokens: int = 0,
    ) -> None:
        self.failed = 0
        """How many sessions could not be learned from."""
        self.stopped = ""
        """Why it was ended before its time, in words."""
        self._workspaces = workspaces
        self._space = space
        self._dry_run = dry_run
        self._jobs = jobs
        self._meter = Meter(calls=calls, tokens=tokens)
        self._models: list[MeteredModel] = []
        for workspace in workspaces:
            workspace.space(space)  # a wrong setting is said once, not of every session
            self._count(workspace)

    @property
    def usage(self) -> Usage:
        """What was asked of a model."""
        return self._meter.usage

    def runs(self, refs: Sequence[str] | None) -> Iterator[tuple[Session, Learned]]:
        """The runs of the sessions that are named, else of all that have something new."""
        try:
            with ExitStack() as locks:
                if self._models:
                    locks.enter_context(_ending())
                    self._lock(locks)
                yield from self.of(refs) if refs else self.of_all()
        except (KeyboardInterrupt, SystemExit):
            for model in self._models:
                model.stop()  # a command in a process group of its own never hears of Ctrl-C
            raise

    def of(self, refs: Sequence[str]) -> Iterator[tuple[Session, Learned]]:
        """The runs of the sessions that are named."""
        here = self._workspaces[0]
        named = {session.id: session for session in map(here.session, refs)}  # once, however often it is named
        return self._runs([(here, session) for session in named.values()])

    def of_all(self) -> Iterator[tuple[Session, Learned]]:
        """The runs of every session that has something new, oldest first."""
        found = [(here, here.listed()) for here in self._workspaces]
        for problem in (problem for _, listed in found for problem in listed.problems):
            self._fail(problem)
        sessions = [(here, Session(each)) for here, listed in found for each in reversed(listed.sessions)]
        yield from self._runs(sessions, only_new=True)

    def _lock(self, locks: ExitStack) -> None:
        # In one order, wherever it is begun: two that lock in different orders wait for each other for ever.
        for machine in sorted({here.folder.machine for here in self._workspaces}):
            locks.enter_context(locked(machine / "learn.lock", waiting=_wait))

    def _count(self, workspace: Workspace) -> None:
        """Every workspace asks its own model; the limits are for all together."""
        if workspace.engines.model is not None:
            workspace.engines.model = MeteredModel(workspace.engines.model, self._meter)
            self._models.append(workspace.engines.model)

    def _runs(
        self, sessions: Sequence[tuple[Workspace, Session]], *, only_new: bool = False
    ) -> Iterator[tuple[Session, Learned]]:
        chosen = (each for each in progress(sessions, "session") if not only_new or self._is_new(*each))
        learning = Learning(chosen, space=self._space, dry_run=self._dry_run, jobs=self._jobs)
        for done in learning.run():
            if done.learned is not None:
                clear()
                yield done.session, done.learned
            if done.error is not None:
                self._fail(f"{done.session.name or done.session.id}: {done.error}")
        self.stopped = str(learning.stopped or "")
        if learning.stopped and not isinstance(learning.stopped, LimitReached):
            self.failed += 1

    def _is_new(self, here: Workspace, session: Session) -> bool:
        try:
            return here.is_new(session, self._space)
        except AcontextError as error:
            self._fail(f"{session.name or session.id}: {error}")
            return False

    def _fail(self, reason: str) -> None:
        self.failed += 1
        clear()
        warn(one_line(reason, LONGEST))
