"""Styled lines: through Rich on a terminal, as plain text in a pipe. A line is text and never markup."""

import os
import sys
from collections.abc import Iterable

from acontext_cli.show.text import visible

Line = tuple[str, str]
"""A style, empty for none, and one line of text."""


def paint(lines: Iterable[Line]) -> None:
    """Print the lines as they come."""
    if sys.stdout.isatty():
        _rich(lines)
    else:
        for _, text in lines:
            print(visible(text))


def _rich(lines: Iterable[Line]) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    plain = bool(os.environ.get("NO_COLOR"))  # of itself Rich leaves out colours and keeps what is bold
    for style, text in lines:
        shown = Text(visible(text).strip(), style="" if plain else style, overflow="fold")
        # Of an empty text padding makes no line at all.
        console.print(Padding(shown, (0, 0, 0, len(text) - len(text.lstrip())), expand=False) if shown else shown)
