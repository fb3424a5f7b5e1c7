"""An entry with what is known of it, and a note on what may have gone bad."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from acontext_cli.errors import AcontextError
from acontext_cli.skills import Entry, Skill, entries
from acontext_cli.store import Draft, SkillStore

Kind = Literal["gone", "changed", "expired", "unread", "crowded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to look at. Nothing was changed."""

    kind: Kind
    """`gone`: a command, path or setting that a later session found missing · `changed`: a value that a later session
    shows otherwise · `expired`: a warning whose day is over · `unread`: entries that no agent read · `crowded`: skills
    whose descriptions are nearly the same."""
    skill: str
    file: str = ""
    line: int = 0
    entry: str = ""
    """Id of the entry."""
    text: str
    session: str = ""
    """Id of the session that shows it."""
    quote: str = ""
    """What it shows, in its words."""

    @property
    def place(self) -> str:
        return "/".join(filter(None, (self.skill, self.file))) + (f":{self.line}" if self.line else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entry where it stands."""

    skill: str
    entry: Entry
    date: str
    """The day that it is of, YYYY-MM-DD; empty where nobody says."""
    written: str
    """When it was written or changed last, ISO 8601; empty where a person wrote it."""
    sources: frozenset[str]
    """The sessions that taught it."""

    def note(self, kind: Kind, text: str, *, session: str = "", quote: str = "") -> Note:
        entry = self.entry
        return Note(
            kind=kind,
            skill=self.skill,
            file=entry.file,
            line=entry.line,
            entry=entry.id,
            text=text,
            session=session,
            quote=quote,
        )


def standing(store: SkillStore, names: Iterable[str]) -> Iterator[Standing]:
    """Every entry of some skills that can be read."""
    draft, written = store.draft(), _written(store)
    for name in names:
        for entry in _entries(draft, name):
            time = written.get(entry.id, "")
            yield Standing(
                skill=name,
                entry=entry,
                date=entry.date or time[:10],
                written=time,
                sources=frozenset(store.ledger.sources(entry.id)) if entry.id else frozenset(),
            )


def _entries(draft: Draft, name: str) -> Iterator[Entry]:
    try:
        skill: Skill = draft.skill(name)
    except AcontextError:  # what is wrong with it is said as a problem
        return
    for file in skill.data:
        try:
            yield from entries(skill.files[file], file)
        except AcontextError:
            continue


def _written(store: SkillStore) -> Mapping[str, str]:
    """When each entry was written or changed last."""
    return {line.entry: line.time for line in store.ledger.lines() if line.action in ("add", "replace", "warning")}
