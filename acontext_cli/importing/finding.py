"""Which files are transcripts: every regular file is looked into, no name is trusted and no folder link followed."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from stat import S_ISREG

from acontext_cli.formats import Format, Origin, Piece, Source, named, recognised
from acontext_cli.importing.agents import project_told
from acontext_cli.importing.seen import Stamp

_PASSED_BY = frozenset({".acontext", ".git", "node_modules", ".venv", "__pycache__"})
_FIRST = 200
_TAIL = 1 << 16
_SAID = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A transcript on disk."""

    path: Path
    format: str
    origin: Origin
    """Of its first conversation."""
    said: str
    """What a person says first in it, where that stands near its beginning."""
    time: str
    """When something was last said in it: ISO 8601."""
    written: str
    """When the file was written last."""
    stamp: Stamp


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, names, found in os.walk(path):
            names[:] = sorted(name for name in names if name not in _PASSED_BY)
            yield from (Path(folder, name) for name in sorted(found))


def is_regular(path: Path) -> bool:
    """Whether it is a file that ends, not a pipe or a device."""
    try:
        return S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def found(path: Path, format: str = "") -> Found | None:
    """The transcript of a file, or None where it is none."""
    with path.open("rb") as file:
        source = Source(file, path.parent.name)
        reader = named(format) if format else recognised(source)
        if reader is None:
            return None
        origin, said, timed = _beginning(reader, source)
        status = os.fstat(file.fileno())
        written = written_at(status.st_mtime)
        return Found(
            path=path,
            format=reader.NAME,
            origin=replace(origin, project=origin.project or project_told(path, reader.NAME)),
            said=said,
            time=_last_said(path, written) if timed else written,
            written=written,
            stamp=Stamp(f"{reader.NAME}:{path.absolute()}", status.st_size, status.st_mtime_ns),
        )


def written_at(seconds: float) -> str:
    """A time of the file system in ISO 8601."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _beginning(reader: Format, source: Source) -> tuple[Origin, str, bool]:
    """The origin as far as it is known when somebody has spoken, what is said, and whether it is told when."""
    origin, timed = Origin(), False
    for item in islice(reader.read(source), _FIRST):
        if isinstance(item, Origin):
            origin = item
            continue
        timed = timed or bool(item.at)
        if item.body.get("role") == "user" and "kind" not in item.meta:
            return origin, _text(item), timed
    return origin, "", timed


def _text(piece: Piece) -> str:
    content = piece.body.get("content")
    return content[:500] if isinstance(content, str) else ""


def _last_said(path: Path, written: str) -> str:
    """The last time that stands near the end of a file and is not after it was written."""
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
        times = (each.decode() for each in _SAID.findall(file.read(_TAIL)))
    return max((each for each in times if "2000" < each <= written), default=written)
