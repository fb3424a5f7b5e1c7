"""Limits that explain what was seen: one that real work comes up to is too low, one beyond a bound that something
else names is too high. Numbers count only where quantity and unit agree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from acontext_cli.demo.agent.lines import Line
from acontext_cli.demo.agent.suspect import Setting, Suspect, Why
from acontext_cli.trace.quantities import Quantity, nouns, presses

_FULL = re.compile(
    r"exhaust|full|no free|no pooled|refus|turned away|limit|reached|out of memory|oom|kill|too (?:many|large|big|long)"
    r"|exceed|saturat|waiting|overflow|over quota|quota|in use|no room|not respond|timed? ?out|timeout|slow|above|dropp"
    r"|reject|shed|throttl|larger|longer",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    r"timeout|deadline|limit|max|pool|size|quota|capacity|depth|worker|ttl|wait|clients|connections|rps|rate|keep|idle"
    r"|budget|memory|skew|batch|parallel|queue",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(r"at least|minimum|not below|no less than|or more|>=", re.IGNORECASE)
_KIN = tuple(
    frozenset(kin.split())
    for kin in (
        "pool connection client process session handler slot",
        "keepalive keep idle alive reuse",
        "memory rss heap oom",
        "body payload content request upload input response answer reply respond",
        "rps qps rate throttl",
        "queue backlog pending",
    )
)
"""Words for the same thing: a pool holds connections, which are a server's clients."""


def pressed(own: Setting, limit: Quantity, line: Line, hint: str) -> Iterator[Suspect]:
    """What the numbers of a line say against a limit; a hint names what is likelier than other things."""
    for number in line.quantities:
        case = _Case(own=own, limit=limit, number=number, line=line, hint=hint)
        found = case.verdict() if limit.value > 0 and case.comparable else None
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
        return len(_things(self.own.key) & (self.number.nouns | _things(self.number.line)))

    @property
    def comparable(self) -> bool:
        limit, number = self.limit, self.number
        if limit.kind != number.kind:
            return False
        if limit.kind == "count":
            same = limit.value == number.value and limit.value > 3 and bool(_FULL.search(self.line.text))
            return same or bool(self.shared)
        return limit.kind != "duration" or number.work or bool(self.shared)

    def verdict(self) -> Suspect | None:
        limit, number, at_least = self.limit, self.number, bool(_AT_LEAST.search(self.line.text))
        if self._is_bound and at_least and number.value > limit.value:
            return self._suspect(number.value * 2, "too low", 2)
        if self._is_bound and not at_least and number.value < limit.value:
            return self._suspect(number.value * 0.8, "too high", 2)
        near = self._near
        return None if near is None else self._suspect(2 * max(limit.value, number.value), "too low", near)

    @property
    def _is_bound(self) -> bool:
        """Whether the number is a bound that something else names for the very thing that is limited."""
        return self.number.bound and bool(_things(self.own.key) & _kin(self.number.nouns))

    @property
    def _near(self) -> int | None:
        """How well it shows that real work comes up to the limit, or None where it does not."""
        limit, number = self.limit, self.number
        if not presses(number.value, limit.value) or limit.waits or number.waits:
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
            bool(_things(self.own.key) & self.number.nouns),
            bool(_FULL.search(self.line.text)),
            bool(_LIMITS.search(self.own.key)),
            self.line.service == self.own.service,
            bool(nouns(self.own.key) & nouns(self.hint)),
            -(not self.number.work and not self.number.bound),
        )
        return self.line.severity + min(self.shared, 2) + sum(speaking)

    def _suspect(self, new: float, why: Why, more: int) -> Suspect:
        old = self.own.value
        unit = self.limit.value / float(re.sub(r"[^\d.]", "", old) or 1)
        return Suspect(
            setting=self.own,
            new=_spelled(new / unit, old, why),
            why=why,
            line=self.line.text.strip(),
            weight=self._weight + more,
        )


def _things(text: str) -> frozenset[str]:
    """What a text speaks of, with what else that is called."""
    return _kin(nouns(text))


def _kin(found: frozenset[str]) -> frozenset[str]:
    return found.union(*(kin for kin in _KIN if found & kin))


def _spelled(value: float, old: str, why: Why) -> str:
    """A number as the setting spells it, rounded to the safe side."""
    suffix = re.sub(r"^[\d.,]+", "", old)
    if "." in old:
        return f"{value:.3g}{suffix}"
    whole = int(value) if why == "too high" else -int(-value // 1)
    return f"{max(1, whole)}{suffix}"
