"""By what a record is known again: one with an id of its own by it, one without by all that was said before it in its
conversation, itself included."""

import json
import re
from hashlib import blake2b

from acontext_cli.formats import Origin, Piece
from acontext_cli.importing.seen import Seen, key_of
from acontext_cli.messages import Json

_BEGINNING = 200
_ID = re.compile(r"[\w.:/@+= -]{1,300}")
"""Anything else in an id's place, e.g. what a tool that blackens transcripts puts there, tells nothing apart."""


class Recognition:
    """Gives the records of one conversation that has an id their keys."""

    def __init__(self, seen: Seen, origin: Origin, *, copies: bool) -> None:
        self._seen = seen
        self._copies = copies
        self._begins = True
        self._own = f"{origin.agent}\0{origin.session}\0"
        self._forked = f"{origin.agent}\0{origin.forked}\0" if origin.forked else ""
        self._said = Thread(self._own)
        self._replayed = Thread(self._forked) if self._forked else None

    def key(self, piece: Piece) -> int:
        """The key of a record; 0 where it is one of the conversation that this one goes on from."""
        if not _ID.fullmatch(piece.uid):
            return self._unnamed(piece)
        if self._copies:
            return self._copied(key_of(f"{piece.uid}\0{piece.at}\0{_beginning(piece.body)}"))
        if self._forked and self._seen.has(key_of(self._forked + piece.uid)):
            return 0
        return key_of(self._own + piece.uid)

    def _copied(self, key: int) -> int:
        """A copy does not say that it is one. It stands at the beginning, with the id, time and words it had."""
        if self._begins and self._seen.has(key):
            return 0
        self._begins = False
        return key

    def _unnamed(self, piece: Piece) -> int:
        if self._replayed is not None:
            if self._seen.has(self._replayed.key(piece.body)):
                return 0
            self._replayed = None
        return self._said.key(piece.body)


class Thread:
    """What was said in a conversation, in a few bytes: each record's key depends on all before it."""

    def __init__(self, name: str = "") -> None:
        self._hash = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8)

    def key(self, body: Json) -> int:
        """The key of the next record."""
        calls, answers = body.get("tool_calls") or body.get("function_call"), body.get("tool_call_id")
        said = f"{body.get('role')}\0{_plain(body.get('content'))}\0{_plain(calls)}\0{_plain(answers)}\0"
        self._hash.update(said.encode("utf-8", "surrogatepass"))
        return int.from_bytes(self._hash.digest(), "big") >> 1


def _plain(value: object) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    return json.dumps(value, sort_keys=True)


def _beginning(body: Json) -> str:
    content, calls = body.get("content"), body.get("tool_calls")
    said = content[:_BEGINNING] if isinstance(content, str) else ""
    return (
        f"{said}\0{body.get('tool_call_id') or ''}\0{calls[0].get('id') if isinstance(calls, list) and calls else ''}"
    )
