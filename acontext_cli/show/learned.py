"""What a run found: verdicts, what was written, what was held or skipped, and why."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from acontext_cli.distillations import VERDICTS, Distillation, Failure, Skip, Success
from acontext_cli.learned import Written
from acontext_cli.model import Usage
from acontext_cli.pipeline import Learned
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.session import task_lines
from acontext_cli.show.text import counted, one_line, say, table, used, warn
from acontext_cli.tasks import Task

if TYPE_CHECKING:
    from acontext_cli.api.models import Judge

_MARKS = {"add": "+", "source": "=", "replace": "~", "warning": "!", "edit": "~"}
_LOG = "daily-logs"
_NAMES = {kind: name for name, kind in VERDICTS.items()}
_HELP = (
    "what would help: an outcome told (acontext session outcome SESSION success|failed), "
    "a separate check after the last change, or a model (acontext config)"
)
_REASONS = 6
"""So many reasons for learning nothing are told, the most frequent first."""


def as_distilled(item: Distillation) -> dict[str, object]:
    """A verdict for programs, under the name with which a model reports it."""
    return {**asdict(item), "verdict": {"verdict": _NAMES[type(item.verdict)], **asdict(item.verdict)}}


def show_distilled(items: Sequence[Distillation], stored: Iterable[Distillation] = ()) -> None:
    """What was said now; where there was nothing to say, what was said before."""
    if not items:
        say("nothing new: no finished task without a verdict")
    paint(line for item in items or stored for line in verdict_lines(item))


def verdict_lines(item: Distillation) -> list[Line]:
    lines: list[Line] = [
        ("bold", f"{_NAMES[type(item.verdict)]}  task {item.task.number}: {one_line(item.task.goal, 100)}")
    ]
    lines += [("", f"  {one_line(text)}") for text in _teaching(item)]
    if item.known:
        lines.append(("dim", f"  known because: {one_line(item.known.because)} ({item.known.source})"))
    return lines


def show_run(name: str, learned: Learned, tasks: Sequence[Task], *, taskless: str = "") -> None:
    """One session's run with the tasks that were new in it; of a dry run the diff too."""
    paint(learned_lines(name, learned, tasks))
    if taskless:
        say(f"  {taskless}")
    if learned.diff:
        say(learned.diff.rstrip("\n"))


def show_brief(name: str, learned: Learned) -> None:
    """One session among many: what was learned, held and refused; nothing where that is nothing."""
    lines = [_written(entry) for entry in learned.lessons] + _not_written(learned)
    if lines:
        paint([("bold", one_line(name)), *lines])
    if learned.diff:
        say(learned.diff.rstrip("\n"))


def learned_lines(name: str, learned: Learned, tasks: Sequence[Task]) -> list[Line]:
    lines: list[Line] = [("bold", one_line(name))]
    lines += task_lines(tasks, "  ")
    lines += [_written(entry) for entry in learned.written]
    lines += _not_written(learned)
    lines += [("dim", f"  task {number} skipped: {one_line(reason)}") for number, reason in learned.skipped]
    return lines


def _not_written(learned: Learned) -> list[Line]:
    """What was held and refused, each once however many tasks teach it."""
    held = dict.fromkeys(f"  held: {one_line(title)}: {one_line(reason)}" for title, reason in learned.held)
    refused = dict.fromkeys(f"  refused: {one_line(title)}: {one_line(reason)}" for title, reason in learned.refused)
    return [*(("yellow", line) for line in held), *(("red", line) for line in refused)]


def _written(entry: Written) -> Line:
    title = one_line(entry.title, 100)
    if entry.skill == _LOG:
        return "dim", f"  · noted in {entry.skill}/{entry.file}  {title}"
    if entry.action == "warning":
        return "yellow", f"  ! {entry.skill}/{entry.file}  {title}: a warning now"
    return "green", f"  {_MARKS.get(entry.action, '+')} {entry.skill}/{entry.file}  {title}"


def show_engine(judges: "Iterable[Judge]") -> None:
    """Which model judges, where one does; without one the result says so."""
    for model in dict.fromkeys(each.model for each in judges if each.engine == "llm"):
        say(f"engine: llm ({model})")


def show_usage(usage: Usage) -> None:
    """What a model was asked, where one was."""
    if usage.calls:
        say(f"{used(usage.calls, usage.tokens)} ({usage.prompt:,} read, {usage.completion:,} written)")


def show_question(session: str, body: bytes) -> None:
    """What would be sent, byte for byte, on standard output; about which session, beside it."""
    warn(f"# {one_line(session)}")
    sys.stdout.buffer.write(body + b"\n")
    sys.stdout.buffer.flush()


def show_questions(sizes: Sequence[int]) -> None:
    tokens = sum(-(-size // 4) for size in sizes)
    warn(f"# {counted(len(sizes), 'call')}, about {tokens:,} tokens to be read; nothing was sent")
    warn("# what is asked after an answer is not known before it")


def show_sum(
    runs: Sequence[Learned],
    *,
    dry_run: bool,
    failed: int = 0,
    stopped: bool = False,
    with_model: bool = False,
    asks: bool = True,
) -> None:
    """What all runs came to, and what would help where nothing was learned."""
    new = [run for run in runs if run.tasks or run.written or run.held or run.refused or run.skipped]
    if not new:
        if not failed and not stopped:
            say("nothing new to learn from")
        return
    lessons = [entry for run in new for entry in run.lessons]
    logged = sum(len(run.written) for run in new) - len(lessons)
    if logged:
        say(f"{counted(logged, 'finished task')} {'would be ' if dry_run else ''}noted in daily-logs")
    if not with_model:
        _show_skips(new)
    if not lessons and with_model:
        unwritten = failed or stopped or any(run.held or run.refused for run in new)
        if not unwritten:
            say(f"nothing to learn from {counted(len(new), 'session')}, which is the normal answer")
    elif not lessons:
        _show_nothing_safe(new)
    elif dry_run:
        say(f"{_did(lessons, 'would be ')}; without --dry-run they are")
    else:
        say(f"{_did(lessons)}: acontext skill list; acontext log shows each run")
    if asks and not dry_run:
        _show_held(new)


def _show_nothing_safe(runs: Sequence[Learned]) -> None:
    """What would help; where every session has something that waits, that is told."""
    if not all(run.held for run in runs):
        say(f"nothing safe to learn without a model from {counted(len(runs), 'session')}; {_HELP}")


def _show_held(runs: Sequence[Learned]) -> None:
    """How many lessons wait for a person now."""
    if held := sum(len(run.held) for run in runs):
        say(f"{counted(held, 'lesson')} held: acontext review")


def _show_skips(runs: Sequence[Learned]) -> None:
    """What only a model could judge of several sessions, by reason."""
    reasons = Counter(reason for run in runs for _, reason in run.skipped)
    if len(runs) == 1 or not reasons:
        return
    judged = counted(reasons.total(), "finished task")
    say(f"{judged} of {len(runs):,} sessions taught nothing that is safe to learn without a model:")
    table((f"  {count:,}", one_line(reason)) for reason, count in reasons.most_common(_REASONS))
    say("a model would read these too, what was done and why: acontext config says how to name one")


def _did(lessons: Sequence[Written], would: str = "") -> str:
    """`2 entries written, 1 updated`."""
    added = sum(entry.action == "add" for entry in lessons)
    updated = len(lessons) - added
    if not added:
        return f"{counted(updated, 'entry', 'entries')} {would}updated"
    return f"{counted(added, 'entry', 'entries')} {would}written" + (f", {updated} updated" if updated else "")


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
