"""How a space is to change for what was distilled: update before create, small edits, nothing taught twice."""

from collections.abc import Iterable, Iterator
from typing import Literal

from acontext_cli.distillations import Distillation, Facts, Failure, Skip, Success
from acontext_cli.edits import AddEntry, ReplaceText
from acontext_cli.engines.engine import Hold, Proposal, Space
from acontext_cli.engines.rules.entry import (
    WARNING,
    contradicted_text,
    digest_id,
    digest_text,
    entry_id,
    lesson_text,
    warning_text,
    with_sessions,
)
from acontext_cli.engines.rules.new_skills import edits_for
from acontext_cli.engines.rules.places import DAILY, Shelf, by_date, file_for, numbered, skill_for
from acontext_cli.skills import Entry

Action = Literal["source", "replace", "warning"]


def learn(items: Iterable[Distillation], space: Space, name: str) -> Iterator[Proposal | Hold]:
    """Proposals for one session's distillations; `name` is what the session is called in the daily log."""
    shelf = Shelf(space)
    logged: set[int] = set()
    for item in items:
        if item.task.number not in logged and item.task.finished:
            logged.add(item.task.number)
            yield from _digest(item, space, shelf, name)
        if isinstance(item.verdict, Failure):
            yield from _warn(item, item.verdict, space)
        elif not isinstance(item.verdict, Skip):
            yield from _teach(item, item.verdict, space, shelf)


def _digest(item: Distillation, space: Space, shelf: Shelf, name: str) -> Iterator[Proposal]:
    id = digest_id(item.task, item.session)
    text = digest_text(item.task, item.session, name, item.date)
    found = space.entry(id)
    if found:
        if found[1].text != text:
            yield _replaced(item, found, text, "replace", item.task.goal)
    elif DAILY in space.names() and not space.deleted(id):
        file = shelf.place(DAILY, item.date, by_date, text)
        yield Proposal(
            edits=(AddEntry(skill=DAILY, file=file, text=text),),
            lesson=item.id, entry=id, action="add", title=item.task.goal, skill=DAILY, file=file, text="",
        )  # fmt: skip


def _teach(item: Distillation, lesson: Success | Facts, space: Space, shelf: Shelf) -> Iterator[Proposal | Hold]:
    id = entry_id(lesson)
    sessions = space.sources(id) | {item.session}
    needed = lesson.sessions_needed
    found = space.entry(id)
    if found:
        yield from _seen_again(item, lesson, found, sessions, new=item.session not in space.sources(id))
    elif space.deleted(id):
        return
    elif len(sessions) < needed:
        reason = f"seen in {len(sessions)} session; {needed} are needed"
        yield Hold(
            lesson=item.id, entry=id, title=lesson.title, reason=reason, text=lesson_text(lesson, item, len(sessions))
        )
    else:
        yield _added(item, lesson, space, shelf, len(sessions))


def _added(item: Distillation, lesson: Success | Facts, space: Space, shelf: Shelf, sessions: int) -> Proposal:
    skill = skill_for(lesson, space)
    text = lesson_text(lesson, item, sessions)
    file = shelf.place(skill, file_for(lesson), numbered, text)
    edits = (*edits_for(skill, lesson, space), AddEntry(skill=skill, file=file, text=text))
    return Proposal(
        edits=edits,
        lesson=item.id,
        entry=entry_id(lesson),
        action="add",
        title=lesson.title,
        skill=skill,
        file=file,
        text=text,
    )


def _seen_again(
    item: Distillation, lesson: Success | Facts, found: tuple[str, Entry], sessions: frozenset[str], *, new: bool
) -> Iterator[Proposal]:
    entry = found[1]
    if entry.title.startswith(WARNING) and isinstance(lesson, Success):
        yield _replaced(item, found, lesson_text(lesson, item, len(sessions)), "replace", lesson.title)
    elif new:
        yield _replaced(item, found, with_sessions(entry.text, len(sessions)), "source", lesson.title)


def _warn(item: Distillation, lesson: Failure, space: Space) -> Iterator[Proposal]:
    """What this session taught and now turns out to have failed becomes a warning; nothing else is written."""
    found = space.entry(entry_id(lesson))
    sources = space.sources(entry_id(lesson))
    if not found or item.session not in sources:
        return
    turned = warning_text if sources == {item.session} else contradicted_text
    text = turned(found[1].text, lesson, item.date)
    if text != found[1].text:
        yield _replaced(item, found, text, "warning", lesson.title)


def _replaced(item: Distillation, found: tuple[str, Entry], text: str, action: Action, title: str) -> Proposal:
    skill, entry = found
    edits = (ReplaceText(skill=skill, file=entry.file, old=entry.text, new=text),) if text != entry.text else ()
    return Proposal(
        edits=edits, lesson=item.id, entry=entry.id, action=action, title=title, skill=skill, file=entry.file, text=text
    )
