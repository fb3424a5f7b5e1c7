"""How the calls of a task depend on one another: three kinds of links, and the causal slice that they carve out.

* value: an argument of B first stood in A's result;
* subject: B looks at a thing that A's result names on a line that carries the symptom;
* measure: B changes a setting, and A's result holds a number of the same quantity that presses on the old value,
  equals the new one, or is a bound that a log names.

The slice is what value and measure links reach backwards from the changes and the final check, and every look at what
the request names or at what a kept look's symptom lines name. The rest was a detour.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from acontext_cli.trace.settings import Setting, pressing, settings_changed, undone
from acontext_cli.trace.steps import Step, Trace, values
from acontext_cli.trace.symptom import Symptom, names

__all__ = ["Link", "Setting", "Symptom", "causal", "links", "names", "pressing", "settings_changed", "undone"]

LinkKind = Literal["value", "subject", "measure"]

_SHORTEST = 4
_LONGEST = 400
_CALCULATION = re.compile(r"[\d\s.,()]*\d\s*[-+*/][\d\s.,()+*/-]{1,300}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Step `target` depends on what step `source` found."""

    kind: LinkKind
    source: int
    target: int
    span: str
    """The text in the source's result that makes the link: a value, or the whole line."""
    part: str
    """Of the span what matters: the value, the name of the thing looked at, the number."""


def links(trace: Trace) -> tuple[Link, ...]:
    """Every link of a trace, by target and source."""
    symptom = Symptom(trace.request)
    found = [*_value_links(trace.steps), *_subject_links(trace.steps, symptom), *_measure_links(trace)]
    return tuple(sorted(found, key=lambda link: (link.target, link.source, link.kind)))


def causal(trace: Trace, found: Iterable[Link] | None = None) -> frozenset[int]:
    """Numbers of the steps in the causal slice."""
    known = tuple(links(trace) if found is None else found)
    symptom = Symptom(trace.request)
    lasting = {step.number for step in trace.changes} - undone(trace)
    kept = _reached(lasting | {step.number for step in trace.checks[-1:]}, known)
    looks = [step for step in trace.steps if step.kind != "change"]
    kept |= {step.number for step in looks if any(symptom.names(value) for value in values(step.arguments))}
    while more := _named_by(kept, looks, known) - kept:
        kept |= more
    return frozenset(_reached(kept, known))


def _reached(seeds: set[int], found: Iterable[Link]) -> set[int]:
    sources: dict[int, set[int]] = {}
    for link in found:
        if link.kind != "subject":
            sources.setdefault(link.target, set()).add(link.source)
    kept, todo = set(seeds), list(seeds)
    while todo:
        fresh = sources.get(todo.pop(), set()) - kept
        kept |= fresh
        todo.extend(fresh)
    return kept


def _named_by(kept: set[int], looks: list[Step], found: Iterable[Link]) -> set[int]:
    numbers = {step.number for step in looks}
    return {link.target for link in found if link.kind == "subject" and link.source in kept and link.target in numbers}


def _value_links(steps: tuple[Step, ...]) -> Iterator[Link]:
    first = _FirstPlace(steps)
    for place, step in enumerate(steps):
        given = list(values(step.arguments))
        used = [*given, *(number for text in given for number in _calculated(text))]
        for value in dict.fromkeys(used):
            source = first.of(value, place)
            if source is not None:
                yield Link(kind="value", source=source.number, target=step.number, span=value, part=value)


def _calculated(value: str) -> list[str]:
    """The numbers of a calculation: each was taken from somewhere."""
    return _NUMBER.findall(value) if _CALCULATION.fullmatch(value) else []


class _FirstPlace:
    """Where a value first stood in a result; each result is searched for each value at most once."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._steps = steps
        self._searched: dict[str, tuple[int, Step | None]] = {}

    def of(self, value: str, place: int) -> Step | None:
        if not len(value) + value.isdigit() >= _SHORTEST or len(value) > _LONGEST:
            return None
        upto, found = self._searched.get(value, (0, None))
        while found is None and upto < place:
            if value in self._steps[upto].result and _stands(value, self._steps[upto].result):
                found = self._steps[upto]
            upto += 1
        self._searched[value] = upto, found
        return found


def _stands(value: str, text: str) -> bool:
    """Whether a number stands alone in a text and not within a longer one; words may stand within words."""
    return not value.replace(".", "").isdigit() or bool(re.search(rf"(?<![\w.]){re.escape(value)}(?![\w]|\.\d)", text))


def _subject_links(steps: tuple[Step, ...], symptom: Symptom) -> Iterator[Link]:
    for place, source in enumerate(steps):
        lines = [line for line in source.result.splitlines() if symptom.on(line)] if source.result else []
        if not lines:
            continue
        own = set(values(source.arguments))
        for target in steps[place + 1 :]:
            if target.kind == "change":
                continue
            for value in values(target.arguments):
                line = next((line for line in lines if names(line, value)), None) if value not in own else None
                if line:
                    yield Link(kind="subject", source=source.number, target=target.number, span=line, part=value)


def _measure_links(trace: Trace) -> Iterator[Link]:
    tools = {step.number: step.tool for step in trace.steps}
    for change in settings_changed(trace):
        for step in trace.steps:
            if step.number >= change.step:
                break
            if step.tool == tools[change.read]:  # other settings measure nothing
                continue
            line = _told(change, step)
            if line:
                yield Link(kind="measure", source=step.number, target=change.step, span=line, part=change.after)
            for number in pressing(change, step):
                yield Link(kind="measure", source=step.number, target=change.step, span=number.line, part=number.text)


def _told(change: Setting, step: Step) -> str:
    """The line of a look that holds the new value of a setting that is no number."""
    if (change.old and change.new) or step.kind == "change" or change.after not in step.result:
        return ""
    whole = re.compile(rf"(?<![\w.-]){re.escape(change.after)}(?![\w-])")
    return next((line.strip() for line in step.result.splitlines() if whole.search(line)), "")
