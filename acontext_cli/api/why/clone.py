"""Skills in a clone whose `.acontext` did not travel with them: they can be asked, and nothing is written."""

import os
from pathlib import Path

from acontext_cli.api.space import Skills
from acontext_cli.api.workspace import Workspace
from acontext_cli.errors import AcontextError
from acontext_cli.workspace import WorkspaceFolder


def standing(chosen: Path | str | None, space: str) -> tuple[WorkspaceFolder, Skills]:
    """The workspace that is meant and the skills of a space of it; a folder of skills alone will do."""
    named = chosen or os.environ.get("ACONTEXT_WORKSPACE")
    folders = (Path(named).absolute(),) if named else (Path.cwd(), *Path.cwd().parents)
    found = next((each for folder in folders if _is_either(each := WorkspaceFolder(folder))), None)
    if found is None or found.exists:
        workspace = Workspace.find(chosen)
        return workspace.folder, workspace.space(space).skills
    spaces = _spaces(found)
    name = space or ("default" if "default" in spaces else spaces[0])
    if name not in spaces:
        raise AcontextError(f"there is no space {name!r} in {str(found.skills_store)!r}: it has {', '.join(spaces)}")
    return found, Workspace(found, os.environ).space(name).skills


def _is_either(folder: WorkspaceFolder) -> bool:
    if str(folder.root) == os.environ.get("HOME"):
        return False
    return folder.exists or bool(_spaces(folder))


def _spaces(folder: WorkspaceFolder) -> list[str]:
    """The spaces whose ledger is here."""
    return sorted(path.parent.name for path in folder.skills_store.glob("[!.]*/.ledger.jsonl"))
