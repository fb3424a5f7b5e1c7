"""Which tasks were distilled, and at which outcome: eight bytes a task, so that a long session fits."""

from array import array
from collections.abc import Iterable

from acontext_cli.distillations import Distillation
from acontext_cli.tasks import Task

_BITS = (1 << 64) - 1


class Distilled:
    """Answers whether a task was distilled as it stands now. Its last distillation counts."""

    def __init__(self, items: Iterable[Distillation] = ()) -> None:
        self._marks = array("Q")
        for item in items:
            if item.last:
                self.add(item.task)

    def add(self, task: Task) -> None:
        missing = task.number + 1 - len(self._marks)
        if missing > 0:
            self._marks.extend([0] * missing)
        self._marks[task.number] = _mark(task.outcome)

    def has(self, number: int, outcome: str) -> bool:
        """Whether the task of this number was distilled at this outcome."""
        return number < len(self._marks) and self._marks[number] == _mark(outcome)

    def __contains__(self, task: Task) -> bool:
        return self.has(task.number, task.outcome)


def _mark(outcome: str) -> int:
    return hash(outcome) & _BITS or 1
