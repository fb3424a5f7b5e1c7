"""Distillation: what a finished task teaches, by the verdicts that came with its extraction or by a call of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from acontext_cli.distillations import Facts, Skip
from acontext_cli.engines.engine import Finding
from acontext_cli.engines.llm.asking import Asked, Asking
from acontext_cli.engines.llm.belief import ONLY_SAID, known_fact
from acontext_cli.engines.llm.context import Context
from acontext_cli.engines.llm.fence import fenced
from acontext_cli.engines.llm.foreseen import Foreseen, Given, fits, ids
from acontext_cli.engines.llm.reports import Report, SkipReport, empty_field, same, toolbox, verdict_of
from acontext_cli.engines.llm.shown import date_line, shown, within
from acontext_cli.messages import Message
from acontext_cli.models.kept import KeptModel
from acontext_cli.skills import tokens
from acontext_cli.tasks import Task
from acontext_cli.trace.steps import trace

_TURNS = 3
_MOST = 8
_MOST_TOOLS = 12


class Distilling:
    """The verdicts on the tasks of a session."""

    def __init__(self, model: KeptModel, context: Context, foreseen: Foreseen) -> None:
        self._model = model
        self._context = context
        self._foreseen = foreseen
        self._system = context.distill_prompt("this finished task")
        self._tools = toolbox(extract=False, distill=True)

    def findings(self, task: Task, messages: Iterable[Message]) -> tuple[Finding, ...]:
        given = self._foreseen.of(task)
        read = list(messages) if given else within(messages, self._room(task))
        given = given or self._asked(task, read)
        lessons = [each for each in given if not isinstance(each[0], SkipReport)][:_MOST]
        tools = tuple(dict.fromkeys(step.tool for step in trace(read).steps)) if lessons else ()
        return tuple(_finding(task, each, read, tools) for each in lessons or given[:1])

    def _asked(self, task: Task, messages: Sequence[Message]) -> Sequence[Given]:
        seen = shown(messages, self._room(task))
        day = date_line(self._context.date, messages)
        text = f"{fenced('task', _told(task))}\n{day}\n\n{seen.text}"
        asking = Asking(self._model, Asked(system=self._system, text=text, tools=self._tools, turns=_TURNS))
        found: list[Given] = []
        for call, report in asking:
            if not isinstance(report, Report):
                continue  # the tools make nothing else
            if problem := _problem(report, task):
                asking.refuse(call, problem)
                continue
            found = [*(each for each in found if not same(each[0], report)), (report, ids(report, seen))]
            if asking.ends:
                return found
            asking.answer(call, "Recorded.")
        if not found:
            raise asking.failed(f"gave no verdict on task {task.number}")
        return found

    def _room(self, task: Task) -> int:
        """So many tokens are left for the transcript."""
        fixed = tokens(self._system) + self._tools.tokens + tokens(_told(task))
        return max(500, self._context.input_tokens - fixed - 1000)


def _problem(report: Report, task: Task) -> str:
    if missing := empty_field(report):
        return f"{missing} is empty"
    return "" if fits(report, task) else "the task failed, so there is no procedure that is known to have worked"


def _told(task: Task) -> str:
    how = f" ({task.known.because})" if task.known else ""
    lines = "".join(f"\n- {line}" for line in task.progress)
    return f"The task: {task.goal}\nHow it came out: {task.status}{how}{lines}"


def _finding(task: Task, given: Given, messages: Sequence[Message], tools: tuple[str, ...]) -> Finding:
    report, known_ids = given[0], {message.id for message in messages}
    evidence = tuple(id for id in given[1] if id in known_ids)
    verdict = verdict_of(report)
    if isinstance(verdict, Skip):
        return Finding(verdict=verdict, known=task.known)
    known = known_fact(verdict.facts, messages, evidence) if isinstance(verdict, Facts) else task.known or ONLY_SAID
    return Finding(verdict=replace(verdict, tools=tools[:_MOST_TOOLS]), known=known, messages=evidence)
