"""Marks of lines: by them a ledger knows which lines a run wrote, without holding a word of them.

A line's mark is the first eight hex digits of the SHA-256 of its words; spaces between them do not count. Blank lines
and rows of an index have none.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from acontext_cli.skills.entries import Entry, entries
from acontext_cli.skills.index import is_row
from acontext_cli.skills.names import SKILL

LENGTH = 8

Units = dict[str, Counter[str]]
"""Marks by where their lines belong: the id of an entry, or `skill/file` for what stands in none."""


def mark(line: str) -> str:
    """The mark of a line; empty where it has none."""
    from hashlib import sha256  # loads OpenSSL, which most commands never need

    words = " ".join(line.split())
    return sha256(words.encode("utf-8", "replace")).hexdigest()[:LENGTH] if words and not is_row(words) else ""


def marks(text: str) -> Counter[str]:
    """The marks of the lines of a text."""
    return Counter(found for line in text.split("\n") if (found := mark(line)))


def units(skill: str, file: str, text: str) -> Units:
    """The marks of a file, by where its lines belong."""
    place, found = f"{skill}/{file}", Counter[str]()
    own: Units = {}
    for entry in entries(text, file) if file.endswith(".md") and file != SKILL else ():
        if entry.id:
            own.setdefault(entry.id, Counter()).update(marks(entry.text))
            found.subtract(marks(entry.text))
    found.update(marks(text))
    rest = +found
    return own | ({place: rest} if rest else {})


def together(found: Iterable[Units]) -> Units:
    """The marks of several files; an entry may be in two of them while it is moved."""
    all_of_them: Units = {}
    for each in found:
        for place, counted in each.items():
            all_of_them.setdefault(place, Counter()).update(counted)
    return all_of_them


def packed(counted: Counter[str]) -> str:
    """Marks as one word."""
    return "".join(sorted(counted))


def unpacked(word: str) -> frozenset[str]:
    """The marks in such a word."""
    return frozenset(word[at : at + LENGTH] for at in range(0, len(word), LENGTH))


def owner(found: Collection[Entry], line: int) -> Entry | None:
    """Of a file's entries the one that a line (1-based) stands in."""
    before = [entry for entry in found if entry.line <= line]
    return before[-1] if before else None
