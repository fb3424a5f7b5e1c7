"""Which tasks were distilled, and at which outcome: eight bytes a task, so that a long session fits."""

import json
from array import array
from collections.abc import Iterable

from acontext_cli.distillations import Distillation
from acontext_cli.tasks import Task, outcome_key

_BITS = (1 << 64) - 1
_MOST = 10_000_000


class Distilled:
    """Answers whether a task was distilled as it stands now. Its last distillation counts."""

    def __init__(self, items: Iterable[Distillation] = ()) -> None:
        self._marks = array("Q")
        for item in items:
            if item.last:
                self.add(item.task.number, item.task.outcome)

    def add(self, number: int, outcome: str) -> None:
        """Raises ValueError for a number that no task has."""
        if not 0 <= number <= _MOST:
            raise ValueError(f"no task has the number {number}")
        missing = number + 1 - len(self._marks)
        if missing > 0:
            self._marks.extend([0] * missing)
        self._marks[number] = _mark(outcome)

    def add_line(self, text: bytes) -> None:
        """Take note of a distillation by its line. Raises ValueError, KeyError or TypeError where it is none."""
        record = json.loads(text)
        task = record["task"]
        if record["last"]:
            known = task["known"]
            self.add(task["number"], outcome_key(task["status"], known["source"] if known else "", task["last"]))

    def has(self, number: int, outcome: str) -> bool:
        """Whether the task of this number was distilled at this outcome."""
        return number < len(self._marks) and self._marks[number] == _mark(outcome)

    def __contains__(self, task: Task) -> bool:
        return self.has(task.number, task.outcome)


def _mark(outcome: str) -> int:
    return hash(outcome) & _BITS or 1
