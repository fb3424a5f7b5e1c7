"""A rule of the scan: words without which it cannot match, looked for first, and its pattern, made when first needed."""

import re
from collections.abc import Iterator
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
        if not any(word in low for word in self.needs):
            return
        harmless = _compiled(self.unless) if self.unless else None
        for match in _compiled(self.pattern).finditer(text):
            if not (harmless and harmless.search(text, match.start(), match.end() + _BEHIND)):
                yield match


_BEHIND = 40


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
