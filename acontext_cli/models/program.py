"""One run of a program: a text to its stdin and what it prints, within bounds of time and size.

Nothing of a run that is broken off, by whatever, is left running.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import IO, cast

from acontext_cli.errors import AcontextError, Unavailable

MOST = 8_000_000
"""So many bytes a program may print, on stdout and on stderr."""
_CHUNK = 1 << 16
_LOOK = 0.2
"""So often, in seconds, it is looked whether a silent program is still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a program left behind."""

    code: int
    out: str
    err: str


class Program:
    """A program that can be run many times, in several threads at once."""

    def __init__(self, argv: Sequence[str], *, name: str, env: Mapping[str, str], timeout: float) -> None:
        self._argv = tuple(argv)
        self._name = name
        self._env = env
        self._timeout = timeout
        self._running: set[subprocess.Popen[bytes]] = set()

    def run(self, sent: bytes, folder: Path) -> Ended:
        """Run it in a folder."""
        until = time.monotonic() + self._timeout
        with self._started(folder) as process:
            out, err = self._talk(process, sent, until)
            try:
                code = process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired as error:
                raise self._late() from error
        return Ended(code=code, out=out.decode("utf-8", "replace"), err=err.decode("utf-8", "replace"))

    def stop(self) -> None:
        """End what runs, from another thread."""
        for process in tuple(self._running):
            _kill(process)

    @contextmanager
    def _started(self, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
        """A process with a group of its own; broken off, it is ended with all that it started."""
        try:
            process = subprocess.Popen(  # noqa: S603, what the person set, and no shell
                [self._path(), *self._argv[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=folder,
                env={**self._env, "PWD": str(folder)},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise AcontextError(f"{self._argv[0]!r} could not be started: {why}") from error
        self._running.add(process)
        with process:
            well = False
            try:
                yield process
                well = True
            finally:
                self._running.discard(process)
                if not well:
                    _kill(process)

    def _path(self) -> str:
        """Its full path: it does not run in the folder that a relative one was meant from."""
        found = which(self._argv[0], path=self._env.get("PATH", os.defpath))
        if found is None:
            there = Path(self._argv[0]).is_file()
            wrong = f"{self._argv[0]!r} is not executable" if there else f"there is no command {self._argv[0]!r}"
            mend = "chmod +x makes it so" if there else "install it, or set model_command in .acontext/config.yaml"
            raise Unavailable(f"{wrong}: {mend}")
        return str(Path(found).absolute())

    def _talk(self, process: subprocess.Popen[bytes], sent: bytes, until: float) -> tuple[bytes, bytes]:
        """Feed it and hear it, neither waiting for the other, until it has no more to say."""
        stdin, stdout, stderr = (cast(IO[bytes], end) for end in (process.stdin, process.stdout, process.stderr))
        said, left = {stdout: bytearray(), stderr: bytearray()}, memoryview(sent)
        os.set_blocking(stdin.fileno(), False)
        with selectors.DefaultSelector() as ends:
            ends.register(stdin, selectors.EVENT_WRITE)
            ends.register(stdout, selectors.EVENT_READ)
            ends.register(stderr, selectors.EVENT_READ)
            while any(end in ends.get_map() for end in said):
                ready = ends.select(min(_LOOK, max(0.0, until - time.monotonic())))
                if time.monotonic() > until:
                    raise self._late()
                if not ready and process.poll() is not None:
                    break  # something that it left running holds its pipes open
                for key, _ in ready:
                    if key.fileobj is stdin:
                        left = _fed(stdin, left, ends)
                    else:
                        self._heard(cast(IO[bytes], key.fileobj), said, ends)
        return bytes(said[stdout]), bytes(said[stderr])

    def _heard(self, end: IO[bytes], said: dict[IO[bytes], bytearray], ends: selectors.BaseSelector) -> None:
        chunk = os.read(end.fileno(), _CHUNK)
        said[end] += chunk
        if not chunk:
            ends.unregister(end)
        elif len(said[end]) > MOST:
            raise AcontextError(f"{self._name} printed more than {MOST // 1_000_000} MB and was stopped")

    def _late(self) -> AcontextError:
        return AcontextError(
            f"{self._name} gave no answer within {self._timeout:g} seconds and was stopped: "
            "set a longer timeout in .acontext/config.yaml"
        )


def _fed(stdin: IO[bytes], left: memoryview, ends: selectors.BaseSelector) -> memoryview:
    """Write what it takes now; what is left. One that wants no more may answer all the same."""
    try:
        left = left[os.write(stdin.fileno(), left[:_CHUNK]) :] if left else left
    except BlockingIOError:
        return left
    except BrokenPipeError:
        left = left[:0]
    if not left:
        ends.unregister(stdin)
        with suppress(BrokenPipeError):
            stdin.close()
    return left


def _kill(process: subprocess.Popen[bytes]) -> None:
    # Of a group that has ended already, some systems say that it is not ours.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
