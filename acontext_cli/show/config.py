"""What is set, who judges, and whether the model that is set can do the job."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from acontext_cli.show.text import say, table, warn

if TYPE_CHECKING:
    from acontext_cli.api.model_check import Checked
    from acontext_cli.api.models import Judge
    from acontext_cli.config import Setting


def show_config(file: Path, settings: "Iterable[Setting]", judge: "Judge") -> None:
    say(f"{file}")
    table((each.name, each.value, each.source, each.about) for each in settings)
    say()
    say(f"engine: {_engine(judge)}")
    say(f"OPENAI_API_KEY: {'set' if judge.api_key_set else 'not set'}")


def show_check(found: "Checked") -> None:
    for note in found.notes:
        warn(note)
    rows = (
        ("model", found.model),
        ("answered", found.answered),
        ("call", found.call),
        ("usage", found.usage),
    )
    table([row for row in rows if row[1]])
    say(found.problem or "this model can do the job")


def _engine(judge: "Judge") -> str:
    from acontext_cli.api.models import WAYS

    if judge.engine == "offline":
        return "offline" if judge.model_configured else "offline, no model is configured"
    return f"llm ({judge.model})" if judge.model else f"llm, but no model is configured: {WAYS}"
