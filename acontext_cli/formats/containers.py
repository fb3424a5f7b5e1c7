"""How conversations lie in a file: a message a line, a conversation a line, an array, an object with a list of them.

Streaming: what is held is one line or part. A conversation a line may be a pair of a request and its response too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from acontext_cli.formats.chat import written
from acontext_cli.formats.pieces import Origin, Piece
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

_PAIR = ("request", "params", "response")
_OF_A_MESSAGE = {"role", "type", "lc"}


class Entry(NamedTuple):
    """A message, or something else that is said of its conversation."""

    conversation: str
    """Empty where the file holds one; else its number."""
    name: str
    """Of the list that the message stands in, of the member; empty for a message that stands by itself."""
    value: object


def entries(source: Source, lists: Sequence[str] = ("messages",)) -> Iterator[Entry]:
    """What a file holds, in its order. `lists`: the names under which messages lie."""
    count = 0
    may_hold = frozenset((*lists, *_PAIR))
    for name, value in _laid_out(source, lists):
        if name == "" and isinstance(value, dict) and may_hold.isdisjoint(value):
            yield Entry("", "", value)
        elif name == "" and (isinstance(value, list) or _is_conversation(value, lists)):
            count += 1
            yield from (Entry(str(count), *each) for each in _members(value, lists))
        elif name in _PAIR and isinstance(value, dict):
            yield from (Entry("", *each) for each in _members({name: value}, lists))
        else:
            yield Entry("", name, value)


def shown(sample: Sequence[Json], lists: Sequence[str] = ("messages",)) -> Iterator[Json]:
    """The messages that a source's sample shows, wherever they lie."""
    parts = [item for record in sample for item in record.items()] if all(len(each) == 1 for each in sample) else []
    if _is_message(parts, lists):
        yield _put_together(parts)
        return
    for record in sample:
        outer = record[""] if record.keys() == {""} else record
        inner = [value for name, value in _members(outer, lists) if name in (*lists, "")] or [outer]
        yield from (each for each in inner if isinstance(each, dict))


def led(items: Iterable[Origin | Piece]) -> Iterator[Origin | Piece]:
    """One conversation, an origin held back until a piece of it comes, and given again only where it says more."""
    known = given = None
    for item in items:
        if isinstance(item, Origin):
            known = item
            continue
        if known != given and known is not None:
            yield known
            given = known
        yield item
    if given is not None and known is not None and known != given:
        yield known


class Growing:
    """Requests one after another: where one holds all that the one before held, only the rest of it is new."""

    def __init__(self) -> None:
        self._origin = Origin()
        self._said: list[int] = []

    def rest(self, key: str, items: Sequence[Origin | Piece]) -> Iterator[Origin | Piece]:
        pieces = [item for item in items if isinstance(item, Piece)]
        marks = [(hash(_compared(each.body)), at) for at, each in enumerate(pieces, 1) if _counts(each.body)]
        before, said = len(self._said), [mark for mark, _ in marks]
        goes_on = before > 0 and said[:before] == self._said
        known = self._origin if goes_on else Origin(key=key)
        self._said = said
        self._origin = replace(known, model=known.model or _model(items))
        yield self._origin
        new = pieces[marks[before - 1][1] :] if goes_on else pieces
        yield from (piece._replace(key=known.key) for piece in new)


def _laid_out(source: Source, lists: Sequence[str]) -> Iterator[tuple[str, object]]:
    """Lines and elements of an outer array without a name, members of an outer object with theirs."""
    one = not source.is_lines and _is_message([item for part in source.sample for item in part.items()], lists)
    if source.is_lines or one:
        yield from (("", record) for record in source.records())
    else:
        yield from source.parts()


def _is_conversation(value: object, lists: Sequence[str]) -> bool:
    """Whether it holds a list of messages. The content of an item of the Responses API may be called `output` too."""
    if not isinstance(value, dict):
        return False
    held = {name for part in _pair(value) for name in lists if isinstance(part.get(name), list)}
    return "messages" in held or (bool(held) and not _OF_A_MESSAGE & value.keys())


def _members(value: object, lists: Sequence[str]) -> Iterator[tuple[str, object]]:
    """Its members, messages last; of a pair the request's and then the response's."""
    if isinstance(value, list):
        yield from (("", each) for each in value)
    for part in _pair(value) if isinstance(value, dict) else ():
        if part is not value and "role" in part:
            yield "response", part
            continue
        yield from ((name, each) for name, each in part.items() if name not in lists and name not in _PAIR)
        for name in lists:
            held = part.get(name)
            yield from ((name, each) for each in (held if isinstance(held, list) else [held] if held else []))


def _pair(record: Json) -> list[Json]:
    return [record, *(part for name in _PAIR if isinstance(part := record.get(name), dict))]


def _is_message(parts: Sequence[tuple[str, object]], lists: Sequence[str]) -> bool:
    """Whether the members of a document are those of a single message (JSON Lines of one line)."""
    names = {name for name, _ in parts}
    return bool(names & _OF_A_MESSAGE) and not names & {"messages", "", *(lists if "type" not in names else ())}


def _put_together(parts: Sequence[tuple[str, object]]) -> Json:
    """A message whose parts came one by one; which of them are lists shows where there are several."""
    found: dict[str, list[object]] = {}
    for name, value in parts:
        found.setdefault(name, []).append(value)
    return {name: each if len(each) > 1 or name == "content" else each[0] for name, each in found.items()}


def _model(items: Iterable[Origin | Piece]) -> str:
    return next((item.model for item in items if isinstance(item, Origin) and item.model), "")


def _counts(body: Json) -> bool:
    """Whether it comes again in the next request: thoughts are not always sent back."""
    return body.get("role") != "assistant" or bool(body.get("content") or body.get("tool_calls"))


def _compared(body: Json) -> str:
    return written({name: value for name, value in body.items() if name != "reasoning_content"})
