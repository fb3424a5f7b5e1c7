"""Importing put together: which workspace and space a transcript belongs to, and taking it in there."""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from acontext_cli.api.workspace import Workspace
from acontext_cli.config import PROJECT, load
from acontext_cli.errors import AcontextError
from acontext_cli.files import locked
from acontext_cli.formats import Origin, Source, Tally, named
from acontext_cli.importing import origins, seen, spaces, written
from acontext_cli.importing.finding import Found
from acontext_cli.importing.intake import Intake
from acontext_cli.importing.projects import Project, project_of
from acontext_cli.importing.taken import Errand, Taken
from acontext_cli.messages import Message
from acontext_cli.redaction import redactor_of
from acontext_cli.session import Session
from acontext_cli.workspace import WorkspaceFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a transcript belongs."""

    workspace: WorkspaceFolder
    space: str
    project: Project | None
    """Set where the space is this project's alone."""


class Places:
    """Where transcripts belong: by their project, or where the person says."""

    def __init__(self, chosen: Path | None, space: str, env: Mapping[str, str]) -> None:
        self._env = env
        self._space = space
        self._chosen = None
        if chosen is not None or env.get("ACONTEXT_WORKSPACE"):
            self._chosen = WorkspaceFolder.find(Path.cwd(), chosen=chosen, env=env)

    def of(self, origin: Origin) -> Place:
        project = project_of(origin.project)
        workspace = self._workspace(project, Path(origin.project))
        space, own = self._space_in(workspace, project)
        return Place(workspace=workspace, space=space, project=project if own else None)

    def _workspace(self, project: Project | None, folder: Path) -> WorkspaceFolder:
        """The one that was named, else the nearest of the folder in the project, else the user's own."""
        start = Path.cwd() if project is None else Path(project.root) if project.there else None
        if start is not None and project is not None and folder.is_relative_to(start) and ".." not in folder.parts:
            start = folder
        nearest = WorkspaceFolder.nearest(start, env=self._env) if start else None
        found = self._chosen or nearest or WorkspaceFolder.of_user(env=self._env)
        if found is None:
            raise AcontextError(
                "there is no home folder for your own workspace: set HOME, or name one with --workspace"
            )
        return found

    def _space_in(self, workspace: WorkspaceFolder, project: Project | None) -> tuple[str, bool]:
        """The space, and whether it is the project's alone."""
        config = load(workspace.config_file, self._env)
        chosen = self._space or (config["import_space"] if config["import_space"] != PROJECT else "")
        if chosen:
            if chosen != "default" and not (workspace.skills_store / chosen).is_dir():
                raise AcontextError(f"there is no space {chosen!r}: acontext space new {chosen}")
            return chosen, False
        if project is None or spaces.is_own(workspace, project):
            return config["space"], False
        return spaces.space_of(workspace, project), True


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of one file."""

    found: Found
    place: Place
    taken: Taken
    tally: Tally
    kept: bool
    """Whether secrets were left in it."""


class Imports:
    """Takes transcripts in. It holds the locks of the workspaces that it writes to until it is closed."""

    def __init__(self, places: Places, *, keep_secrets: bool = False, env: Mapping[str, str] = os.environ) -> None:
        self.places = places
        self.keep_secrets = keep_secrets
        self._env = env
        self._open: dict[Path, tuple[Workspace, seen.Seen]] = {}
        self._noted: set[Path] = set()
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def is_known(self, found: Found) -> bool:
        """Whether a file was taken in as it is now."""
        folder = self.places.of(found.origin).workspace
        return folder.exists and self._opened(folder)[1].took(found.stamp)

    def take(self, found: Found) -> Imported:
        """Take in what is new of a file."""
        place = self.places.of(found.origin)
        workspace, known = self._opened(place.workspace)
        reader = named(found.format)
        shelf = _Shelf(self, workspace, found)
        self._note(workspace)
        with found.path.open("rb") as file, _few_collections():
            source = Source(file, found.path.parent.name)
            copies = getattr(reader, "COPIES", False)
            errand = Errand(
                seen=known,
                shelf=shelf,
                format=found.format,
                time=found.written,
                project=found.origin.project,
                scope=f"{found.format}\0{place.space}",
                copies=copies,
            )
            taken = Intake(errand).take(reader.read(source))
        known.take(found.stamp, taken.touched)
        known.keep()
        return Imported(found=found, place=place, taken=taken, tally=source.tally, kept=shelf.keeps)

    def _note(self, workspace: Workspace) -> None:
        """Note where it writes to, before there is anything that `learn` must find."""
        if workspace.root not in self._noted:
            written.note(workspace.root, self._env)
            self._noted.add(workspace.root)

    def _opened(self, folder: WorkspaceFolder) -> tuple[Workspace, seen.Seen]:
        """A workspace, locked, and what it has. The user's own is made where it is missing."""
        if folder.root not in self._open:
            workspace = Workspace(folder, self._env) if folder.exists else Workspace.init(folder.root)[0]
            self._closing.enter_context(locked(folder.machine / "import.lock"))
            self._open[folder.root] = workspace, self._closing.enter_context(seen.opened(folder.machine))
        return self._open[folder.root]


@contextmanager
def _few_collections() -> Iterator[None]:
    """Millions of values that live for a moment and refer to no circle: to look for circles every 700 of them takes a
    tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Shelf:
    """Puts the sessions of one file into their workspace."""

    def __init__(self, imports: Imports, workspace: Workspace, found: Found) -> None:
        self._imports = imports
        self._workspace = workspace
        self._found = found
        self._redacted = redactor_of(workspace.folder.machine).text
        self.keeps = imports.keep_secrets or workspace.config["keep_secrets"] == "yes"
        """Whether secrets are left in what is recorded."""

    def session(self, id: str, origin: Origin, first: Message, said: str) -> tuple[Session, bool]:
        there = self._workspace.folder.imported(id)
        session = there or self._made(id, origin, first.at, said)
        session.expect_many()
        return session, there is None

    def record(self, session: Session, messages: list[Message]) -> Mapping[str, int]:
        return session.record(messages, keep_secrets=self.keeps).secrets

    def describe(self, session: Session, origin: Origin) -> None:
        origins.describe(session, self._found.format, origin, self._redacted)

    def _made(self, id: str, origin: Origin, at: str, said: str) -> Session:
        place = self._imports.places.of(origin)
        if place.project:
            spaces.claim(self._workspace.folder, place.space, place.project)
            if place.space not in self._workspace.spaces():
                self._workspace.new_space(place.space)
        return self._workspace.folder.new_session(
            id=id,
            created=at,
            name=origins.name(origin, said, self._redacted),
            space=self._workspace.space(place.space).name,
            source=self._found.format,
            more=origins.facts(self._found.format, origin, self._redacted),
        )
