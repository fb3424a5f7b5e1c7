"""A learner with a hasty one beside it: what that would write goes the same way, and the gates say what comes of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from acontext_cli.distillations import Distillation, Skip, Success
from acontext_cli.engines.engine import Engine, Finding, Placed, Proposed, Space
from acontext_cli.engines.rules.writing import Writer
from acontext_cli.gates.comparison import condition_of
from acontext_cli.learned import Learned
from acontext_cli.messages import Message
from acontext_cli.model import Usage
from acontext_cli.tasks import Task


class HastyEngine:
    """An engine whose first procedure is followed by another that somebody in a hurry would have written."""

    def __init__(self, engine: Engine, lesson: Success) -> None:
        self._engine = engine
        self._lesson = lesson
        self.name, self.model = engine.name, engine.model

    @property
    def usage(self) -> Usage:
        return self._engine.usage

    def extract(self, messages: Iterable[Placed], number: int) -> Iterator[Task]:
        return self._engine.extract(messages, number)

    def distill(self, task: Task, messages: Iterable[Message]) -> tuple[Finding, ...]:
        """What the task teaches, and what was concluded from it in a hurry."""
        found = self._engine.distill(task, messages)
        if any(isinstance(each.verdict, Skip) for each in found):
            return found
        careful = next((each for each in found if isinstance(each.verdict, Success)), found[0])
        return (*found, replace(careful, verdict=self._hasty(careful)))

    def _hasty(self, careful: Finding) -> Success:
        tools = careful.verdict.tools if isinstance(careful.verdict, Success) else ()
        return replace(self._lesson, tools=tools)

    def learn(self, items: Iterable[Distillation], space: Space, names: Mapping[str, str]) -> Proposed:
        items = tuple(items)
        yield from self._engine.learn([item for item in items if not self._is_hasty(item)], space, names)
        for item in filter(self._is_hasty, items):
            if isinstance(item.verdict, Success):
                yield from Writer(space).teach(item, item.verdict)

    def _is_hasty(self, item: Distillation) -> bool:
        return isinstance(item.verdict, Success) and item.verdict.title == self._lesson.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """What became of the lesson that a hasty learner would have written."""

    title: str
    condition: str
    """When it is said to apply."""
    decision: Literal["held", "refused", "written"]
    reason: str = ""
    instead: str = ""
    """What the entry that was written says of the same."""


def doubted(lesson: Success, learned: Learned, written: str) -> Doubted | None:
    """What became of a hasty lesson; None where nothing was learned. `written`: the entry that stands there now."""
    held, refused = dict(learned.held), dict(learned.refused)
    told = {"title": lesson.title, "condition": lesson.applies_when, "instead": condition_of(written)}
    if lesson.title in held:
        return Doubted(decision="held", reason=held[lesson.title], **told)
    if lesson.title in refused:
        return Doubted(decision="refused", reason=refused[lesson.title], **told)
    if any(entry.title == lesson.title for entry in learned.lessons):
        return Doubted(decision="written", **told)
    return None


def without(lesson: Success, learned: Learned) -> Learned:
    """What was learned, but for a hasty lesson."""
    return replace(learned, held=tuple(each for each in learned.held if each[0] != lesson.title))
