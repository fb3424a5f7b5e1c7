"""Cuts the power while real code writes, in a model of what may be on disk then, and asks whether anything was lost.

The operations of a `Kept` trial are recorded once, and many states that may come back are made of them: at each of
some moments what was acknowledged by then must be there, whole, and the next command must work.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Protocol, Self

import kills
from kills import BASE, Safeguard, Trial, everywhere, missed
from power import Event, Image, Model, Recorder, is_folder

from acontext_cli.files import Disk, reading

STEPS = 5
"""So much is acknowledged in a recording."""
CUTS = 40
"""States that are made of one recording."""


class Kept(Trial, Protocol):
    """A trial that can be asked about what came back of its folder."""

    def moved(self, home: Path) -> Self: ...


class Enough(Exception):
    """All that was to be recorded is."""


@dataclass
class Report:
    cuts: int = 0
    recordings: int = 0
    operations: int = 0
    losses: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        found = f"{len(self.losses)} losses, the first: {self.losses[0]}" if self.losses else "nothing lost"
        return f"{self.cuts} power cuts in {self.recordings} recordings of {self.operations} operations: {found}"


def campaign(
    make: Callable[[Path, Random], Kept], *, cuts: int, seed: int, model: Model, patient: bool = True
) -> Report:
    """Recordings until the power was cut so often; every second goes on where the one before was cut."""
    random, report = Random(seed), Report()
    with kills.scratch() as folder:
        while report.cuts < cuts and (patient or not report.losses):
            home = folder / f"trial-{report.recordings}"
            home.mkdir()
            _Cut(folder, model, random, report).twice(home, make)
            shutil.rmtree(home)
    return report


@dataclass
class _Cut:
    folder: Path
    model: Model
    random: Random
    report: Report

    def twice(self, home: Path, make: Callable[[Path, Random], Kept]) -> None:
        recorder = self._recording(home)
        trial = make(home, self.random)
        ready = len(recorder.events)
        self._write(trial, recorder, "0-0")
        image, told = self._cut(trial, recorder, ready, [])
        again = self.folder / "again"
        image.put(again)
        trial = trial.moved(again)
        recorder = self._recording(again)
        self._write(trial, recorder, "1-0")
        self._cut(trial, recorder, 0, told)
        shutil.rmtree(again)

    def _recording(self, home: Path) -> Recorder:
        recorder = Recorder(home, BASE)
        everywhere(kills.current.disk(recorder.disk))
        return recorder

    def _write(self, trial: Kept, recorder: Recorder, name: str) -> None:
        left = STEPS

        def acknowledge(text: str) -> None:
            nonlocal left
            recorder.told(text)
            left -= 1
            if not left:
                raise Enough

        try:
            trial.write(name, acknowledge)
        except Enough:
            pass
        except Exception as error:  # noqa: BLE001
            self.report.losses.append(f"after a power cut: {kills.last_words(error)}")
        finally:
            everywhere(kills.current.disk(BASE))
        self.report.recordings += 1
        self.report.operations += sum(event.kind != "told" for event in recorder.events)

    def _cut(self, trial: Kept, recorder: Recorder, start: int, told: list[str]) -> tuple[Image, list[str]]:
        """Ask about states at some moments; one of them, and what was acknowledged by then."""
        moments = sorted(self._moment(recorder.events, start) for _ in range(CUTS))
        volume, at, told, found = recorder.before, 0, [*told], []
        for moment in moments:
            for event in recorder.events[at:moment]:
                volume.take(event, self.model)
                told += _text(event)
            at = moment
            image = volume.after_cut(self.model, self.random)
            self._ask(trial, image, told)
            found.append((image, [*told]))
        return self.random.choice(found)

    def _moment(self, events: list[Event], start: int) -> int:
        """Any, and half of the time one at which much is under way: just before something is made to last."""
        syncs = [at for at, event in enumerate(events) if event.kind in ("sync", "sync_data") and at >= start]
        if syncs and self.random.random() < 0.7:
            return self.random.choice(syncs)
        return self.random.randint(start, len(events))

    def _ask(self, trial: Kept, image: Image, told: list[str]) -> None:
        home = self.folder / "cut"
        image.put(home)
        self.report.losses += missed(lambda: trial.moved(home).losses({"0-0": [*told]}))
        self.report.cuts += 1
        shutil.rmtree(home)


def _text(event: Event) -> list[str]:
    return [event.name] if event.kind == "told" else []


def unsynced_files(disk: Disk) -> Disk:
    return replace(disk, sync=lambda fd: disk.sync(fd) if is_folder(fd) else None)


def unsynced_appends(disk: Disk) -> Disk:
    return replace(disk, sync_data=lambda fd: None if _name(fd).endswith(".jsonl") else disk.sync_data(fd))


def unsynced_cuts(disk: Disk) -> Disk:
    return replace(disk, sync=lambda fd: None if _name(fd).endswith(".jsonl") else disk.sync(fd))


def read_holes() -> None:
    reading._HOLE = b"a newline\nnever stands within a line"


def unsynced_journal(disk: Disk) -> Disk:
    return replace(disk, sync_data=lambda fd: None if _name(fd) == "commit.journal" else disk.sync_data(fd))


def _name(fd: int) -> str:
    return Path(f"/proc/self/fd/{fd}").readlink().name


def unsynced_after(*kinds: str) -> Callable[[Disk], Disk]:
    """Folders are not synced when the last thing that was done in any was of these kinds."""

    def weakened(disk: Disk) -> Disk:
        last = [""]

        def told(kind: str) -> Callable[..., object]:
            call = getattr(disk, kind)

            def operation(*args: object) -> object:
                last[0] = kind
                return call(*args)

            return operation

        def opened(path: Path, flags: int, mode: int, at: int | None = None) -> int:
            last[0] = "open" if flags & os.O_CREAT else last[0]
            return disk.open(path, flags, mode, at)

        def sync(fd: int) -> None:
            if not (is_folder(fd) and last[0] in kinds):
                disk.sync(fd)

        followed = {kind: told(kind) for kind in ("rename", "unlink", "make_folder")}
        return replace(disk, open=opened, sync=sync, **followed)

    return weakened


SAFEGUARDS = (
    Safeguard("file-sync", "learn-cuts", "a file is synced before it gets its name", unsynced_files),
    Safeguard("append-sync", "record-cuts", "lines are synced before they are acknowledged", unsynced_appends),
    Safeguard("journal-sync", "learn-cuts", "the journal is synced before a file is changed", unsynced_journal),
    Safeguard("rename-sync", "learn-cuts", "a folder is synced after a rename in it", unsynced_after("rename")),
    Safeguard("drop-sync", "learn-cuts", "a folder is synced after a file was taken out", unsynced_after("unlink")),
    Safeguard("folder-sync", "learn-cuts", "a folder is synced after one is made in it", unsynced_after("make_folder")),
    Safeguard("first-line-sync", "record-cuts", "a folder is synced after a file is begun", unsynced_after("open")),
    Safeguard("cut-sync", "torn-cuts", "a torn line is cut off for good before another is written", unsynced_cuts),
    Safeguard("hole-check", "torn-cuts", "a line that has its length and not all its bytes is none", off=read_holes),
)
