"""What a run found: verdicts, what was written, what was held or skipped, and why."""

from collections.abc import Sequence
from dataclasses import asdict

from acontext_cli.distillations import VERDICTS, Distillation, Failure, Skip, Success
from acontext_cli.pipeline import Learned
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.session import task_lines
from acontext_cli.show.text import counted, one_line, say
from acontext_cli.tasks import Task

_MARKS = {"add": "+", "source": "=", "replace": "~", "warning": "!"}
_NAMES = {kind: name for name, kind in VERDICTS.items()}
_HELP = (
    "what would help: an outcome told (acontext session outcome SESSION success|failed), "
    "a separate check after the last change, or a configured model"
)


def as_distilled(item: Distillation) -> dict[str, object]:
    """A verdict for programs, under the name with which a model reports it."""
    return {**asdict(item), "verdict": {"verdict": _NAMES[type(item.verdict)], **asdict(item.verdict)}}


def show_distilled(items: Sequence[Distillation]) -> None:
    if not items:
        say("nothing new: no finished task without a verdict")
    paint(line for item in items for line in verdict_lines(item))


def verdict_lines(item: Distillation) -> list[Line]:
    lines: list[Line] = [
        ("bold", f"{_NAMES[type(item.verdict)]}  task {item.task.number}: {one_line(item.task.goal, 100)}")
    ]
    lines += [("", f"  {one_line(text)}") for text in _teaching(item)]
    if item.known:
        lines.append(("dim", f"  known because: {one_line(item.known.because)} ({item.known.source})"))
    return lines


def show_run(name: str, learned: Learned, tasks: Sequence[Task]) -> None:
    """One session's run with the tasks that were new in it; of a dry run the diff too."""
    paint(learned_lines(name, learned, tasks))
    if learned.diff:
        say(learned.diff.rstrip("\n"))


def learned_lines(name: str, learned: Learned, tasks: Sequence[Task]) -> list[Line]:
    lines: list[Line] = [("bold", one_line(name))]
    lines += task_lines(tasks, "  ")
    for entry in learned.written:
        lines.append(
            ("green", f"  {_MARKS.get(entry.action, '+')} {entry.skill}/{entry.file}  {one_line(entry.title, 100)}")
        )
    lines += [("yellow", f"  held: {one_line(title)}: {one_line(reason)}") for title, reason in learned.held]
    lines += [("red", f"  refused: {one_line(title)}: {one_line(reason)}") for title, reason in learned.refused]
    lines += [("dim", f"  task {number} skipped: {one_line(reason)}") for number, reason in learned.skipped]
    lines += [("dim", f"  {one_line(note)}") for note in learned.notes]
    return lines


def show_sum(runs: Sequence[Learned], *, dry_run: bool) -> None:
    """What all runs came to, and what would help where nothing was learned."""
    if not runs:
        say("nothing new to learn from")
        return
    lessons = sum(len(run.lessons) for run in runs)
    logged = sum(len(run.written) for run in runs) - lessons
    if logged:
        say(f"{counted(logged, 'finished task')} {'would be ' if dry_run else ''}noted in daily-logs")
    if not lessons:
        say(f"nothing safe to learn without a model from {counted(len(runs), 'session')}; {_HELP}")
    elif dry_run:
        say(f"{counted(lessons, 'entry', 'entries')} would be written; without --dry-run they are")
    else:
        say(f"{counted(lessons, 'entry', 'entries')} written: acontext skill list; acontext log shows each run")


def has_news(learned: Learned) -> bool:
    """Whether more came of it than a digest."""
    return bool(learned.lessons or learned.held or learned.refused or learned.notes or learned.diff)


def _teaching(item: Distillation) -> list[str]:
    verdict = item.verdict
    if isinstance(verdict, Skip):
        return [verdict.reason]
    if isinstance(verdict, Success):
        return [
            verdict.title,
            verdict.generalizable_pattern,
            *(f"{n}. {step}" for n, step in enumerate(verdict.steps, 1)),
        ]
    if isinstance(verdict, Failure):
        return [verdict.title, verdict.failure_point, verdict.prevention_principle]
    return list(verdict.facts)
