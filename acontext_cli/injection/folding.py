"""A text as an agent reads it, whatever it is written with: invisible letters away, look-alikes as what they look like.

Places are kept: what is found in a folded text can be shown in the text itself.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache

from acontext_cli.injection.trap import INVISIBLE

_LOOKALIKES = dict(
    zip(
        "аеорсухіјѕһԁԛԝІАВЕКМНОРСТУХЅЈαοινρτυκεΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijshdqwIABEKMHOPCTYXSJaoivptukeABEZHIKMNOPTYX",
        strict=True,
    )
)
_MIXED = re.compile(r"\b(?=[^\W\d_]{0,60}[A-Za-z])(?=[^\W\d_]{0,60}[\u0370-\u052f])[^\W\d_]{1,60}")
_STYLED = re.compile("[\uff01-\uff5e\u2460-\u24ff\u2100-\u214f\U0001d400-\U0001d7ff\U0001f110-\U0001f189]")
_JOINED = re.compile(r"\\\r?\n|\\[nrt\"']")
"""A line that goes on in the next, and what stands for a break or a quotation mark inside JSON."""

_WRAPPED = re.compile(r"(?<=[a-z,])\n(?=[a-z])")
_WIDE = 40
"""A line of so many characters may be one that was broken for its width."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and how its places lie in the text that it was made of."""

    text: str
    low: str
    """The same in lower case; places may differ."""
    _removed: tuple[int, ...] = ()
    """Places of the folded text before which a character was taken away, one for each."""

    def place(self, at: int) -> int:
        """Where a place of the folded text is in the original."""
        return at + bisect_right(self._removed, at)


@lru_cache(maxsize=16)
def folded(text: str) -> Folded:
    """The text as it is read."""
    removed: tuple[int, ...] = ()
    if not text.isascii():
        places = [found.start() for found in INVISIBLE.finditer(text)]
        removed = tuple(place - count for count, place in enumerate(places))
        text = INVISIBLE.sub("", text) if places else text
        text = _MIXED.sub(_unmixed, _STYLED.sub(_plain, text)).replace("\u2019", "'")
    if "\\" in text:
        text = _JOINED.sub(_join, text)
    if "\n" in text:
        text = _WRAPPED.sub(_unwrapped, text)
    return Folded(text, text.lower(), removed)


def _unwrapped(found: re.Match[str]) -> str:
    width = found.start() - found.string.rfind("\n", max(0, found.start() - _WIDE), found.start())
    return "\n" if width < _WIDE else " "


def _join(found: re.Match[str]) -> str:
    mark = found[0]
    if mark[1] in "\r\n":
        return " " * len(mark)
    return {"n": " \n", "r": " \n", "t": "  "}.get(mark[1], f" {mark[1]}")


def _unmixed(found: re.Match[str]) -> str:
    return "".join(_LOOKALIKES.get(letter, letter) for letter in found[0])


def _plain(found: re.Match[str]) -> str:
    return _styled(found[0])


@cache
def _styled(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter).strip("()")
    return plain if len(plain) == 1 else letter
