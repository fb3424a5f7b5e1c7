"""Which lines of a message bear out a line of a skill: those that share its names, numbers, settings and rare words.

Both are untrusted. Nothing here takes more than the time to read the text once.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from acontext_cli.messages import Message

WIDTH = 200
MOST = 2
_LONGEST = 1_000_000
_KEPT = 40
_ADDS = 0.35
"""So much of what the first line bears out a second one must add."""
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[^\W\d]\w*(?:[-./]\w+)*")
_OWN = re.compile(r"^\s*\d{1,3}[.)] |\((?:date: *)?\d{4}-\d\d-\d\d\)|\(\d+ sessions?\)|<!-- id: [\w-]{1,64} -->")
"""What an entry adds of itself: the numbers of steps, its date, its count of sessions."""
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_COMMON = frozenset([
    "and", "are", "but", "did", "does", "for", "from", "had", "has", "have", "here", "how", "into", "its", "let",
    "may", "nor", "not", "one", "only", "our", "out", "than", "that", "the", "their", "them", "then", "there",
    "they", "this", "too", "use", "uses", "was", "were", "what", "when", "where", "which", "who", "why", "will",
    "with", "you", "your", "apply", "because", "known", "line", "lines", "principle", "session", "sessions",
    "steps", "verify", "otherwise",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A line of a message, and which of the words asked for it shares."""

    place: int
    text: str
    shared: frozenset[str]


def asked_for(line: str) -> frozenset[str]:
    """The words of a line of a skill that a transcript may hold."""
    return words(_OWN.sub(" ", line))


def words(text: str) -> frozenset[str]:
    """The words of a text by which another is known to speak of the same."""
    return frozenset(word for found in _WORD.findall(text) for word in _plain(found))


def spans(message: Message, asked: frozenset[str]) -> list[Span]:
    """The lines of a message that share a word with what is asked for, those that share most."""
    found = (Span(place, text, asked & words(text)) for place, text in enumerate(lines(message)))
    return sorted((span for span in found if span.shared), key=lambda span: (-len(span.shared), span.place))[:_KEPT]


def first(message: Message) -> tuple[str, ...]:
    """How a message begins."""
    found = [text for _, text in zip(range(MOST), lines(message), strict=False)]
    return tuple(found)


def best(found: Sequence[Span], weights: dict[str, float]) -> tuple[float, tuple[str, ...]]:
    """The one or two lines that bear out most, in their order, and how much that is."""
    chosen: list[Span] = []
    said: set[str] = set()
    for _ in range(MOST):
        span = max(
            found, key=lambda span: (sum(weights[word] for word in span.shared - said), -span.place), default=None
        )
        if span is None or not span.shared - said:
            break
        chosen.append(span)
        said |= span.shared
    score = sum(weights[word] for word in said)
    return score, tuple(dict.fromkeys(span.text for span in sorted(chosen, key=lambda span: span.place)))


def weights(found: Sequence[Sequence[Span]]) -> dict[str, float]:
    """What each word tells: much where it is a number or a name, and where few messages have it."""
    counted = Counter(word for each in found for word in {word for span in each for word in span.shared})
    return {word: _worth(word) * math.log(1 + len(found) / count) for word, count in counted.items()}


def lines(message: Message) -> Iterator[str]:
    """What a message says and calls, in lines of a length that can be shown."""
    for text in _texts(message):
        for line in text[:_LONGEST].split("\n"):
            yield from _pieces(" ".join(line.split()))


def _texts(message: Message) -> Iterator[str]:
    yield message.text
    for call in message.calls:
        named = call.named
        if named is None:
            yield f"{call.name}({call.arguments})"
            continue
        long = {key for key, value in named.items() if isinstance(value, str) and "\n" in value}
        short = (f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in named.items() if key not in long)
        yield f"{call.name}({', '.join(short)})"
        yield from (str(value) for key, value in named.items() if key in long)


def _pieces(line: str) -> Iterator[str]:
    """A long line in pieces, cut between words where it has any."""
    start = 0
    while len(line) - start > WIDTH - 2:
        room = line[start : start + WIDTH - 2]
        cut = max(room.rfind(" "), room.rfind(","), room.rfind("\\n"))
        end = start + (cut + 1 if cut > WIDTH // 2 else len(room))
        yield f"{'…' if start else ''}{line[start:end].rstrip()}…"
        start = end
    if line[start:]:
        yield f"{'…' if start else ''}{line[start:]}"


def _plain(word: str) -> Iterator[str]:
    if _WIDE.match(word):  # written without spaces: what two signs stand for is a word
        yield from (word[at : at + 2] for at in range(max(1, len(word) - 1)))
        return
    plain = word.casefold() if not word[0].isdigit() else word.replace(",", "").rstrip(".")
    if word[0].isdigit() or (len(plain) > 2 and plain not in _COMMON):
        yield plain


def _worth(word: str) -> float:
    if word[0].isdigit():
        return min(len(word), 3) if len(word) > 1 else 0.5
    return 3 if re.search(r"[\d_./-]", word) else 1
