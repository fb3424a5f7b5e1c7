"""Learning from many sessions: one that is broken is named, and the others are learned from."""

from collections.abc import Iterator, Sequence

from acontext_cli.api.session import Session
from acontext_cli.api.workspace import Workspace
from acontext_cli.errors import AcontextError
from acontext_cli.pipeline import Learned
from acontext_cli.session import Sessions
from acontext_cli.show.progress import clear, progress
from acontext_cli.show.text import warn


class Learning:
    """The runs of some sessions, one after the other."""

    def __init__(self, workspaces: Sequence[Workspace], *, space: str, dry_run: bool) -> None:
        for workspace in workspaces:
            workspace.engine(), workspace.space(space)  # a wrong setting is said once, not of every session
        self.failed = 0
        """How many sessions could not be learned from."""
        self._workspaces = workspaces
        self._space = space
        self._dry_run = dry_run

    def of(self, refs: Sequence[str]) -> Iterator[tuple[Session, Learned]]:
        """The runs of the sessions that are named."""
        return self._runs([(here, here.session(ref)) for here in self._workspaces[:1] for ref in refs])

    def of_all(self) -> Iterator[tuple[Session, Learned]]:
        """The runs of every session that has something new, oldest first."""
        for here in self._workspaces:
            for problem in Sessions(here.folder.sessions).problems():
                self._fail(problem)
        yield from self._runs([(here, each) for here in self._workspaces for each in here.sessions()], only_new=True)

    def _runs(
        self, sessions: Sequence[tuple[Workspace, Session]], *, only_new: bool = False
    ) -> Iterator[tuple[Session, Learned]]:
        for here, session in progress(sessions, "session"):
            try:
                if only_new and not here.is_new(session, self._space):
                    continue
                learned = here.learn_from(session, space=self._space, dry_run=self._dry_run)
            except AcontextError as error:
                self._fail(f"{session.name or session.id}: {error}")
            else:
                clear()
                yield session, learned

    def _fail(self, reason: str) -> None:
        self.failed += 1
        clear()
        warn(reason)
