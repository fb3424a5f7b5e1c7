"""What a gate is: a small function from a proposal and its evidence to a verdict, or to none where it lets pass."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from acontext_cli.engines.engine import Proposal, Space
from acontext_cli.messages import Message
from acontext_cli.tasks import Known, Task
from acontext_cli.trace.steps import Trace, trace


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a lesson rests on."""

    known: Known | None
    messages: Callable[[], Iterable[Message]] = field(default=tuple)
    """Reads the task's messages anew."""
    others: Callable[[], Iterable[Message]] = field(default=tuple)
    """Reads the messages of the other tasks that are learned from in the same run: a skill is described for all."""
    task: Task | None = None
    """The task that teaches it."""
    space: Space | None = None
    """What stands in the space that it is to be written into."""

    @cached_property
    def trace(self) -> Trace:
        """The calls of the task, read once for all gates that look at them."""
        return trace(self.messages())


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a gate says against a proposal."""

    gate: str
    decision: Literal["refuse", "drop", "hold"]
    """`refuse`: a learner may mend it · `drop`: there is nothing to mend · `hold`: a person is to look at it."""
    reason: str


Gate = Callable[[Proposal, Evidence], Verdict | None]
