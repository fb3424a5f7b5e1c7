"""Everything that may have gone bad in a space, in the order of its skills and files."""

from collections.abc import Iterable, Sequence

from acontext_cli.rot.crowding import crowded
from acontext_cli.rot.expired import expired
from acontext_cli.rot.later import Later
from acontext_cli.rot.note import Note, standing
from acontext_cli.rot.unread import unread
from acontext_cli.session import Session
from acontext_cli.store import SkillStore


def notes(store: SkillStore, sessions: Iterable[Session], today: str, skill: str = "") -> tuple[Note, ...]:
    """What may have gone bad in all skills, or in one. `sessions`: those of the space, the oldest first."""
    names: Sequence[str] = [skill] if skill else store.names()
    found = tuple(standing(store, names))
    later = Later(found)
    later.look(sessions)
    crowds = (note for note in crowded(dict(store.catalog())) if skill in ("", note.skill))
    told = [*expired(found, today), *later.notes(), *unread(found, store.reads.tally(), today), *crowds]
    return tuple(sorted(told, key=lambda note: (note.skill, note.file, note.line)))
