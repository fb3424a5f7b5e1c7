"""Folders that are held open: a name is looked up in the folder itself and a link is never followed, so that nothing
that is swapped in, at whatever moment, leads out of it."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL, ELOOP, ENOSYS, ENOTDIR, ENOTSUP
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from acontext_cli.errors import AcontextError
from acontext_cli.files.disk import DISK, Disk, write_all

Kind = Literal["file", "folder", "link", "other"]

Was = Callable[[bytes | None], bool]
"""Whether a content is the one that is to be replaced; None: no file."""

_ABOUT_TO = 0.5
"""So many seconds after it was emptied a file is waited for."""
_CANNOT = (ENOSYS, EINVAL, ENOTSUP)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_CHUNK = 1 << 16


class _NotPutBack(OSError):
    """What a person had written was exchanged, and the disk refused to exchange it again."""


class Folder:
    """One folder. It stays the same folder whatever its path leads to meanwhile."""

    def __init__(self, fd: int, path: Path) -> None:
        self._fd = fd
        self.path = path
        """Where it was when it was opened."""

    @property
    def fd(self) -> int:
        """The folder, for calls that look a name up in it."""
        return self._fd

    @classmethod
    def at(cls, path: Path) -> Self:
        """The folder that a person named; links on the way to it are theirs."""
        return cls(os.open(path, _FOLDER), path)

    def enter(self, name: str) -> "Folder":
        """A folder in it; an OSError where it is a link or no folder."""
        return Folder(os.open(_plain(name), _FOLDER | os.O_NOFOLLOW, dir_fd=self._fd), self.path / name)

    @contextmanager
    def within(self, path: str) -> Iterator["Folder"]:
        """A folder any number of steps below it; itself for an empty path."""
        with Folder(os.dup(self._fd), self.path) as here:
            for name in path.split("/") if path else ():
                here.step(name)
            yield here

    def step(self, name: str) -> None:
        """Become a folder in it."""
        below = self.enter(name)
        self.close()
        self._fd, self.path = below._fd, below.path

    def make(self, name: str, disk: Disk = DISK) -> bool:
        """Make a folder in it; whether it was not there."""
        try:
            disk.make_folder(Path(_plain(name)), 0o777, self._fd)
        except FileExistsError:
            return False
        try:
            disk.sync(self._fd)
        except OSError:
            with suppress(OSError):
                self.remove_empty(name)  # nobody is told that it was made
            raise
        return True

    def kind(self, name: str) -> Kind | None:
        """What a name stands for; None where there is nothing."""
        try:
            mode = os.stat(_plain(name), dir_fd=self._fd, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return None
        return _KINDS.get(stat.S_IFMT(mode), "other")

    def entries(self) -> list[tuple[str, Kind]]:
        """Every name in it, sorted, with what it stands for."""
        with os.scandir(self._fd) as found:
            return sorted((entry.name, _kind(entry)) for entry in found)

    def target(self, name: str) -> str:
        """What a link says."""
        return os.readlink(_plain(name), dir_fd=self._fd)

    def link(self, name: str, target: str, disk: Disk = DISK) -> None:
        """Make a link that says this; an OSError where the name is taken."""
        disk.symlink(Path(_plain(name)), target, self._fd)

    def read(self, name: str, limit: int) -> bytes:
        """A file's content, at most `limit` bytes and one more of it, so that it shows that there are more."""
        with self.reading(name) as fd:
            parts, size = [], 0
            while size <= limit and (part := os.read(fd, min(_CHUNK, limit + 1 - size))):
                parts.append(part)
                size += len(part)
        return b"".join(parts)

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file's content piece by piece."""
        with self.reading(name) as fd:
            while part := os.read(fd, _CHUNK):
                yield part

    def settled(self, name: str) -> bytes:
        """A file's content, once nobody is about to write it: many editors empty a file first."""
        with self.reading(name) as fd:
            while not (about := os.fstat(fd)).st_size and 0 <= time.time() - about.st_mtime < _ABOUT_TO:
                time.sleep(_ABOUT_TO / 50)
            return everything(fd)

    def write_new(self, name: str, data: bytes, mode: int = 0o666, disk: Disk = DISK) -> None:
        """Write a new file; an OSError where the name is taken."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = disk.open(Path(_plain(name)), flags, mode, self._fd)
        try:
            write_all(fd, data, disk)
            disk.sync(fd)
        finally:
            os.close(fd)

    def put(self, name: str, data: bytes, was: "Was", disk: Disk = DISK) -> bool:
        """Put a file there, or replace it, all at once; whether it was done. Where something else stands there than
        `was` takes for what is to be replaced, nothing is changed."""
        beside = _beside(name)
        try:
            self.write_new(beside, data, self._mode(name), disk)
            if self.kind(name) is None:
                done = was(None) and self._new(beside, name, disk)
            else:
                done = self._swapped(beside, name, data, was, disk)
        except _NotPutBack:
            raise  # what lies beside is a person's: whoever recovers puts it back
        except OSError:
            self._clear(beside, disk)
            raise
        self._clear(beside, disk)
        disk.sync(self._fd)
        return done

    def drop(self, name: str, was: "Was", disk: Disk = DISK) -> bool:
        """Take a file away; whether it was done, as with `put`."""
        beside = _beside(name)
        disk.rename(Path(_plain(name)), Path(beside), self._fd)
        done = self._holds(beside, was)
        if not done:  # a person has changed it meanwhile: what is theirs goes back, unless they have made it anew
            self._new(beside, name, disk)
        self._clear(beside, disk)
        disk.sync(self._fd)
        return done

    def _clear(self, beside: str, disk: Disk) -> None:
        """Take away what nobody needs any more. That this cannot be done is no reason to fail."""
        try:
            disk.unlink(Path(beside), self._fd)
        except OSError:
            with suppress(OSError):
                os.unlink(beside, dir_fd=self._fd)

    def _new(self, beside: str, name: str, disk: Disk) -> bool:
        """Give what was written beside its name, unless somebody was faster."""
        try:
            disk.link(Path(beside), Path(_plain(name)), self._fd)
        except FileExistsError:
            return False
        return True

    def _swapped(self, beside: str, name: str, data: bytes, was: "Was", disk: Disk) -> bool:
        """Exchange the two, and look at what came out: a look before it would miss who writes right after the look."""
        try:
            disk.exchange(Path(beside), Path(_plain(name)), self._fd)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
            return self._replaced(beside, name, was, disk)
        if self._holds(beside, was):
            disk.sync(self._fd)  # takes a moment: who had it open may add to it
            if self._holds(beside, was):
                return True
        try:
            self._swap_back(beside, name, data, disk)
        except OSError as error:
            raise _NotPutBack(*error.args) from error
        return False

    def _swap_back(self, beside: str, name: str, data: bytes, disk: Disk) -> None:
        """Put back what a person has written; where they have written once more in between, that."""
        theirs: bytes | None = data
        while True:
            older = self._content(beside)
            disk.exchange(Path(beside), Path(_plain(name)), self._fd)
            if self._content(beside) == theirs:
                return
            theirs = older

    def _replaced(self, beside: str, name: str, was: "Was", disk: Disk) -> bool:
        """The same where a disk cannot exchange: there is a moment between the look and the replacing."""
        if not self._holds(name, was):
            return False
        disk.rename(Path(beside), Path(_plain(name)), self._fd)
        return True

    def _holds(self, name: str, was: "Was") -> bool:
        content = self._content(name)
        return content is not None and was(content)

    def _content(self, name: str) -> bytes | None:
        """A file's content; None where it is no regular file."""
        try:
            return self.settled(name)
        except OSError:
            return None

    def rename(self, old: str, new: str, disk: Disk = DISK) -> None:
        """Give a name of it another one in it."""
        disk.rename(Path(_plain(old)), Path(_plain(new)), self._fd)

    def remove(self, name: str, disk: Disk = DISK) -> None:
        """Take away what a name stands for: a link itself, a folder with all that is in it."""
        if self.kind(name) != "folder":
            disk.unlink(Path(_plain(name)), self._fd)
            return
        with self.enter(name) as below:
            for each, _ in below.entries():
                below.remove(each, disk)
        self.remove_empty(name, disk)

    def remove_empty(self, name: str, disk: Disk = DISK) -> None:
        """Take away an empty folder; an OSError where it is none."""
        disk.remove_folder(Path(_plain(name)), self._fd)

    def sync(self, disk: Disk = DISK) -> None:
        """Make the names in it last."""
        disk.sync(self._fd)

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _mode(self, name: str) -> int:
        try:
            return os.stat(_plain(name), dir_fd=self._fd, follow_symlinks=False).st_mode & 0o777
        except FileNotFoundError:
            return 0o666

    @contextmanager
    def reading(self, name: str) -> Iterator[int]:
        """A regular file, for reading; an OSError where it is a link or something else."""
        # Without waiting: a pipe that was swapped in has nobody at its other end.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        fd = os.open(_plain(name), flags, dir_fd=self._fd)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise OSError(f"{str(self.path / name)!r} is no regular file")
            yield fd
        finally:
            os.close(fd)


@contextmanager
def opened(base: Path, path: str) -> Iterator[int]:
    """A regular file below a folder, for reading. Links on the way are followed as far as they stay below it."""
    above, _, name = path.rpartition("/")
    try:
        with Folder.at(base) as folder, folder.within(above) as here, here.reading(name) as fd:
            yield fd
            return
    except OSError as error:
        if error.errno not in (ELOOP, ENOTDIR):
            raise
    real, top = os.path.realpath(base / path), os.path.realpath(base)
    if not real.startswith(f"{top}{os.sep}"):
        raise AcontextError(f"{path} is a link that leads out of {str(base)!r}: put the file itself there")
    above, _, name = real[len(top) + 1 :].rpartition("/")
    with Folder.at(Path(top)) as folder, folder.within(above) as here, here.reading(name) as fd:
        yield fd


def everything(fd: int) -> bytes:
    """All of a file."""
    return b"".join(iter(partial(os.read, fd, _CHUNK), b""))


def contents(folder: Folder, above: str = "") -> Iterator[tuple[str, bytes]]:
    """Every regular file below a folder with what it holds."""
    for name, kind in folder.entries():
        if kind == "file":
            yield above + name, b"".join(folder.chunks(name))
        elif kind == "folder":
            with folder.enter(name) as below:
                yield from contents(below, f"{above}{name}/")


_KINDS: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


def _kind(entry: "os.DirEntry[str]") -> Kind:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


def _beside(name: str) -> str:
    return f".{name}.{os.urandom(6).hex()}.tmp"


def _plain(name: str) -> str:
    """The name of one thing in a folder, and no way to anywhere else."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise AcontextError(f"{name!r:.80} is no name in a folder")
    return name
