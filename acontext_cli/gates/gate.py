"""What a gate is: a small function from a proposal and its evidence to a verdict, or to none where it lets pass."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from acontext_cli.engines.engine import Proposal, Space
from acontext_cli.messages import Message
from acontext_cli.tasks import Known, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a lesson rests on."""

    known: Known | None
    messages: Callable[[], Iterable[Message]] = field(default=tuple)
    """Reads the task's messages anew."""
    task: Task | None = None
    """The task that teaches it."""
    space: Space | None = None
    """What stands in the space that it is to be written into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a gate says against a proposal."""

    gate: str
    decision: Literal["refuse", "hold"]
    reason: str


Gate = Callable[[Proposal, Evidence], Verdict | None]
