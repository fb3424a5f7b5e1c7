"""Limits that explain what was seen: one that real work comes up to is too low, one beyond a bound that something
else names is too high. Numbers count only where quantity and unit agree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf

from acontext_cli.demo.agent.lines import Line
from acontext_cli.demo.agent.suspect import Setting, Suspect, Why
from acontext_cli.demo.agent.vocabulary import AT_LEAST, CAPS, LIMITS, kin, tells_of_a_limit, things
from acontext_cli.trace.quantities import Quantity, nouns, presses


def pressed(own: Setting, limit: Quantity, line: Line, hint: str) -> Iterator[Suspect]:
    """What the numbers of a line say against a limit; a hint names what is likelier than other things."""
    for number in line.quantities:
        case = _Case(own=own, limit=limit, number=number, line=line, hint=hint)
        found = case.verdict() if 0 < limit.value < inf and number.value < inf and case.comparable else None
        if found:
            yield found


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One number of a line held against one limit."""

    own: Setting
    limit: Quantity
    number: Quantity
    line: Line
    hint: str

    @cached_property
    def shared(self) -> int:
        """How many things both speak of."""
        return len(things(self.own.key) & (self.number.nouns | things(self.number.line)))

    @property
    def comparable(self) -> bool:
        limit, number = self.limit, self.number
        if limit.kind != number.kind or self._of_another:
            return False
        same = limit.value == number.value and limit.value > 3
        if limit.kind == "count":
            return bool(self.shared) or (same and self._full)
        return limit.kind != "duration" or number.work or bool(self.shared) or (same and self.line.severity > 1)

    @property
    def _of_another(self) -> bool:
        """Whether the number stands behind another service's name and is that one's: “mailer 22, crawler 371”."""
        before = self.number.label.rsplit(maxsplit=1)[-1:]
        return bool(before) and before[0].strip(",;:=") in {self.line.service, *self.line.names} - {self.own.service}

    def verdict(self) -> Suspect | None:
        limit, number, at_least = self.limit, self.number, bool(AT_LEAST.search(self.line.text))
        if self._is_bound and at_least and number.value > limit.value:
            return self._suspect(number.value * 2, "too low", 2)
        if self._is_bound and not at_least and number.value < limit.value:
            return self._suspect(number.value * 0.8, "too high", 2)
        near = self._near
        return None if near is None else self._suspect(2 * max(limit.value, number.value), "too low", near)

    @property
    def _is_bound(self) -> bool:
        """Whether the number is a bound that something else names for the very thing that is limited."""
        return self.number.bound and (bool(things(self.own.key) & kin(self.number.nouns)) or self._beside_own)

    @property
    def _beside_own(self) -> bool:
        """Whether the line holds the setting's value too: “8192 bytes, at most 4096 bytes are allowed”."""
        return any(
            number.kind == self.limit.kind and number.value == self.limit.value and not number.bound
            for number in self.line.quantities
        )

    @property
    def _too_much(self) -> bool:
        """Whether the number is the setting itself, and a lower bound stands beside it."""
        return self.number.value == self.limit.value and any(
            other.bound and other.kind == self.limit.kind and other.value < self.limit.value
            for other in self.line.quantities
        )

    @property
    def _full(self) -> bool:
        return tells_of_a_limit(self.line.text)

    @property
    def _near(self) -> int | None:
        """How well it shows that real work comes up to the limit, or None where it does not."""
        limit, number = self.limit, self.number
        idle = limit.waits and not (limit.kind == "duration" and CAPS.search(self.own.key))
        if idle or number.waits or self._too_much or not presses(number.value, limit.value):
            return None
        times = number.value / limit.value
        # What is in use elsewhere says nothing of a limit that it is already beyond.
        if limit.kind == "count" and times > 1.1 and self.own.service not in (self.line.service, *self.line.names):
            return None
        near = 2 if times <= 1.25 else int(limit.kind != "count") if times <= 4 else -1
        return near if near >= 0 or (self.shared and times <= 10) else None

    @property
    def _weight(self) -> int:
        speaking = (
            bool(things(self.own.key) & self.number.nouns),
            self._full,
            bool(LIMITS.search(self.own.key)),
            self.line.service == self.own.service,
            bool(nouns(self.own.key) & nouns(self.hint)),
            -(not self.number.work and not self.number.bound),
            -2 * self._unremarkable,
        )
        return self.line.severity + min(self.shared, 2) + sum(speaking)

    @property
    def _unremarkable(self) -> bool:
        """Whether a count stands on a log line that speaks of nothing wrong: 500 records in a batch of 500."""
        usual = self.limit.kind == "count" and self.number.value <= self.limit.value
        return usual and self.line.log and self.line.severity < 2 and not self._full

    def _suspect(self, new: float, why: Why, more: int) -> Suspect:
        old = self.own.value
        if self.limit.kind == "percent" and new > 100 > self.number.value:
            new = (100 + max(self.limit.value, self.number.value)) / 2
        unit = self.limit.value / float(re.sub(r"[^\d.]", "", old) or 1)
        return Suspect(
            setting=self.own,
            new=_spelled(new / unit, old, why),
            why=why,
            line=self.line.text.strip(),
            weight=self._weight + more,
            need=new if self.limit.kind in ("duration", "bytes") else 0,
        )


def _spelled(value: float, old: str, why: Why) -> str:
    """A number as the setting spells it, rounded to the safe side."""
    suffix = re.sub(r"^[\d.,]+", "", old)
    if "." in old:
        return f"{value:.2f}".rstrip("0").rstrip(".") + suffix
    whole = int(value) if why == "too high" else -int(-value // 1)
    return f"{max(1, whole)}{suffix}"
