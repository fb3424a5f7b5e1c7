"""Where an entry goes: the skill, named by a stable rule from the tools' words, and the file that has room for it."""

from collections import Counter
from collections.abc import Callable, Iterator

from acontext_cli.distillations import Facts, Failure, Success
from acontext_cli.edits import CreateSkill, SkillEdit
from acontext_cli.engines.engine import Space
from acontext_cli.skills import FILE_TOKENS, description, slug, tokens
from acontext_cli.trace.quantities import words
from acontext_cli.trace.steps import VERBS

DAILY = "daily-logs"
USER = "user-general-facts"
COMMANDS = "project-commands"

_GENERIC = frozenset(
    [
        "details",
        "detail",
        "info",
        "data",
        "status",
        "item",
        "items",
        "result",
        "results",
        "value",
        "all",
        "by",
        "of",
        "to",
        "for",
        "the",
        "a",
        "tool",
        "mcp",
        "id",
        "name",
        "new",
    ]
)
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


def creation(name: str, lesson: Success | Facts) -> CreateSkill:
    """The edit that makes a skill for a first lesson."""
    if name == COMMANDS:
        return CreateSkill(
            name=name,
            description="Commands that test, lint or build this project. Use before running any of them.",
            body=_COMMANDS_BODY,
        )
    if name == USER:
        return CreateSkill(
            name=name,
            description="What the user wants in general: rules, preferences, corrections.",
            body=_body("User General Facts", "facts.md"),
        )
    tools = ", ".join(lesson.tools[:8])
    title = name.replace("-", " ").title()
    return CreateSkill(name=name, description=described((lesson.title,), tools), body=_body(title, "procedures.md"))


def described(titles: tuple[str, ...], tools: str) -> str:
    """The trigger words of the entries first, then what the skill is for."""
    purpose = f"Procedures known to have worked with {tools}. Use when a request or a log shows one of these symptoms."
    triggers = "; ".join(titles)
    return description(f"{triggers[: 1000 - len(purpose)]}. {purpose}")


def file_for(lesson: Success | Facts) -> str:
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


def edits_for(name: str, lesson: Success | Facts, space: Space) -> tuple[SkillEdit, ...]:
    return () if name in space.names() else (creation(name, lesson),)


def _body(title: str, file: str) -> str:
    return (
        f"# {title}\n\nWhat worked before, each entry with how that is known.\n\n"
        f"## File Structure\n\n- `{file}`, then `{file.replace('.md', '-2.md')}` and so on when it is full.\n\n"
        "## Guidelines\n\n- One entry a kind of task: `## Title (date: YYYY-MM-DD)`.\n"
        "- Look first at what tells causes apart; go on only if that holds.\n"
        "- Roles and derivations, not the names and numbers of one occasion.\n\n## Index\n"
    )


_COMMANDS_BODY = (
    "# Project Commands\n\nCommands that were seen passing in at least two sessions.\n\n## File Structure\n\n- `commands.md`: one entry a command.\n\n"
    "## Guidelines\n\n- Only whole commands that others can run; never one file's or one test's.\n\n## Index\n"
)
