"""How a transcript is shown to a model within a size.

Kept whatever the size: the user's words, the arguments, every span that a link uses with its JSON field (else its
line), every error, the final check, the heads of a diff. Of the rest head and tail, each message as much as any other,
while room is left.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from acontext_cli.messages import Message
from acontext_cli.trace.links import Link, links
from acontext_cli.trace.steps import Trace, failed, trace

CHARACTERS_PER_TOKEN = 4
GAP = " … "

_LONG_ARGUMENTS = 1200
_ERROR = 600
_LINE = 300
_ANSWER = 800
_SIBLINGS = 8
_HUNK = re.compile(r"^[ \t]{0,8}(?:@@ [^\n]{1,200}|diff --git [^\n]{1,200})", re.MULTILINE)
_MOST_HUNKS = 30
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\"{\[\]]|-?\d[\d.]*\s*,))")
_KEY = re.compile(r'"(?:[^"\\]|\\.){1,80}"\s*:\s*')

Range = tuple[int, int]
Span = tuple[str, str]
"""A text that a link uses, and what of it matters."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A message as text, with the ranges of it that must be kept."""

    message: str
    text: str
    kept: tuple[Range, ...]


def excerpt(messages: Iterable[Message], budget: int) -> list[tuple[str, str]]:
    """(message id, text) in order, together at most `budget` tokens (a token is four characters, rounded up).

    A message of which nothing is left is not listed.
    """
    listed = list(messages)
    whole = [(message.id, render(message)) for message in listed]
    if sum(len(text) for _, text in whole) <= budget * CHARACTERS_PER_TOKEN:
        return [(id, text) for id, text in whole if text]  # nothing has to go, so nobody asks what matters
    told = trace(listed)
    spans = _spans(told, links(told))
    shown = [_shown(message, spans.get(message.id, ())) for message in listed]
    room = budget * CHARACTERS_PER_TOKEN
    texts = _fit(shown, room)
    return [(item.message, text) for item, text in zip(shown, texts, strict=True) if text]


def render(message: Message) -> str:
    """A message as a person would read it: its words, then its calls, a line each."""
    calls = (f"→ {call.name}({call.arguments})" for call in message.calls)
    return "\n".join(part for part in (message.text, *calls) if part)


def _spans(told: Trace, found: Iterable[Link]) -> dict[str, list[Span]]:
    """By message id of a result, the texts in it that links use."""
    answers = {step.number: step.answer for step in told.steps}
    spans: dict[str, list[Span]] = {}
    for link in found:
        spans.setdefault(answers[link.source], []).append((link.span, link.part))
    for step in told.checks[-1:]:
        spans.setdefault(step.answer, []).append((step.result[:_ERROR], ""))
    return spans


def _shown(message: Message, spans: Iterable[Span]) -> _Shown:
    text = render(message)
    if message.is_human:
        return _Shown(message.id, text, ((0, len(text)),))
    if message.is_result:
        return _Shown(message.id, text, _merged([*_wrong(message, text), *_hunks(text), *_places(text, spans)]))
    if message.role == "assistant" and not message.calls:  # what the agent tells the user, and claims
        return _Shown(
            message.id, text, _merged([(0, min(len(text), _ANSWER)), (max(0, len(text) - _ANSWER // 2), len(text))])
        )
    return _Shown(message.id, text, _merged(_argument_ranges(message, text)))


def _wrong(message: Message, text: str) -> list[Range]:
    if not failed(message):
        return []
    return [(0, min(len(text), _ERROR)), (max(0, len(text) - _ERROR // 2), len(text))]


def _hunks(text: str) -> list[Range]:
    """Where a diff begins to change what: a change that nobody asked for shows there."""
    return [found.span() for found in islice(_HUNK.finditer(text), _MOST_HUNKS)] if "@@" in text else []


def _argument_ranges(message: Message, text: str) -> Iterator[Range]:
    end = len(text)
    for call in reversed(message.calls):
        start = end - len(f"→ {call.name}({call.arguments})")
        if end - start > _LONG_ARGUMENTS:
            yield start, start + _LONG_ARGUMENTS * 2 // 3
            yield end - _LONG_ARGUMENTS // 3, end
        else:
            yield start, end
        end = start - 1


def _places(text: str, spans: Iterable[Span]) -> Iterator[Range]:
    json_like = bool(_JSON.match(text))  # a log line may well begin with "[2026-03-26 …]"
    for whole, part in dict.fromkeys(spans):
        place, span = text.find(whole), whole
        if place < 0:
            continue
        if part and len(whole) > _LINE:  # such a line is a file of its own
            place, span = place + max(0, whole.find(part)), part
        if json_like:
            yield from _field(text, place, len(span))
            yield from _beside(text, place, span)
            quoted = text.find(f'"{span}"')
            if quoted not in (-1, place - 1):
                yield from _field(text, quoted + 1, len(span))
        else:
            yield _line(text, place, len(span))


def _field(text: str, place: int, length: int) -> Iterator[Range]:
    """The value at a place with the key that it stands under; the key apart where it is far off."""
    end = min(len(text), place + length + (text[place + length : place + length + 1] == '"'))
    key = _key_before(text, place)
    if key is None:
        yield max(0, place - 1), end
    elif place - key.end() < 40:
        yield key.start(), end
    else:
        yield key.start(), key.end()
        yield max(0, place - 1), end


def _key_before(text: str, place: int) -> re.Match[str] | None:
    """The last key before a place, not too far off."""
    key = None
    for match in _KEY.finditer(text, max(0, place - 400), place):
        key = match
    return key


def _beside(text: str, place: int, span: str) -> Iterator[Range]:
    """What the same key says elsewhere in a result, where it says a number: a price among others."""
    key = _key_before(text, place) if span[:1].isdigit() else None
    if key is None or key.end() != place:
        return
    same = re.compile(re.escape(key.group()) + r"-?[\d.]+")
    for count, found in enumerate(same.finditer(text)):
        if count >= _SIBLINGS:
            return
        yield found.span()


def _line(text: str, place: int, length: int) -> Range:
    start = max(text.rfind("\n", 0, place) + 1, place - _LINE)
    end = text.find("\n", place + length)
    return start, min(len(text) if end < 0 else end, place + length + _LINE)


def _merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1] + len(GAP):
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        elif end > start:
            merged.append((start, end))
    return tuple(merged)


def _fit(shown: list[_Shown], room: int) -> list[str]:
    """The largest head and tail, the same for every message, that together fit; where what must be kept is itself too
    much, that is cut to a length, the same for every message."""
    longest = max((len(item.text) for item in shown), default=0)
    if sum(len(_cut(item, 0)) for item in shown) <= room:
        size = _largest(longest, lambda size: sum(len(_cut(item, size)) for item in shown) <= room)
        return [_cut(item, size) for item in shown]
    size = _largest(longest, lambda size: sum(min(size, len(_cut(item, 0))) for item in shown) <= room)
    return [_clip(_cut(item, 0), size) for item in shown]


def _largest(longest: int, fits: Callable[[int], bool]) -> int:
    return max(0, bisect_right(range(1, longest + 1), False, key=lambda size: not fits(size)))


def _cut(item: _Shown, size: int) -> str:
    """The kept ranges with `size` characters of head and tail."""
    length = len(item.text)
    if size >= length:
        return item.text
    head = size * 3 // 5
    ends = [(0, head), (length - (size - head), length)] if size else []
    kept = _merged([*item.kept, *ends])
    return GAP.join(item.text[start:end] for start, end in kept).strip("\n")


def _clip(text: str, size: int) -> str:
    if len(text) <= size:
        return text
    inside = size - len(GAP)
    if inside < 8:
        return text[:size]
    return text[: inside * 3 // 5] + GAP + text[len(text) - (inside - inside * 3 // 5) :]
