"""Secrets in the columns of tables, as databases print them, Markdown writes them and SQL fills them."""

import re
from collections.abc import Iterator

from acontext_cli.secrets.names import promised
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen, is_random

_RULE = re.compile(r"[ \t]{0,8}[|+:-][ \t]?[|+:-]{2}[ \t|+:-]{0,2000}(?=[\r\n\\]|\Z)")
_WIDEST = 2000
_FIRST = 200
"""How wide the first column may be."""
_ROWS = 500


def column(text: str, at: int) -> list[Secret]:
    """The cells under names that promise secrets; at this place is a part of the rule below the names."""
    begin = _begin(text, at, _FIRST)
    if begin <= 1 or text[begin:at].strip(" -\t"):
        return []
    rule = _RULE.match(text, begin)
    if rule is None:
        return []
    end = begin - (1 if text[begin - 1] == "\n" else 2)
    head = text[max(0, _begin(text, end, _WIDEST)) : end].split("|")
    kinds = [promised(cell.strip(" \t\r\\`*")) for cell in head]
    return list(_under(text, rule.end(), kinds)) if len(kinds) > 1 and any(kinds) else []


_VALUES = re.compile(r"[\w\s,.`\"\\\[\]]{4,400}\)(?:\s|\\n){0,8}values ?\(", re.IGNORECASE)
_NAMES = re.compile(r"[\w\s,.`\"\\\[\]]{0,400}\Z")
_CELL = re.compile(
    r"(?:\s|\\n){0,8}(?:N?'((?:[^'\\\n]|\\.|''){0,400})'|[^',()\n]{1,60}(?:\([^'()\n]{0,60}\))?)(?:\s|\\n){0,8}[,)]"
)


def row(text: str, at: int) -> list[Secret]:
    """`INSERT INTO … (name, password) VALUES ('…', '…')` of SQL; the first row of it. At this place is a name."""
    end = text.find(")", at, at + 300)
    if end < 0 or "values" not in text[end : end + 16].lower():
        return []
    values = _VALUES.match(text, at)
    before = _NAMES.search(text[max(0, at - 400) : at]) if values else None
    if values is None or before is None:
        return []
    names = before.group() + values.group().rpartition(")")[0]
    kinds = [promised(name.strip(' \t\n\\`"[]')) for name in names.split(",")]
    found: list[Secret] = []
    place = values.end()
    for kind in kinds:
        cell = _CELL.match(text, place)
        if cell is None:
            break
        if kind and cell[1] and _is_good(kind, cell[1]):
            found.append(Secret(*cell.span(1), kind))
        place = cell.end()
    return found


def _begin(text: str, at: int, most: int) -> int:
    """Where the line begins, behind a plain end of line or `\\n` as in JSON; -1: too far away."""
    start = max(0, at - most)
    place = max(text.rfind("\n", start, at), text.rfind("\\n", start, at) + 1)
    return place + 1 if place > 0 else (0 if start == 0 else -1)


def _end(text: str, at: int) -> int:
    limit = min(len(text), at + _WIDEST)
    places = (text.find("\n", at, limit), text.find("\\n", at, limit))
    return min((place for place in places if place >= 0), default=limit)


def _under(text: str, begin: int, kinds: list[str]) -> Iterator[Secret]:
    begin = _end(text, begin)
    for _ in range(_ROWS):
        begin += 2 if text[begin : begin + 1] == "\\" else 1
        end = _end(text, begin)
        cells = text[begin:end].split("|")
        if len(cells) != len(kinds):
            return
        for kind, cell in zip(kinds, cells, strict=True):
            value = cell.strip(" \t`\r").split("\\")[0]
            if kind and _is_good(kind, value):
                start = text.index(value, begin)
                yield Secret(start, start + len(value), kind)
            begin += len(cell) + 1
        begin = end


def _is_good(kind: str, value: str) -> bool:
    if not value or re.search(r"[\s\"'<>]", value):
        return False
    return is_chosen(value) if kind == "password" else is_random(value)
