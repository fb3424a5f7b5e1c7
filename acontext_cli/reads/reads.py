"""Who read what of a space's skills, as far as that is seen: JSON lines in the machine's part, a line a reading.

Counting is done on the side: nobody waits for it, and where it cannot be written nothing is said. When the file has
grown large its lines are summed up: how often and when last each file was read, and up to where each transcript was
counted, so that no reading of a transcript counts twice.
"""

import fcntl
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, Appender, Disk, lines, locked, write_whole

VERSION = 1
LARGE = 1 << 16
"""From this size on the lines are summed up."""

How = Literal["recall", "tool", "transcript"]
"""`acontext recall` · the Python tools · an agent in a transcript."""

_PATIENCE = 0.02
"""So many seconds somebody waits who finds another at work on the file."""
_PAUSE = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A reading of a file, or several of the same file summed up."""

    skill: str
    file: str
    at: str
    """When it was read last, ISO 8601, UTC."""
    how: How
    times: int = 1
    session: str = ""
    """Of a transcript: which one."""
    message: str = ""
    """The message in it that asks for the file."""
    end: int = 0
    """The offset behind that message's line."""

    @property
    def key(self) -> tuple[str, str]:
        return self.skill, self.file


@dataclass(frozen=True, slots=True)
class Tally:
    """What was read, all in all."""

    reads: tuple[Read, ...] = ()
    """A sum for each file and way of reading it."""
    counted: Mapping[str, int] = field(default_factory=dict)
    """Up to which offset each transcript was counted, by session."""
    answered: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """When `recall` and the tools answered, by file; of what was summed up only the last time."""

    @property
    def last(self) -> str:
        """When anything was read last; empty where nothing was."""
        return max((read.at for read in self.reads), default="")

    def times(self, skill: str, file: str) -> int:
        """How often a file was read."""
        return sum(read.times for read in self.reads if read.key == (skill, file))

    def last_of(self, skill: str, file: str, how: How | None = None) -> str:
        """When a file was read last; empty where it never was."""
        found = (read.at for read in self.reads if read.key == (skill, file) and how in (None, read.how))
        return max(found, default="")


class Reads:
    """The readings of one space."""

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self._path = path
        # Unlike what is learned, a count need not survive a power cut: nobody waits for the disk.
        self._disk = replace(disk, flock=_impatient, sync_data=_not_waited_for, sync=_not_waited_for)

    def note(self, *reads: Read) -> bool:
        """Count readings; whether that could be done."""
        with suppress(AcontextError, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            data = b"".join(map(_line, reads))
            with Appender(self._path, self._disk) as appender:
                size = appender.append(data).start + len(data)
            if size > LARGE and size > self._limit():
                self._sum_up()
            return True
        return False

    def tally(self) -> Tally:
        """All that was counted; of lines that are none of ours nothing."""
        try:
            return _tally(text for _, text in lines(self._path))
        except OSError:
            return Tally()

    def _limit(self) -> int:
        """The size from which the file is to be summed up: where there are many files their sums are long."""
        first = next(iter(lines(self._path)), (0, b""))[1]
        said = _parsed(first).get("limit")
        return said if type(said) is int else LARGE

    def _sum_up(self) -> None:
        with locked(self._path, self._disk):
            if self._path.stat().st_size <= self._limit():
                return  # another was faster
            tally = _tally(text for _, text in lines(self._path))
            sums = b"".join(map(_line, tally.reads)) + b"".join(_mark(*each) for each in tally.counted.items())
            limit = max(LARGE, 2 * len(sums))
            write_whole(self._path, _encoded({"limit": limit}) + sums, self._disk)


def _tally(texts: Iterable[bytes]) -> Tally:
    sums: dict[tuple[str, str, str], Read] = {}
    counted, answered = _Counted(), dict[tuple[str, str], list[str]]()
    for value in map(_parsed, texts):
        read = _read(value)
        if read is None:
            counted.mark(value)
        elif counted.is_new(read):
            key = (*read.key, read.how)
            sums[key] = _added(read, sums.get(key))
            if not read.session:
                answered.setdefault(read.key, []).append(read.at)
    return Tally(tuple(sums.values()), counted.ends, answered)


class _Counted:
    """Which readings of transcripts were counted: two who count at once may both have written one down."""

    def __init__(self) -> None:
        self.ends: dict[str, int] = {}
        self._marks: dict[str, int] = {}
        self._seen: set[tuple[str, ...]] = set()

    def mark(self, value: Mapping[str, object]) -> None:
        """A line that says up to where a transcript was counted before."""
        session, end = value.get("session"), value.get("end")
        if type(session) is str and type(end) is int:
            self._marks[session] = max(end, self._marks.get(session, 0))
            self.ends[session] = max(end, self.ends.get(session, 0))

    def is_new(self, read: Read) -> bool:
        """Whether it is not known yet; it is from here on."""
        if not read.session:
            return True
        key = (read.session, read.message, *read.key)
        if key in self._seen or read.end <= self._marks.get(read.session, 0):
            return False
        self._seen.add(key)
        self.ends[read.session] = max(read.end, self.ends.get(read.session, 0))
        return True


def _added(read: Read, other: Read | None = None) -> Read:
    times, at = (other.times, other.at) if other else (0, "")
    return replace(read, times=read.times + times, at=max(read.at, at), session="", message="", end=0)


def _read(value: Mapping[str, object]) -> Read | None:
    said = {name: value[name] for name in _TYPES if name in value}
    if not all(type(each) is _TYPES[name] for name, each in said.items()) or value.get("how") not in get_args(How):
        return None
    try:
        read = Read(**said)  # type: ignore[arg-type]
    except TypeError:
        return None
    return read if read.times > 0 else None


def _line(read: Read) -> bytes:
    said = {name: each for name in _TYPES if (each := getattr(read, name)) and (name, each) != ("times", 1)}
    return _encoded(said)


def _mark(session: str, end: int) -> bytes:
    return _encoded({"session": session, "end": end})


def _encoded(said: Mapping[str, object]) -> bytes:
    return json.dumps({"v": VERSION, **said}).encode() + b"\n"


def _parsed(text: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) and value.get("v") == VERSION else {}


_TYPES: Mapping[str, type] = {
    "skill": str,
    "file": str,
    "at": str,
    "how": str,
    "times": int,
    "session": str,
    "message": str,
    "end": int,
}


def _impatient(fd: int, operation: int) -> None:
    """Take a lock, or give up soon: an OSError then."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(fd, operation if operation == fcntl.LOCK_UN else operation | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _not_waited_for(_fd: int) -> None:
    """A write that the system makes last when it likes."""
