"""What a commit did, told whole: what the caller recorded, and what it did besides."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from acontext_cli.ledger import Action, Ledger, Record
from acontext_cli.skills import SKILL, entries
from acontext_cli.skills.marks import packed, together, units
from acontext_cli.store.draft import Draft
from acontext_cli.store.shelf import Key

_NO = Counter[str]()


def completed(
    draft: Draft, records: Sequence[Record], missing: Collection[str], ledger: Ledger, theirs: Collection[str] = ()
) -> list[Record]:
    """The caller's records, and one for each change, entry and end of an entry that they do not name.

    `theirs`: marks of the lines that a person wrote; they are not told of."""
    before, after = _entries(draft, 0), _entries(draft, 1)
    told = {record.entry for record in records}
    gone = {id: key for id, key in before.items() if id not in after and not draft.holds(id)}
    found = [
        *records,
        *_about(((id, key) for id, key in after.items() if id not in before and id not in told), "add"),
        *_about(((id, key) for id, key in gone.items() if id not in told), "remove"),
        *_about(((id, ledger.place(id)) for id in sorted(missing) if id not in gone), "deleted"),
    ]
    named = {(record.skill, record.file) for record in found}
    found += [_change(key, *texts) for key, texts in draft.changed.items() if key not in named]
    return marked(found, draft.changed, theirs)


def marked(
    records: Iterable[Record],
    changed: Mapping[Key, tuple[str | None, str | None]],
    theirs: Collection[str] = (),
) -> list[Record]:
    """The records with the marks of the lines that were written and taken away, each told once."""
    before, after = (
        together(units(*key, text) for key, both in changed.items() if (text := both[side]) is not None)
        for side in (0, 1)
    )
    left = {
        place: (after.get(place, _NO) - before.get(place, _NO), before.get(place, _NO) - after.get(place, _NO))
        for place in before | after
    }
    found = []
    for record in records:
        wrote, took = left.pop(record.entry or f"{record.skill}/{record.file}", (_NO, _NO))
        ours = Counter({mark: count for mark, count in wrote.items() if mark not in theirs})
        found.append(replace(record, wrote=packed(ours), took=packed(took)))
    rest = {place: both for place, both in left.items() if any(both)}
    return found + [_beside(place, changed, *both) for place, both in rest.items()]


def _beside(
    place: str, changed: Mapping[Key, tuple[str | None, str | None]], wrote: Counter[str], took: Counter[str]
) -> Record:
    """The record of lines in an entry that was not told of, or in none."""
    skill, slash, file = place.partition("/")
    told = Record(action="edit", skill=skill, file=file, wrote=packed(wrote), took=packed(took))
    if slash:
        return told
    texts = ((key, text) for key, both in changed.items() for text in reversed(both) if text is not None)
    key = next(key for key, text in texts if place in units(*key, text))
    return replace(told, skill=key[0], file=key[1], entry=place)


def removed(skill: str, files: Mapping[str, bytes]) -> list[Record]:
    """The records of a skill that a person takes away."""
    texts = ((file, data.decode("utf-8", "replace")) for file, data in files.items() if _holds_entries(file))
    ends = [(entry.id, (skill, file)) for file, text in texts for entry in entries(text) if entry.id]
    named = {file for _, (_, file) in ends}
    rest = [Record(action="remove", skill=skill, file=file) for file in files if file not in named]
    return [*_about(ends, "deleted"), *rest]


def asset(key: Key, before: bytes | None, after: bytes | None) -> Record:
    """The record of a file that is no text."""
    action: Action = "create" if before is None else "remove" if after is None else "edit"
    return Record(action=action, skill=key[0], file=key[1])


def _holds_entries(file: str) -> bool:
    return file.endswith(".md") and file != SKILL


def _entries(draft: Draft, side: int) -> dict[str, Key]:
    texts = ((key, both[side]) for key, both in draft.changed.items() if _holds_entries(key[1]))
    return {entry.id: key for key, text in texts for entry in entries(text or "") if entry.id}


def _about(found: Iterable[tuple[str, Key]], action: Action) -> list[Record]:
    return [Record(action=action, skill=skill, file=file, entry=id) for id, (skill, file) in found]


def _change(key: Key, before: str | None, after: str | None) -> Record:
    action: Action = "create" if before is None else "remove" if after is None else "edit"
    return Record(action=action, skill=key[0], file=key[1])
