"""Lessons that wait for a person, with the reason; a later line of the same lesson replaces the earlier one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, Disk, append, digest, lines, make_folders

VERSION = 1

State = Literal["held", "written", "rejected", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided about a lesson that waited."""

    was: "Held"
    """The lesson as they saw it: where it is not so any more, nothing is written."""
    lines: frozenset[str] = frozenset()
    """Marks of the lines that are theirs, and not the program's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lesson that was not written, and why."""

    lesson: str
    """Id of the distillation."""
    entry: str = ""
    """Id of the entry that it would be."""
    title: str = ""
    session: str = ""
    run: str = ""
    """Of the run that held it."""
    gate: str = ""
    """What held it; empty: an engine by itself."""
    reason: str
    action: str = "add"
    """What it would do to the entry."""
    skill: str = ""
    file: str = ""
    text: str = ""
    """The entry as it would stand."""
    before: str = ""
    """The text that it would replace; empty for a new entry."""
    edits: tuple[Mapping[str, str], ...] = ()
    """The edits that would write it, each with its `kind`; empty where nobody has found a place for it yet."""
    date: str = ""
    state: State = "held"
    """`dropped`: it was made for something that does not stand there any more, or its run was undone."""

    @property
    def id(self) -> str:
        """By which a person names it."""
        return digest(f"{self.lesson}:{self.entry}".encode("utf-8", "replace"))[:8]


class HeldLessons:
    """The held lessons of one space."""

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self._path = path
        self._disk = disk
        self._known: tuple[tuple[int, int, int], dict[str, Held]] = ((0, 0, 0), {})
        """What the file holds, by its inode, size and time."""

    def new(self, items: Iterable[Held]) -> list[str]:
        """The lines that say of some lessons what is not said of them yet."""
        known = self._all()
        return [_line(item) for item in items if known.get(item.id) != item]

    def take(self, texts: Iterable[str]) -> None:
        """Add lines. Those that say what is known change nothing."""
        new = self.new(item for text in texts if (item := _read(text.encode(), "a held lesson")))
        if new:
            make_folders(self._path.parent, disk=self._disk)
            append(self._path, "".join(f"{text}\n" for text in new).encode(), self._disk)
            self._known = ((0, 0, 0), {})  # a torn line that was cut off may have been as long as a new one

    def items(self, state: State = "held") -> list[Held]:
        """The lessons in this state, in the order in which they were first held."""
        return [item for item in self._all().values() if item.state == state]

    def says(self, item: Held) -> bool:
        """Whether this is the last that is known of a lesson."""
        return self._all().get(item.id) == item

    def of_run(self, run: str) -> list[Held]:
        """The lessons that a run held, whatever became of them."""
        return [item for item in self._all().values() if item.run == run]

    def _all(self) -> dict[str, Held]:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return {}
        now = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if self._known[0] != now:
            self._known = now, self._read_all()
        return self._known[1]

    def _read_all(self) -> dict[str, Held]:
        found: dict[str, Held] = {}
        for number, (_, text) in enumerate(lines(self._path), 1):
            item = _read(text, f"{str(self._path)!r}, line {number}")
            if item is not None:
                found[item.id] = item
        return found


def _line(item: Held) -> str:
    said = {name: value for name, value in asdict(item).items() if value}
    return json.dumps({"v": VERSION, **said}, ensure_ascii=False)


def _read(text: bytes, place: str) -> Held | None:
    try:
        value = json.loads(text)
        version = value.pop("v")
        if version > VERSION:
            raise AcontextError(f"{place}: written by a newer acontext; update this one")
        said = {key: value[key] for key in value if key in _KNOWN}
        return _held(said) if _is_well_typed(said) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _held(said: dict[str, Any]) -> Held:
    return Held(**{**said, "edits": tuple(said.get("edits", ()))})


def _is_well_typed(said: Mapping[str, object]) -> bool:
    edits = said.get("edits", [])
    if not isinstance(edits, list) or not all(isinstance(edit, dict) for edit in edits):
        return False
    texts = [
        *(value for key, value in said.items() if key != "edits"),
        *(each for edit in edits for each in edit.values()),
    ]
    return all(isinstance(text, str) for text in texts)


_KNOWN = frozenset(known.name for known in fields(Held))
