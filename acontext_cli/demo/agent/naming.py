"""How services are named: on a log line, and in what a request says. A name is only a guess until a tool knows it."""

import re
from collections.abc import Iterator, Sequence

from acontext_cli.demo.agent.seen import Seen
from acontext_cli.trace.links import names
from acontext_cli.trace.quantities import words

_NAME = re.compile(r"(?<![\w./@-])[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?![\w/@=-]|\.\w)")
_GIVEN = re.compile(
    r"\b(?:service|upstream|target|backend|dependency|peer|from|to|by|host)=[\"']?([A-Za-z][\w-]*)(?![\w.-])"
)
_PROSE = frozenset(
    str.split(
        "out-of-memory read-only front-end back-end in-use re-try time-out up-to-date built-in real-time high-water "
        "round-trip keep-alive non-zero write-ahead end-to-end on-call follow-up if-not-present stand-by fail-over"
    )
)
_VERB = (
    r"(?:is|are|was|were|has|have|keeps?|started|starts|begins?|began|answers?|returns?|rejects?|throws?|shows?|fails?"
    r"|gives?|refuses?|times|cannot|can't|can ?not|went|stopped|drops?|takes?|responds?|reports?|says?|sends?|bounces?"
    r"|loses?|serves?|does|runs?|ends?|dies|logs|prints|hangs?|gets?|crash(?:es)?|lags?|misses)\b"
)
_OWNED = re.compile(rf"\b(?:our|the|my)\s+((?:[\w-]+\s+){{0,3}}?[\w-]+)\s+{_VERB}", re.IGNORECASE)
_FIRST = re.compile(rf"^((?:[\w-]+\s+){{0,2}}?[\w-]+)(?:\s+{_VERB}|:)", re.IGNORECASE)


def named_on(line: str, seen: Seen) -> Iterator[str]:
    """The services that a line names, in order."""
    found = {match.start(): match.group() for match in _NAME.finditer(line) if match.group() not in _PROSE}
    found |= {match.start(1): match[1] for match in _GIVEN.finditer(line)}
    found |= {line.index(name): name for name in seen.available if names(line, name)}
    for _, name in sorted(found.items()):
        if seen.known(name) and not re.search(r"\d{3}", name):
            yield name


def front_of(seen: Seen) -> str:
    """The service that the request is about; where the first guess is no service, the best of those there are."""
    guess = subject(seen.request)
    if guess in seen.missing and seen.available:
        return best_match(seen.request, seen.available)
    return guess


def subject(request: str) -> str:
    """What a request calls the thing in trouble, as the name of a service: “our parcel API is …” → parcel-api."""
    own = _NAME.search(request)
    if own and own.group() not in _PROSE:
        return own.group()
    match = _OWNED.search(request) or _FIRST.search(request)
    said = match[1].lower().split() if match else []
    return "-".join(said[-2:]) or "unknown"


def best_match(request: str, available: Sequence[str]) -> str:
    """The service of a list that a request speaks of: the one that shares most words with it, earliest in it."""
    said = words(request)

    def score(name: str) -> tuple[int, int]:
        own = [word for word in words(name) if word in said]
        return len(own), -min((said.index(word) for word in own), default=len(said))

    return max(available, key=score)
