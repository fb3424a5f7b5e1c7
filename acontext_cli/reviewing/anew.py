"""A held lesson made anew for what stands in its space now. It is never forced upon a text that has changed since."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from acontext_cli.distillations import Distillation, Facts, Failure, Success
from acontext_cli.edits import AddEntry, CreateSkill, ReplaceText, SkillEdit, WriteFile, from_json
from acontext_cli.engines.engine import Proposal
from acontext_cli.engines.rules.entry import titled_id, with_sessions
from acontext_cli.engines.rules.new_skills import edits_for
from acontext_cli.engines.rules.places import Shelf, file_for, numbered, skill_for
from acontext_cli.errors import AcontextError, Refused
from acontext_cli.learned import SpaceView
from acontext_cli.reviewing.words import accepted
from acontext_cli.skills import FILE_TOKENS, SKILL, entries, heading, tokens
from acontext_cli.store import Held

MADE_FOR = "it was made for a text that does not stand there any more"
_CALLED = re.compile(r"`([A-Za-z_][\w.:-]{0,79})\(")


class Gone(AcontextError):
    """What a lesson was made for is not there any more; it is dropped."""


def anew(held: Held, item: Distillation | None, view: SpaceView, text: str = "") -> Proposal:
    """What accepting a lesson would do now. `item`: its distillation, where that is here; `text`: the entry as a person
    wants it. Raises Gone where there is nothing left that it could do."""
    text = _with_id(text, held) if text and held.entry else text or held.text
    if held.action == "add":
        return _added(held, item, view, text)
    return _replaced(held, view, text) if held.entry else _edited(held, view, text)


def _added(held: Held, item: Distillation | None, view: SpaceView, text: str) -> Proposal:
    """A new entry, in its own place or in the one that the rules choose."""
    if there := view.entry(held.entry):
        raise Gone(f"it stands in {there[0]}/{there[1].file} already")
    if view.deleted(held.entry) and not (held.state == "rejected" and view.rejected(held.entry)):
        raise Gone("you rejected this" if view.rejected(held.entry) else "you deleted its entry")
    skill, file, along = _place(held, item, view, text)
    sessions = len(view.sources(held.entry) | {held.session})
    text = _ready(text, skill, view, sessions)
    return _proposal(held, (*along, AddEntry(skill=skill, file=file, text=text)), skill, file, text)


def _place(held: Held, item: Distillation | None, view: SpaceView, text: str) -> tuple[str, str, Iterable[SkillEdit]]:
    """Skill and file of a new entry, and the edits that go with it."""
    asked, lesson = _edits(held), _lesson(held, item)
    add = next((edit for edit in asked if isinstance(edit, AddEntry)), None)
    made = [edit for edit in asked if isinstance(edit, CreateSkill)]
    if add and add.skill in view.names():
        own = view.by_hand(add.skill)
        along = _fitting(asked, view) or (() if own else edits_for(add.skill, lesson, view))
        return add.skill, add.file if own else _roomy(view, add.skill, add.file, text), along
    if add and made:
        return add.skill, add.file, made
    skill = skill_for(lesson, view)
    return skill, Shelf(view).place(skill, file_for(lesson), numbered, text), edits_for(skill, lesson, view)


def _replaced(held: Held, view: SpaceView, text: str) -> Proposal:
    """An entry with another text, wherever it stands now."""
    found, asked = view.entry(held.entry), _edits(held)
    if found is None or not _is_same(found[1].text, _old(held, asked)):
        raise Gone(MADE_FOR)
    skill, entry = found
    if _count(view, skill, entry.file, entry.text) != 1:
        raise Gone(MADE_FOR)
    sessions = len(view.sources(held.entry) | {held.session})
    text = _ready(text, skill, view, sessions)
    edit = ReplaceText(skill=skill, file=entry.file, old=entry.text, new=text)
    made = _proposal(held, (edit, *_fitting(asked, view)), skill, entry.file, text)
    return replace(made, before=entry.text)


def _edited(held: Held, view: SpaceView, text: str) -> Proposal:
    """A passage or a new file of a skill that a person gave its form."""
    asked = _edits(held)
    written = next((edit for edit in asked if isinstance(edit, WriteFile)), None)
    if written:
        if held.skill not in view.names() or written.file in view.skill(held.skill).files:
            raise Gone(f"{held.skill}/{written.file} stands there already, or its skill is gone")
        edit: SkillEdit = replace(written, text=text)
        return _proposal(held, (edit,), held.skill, held.file, text)
    old = _old(held, asked)
    if _count(view, held.skill, held.file, old) != 1:
        raise Gone(MADE_FOR)
    edit = ReplaceText(skill=held.skill, file=held.file, old=old, new=text)
    return replace(_proposal(held, (edit,), held.skill, held.file, text), before=old)


def _proposal(held: Held, edits: tuple[SkillEdit, ...], skill: str, file: str, text: str) -> Proposal:
    return Proposal(
        edits=edits,
        lesson=held.lesson,
        entry=held.entry,
        action=held.action,  # type: ignore[arg-type]
        title=held.title,
        skill=skill,
        file=file,
        text=text,
    )


def _with_id(text: str, held: Held) -> str:
    """A person's text with the id of the entry in its heading."""
    found = entries(text.strip("\n"))
    if len(found) != 1 or not text.lstrip("\n").startswith("## "):
        raise Refused("an entry begins with its heading, one line '## Title', and there is one of them")
    if found[0].id == held.entry:
        return found[0].text
    rest = found[0].text.partition("\n")[2]
    return "\n".join([heading(found[0].title, found[0].date or held.date, held.entry), *([rest] if rest else [])])


def _ready(text: str, skill: str, view: SpaceView, sessions: int) -> str:
    """An entry says how many sessions taught it and that it was accepted, but in a skill whose form is a person's."""
    return text if view.by_hand(skill) else accepted(with_sessions(text, sessions))


def _edits(held: Held) -> Sequence[SkillEdit]:
    """The edits that were kept; none where one of them cannot be read."""
    try:
        return tuple(map(from_json, held.edits))
    except AcontextError:
        return ()


def _old(held: Held, asked: Iterable[SkillEdit]) -> str:
    found = (edit.old for edit in asked if isinstance(edit, ReplaceText) and edit.file != SKILL)
    return held.before or next(found, "")


def _fitting(asked: Iterable[SkillEdit], view: SpaceView) -> tuple[SkillEdit, ...]:
    """Of the edits that only go along, to a skill's description, those that still fit."""
    return tuple(
        edit
        for edit in asked
        if isinstance(edit, ReplaceText) and edit.file == SKILL and _count(view, edit.skill, SKILL, edit.old) == 1
    )


def _count(view: SpaceView, skill: str, file: str, passage: str) -> int:
    if not passage or skill not in view.names():
        return 0
    found = view.skill(skill)
    text = found.text if file == SKILL else found.files.get(file, "")
    return text.count(passage)


def _is_same(now: str, then: str) -> bool:
    """Whether an entry is what it was; how many sessions confirmed it does not count."""
    return bool(then) and with_sessions(now, 0) == with_sessions(then, 0)


def _roomy(view: SpaceView, skill: str, file: str, text: str) -> str:
    """The file, or the next one where it is full."""
    used = view.tokens(skill, file)
    if not used or used + tokens(text) + 1 <= FILE_TOKENS:
        return file
    return Shelf(view).place(skill, re.sub(r"(-\d+)?\.md$", "", file), numbered, text)


def _lesson(held: Held, item: Distillation | None) -> Success | Facts:
    """What a place is chosen by: the lesson, or what of it is known where its session is not here."""
    verdict = item.verdict if item else None
    if isinstance(verdict, Success | Facts):
        return verdict
    if isinstance(verdict, Failure):
        return _procedure(held.title, verdict.tools)
    fact = Facts(facts=tuple(_bullets(held.text)), title=held.title)
    if held.entry != titled_id(fact, held.title):
        return _procedure(held.title, tuple(dict.fromkeys(_CALLED.findall(held.text))))
    return replace(fact, about="user") if held.title.startswith("User: ") else fact


def _procedure(title: str, tools: tuple[str, ...]) -> Success:
    return Success(title=title, generalizable_pattern="", applies_when="", tools=tools)


def _bullets(text: str) -> Iterator[str]:
    return (line.removeprefix("- ") for line in text.split("\n")[1:] if line.startswith("- "))
