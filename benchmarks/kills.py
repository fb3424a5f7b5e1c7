"""Kills writers at random moments and at random operations, and asks after each time whether anything was lost.

What is tried is a `Trial`: it writes in forked processes until they die, and then says what it misses.
"""

import os
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Protocol

from acontext_cli import redaction
from acontext_cli.files import DISK, Disk

WAVES = 4
"""How often the writers of one trial are killed and others take up what they left."""
OPERATIONS = 60
SECONDS = 0.02
LONGEST = 10
"""Seconds after which a writer hangs."""
BASE = replace(DISK)
"""The disk as it is, whatever `everywhere` makes of it."""
Acknowledge = Callable[[str], None]


class Trial(Protocol):
    """Something that is written by processes that die."""

    writers: int
    operations: int
    """A process that dies by itself does so at one of its first so many operations."""
    seconds: float
    """The others are killed within this time."""

    def write(self, name: str, acknowledge: Acknowledge) -> None:
        """Write without end, saying what was done as soon as the program has said so."""

    def losses(self, acknowledged: dict[str, list[str]]) -> list[str]:
        """What is missing or broken of what the writers of all waves were promised, in words."""


@dataclass(frozen=True)
class Safeguard:
    """Something in the code that writes; without it a campaign must find losses."""

    name: str
    campaign: str
    """Which campaign misses it."""
    says: str
    disk: Callable[[Disk], Disk] = lambda disk: disk
    """The disk without it."""
    off: Callable[[], None] = lambda: None
    """Switches it off in this process."""

    def switch_off(self) -> None:
        global current
        current = self
        self.off()
        everywhere(self.disk(BASE))


NONE = Safeguard("", "", "all are on")
current = NONE
"""What is switched off in this process."""


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


def campaign(make: Callable[[Path, Random], Trial], *, kills: int, seed: int, patient: bool = True) -> Report:
    """Trials until so many processes were killed; `patient`: also when something was lost."""
    random, report = Random(seed), Report()
    with scratch() as folder:
        while report.kills < kills and (patient or not report.losses):
            home = folder / f"trial-{report.trials}"
            home.mkdir()
            _trial(make(home, random), home, random, report)
            shutil.rmtree(home)
    return report


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder to write in; in memory where that goes, since a kill leaves alone what the system has taken."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def everywhere(disk: Disk) -> None:
    """From now on all code of this process writes by this disk, also where it is not handed one."""
    for each in fields(disk):
        object.__setattr__(DISK, each.name, getattr(disk, each.name))
        if each.name != "open":  # its own makes files for their owner alone
            object.__setattr__(redaction._DISK, each.name, getattr(disk, each.name))


def _trial(trial: Trial, home: Path, random: Random, report: Report) -> None:
    acknowledged: dict[str, list[str]] = {}
    for wave in range(WAVES):
        promised, ended = _wave(trial, home, wave, random)
        acknowledged |= promised
        losses = [*ended, *missed(partial(trial.losses, acknowledged))]
        report.losses += losses
        report.kills += trial.writers
        if losses:
            break  # what is found later may follow from it
    report.trials += 1
    report.acknowledged += sum(map(len, acknowledged.values()))


def missed(losses: Callable[[], list[str]]) -> list[str]:
    """What a trial misses; an error of the program is a loss: the next command must just work."""
    try:
        return losses()
    except Exception as error:  # noqa: BLE001
        return [f"the next command fails: {last_words(error)}"]


def _wave(trial: Trial, home: Path, wave: int, random: Random) -> tuple[dict[str, list[str]], list[str]]:
    names = [f"{wave}-{writer}" for writer in range(trial.writers)]
    mortals = [random.random() < 0.6 for _ in names]
    pids = [
        _fork(trial, home, name, Random(random.random()) if mortal else None)
        for name, mortal in zip(names, mortals, strict=True)
    ]
    time.sleep(random.uniform(0, trial.seconds))
    for pid, by_itself in zip(pids, mortals, strict=True):
        if not by_itself:
            os.kill(pid, signal.SIGKILL)
    ends = [os.waitpid(pid, 0)[1] for pid in pids]
    promised = {name: list(_promises(home / f"promised-{name}")) for name in names}
    said = [end for name, status in zip(names, ends, strict=True) if (end := _end(home / f"ended-{name}", status))]
    unsafe = [f"{text!r} was promised" for texts in promised.values() for text in texts if text.endswith(_UNSAFE)]
    return {name: [text.removesuffix(_UNSAFE) for text in texts] for name, texts in promised.items()}, said + unsafe


def _end(words: Path, status: int) -> str:
    if os.WIFSIGNALED(status):
        return "" if os.WTERMSIG(status) == signal.SIGKILL else f"a writer died of signal {os.WTERMSIG(status)}"
    return f"a writer ended: {words.read_text(encoding='utf-8')}"


def _fork(trial: Trial, home: Path, name: str, mortality: Random | None) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:  # the child never returns into the parent's code
        signal.signal(signal.SIGALRM, _hangs)
        signal.alarm(LONGEST)
        watch = Watch()
        disk = watch.over(BASE)
        everywhere(current.disk(mortal(disk, mortality, trial.operations) if mortality else disk))
        promised = os.open(home / f"promised-{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def acknowledge(text: str) -> None:
            os.write(promised, f"{text}{watch.unsafe}\n".encode())

        trial.write(name, acknowledge)
    except BaseException as error:  # noqa: BLE001
        (home / f"ended-{name}").write_text(last_words(error), encoding="utf-8")
    finally:
        os._exit(1)


class Hangs(BaseException):
    """A writer has come to nothing for long."""


def _hangs(*_: object) -> None:
    raise Hangs(f"for {LONGEST} seconds")


def last_words(error: BaseException) -> str:
    where = " < ".join(
        f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)[:-6:-1]
    )
    return f"{type(error).__name__}: {error} ({where})"


def _promises(path: Path) -> Iterator[str]:
    with suppress(FileNotFoundError), path.open(encoding="utf-8", newline="\n") as file:
        yield from (line.rstrip("\n") for line in file)


_UNSAFE = " (not synced)"


class Watch:
    """Sees whether what is promised has been synced: a kill leaves the page cache alone, a power cut does not."""

    def __init__(self) -> None:
        self._unsynced: set[int] = set()

    @property
    def unsafe(self) -> str:
        return _UNSAFE if self._unsynced else ""

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


def mortal(disk: Disk, random: Random, operations: int) -> Disk:
    """A disk whose user dies at one of its next operations: before it, after it, or in the middle of a write."""
    left = random.randrange(1, operations)

    def dying(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*args: Any) -> Any:
            nonlocal left
            left -= 1
            if left:
                return call(*args)
            try:
                if name == "write":
                    call(args[0], args[1][: random.randrange(len(args[1]) + 1)])
                elif random.random() < 0.5:
                    call(*args)
            finally:
                os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError("still alive")

        return operation

    return replace(disk, **{each.name: dying(each.name, getattr(disk, each.name)) for each in fields(disk)})
