"""A workspace and all that belongs to it, put together: folders, settings, engine, spaces."""

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from acontext_cli.api.session import Session
from acontext_cli.errors import AcontextError, unreadable
from acontext_cli.session import Sessions
from acontext_cli.session.clock import now
from acontext_cli.workspace import WorkspaceFolder, user_folder

if TYPE_CHECKING:  # what records a message does without the learner
    from acontext_cli.api.engines import Engines
    from acontext_cli.api.learning import Work
    from acontext_cli.api.space import LearningSpace
    from acontext_cli.config import Config
    from acontext_cli.engines.engine import Engine
    from acontext_cli.importing.projects import Project
    from acontext_cli.learned import Asks
    from acontext_cli.ledger import Run
    from acontext_cli.model import Model
    from acontext_cli.pipeline import Learned
    from acontext_cli.session.sessions import Listed
    from acontext_cli.store import SkillStore
    from acontext_cli.undo import Undone


def user_place() -> Path:
    """Where the user's own workspace is, or is to be."""
    for folder in user_folder(os.environ):
        return folder
    raise AcontextError("there is no home folder: set HOME, or name a folder with --workspace")


def standing_config(folder: Path | str | None = None) -> "Config":
    """The settings of the workspace one stands in, or that is named; where there is none, those of the environment."""
    from acontext_cli.config import load

    try:
        file = Workspace.find(folder).folder.config_file
    except AcontextError:
        if folder is not None:
            raise
        file = Path(os.devnull)
    return load(file, os.environ)


class Workspace:
    """Sessions, spaces of skills, and the settings under which they are learned from."""

    def __init__(self, folder: WorkspaceFolder, env: Mapping[str, str]) -> None:
        self.folder = folder
        """Its files."""
        self._env = env
        self._spaces: dict[str, LearningSpace] = {}

    @classmethod
    def find(cls, folder: Path | str | None = None) -> "Workspace":
        """The one named, else ACONTEXT_WORKSPACE, else the nearest upwards, else the user's own."""
        chosen = Path(folder) if folder is not None else None
        return cls(WorkspaceFolder.find(Path.cwd(), chosen=chosen, env=os.environ), os.environ)

    @classmethod
    def find_all(cls, folder: Path | str | None = None) -> "list[Workspace]":
        """The one named; where none is named the one found, and those that imports have written to."""
        from acontext_cli.importing.written import workspaces

        if folder is not None or os.environ.get("ACONTEXT_WORKSPACE"):
            return [cls.find(folder)]
        imported = [cls(found, os.environ) for found in workspaces(os.environ)]
        try:
            here = cls.find()
        except AcontextError:
            if not imported:
                raise
            return imported
        return [here, *(each for each in imported if each.root != here.root)]

    @classmethod
    def init(cls, folder: Path | str = ".") -> tuple["Workspace", bool]:
        """Make a folder a workspace, or complete one. Tells too whether it was none before."""
        from acontext_cli.config import template

        found, made = WorkspaceFolder.init(Path(folder), template(), env=os.environ)
        workspace = cls(found, os.environ)
        workspace.space("default")
        return workspace, made

    @property
    def root(self) -> Path:
        return self.folder.root

    @cached_property
    def config(self) -> "Config":
        from acontext_cli.config import load

        return load(self.folder.config_file, self._env)

    def new_session(self, *, name: str = "", space: str = "", date: str = "") -> Session:
        """Begin a session. `date` (YYYY-MM-DD) is what its entries are dated with; default: its last message's."""
        return Session(self.folder.new_session(name=name, space=self.space(space).name, date=date))

    def session(self, ref: str = "@last") -> Session:
        """The session of this id, unique prefix of an id, or name; `@last`: last recorded into."""
        return Session(self.folder.find_session(ref))

    def spaces(self) -> list[str]:
        self.space("default")  # it is there from the start, in a fresh clone too
        found = self.folder.skills_store.iterdir()
        return sorted(path.name for path in found if path.is_dir() and not path.name.startswith("."))

    def space(self, name: str = "") -> "LearningSpace":
        """The space of this name; without one, that of the project one stands in, else that of the config."""
        name = name or self._project_space(self.project) or self.config["space"]
        if name not in self._spaces:
            self._spaces[name] = self._open(name)
        return self._spaces[name]

    @property
    def project(self) -> "Project | None":
        """The project one stands in, where this workspace is not its own."""
        from acontext_cli.importing import projects, spaces

        found = projects.project_of(os.getcwd())  # noqa: PTH109, as text
        return found if found and not spaces.is_own(self.folder, found) else None

    @property
    def project_with_space(self) -> "Project | None":
        """The project one stands in, where it has a space of its own here."""
        project = self.project
        return project if self._project_space(project) else None

    def _project_space(self, project: "Project | None") -> str:
        """The space that imports have made for a project, empty where there is none."""
        from acontext_cli.importing import spaces

        if project is None or self.config["import_space"] != "project":
            return ""
        return spaces.claimed(self.folder, project)

    def new_space(self, name: str) -> "LearningSpace":
        space = self._opened(name)
        if name in self.spaces() and not space.store.is_new:
            raise AcontextError(f"there is a space {name!r} already")
        space.store.prepare(_init())
        return space

    def delete_space(self, name: str) -> None:
        """Take a space away with all its skills."""
        self._spaces.pop(name, None)
        self._opened(name).store.remove()

    @cached_property
    def engines(self) -> "Engines":
        """Who judges: rules, or the model that is configured."""
        from acontext_cli.api.engines import Engines

        return Engines(self.config, self._env)

    @property
    def engine_name(self) -> str:
        """`llm` or `offline`. Nothing is made ready for it."""
        from acontext_cli.api.models import engine_name

        return engine_name(self.config, self._env)

    def engine(self, session: Session | None = None) -> "Engine":
        """The engine for a session."""
        return self.engines.of(session, self._taught(session, "") if session else None)

    def learn(self, session: Session | None = None, *, dry_run: bool = False, jobs: int = 1) -> "list[Learned]":
        """Extract, distill and learn what is new in a session, or in every session that has something new.

        `jobs`: so many sessions are worked on at a time."""
        from acontext_cli.api.learning import Learning

        chosen = [session] if session else [each for each in self.sessions() if self.is_new(each)]
        learning = Learning([(self, each) for each in chosen], dry_run=dry_run, jobs=jobs)
        done = list(learning.run())  # one that fails does not keep the others from being learned from
        for error in (*(each.error for each in done), learning.stopped):
            if error:
                raise error
        return [each.learned for each in done if each.learned]

    def undo(self, run: str = "", *, space: str = "", keep_mine: bool = False) -> "list[Undone]":
        """Take a run back, without a name the last one; `keep_mine`: but for what was changed since.

        Raises AcontextError with the lines that stand in the way."""
        from acontext_cli.api.undo import take_back

        return take_back([self.space(name) for name in ([space] if space else self.spaces())], run, keep_mine=keep_mine)

    def work(self, session: Session, space: str = "", model: "Model | None" = None) -> "Work":
        """What is needed to learn from a session; `model`: asked instead of the one that is configured."""
        from acontext_cli.api.learning import Work

        store, facts = self._taught(session, space), self._user_facts(space)
        return Work(self, session, self.engines.of(session, store, model), store, facts, self.asks)

    @property
    def asks(self) -> "Asks":
        """About what a person is asked before it is written."""
        return cast("Asks", self.config["review"])

    def new_run(self, engine: "Engine", session: Session) -> "Run":
        from acontext_cli.ledger import Run

        return Run(id=os.urandom(4).hex(), time=now(), session=session.id, engine=engine.name, model=engine.model)

    def sessions(self) -> Iterator[Session]:
        """All sessions that can be read, oldest first."""
        return map(Session, reversed(self.folder.newest()))

    def listed(self, count: int | None = None) -> "Listed":
        """The newest sessions (all without a count), and those that cannot be read."""
        return Sessions(self.folder.sessions).listed(count)

    def is_new(self, session: Session, space: str = "") -> bool:
        """Whether there is something to learn from it."""
        from acontext_cli import pipeline

        store, facts = self._taught(session, space), self._user_facts(space)
        for each in (store, facts):
            if each is not None:
                each.ledger.refresh()  # another run may have added to it since
        try:
            return pipeline.something_new(session.folder, store, facts)
        except OSError as error:
            raise unreadable(error) from error

    def _user_facts(self, space: str) -> "SkillStore | None":
        """The space for what the user wants in general, where the config names one and no space was asked for."""
        return self.space(self._facts_space).store if self._facts_space and not space else None

    def _taught(self, session: Session, space: str) -> "SkillStore":
        """The skills that a session teaches."""
        if space or session.space == "default" or (self.folder.skills_store / session.space).is_dir():
            return self.space(space or session.space).store
        from shlex import quote

        gone, ref = session.space, session.name or session.id
        raise AcontextError(
            f"its space {gone!r} is gone: acontext space new {gone}, or acontext session delete {quote(ref)}"
        )

    def _open(self, name: str) -> "LearningSpace":
        from dataclasses import replace

        space, shared = self._opened(name), self._facts_space
        if name in ("default", shared):
            space.store.prepare(_init())
        elif not space.store.folder.is_dir():
            raise AcontextError(f"there is no space {name!r}: acontext space new {name}")
        return replace(space, facts=self.space(shared).store) if shared and shared != name else space

    @property
    def _facts_space(self) -> str:
        """The space for what the user wants in general, empty where each space holds its own."""
        from acontext_cli.config import OWN

        name = self.config["user_facts_space"]
        return name if name != OWN else ""

    def _opened(self, name: str) -> "LearningSpace":
        from acontext_cli.api.space import LearningSpace
        from acontext_cli.skills import name_problem
        from acontext_cli.store import SkillStore

        if problem := name_problem(name):
            raise AcontextError(problem.replace("a skill's name", "a space's name"))
        machine = self.folder.machine
        folder = self.folder.skills_store / name
        limit = self.config.whole("history_max_mb") << 20
        store = SkillStore(folder, machine / "spaces" / name, machine / "history", history_limit=limit)
        return LearningSpace(name, store)


def _init() -> "Run":
    """The run that makes a space."""
    from acontext_cli.ledger import HAND, Run

    return Run(id=f"init-{os.urandom(4).hex()}", time=now(), engine=HAND)
