"""Cuts a part of a transcript at the messages with which the reported tasks begin; every message belongs to one."""

import re
from collections.abc import Sequence
from dataclasses import replace

from acontext_cli.engines.engine import Placed
from acontext_cli.engines.llm.belief import known
from acontext_cli.engines.llm.reports import TaskReport
from acontext_cli.engines.llm.shown import Shown
from acontext_cli.engines.rules.statements import may_state
from acontext_cli.engines.signs import signs
from acontext_cli.gates.told import Told, repeats
from acontext_cli.injection import harmless, own_words
from acontext_cli.messages import Message
from acontext_cli.skills import one_line
from acontext_cli.tasks import FINISHED, Task
from acontext_cli.trace.steps import trace
from acontext_cli.trace.witness import OF_A_SKILL, witnessed

WISH = "the user wants: "
"""How a line of progress begins that tells what the user wants in general."""
_GOAL, _LINE, _MOST_LINES = 200, 300, 8


class Parting:
    """A part, the task that was running when it began, and the number of the next new task."""

    def __init__(self, part: Sequence[Placed], seen: Shown, held: Task | None, number: int) -> None:
        self._part = part
        self._seen = seen
        self._held = held
        self._number = held.number + 1 if held else number

    def tasks(self, reports: Sequence[TaskReport]) -> list[tuple[Task, int]]:
        """Each task with the number that the model gave it."""
        reports = sorted(reports, key=lambda report: (not self._goes_on(report), report.first, report.last))
        starts = [self._start(reports[0]), *(report.first for report in reports[1:])]
        made = self._before(starts[0])
        for report, start, end in zip(reports, starts, [*starts[1:], len(self._part) + 1], strict=True):
            if end > start:
                made.append((self._task(report, start, end - 1), report.number))
        return made

    def _goes_on(self, report: TaskReport) -> bool:
        return self._held is not None and report.number == self._held.number

    def _start(self, report: TaskReport) -> int:
        """Where the first of the tasks begins: what a person said before it is its, too."""
        if self._held:
            return 1 if self._goes_on(report) else report.first
        asked = next(number for number, placed in enumerate(self._part, 1) if placed[0].is_human)
        return min(report.first, asked)

    def _before(self, start: int) -> list[tuple[Task, int]]:
        """The running task with what stands before the first that is reported, where that is a new one."""
        if not self._held or start == 1:
            return []
        message, _, end = self._part[start - 2]
        return [(replace(self._held, last=message.id, end=end, at=message.at or self._held.at), self._held.number)]

    def _task(self, report: TaskReport, first: int, last: int) -> Task:
        messages = [message for message, _, _ in self._part[first - 1 : last]]
        told, report = trace(messages), _own(report, messages)
        evidence = {self._seen.id(number) for number in report.evidence if first <= number <= last}
        evidence -= {message.id for message in witnessed(messages) if message.text == OF_A_SKILL}
        before = self._held if self._goes_on(report) else None
        stated = any(may_state(message.text) for message in messages if message.is_human)
        task = Task(
            number=self._number,
            goal=one_line(report.goal, _GOAL),
            status=report.status,
            progress=_lines(report, messages),
            known=known(report, messages, told, evidence, before) if report.status in FINISHED else None,
            signs=tuple(signs(told, stated=stated)),
            first=messages[0].id,
            last=messages[-1].id,
            start=self._part[first - 1][1],
            end=self._part[last - 1][2],
            at=next((message.at for message in reversed(messages) if message.at), ""),
        )
        if before:
            return _joined(before, task)
        self._number += 1
        return task


def quiet_task(part: Sequence[Placed], number: int) -> Task:
    """The task of a part in which nothing happened; it is not finished, so nothing is asked about it."""
    first = next(placed for placed in part if placed[0].is_human)
    message, _, end = part[-1]
    return Task(
        number=number,
        goal=one_line(first[0].text, _GOAL) or "(nothing asked)",
        status="pending",
        first=first[0].id,
        last=message.id,
        start=first[1],
        end=end,
        at=message.at,
    )


def _joined(held: Task, more: Task) -> Task:
    """A task with what a later part adds to it."""
    lines = dict.fromkeys((*held.progress, *more.progress))
    return replace(
        more,
        number=held.number,
        goal=held.goal,
        progress=tuple(lines)[-2 * _MOST_LINES :],
        signs=tuple(dict.fromkeys((*held.signs, *more.signs))),
        first=held.first,
        start=held.start,
        at=more.at or held.at,
    )


def _lines(report: TaskReport, messages: Sequence[Message]) -> tuple[str, ...]:
    """What was done, and what the user wants in general: it is carried along with the task."""
    # In backticks a command looks as if the transcript held it; nothing here was held against that.
    told = (line.replace("`", "") for line in report.progress if line.strip())
    done = [one_line(line, _LINE) for line in told][:_MOST_LINES]
    wishes = [wish for wish in report.preferences if _is_said(wish, messages)][:_MOST_LINES]
    return (*done, *(f"{WISH}{one_line(wish, _LINE)}" for wish in wishes))


def _own(report: TaskReport, messages: Sequence[Message]) -> TaskReport:
    """A report without what a tool told the agent: it is no record of what was asked and done."""
    told = Told.of(messages)
    own = (said for message in messages if message.is_human and (said := own_words(message.text).strip()))
    return replace(
        report,
        goal=report.goal if not _is_told(report.goal, told) else next(own, "(nothing asked)"),
        progress=tuple(line for line in report.progress if harmless(line) and not _is_told(line, told)),
        because="" if _is_told(report.because, told) else report.because,
    )


def _is_told(line: str, told: Told) -> bool:
    return repeats([line], told) is not None


def _is_said(wish: str, messages: Sequence[Message]) -> bool:
    """Whether the user's words hold most of what they are said to want."""
    told = " ".join(own_words(message.text) for message in messages if message.is_human)
    said = set(re.findall(r"\w+", told.lower()))
    words = re.findall(r"\w+", wish.lower())
    return bool(words) and sum(word in said for word in words) >= 0.7 * len(words)
