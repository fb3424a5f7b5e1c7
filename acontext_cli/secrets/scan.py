"""Finds the secrets of a text: first a cheap look for what must occur, then the rules that this makes worth trying."""

import re
from base64 import b64decode
from collections.abc import Iterator
from functools import cache

from acontext_cli.secrets import keys
from acontext_cli.secrets.keywords import named
from acontext_cli.secrets.secret import Secret, Shape
from acontext_cli.secrets.shapes import SHAPES
from acontext_cli.secrets.values import is_dummy, is_random

_RUN = b"a" * 20
_LONGEST = 400
_BEFORE, _FAR = 6, 160
_JOINTS = frozenset(b".$+/")
_BLOB = b"a" * 1024
_LARGE = 8192
_ALNUM = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_WORDS = bytes(97 if sign in _ALNUM or sign in b"_-" else 32 for sign in range(256))
_BASE64 = bytes(97 if sign in _ALNUM or sign in b"+/=" else 32 for sign in range(256))
_SHORTEST = 8


def find(text: str) -> list[Secret]:
    """The secrets of a text in order; no two overlap."""
    if len(text) < _SHORTEST:
        return []
    data = text.encode("ascii", "replace")  # a byte a sign, so that places are the same
    found = [*_shaped(text, data), *named(text, data.lower())]
    return _merged(_fresh(text, found)) if found else []


_PLACEHOLDER = re.compile(r"<secret:[a-z0-9-]{1,60}:\d{1,12}>")


def _fresh(text: str, found: list[Secret]) -> list[Secret]:
    """Without those in what already stands for a secret."""
    if "<secret:" not in text:
        return found
    ours = {place for match in _PLACEHOLDER.finditer(text) for place in range(*match.span())}
    return [secret for secret in found if secret.start not in ours]


def _shaped(text: str, data: bytes) -> Iterator[Secret]:
    words = _long_words(data)
    if not words:
        return
    joined = _ESCAPES.sub(b" ", b"\n".join(words))  # a word may begin behind `\\n`
    for start in {*_starts().findall(joined), *(start for start in _bound() if start in joined)}:
        for shape, its_start in _shapes_of(start.decode()):
            yield from _of_shape(shape, its_start, text)


_ESCAPES = re.compile(rb"\\u[0-9a-fA-F]{4}|\\[nrtbf]|%[0-9A-Fa-f]{2}|\[[0-9;]{0,10}m")


def _long_words(data: bytes) -> set[bytes]:
    """The words in which a key could stand, each with a little of what is before it."""
    mapped = data.translate(_WORDS)
    if _RUN not in mapped:
        return set()
    if len(data) > _LARGE:
        mapped = _without_blobs(data, mapped)
    words = set()
    at = mapped.find(_RUN)
    while at >= 0:
        end = mapped.find(b" ", at + len(_RUN))
        end = len(data) if end < 0 else end
        words.add(data[_before(data, at) : end if end - at < _LONGEST else at + _LONGEST])
        at = mapped.find(_RUN, end)
    return words


def _before(data: bytes, at: int) -> int:
    """Where a key may begin that goes on in the word at this place."""
    if at and data[at - 1] in _JOINTS:
        return at - len(data[max(0, at - _FAR) : at].rsplit(None, 1)[-1])
    return max(0, at - _BEFORE)


def _without_blobs(data: bytes, mapped: bytes) -> bytes:
    """Pictures and the like are no words."""
    blobs = data.translate(_BASE64)
    at = blobs.find(_BLOB)
    while at >= 0:
        end = blobs.find(b" ", at)
        end = len(data) if end < 0 else end
        mapped = mapped[: at + 64] + b" " * (end - at - 64) + mapped[end:]
        at = blobs.find(_BLOB, end)
    return mapped


@cache
def _starts() -> re.Pattern[bytes]:
    """The beginnings of words in one pattern, by their first sign, so that most words are passed over at once."""
    groups: dict[str, list[str]] = {}
    starts = {start for shape in SHAPES if not shape.before for start in shape.starts.split()}
    for start in sorted(starts, reverse=True):
        groups.setdefault(start[:1], []).append(re.escape(start[1:]))
    firsts = (f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items())
    return re.compile(f"(?<![A-Za-z0-9])(?:{'|'.join(firsts)})".encode())


@cache
def _bound() -> tuple[bytes, ...]:
    """The beginnings before which more of the key stands."""
    return tuple(start.encode() for shape in SHAPES if shape.before for start in shape.starts.split())


@cache
def _shapes_of(found: str) -> tuple[tuple[Shape, str], ...]:
    """What may begin so, with less of it too."""
    starts = ((shape, start) for shape in SHAPES for start in shape.starts.split())
    return tuple((shape, start) for shape, start in starts if found.startswith(start))


@cache
def _rest(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _of_shape(shape: Shape, start: str, text: str) -> Iterator[Secret]:
    at = text.find(start)
    while at >= 0:
        match = _rest(shape.rest).match(text, at + len(start))
        begin = _begin(shape, text, at) if match else -1
        if match and begin >= 0 and _is_good(shape, text[at + len(start) : match.end()], text[begin : match.end()]):
            yield Secret(begin, match.start() + len(match.group().rstrip(".")), shape.kind)
            if shape.kind == "aws-access-key":
                yield from keys.aws_pair(text, begin, match.end())
        at = text.find(start, at + len(start))


def _begin(shape: Shape, text: str, at: int) -> int:
    """Where the key begins; -1: this is the middle of something else."""
    if shape.before:
        found = re.search(rf"(?:{shape.before})\Z", text[max(0, at - 56) : at])
        if found is None:
            return -1
        at -= len(found.group())
    return at if _is_free(text, at, "+/" if shape.random else "") else -1


_ESCAPED = re.compile(r"(?:\\[nrtbf]|\\u[0-9a-fA-F]{4}|%[0-9A-Fa-f]{2}|\x1b\[[\d;]{0,8}m|u001b\[[\d;]{0,8}m)\Z")


def _is_free(text: str, at: int, bound: str) -> bool:
    """Whether a word can begin here: behind no letter and none of some signs, unless that belongs to an escape."""
    before = text[max(0, at - 14) : at]
    if not before or not (before[-1].isalnum() or before[-1] in bound):
        return True
    return before.endswith(("//", "/bot")) or _ESCAPED.search(before) is not None


def _is_good(shape: Shape, rest: str, whole: str) -> bool:
    if shape.kind == "private-key":
        return b"PRIVATE" in b64decode(whole[:64])
    if shape.kind == "slack-token" and is_random(rest.rpartition("-")[2]):
        return True  # the numbers before it are those of a place and a person
    return is_random(rest) if shape.random else not is_dummy(whole)


def _merged(found: list[Secret]) -> list[Secret]:
    """What overlaps is one; it is of the kind that its shape says, else of the one that was found first."""
    merged: list[Secret] = []
    for secret in sorted(found, key=lambda each: each.start):
        if merged and secret.start < merged[-1].end:
            last = merged[-1]
            kind = min((last, secret), key=lambda each: each.kind in _VAGUE).kind
            merged[-1] = Secret(last.start, max(last.end, secret.end), kind)
        else:
            merged.append(secret)
    return merged


_VAGUE = frozenset(
    ("password", "token", "secret", "api-key", "credential", "authorization", "cookie", "signature", "url-token")
)
