"""Which services to look at, and in which order: those that the symptom leads to, and beside them those that merely
have errors of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

from acontext_cli.demo.agent.seen import Seen, best_match, named_on, subject, troubled


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Services by how they were come upon, each in order."""

    front: str
    """What the request speaks of."""
    chain: tuple[str, ...]
    """The front and what its failing lines lead to, step by step: where the cause may be."""
    aside: tuple[str, ...]
    """What error lines of another story name."""


def places(seen: Seen) -> Places:
    """Breadth first, from what has been read so far."""
    front = front_of(seen)
    chain, aside = [front], list[str]()
    for service in chain:
        for name, leads in _named(service, seen, first=service == front):
            if leads and name not in chain:
                chain.append(name)
            elif not leads and name not in aside:
                aside.append(name)
    return Places(front=front, chain=tuple(chain), aside=tuple(name for name in aside if name not in chain))


def front_of(seen: Seen) -> str:
    """The service that the request is about; where the first guess is no service, the best of those there are."""
    guess = subject(seen.request)
    if guess in seen.missing and seen.available:
        return best_match(seen.request, seen.available)
    return guess


def wider(seen: Seen, found: Places) -> tuple[str, ...]:
    """What any line in a log of the chain names, and then what its settings name: where else a cause may be."""
    lines = (line for service in found.chain for line in seen.logs.get(service, "").splitlines())
    settings = (str(value) for service in found.chain for value in seen.configs.get(service, {}).values())
    known = {*found.chain, *found.aside}
    return tuple(
        dict.fromkeys(name for line in (*lines, *settings) for name in named_on(line, seen) if name not in known)
    )


def _named(service: str, seen: Seen, *, first: bool) -> Iterator[tuple[str, bool]]:
    """(service, whether the symptom leads there) for what a log's failing lines name."""
    lines = seen.logs.get(service, "").splitlines()
    carrying = [line for line in lines if seen.symptom.on(line)] if first else []
    named = dict.fromkeys(name for line in carrying for name in named_on(line, seen) if name != service)
    yield from ((name, True) for name in named)
    for line in lines:
        if troubled(line) and line not in carrying:
            yield from ((name, not first or not named) for name in named_on(line, seen) if name != service)
