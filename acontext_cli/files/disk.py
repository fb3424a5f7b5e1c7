"""The operations by which bytes reach the disk, as a value.

With another value the same code runs into a full disk or is killed between two operations.
"""

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from errno import EACCES, EDQUOT, EEXIST, EFBIG, ENOENT, ENOSPC, ENOSYS, ENOTDIR, ENOTEMPTY, EPERM, EROFS
from functools import cache
from pathlib import Path

from acontext_cli.errors import AcontextError

_HERE = -2 if hasattr(os, "O_SYMLINK") else -100  # AT_FDCWD of macOS, of Linux
_SYNC_DATA: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


def _open(path: Path, flags: int, mode: int, at: int | None = None) -> int:
    return os.open(path, flags, mode, dir_fd=at)


def _make_folder(path: Path, mode: int, at: int | None = None) -> None:
    os.mkdir(path, mode, dir_fd=at)


def _rename(old: Path, new: Path, at: int | None = None) -> None:
    os.replace(old, new, src_dir_fd=at, dst_dir_fd=at)


def _unlink(path: Path, at: int | None = None) -> None:
    os.unlink(path, dir_fd=at)


def _link(old: Path, new: Path, at: int | None = None) -> None:
    os.link(old, new, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)


def _exchange(one: Path, other: Path, at: int | None = None) -> None:
    swap = _swapper()
    if swap is None:
        raise OSError(ENOSYS, os.strerror(ENOSYS))
    swap(os.fsencode(one), os.fsencode(other), _HERE if at is None else at)


@cache
def _swapper() -> Callable[[bytes, bytes, int], None] | None:
    """The call of the system that gives two names each other's file; None where it has none.

    Linux: renameat2(2) with RENAME_EXCHANGE · macOS: renameatx_np(2) with RENAME_SWAP. Both flags are 2.
    """
    import ctypes  # takes milliseconds, and only what replaces a file needs it
    import sys

    name = "renameatx_np" if sys.platform == "darwin" else "renameat2"
    call = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if call is None:
        return None
    call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]

    def swap(one: bytes, other: bytes, at: int) -> None:
        if call(at, one, at, other, 2):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return swap


def _remove_folder(path: Path, at: int | None = None) -> None:
    os.rmdir(path, dir_fd=at)


def _symlink(path: Path, target: str, at: int | None = None) -> None:
    os.symlink(target, path, dir_fd=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Each field is a call of the system. Those that take a path take the folder too that it is in, held open."""

    open: Callable[..., int] = _open
    flock: Callable[[int, int], None] = fcntl.flock
    read_at: Callable[[int, int, int], bytes] = os.pread
    write: Callable[[int, bytes | memoryview], int] = os.write
    truncate: Callable[[int, int], None] = os.ftruncate
    sync_data: Callable[[int], None] = _SYNC_DATA
    sync: Callable[[int], None] = os.fsync
    make_folder: Callable[..., None] = _make_folder
    rename: Callable[..., None] = _rename
    link: Callable[..., None] = _link
    """Another name for a file; FileExistsError where that is taken."""
    exchange: Callable[..., None] = _exchange
    """Two names get each other's file, at once; OSError where the system cannot."""
    unlink: Callable[..., None] = _unlink
    remove_folder: Callable[..., None] = _remove_folder
    symlink: Callable[..., None] = _symlink


DISK = Disk()


def write_all(fd: int, data: bytes, disk: Disk) -> None:
    """Write it all. A full disk shows as a short write first, and as an error when one goes on."""
    rest = memoryview(data)
    while rest:
        written = disk.write(fd, rest)
        if written == 0:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        rest = rest[written:]


def sync_folder(path: Path, disk: Disk) -> None:
    """Make names that were added, replaced or removed in a folder last."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        disk.sync(fd)
    finally:
        os.close(fd)


def refused(path: Path, error: OSError) -> AcontextError:
    """What the system said, and what to do."""
    return AcontextError(
        f"{str(path)!r} was not written: {error.strerror or error}; {_REMEDIES.get(error.errno or 0, _REMEDY)}"
    )


_REMEDY = "try again when that is mended"
_REMEDIES = {
    ENOSPC: "free some space and try again",
    EDQUOT: "free some space and try again",
    EFBIG: "the limit on the size of a file is reached (ulimit -f)",
    ENOENT: "its folder is gone",
    ENOTDIR: "its folder is gone",
    EACCES: "check who may write there",
    EPERM: "check who may write there",
    EROFS: "use --workspace with a folder that can be written",
    EEXIST: "it is there already",
    ENOTEMPTY: "it is there already",
}
