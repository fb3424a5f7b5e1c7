"""What a learner is told: the lessons, and the catalog of the skills that are there."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields

from acontext_cli.distillations import Distillation, Facts, Failure, Skip, Success
from acontext_cli.engines.engine import Space
from acontext_cli.engines.llm.fence import fenced
from acontext_cli.errors import AcontextError
from acontext_cli.recall import listed
from acontext_cli.skills import DAILY, one_line, tokens

_LONGEST, _MOST_LINES = 600, 10
"""A field of a lesson is told in so many characters, a list in so many lines."""
_TOGETHER = 8
_MOST_DELETED = 15


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing to write."""

    item: Distillation
    is_record: bool = False
    """Whether it is the record of a finished task for the daily log, and no lesson."""


def together(lessons: Sequence[Lesson], room: int) -> Iterator[list[Lesson]]:
    """The lessons a few at a time: so many as are told in so many tokens, and never more than a handful."""
    few: list[Lesson] = []
    for lesson in lessons:
        if few and (len(few) == _TOGETHER or tokens(_all([*few, lesson])) > room):
            yield few
            few = []
        few.append(lesson)
    if few:
        yield few


def asked_text(lessons: Sequence[Lesson], space: Space, room: int) -> str:
    """What a learner is asked about some lessons: the catalog, what a person deleted, and the lessons, numbered."""
    told = _all(lessons)
    gone = "".join(f"\n- {one_line(title, 120)}" for title in space.deleted_titles()[-_MOST_DELETED:])
    deleted = (
        f"A person deleted or rejected these entries: do not teach them again, in no other words either.{gone}"
        if gone
        else ""
    )
    listed = _catalog(space, max(300, room - tokens(told) - tokens(deleted)))
    return "\n\n".join(filter(None, (listed, deleted, fenced("lessons", told))))


def readable(space: Space) -> list[tuple[str, str]]:
    """Name and description of every skill that can be read."""
    found = []
    for name in space.names():
        with suppress(AcontextError):  # `skill check` tells of it
            found.append((name, space.skill(name).description))
    return found


def _catalog(space: Space, room: int) -> str:
    """Every skill with its description, these cut so that all fit in so many tokens; at last only their names."""
    found, width = readable(space), 1024
    while width > 20 and tokens(_listed(found, width)) > room:
        width = width * 2 // 3
    shown = _listed(found, width) if width > 20 else ", ".join(name for name, _ in found)[: room * 4]
    own = ", ".join(name for name, _ in found if space.by_hand(name))
    told = f"\nSkills whose SKILL.md the user wrote: {one_line(own, 600)}." if own else ""
    kept = f"\n`{DAILY}` is kept by the program." if DAILY in space.names() and not space.by_hand(DAILY) else ""
    return f"{shown}{told}{kept}"


def _listed(found: Sequence[tuple[str, str]], width: int) -> str:
    each = (listed(name, one_line(said, width)) for name, said in found)
    return "\n".join(["<available_skills>", *each, "</available_skills>"])


def _all(lessons: Sequence[Lesson]) -> str:
    return "\n\n".join("\n".join(_told(number, lesson)) for number, lesson in enumerate(lessons, 1))


def _told(number: int, lesson: Lesson) -> Iterator[str]:
    item = lesson.item
    task, known = item.task, item.task.known if lesson.is_record else item.known
    how = f": {known.because} ({known.source})" if known else ""
    yield f"## Lesson {number}: {_kind(lesson)} (date: {item.date})"
    yield f"- Asked for: {task.goal}"
    if lesson.is_record:
        yield f"- Outcome: {task.status}{how}"
        yield from (f"- {line}" for line in task.progress)
        return
    yield f"- Known{how}" if how else "- Known: only the agent says so"
    yield from _fields(item.verdict)


def _kind(lesson: Lesson) -> str:
    verdict = lesson.item.verdict
    if lesson.is_record:
        return f"a finished task, to be recorded in `{DAILY}` as its SKILL.md says"
    if isinstance(verdict, Facts):
        return f"facts about the {verdict.about}"
    return "a procedure" if isinstance(verdict, Success) else "a warning"


def _fields(verdict: Success | Facts | Failure | Skip) -> Iterator[str]:
    for field in fields(verdict):
        value = getattr(verdict, field.name)
        if not value or field.name in ("task_goal", "sessions_needed", "tools", "about"):
            continue
        if isinstance(value, tuple):
            yield f"- {field.name}:"
            yield from (
                f"  {place}. {one_line(str(line), _LONGEST)}" for place, line in enumerate(value[:_MOST_LINES], 1)
            )
        else:
            yield f"- {field.name}: {one_line(str(value), _LONGEST)}"
