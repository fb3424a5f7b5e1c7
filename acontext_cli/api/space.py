"""A space of skills as an agent loop sees it: look at them, pick some, hand them to an agent."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from acontext_cli.edits import CreateSkill
from acontext_cli.errors import AcontextError
from acontext_cli.reads import Read
from acontext_cli.recall import Recall
from acontext_cli.session.clock import now
from acontext_cli.skills import USER
from acontext_cli.store import SkillStore
from acontext_cli.store.runs import hand_run
from acontext_cli.store.space import EMPTY

if TYPE_CHECKING:
    from acontext_cli.packing import Foreign
    from acontext_cli.reads.reads import How
    from acontext_cli.store.draft import Draft

_BODY = """# {}

Say here what is to be remembered in this skill.

## File Structure

One file per topic.

## Guidelines

- One entry per lesson: a heading with its date, then short bullet points.

## Index
"""


@dataclass(frozen=True, slots=True)
class LearningSpace:
    """A folder of skills with its ledger."""

    name: str
    store: SkillStore
    facts: SkillStore | None = None
    """The space that holds what the user wants in general, where that is another one."""

    @property
    def skills(self) -> "Skills":
        return Skills(self.store, facts=self.facts)


class Skills:
    """The skills of a space, or some of them."""

    def __init__(
        self,
        store: SkillStore,
        chosen: tuple[str, ...] | None = None,
        facts: SkillStore | None = None,
        clock: Callable[[], str] = now,
    ) -> None:
        """`clock`: the time, UTC, by which warnings expire and readings are dated."""
        self.store = store
        self._chosen = chosen
        self._facts = facts
        self._clock = clock

    def holder(self, name: str) -> SkillStore:
        """The space whose skill is meant by this name."""
        return self._facts if self._facts and name == USER and USER in self._facts.names() else self.store

    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self.store.names() if self._chosen is None or name in self._chosen)

    def list(self) -> tuple[tuple[str, str], ...]:
        """Name and description of each that can be read."""
        return tuple(
            (name, text) for name, text in self.store.catalog() if self._chosen is None or name in self._chosen
        )

    def files(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(self.holder(name).files(self._known(name))))

    def read(self, name: str, file: str = "SKILL.md") -> str:
        return self.holder(name).read_file(self._known(name), file)

    def texts(self, name: str) -> dict[str, str | None]:
        """Every file of a skill; None for one that is no text."""
        skill = self.holder(name).read(self._known(name))
        return {file: _text(skill.files, file) for file in sorted(skill.files)}

    def shown(self, name: str, file: str = "") -> str:
        """What an agent is answered that asks for a skill, or for a file of it."""
        self.read(name, file or "SKILL.md")
        named = {"skill_name": name} | ({"file_path": file} if file else {})
        return self._recall("recall").call("get_skill_file" if file else "get_skill", named)

    def check(self, name: str = "") -> tuple[str, ...]:
        """What is wrong with one, or with any of them; a sentence each."""
        return tuple(self.store.check(self._known(name) if name else None))

    def new(self, name: str, description: str = "") -> Path:
        """Make a skill of a person's own; its SKILL.md."""
        title = name.replace("-", " ")
        draft = self.store.draft()
        draft.apply(
            CreateSkill(name=name, description=description or f"Notes on {title}.", body=_BODY.format(title.title()))
        )
        self.store.commit(draft, (), hand_run())
        return self.store.folder / name / "SKILL.md"

    def add(self, path: Path, name: str = "", *, accept_risks: bool = False) -> "tuple[Foreign, ...]":
        """Take in the skills of a zip or a folder, all or none; with a name, its only skill by that name.

        Refused where one of them would lead an agent astray, unless the risks (`Foreign.risks`) are accepted.
        """
        from acontext_cli.packing import incoming

        skills = incoming(path)
        if name:
            if len(skills) > 1:
                raise AcontextError(f"{str(path)!r} holds {len(skills)} skills: one name does for one skill only")
            skills = (skills[0].renamed(name),)
        if not accept_risks:
            _refuse_risks(skills)
        self._take(skills)
        return skills

    def pack(self, names: Sequence[str], out: Path, *, force: bool = False) -> dict[str, tuple[str, ...]]:
        """Write skills into a zip, a folder each, without the ledger; their files by name."""
        from acontext_cli.files import write_whole
        from acontext_cli.packing import packed, zipped

        _check_place(out, force)
        found = {name: packed(self.holder(name).folder, self._known(name)) for name in dict.fromkeys(names)}
        files = {f"{name}/{file}": data for name, files in found.items() for file, data in files.items()}
        write_whole(out, zipped(files))
        return {name: tuple(files) for name, files in found.items()}

    def _take(self, skills: "tuple[Foreign, ...]") -> None:
        from acontext_cli.packing import unmarked
        from acontext_cli.skills import SKILL

        draft = self.store.draft()
        for skill in skills:
            if skill.name in draft.names() or os.path.lexists(self.store.folder / skill.name):
                raise AcontextError(f"there is a skill {skill.name!r} already: nothing was taken; --name gives another")
            for file, text in skill.texts.items():
                draft.put(skill.name, file, text if file == SKILL else unmarked(text, partial(_is_taken, draft)))
        assets = {(skill.name, file): (None, data) for skill in skills for file, data in skill.assets.items()}
        self.store.commit(draft, (), hand_run(), assets)

    def delete(self, name: str) -> None:
        """Take a skill away. What it taught is not taught again."""
        self.store.delete(self._known(name))

    def only(self, *names: str) -> "Skills":
        """These skills alone."""
        return Skills(self.store, tuple(map(self._known, names)), self._facts, self._clock)

    def recall(self) -> Recall:
        """What an agent is offered of them: `.prompt()`, `.openai_tools()`, `.call(name, arguments)`."""
        return self._recall("tool")

    def _recall(self, how: "How") -> Recall:
        offered = [(name, self._told(name, said)) for name, said in self.list()]
        return Recall(
            offered, lambda name: self.holder(name).read(name), today=self._today, noted=partial(self._note, how)
        )

    def _note(self, how: "How", skill: str, file: str) -> None:
        self.holder(skill).reads.note(Read(skill=skill, file=file, at=self._clock(), how=how))

    def _today(self) -> str:
        return self._clock()[:10]

    def _told(self, name: str, said: str) -> str:
        return f"{EMPTY} {said}" if self.holder(name).is_empty(name) else said

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def _known(self, name: str) -> str:
        if name not in self.names():
            raise AcontextError(f"there is no skill {name!r}: the skills are {', '.join(self.names()) or 'none yet'}")
        return name


def _refuse_risks(skills: "Sequence[Foreign]") -> None:
    found = [risk for skill in skills for risk in skill.risks]
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise AcontextError(f"{found[0]}{more}: nothing was taken; where you trust it, add --accept-risks")


def _check_place(out: Path, force: bool) -> None:
    """Where a zip is to be written nothing is, unless it is to be replaced."""
    if "\0" in str(out) or out.is_dir():
        raise AcontextError(f"{str(out)!r:.200} is no place for a zip: name the file to write")
    if os.path.lexists(out) and not force:
        raise AcontextError(f"{str(out)!r} is there already: choose another file, or add --force")


def _is_taken(draft: "Draft", entry: str) -> bool:
    """Whether the id of an entry is that of another one, or of one that a person deleted."""
    return draft.holds(entry) or draft.was_deleted(entry)


def _text(files: Mapping[str, str], file: str) -> str | None:
    try:
        return files[file]
    except AcontextError:
        if file.endswith(".md"):
            raise
        return None
