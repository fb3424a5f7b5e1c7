"""A procedure out of a causal slice: roles instead of names, derivations instead of constants.

Only tools with named arguments, never a coding session's edits, and only where the outcome was told from outside or a
separate look after the last change shows the symptom gone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from acontext_cli.distillations import Success
from acontext_cli.engines.rules.habits import SESSIONS_NEEDED
from acontext_cli.engines.rules.outcomes import Check, check
from acontext_cli.skills import one_line
from acontext_cli.trace.links import Link, Setting, Symptom, causal, links, pressing, settings_changed, undone
from acontext_cli.trace.quantities import Quantity, plain, words
from acontext_cli.trace.shell import is_shell
from acontext_cli.trace.steps import Step, Trace, values

_CODING = re.compile(
    r"^(?:edit|multiedit|write|str_replace|apply_patch|create_file|notebook|insert|replace_in_file|search_replace)",
    re.IGNORECASE,
)
_LONGEST_STEPS = 9
_FREE_TEXT = 60
_MEASURES = {"duration": "durations", "bytes": "sizes", "percent": "shares", "rate": "rates", "count": "numbers"}


@dataclass(frozen=True)
class Procedure:
    """The slice of a trace, and what each call of it depends on."""

    told: Trace

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return links(self.told)

    @cached_property
    def symptom(self) -> Symptom:
        return Symptom(self.told.request)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        kept = causal(self.told, self.links)
        return tuple(step for step in self.told.steps if step.number in kept and not step.failed)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        back = undone(self.told)
        return tuple(change for change in settings_changed(self.told) if change.step not in back)

    @cached_property
    def changes(self) -> tuple[Step, ...]:
        """The changes that lasted."""
        back = undone(self.told)
        return tuple(step for step in self.told.changes if step.number not in back)

    @cached_property
    def check(self) -> Check | None:
        return check(self.told)

    def refused(self) -> str | None:
        """Why no procedure can be learned from this trace, in words, or None."""
        changes = self.changes
        if not changes:
            return "nothing was changed"
        if any(is_shell(step.tool) or _CODING.match(step.tool) for step in changes):
            return "a coding session's edits are no procedure"
        if any(not step.arguments for step in changes):
            return "a tool without named arguments"
        if len(self._looks) + len(changes) > 3 * _LONGEST_STEPS:
            return "too many calls to be one procedure"
        sources = {link.source for link in self._derived if link.target in {step.number for step in changes}}
        if not self.settings and len(sources) < 2:
            return "too little in the changes was derived from what the looks found"
        if not any(
            link.target == step.number and link.source < step.number for step in changes for link in self._derived
        ):
            return "nothing in the changes was derived from what the looks found"
        return None

    @cached_property
    def _derived(self) -> tuple[Link, ...]:
        """Value and measure links into a change, of values that the user had not said."""
        return tuple(
            link
            for link in self.links
            if link.kind == "measure"
            or (link.kind == "value" and link.span not in self.told.request and not self.symptom.names(link.span))
        )

    @cached_property
    def _looks(self) -> tuple[Step, ...]:
        """The looks of the slice that lead anywhere, before the last change."""
        last = self.changes[-1].number
        used = {link.source for link in self.links if link.kind != "value"} | {link.source for link in self._derived}
        return tuple(step for step in self.steps if step.kind == "look" and step.number < last and step.number in used)

    @cached_property
    def shown(self) -> tuple[Step, ...]:
        """The calls that the entry lists: looks that lead somewhere, then the changes, repeats left out."""
        listed: dict[tuple[str, tuple[str, ...]], Step] = {}
        for step in sorted((*self._looks, *self.changes), key=lambda step: step.number):
            listed.setdefault(
                (step.tool, tuple(values(step.arguments)) if step.kind == "change" else self._roles(step)), step
            )
        return tuple(listed.values())

    def _roles(self, step: Step) -> tuple[str, ...]:
        return tuple(value if len(value) < _FREE_TEXT else name for name, value in _texts(step))

    @cached_property
    def measured(self) -> dict[int, Quantity]:
        """By step, the number in its result that presses hardest on a changed setting."""
        found: dict[int, Quantity] = {}
        for change in self.settings:
            for step in self.shown:
                numbers = list(pressing(change, step)) if step.number < change.step else []
                if numbers and step.number not in found:
                    found[step.number] = _hardest(change, numbers)
        return found

    def lesson(self, goal: str) -> Success:
        """The procedure as an entry's fields."""
        return Success(
            title=self.title(goal),
            task_goal=goal,
            approach=", ".join(f"`{step.tool}`" for step in self.shown),
            generalizable_pattern=self._principle(),
            applies_when=self._applies_when(goal),
            does_not_apply=self._does_not_apply(),
            steps=tuple(self._listed()),
            verify=self._verify(),
            otherwise=self._otherwise(),
            sessions_needed=1 if self.settings else SESSIONS_NEEDED,
            tools=tuple(dict.fromkeys(step.tool for step in (*self.changes, *self.shown))),
        )

    def title(self, goal: str) -> str:
        """What went wrong and why, the same for the same kind of task: codes, subject, setting and its direction."""
        cause = "; ".join(
            dict.fromkeys(f"{_setting_words(change.key)} {_direction(change)}" for change in self.settings)
        )
        if not cause:
            return " and ".join(dict.fromkeys(" ".join(words(step.tool)) for step in self.changes)).capitalize()
        subject = " ".join(part for part in (self._subject, *self._codes[:1]) if part)
        return f"{subject} — {cause}" if subject else cause.capitalize()

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return tuple(
            token for token in self.symptom.tokens if any(letter.isdigit() for letter in token) and "/" not in token
        )

    @cached_property
    def _subject(self) -> str:
        """What the request calls the thing that was changed, in its own words."""
        for step in self.changes:
            for _, value in _texts(step):
                if self.symptom.names(value) and not any(letter.isdigit() for letter in value):
                    said = re.search(r"[\s_-]?".join(map(re.escape, words(value))), self.told.request, re.IGNORECASE)
                    return one_line(said.group() if said else value.replace("-", " "), 40)
        return ""

    def _principle(self) -> str:
        for change in self.settings:
            if change.old and change.new and self.measured:
                kind = _MEASURES[change.old.kind]
                verb = "come up to" if change.new.value > change.old.value else "stay below"
                return f"A limit that the real {kind} {verb}: it is {_direction(change)}."
            return "A setting that what it talks to contradicts."
        return "The changes take their arguments from the looks before them."

    def _applies_when(self, goal: str) -> str:
        spans = (link.span for link in self.links if link.kind == "subject" and len(link.span) < 300)
        line = next((one_line(_bare(span), 100) for span in spans), "") if self.settings else ""
        return f"“{one_line(goal, 80)}”" + (f"; lines such as “{line}”" if line else "")

    def _does_not_apply(self) -> str:
        codes = ", ".join(self._codes[:2])
        other = f"; lines without {codes} are another story" if codes else ""
        if self.measured and self.settings:
            return f"What is measured lies over 20 % off the setting{other}."
        if self.settings:
            return f"No look shows a value other than the setting's{other}."
        return ""

    def _otherwise(self) -> str:
        if not self.settings:
            return "Stop before the first change and ask."
        return "Leave the setting; look at status, log and settings of what the failing lines name."

    def _verify(self) -> str:
        return (
            f"`{self._call(self.check.step)}` no longer shows the symptom."
            if self.check
            else "Look again at what was changed."
        )

    def _listed(self) -> Iterator[str]:
        """The steps in words; looks one after the other that only measure are one step."""
        measuring = [
            step for step in self.shown if list(self._shows_number(step)) and not list(self._names_others(step))
        ]
        for step in self.shown:
            if step not in measuring:
                yield f"`{self._call(step)}`{self._asks(step)}"
            elif step is measuring[0]:
                calls = ", ".join(f"`{self._call(each)}`" for each in measuring)
                numbers = (self.measured[each.number] for each in measuring)
                kind = _MEASURES[self.measured[step.number].kind]
                yield f"{calls}: which {kind} (there {', '.join(map(_shown_number, numbers))})?"

    def _call(self, step: Step) -> str:
        arguments = (self._role(step, name, value) for name, value in _texts(step))
        return f"{step.tool}({', '.join(dict.fromkeys(argument for argument in arguments if argument))})"

    def _role(self, step: Step, name: str, value: str) -> str:
        """The part that an argument plays: what the request names, what an earlier step found, a derivation."""
        thing = " ".join(word for word in words(name) if word not in ("name", "id")) or name
        for change in self.settings:
            if step.number == change.step and value == change.key:
                return "<setting>"
            if step.number == change.step and value == change.after:
                return self._derivation(change)
        if self.symptom.names(value):
            return f"<{thing}>"
        for place, earlier in enumerate(self.shown, 1):
            if earlier.number < step.number and value in earlier.result and len(value) > 2:
                return f"<{thing} from step {place}>"
        return f"<{thing}>" if len(value) > 2 and not value.isdigit() else ""

    def _derivation(self, change: Setting) -> str:
        numbers = [number.value for number in self.measured.values()]
        if change.old is None or change.new is None or not numbers:
            source = next((place for place, step in enumerate(self.shown, 1) if change.after in step.result), None)
            return f"<value from step {source}>" if source else "<new value>"
        higher = change.new.value > change.old.value
        base = max(change.old.value, *numbers) if higher else min(change.old.value, *numbers)
        factor = f"{change.new.value / base:.2g}" if base else "1"
        return f"<{factor} × the {'larger' if higher else 'smaller'} of the two>"

    def _asks(self, step: Step) -> str:
        """What to look for in a call's result, and what stood there in the source."""
        told = [*self._names_others(step), *self._shows_number(step)]
        for change in self.settings:
            told.extend(self._compares(change, step))
        text = " ".join(told or self._gives(step))
        return f": {text}" if text else ""

    def _names_others(self, step: Step) -> Iterator[str]:
        if self.settings and any(link.kind == "subject" and link.source == step.number for link in self.links):
            codes = " or ".join(self._codes[:2])
            yield f"what else do the lines {f'with {codes} ' if codes else ''}name?"

    def _shows_number(self, step: Step) -> Iterator[str]:
        if step.number in self.measured and not any(step.number == change.read for change in self.settings):
            number = self.measured[step.number]
            yield f"which {_MEASURES[number.kind]} (there {_shown_number(number)})?"

    def _compares(self, change: Setting, step: Step) -> Iterator[str]:
        if step.number == change.read and change.old and self.measured:
            number = _hardest(change, list(self.measured.values()))
            yield (
                f"go on only if one of them lies within 20 % of its setting or beyond (there {number.text} "
                f"against `{change.key}` {change.before})."
            )
        elif step.number == change.read:
            yield f"is the setting another (there `{change.key}` was “{one_line(change.before, 40)}”)?"
        elif step.number < change.step and change.after in step.result and not self.measured:
            line = next((line for line in step.result.splitlines() if change.after in line), "")
            yield f"which value is expected (there “{one_line(_bare(line), 90)}”)?"

    def _gives(self, step: Step) -> Iterator[str]:
        needed = {link.span for link in self._derived if link.source == step.number and link.kind == "value"}
        names = dict.fromkeys(name for change in self.changes for name, value in _texts(change) if value in needed)
        if names and not self.settings:
            yield f"gives {', '.join(f'`{name}`' for name in list(names)[:5])}."


def _texts(step: Step) -> Iterator[tuple[str, str]]:
    """(argument, value) pairs, nested values under the name of their argument, each value once."""
    for name, value in step.arguments.items():
        for text in list(dict.fromkeys(values(value)))[:4]:
            yield name, text


def _hardest(change: Setting, numbers: list[Quantity]) -> Quantity:
    higher = change.old is None or change.new is None or change.new.value > change.old.value
    return (max if higher else min)(numbers, key=lambda number: number.value)


def _shown_number(number: Quantity) -> str:
    label = one_line(number.label, 30)
    return f"{label} {number.text}"


def _setting_words(key: str) -> str:
    units = {"ms", "s", "sec", "seconds", "mb", "kb", "gb", "bytes", "pct", "percent", "min", "minutes", "mib"}
    found = words(key)
    return " ".join(found[:-1] if len(found) > 1 and found[-1] in units else found)


def _direction(change: Setting) -> str:
    if change.old is None or change.new is None:
        return "contradicted"
    return "too low" if change.new.value > change.old.value else "too high"


def _bare(line: str) -> str:
    """A log line without its time stamp."""
    return " ".join(plain(line).strip(" []").split())
