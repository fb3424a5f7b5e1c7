"""One thing the user asked for, how it came out, and how that is known."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["pending", "running", "success", "failed"]
Source = Literal["outside", "check", "user", "seen", "claim"]

Sign = Literal["change", "test", "failure", "statement"]
"""A change that succeeded, a test or build that ran, a call that failed, a rule or correction that the user stated."""

FINISHED: tuple[Status, ...] = ("success", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How something is known."""

    source: Source
    """`outside`: a checker, CI or `session outcome` · `check`: a separate look after the last change · `user`: the
    user states the result, or the rule itself · `seen`: a tool result shows it · `claim`: only the agent says so."""
    because: str
    """One plain sentence without a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing the user asked. A later record of the same number replaces the earlier one."""

    number: int
    """1-based, in the order asked."""
    goal: str
    """What was asked, one line."""
    status: Status
    progress: tuple[str, ...] = ()
    """What was done and found, a line each."""
    known: Known | None = None
    """How the status is known; None while the task is not finished."""
    signs: tuple[Sign, ...] = ()
    """What in it might be worth a closer look; empty where nothing but words was exchanged."""
    first: str
    """Id of its first message."""
    last: str
    """Id of its last message."""
    start: int
    """Byte offset of its first line in messages.jsonl."""
    end: int
    """Byte offset behind its last line in messages.jsonl."""
    at: str
    """Time of its last message, ISO 8601."""

    @property
    def finished(self) -> bool:
        return self.status in FINISHED

    @property
    def outcome(self) -> str:
        """What a distillation of this task is keyed by: it is done again when this has changed."""
        return outcome_key(self.status, self.known.source if self.known else "", self.last)


def outcome_key(status: str, source: str, last: str) -> str:
    """An outcome in a word: status, how it is known, id of the last message."""
    return f"{status}:{source}:{last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was told from outside about a task."""

    status: Literal["success", "failed"]
    reason: str = ""
    task: int | None = None
    """The task's number; None: the task that was the last one when this was told."""
    upto: int = 0
    """Size of messages.jsonl when it was told."""
    at: str = ""

    @property
    def known(self) -> Known:
        word = "it succeeded" if self.status == "success" else "it failed"
        return Known(source="outside", because=f"told from outside: {self.reason or word}")
