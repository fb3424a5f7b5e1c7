"""The held lessons of a workspace, and what is decided about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from acontext_cli.errors import AcontextError
from acontext_cli.reviewing import Accepted, Desk, Waiting
from acontext_cli.session import Session
from acontext_cli.store import Held

if TYPE_CHECKING:
    from acontext_cli.api.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Item:
    """A held lesson in its space."""

    space: str
    desk: Desk
    held: Held

    @property
    def id(self) -> str:
        return self.held.id

    def look(self) -> Waiting:
        """The lesson with all that speaks for and against it now."""
        return self.desk.look(self.held)

    def accept(self, text: str = "") -> Accepted:
        """Write it, as it is or in your own words."""
        return self.desk.accept(self.held, text)

    def reject(self) -> tuple[Held, ...]:
        """Never be asked about it again; all that wait no longer because of it."""
        return self.desk.reject(self.held)

    def drop(self, reason: str) -> None:
        self.desk.drop(self.held, reason)

    def waits(self) -> bool:
        """Whether nothing was decided about it meanwhile."""
        return self.held in self.desk.held()


class Review:
    """What waits in one space of a workspace, or in all of them."""

    def __init__(self, workspace: "Workspace", space: str = "") -> None:
        self._workspace = workspace
        self._desks = {
            name: Desk(workspace.space(name).store, self._session)
            for name in ([space] if space else workspace.spaces())
        }

    @property
    def asks(self) -> bool:
        """Whether anybody is asked by the program itself."""
        return self._workspace.asks != "none"

    def items(self) -> Iterator[Item]:
        """The lessons that wait, space by space, in the order in which they were held."""
        return (Item(name, desk, held) for name, desk in self._desks.items() for held in desk.held())

    def find(self, ref: str, *, rejected: bool = False) -> Item:
        """The lesson of this id, or of this beginning of one. `rejected`: among those too."""
        named = list(self.items())
        if rejected:
            named += [Item(name, desk, held) for name, desk in self._desks.items() for held in desk.rejected()]
        found = [each for each in named if ref and each.id.startswith(ref)]
        if len(found) == 1:
            return found[0]
        if not found:
            raise AcontextError(f"no lesson {ref!r:.80} waits: acontext review --list")
        those = ", ".join(f"{each.id} in {each.space}" for each in found[:5])
        raise AcontextError(f"{ref!r:.80} is the beginning of {those}: give more of it, or --space")

    def _session(self, id: str) -> Session | None:
        """The session of this id, where it is here."""
        folder = self._folders.get(id)
        return Session.open(folder) if folder else None

    @cached_property
    def _folders(self) -> dict[str, Path]:
        return {path.name.partition("-")[2]: path for path in self._workspace.folder.session_folders()}
