"""What a person said themselves, without what they pasted: output, pages, quotations, what a client puts into a "
"message."""

import re
from bisect import bisect_left

_OPENING = re.compile(r"<([a-zA-Z][\w:-]{0,40})\b[^<>\n]{0,200}>")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~).*?(?:^ {0,3}(?:```|~~~)[^\n]*$|\Z)", re.DOTALL | re.MULTILINE)
_CLOSING = re.compile(r"</([a-zA-Z][\w:-]{0,40})\s*>")
_PASTED = re.compile(
    r"^[^\n]{0,120}\b(?:feedback|comments?|review\w*|errors?|output|logs?|says?|said|saying|wrote|writes|reads"
    r"|suggest\w*"
    r"|message|docs?|documentation|readme|agents\.md|claude\.md|prompt|following|quote|according to|e-?mail|page"
    r"|article"
    r"|ticket|response|transcript|stack ?trace|console|terminal)\b"
    r"[^\n:]{0,60}:(?=\s)"
    r"|^[^\n]{0,60}\b(?:here(?:'s| is| are)|this is|below is|i (?:got|found|pasted|copied|received)|pasting|pasted"
    r"|copied|quoting|forwarded)\b"
    r"[^\n]{0,80}\b(?:output|logs?|page|readme|docs?|documentation|e-?mail|ticket|issue|error|message|response"
    r"|result|file|article"
    r"|text|transcript|website|web ?page|stack ?trace)\b[^\n]{0,80}\n"
    r"|^\W{0,3}(?:\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|(?:INFO|WARN(?:ING)?|ERROR|DEBUG|FATAL|TRACE)\b|npm ERR|Traceback"
    r"|at \S+ ?\(|--- FAIL|FAIL\b|diff --git|@@ |\$ \S|>>> |(?:From|Subject|Von|De): \S|-{3,} ?(?:Original|Forwarded)"
    r"|(?:System|Assistant|Tool|Human|User|AI) ?(?:result|output|message)?: )",
    re.IGNORECASE | re.MULTILINE,
)
"""From here on a message quotes someone or something."""
_QUOTED_LINE = re.compile(r"^\s{0,8}[>|][^\n]*$", re.MULTILINE)
_QUOTES = re.compile(r"\"[^\"]{1,1400}\"|“[^”]{1,1400}”")


def own_words(text: str, *, fences: bool = False) -> str:
    """A message without what was pasted into it, as far as that can be told; `fences`: with code blocks."""
    own = _without_blocks(text)
    own = own if fences else _FENCE.sub("\n", own)
    pasted = _PASTED.search(own)
    return _QUOTED_LINE.sub("", own[: pasted.start()] if pasted else own)


def unblocked(text: str) -> str:
    """A message without quoted lines and without what a client puts into it between tags."""
    return _QUOTED_LINE.sub("", _without_blocks(text))


def unquoted(text: str) -> str:
    """A text with every quotation as one word, so that no sentence begins inside it."""
    return _QUOTES.sub(_whole, text)


def _without_blocks(text: str) -> str:
    """Without everything between a tag and its end, `<system-reminder>` and the like."""
    ends: dict[str, list[tuple[int, int]]] = {}
    for closing in _CLOSING.finditer(text) if "</" in text else ():
        ends.setdefault(closing[1].lower(), []).append(closing.span())
    kept, at = list[str](), 0
    for opening in _OPENING.finditer(text) if ends else ():
        closed = ends.get(opening[1].lower(), [])
        place = bisect_left(closed, (opening.end(), 0))
        if opening.start() >= at and place < len(closed):
            kept += text[at : opening.start()], "\n"
            at = closed[place][1]
    return "".join([*kept, text[at:]])


def _whole(quoted: re.Match[str]) -> str:
    return re.sub(r"(?<=[.?!]) |\n", "\N{NO-BREAK SPACE}", quoted[0])
