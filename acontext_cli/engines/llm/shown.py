"""A part of a transcript as a model is shown it: numbered messages, cut to a size, and fenced: it is data."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from acontext_cli.engines.engine import Placed
from acontext_cli.engines.llm.fence import fenced
from acontext_cli.messages import Message
from acontext_cli.trace.excerpt import CHARACTERS_PER_TOKEN, excerpt, render
from acontext_cli.trace.witness import witnessed

_REMINDER = re.compile(r"<system-reminder>(?:(?!<system-reminder>).)*?</system-reminder>", re.DOTALL)
"""What a client puts into results for its agent, the same again and again."""
_MOST_OF_SYSTEM = 12_000
"""So many characters of what the agent was told beforehand are shown."""
_HEADING = 30
"""So many characters number and name a message."""
_EXCERPTED = 4
"""A part may be so many times larger than what is shown of it: an excerpt still holds what matters then."""
_HELD = 40
"""Of a task head and tail are read up to so many times what is shown."""
_SPEAKERS = ("system", "developer", "user", "assistant")
_END = re.compile(r"<(\s*/\s*transcript)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Messages as text. A message is called by its number, from 1 on."""

    text: str
    messages: Sequence[Message]
    cut: bool
    """Whether something was left out of a message."""

    def id(self, number: int) -> str:
        """The id of a message; empty where there is none of this number."""
        return self.messages[number - 1].id if 1 <= number <= len(self.messages) else ""


def shown(messages: Sequence[Message], budget: int) -> Shown:
    """As much of the messages as so many tokens hold."""
    told = [_numbered(number, message) for number, message in enumerate(witnessed(messages, system=True), 1)]
    room = budget - len(told) * _HEADING // CHARACTERS_PER_TOKEN
    texts = dict(excerpt(told, max(room, 1)))
    whole = sum(len(render(message)) for message in told)
    blocks = (
        f"[{message.id}] {_speaker(message)}: {_safe(texts[message.id])}" for message in told if message.id in texts
    )
    return Shown(
        text=fenced("transcript", "\n".join(blocks)),
        messages=messages,
        cut=sum(map(len, texts.values())) < whole,
    )


def date_line(date: str, messages: Sequence[Message]) -> str:
    """The day of a conversation in words; empty where nobody knows it."""
    day = date or next((message.at[:10] for message in reversed(messages) if message.at), "")
    return f"The conversation took place on {day}." if day else ""


def parts(messages: Iterable[Placed], budget: int) -> Iterator[list[Placed]]:
    """A transcript in parts that can each be shown within so many tokens. A call and its results stay together."""
    part: list[Placed] = []
    size, room = 0, budget * CHARACTERS_PER_TOKEN
    for placed in messages:
        length = min(len(render(placed[0])), room) + _HEADING
        full = size + length > room * _EXCERPTED or (len(part) + 1) * 3 * _HEADING > room
        if part and full and not placed[0].is_result:
            yield part
            part, size = [], 0
        part.append(placed)
        size += length
    if part:
        yield part


def within(messages: Iterable[Message], budget: int) -> list[Message]:
    """The messages of a task; of one that is far larger than can be shown the first and the last of them."""
    room = budget * CHARACTERS_PER_TOKEN * _HELD
    most = max(4, budget * CHARACTERS_PER_TOKEN // (2 * _HEADING))
    head: list[Message] = []
    tail: deque[Message] = deque()
    size = held = 0
    for message in messages:
        length = len(render(message))
        if size < room // 4 and len(head) < most // 4:
            head.append(message)
            size += length
            continue
        tail.append(message)
        held += length
        while tail and (held > room or len(tail) > most):
            held -= len(render(tail.popleft()))
    return list(chain(head, tail))


def _numbered(number: int, message: Message) -> Message:
    """A message under its number, without what says nothing of the work."""
    body = message.body
    if message.is_result or not message.is_human:
        body = {**body, "content": _REMINDER.sub("", message.text).strip() or ("" if message.calls else "(nothing)")}
    if message.role in ("system", "developer"):
        body = {**body, "content": message.text[:_MOST_OF_SYSTEM]}
    return Message(body, str(number), message.at, message.meta)


def _speaker(message: Message) -> str:
    if message.is_result:
        return "result"
    if message.role == "user" and not message.is_human:
        return "harness"
    if message.role in ("system", "developer"):
        return "system (what the agent knew beforehand)"
    return message.role if message.role in _SPEAKERS else "other"


_FORGED = re.compile(r"^\[(\d+)\](?= (?:system|user|assistant|result|harness|other)\b)", re.MULTILINE)
"""A line within a message that looks like the head of another."""


def _safe(text: str) -> str:
    """What was said can neither end the transcript nor begin another message of it."""
    return _FORGED.sub(r"[said: \1]", _END.sub(r"<\\\1", text))
