"""What a model answered, by a key made of what it was asked: paid for once, used again whenever a run is repeated."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from acontext_cli.files import DISK, Disk, append, lines
from acontext_cli.messages import Json

VERSION = 1


class Answers:
    """The answers kept beside one session. Without a file they are kept for as long as this object."""

    def __init__(
        self, path: Path | None = None, disk: Disk = DISK, clean: Callable[[str], str] = lambda text: text
    ) -> None:
        """`clean`: takes the secrets out of a JSON text."""
        self._path = path
        self._disk = disk
        self._clean = clean
        self._found: dict[str, Json] | None = None

    def get(self, key: str) -> Json | None:
        return self._all().get(key)

    def add(self, key: str, answer: Json) -> Json:
        """Keep an answer, without secrets; as it is kept. It is on disk when this returns."""
        kept: Json = json.loads(self._clean(json.dumps(answer, ensure_ascii=False)))
        self._all()[key] = kept
        self._write({"key": key, "answer": kept})
        return kept

    def forget(self, keys: Iterable[str]) -> None:
        """Answers that were of no use: what they answered is asked again."""
        for key in keys:
            if self._all().pop(key, None) is not None:
                self._write({"key": key})

    def _write(self, record: Json) -> None:
        if self._path is not None:
            append(self._path, _line({"v": VERSION, **record}), self._disk)

    def _all(self) -> dict[str, Json]:
        if self._found is None:
            self._found = {}
            for _, text in lines(self._path) if self._path else ():
                self._take(text)
        return self._found

    def _take(self, text: bytes) -> None:
        """Take note of a line; one that is no record is passed over: what it answered is asked again."""
        try:
            record = json.loads(text)
            key, answer = record["key"], record.get("answer")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return
        if self._found is not None and isinstance(key, str):
            self._found.pop(key, None)
            if isinstance(answer, dict):
                self._found[key] = answer


def _line(record: Json) -> bytes:
    try:
        return json.dumps(record, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can say it, UTF-8 cannot
        return json.dumps(record).encode() + b"\n"
