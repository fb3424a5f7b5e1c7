"""Which messages bear witness: what was read out of a skill, and what a system prompt says, is no evidence."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from acontext_cli.messages import Message, ToolCall
from acontext_cli.trace.steps import RECALL_TOOLS

_SKILL_FILE = re.compile(r"[\\/]SKILL\.md\b")
OF_A_SKILL = "(text of a skill: left out, it is no evidence)"
OF_THE_SYSTEM = "(system prompt: left out, it is no evidence)"


def witnessed(messages: Iterable[Message], *, system: bool = False) -> Iterator[Message]:
    """The messages, with a note in place of every text that is no evidence; `system`: but for system prompts."""
    readings = _Readings()
    for message in messages:
        reading = readings.hold(message)
        if not system and message.role in ("system", "developer"):
            yield _without(message, OF_THE_SYSTEM)
        elif reading or "from_skill" in message.meta:
            yield _without(message, OF_A_SKILL)
        else:
            yield message


class _Readings:
    """Which results are of the reading of a skill. Ids may repeat: a result answers the oldest open call of its id."""

    def __init__(self) -> None:
        self._open: dict[str, deque[bool]] = {}
        self._read: set[str] = set()
        """Ids of which the call answered last was such a reading."""

    def hold(self, message: Message) -> bool:
        """Take note of a message's calls; whether it is such a result itself."""
        for call in message.calls:
            self._open.setdefault(call.id or call.name, deque()).append(_reads_a_skill(call))
        return message.is_result and self._answered(message.answers)

    def _answered(self, id: str) -> bool:
        if calls := self._open.get(id):
            (self._read.add if calls.popleft() else self._read.discard)(id)
        return id in self._read


def _reads_a_skill(call: ToolCall) -> bool:
    """Whether a call reads a skill: by the tools for it, whatever server they stand behind, or its file."""
    return call.name.rpartition("__")[2] in RECALL_TOOLS or bool(_SKILL_FILE.search(call.arguments))


def _without(message: Message, note: str) -> Message:
    return replace(message, body={**message.body, "content": note})
