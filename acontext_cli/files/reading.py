"""Complete lines of a file; an incomplete last one (a crash, or a writer at work) is not there yet.

Nor is one with a NUL in it: after a power cut a file may have got its new length and not all that was written there.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EINVAL, EISDIR
from pathlib import Path
from stat import S_ISDIR, S_ISREG

_BUFFER = 1 << 18
_BLOCK = 1 << 16
_HOLE = b"\0"


def lines(path: Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Offset and text of each complete line from `start`, which is the start of a line. No file, no lines."""
    try:
        fd = _regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return
    with os.fdopen(fd, "rb", buffering=_BUFFER) as file:
        file.seek(start)
        for line in file:
            if line[-1] != 10:
                return
            if _HOLE not in line:
                yield start, line[:-1]
            start += len(line)


def content(path: Path) -> bytes:
    """All of a file."""
    with os.fdopen(_regular(path), "rb") as file:
        return file.read()


def last_line(path: Path) -> bytes | None:
    """The last complete line, found from the end."""
    with _opened(path) as fd:
        end = complete(path)
        while end:
            start = whole_lines(os.pread, fd, end - 1)
            if _HOLE not in (line := os.pread(fd, end - 1 - start, start)):
                return line
            end = start
    return None


def complete(path: Path) -> int:
    """The size of the file without an incomplete last line; 0 where there is no file."""
    with _opened(path) as fd:
        return whole_lines(os.pread, fd, os.fstat(fd).st_size) if fd >= 0 else 0


def whole_lines(read_at: Callable[[int, int, int], bytes], fd: int, size: int) -> int:
    """The offset behind the last newline before `size`."""
    while size > 0:
        start = max(0, size - _BLOCK)
        at = read_at(fd, size - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        size = start
    return 0


def _regular(path: Path) -> int:
    """A file, open for reading; an OSError for what is none. A pipe is not waited for: nobody may write into it."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(fd).st_mode
    if not S_ISREG(mode):
        os.close(fd)
        number, words = (EISDIR, os.strerror(EISDIR)) if S_ISDIR(mode) else (EINVAL, "it is no regular file")
        raise OSError(number, words, str(path))
    return fd


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        fd = _regular(path)
    except (FileNotFoundError, NotADirectoryError):
        yield -1
        return
    try:
        yield fd
    finally:
        os.close(fd)
