"""What files held before and after each run, by the SHA-256 of their contents. Local and bounded: the oldest go."""

import os
from contextlib import suppress
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, Disk, digest, make_folders, write_whole

_KEPT = 64  # in each of 256 folders


class History:
    """The contents of one workspace's skills."""

    def __init__(self, folder: Path, disk: Disk = DISK) -> None:
        self.folder = folder
        self._disk = disk

    def put(self, data: bytes) -> str:
        """Keep a content; its name."""
        name = digest(data)
        path = self._path(name)
        try:
            os.utime(path)  # so that it counts as the newest: what a journal names must not be the next to go
        except FileNotFoundError:
            make_folders(path.parent, disk=self._disk)
            self._forget(path.parent)
            write_whole(path, data, self._disk)
        return name

    def get(self, name: str) -> bytes:
        """A content by its name. Raises AcontextError where it is no longer kept, or damaged."""
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise AcontextError(
                f"the history has no content {name[:12]!r} any more: only newer ones are kept"
            ) from error
        if digest(data) != name:
            raise AcontextError(
                f"the content {name[:12]!r} in the history is damaged: delete {str(self._path(name))!r}"
            )
        return data

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _forget(self, folder: Path) -> None:
        found = list(folder.iterdir())
        if len(found) < 2 * _KEPT:
            return
        for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)[:-_KEPT]:
            with suppress(FileNotFoundError):
                self._disk.unlink(path)
