"""The demo put together: its folder, its agent, its learner."""

from pathlib import Path

from acontext_cli.api.demo_folder import DemoFolder
from acontext_cli.demo.agent import PolicyModel
from acontext_cli.demo.run import Demo, Show, Stage
from acontext_cli.demo.scenario import find_scenario, load_scenario
from acontext_cli.engines.offline import OfflineEngine
from acontext_cli.store import SkillStore

TURNS = 30


def play_demo(scenario: str, folder: Path, show: Show) -> Demo:
    """Play a scenario in a folder of its own."""
    demo = stage(scenario, folder, show)
    try:
        return demo.run()
    finally:
        DemoFolder(demo.workspace).seal()


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
