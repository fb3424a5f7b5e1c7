"""Pieces of one response become one message: the texts one after the other, the calls in their order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from acontext_cli.formats import Piece
from acontext_cli.importing.origins import time
from acontext_cli.importing.seen import written
from acontext_cli.messages import Json, Message

_TEXTS = ("content", "reasoning_content")


def joined(pieces: Iterable[tuple[int, Piece]], otherwise: str) -> list[Message]:
    """The messages of pieces with their keys; `otherwise`: the time of those that tell none."""
    found: list[Message] = []
    making: _Joined | None = None
    for key, piece in pieces:
        if making is not None and making.takes(piece):
            making.join(key, piece)
            continue
        if making is not None:
            found.append(making.message(otherwise))
        making = _Joined(key, piece) if piece.joins else None
        if making is None:
            found.append(_message(piece, piece.body, {**piece.meta, "keys": [written(key)]}, otherwise))
    return [*found, making.message(otherwise)] if making is not None else found


class _Joined:
    """A message in the making."""

    def __init__(self, key: int, piece: Piece) -> None:
        self._first = piece
        self._body: dict[str, object] = {**piece.body}
        self._meta: dict[str, object] = {**piece.meta}
        self._keys = [written(key)]

    def takes(self, piece: Piece) -> bool:
        """Whether a piece belongs to this message too."""
        return piece.joins != "" and piece.joins == self._first.joins and piece.body.get("role") == "assistant"

    def join(self, key: int, piece: Piece) -> None:
        for name in _TEXTS:
            text = "\n\n".join(_texts(self._body.get(name), piece.body.get(name)))
            if text or name in piece.body:
                self._body[name] = text or None
        calls = [*_list(self._body.get("tool_calls")), *_list(piece.body.get("tool_calls"))]
        if calls:
            self._body["tool_calls"] = calls
        self._meta = {**piece.meta, **self._meta}
        self._keys.append(written(key))

    def message(self, otherwise: str) -> Message:
        """The message, with another time where it tells none."""
        return _message(self._first, self._body, {**self._meta, "keys": self._keys}, otherwise)


def _message(first: Piece, body: Json, meta: dict[str, object], otherwise: str) -> Message:
    """Its id is the same wherever it is taken in."""
    if first.uid:
        meta["uid"] = first.uid
    return Message(body, f"m{cast(list[str], meta['keys'])[0]}", time(first.at) or otherwise, meta)


def last_key(message: Message) -> int:
    """The key of the last record that a message was made of."""
    return int(cast(list[str], message.meta["keys"])[-1], 16)


def _texts(*contents: object) -> Iterator[str]:
    return (content for content in contents if isinstance(content, str) and content)


def _list(value: object) -> Sequence[Json]:
    return value if isinstance(value, list) else []
