"""The demo put together: its folder, its agent, its learner. Only a folder that the demo made is ever removed."""

import os
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.config import template
from acontext_cli.demo.agent import PolicyModel
from acontext_cli.demo.run import Show, Stage
from acontext_cli.demo.scenario import find_scenario, load_scenario
from acontext_cli.engines.offline import OfflineEngine
from acontext_cli.errors import AcontextError
from acontext_cli.files import remove_folder, write_whole
from acontext_cli.store import SkillStore
from acontext_cli.workspace import WorkspaceFolder

MARK = "demo"
TURNS = 30


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """A workspace that the demo made."""

    workspace: WorkspaceFolder

    @classmethod
    def at(cls, folder: Path) -> "DemoFolder":
        found = cls(WorkspaceFolder(folder.absolute()))
        if not (found.workspace.machine / MARK).is_file():
            raise AcontextError(f"{str(folder)!r} was not made by acontext demo run: nothing was removed")
        return found

    @classmethod
    def made(cls, folder: Path) -> "DemoFolder":
        """A new one; an earlier one makes room, anything else is left alone."""
        if (folder / ".acontext" / MARK).is_file():
            cls.at(folder).remove()
        elif folder.exists() and (not folder.is_dir() or list(folder.iterdir())):
            raise AcontextError(f"{str(folder)!r} is there already and not the demo's: choose another with --dir")
        found = cls(WorkspaceFolder.init(folder, template(), env=os.environ)[0])
        write_whole(found.workspace.machine / MARK, b"Made by acontext demo run; acontext demo clean removes it.\n")
        return found

    @property
    def sessions(self) -> int:
        return len(self.workspace.session_folders())

    def remove(self) -> int:
        """Take it away; how many things of a person's own stayed."""
        remove_folder(self.workspace.skills_store)
        remove_folder(self.workspace.machine)
        left = len(list(self.workspace.root.iterdir()))
        if not left:
            self.workspace.root.rmdir()
        return left


def stage(scenario: str, folder: Path, show: Show) -> Stage:
    """Everything set up to play a scenario in a folder."""
    found = load_scenario(find_scenario(scenario))
    workspace = DemoFolder.made(folder).workspace
    machine = workspace.machine
    store = SkillStore(workspace.skills_store / "default", machine / "spaces" / "default", machine / "history")
    return Stage(
        scenario=found,
        workspace=workspace,
        store=store,
        engine=OfflineEngine(),
        agent=PolicyModel,
        turns=TURNS,
        show=show,
    )
