"""Runs a command as it is typed, in a process of its own that is forked and so begins at once."""

import os
import selectors
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

CRASHED = 70


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    """Negative: the signal that ended it."""
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


def nothing() -> None:
    """What is done before a command where nothing is."""


def load() -> None:
    """Import all of the program, so that no process of a command has to."""
    import acontext_cli

    for module in walk_packages(acontext_cli.__path__, "acontext_cli."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    import yaml  # noqa: F401


def run(
    args: Sequence[object],
    *,
    within: Path,
    first: Callable[[], object] = nothing,
    last: Callable[[], object] = nothing,
    seconds: int = 60,
) -> Ended:
    """Run a command in a folder; `first` and `last` are called in the process before and after it."""
    ends = [os.pipe(), os.pipe()]  # no files: these may be what is limited
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        signal.alarm(seconds)
        _become([str(arg) for arg in args], within, (first, last), (ends[0][1], ends[1][1]))
    for _, write in ends:
        os.close(write)
    out, err = _heard([read for read, _ in ends])
    _, status = os.waitpid(pid, 0)
    return Ended(os.waitstatus_to_exitcode(status), out, err)


def _heard(fds: list[int]) -> list[str]:
    """What comes out of pipes until their other ends are closed."""
    said = dict.fromkeys(fds, b"")
    with selectors.DefaultSelector() as ready:
        for fd in fds:
            ready.register(fd, selectors.EVENT_READ)
        while ready.get_map():
            for key, _ in ready.select():
                chunk = os.read(key.fd, 1 << 16)
                said[key.fd] += chunk
                if not chunk:
                    ready.unregister(key.fd)
                    os.close(key.fd)
    return [said[fd].decode("utf-8", "replace") for fd in fds]


def _become(args: list[str], within: Path, around: tuple[Callable[[], object], ...], streams: tuple[int, int]) -> None:
    code, (first, last) = CRASHED, around
    try:
        os.chdir(within)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, fd in enumerate(streams, 1):
            os.dup2(fd, number)
        # Streams of its own: those of a test are no files.
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        code = _called(args, first)
        last()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)  # the child never returns into the parent's code


def _called(args: list[str], first: Callable[[], object]) -> int:
    from acontext_cli.cli import app

    try:
        first()
        app(args, prog_name="acontext")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001, whatever escapes is what is looked for
        traceback.print_exc()
        return CRASHED
    return 0
