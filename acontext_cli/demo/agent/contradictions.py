"""Texts that a log contradicts: a line that speaks of a setting's value and says what is expected in its place."""

import re
from collections.abc import Iterator

from acontext_cli.demo.agent.lines import Line
from acontext_cli.demo.agent.suspect import Setting, Suspect
from acontext_cli.trace.quantities import nouns, words

_EXPECTED = re.compile(
    r"\b(?:expect(?:ed|s|ing)?|requires?|required|wants?|wanted|needs?|must be|should be|use|uses|speaks?|listens? on"
    r"|moved to|now at|accepts? only|only accepts?|carries|valid for|issued for|is for|primary is|writable is"
    r"|current(?: one)? is|instead|renamed(?: to)?|serves?)\b[ :=]*[\"'“]?([\w./:@-]*[\w])",
    re.IGNORECASE,
)


def contradicted(own: Setting, line: Line) -> Iterator[Suspect]:
    """What a line says against a text."""
    if not _speaks_of(own.value, line.text):
        return
    for match in _EXPECTED.finditer(line.text):
        wanted = match[1].rstrip(".,:;")
        if wanted != own.value and _alike(wanted, own.value):
            weight = line.severity + 3 + _fit(own, wanted, line.text, outright="expect" in match[0].lower())
            yield Suspect(setting=own, new=wanted, why="contradicted", line=line.text.strip(), weight=weight)


def tells_what_is_expected(text: str) -> bool:
    """Whether a line says what should stand somewhere, whatever stands there."""
    return bool(_EXPECTED.search(text))


def _speaks_of(value: str, text: str) -> bool:
    return len(value) > 1 and bool(re.search(rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\w)", text))


def _fit(own: Setting, wanted: str, text: str, *, outright: bool) -> int:
    same_form = bool(set(words(wanted)) & set(words(own.value)))
    return min(2, len(nouns(own.key) & nouns(text))) + 2 * outright + 2 * same_form


def _alike(one: str, other: str) -> bool:
    """Whether two texts have the same shape: `v2` and `v3`, `hmac-md5` and `hmac-sha256`, two host names."""
    first, second = words(one), words(other)
    if not first or not second:
        return False
    joined = any(mark in one and mark in other for mark in ".:-/_")
    short = len(one) <= 4 and len(other) <= 4 and one[:1].isalpha() == other[:1].isalpha()
    return bool(set(first) & set(second)) or joined or short
