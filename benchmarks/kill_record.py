"""Processes that record into one session are killed; full disks and bad batches come in between. Nothing may be lost.

`python benchmarks/crashes.py record [--kills N] [--without SAFEGUARD]` runs it.
"""

import errno
import fcntl
import json
import os
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Self

import kills
from kills import BASE, Acknowledge, Safeguard, everywhere

from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, Appender, Disk, lines
from acontext_cli.messages import Message, read
from acontext_cli.session import Session


def never_torn(disk: Disk) -> Disk:
    return replace(disk, read_at=lambda fd, size, at: b"\n" if size == 1 else disk.read_at(fd, size, at))


def never_cut(disk: Disk) -> Disk:
    return replace(disk, truncate=lambda *_: None)


def not_locked(disk: Disk) -> Disk:
    return replace(disk, flock=lambda *_: None)


def not_counted(disk: Disk) -> Disk:
    return replace(disk, write=lambda fd, data: max(len(data), disk.write(fd, data)))


def not_synced(disk: Disk) -> Disk:
    return replace(disk, sync_data=lambda *_: None)


def set_nothing_aside() -> None:
    def whole(self: Appender, size: int) -> int:
        end = kept(self, size)
        self._path.with_name(f"{self._path.name}.torn").unlink(missing_ok=True)
        return end

    kept, Appender._whole = Appender._whole, whole  # type: ignore[method-assign]


def share_the_lock() -> None:
    Appender._lock = _first_lock  # type: ignore[method-assign]


def _first_lock(self: Appender) -> int:
    if self._fd < 0:
        self._open()
    self._disk.flock(self._fd, fcntl.LOCK_EX)
    return os.fstat(self._fd).st_size


def take_one_by_one() -> None:
    Recording.one_by_one = True


def overwritten(path: Path, data: bytes, disk: Disk) -> None:
    """A file written where it lies."""
    fd = disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    disk.write(fd, data)
    disk.sync(fd)
    os.close(fd)


SAFEGUARDS = (
    Safeguard("last-byte-check", "record", "a torn last line is noticed under the lock", never_torn),
    Safeguard("torn-cut", "record", "a torn line, or what a full disk took of one, is cut off", never_cut),
    Safeguard("torn-kept", "record", "what is cut off is kept in .torn", off=set_nothing_aside),
    Safeguard("append-lock", "record", "one appends at a time", not_locked),
    Safeguard(
        "own-lock", "record", "a forked process, and another file of the name, are locked anew", off=share_the_lock
    ),
    Safeguard("write-all", "record", "short writes are gone on with", not_counted),
    Safeguard("append-sync-seen", "record", "lines are synced before they are acknowledged", not_synced),
    Safeguard("whole-batch", "record", "all messages are looked at before one is written", off=take_one_by_one),
)


class Recording:
    """One session with one to three writers, of messages of a few bytes or up to 200 KB."""

    operations, seconds = 60, 0.02
    one_by_one = False

    def __init__(self, home: Path, random: Random) -> None:
        self.writers = random.randint(1, 3)
        self._home = home
        self._sizes = (1, 40, 200) if random.random() < 0.6 else (1, 200, 30_000)
        self._random = random
        self._probes: list[str] = []
        self._session = Session.create(home / "sessions", id="killed", created="2026-03-26T10:00:00Z")
        self._probe()

    def moved(self, home: Path) -> Self:
        """The same in another folder, for one that may be broken meanwhile."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, _home=home, _probes=[*self._probes])
        other._session = Session.open(other._folder)
        return other

    def write(self, name: str, acknowledge: Acknowledge) -> None:
        random = Random(f"{name}{self._random.random()}")
        session = self._session if random.random() < 0.5 else Session.open(self._folder)
        number = 0
        while True:
            batch = [self._message(f"{name}-{number + more}") for more in range(1 + number % 3)]
            number += len(batch)
            for id in session.record(batch, keep_secrets=random.random() < 0.1).ids:
                acknowledge(id)

    def losses(self, acknowledged: dict[str, list[str]]) -> list[str]:
        torn = self._torn()
        self._probe()
        found = self._thrown_away(torn) + self._held() + self._taken_of_a_bad_batch() + self._left_by_a_full_disk()
        self._probe()
        found += self._taken_by_one_that_is_gone()
        return found + self._missing({**acknowledged, "probe": self._probes})

    @property
    def _folder(self) -> Path:
        return self._home / "sessions" / self._session.folder.name

    def _message(self, id: str) -> Message:
        count = self._random.choice(self._sizes)
        return Message({"role": "user", "content": f"{id} " * count, "count": count}, id)

    def _probe(self) -> None:
        session = Session.open(self._folder) if self._probes else self._session
        id = f"probe-{len(self._probes)}"
        session.record([self._message(id)])
        self._probes.append(id)

    def _torn(self) -> bytes:
        return (self._folder / "messages.jsonl").read_bytes().rpartition(b"\n")[2]

    def _thrown_away(self, torn: bytes) -> list[str]:
        try:
            kept = (self._folder / "messages.jsonl.torn").read_bytes()
        except FileNotFoundError:
            kept = b""
        return [] if torn in kept else [f"{len(torn)} bytes of a torn line were thrown away"]

    def _held(self) -> list[str]:
        with (self._folder / "messages.jsonl").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return ["the lock is held by the dead"]
        return []

    def _taken_of_a_bad_batch(self) -> list[str]:
        session = Session.open(self._folder)
        before = session.size
        batch = [self._message("bad"), Message({"content": "no role"})]
        with suppress(AcontextError):
            for part in [[each] for each in batch] if self.one_by_one else [batch]:
                session.record(part)
        return [] if session.size == before else ["a part of a bad batch was recorded"]

    def _left_by_a_full_disk(self) -> list[str]:
        everywhere(kills.current.disk(full(BASE, self._random.randrange(3000))))
        try:
            with suppress(AcontextError):
                self._probe()
        finally:
            everywhere(kills.current.disk(BASE))
        size = (self._folder / "messages.jsonl").stat().st_size
        return [] if Session.open(self._folder).size == size else ["a full disk left a torn line"]

    def _taken_by_one_that_is_gone(self) -> list[str]:
        session = Session.create(self._home / "sessions", id="gone", created="2026-03-26T10:00:00Z")
        session.record([self._message("first")])
        Session.open(session.folder).delete()
        with suppress(AcontextError):
            session.record([self._message("second")])
            return ["a message was recorded into a session that is gone"]
        return []

    def _missing(self, acknowledged: dict[str, list[str]]) -> list[str]:
        """What is unreadable, doubled, changed, missing or out of order."""
        order: list[str] = []
        found: list[str] = []
        for at, line in lines(self._folder / "messages.jsonl"):
            try:
                message = read(line)
            except ValueError:
                found.append(f"the line at {at} is unreadable")
                continue
            order.append(message.id)
            if message.body["content"] != f"{message.id} " * int(str(message.body["count"])):
                found.append(f"{message.id} was changed")
        found += [f"{id} is there {count} times" for id, count in Counter(order).items() if count > 1]
        places = {id: place for place, id in enumerate(order)}
        for ids in acknowledged.values():
            seen = [places[id] for id in ids if id in places]
            found += [f"{id} is lost" for id in ids if id not in places]
            found += ["out of order"] if seen != sorted(seen) else []
        return found


class Torn(Recording):
    """The same where each batch comes after a line that a killed process has left half written."""

    def __init__(self, home: Path, random: Random) -> None:
        super().__init__(home, random)
        self._sizes = (40, 200, 1000)

    def write(self, name: str, acknowledge: Acknowledge) -> None:
        session = Session.open(self._folder)
        for number in range(1 << 30):
            self._tear()
            for id in session.record([self._message(f"{name}-{number}")]).ids:
                acknowledge(id)

    def _tear(self) -> None:
        line = json.dumps(self._message("torn").body).encode()
        fd = DISK.open(self._folder / "messages.jsonl", os.O_WRONLY | os.O_APPEND, 0o666)
        DISK.write(fd, line[: self._random.randrange(len(line) // 2, len(line))])
        DISK.sync_data(fd)
        os.close(fd)


def full(disk: Disk, room: int) -> Disk:
    """A disk that takes so many bytes more: a short write first, then an error, as the real ones do."""

    def write(fd: int, data: bytes | memoryview) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = disk.write(fd, data[:room])
        room -= taken
        return taken

    return replace(disk, write=write)
