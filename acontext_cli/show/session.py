"""Sessions, their tasks and what was learned from them."""

from collections.abc import Iterable, Iterator

from acontext_cli.show.paint import Line, paint
from acontext_cli.show.text import one_line
from acontext_cli.tasks import Status, Task

_STYLES: dict[Status, str] = {
    "success": "bold green",
    "failed": "bold red",
    "running": "bold yellow",
    "pending": "bold",
}


def show_tasks(tasks: Iterable[Task]) -> None:
    paint(task_lines(tasks))


def task_lines(tasks: Iterable[Task], indent: str = "") -> Iterator[Line]:
    """`[success] goal`, and what was done and found underneath."""
    for task in tasks:
        yield _STYLES[task.status], f"{indent}[{task.status}] {one_line(task.goal)}"
        for line in task.progress:
            yield "", f"{indent}  > {one_line(line)}"
        if task.known:
            yield "dim", f"{indent}  known because: {one_line(task.known.because)} ({task.known.source})"
