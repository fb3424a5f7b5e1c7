"""Transcript files of other agents for the tests: `lines(…)`, `document(…)`, what a reader makes of them, damage."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from random import Random

from conftest import ROOT

from acontext_cli.formats import Format, Origin, Piece, Source
from acontext_cli.messages import Json, problem

CORPUS = ROOT.parent / "shared" / "corpus"
NO_CORPUS = f"there is no {CORPUS}: the transcripts to try things on are not part of the project"
MOST_DAMAGE = 6


def of(data: str | bytes) -> Source:
    return Source(BytesIO(data.encode() if isinstance(data, str) else data))


def lines(*records: object) -> Source:
    return of("".join(json.dumps(record) + "\n" for record in records))


def document(value: object) -> Source:
    return of(json.dumps(value, indent=1))


def pieces(reader: Format, source: Source) -> list[Piece]:
    return [item for item in reader.read(source) if isinstance(item, Piece)]


def origins(reader: Format, source: Source) -> list[Origin]:
    return [item for item in reader.read(source) if isinstance(item, Origin)]


def bodies(reader: Format, source: Source) -> list[Json]:
    return [piece.body for piece in pieces(reader, source)]


def human(found: Iterable[Piece]) -> list[object]:
    """The contents of the human turns."""
    return [piece.body["content"] for piece in found if piece.body["role"] == "user" and "kind" not in piece.meta]


def counts(found: Sequence[Piece]) -> dict[str, int]:
    asked = [piece.body.get("tool_calls") for piece in found]
    return {
        "calls": sum(len(each) for each in asked if isinstance(each, list)),
        "results": sum(piece.body["role"] == "tool" for piece in found),
        "failed": sum(piece.meta.get("is_error") is True for piece in found),
        "human turns": len(human(found)),
    }


def holds(reader: Format, data: bytes) -> None:
    """Whatever the file is, reading it raises nothing and gives messages that can be recorded."""
    source = of(data)
    reader.recognises(source.sample)
    for piece in pieces(reader, source):
        assert problem(piece.body) is None
        json.dumps(dict(piece.meta))


def damaged_file(random: Random, records: Sequence[Json], *wholes: object) -> bytes:
    """The records as lines, or one of the documents, with fields and bytes lost, changed, moved and doubled."""
    chosen = random.choice([None, *wholes])
    value = damaged(random, list(records) if chosen is None else chosen)
    texts = [json.dumps(each) for each in value] if chosen is None and isinstance(value, list) else [json.dumps(value)]
    data = "\n".join(texts).encode()
    cut = random.randrange(len(data) + 1)
    return random.choice([data, data, data[:cut], data[:cut] + b'\xff"\x00' + data[cut:]])


def damaged(random: Random, value: object) -> object:
    copy = json.loads(json.dumps([value]))
    for _ in range(random.randrange(MOST_DAMAGE)):
        random.choice([_lost, _other, _doubled, _moved])(random, copy)
    return copy[0] if copy else None


def damaged_around(random: Random, records: Sequence[Json], spared: Callable[[Json], bool]) -> bytes:
    """JSON Lines in which the spared records are as they were; among them a broken line and half of another."""
    kept = [each if spared(each) else damaged(random, {**each, "x": 1}) for each in records]
    texts = [json.dumps(each if isinstance(each, dict) else {"y": each}) for each in kept]
    texts.insert(
        random.randrange(len(texts) + 1), random.choice(['{"role": "us', "\x00\x00", "[]", "7", '"', "{" * 2000])
    )
    return "\n".join(texts).encode() + b'\n{"role": "assis'


def corpus(pattern: str) -> list[Path]:
    return sorted(CORPUS.glob(pattern))


def _places(value: object) -> Iterator[list[object] | dict[str, object]]:
    """The containers in it that are not empty."""
    waiting = [value]
    while waiting:
        place = waiting.pop()
        if isinstance(place, list | dict) and place:
            yield place
            waiting.extend(place.values() if isinstance(place, dict) else place)


def _place(random: Random, value: object) -> tuple[list[object] | dict[str, object], object]:
    place = random.choice(list(_places(value)) or [[None]])
    return place, random.choice(list(place) if isinstance(place, dict) else range(len(place)))


def _lost(random: Random, value: object) -> None:
    place, key = _place(random, value)
    del place[key]  # type: ignore[call-overload]


def _other(random: Random, value: object) -> None:
    place, key = _place(random, value)
    nested: object = "x"
    for _ in range(random.choice([1, 300])):
        nested = random.choice([[nested], {"type": nested}])
    place[key] = random.choice([None, True, 7, -1.5, "", "x", [], {}, [None], nested])  # type: ignore[call-overload]


def _doubled(random: Random, value: object) -> None:
    place, key = _place(random, value)
    if isinstance(place, list):
        place.append(place[key])  # type: ignore[call-overload]


def _moved(random: Random, value: object) -> None:
    place, key = _place(random, value)
    other, there = _place(random, value)
    if not isinstance(place[key], list | dict):  # type: ignore[call-overload]
        other[there] = place[key]  # type: ignore[call-overload]
