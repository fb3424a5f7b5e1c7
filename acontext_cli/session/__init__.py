"""A session on disk: what was recorded, what was found in it, what was told about it, what it taught."""

from typing import TYPE_CHECKING

from acontext_cli.session.session import Session
from acontext_cli.session.sessions import Sessions

if TYPE_CHECKING:
    from acontext_cli.session.batch import lines_of, parse_batch
    from acontext_cli.session.distilled import Distilled
    from acontext_cli.session.recording import Recorded

__all__ = ["Distilled", "Recorded", "Session", "Sessions", "lines_of", "parse_batch"]


def __getattr__(name: str) -> object:
    """What not every command needs is loaded when it is asked for: start-up is a third of a short command."""
    places = {"Distilled": "distilled", "Recorded": "recording", "lines_of": "batch", "parse_batch": "batch"}
    if name not in places:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{places[name]}"), name)
