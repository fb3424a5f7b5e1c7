"""How far a model is believed about how something is known: only where the messages that it names can show it."""

import re
from collections.abc import Collection, Iterable, Sequence

from acontext_cli.engines.llm.reports import TaskReport
from acontext_cli.engines.rules.said import outcome_said
from acontext_cli.messages import Message
from acontext_cli.skills import one_line
from acontext_cli.tasks import Known, Source, Task
from acontext_cli.trace.excerpt import render
from acontext_cli.trace.quantities import words
from acontext_cli.trace.shell import command_of, is_shell
from acontext_cli.trace.steps import VERBS, Step, Trace
from acontext_cli.trace.witness import OF_A_SKILL, witnessed

ONLY_SAID = Known(source="claim", because="only the agent says so")
ONLY_ANSWERED = Known(source="claim", because="only the answer of the change itself says so")

_HANDED = re.compile(
    r"cd [^|&<>$]+|git (?:-C \S+ )?(?:add|commit|push|tag|status|log|diff)\b[^|&<>$]*|gh pr create\b[^|&<>$]*"
)
_QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_OF_RESULTS = re.compile(
    r"\b(?:work|fix|solv|resolv|green|pass|succe|done|gone|fail|broke|error|wrong|same|crash|bug|correct"
    r"|perfect|right|still|again)",
    re.IGNORECASE,
)
_COMMON = frozenset(
    str.split("user wants want with that this from have been when which their there always never also only")
)
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


def known_fact(facts: Iterable[str], messages: Iterable[Message], evidence: Collection[str]) -> Known:
    """How a fact is known: the user says it, or a result shows it. The messages that are named must be of the same."""
    named = [message for message in witnessed(messages) if message.id in evidence and message.text != OF_A_SKILL]
    if not _is_of(facts, "\n".join(map(render, named))):
        return ONLY_SAID
    if any(message.is_human for message in named):
        return Known(source="user", because="the user said so")
    if any(message.is_result for message in named):
        return Known(source="seen", because="a tool result shows it")
    return ONLY_SAID


def _source(
    report: TaskReport, messages: Sequence[Message], told: Trace, evidence: Collection[str], before: Task | None
) -> Source:
    said = [message for message in messages if message.is_human][0 if before else 1 :]  # behind the first request
    if report.known == "user" and any(_says_how(message, report) for message in said if message.id in evidence):
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


def _says_how(message: Message, report: TaskReport) -> bool:
    """Whether a message may say how it came out. Thanks, goodbye and a question do not, nor does the opposite."""
    text, said = message.text, outcome_said(message.text)
    if said:
        return said == report.status
    if not re.search(r"\w", _POLITE.sub("", text)) or text.rstrip().endswith("?"):
        return False
    return bool(_OF_RESULTS.search(text)) or not text.isascii()  # of other languages the model knows more


def _is_of(facts: Iterable[str], text: str) -> bool:
    """Whether a text is what facts were taken from: it holds a third of their telling words. Of other writing systems,
    where words are not told apart so, nobody can say."""
    words = {word for fact in facts for word in re.findall(r"\w{4,}|\d+", fact.lower())} - _COMMON
    held = set(re.findall(r"\w{4,}|\d+", text.lower()))
    stems = {word[:5] for word in held}
    return not words or not _is_latin(text) or 3 * sum(word[:5] in stems for word in words) >= len(words)


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter < "\u0250" for letter in letters) >= len(letters) / 2


def _looks_after_a_change(step: Step, told: Trace, before: bool) -> bool:
    lasting = [change.number for change in told.changes if change is not step and not _hands_over(change)]
    changed = step.number > lasting[-1] if lasting else before
    # Of a tool without a known verb in its name the model may know better whether it only looks.
    unknown = not is_shell(step.tool) and not VERBS & set(words(step.tool))
    return changed and (step.kind != "change" or unknown)


def _hands_over(step: Step) -> bool:
    """Whether a change only passes on what was done: committing it changes nothing about it."""
    bare = _QUOTED.sub("quoted", command_of(step.arguments)) if is_shell(step.tool) else ""
    return bool(bare) and all(map(_HANDED.fullmatch, re.split(r"\s*(?:&&|;|\n)\s*", bare.strip())))


def _plain(source: Source) -> str:
    return {"user": "the user says so", "check": "a separate look afterwards shows it"}.get(
        source, "a tool result shows it"
    )
