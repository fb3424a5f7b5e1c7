"""The space of a workspace that a project teaches: one for each project, so that no lesson leaks into another."""

import os
from collections.abc import Iterable
from pathlib import Path

from acontext_cli.files import content, make_folders, write_whole
from acontext_cli.importing.projects import Project
from acontext_cli.skills import name_problem
from acontext_cli.workspace import WorkspaceFolder

_FILE = "project"


def is_own(workspace: WorkspaceFolder, project: Project) -> bool:
    """Whether a workspace stands in the project, so that all of it is about this project."""
    return workspace.root.resolve().is_relative_to(Path(os.path.realpath(project.root)))


def space_of(workspace: WorkspaceFolder, project: Project) -> str:
    """The name of the project's space, whether it is there yet or not."""
    slug, marked = project.slug, f"{project.slug or 'project'}-{project.mark}"
    if _project(workspace, marked) == project.called or slug == "default" or name_problem(slug):
        return marked
    taken = (workspace.skills_store / slug).exists() and _project(workspace, slug) != project.called
    return marked if taken else slug


def claimed(workspace: WorkspaceFolder, project: Project) -> str:
    """The space that is this project's, empty where it has none. Commands ask this before their work."""
    named = {_project(workspace, path.parent.name): path.parent.name for path in _spaces(workspace)}
    cut = any("<secret:" in root for root in named)  # only then is the path worth being looked through
    space = named.get(project.called if cut else project.root, "")
    return space if space and (workspace.skills_store / space).is_dir() else ""


def claim(workspace: WorkspaceFolder, space: str, project: Project) -> None:
    """Note whose space it is."""
    if _project(workspace, space) != project.called:
        make_folders(workspace.machine / "spaces" / space)
        write_whole(workspace.machine / "spaces" / space / _FILE, project.called.encode("utf-8", "surrogatepass"))


def _spaces(workspace: WorkspaceFolder) -> Iterable[Path]:
    return (workspace.machine / "spaces").glob(f"*/{_FILE}")


def _project(workspace: WorkspaceFolder, space: str) -> str:
    try:
        return content(workspace.machine / "spaces" / space / _FILE).decode("utf-8", "surrogatepass")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
