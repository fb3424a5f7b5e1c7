"""What can become of a transcript: fields gone or retyped, records gone, doubled, moved, the file cut off."""

import json
from collections.abc import Sequence
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from acontext_cli.formats import Format, Origin, Piece, Source

Record = dict[str, Any]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


def nested(depth: int) -> Any:
    value: Any = "deep"
    for level in range(depth):
        value = [value] if level % 2 else {"text": value}
    return value


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container within a value, with each of its keys."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@st.composite
def mutated(draw: st.DrawFn, records: Sequence[Record]) -> list[Any]:
    changed: list[Any] = deepcopy(list(records))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(len(changed) - 1, 0)))
        match draw(st.sampled_from(["drop", "retype", "retype", "nest", "remove", "double", "move"])):
            case "remove":
                del changed[at : at + 1]
            case "double":
                changed[at:at] = deepcopy(changed[at : at + 1])
            case "move":
                changed.insert(draw(st.integers(0, len(changed))), *changed[at : at + 1] or [{}])
            case how:
                spots = places(changed)
                if spots:
                    holder, key = draw(st.sampled_from(spots))
                    _touch(holder, key, how, draw(VALUES))
    return changed


def _touch(holder: Any, key: Any, how: str, value: Any) -> None:
    if how == "drop":
        del holder[key]
    else:
        holder[key] = nested(40) if how == "nest" else value


def lines(records: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@st.composite
def cut(draw: st.DrawFn, data: bytes) -> bytes:
    """Sometimes broken off, and with bytes in it that are no text."""
    data = data[: draw(st.integers(len(data) // 2, len(data)))] if draw(st.booleans()) else data
    at = draw(st.integers(0, len(data)))
    return data[:at] + b"\xff\x00" + data[at:] if draw(st.integers(0, 4)) == 0 else data


def told(format: Format, data: bytes) -> list[Origin | Piece]:
    return list(format.read(Source(BytesIO(data))))


def taken(format: Format, folder: Path) -> list[Path]:
    """The files below a folder that the format recognises."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            found += [path] if format.recognises(Source(file).sample) else []
    return found


def human(given: Sequence[Origin | Piece]) -> list[Any]:
    """The turns of a person."""
    pieces = [piece for piece in given if isinstance(piece, Piece)]
    return [piece.body["content"] for piece in pieces if piece.body["role"] == "user" and "kind" not in piece.meta]
