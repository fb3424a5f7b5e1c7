"""Durable appends of whole lines by several processes to one file: none is torn, none is lost."""

import os
from contextlib import suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_UN
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from acontext_cli.files.disk import DISK, Disk, refused, sync_folder, write_all
from acontext_cli.files.reading import whole_lines

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Appended:
    """Where the lines stand, and what was in the way."""

    start: int
    """Byte offset of the first line."""
    set_aside: int
    """Bytes of an incomplete last line that a crash had left; they are in `<name>.torn` now."""


class Appender:
    """Appends to one file and keeps it open. For one process; a fork opens the file anew."""

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self._path = path
        self._disk = disk
        self._fd = -1
        self._owner = 0
        self._end = 0
        self._turn = Lock()

    def append(self, data: bytes) -> Appended:
        """Append whole lines (each with its newline). They are on disk when this returns."""
        with self._turn:
            try:
                appended = self._append(data)
                # Outside the lock, so that those who wait share one write-out: twice the rate at 16 writers.
                self._make_last(appended.start, data)
            except OSError as error:
                raise refused(self._path, error) from error
        return appended

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd, self._owner = self._fd, -1, 0
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _append(self, data: bytes) -> Appended:
        size = self._lock()
        try:
            start = self._whole(size)
            self._write(start, data)
            self._end = start + len(data)
        finally:
            self._disk.flock(self._fd, LOCK_UN)
        return Appended(start, size - start)

    def _lock(self) -> int:
        """Hold the lock of the file that has the name now, and tell its size."""
        while True:
            if self._owner != os.getpid():  # a lock is shared with the process that was forked from
                self._open()
            self._disk.flock(self._fd, LOCK_EX)
            found = os.fstat(self._fd)
            if found.st_nlink:
                return found.st_size
            self.close()

    def _open(self) -> None:
        self.close()
        self._fd = self._disk.open(self._path, _FLAGS, 0o666)
        self._owner, self._end = os.getpid(), 0

    def _whole(self, size: int) -> int:
        """The size without an incomplete last line, which is set aside."""
        if size in (0, self._end) or self._disk.read_at(self._fd, 1, size - 1) == b"\n":
            return size  # what this process itself has written last was whole
        end = whole_lines(self._disk.read_at, self._fd, size)
        torn = self._disk.open(self._path.with_name(f"{self._path.name}.torn"), _FLAGS, 0o666)
        try:
            write_all(torn, self._disk.read_at(self._fd, size - end, end) + b"\n", self._disk)
            self._disk.sync_data(torn)
        finally:
            os.close(torn)
        self._disk.truncate(self._fd, end)
        self._disk.sync(self._fd)  # else a power cut may leave its bytes under the half of a new line
        return end

    def _write(self, start: int, data: bytes) -> None:
        """A full disk takes a part and only then refuses: what it took is cut off, so that no half line is left."""
        try:
            written = self._disk.write(self._fd, data)
            if written < len(data):
                write_all(self._fd, data[written:], self._disk)
            if start == 0:
                sync_folder(self._path.parent, self._disk)
        except BaseException:
            with suppress(OSError):
                self._disk.truncate(self._fd, start)
                self._disk.sync(self._fd)
            raise

    def _make_last(self, start: int, data: bytes) -> None:
        """Of lines that may not last it is said that they were not written: they go again, or a second try would double
        them. Where somebody has added to them meanwhile they stay."""
        try:
            self._disk.sync_data(self._fd)
        except OSError:
            with suppress(OSError):
                if self._lock() == start + len(data):
                    self._disk.truncate(self._fd, start)
                    self._end = 0
                self._disk.flock(self._fd, LOCK_UN)
            raise


def append(path: Path, data: bytes, disk: Disk = DISK) -> Appended:
    """Append whole lines once."""
    with Appender(path, disk) as appender:
        return appender.append(data)
