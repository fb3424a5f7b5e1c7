"""Plain text for people and JSON for programs. What came from a transcript cannot steer a terminal: its control
characters are written out."""

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path

LONGEST = 1000
"""Characters of a line that tells what is wrong: some quote what they were given."""

# C0 without tab and newline, DEL, C1, the marks that reorder or break lines, and halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with every control character written out, newlines and tabs kept."""
    return _CONTROL.sub(_written_out, text.replace("\r\n", "\n"))


def one_line(text: str, width: int = 0) -> str:
    """The text on one line, cut to a width where one is given."""
    return _cut(" ".join(visible(text).split()), width)


def say(text: str = "") -> None:
    print(visible(text))


def warn(text: str) -> None:
    """A line that is no result: it stays out of pipes."""
    sys.stdout.flush()
    print(visible(text), file=sys.stderr)


def as_json(value: object) -> None:
    """One JSON value, values of ours included."""
    print(_CONTROL.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=2, default=_plain)))


def table(rows: Iterable[Sequence[str]]) -> None:
    """Rows in aligned columns; on a terminal the last column is cut to fit."""
    lines = [[one_line(cell) for cell in row] for row in rows]
    if not lines:
        return
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        print(_cut(text, terminal_width()))


def terminal_width() -> int:
    """Columns of the terminal, 0 where there is none."""
    if not sys.stdout.isatty():
        return 0
    try:
        return int(os.environ.get("COLUMNS", "")) or os.get_terminal_size(sys.stdout.fileno()).columns
    except (ValueError, OSError):
        return 80


def size(count: int) -> str:
    """Bytes in the unit a person would say."""
    number = float(count)
    for unit in ("B", "KB", "MB"):
        if number < 1000:
            return f"{count} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 task`, `2 tasks`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def used(calls: int, tokens: int) -> str:
    """`2 calls, 5,120 tokens`."""
    return f"{counted(calls, 'call')}, {counted(tokens, 'token')}"


def _cut(line: str, width: int) -> str:
    return line if not width or len(line) <= width else line[: width - 1] + "…"


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _escaped(match: re.Match[str]) -> str:
    # indent=2 puts newlines between values; inside strings json has escaped them already.
    return f"\\u{ord(match[0]):04x}"


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON form for {value!r}")
