"""Warnings whose day is over."""

from collections.abc import Iterable, Iterator

from acontext_cli.rot.note import Note, Standing
from acontext_cli.skills import is_expired, last_day


def expired(found: Iterable[Standing], today: str) -> Iterator[Note]:
    """A note for each entry whose last day is before today."""
    for each in found:
        if is_expired(each.entry, today):
            yield each.note("expired", f"expired on {last_day(each.entry)}: delete it, or confirm it with a later day")
