"""Settings that explain what was seen: a limit that real work comes up to, a value above a bound that something else
names, or a text that a log contradicts. Numbers count only where quantity and unit agree."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from acontext_cli.demo.agent.places import Places
from acontext_cli.demo.agent.seen import Seen, named_on, troubled
from acontext_cli.trace.quantities import Quantity, nouns, presses, quantities, setting, words

Why = Literal["too low", "too high", "contradicted"]

ENOUGH = 7
"""A suspect of this weight is acted upon at once; a weaker one …"""
LIKELY = 5
"""… or when every setting that the symptom leads to has been read …"""
WEAK = 3
"""… or when there is nothing else to look at."""

_FULL = re.compile(
    r"exhaust|full|no free|no pooled|refus|turned away|limit|reached|out of memory|oom|kill|too (?:many|large|big|long)|exceed|saturat|"
    r"waiting|overflow|over quota|quota|in use|no room|not respond|timed? ?out|timeout|slow|above|dropp|reject|shed|throttl|larger|longer",
    re.I,
)
_LIMITS = re.compile(
    r"timeout|deadline|limit|max|pool|size|quota|capacity|depth|worker|ttl|wait|clients|connections|rps|rate|keep|idle|budget|memory|skew|batch|parallel|queue",
    re.I,
)
_AT_LEAST = re.compile(r"at least|minimum|not below|no less than|or more|>=", re.I)
_EXPECTED = re.compile(
    r"\b(?:expect(?:ed|s|ing)?|requires?|required|wants?|wanted|needs?|must be|should be|use|uses|speaks?|listens? on|moved to|now at|"
    r"accepts? only|only accepts?|carries|valid for|issued for|is for|primary is|writable is|current(?: one)? is|instead|renamed(?: to)?|serves?)\b[ :=]*[\"'“]?([\w./:@-]*[\w])",
    re.I,
)


_KIN = (
    frozenset({"pool", "connection", "client", "process", "session", "handler", "slot"}),
    frozenset({"keepalive", "keep", "idle", "alive", "reuse"}),
    frozenset({"memory", "rss", "heap", "oom"}),
    frozenset({"body", "payload", "content", "request", "upload", "input", "response", "answer", "reply", "respond"}),
    frozenset({"rps", "qps", "rate", "throttl"}),
    frozenset({"queue", "backlog", "pending"}),
)
"""Words for the same thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A setting that explains what was seen, and the value that cures it."""

    service: str
    key: str
    old: str
    new: str
    why: Why
    line: str
    """What speaks against it."""
    weight: int


@dataclass(frozen=True)
class _Line:
    """A line that bears on the symptom."""

    text: str
    service: str
    log: bool
    carries: bool
    """Whether it carries the symptom itself."""

    names: tuple[str, ...] = ()
    """Other services on it."""
    codes: tuple[str, ...] = ()
    """Numbers that are the symptom itself and measure nothing."""

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(number for number in quantities(self.text) if number.text not in self.codes)

    @cached_property
    def severity(self) -> int:
        return 2 if self.log and (self.carries or troubled(self.text)) else 1


def suspects(seen: Seen, found: Places, services: Iterable[str], hint: str = "") -> list[Suspect]:
    """What explains the symptom among the settings of these services that were read, the weightiest first."""
    lines = list(_lines(seen, found))
    told = [
        suspect
        for service in services
        for key, value in seen.configs.get(service, {}).items()
        for suspect in _against(service, key, seen.originals.get((service, key), value), lines, hint)
    ]
    best: dict[tuple[str, str], Suspect] = {}
    for suspect in told:
        known = best.get((suspect.service, suspect.key))
        if known is None or _order(suspect) > _order(known):
            best[suspect.service, suspect.key] = suspect
    return sorted(best.values(), key=lambda suspect: -suspect.weight)


def measured(seen: Seen, found: Places) -> bool:
    """Whether work of something behind the front was measured anywhere yet."""
    behind = set(found.chain[1:])
    lines = (line for line in _lines(seen, found) if line.service in behind or behind & set(named_on(line.text, seen)))
    return any(number.kind != "count" and number.work for line in lines for number in line.quantities)


def _order(suspect: Suspect) -> tuple[int, bool]:
    return suspect.weight, suspect.why != "too low"


def _lines(seen: Seen, found: Places) -> Iterator[_Line]:
    """Status and log lines of the chain, without those that tell another story."""
    for service in found.chain:
        for line in seen.status.get(service, "").splitlines():
            yield _Line(line, service, False, False)
        for line in seen.logs.get(service, "").splitlines():
            others = tuple(name for name in named_on(line, seen) if name != service)
            if not others or set(others) & set(found.chain) or seen.symptom.on(line):
                yield _Line(line, service, True, seen.symptom.on(line), others, seen.symptom.tokens)


def _against(service: str, key: str, value: str, lines: list[_Line], hint: str) -> Iterator[Suspect]:
    limit = setting(key, value)
    for line in lines:
        if limit is None:
            yield from _contradicted(service, key, value, line)
        else:
            yield from (
                suspect
                for number in line.quantities
                for suspect in _weighed(service, key, value, limit, number, line, hint)
            )


def _weighed(
    service: str, key: str, value: str, limit: Quantity, number: Quantity, line: _Line, hint: str
) -> Iterator[Suspect]:
    shared = len(_things(key) & (number.nouns | _things(number.line)))
    if limit.value <= 0 or not _comparable(limit, number, shared, line):
        return
    direct = bool(_things(key) & number.nouns)
    base = line.severity + min(shared, 2) + direct + bool(_FULL.search(line.text)) + bool(_LIMITS.search(key))
    base += (line.service == service) + bool(hint and nouns(key) & nouns(hint)) - (not number.work and not number.bound)
    told = bool(_AT_LEAST.search(line.text))
    named = number.bound and bool(_things(key) & _kin(number.nouns))
    if named and not told and number.value < limit.value:
        yield _suspect(service, key, value, limit, number.value * 0.8, "too high", line, base + 2)
    elif named and told and number.value > limit.value:
        yield _suspect(service, key, value, limit, number.value * 2, "too low", line, base + 2)
    elif presses(number.value, limit.value) and not limit.waits and not number.waits:
        times = number.value / limit.value
        # What is in use elsewhere says nothing of a limit that it is already beyond.
        if limit.kind == "count" and times > 1.1 and service not in (line.service, *line.names):
            return
        near = 2 if times <= 1.25 else int(limit.kind != "count") if times <= 4 else -1
        if near >= 0 or (shared and times <= 10):
            yield _suspect(service, key, value, limit, 2 * max(limit.value, number.value), "too low", line, base + near)


def _comparable(limit: Quantity, number: Quantity, shared: int, line: _Line) -> bool:
    if limit.kind != number.kind:
        return False
    if limit.kind == "count":
        equal = limit.value == number.value and limit.value > 3 and bool(_FULL.search(line.text))
        return bool(shared) or equal
    return limit.kind != "duration" or number.work or shared > 0


def _things(text: str) -> frozenset[str]:
    """What a text speaks of, with what else that is called: a pool holds connections, which are a server's clients."""
    return _kin(nouns(text))


def _kin(found: frozenset[str]) -> frozenset[str]:
    return found.union(*(kin for kin in _KIN if found & kin))


def _suspect(
    service: str, key: str, old: str, limit: Quantity, new: float, why: Why, line: _Line, weight: int
) -> Suspect:
    unit = limit.value / float(re.sub(r"[^\d.]", "", old) or 1)
    return Suspect(
        service=service,
        key=key,
        old=old,
        new=_spelled(new / unit, old, why),
        why=why,
        line=line.text.strip(),
        weight=weight,
    )


def _spelled(value: float, old: str, why: Why) -> str:
    """A number as the setting spells it, rounded to the safe side."""
    suffix = re.sub(r"^[\d.,]+", "", old)
    if "." in old:
        return f"{value:.3g}{suffix}"
    whole = int(value) if why == "too high" else -int(-value // 1)
    return f"{max(1, whole)}{suffix}"


def _contradicted(service: str, key: str, value: str, line: _Line) -> Iterator[Suspect]:
    if not line.log or len(value) < 2 or not re.search(rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\w)", line.text):
        return
    for match in _EXPECTED.finditer(line.text):
        wanted = match[1].rstrip(".,:;")
        if wanted != value and _alike(wanted, value):
            weight = (
                line.severity
                + 3
                + min(2, len(nouns(key) & nouns(line.text)))
                + 2 * ("expect" in match[0].lower())
                + 2 * bool(set(words(wanted)) & set(words(value)))
            )
            yield Suspect(
                service=service,
                key=key,
                old=value,
                new=wanted,
                why="contradicted",
                line=line.text.strip(),
                weight=weight,
            )


def _alike(one: str, other: str) -> bool:
    """Whether two texts have the same shape: `v2` and `v3`, `hmac-md5` and `hmac-sha256`, two host names."""
    first, second = words(one), words(other)
    if not first or not second:
        return False
    shared = set(first) & set(second)
    separators = {mark for mark in ".:-/_" if mark in one and mark in other}
    return bool(
        shared or separators or (len(one) <= 4 and len(other) <= 4 and one[:1].isalpha() == other[:1].isalpha())
    )
