"""What a transcript measured, by name: "p99", "the timeout" and `read_timeout_ms` as the numbers that stood under them.

What the agent says of numbers is none of it: tool results, what a change set, and the user's words are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from acontext_cli.gates.gate import Evidence
from acontext_cli.trace.quantities import Quantity, quantities, setting
from acontext_cli.trace.settings import settings_changed
from acontext_cli.trace.steps import Trace, values

_WORD = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+(?![a-z])\d*")
_IDENTIFIER = re.compile(r"`([^`\n]{1,80})`|(?<![\w-])([A-Za-z][\w.]*(?:[-_][\w.]+)+)")
_HEAD_ENDS = re.compile(r"\s(?:of|in|for|on|at|from|by|with|against|to)\s", re.IGNORECASE)
_MOST, _MOST_LINES = 60, 4_000
_UNITS = frozenset(str.split("ms s sec secs second seconds min minute minutes mb gb kb mib gib bytes pct percent m h"))
_EMPTY = frozenset(
    str.split(
        "a an the its it is are was were be been their this that these those of in for on at from by with against "
        "to s any some each all every most value values number numbers count total current active measured observed "
        "real actual configured slowest slow fastest largest biggest highest high longest long seen one ones used "
        "use usage utilization in of set own same whole only well far just slightly much still already even clearly "
        "often lies lie stays stay runs run goes comes come gets got has have had take takes taking took there here "
        "then now after before afterwards change fix whose which what whole hits remains sits being about around "
        "roughly nearly almost least than went pass passes"
    )
)
_ROLES = frozenset(
    str.split(
        "upstream downstream service gateway backend front frontend request requests server client process worker "
        "pod container query job api app application database host node task user item call calls route response "
        "system proxy instance replica"
    )
)
"""Words that say whose a number is by its part in the story: a transcript names it otherwise."""
_LIMITS = frozenset(
    str.split(
        "limit max maximum min minimum cap quota threshold allowed allowance ceiling bound budget reserved size "
        "pool timeout deadline ttl setting under minimum fail"
    )
)
_GENERIC = frozenset(str.split("limit maximum max cap ceiling bound allowance setting"))
_SAME = {
    **dict.fromkeys(("latency", "duration", "elapsed", "runtime", "time", "respond"), "latency"),
    **dict.fromkeys(("mem", "rss", "heap"), "memory"),
    **dict.fromkeys(("err", "errs", "failure"), "error"),
    **dict.fromkeys(("conn", "conns"), "connection"),
    **dict.fromkeys(("req", "reqs"), "request"),
    **dict.fromkeys(("restarts", "restart"), "restart"),
}
_BOUND = re.compile(
    r"\b(?:than|above|over|below|under|within|exceed\w*|at least|at most|up to|after|every|in)\W*$", re.IGNORECASE
)
"""How a line ends before a number that it only holds something against."""
_LATENCIES = re.compile(r"p\d\d+$")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number with its name."""

    label: str
    terms: frozenset[str]
    value: float
    """In the base unit of its kind."""
    raw: float
    """As it is written."""
    kind: str
    text: str
    context: str
    """The line it stands on, and of what call."""

    def pairs(self, other: "Reading") -> Iterator[tuple[float, float]]:
        """The two as numbers of one unit; a number without a unit has that of what it is held against."""
        if self.kind == other.kind:
            yield self.value, other.value
        elif "count" in (self.kind, other.kind):
            yield self.raw, other.raw

    def __str__(self) -> str:
        shown = re.sub(r"\d{4,}(?![.,\d])", lambda digits: f"{int(digits[0]):,}", self.text)
        return re.sub(r"(?<=\d)(?=[A-Za-z])", " ", shown, count=1)


class Readings:
    """The numbers of some evidence."""

    def __init__(self, evidence: Evidence) -> None:
        self._trace = evidence.trace
        self._all: dict[str, tuple[Reading, ...]] = {}
        self._changed: tuple[Reading, ...] | None = None

    def left(self, text: str, other: str = "") -> Sequence[Reading]:
        """The numbers that the left side of a comparison may stand for, of several that it spells out the last."""
        return self._side(text, other, -1)

    def right(self, text: str, other: str = "") -> Sequence[Reading]:
        """The numbers that the right side of a comparison may stand for, of several that it spells out the first."""
        return self._side(text, other, 0)

    def named(self, text: str) -> Sequence[Reading]:
        """The numbers that stood under a name."""
        return self._named(re.sub(r"\d[\d.,]*", " ", text), "")

    def _side(self, text: str, other: str, place: int) -> Sequence[Reading]:
        """The number that is spelled out, unless that is given under a name that never had it, else those under its
        name. Empty where nobody can tell."""
        literal = _literal(text, place)
        named = self._named(re.sub(re.escape(literal.text), " ", text, count=1) if literal else text, other)
        if literal is None:
            return named
        near = [each for each in named if any(_is_about(*pair) for pair in literal.pairs(each))]
        if named and not near and any(True for each in named for _ in literal.pairs(each)):
            return named
        return (near[0] if near and literal.kind == "count" else literal,)

    def _named(self, text: str, other: str) -> Sequence[Reading]:
        exact = [found[0] for found in _IDENTIFIER.findall(text) if found[0]]
        if exact and (same := [each for each in self._under(exact[-1]) if each.label == exact[-1]]):
            return same
        asked = _asked(text)
        if not asked:
            return ()
        head = asked[-1]
        if set(asked) <= _GENERIC:
            return self._limits(other)
        fitting = [each for each in self._under(head) if head in each.terms and _fits(each, set(asked))]
        whole = [each for each in fitting if set(asked) <= each.terms]
        return _narrowed(whole or fitting, text)

    def _limits(self, other: str) -> Sequence[Reading]:
        """What "the limit" may be: a limit of what it is held against, or a setting that was changed."""
        asked = set(_asked(other))
        own = [each for each in self._under(next(iter(asked), "")) if each.terms & _LIMITS and each.terms & asked]
        if own:
            return own
        literal = _literal(other, -1)
        kinds = {each.kind for each in ((literal,) if literal else self._named(other, "limit"))}
        return [each for each in self._settings if each.kind in kinds]

    def _under(self, term: str) -> Sequence[Reading]:
        """The numbers on lines that might speak of a term."""
        word = term.lower()
        if word not in self._all:
            found = (each for each in _readings(self._trace, _spellings(word)))
            self._all[word] = (*self._settings, *_distinct(found))
        return self._all[word]

    @property
    def _settings(self) -> tuple[Reading, ...]:
        if self._changed is None:
            pairs = ((each.key, value) for each in settings_changed(self._trace) for value in (each.old, each.new))
            self._changed = tuple(_reading(value, key) for key, value in pairs if value is not None)
        return self._changed


def _literal(text: str, place: int = 0) -> Reading | None:
    found = list(quantities(re.sub(r"[`“”\"]", "", text)))
    return _reading(found[place], "") if found else None


def _asked(text: str) -> list[str]:
    """The telling words of a name, the head noun last: "the p99 of the backend" → backend, p99."""
    told = re.sub(r"['’]s\b", " ", text)
    cut = _HEAD_ENDS.search(told)
    parts = (told[cut.end() :], told[: cut.start()]) if cut and _words(told[: cut.start()]) else (told,)
    return [word for part in parts for word in _words(part)]


def _words(text: str) -> list[str]:
    found = (_canonical(word.lower()) for word in _WORD.findall(text))
    return [word for word in found if word not in _EMPTY and word not in _UNITS and len(word) > 1]


def _canonical(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-3] + "y" if word.endswith("ies") else word[:-1]
    return _SAME.get(word, word)


def _spellings(word: str) -> tuple[str, ...]:
    """How a term may stand on a line."""
    same = [each for each, canonical in _SAME.items() if canonical == word]
    stem = word.removesuffix("y")
    return (stem, *same, *(("took", "p9", "p5", "within") if word == "latency" else ()))


def _fits(reading: Reading, asked: set[str]) -> bool:
    """Whether a number may be what is asked for: no limit where none is meant, and nothing asked that it lacks."""
    if (reading.terms & _LIMITS) - asked and not asked & _LIMITS:
        return False
    lacking = asked - reading.terms - _ROLES
    context = reading.context.lower()
    return all(word in context for word in lacking)


def _narrowed(found: Sequence[Reading], text: str) -> Sequence[Reading]:
    """Those of the thing that is named, where one is."""
    names = [next(filter(None, pair)) for pair in _IDENTIFIER.findall(text)]
    for name in names:
        if own := [each for each in found if name in each.context]:
            return own
    return found


def _readings(trace: Trace, spellings: tuple[str, ...]) -> Iterator[Reading]:
    lines = 0
    for context, text in _texts(trace):
        for line in text.split("\n"):
            low = line.lower()
            if not any(each in low for each in spellings) or not any(character.isdigit() for character in line):
                continue
            if (lines := lines + 1) > _MOST_LINES:
                return
            for quantity in quantities(line[:2_000]):
                if not _BOUND.search(quantity.label):
                    yield _reading(quantity, quantity.label, context)


def _texts(trace: Trace) -> Iterator[tuple[str, str]]:
    yield "", trace.request
    for step in trace.steps:
        told = " ".join(value[:80] for value in list(values(step.arguments))[:12])
        yield told, step.result
        pairs = ((name, setting(name, value)) for name, value in step.arguments.items())
        yield told, "\n".join(f"{name}: {found.text}" for name, found in pairs if found)


def _reading(quantity: Quantity, label: str, context: str = "") -> Reading:
    digits = re.match(r"[\d.,]+", quantity.text)
    raw = float(digits[0].replace(",", "").rstrip(".") or 0) if digits else quantity.value
    terms = frozenset(_words(label))
    latency = {"latency"} if any(map(_LATENCIES.match, terms)) or re.search(r"\btook\b", label) else set()
    return Reading(
        label.strip("\"'"),
        terms | latency,
        quantity.value,
        raw,
        quantity.kind,
        quantity.text,
        f"{context} {quantity.line[:500]}",
    )


def _distinct(found: Iterable[Reading]) -> Iterator[Reading]:
    """Each value of a name once per thing it is of, the first of them."""
    seen: set[tuple[str, str, str]] = set()
    for each in found:
        key = (each.label, each.text, each.context[:60])
        if key not in seen:
            seen.add(key)
            yield each
            if len(seen) >= _MOST:
                return


def _is_about(one: float, other: float) -> bool:
    """Whether one is the other, rounded."""
    return abs(one - other) <= 0.06 * max(abs(one), abs(other))
