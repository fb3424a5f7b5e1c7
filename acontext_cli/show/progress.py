"""How far long work is: on a terminal, on one line that goes away; nothing in a pipe."""

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def progress(items: Sequence[T], doing: str) -> Iterator[T]:
    """The items, each said before it is given."""
    shown = len(items) > 1 and sys.stderr.isatty()
    for number, item in enumerate(items, 1):
        if shown:
            print(f"\r\x1b[K{doing} {number:,} of {len(items):,}", end="", file=sys.stderr, flush=True)
        yield item
    if shown:
        clear()


def clear() -> None:
    """Take the line away before something else is printed."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
