"""Runs of tests, linters and builds in a trace: which passed, as far as that was really seen.

An exit code behind a pipe, `|| true` or `;` is another command's. What was printed has to tell then, and where it does
not, nothing is known.
"""

import re
from collections.abc import Iterator

from acontext_cli.skills import one_line
from acontext_cli.trace.shell import Run, command_of, goes_on, is_shell, output, runs
from acontext_cli.trace.steps import Step, Trace

_FAILING = re.compile(
    r"^(?:FAILED|FAIL)\b|--- FAIL|\b[1-9]\d* (?:fail|failed|failing|failures?|errors?|issues?|problems?)\b|npm ERR!"
    r"|\bexited with code [1-9]|\bexit status [1-9]|\btask failed\b|\bBUILD FAILED\b",
    re.MULTILINE,
)
_TROUBLE = re.compile(
    r"^(?:ERROR\b|error\b[:\[ ]|panic:|fatal:|Traceback \(most recent)|^[\w./\\-]+\.\w+[:(]\d+(?:[:,]\d+)?\)?: ",
    re.MULTILINE,
)
"""What a compiler says, and also what a program under test may print."""
_NOT_STARTED = re.compile(
    r"\bcommand not found\b|\bun(?:recognized|known) (?:sub)?command\b|\bscript not found\b|\bmissing script\b"
    r"|\bno rule to make target\b|\bnot recognized as\b|No module named (?:pytest|mypy|ruff)|tool_use_error",
    re.IGNORECASE,
)
"""The tests were not run at all."""
_NONE_FAILED = re.compile(r"\b0 (?:fail|failed|failing|failures|errors)\b")
_PASSING = re.compile(
    r"\b[1-9]\d* (?:tests? )?(?:passed|passing|pass|ok)\b|^(?:ok|PASS)\b"
    r"|\b(?:0|no) (?:issues|errors|problems|warnings)\b"
    r"|\b[Aa]ll (?:checks|tests) passed\b|\btest result: ok\b|\bBUILD SUCCESS|\b[Bb]uild succeeded\b"
    r"|^Checked [1-9]\d* files?\b|\b[1-9]\d* files? (?:already formatted|would be left unchanged)\b",
    re.MULTILINE,
)
_ECHO = re.compile(r"^(?:\[[^\]\n]{1,40}\] )?[$>] .*$", re.MULTILINE)
"""A task runner prints the command that it starts."""
_LOUD = re.compile(r"(?<!\S)(?:-[vq]+|--verbose|--quiet|--silent|-count=1)(?!\S)")
_SHORT = 60


def passed(step: Step) -> bool | None:
    """Whether the tests of a step passed; None where that was not seen."""
    if _NOT_STARTED.search(step.result[:400]):
        return None
    if step.failed:
        return False
    if not is_shell(step.tool):
        return not (_FAILING.search(step.result) or _TROUBLE.search(step.result))
    return None if goes_on(step.result) else _read(step, runs(command_of(step.arguments)))


def _read(step: Step, found: tuple[Run, ...]) -> bool | None:
    decided, said = all(run.decides for run in found), output(step.result)
    if decided and step.told:
        return True
    well, trouble = _PASSING.search(said), _TROUBLE.search(said) and not _NONE_FAILED.search(said)
    if _FAILING.search(said) or (trouble and not well):
        return False
    shown = len(found) == 1 and found[0].shown and (well or not _ECHO.sub("", said).strip())
    return True if (decided or shown) and not trouble else None


def last_runs(trace: Trace) -> dict[str, Step]:
    """The last run of each test after the last change, by its name, where it was seen how it ended."""
    last = trace.changes[-1].number if trace.changes else 0
    after = (step for step in trace.steps if step.kind == "test" and step.number > last)
    return {run_name(step): step for step in after if last and passed(step) is not None}


def failed_before(trace: Trace, step: Step) -> Step | None:
    """The last failed run of the same test before the last change, or None."""
    name, last = _same(run_name(step)), trace.changes[-1].number
    old = (old for old in reversed(trace.steps) if old.kind != "look" and old.number < last)
    return next((old for old in old if _same(run_name(old)) == name and passed(old) is False), None)


def run_name(step: Step) -> str:
    """A test run in a few words: the tool, or the command."""
    found = list(_commands(step))
    return one_line(found[-1], _SHORT) if found else step.tool


def _commands(step: Step) -> Iterator[str]:
    return (run.command for run in (runs(command_of(step.arguments)) if is_shell(step.tool) else ()))


def _same(name: str) -> str:
    """What two runs of one test have in common."""
    return " ".join(_LOUD.sub("", name).split())
