"""Rules and preferences that the user stated, and corrections, quoted and nothing more.

Only sentences that hold beyond the task are taken: no ids, no numbers of this order, no questions, no pasted text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from acontext_cli.engines.rules.turns import sentences
from acontext_cli.messages import Message
from acontext_cli.trace.steps import Trace, values

_LONGEST_MESSAGE = 1500
_RULE = re.compile(
    r"^(?:(?:and|but|also|so|oh|ok(?:ay)?|yes|please|note|remember|btw|by the way|in general|generally|for the future)[,:]?(?: that)? ){0,3}"
    r"(?:(?:please )?(?:always|never) (?!mind\b|been\b|had\b|have\b|was\b|did\b|got\b|knew\b|saw\b|heard\b|thought\b|works?\b|gets?\b|fails?\b|happens?\b|seems?\b)\w+"
    r"|(?:please )?(?:do not|don'?t) ever \w+|from now on\b|in (?:the )?future,? (?:please )?\w+"
    r"|i (?:always|never|generally|usually|strongly) (?:want|prefer|like|use|need|travel|fly|work|write)\b"
    r"|i prefer(?! not)\b|my preference is\b|my preferred \w+|call me \w+|my name is \w+ (?:and|but) (?:please )?call me|you (?:must|should) (?:always|never)\b"
    r"|we (?:always|never) \w+|make sure (?:to|you) (?:always|never)\b)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:no|nope|wrong|actually|not that)[,.!:—-]*\s+(?:please |we |you should |you must |that'?s wrong[,.;]? )?(?:use|run|call it|it'?s called|do ?n[o']t use|never use|prefer)\b.+",
    re.IGNORECASE,
)
_SPECIFIC = re.compile(
    r"\d|\binstead\b|\b(?:within|in|on|at|for|with|of|to|like) (?:that|it|them)\b|\b(?=\w*\d)(?=\w*[A-Za-z])\w{5,}\b|\S+@\S+|https?://|\b(?:this|these|those|that one|the following|above|below|today|tomorrow|tonight|yesterday|now|"
    r"currently|for me here|my (?:reservation|order|flight|trip|booking|ticket|account|card|refund|return|upcoming)|the (?:reservation|order|flight|trip|booking|refund|upgrade|change))\b"
    r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december)\b|\{|\}|[<>]|\?$",
    re.IGNORECASE,
)
_TELLING = ("always", "never", "prefer", "call me", "from now on", "future", "ever ", "usually", "generally")
_CORRECTING = re.compile(r"^\W*(?:no|nope|wrong|actually|not that)\b", re.IGNORECASE | re.MULTILINE)
_HARMLESS_DIGITS = re.compile(r"\b(?:python|node|java|go|es|utf|base|h|v)[- ]?\d+(?:\.\d+)*\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence of the user that holds beyond its task."""

    kind: Literal["rule", "correction"]
    quote: str
    message: str


def may_state(text: str) -> bool:
    """Whether a user's message may hold a statement at all: a cheap look before a close one."""
    if len(text) > _LONGEST_MESSAGE or text[:1] == "<":
        return False
    low = text.lower()
    return any(word in low for word in _TELLING) or bool(_CORRECTING.search(text))


def statements(messages: Iterable[Message], told: Trace) -> Iterator[Statement]:
    """Those of a task's user messages, in order, without what a later result contradicts."""
    for message in messages:
        if message.role != "user":
            continue
        text = message.text
        if not may_state(text):
            continue
        for sentence in _sentences(text):
            kind = _kind(sentence)
            if kind and not _contradicted(sentence, message.id, told):
                yield Statement(kind=kind, quote=sentence, message=message.id)


def _sentences(text: str) -> Iterator[str]:
    own = re.sub(r"```.*?(?:```|\Z)", "\n", text, flags=re.DOTALL)
    for sentence in sentences(own):
        bare = " ".join(sentence.split()).strip("-*• ")
        if bare and not sentence.startswith((">", "|")):
            yield bare


def _kind(sentence: str) -> Literal["rule", "correction"] | None:
    kind: Literal["rule", "correction"] = "rule" if _RULE.match(sentence) else "correction"
    if kind == "correction" and not _CORRECTION.match(sentence):
        return None
    if not 2 <= len(sentence.split()) <= 30 or _SPECIFIC.search(_HARMLESS_DIGITS.sub("", sentence)):
        return None
    return kind


def _contradicted(sentence: str, message: str, told: Trace) -> bool:
    """Whether a call made with a distinctive word of the sentence failed."""
    telling = {word.lower() for word in re.findall(r"[\w./-]{3,}", sentence)}
    return any(
        step.failed
        and any(telling & set(re.findall(r"[\w./-]{3,}", value.lower())) - _COMMON for value in values(step.arguments))
        for step in told.steps
    )


_COMMON = frozenset(
    [
        "the",
        "and",
        "use",
        "run",
        "please",
        "always",
        "never",
        "not",
        "for",
        "with",
        "from",
        "you",
        "that",
        "call",
        "test",
        "tests",
        "make",
        "file",
        "files",
        "all",
    ]
)
