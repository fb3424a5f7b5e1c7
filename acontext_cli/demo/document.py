"""Reads a YAML file into parts, or says in one line what is wrong with it and where.

Nothing costs more than the size of the file: nesting and what aliases expand to are bounded.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from acontext_cli.demo.part import Part
from acontext_cli.demo.scalars import KINDS, scalar
from acontext_cli.errors import AcontextError

if TYPE_CHECKING:
    import yaml

MAX_BYTES, MAX_VALUES, MAX_DEPTH = 1_000_000, 50_000, 40
_UNTAGGED = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


def read(path: Path) -> Part:
    """The document in the file. Raises AcontextError where there is none that can be read."""
    import yaml

    text = _text(path)
    try:
        return _Builder(str(path), yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        wrong = f"no valid YAML: {error.problem or error.context}"
        if "nesting depth" in wrong:  # newer parsers have a limit of their own, and reach it before ours is
            wrong = f"nested more than {MAX_DEPTH} deep"
        raise AcontextError(f"{path}{line}: {wrong}") from error
    except yaml.reader.ReaderError as error:
        line = f", line {text.count(chr(10), 0, error.position) + 1}"
        raise AcontextError(f"{path}{line}: no valid YAML: {error.reason}") from error


class _Builder:
    """Makes parts from the events of a parser; its own recursion is what bounds the nesting."""

    def __init__(self, file: str, events: "Iterator[yaml.Event]") -> None:
        self._file = file
        self._events = events
        self._anchors: dict[str | None, Part] = {}

    def document(self) -> Part:
        import yaml

        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise AcontextError(f"{self._file}: the file is empty")
        part = self._part(next(self._events))
        next(self._events)
        if not isinstance(more := next(self._events), yaml.StreamEndEvent):
            self._at(more).refuse("a second document begins here; a file holds one")
        return part

    def _part(self, event: "yaml.Event", depth: int = 0) -> Part:
        import yaml

        anchor = cast("yaml.NodeEvent", event).anchor
        if isinstance(event, yaml.AliasEvent):
            known = self._anchors.get(anchor)
            return known or self._at(event).refuse(f"the alias *{anchor} stands for nothing complete before it")
        if depth > MAX_DEPTH:
            self._at(event).refuse(f"nested more than {MAX_DEPTH} deep")
        if isinstance(event, yaml.ScalarEvent):
            part = self._at(event, self._scalar(event))
        else:
            part = self._collection(event, depth)
        if part.weight > MAX_VALUES:
            part.refuse(f"holds more than {MAX_VALUES:,} values")
        self._anchors |= {anchor: part} if anchor else {}
        return part

    def _collection(self, event: "yaml.Event", depth: int) -> Part:
        import yaml

        if cast("yaml.CollectionStartEvent", event).tag not in _UNTAGGED:
            self._at(event).refuse("an explicit tag (!…) is not read")
        if isinstance(event, yaml.SequenceStartEvent):
            items = tuple(self._until(yaml.SequenceEndEvent, depth))
            return self._at(event, items, 1 + sum(part.weight for part in items))
        members = self._members(depth)
        return self._at(event, members, 1 + sum(part.weight for part in members.values()))

    def _scalar(self, event: "yaml.ScalarEvent") -> object:
        tag = event.tag if event.tag not in (None, "!") else None
        if tag and tag.rpartition(":")[2] not in {*KINDS, "str"}:
            self._at(event).refuse("an explicit tag (!…) is not read")
        if tag is None and not event.implicit[0]:
            return event.value
        try:
            return scalar(event.value, tag)
        except ValueError:
            return self._at(event).refuse(f"{event.value[:40]!r} does not fit its tag or is no number")

    def _until(self, end: "type[yaml.Event]", depth: int) -> Iterator[Part]:
        while not isinstance(event := next(self._events), end):
            yield self._part(event, depth + 1)

    def _members(self, depth: int) -> dict[str, Part]:
        import yaml

        members: dict[str, Part] = {}
        parts = self._until(yaml.MappingEndEvent, depth)
        for key in parts:
            if not isinstance(key.value, str):
                key.refuse(f"a name is expected here, not {key.kind}: put it in quotes")
            if key.value == "<<":
                key.refuse('merge keys ("<<") are not read: write the values out')
            if key.value in members:
                key.refuse(f"{key.value!r} stands here twice")
            members[key.value] = replace(next(parts), line=key.line)
        return members

    def _at(self, event: "yaml.Event", value: object = None, weight: int = 1) -> Part:
        mark = event.start_mark
        return Part(value, self._file, mark.line + 1 if mark else 0, weight)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise AcontextError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise AcontextError(f"{path}: larger than {MAX_BYTES:,} bytes, no scenario is")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AcontextError(f"{path}, line {line}: not UTF-8: save it as UTF-8") from error
