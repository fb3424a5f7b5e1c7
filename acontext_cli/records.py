"""Our own JSON lines: a frozen dataclass written whole and read back strictly. Each line has its form's version."""

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache, partial
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from acontext_cli.distillations import VERDICTS
from acontext_cli.errors import AcontextError

VERSION = 1
_MOST_TOLD = 5

_T = TypeVar("_T")
_Reader = Callable[[object], object]


def encode(value: object) -> bytes:
    """The line of a value, its newline included."""
    record = {"v": VERSION, **_named(value)}
    try:
        return _ENCODER.encode(record).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can say it, UTF-8 cannot
        return json.dumps(record, default=_named).encode() + b"\n"


def decode(kind: type[_T], line: bytes) -> _T:
    """The value of a line. What is missing, unknown or of another type is an error in words."""
    try:
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ValueError("not a JSON object")
        version = record.pop("v", None)
        if version != VERSION:
            raise ValueError(_foreign(version))
        return cast(_T, _reader(cast(Any, kind))(record))
    except (ValueError, RecursionError) as error:
        raise AcontextError(f"no record of a {kind.__name__.lower()}: {error}") from error


def _foreign(version: object) -> str:
    if isinstance(version, int) and version > VERSION:
        return f"form {_shown(version)} of a newer acontext; update acontext to read it"
    return f"the form's version is {_shown(version)}, not {VERSION}"


def _named(value: object) -> dict[str, object]:
    """A dataclass by field name; a verdict says first which one it is."""
    kind: Any = type(value)
    return {**_tag(kind), **{name: getattr(value, name) for name in _names(kind)}}


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_named)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _tag(kind: type[Any]) -> Mapping[str, str]:
    return next(({"verdict": name} for name, verdict in VERDICTS.items() if verdict is kind), {})


@cache
def _reader(kind: Any) -> _Reader:
    if kind in (str, int, bool):
        return partial(_plain, kind)
    if get_origin(kind) is Literal:
        return partial(_one_of, get_args(kind))
    if get_origin(kind) is tuple:
        return partial(_items, _reader(get_args(kind)[0]))
    if get_origin(kind) in (Union, types.UnionType):
        return _union(get_args(kind))
    hints = get_type_hints(kind)
    needed = frozenset(field.name for field in fields(kind) if field.default is MISSING)
    return partial(_object, kind, {name: _reader(hints[name]) for name in _names(kind)}, needed)


def _union(kinds: tuple[Any, ...]) -> _Reader:
    if kinds[1:] == (type(None),):
        return partial(_optional, _reader(kinds[0]))
    return partial(_verdict, {name: _reader(cast(Any, kind)) for name, kind in VERDICTS.items() if kind in kinds})


def _plain(kind: type[Any], value: object) -> object:
    if type(value) is not kind:
        raise ValueError(f"{_shown(value)} is no {kind.__name__}")
    return value


def _one_of(choices: tuple[object, ...], value: object) -> object:
    if value not in choices:
        raise ValueError(f"{_shown(value)} is none of {', '.join(map(str, choices))}")
    return value


def _items(reader: _Reader, value: object) -> object:
    if not isinstance(value, list):
        raise ValueError(f"{_shown(value)} is no list")
    return tuple(map(reader, value))


def _optional(reader: _Reader, value: object) -> object:
    return None if value is None else reader(value)


def _verdict(readers: Mapping[str, _Reader], value: object) -> object:
    if not isinstance(value, dict) or not isinstance(value.get("verdict"), str) or value["verdict"] not in readers:
        raise ValueError(f"{_shown(value)} is no verdict")
    return readers[value.pop("verdict")](value)


def _object(kind: type[Any], readers: Mapping[str, _Reader], needed: frozenset[str], value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError(f"{_shown(value)} is no object")
    missing, unknown = needed - value.keys(), value.keys() - readers.keys()
    if missing or unknown:
        words = [f"{name!r} is missing" for name in sorted(missing)]
        words += [f"unknown {_shown(name)}" for name in sorted(unknown)]
        raise ValueError(", ".join(words[:_MOST_TOLD]))
    read: dict[str, object] = {}
    try:
        for name, item in value.items():
            read[name] = readers[name](item)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    return kind(**read)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:60]}…"
