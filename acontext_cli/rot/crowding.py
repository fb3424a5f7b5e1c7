"""Skills whose descriptions are nearly the same: an agent that chooses by them can only guess."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from acontext_cli.rot.note import Note
from acontext_cli.skills import DAILY, USER

SHARE = 0.7
"""So much of the words of the shorter description is the same …"""
LEAST = 4
"""… and at least so many words."""
_COMMON = 200
"""A word of more descriptions than this tells none of them apart."""
_SHOWN = 8
_STOP = frozenset(
    str.split(
        "the and for with from this that when where which what how use used uses using into onto over under about "
        "after before are was were been has have had not nor but all any each its their your our you they them then "
        "one two more most such only also very can may must should will would request requests log logs shows show "
        "these those symptoms symptom skill skills notes note entries entry empty far tools tool called worked here"
    )
)


def crowded(described: Mapping[str, str]) -> Iterator[Note]:
    """A note for each group of skills, by name and description, of which each has a near double among the others."""
    words = {name: _words(said) for name, said in described.items() if name not in (DAILY, USER)}
    for group in _groups(words):
        shared = frozenset[str].intersection(*(words[name] for name in group)) or words[group[0]] & words[group[1]]
        others = ", ".join(group[1:_SHOWN]) + (f" and {len(group) - _SHOWN} more" if len(group) > _SHOWN else "")
        yield Note(
            kind="crowded",
            skill=group[0],
            text=f"its description is nearly that of {others} (all say {', '.join(sorted(shared)[:_SHOWN])}): "
            "say in each what sets it apart, or merge them",
        )


def _words(text: str) -> frozenset[str]:
    found = (word.removesuffix("s") for word in re.findall(r"\w{3,}", text.lower()) if word not in _STOP)
    return frozenset(found)


def _groups(words: Mapping[str, frozenset[str]]) -> list[Sequence[str]]:
    """Names that belong together, in order."""
    same: dict[frozenset[str], list[str]] = defaultdict(list)
    for name in sorted(words):
        if len(words[name]) >= LEAST:
            same[words[name]].append(name)
    first = {said: names[0] for said, names in same.items()}
    leads = {name: name for name in first.values()}
    for one, other in _near([(name, said) for said, name in first.items()]):
        _join(leads, one, other)
    groups: dict[str, list[str]] = defaultdict(list)
    for said, names in same.items():
        groups[_lead(leads, first[said])].extend(names)
    return [sorted(names) for _, names in sorted(groups.items()) if len(names) > 1]


def _near(described: Sequence[tuple[str, frozenset[str]]]) -> Iterator[tuple[str, str]]:
    """Pairs that share enough; only those are compared that have a telling word in common."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, (name, said) in enumerate(described):
        others = {other for word in said if len(holders[word]) < _COMMON for other in holders[word]}
        for other in sorted(others):
            if _is_near(said, described[other][1]):
                yield described[other][0], name
        for word in said:
            holders[word].append(place)


def _is_near(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return shared >= LEAST and shared >= SHARE * min(len(one), len(other)) and 2 * shared >= max(len(one), len(other))


def _lead(leads: dict[str, str], name: str) -> str:
    while leads[name] != name:
        leads[name] = leads[leads[name]]
        name = leads[name]
    return name


def _join(leads: dict[str, str], one: str, other: str) -> None:
    first, second = sorted((_lead(leads, one), _lead(leads, other)))
    leads[second] = first
