"""What an import took in, and the place that it takes it to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from acontext_cli.formats import Origin
from acontext_cli.importing.seen import Seen
from acontext_cli.messages import Message
from acontext_cli.session import Session


@dataclass(slots=True)
class Taken:
    """What came of one file, or of several."""

    sessions: dict[str, int] = field(default_factory=dict)
    """New messages by session id."""
    made: set[str] = field(default_factory=set)
    """Ids of the sessions that are new."""
    secrets: dict[str, int] = field(default_factory=dict)
    """What was cut out, by kind."""
    touched: set[str] = field(default_factory=set)
    """Ids of the sessions that hold what the file holds, new or not."""
    known: int = 0
    """Records that were there already."""
    human: int = 0
    calls: int = 0
    results: int = 0
    failed: int = 0
    """Of the new messages: what people said, calls, results, results of calls that failed."""

    @property
    def messages(self) -> int:
        return sum(self.sessions.values())

    def count(self, message: Message) -> None:
        if message.is_result:
            self.results += 1
            self.failed += bool(message.meta.get("is_error"))
        elif message.is_human:
            self.human += 1
        else:
            calls = message.body.get("tool_calls") or ()
            self.calls += len(calls) if isinstance(calls, list) else 0
            self.calls += isinstance(message.body.get("function_call"), dict)  # the older form, one at a time


class Shelf(Protocol):
    """Where sessions are put: the workspace that a file belongs to."""

    def session(self, id: str, origin: Origin, first: Message, said: str) -> tuple[Session, bool]:
        """The session of this id, and whether it had to be made; `said`: what a person says first in it."""

    def record(self, session: Session, messages: list[Message]) -> Mapping[str, int]:
        """Record messages; what was cut out of them, by kind."""

    def describe(self, session: Session, origin: Origin) -> None:
        """Note what became known of its origin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What the conversations of one file have in common."""

    seen: Seen
    shelf: Shelf
    format: str
    time: str
    """When what has no time was said: when the file was written last."""
    project: str = ""
    """The folder of those conversations that do not tell theirs."""
    scope: str = ""
    """Where conversations without an id are known again by what is said in them: the format and the space."""
    copies: bool = False
    """Whether the format's forks hold records with the ids that they have elsewhere."""
    taken: Taken = field(default_factory=Taken)
