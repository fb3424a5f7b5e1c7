"""Processes that record into one session are killed; full disks and bad batches come in between. Nothing may be lost.

`python benchmarks/kill_record.py [--kills N] [--seed N] [--without SAFEGUARD]`. With a safeguard switched off the
campaign must find losses: that is how it is known that it would.
"""

import argparse
import errno
import fcntl
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from kills import campaign

from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, Disk, lines
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


SAFEGUARDS: Mapping[str, Callable[[Disk], Disk]] = {
    "": lambda disk: disk,
    "last-byte-check": never_torn,
    "cut-back": never_cut,
    "lock": not_locked,
    "count": not_counted,
    "sync": not_synced,
    "whole-validation": lambda disk: disk,
}


class Recording:
    """One session with one to three writers, of messages of a few bytes or up to 200 KB."""

    def __init__(self, home: Path, random: Random, *, without: str = "") -> None:
        self.writers = random.randint(1, 3)
        self.weakened = SAFEGUARDS[without]
        self._one_by_one = without == "whole-validation"
        self._sizes = (1, 40, 200) if random.random() < 0.6 else (1, 200, 30_000)
        self._random = random
        self._probes: list[str] = []
        self._folder = Session.create(home / "sessions", id="killed", created="2026-03-26T10:00:00Z").folder

    def write(self, name: str, disk: Disk, acknowledge: Callable[[str], None]) -> None:
        session = Session.open(self._folder, disk=disk)
        number = 0
        while True:
            batch = [self._message(f"{name}-{number + more}") for more in range(1 + number % 3)]
            number += len(batch)
            for id in session.record(batch).ids:
                acknowledge(id)

    def losses(self, acknowledged: dict[str, list[str]]) -> list[str]:
        found = [f"{promise!r} was promised" for ids in acknowledged.values() for promise in ids if " " in promise]
        self._probe(DISK)
        found += self._held() + self._taken_of_a_bad_batch() + self._left_by_a_full_disk()
        self._probe(DISK)
        return found + self._missing({**acknowledged, "probe": self._probes})

    def _message(self, id: str) -> Message:
        count = self._random.choice(self._sizes)
        return Message({"role": "user", "content": f"{id} " * count, "count": count}, id)

    def _probe(self, disk: Disk) -> None:
        session = Session.open(self._folder, disk=self.weakened(disk))
        id = f"probe-{len(self._probes)}"
        session.record([self._message(id)])
        self._probes.append(id)

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
            for part in [[each] for each in batch] if self._one_by_one else [batch]:
                session.record(part)
        return [] if session.size == before else ["a part of a bad batch was recorded"]

    def _left_by_a_full_disk(self) -> list[str]:
        with suppress(AcontextError):
            self._probe(full(DISK, self._random.randrange(3000)))
        size = (self._folder / "messages.jsonl").stat().st_size
        return [] if Session.open(self._folder).size == size else ["a full disk left a torn line"]

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", choices=[name for name in SAFEGUARDS if name], default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trial = partial(Recording, without=asked.without)
        report = campaign(trial, kills=asked.kills, seed=asked.seed, folder=Path(folder))
    print(report.said)
    sys.exit(bool(report.losses))


if __name__ == "__main__":
    main()
