"""How a space is to change for what was distilled: update before create, small edits, nothing taught twice."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from acontext_cli.distillations import Distillation, Facts, Failure, Skip, Success
from acontext_cli.edits import AddEntry, ReplaceText, SkillEdit
from acontext_cli.engines.engine import Decline, Hold, Proposal, Proposed, Space
from acontext_cli.engines.rules.entry import (
    FORGET_AFTER_DAYS,
    WARNING,
    contradicted_text,
    digest_id,
    digest_text,
    entry_id,
    lesson_text,
    warning_text,
    with_pins,
    with_sessions,
    with_sessions_renewed,
)
from acontext_cli.engines.rules.new_skills import edits_for, edits_for_warning
from acontext_cli.engines.rules.places import Shelf, by_date, file_for, numbered, skill_for
from acontext_cli.skills import DAILY, FILE_TOKENS, Entry, file_problem, tokens

Action = Literal["source", "replace", "warning"]
Found = tuple[str, Entry]
"""A skill and an entry of it."""


FAILED = "it failed, and without a model a failure alone teaches nothing"
MOST_LOGGED = 200
"""The daily log holds so many tasks of one session: more nobody reads, and a log of machines has thousands."""
_NOT_LOGGED = f"the daily log holds a session's first {MOST_LOGGED} tasks: acontext session tasks lists them all"
DELETED = "you deleted this entry, so it is not taught again"
REJECTED = "you rejected this"


def learn(
    items: Iterable[Distillation], space: Space, names: Mapping[str, str], forget_after: int = FORGET_AFTER_DAYS
) -> Proposed:
    """Proposals for what was distilled from some sessions; `names`: what these are called in the daily log."""
    writer = Writer(space, forget_after)
    for item in items:
        yield from writer.log(item, names)
        if isinstance(item.verdict, Failure):
            yield from writer.warn(item, item.verdict)
        elif not isinstance(item.verdict, Skip):
            yield from writer.teach(item, item.verdict)


class Writer:
    """Says what is to be written, looking at what stands there already."""

    def __init__(self, space: Space, forget_after: int = FORGET_AFTER_DAYS) -> None:
        """`forget_after`: so many days a warning holds that nothing confirms; 0: as long as it stands."""
        self._space = space
        self._forget_after = forget_after
        self._shelf = Shelf(space)
        self._logged: set[tuple[str, int]] = set()

    def log(self, item: Distillation, names: Mapping[str, str]) -> Iterator[Proposal | Decline]:
        """The record of a finished task, once."""
        task = item.task
        if (item.session, task.number) in self._logged or not task.finished:
            return
        self._logged.add((item.session, task.number))
        if task.number <= MOST_LOGGED:
            yield from self.digest(item, names.get(item.session, ""))
        elif task.number == MOST_LOGGED + 1:
            yield Decline(lesson=item.id, reason=_NOT_LOGGED)

    def digest(self, item: Distillation, name: str) -> Iterator[Proposal]:
        """The record of a task in the daily log, made or brought up to date."""
        id = digest_id(item.task, item.session)
        text = digest_text(item.task, item.session, name, item.date)
        found = self._space.entry(id)
        if found:
            if found[1].text != text:
                yield self._changed(item, found, text, "replace", item.task.goal, judged=False)
        elif DAILY in self._space.names() and not self._space.deleted(id):
            file = self._shelf.place(DAILY, item.date, by_date, text)
            edit = AddEntry(skill=DAILY, file=file, text=text)
            yield Proposal(
                edits=(edit,), lesson=item.id, entry=id, action="add", title=item.task.goal, skill=DAILY, file=file
            )

    def teach(self, item: Distillation, lesson: Success | Facts) -> Iterator[Proposal | Hold | Decline]:
        """The entry of a lesson, another session for it, or why it waits."""
        id, needed = entry_id(lesson), lesson.sessions_needed
        sessions = self._space.sources(id) | {item.session}
        found = self._space.entry(id)
        if found:
            yield from self._seen_again(item, lesson, found, len(sessions))
        elif self._space.deleted(id):
            reason = REJECTED if self._space.rejected(id) else DELETED
            yield Decline(lesson=item.id, reason=f"“{lesson.title}”: {reason}")
        elif len(sessions) < needed:
            reason = f"seen in {len(sessions)} session; {needed} are needed"
            text = lesson_text(lesson, item, len(sessions))
            yield Hold(lesson=item.id, entry=id, title=lesson.title, reason=reason, text=text)
        else:
            yield self._added(item, lesson, len(sessions))

    def warn(self, item: Distillation, lesson: Failure) -> Iterator[Proposal | Decline]:
        """What this session taught and now turns out to have failed becomes a warning, and a warning that this session
        bears out holds for longer; nothing else is written."""
        id = entry_id(lesson)
        yield self.warned(item, lesson, id) or self._borne_out(item, lesson, id) or _failed(item)

    def _borne_out(self, item: Distillation, lesson: Failure, id: str) -> Proposal | None:
        """A warning that another session confirms, by failing in the same way."""
        found = self._space.entry(id)
        if not found or not found[1].title.startswith(WARNING):
            return None
        sessions = len(self._space.sources(id) | {item.session})
        text = with_sessions_renewed(found[1].text, sessions, item.date, self._forget_after)
        # Its words need no new evidence: they are those that stand there.
        return replace(self._changed(item, found, text, "source", lesson.title), before=found[1].text)

    def warned(self, item: Distillation, lesson: Failure, id: str) -> Proposal | None:
        """The entry as a warning, if this session has taught it; where others did too, with the failure noted."""
        found, sources = self._space.entry(id), self._space.sources(id)
        if not found or item.session not in sources:
            return None
        if others := len(sources) - 1:
            text = with_sessions(contradicted_text(found[1].text, lesson, item.date), others)
            return self._changed(item, found, text, "warning", lesson.title)
        text = warning_text(found[1].text, lesson, item.date, self._forget_after)
        made = self._changed(item, found, text, "warning", lesson.title)
        return replace(made, edits=(*made.edits, *edits_for_warning(found[0], lesson, self._space)))

    def _added(self, item: Distillation, lesson: Success | Facts, sessions: int) -> Proposal:
        skill = skill_for(lesson, self._space)
        text = lesson_text(lesson, item, sessions)
        file = self._shelf.place(skill, file_for(lesson), numbered, text)
        return Proposal(
            edits=(*edits_for(skill, lesson, self._space), AddEntry(skill=skill, file=file, text=text)),
            lesson=item.id,
            entry=entry_id(lesson),
            action="add",
            title=lesson.title,
            skill=skill,
            file=file,
            text=text,
        )

    def _seen_again(
        self, item: Distillation, lesson: Success | Facts, found: Found, sessions: int
    ) -> Iterator[Proposal]:
        entry = found[1]
        if entry.title.startswith(WARNING) and isinstance(lesson, Success):
            yield self._changed(item, found, lesson_text(lesson, item, sessions), "replace", lesson.title)
        elif item.session not in self._space.sources(entry.id):
            yield self._changed(item, found, with_sessions(entry.text, sessions), "source", lesson.title)

    def _changed(
        self, item: Distillation, found: Found, text: str, action: Action, title: str, *, judged: bool = True
    ) -> Proposal:
        """The entry with another text, in another file where its own has no room for more. What a person did to it by
        hand stays."""
        skill, entry = found
        if action != "source":
            text = with_pins(text, entry, self._space.pins(entry.id))
        file = self._file(item, skill, entry, text)
        return Proposal(
            edits=_edits(found, text, file),
            lesson=item.id,
            entry=entry.id,
            action=action,
            title=title,
            skill=skill,
            file=file,
            text=text if judged else "",
        )

    def _file(self, item: Distillation, skill: str, entry: Entry, text: str) -> str:
        used, more = self._space.tokens(skill, entry.file), tokens(text) - tokens(entry.text)
        if more <= 0 or not used + more > FILE_TOKENS >= used or file_problem(entry.file):
            return entry.file
        if skill == DAILY:
            return self._shelf.place(skill, item.date, by_date, text)
        stem = re.sub(r"(-\d+)?\.md$", "", entry.file)
        return self._shelf.place(skill, stem, numbered, text)


def _failed(item: Distillation) -> Decline:
    return Decline(lesson=item.id, reason=FAILED)


def _edits(found: Found, text: str, file: str) -> tuple[SkillEdit, ...]:
    skill, entry = found
    if text == entry.text:
        return ()
    if file == entry.file:
        return (ReplaceText(skill=skill, file=file, old=entry.text, new=text),)
    return (
        ReplaceText(skill=skill, file=entry.file, old=entry.text, new=""),
        AddEntry(skill=skill, file=file, text=text),
    )
