"""Learning from many sessions: one that is broken is named, and the others are learned from."""

from collections.abc import Iterator, Sequence

from acontext_cli.api.session import Session
from acontext_cli.api.workspace import Workspace
from acontext_cli.errors import AcontextError
from acontext_cli.pipeline import Learned
from acontext_cli.show.progress import clear, progress
from acontext_cli.show.text import warn


class Learning:
    """The runs of some sessions, one after the other."""

    def __init__(self, workspace: Workspace, *, space: str, dry_run: bool) -> None:
        self.failed = 0
        self._workspace = workspace
        self._space = space
        self._dry_run = dry_run

    def runs(self, sessions: Sequence[Session]) -> Iterator[tuple[Session, Learned]]:
        for session in progress(sessions, "learning from session"):
            try:
                learned = self._workspace.learn_from(session, space=self._space, dry_run=self._dry_run)
            except AcontextError as error:
                self.failed += 1
                clear()
                warn(f"{session.name or session.id}: {error}")
            else:
                clear()
                yield session, learned
