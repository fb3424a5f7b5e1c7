"""What a finished task teaches (a procedure, facts, an anti-pattern), or why it teaches nothing.

The verdicts and their fields carry the names under which a model reports them.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from acontext_cli.tasks import Known, Task

_STRICT = {"use_attribute_docstrings": True, "extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """A procedure that is known to have worked."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    title: str
    """The problem and its cause, up to ten words."""
    task_goal: str = ""
    """What was asked for."""
    approach: str = ""
    """What was done, in a sentence."""
    key_decisions: tuple[str, ...] = ()
    """Where another way would have led astray, and what told."""
    generalizable_pattern: str
    """The principle behind it."""
    applies_when: str
    """The symptom, in the words of the transcript."""
    does_not_apply: str = ""
    """What looks alike and is something else."""
    steps: tuple[str, ...] = ()
    """The look that tells causes apart first; roles and derivations, not constants."""
    verify: str = ""
    """The look that shows that it worked, and what it must show."""
    otherwise: str = ""
    """What to do when the steps do not fit."""
    sessions_needed: int = 1
    """In how many distinct sessions it must have worked before it is written."""
    tools: tuple[str, ...] = ()
    """Names of the tools used, changes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Things that hold beyond this task."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    task_goal: str = ""
    """What was asked for."""
    facts: tuple[str, ...]
    """Third person or quoted, each understandable alone."""
    about: Literal["user", "environment"] = "environment"
    """Whether they are about the user and the people they know, or about everything else."""
    title: str = ""
    """What they are about, up to ten words."""
    sessions_needed: int = 1
    """In how many distinct sessions it must have been seen before it is written."""
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A warning: what went wrong and how to see it earlier."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    title: str
    """What goes wrong, up to ten words."""
    task_goal: str = ""
    """What was asked for."""
    failure_point: str
    """What failed, as the transcript shows it."""
    flawed_reasoning: str = ""
    """What was believed that did not hold, if the transcript shows it."""
    what_should_have_been_done: str = ""
    """What to do instead."""
    prevention_principle: str
    """What to look at first next time."""
    applies_when: str
    """The situation in which this threatens, in the words of the transcript."""
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Nothing worth keeping, and why."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    reason: str
    """One sentence."""


Lesson = Success | Facts | Failure

VERDICTS: dict[str, type[Lesson] | type[Skip]] = {
    "skip_learning": Skip,
    "report_success_analysis": Success,
    "report_factual_content": Facts,
    "report_failure_analysis": Failure,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Distillation:
    """One verdict on one task at one outcome. A task may have several, a skip stands alone."""

    id: str
    """Stable: from session, task, outcome and place."""
    session: str
    task: Task
    """As it was when it was distilled."""
    verdict: Lesson | Skip
    known: Known | None
    messages: tuple[str, ...] = ()
    """Ids of the messages that are its evidence."""
    date: str
    """What its entry is dated with, YYYY-MM-DD."""
    last: bool = True
    """Whether it is the last verdict on its task; only then the task counts as distilled."""
