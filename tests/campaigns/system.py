"""The calls of the system by which a command reads and writes files, whoever makes them: each can be made to go wrong.

To be imported before the program, which takes some of the calls by their value. Nothing is counted before `watch`.
"""

import errno
import fcntl
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_EVENTS = {
    "os.mkdir": "mkdir",
    "os.rename": "rename",
    "os.remove": "unlink",
    "os.rmdir": "unlink",
    "os.truncate": "truncate",
    "os.utime": "utime",
    "os.symlink": "link",
    "os.listdir": "list",
    "os.scandir": "list",
    "fcntl.flock": "lock",
}
CHANGES = ("create", "write", "sync", "mkdir", "rename", "unlink", "truncate", "utime", "link")
ERRORS = {
    "create": ("EACCES", "ENOSPC", "EROFS", "EMFILE"),
    "write": ("ENOSPC", "EDQUOT", "EIO", "EFBIG", "short"),
    "sync": ("EIO", "ENOSPC"),
    "mkdir": ("EACCES", "ENOSPC", "EROFS"),
    "rename": ("EACCES", "ENOSPC", "EROFS"),
    "unlink": ("EACCES", "EROFS"),
    "truncate": ("EIO",),
    "utime": ("EACCES", "EROFS"),
    "link": (),  # where there are no links copies are made
    "list": ("EACCES", "EIO"),
    "lock": ("ENOLCK",),
    "open": ("EACCES", "EIO", "EMFILE"),
    "read": ("EIO",),
}
"""What can be answered to each kind of call; `short`: a part is written, and nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong."""

    at: int
    """The number of the call, from 0."""
    error: str
    """Its name; `short`; or `gone`: a folder is taken away before the call."""
    lasts: bool = False
    """Whether all changes after it go wrong in the same way: a full disk stays full."""
    folder: Path | None = None
    """What is taken away."""

    @property
    def said(self) -> str:
        return f"{self.error}{' and on' if self.lasts else ''} at call {self.at}"


@dataclass
class _Watch:
    root: str = ""
    fault: Fault | None = None
    calls: list[str] = field(default_factory=list)
    busy: bool = False
    full: bool = False

    def of_ours(self, path: object) -> bool:
        if isinstance(path, int):
            return True
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.fsdecode(path)
        return name[:1] != "/" or name.startswith(self.root)

    def comes(self, kind: str, path: object = None) -> str:
        """A call is about to be made: what goes wrong with it, empty where nothing does."""
        self.calls.append(kind)
        fault, number = self.fault, len(self.calls) - 1
        if fault is None or number < fault.at or (number > fault.at and not self._goes_on(fault, kind)):
            return ""
        if fault.error == "gone":
            self._take_away(fault)
            return ""
        if fault.error == "short" and number > fault.at:
            return "ENOSPC"
        if fault.error == "short" and kind != "write":
            return ""  # two runs differed in their calls
        return fault.error

    def _goes_on(self, fault: Fault, kind: str) -> bool:
        # A disk that takes no more still lets a file become shorter.
        return fault.lasts and fault.error != "gone" and kind in CHANGES and kind != "truncate"

    def _take_away(self, fault: Fault) -> None:
        self.busy = True
        shutil.rmtree(str(fault.folder), ignore_errors=True)
        self.busy = False


_watch = _Watch()


def watch(root: Path, fault: Fault | None = None) -> list[str]:
    """From now on count the calls about files below a folder, and let one go wrong; the kinds of call, as they come."""
    _watch.root, _watch.fault, _watch.calls = str(root), fault, []
    return _watch.calls


def _heard(event: str, args: tuple[Any, ...]) -> None:
    if not _watch.root or _watch.busy:
        return
    if event == "open":
        kind = "create" if isinstance(args[2], int) and args[2] & _WRITES else "open"
        path = args[0] if isinstance(args[0], str | bytes | os.PathLike) else None
    elif event in _EVENTS and (event, args[1:2]) != ("fcntl.flock", (fcntl.LOCK_UN,)):  # which cannot fail
        kind, path = _EVENTS[event], args[0]
    else:
        return
    if _watch.of_ours(path) and (error := _watch.comes(kind, path)):
        _raise(error, path)


def _raise(error: str, path: object = None) -> None:
    number = getattr(errno, error)
    if isinstance(path, str | bytes | os.PathLike):
        raise OSError(number, os.strerror(number), os.fsdecode(path))
    raise OSError(number, os.strerror(number))


def _wrapped(kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(fd: int, *args: Any) -> Any:
        if _watch.root and not _watch.busy and fd > 2 and (error := _watch.comes(kind)):
            if error != "short":
                _raise(error)
            return call(fd, args[0][: max(1, len(args[0]) // 2)])
        return call(fd, *args)

    return wrapped


for _name, _kind in {"write": "write", "fsync": "sync", "fdatasync": "sync", "read": "read", "pread": "read"}.items():
    if hasattr(os, _name):
        setattr(os, _name, _wrapped(_kind, getattr(os, _name)))
sys.addaudithook(_heard)
