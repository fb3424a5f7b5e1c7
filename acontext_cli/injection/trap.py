"""What a scan finds: a passage that would lead an agent astray, and why, in words."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["hidden", "hijack", "order", "act"]

LONGEST = 160
_INVISIBLE = (
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_UNSHOWN = re.compile(f"[{_INVISIBLE}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_JOINERS = "\u200c\u200d\ufe0f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """One passage of a text."""

    kind: Kind
    """`hidden`: text that a reader does not see · `hijack`: it takes an agent over · `order`: it tells one what to do ·
    `act`: it fetches and runs code, reads credentials, sends data out or switches off a check."""
    name: str
    """Which of its kind, in two words."""
    reason: str
    """What it does, as the end of a sentence that begins with “it”."""
    start: int
    end: int
    span: str
    """The passage on one line that shows as itself."""
    told: str = ""
    """What is told there, decoded where it was disguised, with as much as belongs to it."""
    strength: int = 0
    """Of an order: 2 where it speaks to agents, to a memory or out of hiding, 1 where it is meant for later times too,
    0 where it might be plain advice."""


def visible(text: str) -> str:
    """The text with every character that a person would not see written as its number."""
    return _UNSHOWN.sub(_number, text) if _UNSHOWN.search(text) else text


def span_of(text: str) -> str:
    """A passage as one harmless line, cut to what is read at a glance."""
    line = visible(" ".join(text[: 4 * LONGEST].split()))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _number(found: re.Match[str]) -> str:
    if found[0] in _JOINERS and not found.string[max(0, found.start() - 1) : found.start()].isascii():
        return found[0]  # part of an emoji or of a letter
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
