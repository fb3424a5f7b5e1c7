"""The offline engine: deterministic rules with a scope of five kinds of things, and silence about everything else.

It writes a digest of each finished task, what the user stated as a rule, commands and remedies that two sessions
show, and procedures whose outcome was told from outside or checked. It needs no key, no network and no clock.
"""

from collections.abc import Iterable, Iterator, Mapping

from acontext_cli.distillations import Distillation, Facts, Failure, Skip, Success
from acontext_cli.engines.engine import Finding, Placed, Proposed, Space
from acontext_cli.engines.rules import asked, wording, writing
from acontext_cli.engines.rules.entry import FORGET_AFTER_DAYS
from acontext_cli.engines.rules.habits import SESSIONS_NEEDED, Habit, passing_commands, remedies
from acontext_cli.engines.rules.procedures import Procedure
from acontext_cli.engines.rules.statements import Statement, statements
from acontext_cli.engines.rules.writing import FAILED
from acontext_cli.messages import Message
from acontext_cli.model import NOTHING
from acontext_cli.skills import one_line, plain_title
from acontext_cli.tasks import Known, Task
from acontext_cli.trace.steps import Trace, TraceBuilder

_MOST = 5
_MOST_SPOKEN = 200
_NOTHING_CHANGED = "nothing was changed, so there is no procedure"
_FOLLOWED = "it followed a skill that says this already, so it is no new evidence"
_NOT_CHECKED = "the result was neither checked after the last change nor told from outside"


class OfflineEngine:
    """Rules; see `engine.Engine` for the three judgements."""

    name = "offline"
    model = ""
    usage = NOTHING

    forget_after = FORGET_AFTER_DAYS
    """So many days a warning holds that nothing confirms; 0: as long as it stands."""

    def __init__(self, forget_after: int = FORGET_AFTER_DAYS) -> None:
        self.forget_after = forget_after

    def extract(self, messages: Iterable[Placed], number: int) -> Iterator[Task]:
        return asked.tasks(messages, number)

    def distill(self, task: Task, messages: Iterable[Message]) -> tuple[Finding, ...]:
        reason = _not_worth_reading(task)
        if reason:
            return (_skip(task, reason),)
        told, spoken = _read(messages)
        found = [*_stated(task, statements(spoken, told)), *_habits(task, told)][:_MOST]
        procedure, reason = _procedure(task, told)
        return (*found, *procedure) or (_skip(task, reason),)

    def learn(self, items: Iterable[Distillation], space: Space, names: Mapping[str, str]) -> Proposed:
        return writing.learn(items, space, names, self.forget_after)


def _read(messages: Iterable[Message]) -> tuple[Trace, list[Message]]:
    """The trace of a task and the first of the user's messages, in one go."""
    builder = TraceBuilder()
    spoken: list[Message] = []
    for message in messages:
        builder.add(message)
        if (message.is_human or "taken_back" in message.meta) and len(spoken) < _MOST_SPOKEN:
            spoken.append(message)
    return builder.build(), spoken


def _skip(task: Task, reason: str) -> Finding:
    return Finding(verdict=Skip(reason=reason), known=task.known)


def _stated(task: Task, found: Iterable[Statement]) -> Iterator[Finding]:
    for statement in found:
        known = Known(source="user", because="the user said so")
        yield Finding(verdict=_quote(task, statement), known=known, messages=(statement.message,))


def _quote(task: Task, statement: Statement) -> Facts:
    quote = one_line(statement.quote, 200)
    said = f"corrected the agent (asked: “{one_line(task.goal, 90)}”)" if statement.kind == "correction" else "said"
    return Facts(
        task_goal=task.goal,
        title=f"User: “{one_line(quote, 70)}”",
        facts=(f"The user {said}: “{quote}”",),
        about="user",
    )


def _habits(task: Task, told: Trace) -> Iterator[Finding]:
    for habit in (*passing_commands(told), *remedies(told)):
        known = Known(source="seen", because="a tool result shows it")
        yield Finding(verdict=_fact(task, habit), known=known, messages=habit.messages)


def _fact(task: Task, habit: Habit) -> Facts:
    return Facts(
        task_goal=task.goal,
        title=habit.title,
        facts=(habit.fact,),
        sessions_needed=SESSIONS_NEEDED,
        tools=(habit.tool,),
    )


def _not_worth_reading(task: Task) -> str | None:
    """Why a task teaches nothing, where what is known of it already says so."""
    if "statement" in task.signs or "test" in task.signs or "failure" in task.signs:
        return None
    return _no_procedure(task, changed="change" in task.signs)


def _no_procedure(task: Task, *, changed: bool) -> str | None:
    if not changed:
        return _NOTHING_CHANGED
    if task.status == "failed":
        return None if task.known and task.known.source != "claim" else FAILED
    source = task.known.source if task.known else "claim"
    return None if source in ("outside", "check") else _NOT_CHECKED


def _procedure(task: Task, told: Trace) -> tuple[tuple[Finding, ...], str]:
    """The procedure of a task if there is a safe one, and why there is none."""
    reason = _no_procedure(task, changed=bool(told.changes))
    if reason:
        return (), reason
    procedure = Procedure(told)
    refused = procedure.refused()
    if refused:
        return (), refused
    evidence = tuple(id for step in procedure.steps for id in (step.message, step.answer) if id)
    lesson = wording.lesson(procedure, task.goal)
    if any(plain_title(lesson.title) in text for text in told.recalled):
        return (), _FOLLOWED
    verdict = _failure(task, lesson) if task.status == "failed" else lesson
    return (Finding(verdict=verdict, known=task.known, messages=evidence),), ""


def _failure(task: Task, lesson: Success) -> Failure:
    """What turns an entry that this task taught into a warning; by itself it is not written."""
    return Failure(
        title=lesson.title,
        task_goal=task.goal,
        failure_point=task.known.because if task.known else "the task failed",
        flawed_reasoning=lesson.generalizable_pattern,
        what_should_have_been_done=lesson.otherwise,
        prevention_principle="Do not follow these steps as they stand.",
        applies_when=lesson.applies_when,
        tools=lesson.tools,
    )
