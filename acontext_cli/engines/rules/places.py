"""Where an entry goes: the skill, named by a stable rule from the tools' words, and the file that has room for it."""

from collections import Counter
from collections.abc import Callable, Iterator

from acontext_cli.distillations import Facts, Failure, Success
from acontext_cli.engines.engine import Space
from acontext_cli.skills import FILE_TOKENS, USER, slug, tokens
from acontext_cli.trace.quantities import words
from acontext_cli.trace.steps import VERBS

COMMANDS = "project-commands"

_GENERIC = frozenset([
    "details", "detail", "info", "data", "status", "item", "items", "result", "results", "value", "all", "by", "of",
    "to", "for", "the", "a", "tool", "mcp", "id", "name", "new",
])  # fmt: skip
_SUFFIX = "-patterns"


def nouns(tools: tuple[str, ...]) -> list[str]:
    """The things that tools are about, the most frequent first: `update_config`, `read_config` → config."""
    counted = Counter(word for tool in tools for word in words(tool) if word not in VERBS and word not in _GENERIC)
    return [word for word, _ in counted.most_common()]


def skill_for(lesson: Success | Facts | Failure, space: Space) -> str:
    """The name of the skill that a lesson belongs to: one about the same things if there is one, else a new one."""
    if isinstance(lesson, Facts) and lesson.about == "user":
        return USER
    if isinstance(lesson, Facts) and lesson.title.partition(" command: ")[1]:
        return COMMANDS
    about = nouns(lesson.tools)[:2] or ["task"]
    for name in sorted(space.names()):
        if name.endswith(_SUFFIX) and about[0] in name.removesuffix(_SUFFIX).split("-"):
            return name
    return slug("-".join(about), 48 - len(_SUFFIX)) + _SUFFIX


def file_for(lesson: Success | Facts) -> str:
    """The stem of the files that a lesson's entry stands in."""
    if isinstance(lesson, Success):
        return "procedures"
    return "commands" if lesson.title.partition(" command: ")[1] else "facts"


class Shelf:
    """Finds the file of a skill that still has room; within a run it never looks back at one that was full."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._open: dict[tuple[str, str], tuple[str, Iterator[str]]] = {}

    def place(self, skill: str, key: str, stems: Callable[[str], Iterator[str]], text: str) -> str:
        """The first of the files `stems(key)` that takes the text within its budget; an empty one always does."""
        if (skill, key) not in self._open:
            more = stems(key)
            self._open[skill, key] = next(more), more
        stem, more = self._open[skill, key]
        while not self._has_room(skill, f"{stem}.md", tokens(text) + 1):
            stem = next(more)
        self._open[skill, key] = stem, more
        return f"{stem}.md"

    def _has_room(self, skill: str, file: str, size: int) -> bool:
        used = self._space.tokens(skill, file)
        return not used or used + size <= FILE_TOKENS


def numbered(stem: str) -> Iterator[str]:
    """`procedures`, `procedures-2`, `procedures-3` …"""
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def by_date(day: str) -> Iterator[str]:
    """The month's file, then the day's, then more of the day."""
    yield day[:7]
    yield from numbered(day)
