"""Entries that are to be forgotten: the day is a line of the entry, and nothing is taken away when it has come."""

import re

from acontext_cli.skills.entries import Entry, entries

FORGET = "- Forget after: "
"""How the line begins that the program writes; a person may write it with another bullet, or in bold."""

_SAID = re.compile(
    r"^[ \t]*[-*+][ \t]+\**Forget after\**:?\**[ \t]*(?P<until>[^\n]{0,40})", re.MULTILINE | re.IGNORECASE
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")


def last_day(entry: Entry) -> str:
    """The last day on which an entry holds, YYYY-MM-DD; empty where it holds until somebody says otherwise."""
    said = _SAID.search(entry.text)
    day = _DAY.match(said["until"]) if said else None
    return day.group() if day else ""


def is_expired(entry: Entry, today: str) -> bool:
    """Whether its last day is over. Days are compared as they are written."""
    return "" < last_day(entry) < today


def with_expired_marked(text: str, today: str) -> str:
    """A file as an agent is to read it: each expired entry says so below its heading."""
    if "orget after" not in text:
        return text
    for entry in entries(text):
        if is_expired(entry, today):
            head, _, rest = entry.text.partition("\n")
            note = f"- Expired on {last_day(entry)}: nobody has confirmed this since, so check it before you rely on it"
            text = text.replace(entry.text, f"{head}\n{note}\n{rest}", 1)
    return text
