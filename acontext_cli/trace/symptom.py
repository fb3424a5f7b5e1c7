"""What the user complains of, as the codes, shares, paths and names by which a line is known to speak of it."""

import re
from dataclasses import dataclass
from functools import cached_property

from acontext_cli.trace.quantities import plain, words

_CODE = re.compile(
    r"(?<![\w.,/-])\d{3,}(?![\w.,]*\w)|\b[A-Z][A-Z0-9]*[-_]?\d+\b|\b[A-Z]{2,}(?:_[A-Z]+)+\b"
    r"|\b(?!ERROR|FATAL|ALERT|PLEASE|URGENT|ALWAYS|NEVER|STATUS)[A-Z]{5,}\b"
)
_SHARE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?(?:%|percent)")
_PATH = re.compile(r"(?<![\w/])/(?:[\w.*{}:-]+/?)+")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_SHARE_LABEL = re.compile(r"%|pct|percent|rate|ratio", re.IGNORECASE)
_GENERIC = frozenset(str.split("service svc server app application system prod production staging the our a component"))


@dataclass(frozen=True)
class Symptom:
    """What the request complains of, as codes, shares, paths and identifiers that its lines would carry."""

    request: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        paths = [path.rstrip("*/.:") or path for path in _PATH.findall(self.request)]
        text = _PATH.sub(" ", self.request)
        found = [*_CODE.findall(_SHARE.sub(" ", text)), *paths, *filter(_is_identifier, _NAME.findall(text))]
        return tuple(dict.fromkeys(token for token in found if len(token) > 2))

    @cached_property
    def shares(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_SHARE.findall(self.request)))

    @cached_property
    def _low(self) -> tuple[str, ...]:
        return tuple(token.lower() for token in self.tokens)

    def may_stand_in(self, low: str) -> bool:
        """Whether a lower-case text holds any of the symptom's characters: a cheap look before a close one."""
        return any(token in low for token in self._low) or any(share in low for share in self.shares)

    def on(self, line: str) -> bool:
        """Whether a line of a result carries the symptom; the digits of a time stamp are no code."""
        low = line.lower()
        if not self.may_stand_in(low):
            return False
        tokens = [token for token in self._low if token in low]
        shares = [share for share in self.shares if share in low]
        bare = plain(low)
        if any(_apart(token, bare) for token in tokens):
            return True
        return bool(shares) and bool(_SHARE_LABEL.search(bare)) and any(_alone(share, bare) for share in shares)

    def names(self, value: str) -> bool:
        """Whether the request names a thing, as “our API gateway” names `api-gateway`."""
        if len(value) > 80 or not value.strip():
            return False
        wanted = [word for word in words(value) if word not in _GENERIC]
        if not wanted or all(word.isdigit() and len(word) < 4 for word in wanted):
            return False
        return value in self.request or f" {' '.join(wanted)} " in self._said

    @cached_property
    def _said(self) -> str:
        return f" {' '.join(word for word in words(self.request) if word not in _GENERIC)} "


def names(line: str, value: str) -> bool:
    """Whether a line names a thing, as a whole word."""
    if not 3 <= len(value) <= 80 or value.isdigit() or value not in line:
        return False
    return bool(re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", line))


def _is_identifier(name: str) -> bool:
    """`payment-service`, `order_id`, `HAT227`: words joined by marks, or letters and digits mixed."""
    if name.isalpha():
        return False
    if any(mark in name.rstrip(".-_") for mark in "-_."):
        return name[0].isalpha() and len(name) > 2
    return len(name) > 4 and any(map(str.isdigit, name)) and any(map(str.isalpha, name))


def _apart(token: str, text: str) -> bool:
    """Whether a token stands in a text with no word before it and no digit behind it."""
    place = text.find(token)
    while place >= 0:
        before, behind = text[place - 1 : place] if place else "", text[place + len(token) : place + len(token) + 1]
        if not (before.isalnum() or before in ("_", ".")) and not behind.isdigit():
            return True
        place = text.find(token, place + 1)
    return False


def _alone(number: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(number)}(?![\w.])", text))
