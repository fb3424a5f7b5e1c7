"""Where a workspace stands, and the command that comes next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from acontext_cli.api.session import Session
from acontext_cli.api.space import LearningSpace
from acontext_cli.api.workspace import Workspace
from acontext_cli.errors import AcontextError
from acontext_cli.skills import DAILY

if TYPE_CHECKING:
    from acontext_cli.learned import Asks

LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceStanding:
    """One space."""

    name: str
    skills: int
    held: int
    """Lessons that wait for a person."""
    meant: bool
    """Whether it is the one that commands mean where no other is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is and what is not yet done."""

    workspace: Path
    engine: str
    sessions: int
    waiting: tuple[str, ...]
    """Of the newest sessions those that have something to learn from."""
    spaces: tuple[SpaceStanding, ...]
    review: "Asks"
    """What a person is asked about; `none`: held lessons wait without a word."""
    notes: tuple[str, ...]
    """What had to be done about commands that were cut off, and what cannot be read."""
    next: str
    """The command to type."""


def standing(here: Workspace) -> Standing:
    spaces = [here.space(name) for name in here.spaces()]
    newest = [Session(each) for each in here.folder.newest(LOOKED_AT)]
    waiting, broken = _waiting(here, newest)
    meant = here.space().name
    standings = tuple(_standing(space, meant) for space in spaces)
    taught = {space.name for space in spaces if space.store.ledger.lessons}
    only_held = here.asks != "none" and any(each.held for each in standings) and not any(map(_has_lessons, spaces))
    most = sorted(standings, key=lambda each: each.skills, reverse=True)
    return Standing(
        workspace=here.root,
        engine=here.engine_name,
        sessions=len(here.folder.session_folders()),
        waiting=tuple(waiting),
        spaces=standings,
        review=here.asks,
        notes=(*(space.store.recovered for space in spaces if space.store.recovered), *broken),
        next=_next(bool(newest), bool(waiting), [each.name for each in most if each.name in taught], meant, only_held),
    )


def _standing(space: LearningSpace, meant: str) -> SpaceStanding:
    skills, held = len(space.skills.names()), len(space.store.held())
    return SpaceStanding(name=space.name, skills=skills, held=held, meant=space.name == meant)


def _has_lessons(space: LearningSpace) -> bool:
    """Whether there is more to recall than the daily log."""
    return any(name != DAILY and not space.store.is_empty(name) for name in space.skills.names())


def _waiting(here: Workspace, sessions: Iterable[Session]) -> tuple[list[str], list[str]]:
    """Which have something new, and why others cannot be told."""
    waiting: list[str] = []
    broken: list[str] = []
    for session in sessions:
        try:
            if here.is_new(session):
                waiting.append(session.name or session.id)
        except AcontextError as error:
            broken.append(f"{session.name or session.id}: {error}")
    return waiting, broken


def _next(sessions: bool, waiting: bool, taught: Sequence[str], meant: str, only_held: bool) -> str:
    if not sessions:
        return "acontext import, or acontext session new --name NAME"
    if waiting:
        return "acontext learn"
    if only_held:
        return "acontext review"
    if not taught:
        return "acontext record SESSION FILE"
    if meant in taught:
        return "acontext recall"
    return f"acontext recall --space {taught[0]}; in a project's folder acontext recall, and acontext link"
