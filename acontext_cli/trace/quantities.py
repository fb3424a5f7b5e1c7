"""Numbers in text with what they measure, so that 4,890 ms of work can be held against a limit of 5 s.

Two numbers compare only where quantity and unit agree. Of durations only those of work done count: "retrying in 30s"
says nothing about how long anything takes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

NEAR = 0.2
"""A measured value presses on a limit from this share below it onwards."""

_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("us", "µs", "usec", "micros"), ("duration", 1e-6)),
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"), ("duration", 1e-3)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("duration", 1.0)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), ("duration", 60.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("duration", 3600.0)),
    **dict.fromkeys(("d", "day", "days"), ("duration", 86400.0)),
    **dict.fromkeys(("b", "byte", "bytes"), ("bytes", 1.0)),
    **dict.fromkeys(("k", "kb", "kib", "ki", "kilobytes"), ("bytes", 1024.0)),
    **dict.fromkeys(("mb", "mib", "mi", "megabytes"), ("bytes", 1024.0**2)),
    **dict.fromkeys(("g", "gb", "gib", "gi", "gigabytes"), ("bytes", 1024.0**3)),
    **dict.fromkeys(("tb", "tib"), ("bytes", 1024.0**4)),
    **dict.fromkeys(("%", "pct", "percent"), ("percent", 1.0)),
    **dict.fromkeys(("rps", "qps", "tps", "req/s", "requests/s", "/s", "msg/s", "iops"), ("rate", 1.0)),
    **dict.fromkeys(("rpm", "req/min", "/min", "requests/min"), ("rate", 1 / 60)),
}
# In a setting's name `_m`, `_d`, `_b`, `_k`, `_g`, `_h` and `_min` are rather something else.
_KEY_UNITS = {unit: meaning for unit, meaning in _UNITS.items() if len(unit) > 1 or unit == "s"}
del _KEY_UNITS["min"]

_QUALIFIERS = frozenset(
    str.split(
        "max maximum min minimum limit size count num number total active current used in use of the is at a an "
        "to and or per capacity value actual configured allowed quota cap peak avg mean now default hard soft "
        "upper lower with for got have has was were n rate bound ceiling threshold open free available error warn "
        "info fatal level set by from reached exceeded exceeds exhausted full over above after within did not "
        "than more only all on this that its pct ms s sec seconds mb kb gb bytes percent depth length len "
        "concurrent inflight"
    )
)
_WORK = re.compile(
    r"duration|latency|took|elapsed|respon|complet|runtime|processing|p\d\d\b|p\d\d_|within|timed? ?out after|no reply"
    r"|finished|served|spent|exec|slow|render|transcod|deadline|answer|first byte|ttfb|startup|boot|gave up|handshake"
    r"|transfer",
    re.IGNORECASE,
)
_NO_WORK = re.compile(
    r"retry|retries|oldest|backoff|interval|uptime|\bage\b|(?<![a-z])ttl|\bago\b|every|(?<![a-z])next|keep.?alive|idle"
    r"|cache.?control|expir|sleep|cool|window|(?<![a-z])old\b|since|cron|schedul|refresh",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"limit|max|allow|quota|\bcap\b|exceed|greater than|larger than|more than|above|at most|at least|minimum|threshold"
    r"|up to|ceiling|\bover\b|only accepts?|takes? only|must be|supports?"
    r"|\bclos(?:es|ed)\b.*\bafter\b|\bdrop(?:s|ped)\b.*\bafter\b|expir|permit|slots"
    r"|^\s*(?:/|of|out of)\s*$",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b|\bv?\d+\.\d+\.\d+\b|\b0x[0-9a-f]+\b"
)
_NUMBER = re.compile(
    r"(?<![\w.\-/#@])(?<![\w\])]:)(?<!\d{3},)(?P<number>\d{1,3}(?:,\d{3}){1,6}(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:[ _]?(?P<unit>{'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))}))?(?![\w]|[.,:]\d)",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s*([A-Za-z]{3,})")
_KEY = re.compile(r"[\"']?([A-Za-z_][\w.\-]*)[\"']?\s*(?:=|:|=>)\s*[\"']?$")
_TOLD_KEY = re.compile(r"\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b[^,;=]*$")
_SPANS = re.compile(
    r"timeout|ttl|age|interval|time|window|duration|hold|wait|expir|deadline|lease|delay|period", re.IGNORECASE
)
_SHORT_UNITS = {"min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number as it stands on a line, with what it measures."""

    value: float
    """In the base unit of its kind: seconds, bytes, percent, per second; a count as it is."""
    kind: str
    """duration, bytes, percent, rate or count."""
    label: str
    """The key it stands under, else the words before it."""
    waits: bool
    """Whether it measures waiting (idle, age, time to live), of which more never means a limit that is too low."""
    nouns: frozenset[str]
    """What is counted, singular; for comparing counts."""
    work: bool
    """Whether it measures what happened (a duration of work done, a size, a number in use)."""
    bound: bool
    """Whether the line speaks of it as a limit that something else sets."""
    text: str
    """Number and unit as they stand."""
    line: str
    """The line it stands on."""

    def same_kind(self, other: "Quantity") -> bool:
        """Whether the two measure the same quantity, so that they may be compared."""
        if self.kind != other.kind:
            return False
        return self.kind in ("duration", "bytes") or bool(self.nouns & other.nouns)


def words(name: str) -> tuple[str, ...]:
    """The words of an identifier or a phrase, lower case: `upstreamTimeout_ms` → upstream, timeout, ms."""
    return tuple(word.lower() for word in _WORDS.findall(name))


def nouns(text: str) -> frozenset[str]:
    """The telling words, singular, without qualifiers such as `max` or `active`."""
    return frozenset(_singular(word) for word in words(text) if word not in _QUALIFIERS and not word.isdigit())


def plain(line: str) -> str:
    """The line without its time stamps, addresses and versions, whose digits are no measures or codes."""
    return _STAMP.sub(" ", line)


def quantities(text: str) -> Iterator[Quantity]:
    """Every number of a text that measures something, line by line."""
    for line in text.splitlines():
        if any(character.isdigit() for character in line):
            yield from _on_line(plain(line).rstrip(), _Line(line.strip()))


def setting(key: str, value: object) -> Quantity | None:
    """A setting as a quantity, or None where it is no number. `upstream_timeout_ms`, 5000 is 5 s of duration."""
    if not isinstance(value, int | float | str):
        return None
    match = _NUMBER.fullmatch(str(value).strip())
    return _quantity(match, key, _Line(f"{key}: {value}"), key) if match else None


def presses(observed: float, limit: float) -> bool:
    """Whether an observed value lies within NEAR below the limit, or beyond it."""
    return observed >= (1 - NEAR) * limit


@dataclass(frozen=True)
class _Line:
    text: str

    @cached_property
    def nouns(self) -> frozenset[str]:
        return nouns(self.text)


def _on_line(bare: str, line: _Line) -> Iterator[Quantity]:
    end = 0
    for match in _NUMBER.finditer(bare):
        before = bare[max(end, match.start() - 60) : match.start()]
        key = _KEY.search(before) or _TOLD_KEY.search(before)
        after = _NEXT.match(bare, match.end())
        counted = after.group(1) if after and not match["unit"] else ""
        end = match.end()
        yield _quantity(match, key.group(1) if key else "", line, before, counted)


def _quantity(match: re.Match[str], key: str, line: _Line, before: str, counted: str = "") -> Quantity:
    number = match["number"].replace(",", "")
    kind, factor = _unit(number, match["unit"], key, before)
    label = key or " ".join(before.split()[-4:])
    own = nouns(key) or nouns(before) | nouns(counted) or line.nouns
    return Quantity(
        value=float(number) * factor,
        kind=kind,
        label=label,
        nouns=own | nouns(counted),
        work=kind != "duration" or _is_work(key, before),
        bound=bool(_BOUND.search(f"{label} {before}" if key else before)),
        waits=bool(_NO_WORK.search(label)),
        text=match.group().strip(),
        line=line.text,
    )


def _unit(number: str, unit: str | None, key: str, before: str) -> tuple[str, float]:
    if unit and unit.lower() in _UNITS:
        return _UNITS["m" if unit == "M" and "mem" not in before.lower() else unit.lower()]
    last = words(key)[-1:]
    if last and last[0] in _SHORT_UNITS and _SPANS.search(key):
        return "duration", _SHORT_UNITS[last[0]]
    for word in reversed(words(key)):
        if word in _KEY_UNITS:
            return _KEY_UNITS[word]
    if not unit and float(number) > 4096 and re.search(r"length|size|bytes", key, re.IGNORECASE):
        return "bytes", 1.0
    if not unit and re.search(r"timeout|latency|duration|deadline|keepalive", key, re.IGNORECASE):
        return "duration", 1.0
    return "count", 1.0


def _is_work(key: str, before: str) -> bool:
    told = key or before
    near = key or " ".join(before.split()[-3:])
    return bool(_WORK.search(told)) and not _NO_WORK.search(near)


def _singular(word: str) -> str:
    if word in _SHORT_FOR:
        return _SHORT_FOR[word]
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


_SHORT_FOR = {"conn": "connection", "conns": "connection", "mem": "memory", "req": "request", "reqs": "request"}
