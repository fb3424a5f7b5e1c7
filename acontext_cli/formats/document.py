"""One JSON document read part by part: the members of its outer object, arrays element by element.

The standard library's decoder is asked again with more text whenever the text ends within a part. (ijson does this
too; on endless nesting it takes endless memory, this stops.)
"""

import json
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import BinaryIO

LONGEST = 32 << 20
"""A line or part of more bytes is not taken: no text of a person or a tool is that long."""
_CHUNK = 1 << 18
_SPACE = " \t\r\n"
_NEAR_END = 16
_decode = json.JSONDecoder().raw_decode


class Parts:
    """Iterate once: `(key, value)` pairs. Afterwards `problem` says in words why the rest was not read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._utf8 = getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._ended = False
        self.problem = ""

    def __iter__(self) -> Iterator[tuple[str, object]]:
        try:
            yield from self._document()
        except (ValueError, RecursionError):
            self.problem = "the rest of a broken document"

    def _document(self) -> Iterator[tuple[str, object]]:
        opening = self._next().lstrip("\ufeff") or self._next()
        if opening == "[":
            yield from (("", value) for value in self._elements())
        elif opening == "{":
            yield from self._members()
        elif opening:
            raise ValueError("neither an object nor an array")

    def _members(self) -> Iterator[tuple[str, object]]:
        while self._peek() not in ("}", ""):
            key = str(self._value())
            self._expect(":")
            if self._peek() == "[":
                self._next()
                yield from ((key, value) for value in self._elements())
            else:
                yield key, self._value()
            if self._peek() == ",":
                self._next()
            elif self._peek() != "}":
                raise ValueError("no comma")
        self._expect("}")

    def _elements(self) -> Iterator[object]:
        while self._peek() not in ("]", ""):
            yield self._value()
            if self._peek() == ",":
                self._next()
            elif self._peek() != "]":
                raise ValueError("no comma")
        self._expect("]")

    def _value(self) -> object:
        """The next value. Where the text ends within it, more is read, twice as much each time."""
        self._peek()
        while True:
            try:
                value, end = _decode(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated string") or error.pos > len(self._text) - _NEAR_END
                if not cut or self._ended:
                    raise
            else:
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            if len(self._text) - self._at > LONGEST:
                raise ValueError("a part is too long")
            self._more(max(_CHUNK, len(self._text) - self._at))

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise ValueError(f"no {sign!r}")

    def _next(self) -> str:
        sign = self._peek()
        self._at += len(sign)
        return sign

    def _peek(self) -> str:
        """The next sign that is no space, empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._more(_CHUNK)

    def _more(self, size: int) -> None:
        data = self._file.read(size)
        self._ended = not data
        self._text = self._text[self._at :] + self._utf8.decode(data, final=not data)
        self._at = 0
