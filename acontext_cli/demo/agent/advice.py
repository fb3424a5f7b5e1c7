"""What a skill advises, as a person would understand it: which looks to make at what, in which order.

It reads entries in the form that skills have (a heading, When to Apply, numbered steps), whoever wrote them: a call in
backticks, or plain words that speak of logs, status, configuration.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from acontext_cli.demo.agent.choice import relevance
from acontext_cli.demo.agent.tools import Role, role_of
from acontext_cli.skills import entries
from acontext_cli.trace.quantities import words

_STEP = re.compile(r"^\s*(?:\d+[.)]|[-*]\s*(?:step\s*)?\d+[.):])\s+(.*)$", re.IGNORECASE | re.MULTILINE)
_CALL = re.compile(r"`([\w.:-]+)\(([^`]*)\)`")
_PLACE = re.compile(r"<[^<>]+>|[^,()]+")
_BEHIND = re.compile(
    r"upstream|backend|behind|downstream|dependency|database|that service|named|from step|failing lines|which service",
    re.IGNORECASE,
)
_LOOKS = ("logs", "status", "config")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """One look that a step advises."""

    role: Role
    behind: int
    """0: at what the request is about; 1: at what its failing lines name; 2: one further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What an entry advises."""

    title: str
    looks: tuple[Advised, ...]


def advice(request: str, text: str) -> Advice | None:
    """The entry of a file that fits best and can be followed, or None; a warning is nothing to follow."""
    fitting = sorted(entries(text), key=lambda entry: -relevance(request, entry.text))
    read = (Advice(title=entry.title, looks=looks(entry.text)) for entry in fitting if not _warns(entry.title))
    return next((found for found in read if len(found.looks) > 1), None)


def looks(text: str) -> tuple[Advised, ...]:
    """The looks that the numbered steps of an entry advise, each once."""
    places: list[str] = []
    return tuple(dict.fromkeys(look for step in _STEP.findall(text) for look in _of_step(step, places)))


def _warns(title: str) -> bool:
    return title.lower().startswith("warning")


def _of_step(step: str, places: list[str]) -> Iterator[Advised]:
    calls = _CALL.findall(step)
    for name, given in calls:
        behind, role = _behind(given, places), role_of(words(name))
        if role in _LOOKS:
            yield Advised(role=role, behind=behind)
    role = None if calls else role_of(words(step))
    if role in _LOOKS:
        yield Advised(role=role, behind=int(bool(_BEHIND.search(step))))


def _behind(given: str, places: list[str]) -> int:
    """Which place a call is about: those of an entry are numbered in the order in which its calls name them."""
    place = next((found for match in _PLACE.findall(given) if (found := match.strip())), "")
    if place and place not in places:
        places.append(place)
    return places.index(place) if place else 0
