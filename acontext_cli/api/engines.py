"""Which engine judges a session: rules, or a model with what is known of the session."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from acontext_cli.api.session import Session
from acontext_cli.config import Config
from acontext_cli.skills import DAILY

if TYPE_CHECKING:
    from acontext_cli.distillations import Distillation
    from acontext_cli.engines.engine import Engine
    from acontext_cli.engines.llm.context import Context
    from acontext_cli.model import Model
    from acontext_cli.store import SkillStore


class Engines:
    """The engines of one workspace; a model, where there is one, is shared by all of them."""

    def __init__(self, config: Config, env: Mapping[str, str]) -> None:
        from acontext_cli.api.models import engine_name

        self.name = engine_name(config, env)
        self.model: Model | None = None if self.name == "offline" else _configured(config, env)
        """Who is asked; None where rules judge. Another may be put in its place before the first engine is made."""
        self._config = config
        self._wanted: dict[Path, tuple[tuple[str, str], ...]] = {}

    def of(
        self, session: Session | None = None, store: "SkillStore | None" = None, model: "Model | None" = None
    ) -> "Engine":
        """The engine for a session; without one it knows nothing of what was found and answered before.

        `model`: asked instead of the one that is configured."""
        model = model or self.model
        if model is None:
            from acontext_cli.engines.offline import OfflineEngine

            return OfflineEngine(self._config.whole("forget_after"))
        from acontext_cli.engines.llm import LlmEngine

        answers = session.folder.answers() if session else None
        return LlmEngine(model, self._context(session, store), answers)

    def _context(self, session: Session | None, store: "SkillStore | None") -> "Context":
        from acontext_cli.engines.llm.context import Context

        folder, config = session.folder if session else None, self._config
        wanted = self._wanted_of(store) if store else ()
        return Context(
            tasks=folder.tasks if folder else tuple,
            outcomes=folder.outcomes if folder else tuple,
            wanted=lambda: wanted,
            lessons=lambda session, task: _lessons(folder, session, task),
            date=folder.date if folder else "",
            input_tokens=config.whole("max_input_tokens"),
            success=config["task_success_criteria"],
            failure=config["task_failure_criteria"],
            forget_after=config.whole("forget_after"),
        )

    def _wanted_of(self, store: "SkillStore") -> tuple[tuple[str, str], ...]:
        """Looked up once: several threads may ask, and a person's own skills are not made by learning."""
        if store.folder not in self._wanted:
            # The daily log gets every finished task by itself.
            self._wanted[store.folder] = tuple(each for each in store.wanted() if each[0] != DAILY)
        return self._wanted[store.folder]


def _lessons(folder: object, session: str, task: int) -> "Sequence[Distillation]":
    """All that was ever distilled from a task; a session beside this one is found by its id."""
    from acontext_cli.session import Session as Folder
    from acontext_cli.session import Sessions

    if not isinstance(folder, Folder):
        return ()
    found = folder if folder.id == session else Sessions(folder.folder.parent).find(session)
    return [item for item in found.distillations() if item.task.number == task]


def _configured(config: Config, env: Mapping[str, str]) -> "Model":
    from acontext_cli.api.models import model_named
    from acontext_cli.show.text import warn

    return model_named(config, env, warn=lambda line: warn(f"acontext: {line}"))
