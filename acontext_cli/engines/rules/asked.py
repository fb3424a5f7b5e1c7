"""Folds a transcript into tasks, one message at a time, in memory that does not grow with the transcript."""

import re
from collections.abc import Iterable, Iterator

from acontext_cli.engines.engine import Placed
from acontext_cli.engines.rules.outcomes import Check, check, judged
from acontext_cli.engines.rules.progress import progress
from acontext_cli.engines.rules.statements import may_state
from acontext_cli.engines.rules.turns import asks_anew, awaits_answer, without_greetings
from acontext_cli.messages import Message
from acontext_cli.skills import one_line
from acontext_cli.tasks import Known, Sign, Status, Task
from acontext_cli.trace.steps import Trace, TraceBuilder

GOAL = 160
"""A goal is at most this many characters."""
_MACHINE = re.compile(
    r"<(?:system-reminder|local-command|command-name|command-message|environment_context|task-notification)|Caveat:"
)


def tasks(messages: Iterable[Placed], number: int) -> Iterator[Task]:
    """The tasks of a transcript, the first of them with this number; each as soon as the next one begins."""
    running: _Running | None = None
    for message, start, end in messages:
        if message.role == "user" and (running is None or running.is_followed_by(message)):
            if running is not None:
                yield running.task()
                number += 1
            running = _Running(number, message, start)
        if running is not None:
            running.add(message, end)
    if running is not None:
        yield running.task()


class _Running:
    """The task that the messages read so far belong to."""

    def __init__(self, number: int, first: Message, start: int) -> None:
        self._number, self._first, self._start = number, first.id, start
        self._last, self._end, self._at = first.id, start, first.at
        self._goal = ""
        self._user = self._agent = self._spoke_last = ""
        self._answered = self._acted = self._stated = False
        self._builder = TraceBuilder()

    def is_followed_by(self, message: Message) -> bool:
        """Whether a user's message starts another task."""
        text = message.text
        return self._answered and not _MACHINE.match(text) and asks_anew(text, self._agent)

    def add(self, message: Message, end: int) -> None:
        self._builder.add(message)
        self._last, self._end, self._at = message.id, end, message.at or self._at
        role = message.body["role"]
        if role == "user":
            self._heard(message.text)
        elif role == "assistant":
            self._replied(message)

    def task(self) -> Task:
        told = self._builder.build()
        found = check(told)
        status, known = self._outcome(told, found)
        return Task(
            number=self._number,
            goal=self._goal or "(nothing asked)",
            status=status,
            progress=tuple(progress(told, found)),
            signs=tuple(self._signs(told)),
            known=known,
            first=self._first,
            last=self._last,
            start=self._start,
            end=self._end,
            at=self._at,
        )

    def _heard(self, text: str) -> None:
        self._spoke_last = "user"
        if _MACHINE.match(text):
            return
        self._user = text[:4000]
        self._stated = self._stated or may_state(text)
        said = without_greetings(self._user) if self._acted or not self._goal else ""
        self._goal = self._goal or one_line(said, GOAL)
        self._acted = self._acted and not said

    def _replied(self, message: Message) -> None:
        self._spoke_last = "assistant"
        calls, text = bool(message.calls), message.text
        self._acted = True
        self._answered = bool(text.strip()) and not calls
        if text.strip():
            self._agent = text[-4000:]

    def _signs(self, told: Trace) -> Iterator[Sign]:
        if told.changes:
            yield "change"
        if any(step.kind == "test" for step in told.steps):
            yield "test"
        if any(step.failed for step in told.steps):
            yield "failure"
        if self._stated:
            yield "statement"

    def _outcome(self, told: Trace, found: Check | None) -> tuple[Status, Known | None]:
        if not self._agent and not told.steps:
            return "pending", None
        if not self._answered:
            return "running", None
        status, known = judged(found, self._user, self._agent, user_spoke_last=self._spoke_last == "user")
        if known.source == "user":
            return status, known
        if not self._acted or (self._spoke_last == "assistant" and awaits_answer(self._agent)):
            return ("running", None) if known.source == "claim" else (status, known)
        return status, known
