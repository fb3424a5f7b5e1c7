"""What a model's edit may do to what stands there, and what of an entry is the program's to say: date, id, how it is
known, when to forget it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from acontext_cli.engines.rules.entry import FORGET, WARNING, forget_line
from acontext_cli.errors import AcontextError
from acontext_cli.skills import Entry, entries, heading, parse_skill, problems

_OURS = re.compile(r"\s*[-*+]\s*[*_]*(?:known because|was believed because|forget after)[*_]*\s*:", re.IGNORECASE)


class Unfit(AcontextError):
    """An edit that cannot be proposed; told to the model."""


def without_ours(lines: Iterable[str]) -> list[str]:
    """The lines that are a model's to write."""
    return [line for line in lines if not _OURS.match(line)]


def with_ours(old: Entry, new: Entry, date: str) -> str:
    """An entry as a model wants it, with what stood there of the program's. `date`: of the lesson behind it."""
    (first, *were), (head, *lines) = old.text.split("\n"), new.text.split("\n")
    ours = [line for line in were if _OURS.match(line)]
    if new.title.startswith(WARNING) != old.title.startswith(WARNING):
        kept = [line for line in ours if not line.startswith(FORGET)]
        ours = [forget_line(date), *kept] if ours and new.title.startswith(WARNING) else kept
    if ours != [line for line in lines if _OURS.match(line)]:
        lines = [*without_ours(lines), *ours]
    return "\n".join([first if head == first else heading(new.title, old.date, old.id), *lines])


def changed_entry(before: str, after: str, file: str, *, own: bool) -> tuple[Entry, Entry] | None:
    """The one entry that an edit changes, as it was and as it will be; None where it is not the program's entries that
    change. Raises Unfit for what would take ids away, change several entries, or add one without all that goes with
    it. `own`: in a skill of a person's, which says itself how entries look."""
    old, new = entries(before, file), entries(after, file)
    if [entry.id for entry in old if entry.id] != [entry.id for entry in new if entry.id]:
        raise Unfit("that would change or take away an entry's <!-- id: … -->: leave these as they are")
    if len(old) != len(new):
        if own:
            return None
        raise Unfit("that adds or takes away a whole entry: change one with replace_text, add one with add_entry")
    if old and before[: before.find(old[0].text)] != after[: after.find(new[0].text)]:
        raise Unfit("that changes what stands before the first entry too: one at a time")
    pairs = [(was, now) for was, now in zip(old, new, strict=True) if was.text != now.text]
    if len(pairs) > 1 and any(was.id for was, _ in pairs):
        raise Unfit("that changes several entries: one at a time")
    return pairs[0] if len(pairs) == 1 else None


def keeps_triggers(old: str, new: str) -> bool:
    """Whether a new description still holds most words by which the old one is found."""
    words = set(re.findall(r"\w{4,}", old.lower()))
    return len(words & set(re.findall(r"\w{4,}", new.lower()))) >= len(words) / 2


def lines_gone(before: str, after: str) -> int:
    """How many lines of a file an edit takes away or changes."""
    kept = Counter(line for line in after.split("\n") if line.strip())
    return sum((Counter(line for line in before.split("\n") if line.strip()) - kept).values())


def faults(name: str, files: Mapping[str, str]) -> list[str]:
    """What `skill check` would say of a skill."""
    try:
        return problems(parse_skill(name, files))
    except AcontextError as error:
        return [str(error)]
