"""Where a workspace stands, and the command that comes next."""

from dataclasses import dataclass
from pathlib import Path

from acontext_cli.api.workspace import Workspace

LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceStanding:
    """One space."""

    name: str
    skills: int
    held: int
    """Lessons that wait for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is and what is not yet done."""

    workspace: Path
    engine: str
    sessions: int
    waiting: tuple[str, ...]
    """Of the newest sessions those that have something to learn from."""
    spaces: tuple[SpaceStanding, ...]
    recovered: tuple[str, ...]
    """What had to be done about commands that were cut off."""
    next: str
    """The command to type."""


def standing(here: Workspace) -> Standing:
    from acontext_cli import pipeline

    spaces = [here.space(name) for name in here.spaces()]
    newest = here.folder.newest(LOOKED_AT)
    waiting = [each for each in newest if pipeline.something_new(each, here.space(each.space).store)]
    taught = any(space.store.ledger.lessons for space in spaces)
    return Standing(
        workspace=here.root,
        engine=here.engine().name,
        sessions=len(here.folder.session_folders()),
        waiting=tuple(each.name or each.id for each in waiting),
        spaces=tuple(
            SpaceStanding(name=space.name, skills=len(space.skills.names()), held=len(space.store.held()))
            for space in spaces
        ),
        recovered=tuple(space.store.recovered for space in spaces if space.store.recovered),
        next=_next(bool(newest), bool(waiting), taught),
    )


def _next(sessions: bool, waiting: bool, taught: bool) -> str:
    if not sessions:
        return "acontext session new --name NAME"
    if waiting:
        return "acontext learn"
    return "acontext recall" if taught else "acontext record SESSION FILE"
