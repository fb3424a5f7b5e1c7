"""What stands for secrets: `<secret:kind:number>`, the same for the same secret everywhere in a workspace.

On disk there is a mark of each secret, made with a salt by a slow function: whoever reads it learns nothing.
"""

import json
import os
import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import cast

from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, append, lines, locked, make_folders
from acontext_cli.messages import Json, Message
from acontext_cli.secrets import cut

FILE = "secrets.jsonl"
_FORMAT = 1
_MOST_KNOWN = 10_000
_COST = {"n": 1 << 12, "r": 8, "p": 1, "dklen": 16}
"""A few milliseconds a secret, and each is met many times but marked once in a process."""
_ESCAPED = re.compile(r"\\+([nrt])")


def _for_owner(path: Path, flags: int, mode: int) -> int:
    return os.open(path, flags, mode & 0o600)


_DISK = replace(DISK, open=_for_owner)


class Placeholders:
    """Numbers the secrets of a workspace; for several processes at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._salt = b""
        self._read = 0
        self._marks: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def of(self, secret: str, kind: str) -> str:
        """What stands for a secret. Its kind is that under which it was met first."""
        plain = _plain(secret)
        if plain not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[plain] = self._numbered(plain, kind)
        return self._known[plain]

    def _numbered(self, plain: str, kind: str) -> str:
        self._refresh()
        mark = self._mark(plain) if self._salt else ""
        if mark in self._marks:
            return self._marks[mark]
        make_folders(self._path.parent, 0o700)
        with locked(self._path.with_name(f".{self._path.name}.lock"), _DISK):
            self._refresh()
            if not self._salt:
                self._add({"format": _FORMAT, "salt": os.urandom(16).hex()})
            mark = mark or self._mark(plain)
            if mark not in self._marks:
                self._add({"kind": kind, "number": len(self._marks) + 1, "mark": mark})
        if mark not in self._marks:
            raise AcontextError(f"{str(self._path)!r} was taken away meanwhile: run the command again")
        return self._marks[mark]

    def _mark(self, plain: str) -> str:
        from hashlib import scrypt

        return scrypt(plain.encode("utf-8", "surrogatepass"), salt=self._salt, **_COST).hex()

    def _add(self, record: Json) -> None:
        append(self._path, json.dumps(record).encode() + b"\n", _DISK)
        self._refresh()

    def _refresh(self) -> None:
        """Take note of what this or another process has added."""
        for at, line in lines(self._path, self._read):
            try:
                self._note(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise AcontextError(
                    f"{str(self._path)!r} is not what acontext wrote: take it away, or mend it"
                ) from error
            self._read = at + len(line) + 1

    def _note(self, record: Json) -> None:
        if "salt" in record:
            self._salt = bytes.fromhex(cast(str, record["salt"]))
        else:
            self._marks[cast(str, record["mark"])] = f"<secret:{record['kind']}:{record['number']}>"


@lru_cache(maxsize=64)
def placeholders(folder: Path) -> Placeholders:
    """Those of a workspace, by the machine's folder in it. All sessions of a process share what is known."""
    return Placeholders(folder / FILE)


def redactor_of(machine: Path) -> "Redactor":
    """A new one for a workspace, by the machine's folder in it."""
    return Redactor(placeholders(machine))


class Redactor:
    """Puts placeholders for secrets, and counts what it cut."""

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders
        self.cut: Counter[str] = Counter()
        """How many of each kind."""

    def text(self, text: str) -> str:
        """The text without its secrets. JSON stays JSON, and so does JSON within it."""
        return cut(text, self._instead)

    def _instead(self, secret: str, kind: str) -> str:
        self.cut[kind] += 1
        return self._placeholders.of(secret, kind)

    def json(self, text: str) -> str:
        """The same for the text of a JSON value, which it stays whatever was cut."""
        safe = self.text(text)
        if safe is not text and not _is_json(safe):
            return json.dumps(self._apart(json.loads(text)), ensure_ascii=False)
        return safe

    def value(self, value: object) -> object:
        """A JSON value without the secrets in its texts and names; the value itself where there are none."""
        try:
            text = json.dumps(value, ensure_ascii=False)
        except RecursionError as error:
            raise AcontextError("a value is nested too deep to be looked through for secrets") from error
        safe = self.json(text)
        return value if safe is text else json.loads(safe)

    def message(self, message: Message) -> Message:
        """The message itself where there is nothing to cut."""
        body, meta = self.value(message.body), self.value(message.meta) if message.meta else message.meta
        if body is message.body and meta is message.meta:
            return message
        return replace(message, body=cast(Json, body), meta=cast(Json, meta))

    def _apart(self, value: object) -> object:
        """Text by text."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._apart(each) for each in value]
        if isinstance(value, dict):
            return {self.text(name): self._apart(each) for name, each in value.items()}
        return value


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _plain(secret: str) -> str:
    """The same for the same secret, however deep in JSON it stood."""
    return _ESCAPED.sub("\n", secret).replace("\\", "").replace("\r", "") if "\\" in secret else secret
