"""Taking a change of a text back although the text was changed since: hunks of lines, and what stands in their way.

Three texts: `before` and `after` the change, and the one that stands there `now`. What led from before to after is
taken out of now, as `diff3` would merge it; entries with an id count as one line there, wherever they were moved.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines [start, end) of a base, and what stands there instead in another text."""

    start: int
    end: int
    lines: tuple[str, ...]

    def collides(self, other: "Hunk") -> bool:
        """Whether both change the same lines, each in its own way."""
        if self == other or not (self.lines or other.lines):  # what both take away is taken away
            return False
        overlap = max(self.start, other.start) < min(self.end, other.end)
        return overlap or self._inside(other) or other._inside(self)

    def _inside(self, other: "Hunk") -> bool:
        """Whether this one adds lines in the middle of those that the other one takes away."""
        return self.start == self.end and other.start < self.start < other.end


@dataclass(frozen=True, slots=True)
class Merged:
    """What a text is with a change taken back."""

    lines: tuple[str, ...]
    kept: tuple[str, ...] = ()
    """Lines of now in whose place something else would have to stand: they were changed since."""


@dataclass(frozen=True, slots=True)
class Both:
    """A text before and after a run; None: no file."""

    before: bytes | None
    after: bytes | None

    def text(self, side: int) -> str:
        return ((self.before, self.after)[side] or b"").decode("utf-8")

    def ending_as(self, now: str | None) -> "Both":
        """The same with the ends of lines that an editor has given them since: they are nobody's change."""
        if now is None or "\r\n" not in now:
            return self
        there, blank = set(now.split("\n")), usual_end(now)
        sides = (data and _ended(data.decode("utf-8"), there, blank).encode() for data in (self.before, self.after))
        return Both(*sides)


def hunks(base: Sequence[str], other: Sequence[str]) -> list[Hunk]:
    """How a text differs from its base."""
    found = SequenceMatcher(None, base, other, autojunk=False).get_opcodes()
    return [Hunk(a, b, tuple(other[c:d])) for kind, a, b, c, d in found if kind != "equal"]


def take_back(
    before: Sequence[str], after: Sequence[str], now: Sequence[str], begins: Callable[[str], bool] = lambda _: False
) -> Merged:
    """Now, without what led from before to after; what was changed since stays and is told. `begins`: whether a line
    begins something that stays or goes by itself."""
    back, since = [part for hunk in hunks(after, before) for part in _parts(hunk, after, begins)], hunks(after, now)
    kept: list[str] = []
    done: list[Hunk] = []
    for hunk in back:
        others = [other for other in since if hunk.collides(other)]
        if others:
            kept.extend(line for other in others for line in other.lines or after[other.start : other.end])
        else:
            done.append(hunk)
    return Merged(tuple(_applied(after, done, since)), tuple(dict.fromkeys(kept)))


def take_back_words(before: str, after: str, now: str) -> str | None:
    """The same with the words of one line; None where these collide."""
    merged = take_back(_words(before), _words(after), _words(now))
    return None if merged.kept else "".join(merged.lines)


def usual_end(text: str) -> str:
    """What stands before the newline in most of its lines: a CR, or nothing."""
    return "\r" if text.count("\r\n") * 2 > text.count("\n") else ""


def _ended(text: str, there: Container[str], blank: str) -> str:
    """A text with a CR at the end of the lines that stand with one there."""
    *lines, last = text.split("\n")
    ended = [f"{line}\r" if line not in there and f"{line}\r" in there else line or blank for line in lines]
    return "\n".join([*ended, last])


def _parts(hunk: Hunk, base: Sequence[str], begins: Callable[[str], bool]) -> Iterator[Hunk]:
    """A hunk that only takes away, cut where something begins."""
    cuts = [at for at in range(hunk.start + 1, hunk.end) if not hunk.lines and begins(base[at])]
    for start, end in pairwise([hunk.start, *cuts, hunk.end]):
        yield Hunk(start, end, hunk.lines)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _applied(base: Sequence[str], back: Sequence[Hunk], since: Sequence[Hunk]) -> Iterator[str]:
    """The base with both kinds of hunks; what both say alike is done once."""
    at = 0
    for hunk in sorted({*back, *since}, key=lambda hunk: (hunk.start, hunk.end)):
        yield from base[at : hunk.start]
        yield from hunk.lines
        at = max(at, hunk.end)
    yield from base[at:]
