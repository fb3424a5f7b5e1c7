"""What a reader of the page does not see: invisible characters, comments, hidden elements, and text in disguise."""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from acontext_cli.injection.trap import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiding:
    """A passage that shows something else than it says."""

    name: str
    start: int
    end: int
    told: str
    """What it says."""
    certain: bool
    """Whether it is a trap whatever it says; else only where it says what would be one."""


_TAGS = re.compile("[\U000e0020-\U000e007e]{2,}\U000e007f?")
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2,7}\U000e007f")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
_ZERO = re.compile("[\u200b\u200c\u200d\u2060-\u2064\ufeff\u180e\u034f\u3164\uffa0\u115f\u1160]+")
_SELECTORS = re.compile("[\ufe00-\ufe0e\U000e0100-\U000e01ef]{2,}|\ufe0f{2,}")
_JOINS = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\u2190-\u2bff\u3030-\u303d\ufe0f"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f\\d#*\u3040-\u30ff\u4e00-\u9fff]"
)
"""Scripts and signs between which a joiner has its place."""

_OURS = re.compile(r"<!--\s{0,4}(?:id: [0-9A-Za-z_-]{1,64}|acontext[: ][^\n<>]{0,80})\s{0,4}-->")
_COMMENT = re.compile(r"(?<!\\)<!--(?P<told>.*?)(?:-->|\Z)", re.DOTALL)
_REFERENCE = re.compile(
    r"^ {0,3}\[(?://|comment|_|hidden|#)?[^\]\n]{0,40}\]:\s{0,4}(?:#|<>|//"
    r"|\.)\s{0,4}[(\"'](?P<told>[^\n]{3,2000})[)\"']\s*$",
    re.MULTILINE | re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"<(?P<tag>[a-z][\w-]{0,20})\b[^<>]{0,200}?(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden"
    r"|font-size\s{0,3}:\s{0,3}0"
    r"|opacity\s{0,3}:\s{0,3}0(?![.\d])|color\s{0,3}:\s{0,3}(?:white|#fff(?:fff)?|transparent)\b|(?:left|top"
    r"|text-indent)\s{0,3}:\s{0,3}-\d{3,}"
    r"|\shidden(?=[\s>=/])|aria-hidden\s{0,3}=\s{0,3}[\"']?true)[^<>]{0,200}>(?P<told>[^<]{0,2000})",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"\s(?:alt|title|aria-label|data-[\w-]{1,30}|content)\s?=\s?[\"'](?P<told>[^\"'<>]{12,1000})[\"']", re.IGNORECASE
)

_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{24,20000}={0,2}(?![\w+/=-])")
_HEX = re.compile(r"(?<![\w])(?:0x)?(?:[0-9a-fA-F]{2}[ :]?){16,4000}(?!\w)")
_ESCAPED = re.compile(r"(?:\\u\{?[0-9a-fA-F]{4,6}\}?|\\x[0-9a-fA-F]{2}|\\U[0-9a-fA-F]{8}){6,4000}")
_PERCENT = re.compile(r"\w{0,20}%[0-9a-fA-F]{2}(?:[\w.~-]{0,20}%[0-9a-fA-F]{2}){4,2000}[\w.~-]{0,30}")
_ENTITIES = re.compile(r"(?:&#(?:\d{2,7}|x[0-9a-fA-F]{2,6});\s?){6,4000}")
_BINARY = re.compile(r"(?<!\d)(?:[01]{8}\s?){8,2000}(?!\d)")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*·|]{1,3}){7,600}[^\W\d_](?!\w)")
_SPACES = re.compile(r"[ .\-_*·|]")
_LONGEST = 4_000


def hidings(text: str, *, of_a_page: bool = True) -> Iterator[Hiding]:
    """Everything hidden or disguised in a text; `of_a_page`: whether it is Markdown or HTML that somebody renders."""
    if not text.isascii():
        yield from _invisible(text)
    if of_a_page and ("<" in text or "]:" in text):
        yield from _unrendered(text)
    yield from _disguised(text)


def _invisible(text: str) -> Iterator[Hiding]:
    flags = {place for found in _FLAG.finditer(text) for place in range(*found.span())}
    for found in _TAGS.finditer(text):
        if found.start() not in flags:
            told = "".join(chr(ord(letter) - 0xE0000) for letter in found[0] if ord(letter) < 0xE007F)
            yield _hiding("tag characters", found, told, certain=True)
    for found in _SELECTORS.finditer(text):
        yield _hiding("invisible characters", found, _selected(found[0]), certain=True)
    right_to_left = bool(_RTL.search(text))
    for found in _BIDI.finditer(text):
        if not right_to_left or found[0] in "\u202d\u202e":
            yield _hiding("turned text", found, text[found.end() : found.end() + 200], certain=True)
    for found in _ZERO.finditer(text):
        if not _in_place(text, found):
            yield _hiding("invisible characters", found, "", certain=True)


def _in_place(text: str, found: re.Match[str]) -> bool:
    """Whether an invisible character stands where writing needs one."""
    beside = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
    begins = found[0] == "\ufeff" and not found.start()
    return len(found[0]) == 1 and (begins or any(map(_JOINS.match, beside)))


def _selected(marks: str) -> str:
    """What a run of variation selectors says, a byte each."""
    codes = (ord(mark) for mark in marks)
    data = bytes(code - 0xFE00 if code < 0xFFFF else (code - 0xE0100 + 16) & 255 for code in codes)
    return data.decode("utf-8", "replace")


def _unrendered(text: str) -> Iterator[Hiding]:
    ours = {found.start() for found in _OURS.finditer(text)} if "<!--" in text else ()
    for found in _COMMENT.finditer(text) if "<!--" in text else ():
        if found.start() not in ours:
            yield _hiding("HTML comment", found, found["told"], certain=False)
    if "]:" in text:
        yield from (_hiding("comment", found, found["told"], certain=False) for found in _REFERENCE.finditer(text))
    if "<" in text:
        yield from (_hiding("hidden element", found, found["told"], certain=False) for found in _UNSEEN.finditer(text))
        yield from (_hiding("attribute", found, found["told"], certain=False) for found in _ATTRIBUTE.finditer(text))


def _disguised(text: str) -> Iterator[Hiding]:
    """What reads as something else once it is decoded."""
    for pattern, name, decode, needs in _CODES:
        for found in pattern.finditer(text) if needs in text else ():
            told = decode(found[0][:20_000])
            if told and _is_text(told):
                yield _hiding(name, found, told, certain=False)


def _hiding(name: str, found: re.Match[str], told: str, *, certain: bool) -> Hiding:
    return Hiding(name=name, start=found.start(), end=found.end(), told=told.strip()[:_LONGEST], certain=certain)


def _base64(text: str) -> str:
    bare = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _hex(text: str) -> str:
    try:
        return bytes.fromhex(re.sub(r"0x|[ :]", "", text)).decode("utf-8")
    except ValueError:
        return ""


def _escaped(text: str) -> str:
    codes = re.findall(r"[0-9a-fA-F]{2,8}", text)
    return "".join(chr(number) for code in codes if (number := int(code, 16)) <= 0x10FFFF)


def _binary(text: str) -> str:
    bits = re.findall("[01]{8}", text)
    return bytes(int(each, 2) for each in bits).decode("utf-8", "replace")


def _close(text: str) -> str:
    """Spaced-out letters without the spaces between them; a wider gap is one between words."""
    wide = re.sub(r"(?<=\w)(?: {2,3}|[.\-_*·|] [.\-_*·|]?|\|)(?=\w)", "\N{NO-BREAK SPACE}", text)
    return _SPACES.sub("", wide).replace("\N{NO-BREAK SPACE}", " ")


def _is_text(told: str) -> bool:
    """Whether it could be read at all: letters and spaces, next to nothing that cannot be printed."""
    head = told[:400]
    odd = len(visible(head)) - len(head)
    letters = sum(letter.isalpha() or letter.isspace() for letter in head)
    return odd <= 12 and letters >= 0.6 * len(head)


_CODES = (
    (_BASE64, "coded text", _base64, ""),
    (_HEX, "coded text", _hex, ""),
    (_ESCAPED, "coded text", _escaped, "\\"),
    (_PERCENT, "coded text", unquote, "%"),
    (_ENTITIES, "coded text", unescape, "&#"),
    (_BINARY, "coded text", _binary, "0"),
    (_SPACED, "spaced-out text", _close, ""),
)
