"""Outcomes told from outside, applied to the tasks they were told about. The last told wins."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from acontext_cli.tasks import Outcome, Task

_END = 1 << 63


def latest(records: Iterable[Task]) -> Iterator[Task]:
    """The last record of each task. Only the newest task is ever written again, so one is held at a time."""
    held: Task | None = None
    for task in records:
        if held and task.number < held.number:
            continue
        if held and task.number > held.number:
            yield held
        held = task
    if held:
        yield held


def told(tasks: Iterable[Task], outcomes: tuple[Outcome, ...]) -> Iterator[Task]:
    """The tasks as they came out by what was told."""
    if not outcomes:
        yield from tasks
        return
    bound = _Bound(outcomes)
    held: Task | None = None
    for task in tasks:
        if held:
            yield bound.applied(held, task.start)
        held = task
    if held:
        yield bound.applied(held, _END)


class _Bound:
    """Which outcome is whose: of the task it names, else of the last task begun before it was told."""

    def __init__(self, outcomes: tuple[Outcome, ...]) -> None:
        self._outcomes = outcomes
        self._named = {outcome.task: place for place, outcome in enumerate(outcomes) if outcome.task is not None}
        self._placed = sorted((outcome.upto, place) for place, outcome in enumerate(outcomes) if outcome.task is None)

    def applied(self, task: Task, next_start: int) -> Task:
        low, high = bisect_right(self._placed, (task.start, _END)), bisect_right(self._placed, (next_start, _END))
        placed = max((place for _, place in self._placed[low:high]), default=-1)
        place = max(placed, self._named.get(task.number, -1))
        if place < 0:
            return task
        outcome = self._outcomes[place]
        if outcome.status == "failed" and _recovered(task, outcome):
            return task
        return replace(task, status=outcome.status, known=outcome.known)


def _recovered(task: Task, outcome: Outcome) -> bool:
    """Whether a task went on after it was told to have failed, and was then seen to succeed; a claim is not enough."""
    seen = task.known is not None and task.known.source in ("check", "user")
    return task.end > outcome.upto and task.status == "success" and seen
