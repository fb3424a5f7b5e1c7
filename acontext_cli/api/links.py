"""Where agents find the skills of a workspace: for whom and in which places, put together from what a person asked."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.api.space import Skills
from acontext_cli.api.workspace import Workspace, user_place
from acontext_cli.errors import AcontextError
from acontext_cli.files import make_folders
from acontext_cli.linking import DEFAULT, Level, Linker, Place, Step, Wish, clients, cut_off, places
from acontext_cli.packing import copied
from acontext_cli.skills import USER
from acontext_cli.workspace import WorkspaceFolder, user_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The links of a workspace's skills, in its project or in the user's own folders."""

    workspace: Workspace
    level: Level
    to: tuple[str, ...] = ()
    """The clients that were named."""
    space: str = ""

    @classmethod
    def of(cls, workspace: Workspace, *, to: Sequence[str] = (), user: bool = False, space: str = "") -> "Links":
        """In the project of the workspace, or in the one that one stands in and whose space is meant; with `user`, and
        else of the user's own workspace, which lies in no project: in the user's folders."""
        clients(to)  # a wrong name is refused here
        project = workspace.project_with_space
        if project and not user:
            level = Level(Path(project.root), _made(workspace.folder.machine / "linked" / project.mark), os.environ)
        elif user or workspace.root in user_folder(os.environ):
            level = Level(None, WorkspaceFolder(user_place()).machine, os.environ)
        else:
            level = Level(workspace.root, workspace.folder.machine, os.environ)
        return cls(workspace=workspace, level=level, to=tuple(to), space=space)

    @property
    def for_user(self) -> bool:
        """Whether they are in the user's own folders."""
        return self.level.root is None

    @property
    def places(self) -> list[Place]:
        """The places of the named clients, else those that nearly all clients read."""
        return places(clients(self.to or DEFAULT), self.level)

    def link(self, names: Sequence[str] = (), *, copy: bool = False, dry_run: bool = False) -> list[Step]:
        """Make skills appear there (all but the two that every space has, if none is named), and mend what was made."""
        self._skills.only(*names)  # a wrong name is refused here
        wish = Wish(places=self.places, names=tuple(names), copy=copy, dry_run=dry_run)
        found = self._skills.names()
        if unlisted := self._skills.store.unlisted:  # what is not seen would be taken for gone, and its links away
            raise AcontextError(f"a skill's folder cannot be read, nothing was linked: {unlisted[0]}; mend it first")
        return self._linker.link(wish, found)

    def unlink(self, names: Sequence[str] = ()) -> list[Step]:
        """Take away what was made, and nothing else."""
        wish = Wish(places=self.places if self.to else (), names=tuple(names))
        done = self._linker.unlink(wish, self._within)
        missing = sorted(set(names) - {step.name for step in done})
        if missing:
            raise AcontextError(f"{missing[0]!r} is not linked: acontext link --list shows what is")
        return done

    def standing(self) -> list[Step]:
        """How what was made is now, and what else stands where a skill of the space would be linked."""
        chosen = {place.real for place in self.places} if self.to else None
        made = self._linker.standing(self._within)
        planned = self._linker.link(Wish(places=self.places, dry_run=True), self._skills.names())
        others = [step for step in planned if step.name and not step.old and step.do in ("keep", "leave")]
        return [step for step in (*made, *others) if chosen is None or step.place.real in chosen]

    def cut_off(self, steps: Sequence[Step]) -> list[str]:
        """What clients will not show of the skills that are linked now, a sentence each."""
        catalog = dict(self._skills.list())
        lines = []
        for place in dict.fromkeys(step.place for step in steps):
            stand = (step.name for step in steps if step.place == place and step.do in ("keep", "link", "copy"))
            lines += cut_off(place.clients, {name: catalog[name] for name in stand if name in catalog})
        return list(dict.fromkeys(lines))

    @property
    def _skills(self) -> Skills:
        return self.workspace.space(self.space).skills

    @property
    def _linker(self) -> Linker:
        skills = self._skills
        folder, facts = skills.store.folder, skills.holder(USER).folder
        elsewhere = {USER: facts} if facts != folder else {}
        return Linker(level=self.level, space=folder, contents=copied, elsewhere=elsewhere)

    @property
    def _within(self) -> Path:
        """The skills of the space that was named, else all of the workspace."""
        store = self.workspace.folder.skills_store
        return self.workspace.space(self.space).store.folder if self.space else store


def _made(folder: Path) -> Path:
    make_folders(folder)
    return folder
