"""Files and folders that are put there, replaced or taken away all at once."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files.disk import DISK, Disk, refused, sync_folder, write_all

_NEW, _GONE = ".new-", ".gone-"
_HOUR = 3600


def write_whole(path: Path, data: bytes, disk: Disk = DISK) -> None:
    """Put a file there, or replace it, all at once."""
    beside = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        _write_new(beside, data, _mode(path), disk)
        disk.rename(beside, path)
        sync_folder(path.parent, disk)
    except OSError as error:
        with suppress(OSError):
            disk.unlink(beside)
        raise refused(path, error) from error


def write_folder(path: Path, files: Mapping[str, bytes], disk: Disk = DISK) -> None:
    """Put a new folder with these files there all at once. Its parent is made where it is missing."""
    made = beside = path.with_name(f"{_NEW}{os.urandom(6).hex()}")
    make_folders(path.parent, disk=disk)
    try:
        disk.make_folder(beside, 0o777)
        for name, data in files.items():
            _write_new(beside / name, data, 0o666, disk)
        sync_folder(beside, disk)
        disk.rename(beside, path)
        made = path
        sync_folder(path.parent, disk)
    except OSError as error:
        from shutil import rmtree

        rmtree(made, ignore_errors=True)  # who was told that it is not there may make it again
        raise refused(path, error) from error


def make_folders(path: Path, mode: int = 0o777, disk: Disk = DISK) -> None:
    """Make a folder and those above it where they are missing. They last, so that what is put into them does."""
    try:
        _make_folder(path, mode, disk)
    except FileExistsError as error:
        told = f"{str(path)!r} was not written: a file is in the way; move it, or choose another place"
        raise AcontextError(told) from error
    except OSError as error:
        raise refused(path, error) from error


def _make_folder(path: Path, mode: int, disk: Disk) -> None:
    if path.is_dir():
        return
    try:
        disk.make_folder(path, mode)
    except FileNotFoundError:
        _make_folder(path.parent, 0o777, disk)
        _make_folder(path, mode, disk)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        sync_folder(path.parent, disk)


def remove_folder(path: Path, disk: Disk = DISK) -> None:
    """Take a folder away all at once. What killed processes have left beside it goes too."""
    try:
        disk.rename(path, path.with_name(f"{_GONE}{os.urandom(6).hex()}"))
        try:
            sync_folder(path.parent, disk)
        finally:
            _sweep(path.parent, disk)
    except FileNotFoundError:
        return
    except OSError as error:
        raise refused(path, error) from error


@contextmanager
def locked(path: Path, disk: Disk = DISK, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock that this file stands for, waiting for it; `waiting` is told where that may take long."""
    fd = _held(path, disk, waiting)
    try:
        yield
    finally:
        disk.flock(fd, LOCK_UN)
        os.close(fd)


def _held(path: Path, disk: Disk, waiting: Callable[[], None] | None) -> int:
    """The file that has the name now, locked: the one that was waited for may have been taken away meanwhile."""
    while True:
        try:
            fd = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise refused(path, error) from error
        try:
            if waiting is not None and _taken(fd, disk):
                waiting()
            disk.flock(fd, LOCK_EX)
        except BaseException:
            os.close(fd)
            raise
        if os.fstat(fd).st_nlink:
            return fd
        os.close(fd)


def _taken(fd: int, disk: Disk) -> bool:
    """Whether somebody else holds the lock now; else it is held from here on."""
    try:
        disk.flock(fd, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return True
    return False


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    from hashlib import sha256  # loads OpenSSL, which most commands never need

    return sha256(data).hexdigest()


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o666


def _write_new(path: Path, data: bytes, mode: int, disk: Disk) -> None:
    fd = disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        write_all(fd, data, disk)
        disk.sync(fd)
    finally:
        os.close(fd)


def _sweep(parent: Path, disk: Disk) -> None:
    from time import time

    from acontext_cli.files.inside import Folder  # what only records starts without it

    old = time() - _HOUR
    for left in (*parent.glob(f"{_GONE}*"), *parent.glob(f"{_NEW}*")):
        with suppress(OSError), Folder.at(parent) as folder:  # another process may be at it too
            if left.name.startswith(_GONE) or left.stat().st_mtime < old:
                folder.remove(left.name, disk)
