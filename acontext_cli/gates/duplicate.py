"""Entries that stand there already, the other way round, or were taken away by a person.

Only a bounded part of a space is looked at: the skill that is written to, and those whose names or descriptions share
words with the lesson.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from acontext_cli.engines.engine import Proposal, Space
from acontext_cli.engines.rules.entry import bare_title
from acontext_cli.errors import AcontextError
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.gates.likeness import Profile, contradiction, is_same, nearly, profile
from acontext_cli.skills import DAILY, SKILL, Entry, entries, one_line

_MOST_SKILLS, _MOST_FILES, _MOST_ENTRIES = 4, 40, 400
_ALL_DESCRIBED = 100
"""In a space of so many skills their descriptions are looked at too, else only their names."""
_COMMON = frozenset(
    str.split("and for of the in with patterns pattern guide facts general notes logs procedures handling use")
)
_LONG = re.compile(r"\w{4,40}")
_LEAST_SHARED = 2
"""Entries that share fewer words, in a first rough look, are not compared."""
_WORD = re.compile(r"[a-z0-9]{3,}")


def not_a_duplicate(proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """A new entry says nothing that another one says already, and nothing against one."""
    space = evidence.space
    if proposal.action != "add" or space is None or proposal.skill == DAILY or not proposal.entry:
        return None
    mine, words = profile(proposal.text), _long_words(proposal.text)
    for skill, entry in _standing(proposal, space):
        if entry.id == proposal.entry or len(words & _long_words(entry.text)) < _LEAST_SHARED:
            continue
        if told := _likeness(mine, profile(entry.text)):
            there = f"“{one_line(entry.title, 90)}” in {skill}/{entry.file}"
            return Verdict(gate="duplicate", decision="hold", reason=f"{told} {there}")
    return None


def not_deleted(proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """What a person deleted does not come back under nearly its title."""
    if proposal.action != "add" or evidence.space is None:
        return None
    title = bare_title(proposal.title)
    for gone in evidence.space.deleted_titles():
        if nearly(title, bare_title(gone)):
            reason = f"you deleted this entry, it is not taught again (“{one_line(gone, 90)}”)"
            return Verdict(gate="deleted", decision="refuse", reason=reason)
    return None


def _long_words(text: str) -> set[str]:
    return set(_LONG.findall(text.lower()))


def _likeness(new: Profile, old: Profile) -> str:
    if said := contradiction(new, old):
        return f"it seems to contradict ({said})"
    return "it seems to say the same as" if is_same(new, old) else ""


def _standing(proposal: Proposal, space: Space) -> Iterator[tuple[str, Entry]]:
    """The entries near a lesson, those of its own skill first."""
    return islice(_entries(proposal, space), _MOST_ENTRIES)


def _entries(proposal: Proposal, space: Space) -> Iterator[tuple[str, Entry]]:
    for name in (proposal.skill, *_similar(proposal, space)):
        with suppress(AcontextError):  # one that cannot be read; `skill check` tells of it
            files = space.skill(name).files if name in space.names() else {}
            for file in islice((each for each in files if each.endswith(".md") and each != SKILL), _MOST_FILES):
                yield from ((name, entry) for entry in entries(files[file], file))


def _similar(proposal: Proposal, space: Space) -> list[str]:
    """Other skills that share the most words with the lesson, by name, and by description where they are few."""
    asked = set(_WORD.findall(f"{proposal.skill} {proposal.title}".lower().replace("_", " "))) - _COMMON
    names = [name for name in space.names() if name not in (proposal.skill, DAILY)]
    described = len(names) <= _ALL_DESCRIBED
    found = ((len(asked & _words_of(name, space, described=described)), name) for name in names)
    return [name for shared, name in sorted(found, key=lambda each: (-each[0], each[1])) if shared][:_MOST_SKILLS]


def _words_of(name: str, space: Space, *, described: bool) -> set[str]:
    told = name
    if described:
        with suppress(AcontextError):
            told = f"{name} {space.skill(name).description}"
    return set(_WORD.findall(told.lower())) - _COMMON
