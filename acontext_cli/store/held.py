"""Lessons that wait for a person, with the reason; a later line of the same lesson replaces the earlier one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Literal

from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, Disk, append, lines, make_folders

VERSION = 1

State = Literal["held", "written", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lesson that was not written, and why."""

    lesson: str
    """Id of the distillation."""
    entry: str = ""
    """Id of the entry that it would be."""
    session: str = ""
    reason: str
    text: str = ""
    """The entry as it would stand."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """What else is needed to write it."""
    date: str = ""
    state: State = "held"


class HeldLessons:
    """The held lessons of one space."""

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self._path = path
        self._disk = disk

    def add(self, items: Iterable[Held]) -> None:
        """Hold lessons, or say anew what is known of them. A second time changes nothing."""
        known = self._all()
        new = [item for item in items if known.get(item.lesson) != item]
        if new:
            make_folders(self._path.parent, disk=self._disk)
            append(self._path, "".join(f"{_line(item)}\n" for item in new).encode(), self._disk)

    def settle(self, lesson: str, state: State) -> None:
        """Say what became of a lesson."""
        found = self._all().get(lesson)
        if found is None:
            raise AcontextError(f"no lesson {lesson!r} is held: see `acontext review`")
        self.add([replace(found, state=state)])

    def items(self, state: State = "held") -> list[Held]:
        """The lessons in this state, in the order in which they were first held."""
        return [item for item in self._all().values() if item.state == state]

    def _all(self) -> dict[str, Held]:
        found: dict[str, Held] = {}
        for number, (_, text) in enumerate(lines(self._path), 1):
            item = _read(text, f"{str(self._path)!r}, line {number}")
            if item is not None:
                found[item.lesson] = item
        return found


def _line(item: Held) -> str:
    return json.dumps({"v": VERSION, **asdict(item)}, ensure_ascii=False)


def _read(text: bytes, place: str) -> Held | None:
    try:
        value = json.loads(text)
        version = value.pop("v")
        if version > VERSION:
            raise AcontextError(f"{place}: written by a newer acontext; update this one")
        return Held(**{key: value[key] for key in value if key in _KNOWN})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


_KNOWN = frozenset(known.name for known in fields(Held))
