"""A transcript turn by turn: what somebody said, its calls, each with its result where there is one."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from acontext_cli.messages import Message, ToolCall

_MOST_BETWEEN = 1000
# What steers a terminal or breaks a line, and halves of surrogate pairs, which UTF-8 cannot say.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_PLAIN = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(slots=True)
class Turn:
    """A message that is no result, or a result whose call is missing."""

    message: Message
    calls: dict[str, ToolCall] = field(default_factory=dict)
    """By ids that are unique within the transcript."""
    results: dict[str, Message] = field(default_factory=dict)
    """By the id of the call they answer."""
    ends: bool = False
    """Whether the transcript ends here, its calls waiting for their results."""

    @property
    def kept(self) -> dict[str, ToolCall]:
        """The calls that may stand as such."""
        return self.calls if self.ends else {id: call for id, call in self.calls.items() if id in self.results}

    @property
    def text(self) -> str:
        """Its words, the calls that never had a result among them."""
        said = [f"[result without its call] {self.message.text}" if self.message.is_result else self.message.text]
        lost = [call for id, call in self.calls.items() if id not in self.kept]
        return "\n".join(filter(None, [*said, *(f"[called {call.name} {call.arguments}: no result]" for call in lost)]))

    def answer(self, result: Message) -> bool:
        """Take a result of one of its calls. A result of the older form names the function, not the call."""
        waiting = [(id, call) for id, call in self.calls.items() if id not in self.results]
        for id, call in waiting:
            if result.answers in (call.id, call.name if not call.id else call.id):
                self.results[id] = result
                return True
        return False


def turns(messages: Iterable[Message]) -> Iterator[Turn]:
    """Each turn once no more results of it can come: the agent went on, or the transcript has ended."""
    ids = _Ids()
    turn: Turn | None = None
    between: list[Turn] = []
    for message in messages:
        if message.is_result and turn and turn.answer(message):
            continue
        waits = turn is not None and len(turn.results) < len(turn.calls)
        if turn and not (waits and message.role != "assistant" and len(between) < _MOST_BETWEEN):
            yield from (turn, *between)
            turn, between = None, []
        if turn:
            between.append(Turn(message))
        else:
            turn = Turn(message, {ids.unique(call.id): call for call in message.calls})
    if turn:
        yield replace(turn, ends=not turn.results and not between)
        yield from between


def encoded(value: object) -> str:
    """JSON on one line that is safe to print."""
    return _UNSAFE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(value, ensure_ascii=False))


def plain(name: str) -> str:
    """The name of a tool as both APIs take it."""
    return _NOT_PLAIN.sub("_", name)[:64] or "unknown"


class _Ids:
    """Ids of calls: servers repeat them or leave them out, and not every sign is taken by every API."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def unique(self, id: str) -> str:
        wanted = found = _NOT_PLAIN.sub("_", id) or "call_1"
        while found in self._seen:
            self._seen[wanted] += 1
            stem = "call" if not id else wanted
            found = f"{stem}_{self._seen[wanted]}"
        self._seen[found] = 1
        return found
