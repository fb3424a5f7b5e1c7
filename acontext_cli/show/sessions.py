"""The list of sessions."""

from collections.abc import Sequence

from acontext_cli.session import Session
from acontext_cli.show.text import counted, size, table, warn


def as_listed(session: Session) -> dict[str, object]:
    """What a list says of a session, for programs."""
    return {
        "id": session.id,
        "name": session.name,
        "space": session.space,
        "date": session.date,
        "created": session.created,
        "source": session.source,
        "bytes": session.size,
    }


def show_sessions(sessions: Sequence[Session], *, more: int) -> None:
    if not sessions:
        warn("no session yet: acontext session new")
        return
    rows = [(s.id[:8], s.created[:16].replace("T", " "), s.space, size(s.size), s.name) for s in sessions]
    table([("SESSION", "CREATED", "SPACE", "SIZE", "NAME"), *rows])
    if more > 0:
        warn(f"and {counted(more, 'older session')}: --all lists them")
