"""A folder as a source of foreign files. No link in it is followed, however late it was put there."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from acontext_cli.errors import AcontextError
from acontext_cli.files.inside import Folder, Kind
from acontext_cli.packing.limits import DEEPEST, MOST_BYTES, MOST_ENTRIES, mib
from acontext_cli.packing.paths import is_hidden, path_problem


class FolderSource:
    """The files below a folder."""

    def __init__(self, folder: Folder, name: str) -> None:
        self._folder = folder
        self.name = name

    @classmethod
    def at(cls, path: Path) -> Self:
        try:
            return cls(Folder.at(path), str(path))
        except OSError as error:
            raise AcontextError(f"{str(path)!r} cannot be read: {error.strerror}") from error

    def below(self, name: str) -> "FolderSource":
        """A folder in it as a source of its own; refused where it is a link."""
        try:
            return FolderSource(self._folder.enter(name), name)
        except OSError as error:
            raise AcontextError(
                f"{str(self._folder.path / name)!r} is a link or no folder: nothing was read"
            ) from error

    def entries(self) -> list[tuple[str, Kind]]:
        found: list[tuple[str, Kind]] = []
        for path, kind in self._walk(self._folder, "", DEEPEST):
            if problem := path_problem(path):
                raise AcontextError(f"{self.name!r}: {path!r:.200} {problem}: rename it, nothing was taken")
            found.append((path, kind))
            if len(found) > MOST_ENTRIES:
                raise AcontextError(
                    f"{self.name!r} holds more than {MOST_ENTRIES:,} files: name the folder of the skill itself"
                )
        return found

    def read(self, path: str) -> bytes:
        above, _, name = path.rpartition("/")
        try:
            with self._folder.within(above) as folder:
                data = folder.read(name, MOST_BYTES)
        except OSError as error:
            raise AcontextError(f"{self.name!r}: {path!r} cannot be read: {error.strerror or error}") from error
        if len(data) > MOST_BYTES:
            raise AcontextError(f"{self.name!r}: {path!r} is larger than {mib(MOST_BYTES)}, nothing was taken")
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._folder.close()

    def _walk(self, folder: Folder, prefix: str, deep: int) -> Iterator[tuple[str, Kind]]:
        try:
            found = folder.entries()
        except OSError as error:
            raise AcontextError(f"{str(folder.path)!r} cannot be read: {error.strerror}") from error
        for name, kind in found:
            if is_hidden(name):
                continue
            yield prefix + name, kind
            if kind == "folder" and deep > 1:
                try:
                    below = folder.enter(name)
                except OSError as error:
                    raise AcontextError(f"{prefix + name!r} cannot be read: {error.strerror}") from error
                with below:
                    yield from self._walk(below, f"{prefix}{name}/", deep - 1)
