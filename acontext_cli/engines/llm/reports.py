"""What a model reports: a task, and one of the four verdicts on it. Nothing of it is believed before it is checked."""

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import ClassVar, Literal, cast

from acontext_cli.distillations import Facts, Failure, Lesson, Skip, Success
from acontext_cli.engines.llm.tools import Tool, Toolbox
from acontext_cli.skills import plain_title
from acontext_cli.tasks import Status

_STRICT = {"use_attribute_docstrings": True, "extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReport:
    """One thing the user asked for."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    number: int
    """The task's number: a new one has the next free number, an earlier one that goes on keeps its own."""
    first: int
    """Number of the message with which it begins in this transcript."""
    last: int
    """Number of the last message that belongs to it."""
    goal: str
    """What was asked, one line."""
    progress: tuple[str, ...] = ()
    """What was found and done, two to six lines."""
    status: Status
    """How it came out."""
    known: Literal["user", "check", "seen", "claim"] = "claim"
    """How success or failure is known."""
    evidence: tuple[int, ...] = ()
    """Numbers of the messages that show the status."""
    because: str = ""
    """What they show, one sentence of at most 20 words."""
    preferences: tuple[str, ...] = ()
    """What the user said about how they want things done in general, quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessReport(Success):
    """A procedure with where it is seen."""

    task: int = 0
    """Number of the task."""
    evidence: tuple[int, ...] = ()
    """Numbers of the messages that the lesson rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsReport(Facts):
    """Facts with where they are seen."""

    task: int = 0
    """Number of the task."""
    evidence: tuple[int, ...] = ()
    """Numbers of the messages that say or show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReport(Failure):
    """A warning with where it is seen."""

    task: int = 0
    """Number of the task."""
    evidence: tuple[int, ...] = ()
    """Numbers of the messages that the lesson rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipReport(Skip):
    """Nothing to learn."""

    task: int = 0
    """Number of the task."""
    evidence: tuple[int, ...] = ()


Report = SuccessReport | FactsReport | FailureReport | SkipReport

_BASES: dict[type[Report], type[Lesson] | type[Skip]] = {
    SuccessReport: Success,
    FactsReport: Facts,
    FailureReport: Failure,
    SkipReport: Skip,
}
_OURS = ("sessions_needed", "tools")
"""Fields that the program fills in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTask:
    """Nothing asked for."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    reason: str
    """One sentence."""


NO_TASK = Tool("no_task", NoTask, "Nobody asks for anything in the whole transcript: greetings, small talk.")
TASK = Tool(
    "report_task",
    TaskReport,
    "Report one task: one thing the user asked for, and how it came out.",
    wanted=("progress", "known", "evidence", "because"),
)


def verdicts(*, of_many: bool) -> tuple[Tool[Report], ...]:
    """The four reports; `of_many`: each says which task it is about."""
    left = _OURS if of_many else (*_OURS, "task")
    wanted = ("task", "evidence") if of_many else ("evidence",)
    made = (
        Tool("skip_learning", SkipReport, "The task teaches nothing; the normal answer.", (*left, "evidence"), wanted),
        Tool(
            "report_success_analysis",
            SuccessReport,
            "A procedure that is known to have worked.",
            left,
            ("steps", *wanted),
        ),
        Tool("report_factual_content", FactsReport, "Facts that hold beyond this task.", left, wanted),
        Tool(
            "report_failure_analysis",
            FailureReport,
            "A warning: what went wrong, and how to see it earlier.",
            left,
            wanted,
        ),
    )
    return cast("tuple[Tool[Report], ...]", made)


@cache  # the schemas are made once
def toolbox(*, extract: bool, distill: bool) -> Toolbox:
    return Toolbox([*([TASK, NO_TASK] if extract else ()), *(verdicts(of_many=extract) if distill else ())])


def verdict_of(report: Report) -> Lesson | Skip:
    """The report as the verdict that is kept."""
    base = _BASES[type(report)]
    verdict = base(**{field.name: getattr(report, field.name) for field in fields(base)})
    if isinstance(verdict, Facts) and not verdict.title.strip():
        return replace(verdict, title=plain_title(verdict.facts[0]))
    return verdict


def empty_field(report: Report) -> str:
    """The name of a field that must say something and does not; empty where all is said."""
    if isinstance(report, SkipReport):
        return "" if report.reason.strip() else "reason"
    if isinstance(report, FactsReport):
        return "" if any(fact.strip() for fact in report.facts) else "facts"
    if isinstance(report, SuccessReport) and not report.steps:
        return "steps"
    needed = (
        ("title", "generalizable_pattern", "applies_when")
        if isinstance(report, SuccessReport)
        else ("title", "failure_point", "prevention_principle")
    )
    return next((name for name in needed if not str(getattr(report, name)).strip()), "")


def same(report: Report, other: Report) -> bool:
    """Whether one is sent in place of the other: of the same kind, and under the same title."""
    return type(report) is type(other) and _called(report) == _called(other)


def _called(report: Report) -> object:
    """Its title; facts without one are told apart by what they say."""
    return getattr(report, "title", "") or getattr(report, "facts", ())
