"""A rule of the scan: words without which it cannot match, looked for first, and its pattern, made when first "
"needed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from acontext_cli.injection.trap import Kind

GAP = r"(?:[^.!?\n]|[.!?](?=\S))"
"""A character of one sentence; a full stop within a word, as in an address, ends none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way in which a text can lead astray."""

    kind: Kind
    name: str
    reason: str
    needs: tuple[str, ...]
    """One of these must stand in the text, in lower case."""
    pattern: str
    unless: str = ""
    """Where this stands in the passage or right behind it, it is harmless."""
    strength: int = 0

    def found(self, text: str, low: str) -> Iterator[re.Match[str]]:
        """Its places in a folded text; `low`: the same in lower case."""
        harmless = _compiled(self.unless) if self.unless else None
        for start, end in _near(self.needs, text, low):
            for match in _compiled(self.pattern).finditer(text, start, end):
                if not (harmless and harmless.search(text, match.start(), match.end() + _BEHIND)):
                    yield match


_BEHIND = 40
_LINE, _FAR = 2_000, 700
"""A line of so many characters is looked through whole; of a longer one so much round each word."""


def _near(needs: Sequence[str], text: str, low: str) -> list[tuple[int, int]]:
    """The parts of a text in which one of these words stands: whole lines, where they are not too long."""
    found = [word for word in needs if word in low]
    if not found:
        return []
    if len(low) != len(text) or "" in found:
        return [(0, len(text))]  # some letters are longer in lower case: then places are not the same
    parts: list[tuple[int, int]] = []
    for word in found:
        end = at = 0
        while (at := low.find(word, max(at, end))) >= 0:
            start, end = _part(text, at, at + len(word))
            parts.append((start, end))
    return _merged(parts)


def _part(text: str, start: int, end: int) -> tuple[int, int]:
    first, last = text.rfind("\n", max(0, start - _LINE), start), text.find("\n", end, end + _LINE)
    begins = first if first >= 0 else 0 if start < _LINE else start - _FAR
    ends = last if last >= 0 else len(text) if len(text) - end < _LINE else end + _FAR
    return begins, ends


def _merged(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(parts):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
