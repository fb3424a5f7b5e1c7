"""The demo put together: its folder, its agent, its learner. With a model, that model is agent and learner."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from acontext_cli.api.demo_folder import DemoFolder
from acontext_cli.api.workspace import standing_config
from acontext_cli.demo.agent import PolicyModel
from acontext_cli.demo.run import Demo, Show, Stage
from acontext_cli.demo.scenario import find_scenario, load_scenario
from acontext_cli.engines.engine import Engine
from acontext_cli.errors import AcontextError
from acontext_cli.model import NOTHING, Model
from acontext_cli.models.spending import MeteredModel
from acontext_cli.session import Session
from acontext_cli.store import SkillStore

SCRIPTED_TURNS = 30
TURNS = 15
"""A model has so many turns for an act, as in the demo's own script."""


def play_demo(scenario: str, folder: Path, show: Show, *, model: str = "", repeat: int = 1) -> Demo:
    """Play a scenario in a folder of its own: offline, or with the model of this name."""
    asked = _configured(model) if model else None
    demo = stage(scenario, folder, show, model=asked, repeat=repeat)
    try:
        done = demo.run()
    except BaseException:
        with suppress(AcontextError, OSError):  # what went wrong first is what is told
            DemoFolder(demo.workspace).seal()
        raise
    DemoFolder(demo.workspace).seal()
    return done


def stage(scenario: str, folder: Path, show: Show, *, model: Model | None = None, repeat: int = 1) -> Stage:
    """Everything set up to play a scenario in a folder; `model`: agent and learner instead of the scripted ones."""
    found = load_scenario(find_scenario(scenario))
    workspace = DemoFolder.made(folder).workspace
    machine = workspace.machine
    store = SkillStore(workspace.skills_store / "default", machine / "spaces" / "default", machine / "history")
    metered = MeteredModel(model) if model else None
    return Stage(
        scenario=found,
        workspace=workspace,
        store=store,
        engine=_learner(metered, store),
        agent=(lambda: metered) if metered else PolicyModel,
        turns=TURNS if metered else SCRIPTED_TURNS,
        show=show,
        repeat=repeat,
        usage=lambda: metered.usage if metered else NOTHING,
    )


def _learner(model: Model | None, store: SkillStore) -> Callable[[Session | None], Engine]:
    from acontext_cli.engines.offline import OfflineEngine

    if model is None:
        return lambda _: OfflineEngine()

    def of(session: Session | None) -> Engine:
        from acontext_cli.engines.llm import LlmEngine
        from acontext_cli.engines.llm.context import Context

        if session is None:
            return LlmEngine(model)
        context = Context(
            date=session.date, wanted=store.wanted, input_tokens=standing_config().whole("max_input_tokens")
        )
        return LlmEngine(model, context, session.answers())

    return of


def _configured(name: str) -> Model:
    from acontext_cli.api.models import model_named
    from acontext_cli.show.text import warn

    return model_named(standing_config(), os.environ, warn=lambda line: warn(f"acontext: {line}"), name=name)
