"""Which look comes next: status and logs of every service breadth first, then settings; with advice, where it says,
and along the failing lines before anything else."""

from collections.abc import Iterable, Iterator

from acontext_cli.demo.agent.advice import Advice, Advised
from acontext_cli.demo.agent.evidence import telling
from acontext_cli.demo.agent.places import Places, wider
from acontext_cli.demo.agent.seen import Seen
from acontext_cli.demo.agent.tools import Role

Look = tuple[Role, str]
"""What to look at, and of which service."""


def looks(seen: Seen, found: Places, advised: Advice | None) -> Iterator[Look]:
    """What has not been looked at yet, in the order in which it is worth looking."""
    if advised:
        yield from _with_advice(seen, found, advised)
    yield from exploration(seen, found)
    yield from _unread(seen, "config", found.chain)


def exploration(seen: Seen, found: Places) -> Iterator[Look]:
    """Status and logs of all that the failing lines name."""
    for service in (*found.chain, *found.aside):
        yield from _unread(seen, "status", [service])
        yield from _unread(seen, "logs", [service])


def further(seen: Seen, found: Places) -> Iterator[Look]:
    """Where else a cause may be, when nothing that the symptom leads to explains it."""
    for service in wider(seen, found, found.chain):
        yield from _unread(seen, "status", [service])
        yield from _unread(seen, "logs", [service])
        yield from _unread(seen, "config", [service])


def _with_advice(seen: Seen, found: Places, advised: Advice) -> Iterator[Look]:
    """What the advice says, then inwards along the chain, then what its lines name; other stories come last."""
    yield from _doubted(seen, found.front)
    needed, spare = as_advised(seen, found, advised)
    yield from needed
    yield from _inwards(seen, found.chain)
    yield from spare
    if not telling(seen, found.chain):
        yield from _unread(seen, "status", found.chain)
    yield from _inwards(seen, wider(seen, found, reversed(found.chain)))


def _inwards(seen: Seen, services: Iterable[str]) -> Iterator[Look]:
    for service in services:
        yield from _unread(seen, "logs", [service])
        yield from _doubted(seen, service)
        yield from _unread(seen, "config", [service])


def _doubted(seen: Seen, service: str) -> Iterator[Look]:
    """Where nothing is logged the name may be no service's, and its status tells."""
    if seen.logs.get(service) == "":
        yield from _unread(seen, "status", [service])


def as_advised(seen: Seen, found: Places, advised: Advice) -> tuple[list[Look], list[Look]]:
    """The looks of a skill's steps that are still to be made, and those that ask what is known already."""
    told = telling(seen, found.chain)
    known = told
    needed: list[Look] = []
    spare: list[Look] = []
    for look in (look for look in _in_turn(advised) if look.behind < len(found.chain)):
        if look.role == "config" and not told:  # nothing says why yet: no setting could explain it
            needed += (further for further in _unread(seen, "logs", found.chain) if further not in needed)
        measures = look.role != "config" and look.behind > 0
        complained_of = look.role == "status" and look.behind == 0  # that it is unwell is what the request says
        unread = _unread(seen, look.role, [found.chain[look.behind]])
        (spare if complained_of or (known and measures) else needed).extend(unread)
        known = known or measures
    return needed, spare


def _in_turn(advised: Advice) -> list[Advised]:
    """Logs tell causes apart, so they come before what else is advised, and settings last."""
    return sorted(advised.looks, key=lambda look: ("logs", "status", "config").index(look.role))


def _unread(seen: Seen, role: Role, services: Iterable[str]) -> Iterator[Look]:
    done = set(seen.status if role == "status" else seen.logs if role == "logs" else seen.configs)
    if role in seen.tools:
        yield from ((role, service) for service in services if service not in done and seen.known(service))
