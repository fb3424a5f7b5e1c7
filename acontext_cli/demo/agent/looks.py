"""Which look comes next: where a skill says, else status and logs of every service breadth first, then settings."""

from collections.abc import Iterable, Iterator

from acontext_cli.demo.agent.advice import Advice
from acontext_cli.demo.agent.lines import measured
from acontext_cli.demo.agent.places import Places, wider
from acontext_cli.demo.agent.seen import Seen
from acontext_cli.demo.agent.tools import Role

Look = tuple[Role, str]
"""What to look at, and of which service."""

_INWARD: tuple[Role, ...] = ("logs", "config", "status")


def looks(seen: Seen, found: Places, advised: Advice | None) -> Iterator[Look]:
    """What has not been looked at yet, in the order in which it is worth looking."""
    if advised:
        needed, spare = as_advised(seen, found, advised)
        yield from (*needed, *spare)
        for service in found.chain:
            for role in _INWARD:
                yield from _unread(seen, role, [service])
    yield from exploration(seen, found)
    yield from _unread(seen, "config", found.chain)


def exploration(seen: Seen, found: Places) -> Iterator[Look]:
    """Status and logs of all that the failing lines name."""
    for service in (*found.chain, *found.aside):
        yield from _unread(seen, "status", [service])
        yield from _unread(seen, "logs", [service])


def further(seen: Seen, found: Places) -> Iterator[Look]:
    """Where else a cause may be, when nothing that the symptom leads to explains it."""
    for service in wider(seen, found):
        yield from _unread(seen, "status", [service])
        yield from _unread(seen, "logs", [service])
        yield from _unread(seen, "config", [service])


def as_advised(seen: Seen, found: Places, advised: Advice) -> tuple[list[Look], list[Look]]:
    """The looks of a skill's steps that are still to be made, and those that ask what is known already."""
    known = measured(seen, found.chain)
    needed: list[Look] = []
    spare: list[Look] = []
    for look in advised.looks:
        if look.behind < len(found.chain):
            measures = look.behind > 0 and look.role != "config"
            unread = _unread(seen, look.role, [found.chain[look.behind]])
            (spare if measures and known else needed).extend(unread)
            known = known or measures
    return needed, spare


def _unread(seen: Seen, role: Role, services: Iterable[str]) -> Iterator[Look]:
    done = set(seen.status if role == "status" else seen.logs if role == "logs" else seen.configs)
    if role in seen.tools:
        yield from ((role, service) for service in services if service not in done and seen.known(service))
