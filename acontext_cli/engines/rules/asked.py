"""Folds a transcript into tasks, one message at a time, in memory that does not grow with the transcript."""

import re
from collections.abc import Iterable, Iterator

from acontext_cli.engines.engine import Placed
from acontext_cli.engines.rules.outcomes import Check, besides, check, judged
from acontext_cli.engines.rules.progress import progress
from acontext_cli.engines.rules.statements import may_state
from acontext_cli.engines.rules.turns import asked, asks_anew, awaits_answer
from acontext_cli.engines.signs import signs
from acontext_cli.injection.own_words import unblocked
from acontext_cli.messages import Message
from acontext_cli.skills import one_line
from acontext_cli.tasks import Known, Status, Task
from acontext_cli.trace.steps import Trace, TraceBuilder

GOAL = 160
"""A goal is at most this many characters."""
_COMMAND_HELD = 50
"""So many messages may stand between a command and the agent's answer to it."""
_OF_THE_CLIENT = re.compile(
    r"[/!]?(?:add-dir|agents|approvals|bug|clear|compact|config|context|copy|cost|debug|diff|doctor|exit|export|fast|feedback"
    r"|help|hooks|ide|keybindings|login|logout|mcp|memory|mention|model|new|output-style|permissions|plugins?|privacy-settings"
    r"|quit|release-notes|reload-plugins|rename|resume|rewind|sandbox|skills|stats|status|statusline|tasks|terminal-setup"
    r"|theme|undo|upgrade|usage|vim)\b|!|<"
)
"""Commands that an agent's program carries out itself."""
_MACHINE = re.compile(
    r"<(?:system-reminder|local-command|command-name|command-message|environment_context|task-notification)|Caveat:"
)


def tasks(messages: Iterable[Placed], number: int) -> Iterator[Task]:
    """The tasks of a transcript, the first of them with this number; each as soon as the next one begins."""
    running: _Running | None = None
    for (message, start, end), asks in _asking(messages):
        if message.meta and running is not None and running.is_taken_back(message):
            running = None
        if asks and (running is None or running.is_followed_by(message)):
            if running is not None:
                yield running.task()
                number += 1
            running = _Running(number, message, start)
        if running is not None:
            running.add(message, end, asks=asks)
    if running is not None:
        yield running.task()


def _asking(messages: Iterable[Placed]) -> Iterator[tuple[Placed, bool]]:
    """Each message, and whether a person asks for something with it: with a command, where the agent answers it."""
    held: list[Placed] = []
    for placed in messages:
        message, role = placed[0], placed[0].body["role"]
        if not held and not message.meta:
            yield placed, role == "user"
            continue
        if held and (role != "user" or message.is_human or _is_command(message) or len(held) > _COMMAND_HELD):
            yield held[0], role == "assistant" and not any(other.meta.get("kind") == "notice" for other, _, _ in held)
            yield from ((other, False) for other in held[1:])
            held = []
        if held or _is_command(message):
            held.append(placed)
        else:
            yield placed, message.is_human
    yield from ((other, False) for other in held)


def _is_command(message: Message) -> bool:
    return message.meta.get("kind") == "command" and not _OF_THE_CLIENT.match(message.text)


class _Running:
    """The task that the messages read so far belong to."""

    def __init__(self, number: int, first: Message, start: int) -> None:
        self._number, self._first, self._start = number, first.id, start
        self._last, self._end, self._at = first.id, start, first.at
        self._goal = ""
        self._user = self._agent = self._spoke_last = ""
        self._answered = self._acted = self._stated = False
        self._turns = 0
        self._builder = TraceBuilder()

    def is_followed_by(self, message: Message) -> bool:
        """Whether a user's message starts another task."""
        if not self._answered or "taken_back" in message.meta:
            return False
        text = message.text
        return not message.is_human or (not _MACHINE.match(text) and asks_anew(text, self._agent))

    def is_taken_back(self, message: Message) -> bool:
        """Whether a person went back behind all that was asked here, and goes on from there with this message."""
        back = message.meta.get("taken_back")
        return isinstance(back, int) and back >= self._turns

    def add(self, message: Message, end: int, *, asks: bool) -> None:
        self._builder.add(message)
        self._last, self._end, self._at = message.id, end, message.at or self._at
        if asks:
            self._turns += 1
            self._heard(message.text)
        elif message.body["role"] == "assistant":
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
            signs=tuple(signs(told, stated=self._stated)),
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
        said = asked(unblocked(self._user) or self._user) if self._acted or not self._goal else ""
        self._goal = self._goal or one_line(said, GOAL)
        self._acted = self._acted and not said

    def _replied(self, message: Message) -> None:
        self._spoke_last = "assistant"
        calls, text = bool(message.calls), message.text
        self._acted = True
        self._answered = bool(text.strip()) and not calls
        if text.strip():
            self._agent = text[-4000:]

    def _outcome(self, told: Trace, found: Check | None) -> tuple[Status, Known | None]:
        if not self._agent and not told.steps:
            return "pending", None
        if not self._answered or (not self._goal and not told.steps):
            return "running", None
        last = self._spoke_last == "user"
        ran = besides(told) if not found else ""
        status, known = judged(found, self._user, self._agent, user_spoke_last=last, besides=ran)
        if known.source == "user":
            return status, known
        if not self._acted or (self._spoke_last == "assistant" and awaits_answer(self._agent)):
            return ("running", None) if known.source == "claim" and not ran else (status, known)
        return status, known
