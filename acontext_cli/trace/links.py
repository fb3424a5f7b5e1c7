"""How the calls of a task depend on one another: three kinds of links, and the causal slice that they carve out.

* value: an argument of B first stood in A's result;
* subject: B looks at a thing that A's result names on a line that carries the symptom;
* measure: B changes a setting, and A's result holds a number of the same quantity that presses on the old value,
  equals the new one, or is a bound that a log names.

The slice is what value and measure links reach backwards from the changes and the final check, and every look at what
the request names or at what a kept look's symptom lines name. The rest was a detour.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from acontext_cli.trace.quantities import Quantity, plain, presses, quantities, setting, words
from acontext_cli.trace.steps import Step, Trace, values

LinkKind = Literal["value", "subject", "measure"]

_SHORTEST = 4
_LONGEST = 400
_CODE = re.compile(
    r"(?<![\w.,/-])\d{3,}(?![\w.,]*\w)|\b[A-Z][A-Z0-9]*[-_]?\d+\b|\b[A-Z]{2,}(?:_[A-Z]+)+\b"
    r"|\b(?!ERROR|FATAL|ALERT|PLEASE|URGENT|ALWAYS|NEVER|STATUS)[A-Z]{5,}\b"
)
_SHARE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?(?:%|percent)")
_PATH = re.compile(r"(?<![\w/])/(?:[\w.*{}:-]+/?)+")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_SHARE_LABEL = re.compile(r"%|pct|percent|rate|ratio", re.IGNORECASE)
_GENERIC = frozenset(str.split("service svc server app application system prod production staging the our a component"))
_KEY_ARGUMENTS = {(word,) for word in ("key", "setting", "name", "option", "parameter", "param", "path", "field")}
_VALUE_ARGUMENTS = {("value",), ("val",), ("to",)}


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


@dataclass(frozen=True)
class Symptom:
    """What the request complains of, as codes, shares, paths and identifiers that its lines would carry."""

    request: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        paths = [path.rstrip("*/.:") or path for path in _PATH.findall(self.request)]
        text = _PATH.sub(" ", self.request)
        found = [*_CODE.findall(_SHARE.sub(" ", text)), *paths, *filter(_is_identifier, _NAME.findall(text))]
        return tuple(dict.fromkeys(token for token in found if len(token) > 2))

    @cached_property
    def shares(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_SHARE.findall(self.request)))

    @cached_property
    def _low(self) -> tuple[str, ...]:
        return tuple(token.lower() for token in self.tokens)

    def may_stand_in(self, low: str) -> bool:
        """Whether a lower-case text holds any of the symptom's characters: a cheap look before a close one."""
        return any(token in low for token in self._low) or any(share in low for share in self.shares)

    def on(self, line: str) -> bool:
        """Whether a line of a result carries the symptom; the digits of a time stamp are no code."""
        low = line.lower()
        if not self.may_stand_in(low):
            return False
        tokens = [token for token in self._low if token in low]
        shares = [share for share in self.shares if share in low]
        bare = plain(low)
        if any(_apart(token, bare) for token in tokens):
            return True
        return bool(shares) and bool(_SHARE_LABEL.search(bare)) and any(_alone(share, bare) for share in shares)

    def names(self, value: str) -> bool:
        """Whether the request names a thing, as “our API gateway” names `api-gateway`."""
        if len(value) > 80 or not value.strip():
            return False
        wanted = [word for word in words(value) if word not in _GENERIC]
        if not wanted or all(word.isdigit() and len(word) < 4 for word in wanted):
            return False
        return value in self.request or f" {' '.join(wanted)} " in self._said

    @cached_property
    def _said(self) -> str:
        return f" {' '.join(word for word in words(self.request) if word not in _GENERIC)} "


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting that a step changes, with the value it had."""

    step: int
    key: str
    old: Quantity | None
    new: Quantity | None
    before: str
    """The old value as it stood."""
    after: str
    """The new value as it was given."""
    read: int
    """The step that showed the old value."""


def _is_identifier(name: str) -> bool:
    """`payment-service`, `order_id`, `HAT227`: words joined by marks, or letters and digits mixed."""
    if name.isalpha():
        return False
    if any(mark in name.rstrip(".-_") for mark in "-_."):
        return name[0].isalpha() and len(name) > 2
    return len(name) > 4 and any(map(str.isdigit, name)) and any(map(str.isalpha, name))


def _apart(token: str, text: str) -> bool:
    """Whether a token stands in a text with no word before it and no digit behind it."""
    place = text.find(token)
    while place >= 0:
        before, behind = text[place - 1 : place] if place else "", text[place + len(token) : place + len(token) + 1]
        if not (before.isalnum() or before in ("_", ".")) and not behind.isdigit():
            return True
        place = text.find(token, place + 1)
    return False


def _alone(number: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(number)}(?![\w.])", text))


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


def undone(trace: Trace) -> frozenset[int]:
    """Changes of settings that were taken back later: tries that led nowhere."""
    by_place: dict[tuple[str, str, tuple[str, ...]], list[Setting]] = {}
    steps = {step.number: step for step in trace.steps}
    for change in settings_changed(trace):
        step = steps[change.step]
        others = tuple(value for value in values(step.arguments) if value != change.after)
        by_place.setdefault((step.tool, change.key, others), []).append(change)
    back = (made for made in by_place.values() if made[0].before == made[-1].after)
    return frozenset(change.step for made in back for change in made)


def settings_changed(trace: Trace) -> tuple[Setting, ...]:
    """What the changes set, where an earlier result shows the same key with its old value."""
    found = []
    for step in trace.changes:
        for key, after in _assignments(step):
            shown = _shown_before(trace.steps, step.number, key)
            if shown and shown[1] != after:
                old, new = setting(key, shown[1]), setting(key, after)
                found.append(
                    Setting(step=step.number, key=key, old=old, new=new, before=shown[1], after=after, read=shown[0])
                )
    return tuple(found)


def pressing(change: Setting, step: Step) -> Iterator[Quantity]:
    """The numbers of a result that speak for changing a setting: near its old value or beyond, the new one, a bound."""
    old, new = change.old, change.new
    if old is None:
        return
    for number in quantities(step.result):
        if not number.same_kind(old) or _is_setting_itself(number, change.key):
            continue
        if number.kind == "duration" and not number.work and not number.bound:
            continue
        if new is not None and _speaks_for(number, old.value, new.value):
            yield number


def _speaks_for(number: Quantity, old: float, new: float) -> bool:
    if number.value == new:
        return True
    if new >= old:
        return number.work and presses(number.value, old)
    return (number.bound or number.work) and new * 0.5 <= number.value <= old * 1.2


def _is_setting_itself(number: Quantity, key: str) -> bool:
    return number.label.strip("\"'") == key


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
        for value in dict.fromkeys(values(step.arguments)):
            source = first.of(value, place)
            if source is not None:
                yield Link(kind="value", source=source.number, target=step.number, span=value, part=value)


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


def names(line: str, value: str) -> bool:
    """Whether a line names a thing, as a whole word."""
    if not 3 <= len(value) <= 80 or value.isdigit() or value not in line:
        return False
    return bool(re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", line))


def _measure_links(trace: Trace) -> Iterator[Link]:
    tools = {step.number: step.tool for step in trace.steps}
    for change in settings_changed(trace):
        for step in trace.steps:
            if step.number >= change.step:
                break
            if step.tool == tools[change.read]:  # other settings measure nothing
                continue
            for number in pressing(change, step):
                yield Link(kind="measure", source=step.number, target=change.step, span=number.line, part=number.text)


def _assignments(step: Step) -> Iterator[tuple[str, str]]:
    """(key, new value) pairs that a change might set: a key in one argument and its value in another, or by name."""
    arguments = step.arguments
    texts = {name: value for name, value in arguments.items() if isinstance(value, str | int | float)}
    keys = [value for name, value in texts.items() if _is_key_argument(name) and isinstance(value, str) and value]
    new = [str(value) for name, value in texts.items() if words(name)[-1:] in _VALUE_ARGUMENTS]
    yield from ((key, value) for key in keys for value in new)
    yield from ((name, str(value)) for name, value in texts.items() if setting(name, value))


def _is_key_argument(name: str) -> bool:
    return words(name)[-1:] in _KEY_ARGUMENTS


def _shown_before(steps: tuple[Step, ...], number: int, key: str) -> tuple[int, str] | None:
    """The step that last showed a key before a change, and the value it showed."""
    pattern = re.compile(rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?\s*[:=]\s*(\"(?:[^\"\\]|\\.)*\"|[^\s,;}}\]]+)")
    for step in reversed([step for step in steps if step.number < number and step.kind != "change"]):
        match = pattern.search(step.result)
        if match:
            return step.number, _scalar(match[1])
    return None


def _scalar(text: str) -> str:
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except (ValueError, RecursionError):
            return text.strip('"')
    return text.strip("'")
