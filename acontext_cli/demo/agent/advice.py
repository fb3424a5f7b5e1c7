"""What a skill advises, as a person would understand it: which calls to make on what, in which order.

It reads entries in the form that skills have (a heading, When to Apply, numbered steps), whoever wrote them: a call in
backticks, or plain words that speak of logs, status, configuration.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from acontext_cli.demo.agent.tools import Role, role_of
from acontext_cli.messages import Json
from acontext_cli.skills import entries
from acontext_cli.trace.links import Symptom
from acontext_cli.trace.quantities import words

_SKILL = re.compile(r"<skill>\s*<name>(.*?)</name>\s*<description>(.*?)</description>", re.S)
_STEP = re.compile(r"^\s*(?:\d+[.)]|[-*]\s*(?:step\s*)?\d+[.):])\s+(.*)$", re.I | re.M)
_CALL = re.compile(r"`([\w.:-]+)\(([^`]*)\)`")
_PLACE = re.compile(r"<[^<>]+>|[^,()]+")
_BEHIND = re.compile(
    r"upstream|backend|behind|downstream|dependency|database|that service|named|from step|failing lines|which service",
    re.I,
)
_LINK = re.compile(r"\]\(([\w./-]+\.md)\)")
_COMMON = frozenset(
    "about after again all and any are been before being but can cause could diagnose did does error errors every fail failed failing fails "
    "find fix fixed for from get had has have how identify into its need not now off one only our out over please please problem request "
    "requests resolve return returning returns root service services should since some started still than that the their then there these "
    "they this those today under until use used users very was were what when where which while who why will with would you your happens "
    "known worked procedures symptoms shows log".split()
)


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
    text: str
    looks: tuple[Advised, ...]


def catalog(system: str) -> list[tuple[str, str]]:
    """(name, description) of the skills that a system prompt offers."""
    return [(html.unescape(name).strip(), html.unescape(said).strip()) for name, said in _SKILL.findall(system)]


def relevance(request: str, text: str) -> int:
    """How much a text speaks of what a request complains of: codes count more than words."""
    said = {word for word in words(text) if len(word) > 3} - _COMMON
    own = {word for word in words(request) if len(word) > 3} - _COMMON
    codes = [token for token in Symptom(request).tokens if any(letter.isdigit() for letter in token) or token.isupper()]
    return 3 * sum(bool(re.search(rf"(?<!\w){re.escape(code)}(?!\w)", text)) for code in codes) + len(said & own)


def best_skill(request: str, system: str, tools: Sequence[str]) -> str:
    """The skill to read: the one that speaks most of the request; of those that speak of its tools if none does."""
    scored = [
        (relevance(request, f"{name} {said}") + 2 * any(tool in said for tool in tools), name)
        for name, said in catalog(system)
    ]
    best = max(scored, default=(0, ""))
    return best[1] if best[0] >= 2 else ""


def best_file(request: str, overview: str) -> str:
    """The file of a skill whose row in the index speaks most of the request; the only file where there is but one."""
    rows = [(relevance(request, line), match[1]) for line in overview.splitlines() if (match := _LINK.search(line))]
    best = max(rows, default=(0, ""))
    if best[0]:
        return best[1]
    files = re.findall(r"^- ([\w./-]+\.md)\s*$", overview, re.M)
    return rows[0][1] if rows else files[0] if len(files) == 1 else ""


def advice(request: str, text: str) -> Advice | None:
    """The entry of a file that fits best and can be followed, or None."""
    read = (
        _advice(entry.title, entry.text) for entry in entries(text) if not entry.title.lower().startswith("warning")
    )
    usable = [entry for entry in read if len(entry.looks) > 1]
    return max(usable, key=lambda entry: relevance(request, entry.text), default=None)


def _advice(title: str, text: str) -> Advice:
    places: list[str] = []
    looks = [look for step in _STEP.findall(text) for look in _looks(step, places)]
    return Advice(title=title, text=text, looks=tuple(dict.fromkeys(looks)))


def _looks(step: str, places: list[str]) -> list[Advised]:
    calls = _CALL.findall(step)
    if not calls:
        role = role_of(words(step))
        return (
            [Advised(role=role, behind=int(bool(_BEHIND.search(step))))] if role in ("logs", "status", "config") else []
        )
    found = []
    for name, given in calls:
        role = role_of(words(name))
        place = next((match.group().strip() for match in _PLACE.finditer(given) if match.group().strip()), "")
        if place and place not in places:
            places.append(place)
        if role in ("logs", "status", "config"):
            found.append(Advised(role=role, behind=places.index(place) if place else 0))
    return found


def text_of(reads: Sequence[tuple[str, str, str]], tool: str) -> str | None:
    """The result of the last read with a tool, if there was one."""
    return next((result for name, _, result in reversed(reads) if name == tool), None)


def system_of(messages: Sequence[Json]) -> str:
    return "\n".join(str(message.get("content") or "") for message in messages if message.get("role") == "system")
