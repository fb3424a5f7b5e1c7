"""What files held before and after each run, by the SHA-256 of their contents. Local and bounded: the oldest go."""

import os
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from acontext_cli.errors import AcontextError, unreadable
from acontext_cli.files import DISK, Disk, digest, make_folders, write_whole

LIMIT = 100 << 20
_NEW = 10 * 10**9
_ROOM = 0.9
"""So much of the limit is left full when the oldest go: looking at all contents takes its time."""


class History:
    """The contents of one workspace's skills."""

    def __init__(self, folder: Path, disk: Disk = DISK, limit: int = LIMIT) -> None:
        self.folder = folder
        self._disk = disk
        self._limit = limit
        """Bytes."""
        self._size: int | None = None
        """Bytes that are kept, as far as this process knows."""

    def put(self, data: bytes) -> str:
        """Keep a content; its name."""
        name = digest(data)
        path = self._path(name)
        try:
            os.utime(path)  # so that it counts as new
        except FileNotFoundError:
            make_folders(path.parent, disk=self._disk)
            write_whole(path, data, self._disk)
            self._size = None if self._size is None else self._size + len(data)
        except OSError as error:
            raise unreadable(error, path) from error
        return name

    def get(self, name: str) -> bytes:
        """A content by its name. Raises AcontextError where it is no longer kept, or damaged."""
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise AcontextError(
                f"the history has no content {name[:12]!r} any more: only newer ones are kept"
            ) from error
        except OSError as error:
            raise unreadable(error, self._path(name)) from error
        if digest(data) != name:
            raise AcontextError(
                f"the content {name[:12]!r} in the history is damaged: delete {str(self._path(name))!r}"
            )
        return data

    def trim(self, keep: Collection[str] = ()) -> None:
        """Let the oldest contents go where all together are too large; never those to be kept, nor the newest, which a
        run of another space may be about to need."""
        if self._size is not None and self._size <= self._limit:
            return
        found = sorted(self._all())
        self._size = sum(size for _, size, _ in found)
        if self._size <= self._limit:
            return
        new = time.time_ns() - _NEW
        for at, size, path in found:
            if self._size <= self._limit * _ROOM or at > new:
                return
            if path.name not in keep:
                with suppress(OSError):
                    self._disk.unlink(path)
                    self._size -= size

    def _all(self) -> list[tuple[int, int, Path]]:
        """Time, size and place of everything that is kept."""
        found = []
        for path in self.folder.glob("??/*"):
            with suppress(FileNotFoundError):
                about = path.stat()
                found.append((about.st_mtime_ns, about.st_size, path))
        return found

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name
