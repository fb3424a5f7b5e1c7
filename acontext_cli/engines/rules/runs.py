"""Runs of tests, linters and builds in a trace: which is the last, and whether one failed behind a pipe."""

import re

from acontext_cli.trace.shell import command_of, is_shell, is_test, parts
from acontext_cli.trace.steps import Step, Trace

_FAILING = re.compile(r"^(?:FAILED|FAIL\b|ERROR\b)|\b[1-9]\d* (?:failed|failing|errors?)\b|npm ERR!", re.MULTILINE)


def failing(step: Step) -> bool:
    """Whether a test run failed, also where a pipe has hidden its exit code."""
    return step.failed or bool(_FAILING.search(step.result))


def last_run(trace: Trace) -> Step | None:
    """The last test run after the last change, or None."""
    last = trace.changes[-1].number if trace.changes else 0
    after = [step for step in trace.steps if step.kind == "test" and step.number > last]
    return after[-1] if after and last else None


def failed_before(trace: Trace, step: Step) -> Step | None:
    """The last failed run of the same test before the last change, or None."""
    name, last = run_name(step), trace.changes[-1].number
    runs = (old for old in reversed(trace.steps) if old.kind == "test" and old.number < last and old.failed)
    return next((old for old in runs if run_name(old) == name), None)


def run_name(step: Step) -> str:
    """A test run in a few words: the tool, or how its command begins."""
    if not is_shell(step.tool):
        return step.tool
    tests = [part for part in parts(command_of(step.arguments)) if is_test(part)]
    return " ".join(tests[-1].split()[:3]) if tests else step.tool
