"""A folder that clients load skills from. It is entered step by step from a folder that is a person's own choice, and
never through a link that leads out of it."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files.disk import refused
from acontext_cli.files.inside import Folder
from acontext_cli.linking.clients import Client
from acontext_cli.linking.level import Level


@dataclass(frozen=True, slots=True)
class Place:
    """Where some clients load skills."""

    base: Path
    """The project's folder, or one of the user's own."""
    path: str
    """The rest of the way."""
    clients: tuple[str, ...] = ()
    own: bool = False
    """Whether it is the user's own and no project's."""

    @property
    def real(self) -> Path:
        """Where it is. A link on the way that leads out of the base is refused."""
        try:
            real, base = Path(os.path.realpath(self.base / self.path)), Path(os.path.realpath(self.base))
        except OSError as error:
            raise refused(self.base / self.path, error) from error
        if real == base or not real.is_relative_to(base):
            raise AcontextError(
                f"{str(self.base / self.path)!r} leads out of {str(self.base)!r} by a link: put a folder there"
            )
        return real

    @contextmanager
    def opened(self, real: Path, made: Callable[[Path], None] | None = None) -> Iterator[Folder | None]:
        """The folder where it really is, made where it is missing and told to `made`; without it None for a missing
        one. No link is followed any more."""
        base = Path(os.path.realpath(self.base))
        try:
            with Folder.at(base) as here, _below(here, real.relative_to(base).parts, made) as folder:
                yield folder
        except OSError as error:
            raise refused(self.base / self.path, error) from error


def recorded_place(level: Level, folder: str) -> Place:
    """The place of a record."""
    if level.root:
        return Place(level.root, folder)
    base = _own_base(level, Path(folder))
    return Place(base, str(Path(folder).relative_to(base)), own=True)


def remove_empty(level: Level, folder: str) -> bool:
    """Take a folder of the record away if it is empty; whether it is gone. No link on the way is followed."""
    base = Path(os.path.realpath(level.root)) if level.root else _own_base(level, Path(folder))
    *above, name = Path(folder).parts if level.root else Path(folder).relative_to(base).parts
    try:
        with Folder.at(base) as here, here.within("/".join(above)) as parent:
            parent.remove_empty(name)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _own_base(level: Level, folder: Path) -> Path:
    home = Path(os.path.realpath(level.home))
    return home if folder.is_relative_to(home) and folder != home else folder.parent.parent


def places(chosen: Sequence[Client], level: Level) -> list[Place]:
    """Where these clients load skills, each place once."""
    found: dict[tuple[Path, str], list[str]] = {}
    for client in chosen:
        base, path = (level.root, client.project) if level.root else client.own(level.env)
        if not path:
            other = "for a user: add --user" if level.root else "of a project: leave out --user"
            raise AcontextError(f"{client.name} loads skills only {other}")
        found.setdefault((base, path), []).append(client.name)
    return [Place(base, path, tuple(names), level.root is None) for (base, path), names in found.items()]


@contextmanager
def _below(base: Folder, parts: Sequence[str], made: Callable[[Path], None] | None) -> Iterator[Folder | None]:
    with base.within("") as folder:
        for part in parts:
            if folder.kind(part) is None:
                if made is None:
                    yield None
                    return
                if folder.make(part):
                    made(folder.path / part)
            folder.step(part)
        yield folder
