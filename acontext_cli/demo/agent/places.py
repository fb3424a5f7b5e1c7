"""Which services to look at, and in which order: those that the symptom leads to, and beside them those that merely
have errors of their own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from acontext_cli.demo.agent.lines import troubled
from acontext_cli.demo.agent.naming import front_of, named_on
from acontext_cli.demo.agent.seen import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Services by how they were come upon, each in order."""

    chain: tuple[str, ...]
    """What the request speaks of and what its failing lines lead to, step by step: where the cause may be."""
    aside: tuple[str, ...]
    """What error lines of another story name."""

    @property
    def front(self) -> str:
        return self.chain[0]


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
    return Places(chain=tuple(chain), aside=tuple(name for name in aside if name not in chain))


def wider(seen: Seen, found: Places, chain: Iterable[str]) -> tuple[str, ...]:
    """What any line in a log of the chain names, and then what its settings name: where else a cause may be."""
    services = tuple(chain)
    lines = (line for service in services for line in seen.logs.get(service, "").splitlines())
    settings = (value for service in services for value in seen.configs.get(service, {}).values())
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
