"""What in a task might be worth a closer look, from its trace."""

from collections.abc import Iterator

from acontext_cli.tasks import Sign
from acontext_cli.trace.steps import Trace


def signs(told: Trace, *, stated: bool) -> Iterator[Sign]:
    """`stated`: whether the user stated a rule or correction."""
    if told.changes:
        yield "change"
    if any(step.kind == "test" for step in told.steps):
        yield "test"
    if any(step.failed for step in told.steps):
        yield "failure"
    if stated:
        yield "statement"
