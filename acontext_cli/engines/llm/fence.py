"""The fence round what a model is shown as data: a mark made of the very text, so that nothing in it can close it."""

import hashlib
from itertools import count

_LENGTH = 10


def fenced(name: str, text: str) -> str:
    """The text between two lines that carry the same mark. The same text has the same mark, so answers can be kept."""
    mark = next(mark for number in count() if (mark := _mark(text, number)) not in text)
    return f"<{name} {mark}>\n{text}\n</{name} {mark}>"


def _mark(text: str, number: int) -> str:
    return hashlib.sha256(f"{number}:{text}".encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]
