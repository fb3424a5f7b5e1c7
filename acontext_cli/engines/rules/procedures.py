"""A procedure out of a causal slice: which calls it keeps, what they depend on, and whether it is safe to learn.

Only tools with named arguments, never a coding session's edits, and only where the outcome was told from outside or a
separate look after the last change shows the symptom gone.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from acontext_cli.engines.rules.outcomes import Check, check
from acontext_cli.trace.links import Link, Setting, Symptom, causal, links, pressing, settings_changed, undone
from acontext_cli.trace.quantities import Quantity
from acontext_cli.trace.shell import is_shell
from acontext_cli.trace.steps import Step, Trace, values

_CODING = re.compile(
    r"^(?:edit|multiedit|write|str_replace|apply_patch|create_file|notebook|insert|replace_in_file|search_replace)",
    re.IGNORECASE,
)
_MOST_CALLS = 27
_FREE_TEXT = 60


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
        """The calls of the slice that did not fail."""
        kept = causal(self.told, self.links)
        return tuple(step for step in self.told.steps if step.number in kept and not step.failed)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The settings that were changed for good."""
        back = undone(self.told)
        return tuple(change for change in settings_changed(self.told) if change.step not in back)

    @cached_property
    def changes(self) -> tuple[Step, ...]:
        """The changes that lasted."""
        back = undone(self.told)
        lasting = tuple(step for step in self.told.changes if step.number not in back)
        if not self.settings:
            return lasting
        # Beside a setting that was cured, changes of other things are another story.
        set_by = {change.step for change in self.settings}
        about = {value for step in lasting if step.number in set_by for value in values(step.arguments)}
        about |= set(values(self.check.step.arguments)) if self.check else set()
        return tuple(step for step in lasting if step.number in set_by or about & set(values(step.arguments)))

    @cached_property
    def check(self) -> Check | None:
        return check(self.told)

    @cached_property
    def derived(self) -> tuple[Link, ...]:
        """Value and measure links into a change, of values that the user had not said."""
        return tuple(link for link in self.links if link.kind == "measure" or self._is_found(link))

    @cached_property
    def shown(self) -> tuple[Step, ...]:
        """The calls that the entry lists: looks that lead somewhere, then the changes, repeats left out."""
        listed: dict[tuple[str, tuple[str, ...]], Step] = {}
        for step in sorted((*self._looks, *self.changes), key=lambda step: step.number):
            same = tuple(values(step.arguments)) if step.kind == "change" else _roles(step)
            listed.setdefault((step.tool, same), step)
        return tuple(listed.values())

    @cached_property
    def listed(self) -> tuple[tuple[Step, ...], ...]:
        """The calls as the entry numbers them: looks one after the other that only measure are one step."""
        groups: list[tuple[Step, ...]] = []
        for step in self.shown:
            if groups and self.only_measures(step) and self.only_measures(groups[-1][-1]):
                groups[-1] = (*groups[-1], step)
            else:
                groups.append((step,))
        return tuple(groups)

    def leads(self, step: Step) -> bool:
        """Whether the lines of a look that carry the symptom name what was looked at next."""
        shown = {each.number for each in self.shown}
        named = any(link.source == step.number and link.target in shown for link in self._leads)
        return bool(self.settings) and named and not self._reads_settings(step)

    def _reads_settings(self, step: Step) -> bool:
        """Whether a look is of the kind that shows settings: what those name was known before."""
        tools = {step.number: step.tool for step in self.told.steps}
        return step.tool in {tools[change.read] for change in self.settings}

    def measures(self, step: Step) -> bool:
        """Whether a look shows a number that presses on a setting, and is not the one that reads the setting."""
        return step.number in self.measured and all(step.number != change.read for change in self.settings)

    def only_measures(self, step: Step) -> bool:
        return self.measures(step) and not self.leads(step)

    @cached_property
    def measured(self) -> dict[int, Quantity]:
        """By step, the number in its result that presses hardest on a changed setting."""
        found: dict[int, Quantity] = {}
        for change in self.settings:
            for step in self.shown:
                numbers = list(pressing(change, step)) if step.number < change.step else []
                if numbers and step.number not in found:
                    found[step.number] = hardest(change, numbers)
        return found

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes that the request complains of."""
        tokens = self.symptom.tokens
        return tuple(token for token in tokens if any(letter.isdigit() for letter in token) and "/" not in token)

    def refused(self) -> str | None:
        """Why no procedure can be learned from this trace, in words, or None."""
        if not self.changes:
            return "nothing was changed"
        if any(is_shell(step.tool) or _CODING.match(step.tool) for step in self.changes):
            return "a coding session's edits are no procedure"
        if any(not step.arguments for step in self.changes):
            return "a tool without named arguments"
        if len(self._looks) + len(self.changes) > _MOST_CALLS:
            return "too many calls to be one procedure"
        return self._underived()

    def _underived(self) -> str | None:
        """What the changes lack where too little of them came from the looks."""
        if self.settings and not all(map(self._is_explained, self.settings)):
            return "nothing that was seen explains the value that was set"
        numbers = {step.number for step in self.changes}
        into = [link for link in self.derived if link.target in numbers]
        if not self.settings and len({link.source for link in into}) < 2:
            return "too little in the changes was derived from what the looks found"
        if not any(link.source < link.target for link in into):
            return "nothing in the changes was derived from what the looks found"
        return None

    def _is_explained(self, change: Setting) -> bool:
        """Whether a look shows a number that presses on a setting, or the very value that it was given."""
        earlier = (step for step in self.told.steps if step.number < change.step and step.kind != "change")
        return any(change.after in step.result or any(pressing(change, step)) for step in earlier)

    def _is_found(self, link: Link) -> bool:
        return link.kind == "value" and link.span not in self.told.request and not self.symptom.names(link.span)

    @cached_property
    def _leads(self) -> tuple[Link, ...]:
        """Subject links to what the request does not name itself."""
        subjects = (link for link in self.links if link.kind == "subject")
        return tuple(link for link in subjects if not self.symptom.names(link.part))

    @cached_property
    def _looks(self) -> tuple[Step, ...]:
        """The looks before the last change that it rests on, and those that led to them."""
        last = self.changes[-1].number
        read = {change.read for change in self.settings}
        changed = {step.number for step in self.changes}
        used = read | {link.source for link in self.derived if link.target in changed}
        leads = [(link.source, link.target) for link in self._leads]
        while more := {source for source, target in leads if target in used} - used:
            used |= more
        looks = (step for step in self.steps if step.kind == "look" and step.number < last and step.number in used)
        return tuple(step for step in looks if step.number in read or not self._reads_settings(step))


def hardest(change: Setting, numbers: list[Quantity]) -> Quantity:
    """Of the numbers the one that presses hardest on a setting."""
    return (max if change.raised else min)(numbers, key=lambda number: number.value)


def direction(change: Setting) -> str:
    """What was wrong with a setting: too low, too high, or contradicted where it is no number."""
    if change.old is None or change.new is None:
        return "contradicted"
    return "too low" if change.raised else "too high"


def argument_texts(step: Step) -> list[tuple[str, str]]:
    """(argument, value) pairs, nested values under the name of their argument, each value once."""
    return [(name, text) for name, value in step.arguments.items() for text in list(dict.fromkeys(values(value)))[:4]]


def _roles(step: Step) -> tuple[str, ...]:
    """What tells a look from another one like it; of free text only that there was some."""
    return tuple(value if len(value) < _FREE_TEXT else name for name, value in argument_texts(step))
