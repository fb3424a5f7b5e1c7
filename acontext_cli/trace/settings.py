"""Settings that a task changed, with the values they had, and the numbers that speak for changing them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from acontext_cli.trace.quantities import Quantity, nouns, presses, quantities, setting, words
from acontext_cli.trace.steps import Step, Trace, values

_KEYS = ("key", "setting", "option", "parameter", "param", "field")
_KEY_ARGUMENTS = {(word,) for word in (*_KEYS, "name")} | {(word, "name") for word in (*_KEYS, "config")}
_LONGEST_LINE = 300
_VALUE_ARGUMENTS = {("value",), ("val",), ("to",)}


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

    @property
    def raised(self) -> bool:
        """Whether a number was set higher than it was; what is no number counts as raised."""
        return self.old is None or self.new is None or self.new.value > self.old.value


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


def pressing(change: Setting, step: Step) -> Iterator[Quantity]:
    """The numbers of a result that speak for changing a setting: near its old value or beyond, the new one, a bound."""
    old, new = change.old, change.new
    if old is None:
        return
    for number in quantities(step.result):
        if _is_setting_itself(number, change.key):
            continue
        if not (number.same_kind(old) or _told_of(number, old) or (new and _bounds(number, old, new))):
            continue
        if number.kind == "duration" and not number.work and not number.bound:
            continue
        if new is not None and _speaks_for(number, old.value, new.value):
            yield number


def _told_of(number: Quantity, old: Quantity) -> bool:
    """Whether a log line with a number of the same unit speaks of what is set."""
    return number.kind == old.kind and len(number.line) < _LONGEST_LINE and bool(old.nouns & nouns(number.line))


def _bounds(number: Quantity, old: Quantity, new: Quantity) -> bool:
    """Whether a log names a bound, of whatever is counted, that the old value was beyond and the new one keeps to."""
    counts = number.kind == old.kind == new.kind == "count"
    return counts and number.bound and new.value <= number.value < old.value


def _speaks_for(number: Quantity, old: float, new: float) -> bool:
    if number.value == new:
        return True
    if new >= old:
        return number.work and presses(number.value, old)
    return (number.bound or number.work) and new * 0.5 <= number.value <= old * 1.2


def _is_setting_itself(number: Quantity, key: str) -> bool:
    return number.label.strip("\"'") == key


def _assignments(step: Step) -> Iterator[tuple[str, str]]:
    """(key, new value) pairs that a change might set: a key in one argument and its value in another, or by name."""
    arguments = step.arguments
    texts = {name: value for name, value in arguments.items() if isinstance(value, str | int | float)}
    keys = [value for name, value in texts.items() if _is_key_argument(name) and isinstance(value, str) and value]
    new = [str(value) for name, value in texts.items() if words(name)[-1:] in _VALUE_ARGUMENTS]
    yield from ((key, value) for key in keys for value in new)
    yield from ((name, str(value)) for name, value in texts.items() if setting(name, value))


def _is_key_argument(name: str) -> bool:
    """`key`, `config_key`, `setting_name`; but `service_name` names no setting."""
    return words(name) in _KEY_ARGUMENTS or words(name)[-1:] in {(word,) for word in _KEYS}


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
