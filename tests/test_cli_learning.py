"""Learning over several workspaces at once."""

import threading
from pathlib import Path

from test_command import wait_for

from acontext_cli.api.workspace import Workspace
from acontext_cli.cli.learning import Runs
from acontext_cli.files import locked
from acontext_cli.model import ScriptedModel


def workspace(folder: Path) -> Workspace:
    here, _ = Workspace.init(folder)
    here.engines.model = ScriptedModel()
    return here


def test_workspaces_are_locked_in_one_order_wherever_it_is_begun(tmp_path: Path) -> None:
    first, second = (workspace(tmp_path / name) for name in ("a", "b"))
    locks = [each.folder.machine / "learn.lock" for each in (first, second)]
    runs = Runs([second, first], space="", dry_run=False)
    thread = threading.Thread(target=lambda: list(runs.runs(None)))
    with locked(locks[1]):
        thread.start()
        assert wait_for(locks[0].exists)  # the other way round it waits without
    thread.join(5)
    assert not thread.is_alive()
