"""The list of sessions."""

from collections.abc import Sequence

from acontext_cli.session import Session
from acontext_cli.show.text import LONGEST, counted, one_line, size, table, warn

PROBLEMS = 3
_ORIGIN = ("agent", "version", "model", "project", "branch", "parent", "forked", "secrets")
NAME = 60


def as_listed(session: Session) -> dict[str, object]:
    """What a list says of a session, for programs."""
    return {
        "id": session.id,
        "name": session.name,
        "space": session.space,
        "date": session.date,
        "created": session.created,
        "source": session.source,
        **{name: getattr(session.about, name) for name in _ORIGIN},
        "bytes": session.size,
    }


def show_sessions(sessions: Sequence[Session], *, older: int) -> None:
    if not sessions and not older:
        warn("no session yet: acontext import, or acontext session new")
        return
    short = _short([session.id for session in sessions])
    rows = [
        (s.id[:short], s.created[:16].replace("T", " "), s.space, size(s.size), one_line(s.name, NAME))
        for s in sessions
    ]
    table([("SESSION", "CREATED", "SPACE", "SIZE", "NAME"), *rows])
    if older:
        warn(f"and {counted(older, 'older session')}: --all lists them")


def show_problems(problems: Sequence[str]) -> None:
    """Which sessions cannot be read: the first of them, and how many more."""
    for problem in problems[:PROBLEMS]:
        warn(one_line(problem, LONGEST))
    if len(problems) > PROBLEMS:
        warn(f"and {counted(len(problems) - PROBLEMS, 'more session')} that cannot be read")


def _short(ids: Sequence[str]) -> int:
    """How much of an id is needed to tell these apart."""
    short = 8
    while len({id[:short] for id in ids}) < len(set(ids)):
        short += 1
    return short
