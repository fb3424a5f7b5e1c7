"""Kills writers at random moments and at random operations, and asks after each time whether anything was lost.

What is tried is a `Trial`: it writes in forked processes until they die, and then says what it misses.
"""

import os
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from random import Random
from typing import Any, Protocol

from acontext_cli.files import DISK, Disk

WAVES = 4
"""How often the writers of one trial are killed and others take up what they left."""
OPERATIONS = 60
SECONDS = 0.02


class Trial(Protocol):
    """Something that is written by processes that die."""

    writers: int

    def weakened(self, disk: Disk) -> Disk:
        """The disk without the safeguard that is to be missed; the disk itself where all are on."""

    def write(self, name: str, disk: Disk, acknowledge: Callable[[str], None]) -> None:
        """Write without end, saying what was done as soon as the program has said so."""

    def losses(self, acknowledged: dict[str, list[str]]) -> list[str]:
        """What is missing or broken of what the writers of all waves were promised, in words."""


@dataclass
class Report:
    kills: int = 0
    trials: int = 0
    acknowledged: int = 0
    losses: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        found = f"{len(self.losses)} losses, the first: {self.losses[0]}" if self.losses else "nothing lost"
        return f"{self.kills} kills in {self.trials} trials, {self.acknowledged} acknowledged: {found}"


def campaign(make: Callable[[Path, Random], Trial], *, kills: int, seed: int, folder: Path) -> Report:
    """Trials until so many processes were killed."""
    random, report = Random(seed), Report()
    while report.kills < kills:
        home = folder / f"trial-{report.trials}"
        home.mkdir()
        trial = make(home, random)
        acknowledged: dict[str, list[str]] = {}
        for wave in range(WAVES):
            acknowledged |= _wave(trial, home, wave, random)
            report.losses += trial.losses(acknowledged)
        shutil.rmtree(home)
        report.trials += 1
        report.kills += WAVES * trial.writers
        report.acknowledged += sum(map(len, acknowledged.values()))
    return report


def _wave(trial: Trial, home: Path, wave: int, random: Random) -> dict[str, list[str]]:
    names = [f"{wave}-{writer}" for writer in range(trial.writers)]
    pids = [_fork(trial, home, name, Random(random.random()), random.random() < 0.6) for name in names]
    time.sleep(random.uniform(0, SECONDS))
    for pid, by_itself in pids:
        if not by_itself:
            os.kill(pid, signal.SIGKILL)
    for pid, _ in pids:
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            raise SystemExit(f"a writer ended instead of being killed: {os.waitstatus_to_exitcode(status)}")
    return {name: list(_promises(home / f"promised-{name}")) for name in names}


def _fork(trial: Trial, home: Path, name: str, random: Random, by_itself: bool) -> tuple[int, bool]:
    pid = os.fork()
    if pid:
        return pid, by_itself
    try:  # the child never returns into the parent's code
        watch = Watch()
        disk = watch.over(DISK)
        disk = trial.weakened(mortal(disk, random) if by_itself else disk)
        promised = os.open(home / f"promised-{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def acknowledge(text: str) -> None:
            os.write(promised, f"{text}{watch.unsafe}\n".encode())

        trial.write(name, disk, acknowledge)
    finally:
        traceback.print_exc()
        os._exit(1)


def _promises(path: Path) -> Iterator[str]:
    with suppress(FileNotFoundError), path.open(encoding="utf-8", newline="\n") as file:
        yield from (line.rstrip("\n") for line in file)


class Watch:
    """Sees whether what is promised has been synced: a kill leaves the page cache alone, a power cut does not."""

    def __init__(self) -> None:
        self._unsynced: set[int] = set()

    @property
    def unsafe(self) -> str:
        return " (not synced)" if self._unsynced else ""

    def over(self, disk: Disk) -> Disk:
        def write(fd: int, data: bytes | memoryview) -> int:
            self._unsynced.add(fd)
            return disk.write(fd, data)

        def synced(call: Callable[[int], None]) -> Callable[[int], None]:
            def sync(fd: int) -> None:
                call(fd)
                self._unsynced.discard(fd)

            return sync

        return replace(disk, write=write, sync=synced(disk.sync), sync_data=synced(disk.sync_data))


def mortal(disk: Disk, random: Random) -> Disk:
    """A disk whose user dies at one of its next operations: before it, after it, or in the middle of a write."""
    left = random.randrange(1, OPERATIONS)

    def dying(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*args: Any) -> Any:
            nonlocal left
            left -= 1
            if left:
                return call(*args)
            if name == "write":
                disk.write(args[0], args[1][: random.randrange(len(args[1]) + 1)])
            elif random.random() < 0.5:
                call(*args)
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError("still alive")

        return operation

    return replace(disk, **{each.name: dying(each.name, getattr(disk, each.name)) for each in fields(disk)})
