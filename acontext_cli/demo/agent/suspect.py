"""A setting under suspicion, as a value: what speaks against it, how strongly, and what would cure it."""

from dataclasses import dataclass
from typing import Literal

Why = Literal["too low", "too high", "contradicted"]

ENOUGH = 7
"""A suspect of this weight is acted upon at once; a weaker one …"""
LIKELY = 5
"""… or when every setting that the symptom leads to has been read …"""
WEAK = 3
"""… or when there is nothing else to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting as it stood before any change."""

    service: str
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A setting that explains what was seen, and the value that cures it."""

    setting: Setting
    new: str
    why: Why
    line: str
    """What speaks against it."""
    weight: int
    need: float = 0
    """What the work seen takes, where it is a time or a size: the larger, the higher a limit is to be raised."""
