"""Learning from many sessions: one that is broken is named, and the others are learned from."""

from collections.abc import Iterator, Sequence

from acontext_cli.api.learning import Learning
from acontext_cli.api.session import Session
from acontext_cli.api.workspace import Workspace
from acontext_cli.errors import AcontextError
from acontext_cli.model import NOTHING, Usage
from acontext_cli.models.spending import MeteredModel
from acontext_cli.pipeline import Learned
from acontext_cli.session import Sessions
from acontext_cli.show.progress import clear, progress
from acontext_cli.show.text import warn


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
        self._meters: list[MeteredModel] = []
        for workspace in workspaces:
            workspace.space(space)  # a wrong setting is said once, not of every session
            self._meter(workspace, calls, tokens)

    @property
    def usage(self) -> Usage:
        """What was asked of a model."""
        return sum((meter.usage for meter in self._meters), NOTHING)

    def runs(self, refs: Sequence[str] | None) -> Iterator[tuple[Session, Learned]]:
        """The runs of the sessions that are named, else of all that have something new."""
        try:
            yield from self.of(refs) if refs else self.of_all()
        except KeyboardInterrupt:
            for meter in self._meters:
                meter.stop()  # a command in a process group of its own never hears of Ctrl-C
            raise

    def of(self, refs: Sequence[str]) -> Iterator[tuple[Session, Learned]]:
        """The runs of the sessions that are named."""
        return self._runs([(here, here.session(ref)) for here in self._workspaces[:1] for ref in refs])

    def of_all(self) -> Iterator[tuple[Session, Learned]]:
        """The runs of every session that has something new, oldest first."""
        for here in self._workspaces:
            for problem in Sessions(here.folder.sessions).problems():
                self._fail(problem)
        yield from self._runs([(here, each) for here in self._workspaces for each in here.sessions()], only_new=True)

    def _meter(self, workspace: Workspace, calls: int, tokens: int) -> None:
        """Workspaces that ask the same model share its limits."""
        model = workspace.engines.model
        if model is not None:
            meter = next((each for each in self._meters if each.name == model.name), None)
            meter = meter or MeteredModel(model, calls=calls, tokens=tokens)
            self._meters = [*self._meters, *([] if meter in self._meters else [meter])]
            workspace.engines.model = meter

    def _runs(
        self, sessions: Sequence[tuple[Workspace, Session]], *, only_new: bool = False
    ) -> Iterator[tuple[Session, Learned]]:
        chosen = (each for each in progress(sessions, "session") if not only_new or self._is_new(*each))
        learning = Learning(chosen, space=self._space, dry_run=self._dry_run, jobs=self._jobs)
        for done in learning.run():
            if done.learned is None:
                self._fail(f"{done.session.name or done.session.id}: {done.error}")
            else:
                clear()
                yield done.session, done.learned
        self.stopped = str(learning.stopped or "")

    def _is_new(self, here: Workspace, session: Session) -> bool:
        try:
            return here.is_new(session, self._space)
        except AcontextError as error:
            self._fail(f"{session.name or session.id}: {error}")
            return False

    def _fail(self, reason: str) -> None:
        self.failed += 1
        clear()
        warn(reason)
