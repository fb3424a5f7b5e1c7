"""The entries of a data file: what stands from one `## ` heading to the next.

`## Title (date: YYYY-MM-DD) <!-- id: 4f2a9c -->` is the form the program writes; a person's headings may lack
date and id.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from acontext_cli.skills.words import inline

_MARK = re.compile(r"^(?: {0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)|(?P<heading>#{1,2})[ \t][^\n]*)", re.MULTILINE)
_TITLE = re.compile(
    r"##[ \t]+(?P<title>.*?)"
    r"(?:\s*\(date:\s*(?P<date>\d{4}-\d\d-\d\d)\))?"
    r"(?:\s*<!-- id: (?P<id>[0-9A-Za-z_-]{1,64}) -->)?\s*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a data file."""

    id: str
    """Unique in its space; empty where a person wrote the entry."""
    title: str
    date: str
    """YYYY-MM-DD, or empty."""
    text: str
    """The whole of it, heading included, exactly as it stands, without blank lines at the end."""
    file: str
    line: int
    """1-based line of its heading."""


@lru_cache(maxsize=128)  # an index is rebuilt from all files of a skill when one of them has changed
def entries(text: str, file: str = "") -> tuple[Entry, ...]:
    """All entries of a data file, in order."""
    starts = [start for start, level in headings(text) if level == 2]
    found, line, counted = [], 1, 0
    for start, end in pairwise([*starts, len(text)]):
        line += text.count("\n", counted, start)
        counted = start
        found.append(_entry(text[start:end].rstrip(), file, line))
    return tuple(found)


def headings(text: str) -> Iterator[tuple[int, int]]:
    """Offset and level of every heading of level 1 and 2 that stands in no code block."""
    fence = ""
    for mark in _MARK.finditer(text):
        if mark["heading"]:
            if not fence:
                yield mark.start(), len(mark["heading"])
        else:
            fence = _fence(fence, mark["fence"], mark["info"])


def open_fence(text: str) -> bool:
    """Whether a code block is begun and not closed."""
    fence = ""
    for mark in _MARK.finditer(text):
        if mark["fence"]:
            fence = _fence(fence, mark["fence"], mark["info"])
    return bool(fence)


def heading(title: str, date: str = "", id: str = "") -> str:
    """The heading of an entry, its title made one harmless line of at most 100 characters."""
    dated = f" (date: {date})" if date else ""
    return f"## {plain_title(title)}{dated}" + (f" <!-- id: {id} -->" if id else "")


def plain_title(title: str) -> str:
    """An untrusted title as it stands in a heading."""
    words = re.sub(r"\(\s*date:", "(", re.sub(r"<!--|-->", " ", title), flags=re.IGNORECASE)
    return inline(inline(words, 100).strip("# \\"), 100) or "Untitled"


def _entry(text: str, file: str, line: int) -> Entry:
    # Cut, because the search takes the square of the length of a line of spaces.
    found = _TITLE.fullmatch(text.partition("\n")[0][:1000])
    title, date, id = found.group("title", "date", "id") if found else (text, None, None)
    return Entry(id=id or "", title=title.strip(), date=date or "", text=text, file=file, line=line)


def _fence(open: str, mark: str, info: str) -> str:
    if not open:
        return "" if mark[0] == "`" and "`" in info else mark
    closes = mark[0] == open[0] and len(mark) >= len(open) and not info.strip()
    return "" if closes else open
