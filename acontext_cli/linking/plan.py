"""What is to be done so that skills stand where they should. Nothing is written from here."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files.inside import Folder
from acontext_cli.linking.copies import digest_of_files
from acontext_cli.linking.found import Found, look
from acontext_cli.linking.level import Level
from acontext_cli.linking.made import Made
from acontext_cli.linking.place import Place
from acontext_cli.linking.step import Step
from acontext_cli.skills import SKILL, name_problem

Contents = Callable[[Path, str], Mapping[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Plans for one space in one place, by what is written down and what is there."""

    level: Level
    space: Path
    """The folder of the space."""
    made: Sequence[Made]
    """What is written down."""
    contents: Contents
    """The files of a skill, by its space's folder and its name."""
    elsewhere: Mapping[str, Path] = field(default_factory=dict)
    """Of skills that lie in another space: that space's folder."""
    place: Place
    real: Path
    """Where the place was when this was begun."""

    def recorded(self) -> list[str]:
        """The skills of the space that were linked there before."""
        return sorted({one.name for one in self._made_here if one.source == self._source(one.name)})

    def names(self, within: Path) -> list[str]:
        """What was made there of skills within a folder. Of the user's own also what leads nowhere any more."""
        return sorted({one.name for one in self._made_here if self._is_within(one, within)})

    def of(self, name: str) -> list[Made]:
        """What is written down of a name."""
        return self._by_name.get(name, [])

    def link(self, folder: Folder | None, name: str, *, copy: bool) -> Step:
        """So that a skill stands there."""
        old = self.of(name)
        step = Step(place=self.place, name=name, do="keep", state="ok", old=tuple(old))
        if problem := name_problem(name):
            return replace(step, do="leave", state="not ours", why=f"{problem}: clients do not load it")
        source = self._source(name)
        found = look(folder, name, old, source) if folder else Found("nothing")
        new = Made(folder=self._folder, name=name, source=source)
        if found.what == "nothing":
            return self._make(step, new, copy or any(one.copy for one in old), "missing" if old else "new")
        if found.what == "flat":
            return self._make(step, new, copy, "changed")
        if found.what == "same" and not copy:
            return replace(step, why="was there already and is not taken away by acontext unlink")
        if found.what == "ours" and found.made and not self._is_anothers(found.made, source):
            return self._mended(step, new, found.made, copy)
        return self._left(step, found)

    def unlink(self, folder: Folder | None, name: str) -> Step:
        """So that what was made there is there no longer."""
        old = self.of(name)
        found = look(folder, name, old) if folder else Found("nothing")
        step = Step(place=self.place, name=name, do="keep", state="missing", old=tuple(old))
        if found.what in ("ours", "flat"):
            return replace(step, do="remove", state="ok")
        return step if found.what == "nothing" else self._left(step, found)

    def stands(self, folder: Folder | None, name: str) -> Step:
        """How what was made there is now."""
        step = self.unlink(folder, name)
        if step.do != "remove":
            return replace(step, do="keep" if step.state == "missing" else "leave")
        skill = Path(os.path.normpath(self.real / step.old[-1].source))
        if not (skill / SKILL).is_file():
            return replace(step, do="keep", state="changed", why="its skill is gone: acontext link takes it away")
        if step.old[-1].copy and self._digest(skill.parent, name) != step.old[-1].copy:
            return replace(step, do="keep", state="changed", why="its skill has changed: acontext link copies it anew")
        return replace(step, do="keep")

    @cached_property
    def _folder(self) -> str:
        return self.level.said(self.real)

    @cached_property
    def _by_name(self) -> dict[str, list[Made]]:
        found: dict[str, list[Made]] = {}
        for one in self._made_here:
            found.setdefault(one.name, []).append(one)
        return found

    @cached_property
    def _made_here(self) -> list[Made]:
        return [one for one in self.made if one.folder == self._folder and one.name]

    def _is_within(self, made: Made, within: Path) -> bool:
        skill = Path(os.path.normpath(self.real / made.source))
        if self.level.root and within.is_relative_to(self.level.root):
            return skill.is_relative_to(os.path.realpath(self.level.root) / within.relative_to(self.level.root))
        return skill.is_relative_to(within) or not (skill / SKILL).is_file()

    def _home(self, name: str) -> Path:
        return self.elsewhere.get(name, self.space)

    def _source(self, name: str) -> str:
        return self.level.source(self._home(name) / name, self.real)

    def _make(self, step: Step, new: Made, copy: bool, state: str) -> Step:
        if not copy:
            return replace(step, do="link", state=state, new=new)  # type: ignore[arg-type]
        try:
            new = replace(new, copy=self._digest(self._home(step.name), step.name))
        except AcontextError as error:
            return replace(step, do="leave", state="not ours", why=f"cannot be copied: {error}")
        return replace(step, do="copy", state=state, new=new)  # type: ignore[arg-type]

    def _mended(self, step: Step, new: Made, old: Made, copy: bool) -> Step:
        """A link that says what it should, or a copy of the skill as it is, is kept."""
        wanted = self._make(step, new, copy or bool(old.copy), "changed")
        return replace(step, new=old) if wanted.new == old else wanted

    def _is_anothers(self, made: Made, source: str) -> bool:
        """Whether it is a link to the skill of another space, which is still there."""
        return made.source != source and (self.real / made.source / SKILL).is_file()

    def _left(self, step: Step, found: Found) -> Step:
        where = str(Path(step.place.base, step.place.path, step.name))
        if found.what == "edited":
            skill = str(self._home(step.name) / step.name)
            why = f"was edited since it was copied and stays: diff -r {skill!r} {where!r}"
            return replace(step, do="leave", state="changed", why=why)
        if found.made:
            why = f"is linked to {found.made.source!r} already: acontext unlink {step.name} first"
        else:
            why = "is there and was not made by acontext link: it stays, move it away to link the skill"
        return replace(step, do="leave", state="not ours", why=why)

    def _digest(self, space: Path, name: str) -> str:
        return digest_of_files(self.contents(space, name))
