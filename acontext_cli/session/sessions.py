"""The folder that sessions stand in. What a person calls a session by is compared with names, never made a path."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from acontext_cli.errors import AcontextError
from acontext_cli.session.session import Session

_SURE = 8
"""From this length on what looks like the beginning of a random id is not looked for among the names too."""
_SHOWN = 5


class Listed(NamedTuple):
    """Some sessions, newest first."""

    sessions: tuple[Session, ...]
    problems: tuple[str, ...]
    """Why others among them cannot be read, a sentence for each."""
    older: int
    """How many were not looked at."""


class Sessions:
    """Sessions by time and by reference."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._names())

    def folders(self) -> list[Path]:
        """All of them, newest first."""
        return [self.path / name for name in self._names()]

    def newest(self, count: int | None = None) -> list[Session]:
        """The newest (all without a count), newest first. One that cannot be read is passed over: see `problems`."""
        return list(islice(self._readable(), count))

    def listed(self, count: int | None = None) -> Listed:
        """The newest (all without a count), with what had to be passed over and how many more there are."""
        found: list[Session] = []
        problems: list[str] = []
        names = self._names()
        for place, name in enumerate(names):
            if len(found) == count:
                return Listed(tuple(found), tuple(problems), len(names) - place)
            opened = _opened(self.path / name)
            if isinstance(opened, Session):
                found.append(opened)
            else:
                problems.append(opened)
        return Listed(tuple(found), tuple(problems), 0)

    def problems(self) -> list[str]:
        """Why sessions cannot be read, a sentence for each."""
        return [found for folder in self.folders() if isinstance(found := _opened(folder), str)]

    def find(self, ref: str) -> Session:
        """The session with this id, name, or beginning of an id; `@last` is the one last recorded into."""
        if ref == "@last":
            return self._last()
        names = [name for name in self._names() if ref and _id(name).startswith(ref)]
        exact = [name for name in names if _id(name) == ref]
        if exact or (len(names) == 1 and _is_hex(ref) and len(ref) >= _SURE):
            return Session.open(self.path / (exact or names)[0])
        return _only(ref, list(self._readable()) if ref else [])

    def _last(self) -> Session:
        times = [(time, name) for name in self._names() if (time := self._recorded(name))]
        if not times:
            raise AcontextError("nothing is recorded yet: acontext record SESSION FILE")
        return Session.open(self.path / max(times)[1])

    def _recorded(self, name: str) -> int:
        """When it was last recorded into; 0: never."""
        try:
            found = os.stat(f"{self.path}/{name}/messages.jsonl")  # noqa: PTH116 - there may be thousands
        except OSError:
            return 0
        return found.st_mtime_ns if found.st_size else 0

    def _readable(self) -> Iterator[Session]:
        for name in self._names():  # not `folders`: of thousands only the newest few are asked for
            if isinstance(found := _opened(self.path / name), Session):
                yield found

    def _names(self) -> list[str]:
        """Newest first. A name with a dot in front is a session that is being made or taken away."""
        try:
            return sorted((name for name in os.listdir(self.path) if name[0] != "."), reverse=True)  # noqa: PTH208
        except FileNotFoundError:
            return []


def _opened(folder: Path) -> Session | str:
    try:
        return Session.open(folder)
    except AcontextError as error:
        return str(error)


def _id(folder: str) -> str:
    return folder.partition("-")[2]


def _is_hex(ref: str) -> bool:
    return set(ref) <= set("0123456789abcdef-")


def _only(ref: str, sessions: list[Session]) -> Session:
    """The one that is called so, else the one whose id begins so."""
    named = [one for one in sessions if one.name == ref]
    found = named or [one for one in sessions if one.id.startswith(ref)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise AcontextError(f"no session {ref!r}: acontext session list")
    if named:
        raise AcontextError(f"{ref!r} is the name of {_listed(named)}: give the id")
    raise AcontextError(f"{ref!r} could be {_listed(found)}: give more of the id")


def _listed(found: Iterable[Session]) -> str:
    words = [f"{one.id} ({one.name[:40]})" if one.name else one.id for one in found]
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" or {more} more" if more > 0 else "")
