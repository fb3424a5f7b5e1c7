"""What was done and found in a task, in a few lines: the symptom as first seen, the changes, what the check showed."""

from collections import Counter
from collections.abc import Iterator

from acontext_cli.engines.rules.outcomes import Check
from acontext_cli.skills import one_line
from acontext_cli.trace.links import Symptom
from acontext_cli.trace.steps import Step, Trace, values

_CHANGES = 3
_LOOKED_AT = 8_000
"""The symptom is looked for in so many characters of each result."""
_LINE = 160


def progress(told: Trace, found: Check | None) -> Iterator[str]:
    """The lines of a task, in the order in which things happened."""
    if told.cut:
        yield f"the first {told.cut} calls lie too far back to be linked"
    seen = _symptom_line(told)
    looks = sum(step.kind == "look" for step in told.steps)
    if seen:
        yield one_line(seen, _LINE)
    if looks and (not seen or looks > 1):
        yield f"{looks} looks, {_tools(told)}"
    yield from _changes(told)
    if found:
        yield one_line(found.because, _LINE)


def _changes(told: Trace) -> Iterator[str]:
    for step in told.changes[:_CHANGES]:
        yield one_line(f"{_called(step)}{_echo(step)}", _LINE)
    if len(told.changes) > _CHANGES:
        yield f"… and {len(told.changes) - _CHANGES} more changes"


def _called(step: Step) -> str:
    """A call as a person writes it: `check_logs(api-gateway)`; arguments that are no JSON object as they came."""
    named = ", ".join(values(step.arguments)) or ("" if step.raw.strip() in ("", "{}") else step.raw)
    return f"{step.tool}({one_line(named, 90)})"


def _echo(step: Step) -> str:
    first = step.result.strip().partition("\n")[0]
    return f" → {first}" if first and len(first) < 100 else ""


def _tools(told: Trace) -> str:
    counted = Counter(step.tool for step in told.steps if step.kind == "look")
    return ", ".join(f"{tool} ×{count}" if count > 1 else tool for tool, count in list(counted.items())[:4])


def _symptom_line(told: Trace) -> str:
    """The first line of a look that carries what the request complains of."""
    looks = [step for step in told.steps if step.kind != "change" and step.result]
    symptom = Symptom(told.request[:1500]) if looks else None
    for step in looks:
        text = step.result[:_LOOKED_AT]
        if symptom and symptom.may_stand_in(text.lower()):
            for line in text.splitlines():
                if _readable(line) and symptom.on(line):
                    return f"{_called(step)}: {line.strip()}"
    return ""


def _readable(line: str) -> bool:
    return 3 < len(line) < 300 and line.lstrip()[:1] not in ("{", "[", '"')
