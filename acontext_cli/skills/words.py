"""Untrusted text made fit for one line of Markdown: it shows as itself and never becomes markup."""

import re

_BREAKS = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    r"\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]+"
)
_MARKUP = re.compile(r"(\\*)(<(?=[A-Za-z/!?])|\](?=[(\[]))")
_BLOCK = re.compile(r"(?:>|#{1,6}(?=\s|$)|[-+*](?=\s|$)|\d{1,9}[.)](?=\s|$)|~{3,}|={1,}(?=\s|$))")


def tokens(text: str) -> int:
    """How many tokens the text takes: a token is four characters, rounded up."""
    return -(-len(text) // 4)


def one_line(text: str, limit: int = 0) -> str:
    """The text with every break and invisible character a space, cut at a word where it is longer than `limit`."""
    line = _BREAKS.sub(" ", text).strip()
    if not limit or len(line) <= limit:
        return line
    room = line[: limit - 1]
    word = room.rpartition(" ")[0]
    return (word if len(word) > limit // 2 else room).rstrip(" ,;:-–—") + "…"


def inline(text: str, limit: int = 0) -> str:
    """The text as one line of Markdown that shows as itself; code spans stay, everything else is escaped."""
    line = one_line(text, limit)
    if "``" in line or line.count("`") % 2:
        line = line.replace("`", "'")
    spans = line.split("`")
    spans[::2] = map(_escaped, spans[::2])
    line = "`".join(spans)
    block = _BLOCK.match(line)
    return f"{line[: block.end() - 1]}\\{line[block.end() - 1 :]}" if block else line


def _escaped(text: str) -> str:
    return _MARKUP.sub(_guarded, text)


def _guarded(found: re.Match[str]) -> str:
    """A backslash before a mark that has none; an even number of them already there escape one another."""
    slashes, mark = found.groups()
    return f"{slashes}{mark}" if len(slashes) % 2 else f"{slashes}\\{mark}"
