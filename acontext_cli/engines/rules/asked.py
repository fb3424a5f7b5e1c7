"""Folds a transcript into tasks, one message at a time, in memory that does not grow with the transcript."""

import re
from collections.abc import Iterable, Iterator

from acontext_cli.engines.engine import Placed
from acontext_cli.engines.rules.outcomes import Check, check, judged
from acontext_cli.engines.rules.statements import may_state
from acontext_cli.engines.rules.turns import asks_anew, awaits_answer, without_greetings
from acontext_cli.messages import Message
from acontext_cli.skills import one_line
from acontext_cli.tasks import Known, Sign, Status, Task
from acontext_cli.trace.links import Symptom
from acontext_cli.trace.steps import Step, Trace, TraceBuilder, values

GOAL = 160
"""A goal is at most this many characters."""
_LINES = 6
_LINE = 160
_MACHINE = re.compile(
    r"<(?:system-reminder|local-command|command-name|command-message|environment_context|task-notification)|Caveat:"
)


def tasks(messages: Iterable[Placed], number: int) -> Iterator[Task]:
    """The tasks of a transcript, the first of them with this number; each as soon as the next one begins."""
    running: _Running | None = None
    for message, start, end in messages:
        if message.role == "user":
            if running is None or running.is_followed_by(message):
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
        if message.role == "user":
            self._heard(message.text)
        elif message.role == "assistant":
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


def progress(told: Trace, found: Check | None) -> Iterator[str]:
    """What was done and found, a line each: the symptom as first seen, the changes, what the check showed."""
    seen = _symptom_line(told)
    changes = [f"{called(step)}{_echo(step)}" for step in told.changes]
    looks = sum(step.kind == "look" for step in told.steps)
    if seen:
        yield one_line(seen, _LINE)
    if looks and (not seen or looks > 1):
        yield f"{looks} looks, {_tools(told)}"
    for line in changes[: _LINES - 3]:
        yield one_line(line, _LINE)
    if len(changes) > _LINES - 3:
        yield f"… and {len(changes) - _LINES + 3} more changes"
    if found:
        yield one_line(found.because, _LINE)


def called(step: Step) -> str:
    """A call as a person writes it: `check_logs(api-gateway)`."""
    return f"{step.tool}({one_line(', '.join(values(step.arguments)), 90)})"


def _echo(step: Step) -> str:
    first = step.result.strip().partition("\n")[0]
    return f" → {first}" if first and len(first) < 100 else ""


def _tools(told: Trace) -> str:
    counted: dict[str, int] = {}
    for step in told.steps:
        if step.kind == "look":
            counted[step.tool] = counted.get(step.tool, 0) + 1
    return ", ".join(f"{tool} ×{count}" if count > 1 else tool for tool, count in list(counted.items())[:4])


def _symptom_line(told: Trace) -> str:
    """The first line of a look that carries what the request complains of."""
    lines = [(step, line) for step in told.steps if step.kind != "change" for line in _readable(step.result)]
    if not lines:
        return ""
    symptom = Symptom(told.request[:4000])
    return next((f"{called(step)}: {line.strip()}" for step, line in lines if symptom.on(line)), "")


def _readable(result: str) -> list[str]:
    """The first lines of a result that are no JSON and not too long to show."""
    lines = result[:20_000].splitlines()[:60]
    return [line for line in lines if 3 < len(line) < 300 and line.lstrip()[:1] not in ("{", "[", '"')]
