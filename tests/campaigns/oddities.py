"""Real conditions, no seam: something else stands where a file or folder is expected, nobody may read or
write it, or files may not grow. Every command then works, or says one clear line.

`python tests/campaigns/oddities.py [--cases N] [--seed N] [--lines]`: N cases chosen by chance, all of them without it.
"""

import argparse
import ctypes
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from commands import Ended, run
from faults import _MINE, _UNCLEAR, COMMANDS, Command, Place, Report, _shape

LIMITS = (0, 1, 100, 1000, 4000)
"""Bytes that a file may have."""
SKIPPED = ("demo", "init", "init-user")
"""Commands that do not look at the workspace."""


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _astray(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def _nowhere(path: Path) -> None:
    path.symlink_to("not/there")


def _text(path: Path) -> None:
    path.write_bytes(b"\x00\xff not what is expected\n")


KINDS: dict[str, Callable[[Path], None]] = {
    "pipe": _pipe,
    "folder": Path.mkdir,
    "loop": _loop,
    "link out": _astray,
    "link to nothing": _nowhere,
    "file": _text,
    "device": lambda path: path.symlink_to("/dev/zero"),
}


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is odd, and where."""

    said: str
    begin: Callable[[Place], None] = lambda _: None
    within: Callable[[], None] = lambda: None
    """Done in the command's own process."""


def replaced(name: str, kind: str) -> Oddity:
    def begin(place: Place) -> None:
        path = _found(place, name)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        KINDS[kind](path)

    return Oddity(f"{name} is a {kind}", begin)


def forbidden(name: str, mode: int) -> Oddity:
    return Oddity(f"{name} has mode {mode:o}", lambda place: _found(place, name).chmod(mode), as_anybody)


def as_anybody() -> None:
    """Root gives up its powers over files; whoever else has none."""
    if os.geteuid() == 0:
        header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        if ctypes.CDLL(None, use_errno=True).capset(header, none):
            raise OSError(ctypes.get_errno(), "capset")


def limited(size: int) -> Oddity:
    return Oddity(
        f"files of at most {size} bytes", within=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    )


def _found(place: Place, name: str) -> Path:
    """Where a file is: `*` stands for the session."""
    folder = min((place.root / "work/.acontext/sessions").iterdir()).name if "*" in name else ""
    return place.root / name.replace("*", folder)


SESSION = "work/.acontext/sessions/*"
PLACES = (
    *(f"{SESSION}/{file}.jsonl" for file in ("messages", "tasks", "outcomes", "distillations", "answers")),
    f"{SESSION}/session.json",
    SESSION,
    "work/.acontext/sessions",
    "work/.acontext/config.yaml",
    "work/.acontext/history",
    "work/.acontext/spaces",
    *(f"work/.acontext/spaces/default/{file}" for file in ("held.jsonl", "lock", "commit.journal")),
    "work/.acontext/secrets.jsonl",
    "work/.acontext/imported.sqlite",
    "work/.acontext/links.jsonl",
    "work/.acontext/learn.lock",
    "work/.acontext/import.lock",
    "work/.acontext",
    "work/skills_store",
    "work/skills_store/default",
    "work/skills_store/default/.ledger.jsonl",
    "work/skills_store/default/own-rules",
    "work/skills_store/default/own-rules/SKILL.md",
    "work/skills_store/default/daily-logs/2026-03.md",
    "home/.local/share/acontext",
    "home/.local",
    "more.jsonl",
    "foreign/notes/SKILL.md",
    "claude.jsonl",
)
MODES = (0o000, 0o444, 0o555)


def oddities() -> Iterator[Oddity]:
    for name in PLACES:
        yield from (replaced(name, kind) for kind in KINDS)
        if sys.platform == "linux":
            yield from (forbidden(name, mode) for mode in MODES)
    yield from map(limited, LIMITS)


@dataclass
class Trial:
    """Commands in an odd place."""

    place: Place
    report: Report = field(default_factory=Report)

    def play(self, oddity: Oddity, command: Command) -> None:
        self.place.reset()
        with suppress(FileNotFoundError):  # what is not there yet cannot be made odd by a mode
            oddity.begin(self.place)
        self.report.cases += 1
        ended = self._run(oddity, command)
        self.report.said.update(_shape(line) for line in ended.lines)
        self.report.problems += [f"{command.name}, {oddity.said}: {wrong}" for wrong in self._wrong(ended, command)]

    def _run(self, oddity: Oddity, command: Command) -> Ended:
        def first() -> None:
            os.environ["HOME"] = str(self.place.root / "home")
            oddity.within()  # a device without end must not be read to its end
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

        args = [arg.replace(_MINE, str(self.place.root)) for arg in command.args]
        return run(args, within=self.place.work, first=first, seconds=20)

    def _wrong(self, ended: Ended, command: Command) -> Iterator[str]:
        if ended.code not in (0, 1) or "Traceback" in ended.err:
            yield f"ended with {ended.code}: {ended.err[-500:]!r}"
        elif ended.code == 1 and not 1 <= len(ended.lines) <= max(command.most_lines, 3):
            yield f"{len(ended.lines)} lines: {ended.err[:300]!r}"
        elif any(_UNCLEAR.search(line) for line in ended.lines):
            yield f"says nothing to act on: {ended.err[:300]!r}"


def campaign(*, cases: int, seed: int, folder: Path) -> Report:
    trial, random = Trial(Place.made(folder)), Random(seed)
    commands = [each for each in COMMANDS if each.name not in SKIPPED]
    all_of_them = [(oddity, command) for oddity in oddities() for command in commands]
    for oddity, command in random.sample(all_of_them, min(cases, len(all_of_them))) if cases else all_of_them:
        trial.play(oddity, command)
    return trial.report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        report = campaign(cases=asked.cases, seed=asked.seed, folder=Path(folder))
    if asked.lines:
        print("\n".join(f"{count:6} {line}" for line, count in report.said.most_common()))
        print("\n".join(report.problems))
    print(report.told)
    sys.exit(bool(report.problems))


if __name__ == "__main__":
    main()
