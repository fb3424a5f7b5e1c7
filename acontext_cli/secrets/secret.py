"""A secret in a text, and the form of the rules that find one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Secret(NamedTuple):
    """A stretch of a text that nobody else should read."""

    start: int
    end: int
    kind: str
    """E.g. `github-token`; lower-case words with hyphens."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Keys that show what they are: a fixed beginning and a rest of a known form."""

    kind: str
    starts: str
    """The beginnings, with blanks between them; a rule is tried only where one of them occurs."""
    rest: str
    """Pattern of what follows."""
    before: str = ""
    """Pattern of what belongs to it and stands before the beginning."""
    random: bool = False
    """Whether the beginning alone says little, so that the rest must look drawn at random."""


Finder = Callable[[str, int], list[Secret]]
"""Looks at a text from where a keyword stands in it."""
