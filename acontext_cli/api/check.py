"""A space looked over: what is wrong with its skills, and what may have gone bad in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from acontext_cli.api.workspace import Workspace
from acontext_cli.rot import Note, notes
from acontext_cli.session import Session
from acontext_cli.session.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of it."""

    problems: tuple[str, ...]
    """What is to be mended, a sentence each."""
    notes: tuple[Note, ...]
    """What a person may want to look at. Nothing was changed."""


def check(here: Workspace, space: str = "", skill: str = "", clock: Callable[[], str] = now) -> Checked:
    """Look over all skills of a space, or one. `clock`: the time, UTC, by which warnings expire."""
    found = here.space(space)
    problems = found.skills.check(skill)
    store = found.skills.holder(skill) if skill else found.store
    return Checked(problems=problems, notes=notes(store, _sessions(here, found.name), clock()[:10], skill))


def _sessions(here: Workspace, space: str) -> Iterator[Session]:
    """The sessions of a space, the oldest first."""
    return (session for session in reversed(here.folder.newest()) if session.space == space)
