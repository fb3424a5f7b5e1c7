"""How far a model is believed about how something is known: only where the messages that it names can show it."""

import re
from collections.abc import Collection, Iterable, Sequence

from acontext_cli.engines.llm.reports import TaskReport
from acontext_cli.messages import Message
from acontext_cli.skills import one_line
from acontext_cli.tasks import Known, Source, Task
from acontext_cli.trace.quantities import words
from acontext_cli.trace.shell import is_shell
from acontext_cli.trace.steps import VERBS, Step, Trace
from acontext_cli.trace.witness import OF_A_SKILL, witnessed

ONLY_SAID = Known(source="claim", because="only the agent says so")
ONLY_ANSWERED = Known(source="claim", because="only the answer of the change itself says so")

_POLITE = re.compile(
    r"\b(?:thanks?|thank you|thx|ok(?:ay)?|great|perfect|good|nice|cool|awesome|bye|goodbye|cheers|so|very|much"
    r"|that'?s|is|all|for|your|the|help|have|a|day|you|too|no|that|will|be|it|everything|appreciate|yes|please)\b",
    re.IGNORECASE,
)


def known(
    report: TaskReport, messages: Sequence[Message], told: Trace, evidence: Collection[str], before: Task | None = None
) -> Known:
    """How the status of a reported task is known. `messages`: the task's; `evidence`: ids that the model names;
    `before`: the task as an earlier part showed it."""
    source = _source(report, messages, told, evidence, before)
    if source == "claim":
        return ONLY_ANSWERED if any(step.answer in evidence for step in told.changes) else ONLY_SAID
    because = one_line(report.because, 220).rstrip(". ")
    return Known(source=source, because=because or _plain(source))


def known_fact(messages: Iterable[Message], evidence: Collection[str]) -> Known:
    """How a fact is known: the user says it, or a result shows it."""
    named = [message for message in witnessed(messages) if message.id in evidence and message.text != OF_A_SKILL]
    if any(message.is_human for message in named):
        return Known(source="user", because="the user said so")
    if any(message.is_result for message in named):
        return Known(source="seen", because="a tool result shows it")
    return ONLY_SAID


def _source(
    report: TaskReport, messages: Sequence[Message], told: Trace, evidence: Collection[str], before: Task | None
) -> Source:
    said = [message for message in messages if message.is_human][0 if before else 1 :]  # behind the first request
    if report.known == "user" and any(_says_something(message) for message in said if message.id in evidence):
        return "user"
    changed = before is not None and "change" in before.signs
    if report.known in ("check", "seen", "user"):
        shown = [
            step for step in told.steps if step.answer in evidence and (not step.failed or report.status == "failed")
        ]
        if any(_looks_after_a_change(step, told, changed) for step in shown):
            return "check"
        untouched = not changed and not told.changes
        if any(step.kind != "change" or untouched for step in shown) and (untouched or report.status == "failed"):
            return "seen"
    return "claim"


def _says_something(message: Message) -> bool:
    """Thanks and goodbye are no confirmation."""
    return bool(re.search(r"\w", _POLITE.sub("", message.text)))


def _looks_after_a_change(step: Step, told: Trace, before: bool) -> bool:
    changed = before or any(change.number < step.number for change in told.changes)
    # Of a tool without a known verb in its name the model may know better whether it only looks.
    unknown = not is_shell(step.tool) and not VERBS & set(words(step.tool))
    return changed and (step.kind != "change" or unknown)


def _plain(source: Source) -> str:
    return {"user": "the user says so", "check": "a separate look afterwards shows it"}.get(
        source, "a tool result shows it"
    )
