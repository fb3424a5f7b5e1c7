"""A transcript file as JSON values, one at a time: the lines of JSON Lines, or the parts of one JSON document.

A broken line is counted and the next one read. Memory is bounded by the longest line or part that is taken.
"""

import json
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import BinaryIO, cast

from msgspec import MsgspecError
from msgspec.json import Decoder

from acontext_cli.formats.document import LONGEST, Parts
from acontext_cli.formats.pieces import Tally
from acontext_cli.messages import Json

_SAMPLE = 40
_SAMPLE_SIZE = 1 << 22
_BOM = b"\xef\xbb\xbf"
_decode_strictly = Decoder().decode
_decode = json.JSONDecoder().decode


class Source:
    """An open transcript file. It can be read several times; what is skipped is counted in `tally`."""

    def __init__(self, file: BinaryIO, folder: str = "") -> None:
        self._file = file
        self.folder = folder
        """Name of the folder that it stands in: some agents say only so whose sub-agent they are."""
        self.tally = Tally()

    @cached_property
    def is_lines(self) -> bool:
        """Whether it is JSON Lines: at least half of its first lines are objects. One line alone is a document."""
        self._file.seek(0)
        lines = objects = 0
        for line in islice(iter(self._line, b""), _SAMPLE):
            if line.strip():
                lines += 1
                objects += type(_value(line)) is dict
                if lines > 1 and self._file.tell() > _SAMPLE_SIZE:
                    break
        return lines > 1 and objects * 2 >= lines

    @cached_property
    def sample(self) -> tuple[Json, ...]:
        """What it begins with: the first objects among its lines; of a document its first parts, `{key: part}` each."""
        tally, self.tally = self.tally, Tally()
        try:
            found: list[Json] = []
            for value in self.records() if self.is_lines else ({key: part} for key, part in self.parts()):
                found.append(value)
                if len(found) == _SAMPLE or self._file.tell() > _SAMPLE_SIZE:
                    break
            return tuple(found)
        finally:
            self.tally = tally

    def records(self) -> Iterator[Json]:
        """The objects among the lines, in order."""
        self._file.seek(0)
        for line in iter(self._line, b""):
            value = _value(line)
            if type(value) is dict:
                yield value
            elif line.strip():
                self.tally.skip(_no_record(line, value))

    def parts(self) -> Iterator[tuple[str, object]]:
        """The members of the one document, arrays element by element: `(key, value)`, an outer array's key is empty."""
        self._file.seek(0)
        parts = Parts(self._file)
        yield from parts
        if parts.problem:
            self.tally.skip(parts.problem)

    def _line(self) -> bytes:
        """The next line; of one that is too long an empty-handed remark, without reading it into memory."""
        line = self._file.readline(LONGEST)
        if len(line) < LONGEST or line.endswith(b"\n"):
            return line
        while True:
            rest = self._file.readline(1 << 20)
            if not rest or rest.endswith(b"\n"):
                return b"\x00"


def _value(line: bytes) -> object:
    """The JSON value of a line, or None. Bytes that are no UTF-8 are replaced: the rest of the line is worth having."""
    try:
        return cast(object, _decode_strictly(line))
    except (MsgspecError, ValueError, RecursionError):
        pass
    try:
        return cast(object, _decode(line.removeprefix(_BOM).decode("utf-8", "replace").strip("\x00 \t\r\n")))
    except (ValueError, RecursionError):
        return None


def _no_record(line: bytes, value: object) -> str:
    if line == b"\x00":
        return f"lines longer than {LONGEST >> 20} MiB"
    return "broken lines" if value is None else "lines that are no JSON object"
