"""What a finished task teaches (a procedure, facts, an anti-pattern), or why it teaches nothing.

The verdicts and their fields carry the names under which a model reports them.
"""

from dataclasses import dataclass
from typing import Literal

from acontext_cli.tasks import Known, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """A procedure that is known to have worked."""

    title: str
    """The entry's heading."""
    task_goal: str
    approach: str
    """What was done, in a sentence."""
    key_decisions: tuple[str, ...] = ()
    generalizable_pattern: str
    """The principle behind it."""
    applies_when: str
    """The symptom, in the words of the transcript."""
    does_not_apply: str = ""
    """What looks alike and is something else."""
    steps: tuple[str, ...] = ()
    """The look that tells causes apart first; roles and derivations, not constants."""
    verify: str = ""
    otherwise: str = ""
    """What to do when the steps do not fit."""
    sessions_needed: int = 1
    """In how many distinct sessions it must have worked before it is written."""
    tools: tuple[str, ...] = ()
    """Names of the tools used, changes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Things that hold beyond this task."""

    task_goal: str
    facts: tuple[str, ...]
    """Third person or quoted, each understandable alone."""
    about: Literal["user", "environment"] = "environment"
    title: str = ""
    sessions_needed: int = 1
    """In how many distinct sessions it must have been seen before it is written."""
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A warning: what went wrong and how to see it earlier."""

    title: str
    task_goal: str
    failure_point: str
    flawed_reasoning: str
    what_should_have_been_done: str
    prevention_principle: str
    applies_when: str
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Nothing worth keeping, and why."""

    reason: str


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
