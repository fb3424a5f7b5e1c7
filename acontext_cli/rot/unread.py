"""Entries that no agent read since they were written, file by file: that is how they are read.

Readings are seen only where an agent reads through `recall`, through the Python tools, or in a session that is learned
from. So nothing is said of a space in which no reading was ever seen since, nor of what was written lately.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from acontext_cli.reads import Tally
from acontext_cli.rot.note import Note, Standing
from acontext_cli.skills import DAILY

DAYS = 30
"""What was written within so many days may still be read."""


def unread(found: Iterable[Standing], tally: Tally, today: str) -> Iterator[Note]:
    """A note for each file with entries that were not read. The daily log is a record, for nobody in particular."""
    last = {(read.skill, read.file): tally.last_of(*read.key) for read in tally.reads}
    ours = (each for each in found if each.skill != DAILY)
    for key, group in groupby(ours, key=lambda each: (each.skill, each.entry.file)):
        never = [each for each in group if _is_unread(each, last.get(key, ""), tally.last, today)]
        if never:
            since = min(_since(each) for each in never)[:10]
            what = "its entry was" if len(never) == 1 else f"{len(never)} of its entries were"
            yield Note(
                kind="unread",
                skill=key[0],
                file=key[1],
                text=f"{what} never read since {since}: if nobody needs them, delete them; "
                "else name their symptoms in the skill's description",
            )


def _is_unread(each: Standing, read: str, anything: str, today: str) -> bool:
    since = _since(each)
    # Where only the day is known, what was read on that day counts as later.
    return bool(since) and read[: len(since)] < since <= anything[: len(since)] and _days(since, today) >= DAYS


def _since(each: Standing) -> str:
    return each.written or each.date


def _days(since: str, today: str) -> int:
    try:
        return (date.fromisoformat(today[:10]) - date.fromisoformat(since[:10])) // timedelta(days=1)
    except ValueError:
        return 0
