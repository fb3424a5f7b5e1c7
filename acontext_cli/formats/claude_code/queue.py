"""What a person typed while Claude Code worked.

Most of it comes again as a record soon after it left the queue. The rest is told from here: nothing else holds it.
"""

import re
from collections.abc import Iterator
from math import inf
from typing import NamedTuple
from zlib import crc32

from acontext_cli.formats.claude_code.blocks import word
from acontext_cli.formats.claude_code.said import LEFT_OUT, Said, said
from acontext_cli.messages import Json, flatten

_MOST = 1000
_PATIENCE = 10
"""How many records after it left the queue a text may still come."""
_POPPED = 1e9
_SLASH = re.compile(r"/[\w:.-]+(?:\s|\Z)")


class Queued(NamedTuple):
    """A text with its time and session."""

    text: str
    at: str
    session: str

    @property
    def uid(self) -> str:
        """As good as an id: the record has none."""
        return f"queued {self.at} {crc32(self.text.encode('utf-8', 'surrogatepass')):08x}" if self.at else ""

    def said(self) -> Iterator[Said]:
        if _SLASH.match(self.text):
            yield Said(self.text, "command")
        elif self.text.startswith('{"task_id":'):
            yield Said("task-notification", LEFT_OUT)
        else:
            yield from said(self.text)


class Queue:
    """Tell it what comes as records; ask it after every record what is overdue."""

    def __init__(self) -> None:
        self._held: list[tuple[Queued, float]] = []
        self._records = 0
        self._ahead = 0
        """How many came before the queue told that they left it."""

    def __bool__(self) -> bool:
        return bool(self._held)

    def operate(self, record: Json) -> str:
        """Follow a `queue-operation`. Says in words what is wrong with one that is not understood."""
        operation, text = record.get("operation"), flatten(record.get("content")).strip()
        if operation == "enqueue":
            if not text or len(self._held) >= _MOST:
                return "queued texts that are none" if not text else f"queued texts beyond {_MOST}"
            self._held.append((Queued(text, word(record.get("timestamp")), word(record.get("sessionId"))), inf))
        elif operation == "popAll":  # back into the input line: it comes again if the person sends it
            self._held = [(queued, min(until, _POPPED)) for queued, until in self._held]
        elif operation in ("dequeue", "remove"):
            self._leaves(text)
        else:
            return "unknown queue operations"
        return ""

    def _leaves(self, text: str) -> None:
        """The text is out, or where it is not told the one that waits longest."""
        waiting = [place for place, (_, until) in enumerate(self._held) if until == inf]
        if text:
            waiting = [place for place in waiting if self._held[place][0].text == text]
        if self._ahead and (not text or not waiting):
            self._ahead -= 1
        elif waiting:
            self._held[waiting[0]] = (self._held[waiting[0]][0], self._records + _PATIENCE)

    def came(self, text: str) -> None:
        """This text came as a record. It may be several queued ones, a line or more each."""
        if not self._held:
            return
        lines, held = f"\n{text.removeprefix('! ').strip()}\n", self._held
        self._held = []
        for queued, until in held:
            if (line := f"\n{queued.text}\n") in lines:
                lines = lines.replace(line, "\n\n", 1)
                self._ahead += until == inf
            else:
                self._held.append((queued, 0 if until == _POPPED else until))

    def overdue(self) -> list[Queued]:
        """What did not come; to be asked after every record as long as something is held."""
        self._records += 1
        due = [queued for queued, until in self._held if until < self._records]
        self._held = [entry for entry in self._held if entry[1] >= self._records]
        return due

    def rest(self) -> list[Queued]:
        """What is left at the end."""
        return [queued for queued, _ in self._held]
