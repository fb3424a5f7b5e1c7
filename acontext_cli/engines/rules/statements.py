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
    r"^(?:(?:and|but|also|so|oh|ok(?:ay)?|yes|please|note|remember|btw|by the way|in general|generally|for the future)"
    r"[,:]?(?: that)? ){0,3}"
    r"(?:(?:please )?(?:always|never) (?!mind\b|been\b|had\b|have\b|was\b|did\b|got\b|knew\b|saw\b|heard\b|thought\b"
    r"|works?\b|gets?\b|fails?\b|happens?\b|seems?\b)\w+"
    r"|(?:please )?(?:do not|don'?t) ever \w+|from now on\b|in (?:the )?future,? (?:please )?\w+"
    r"|i (?:always|never|generally|usually|strongly) (?:want|prefer|like|use|need|travel|fly|work|write)\b"
    r"|i prefer(?! not)\b|my preference is\b|my preferred \w+"
    r"|call me \w+|my name is \w+ (?:and|but) (?:please )?call me"
    r"|you (?:must|should) (?:always|never)\b|we (?:always|never) \w+|make sure (?:to|you) (?:always|never)\b)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:no|nope|wrong|actually|not that)[,.!:—-]*\s+"
    r"(?:please |we |you should |you must |that'?s wrong[,.;]? )?"
    r"(?:use|run|call it|it'?s called|do ?n[o']t use|never use|prefer)\b.+",
    re.IGNORECASE,
)
_SPECIFIC = re.compile(
    r"\d|\b(?:within|in|on|at|for|with|of|to|like|use|run|prefer) (?:that|it|them)\b"
    r"|\b(?=\w*\d)(?=\w*[A-Za-z])\w{5,}\b|\S+@\S+|https?://"
    r"|\b(?:this|these|those|that one|the following|above|below|today|tomorrow|tonight|yesterday|now|currently"
    r"|for me here|my (?:reservation|order|flight|trip|booking|ticket|account|card|refund|return|upcoming)"
    r"|the (?:reservation|order|flight|trip|booking|refund|upgrade|change))\b"
    r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|january|february|march|april|june|july|august|september|october|november|december)\b|\{|\}|[<>]|\?$",
    re.IGNORECASE,
)
_ONCE = re.compile(r"\binstead\b", re.IGNORECASE)
"""A preference for something instead is about what lies on the table; a correction is just that."""
_TELLING = ("always", "never", "prefer", "call me", "from now on", "future", "ever ", "usually", "generally")
_CORRECTING = re.compile(r"^\W*(?:no|nope|wrong|actually|not that)\b", re.IGNORECASE | re.MULTILINE)
_COMMON = frozenset([
    "the", "and", "use", "run", "please", "always", "never", "not", "for", "with", "from", "you", "that", "call",
    "test", "tests", "make", "file", "files", "all",
])  # fmt: skip
_HARMLESS = re.compile(r"\bfrom now on\b|\b(?:python|node|java|go|es|utf|base|h|v)[- ]?\d+(?:\.\d+)*\b", re.IGNORECASE)


Kind = Literal["rule", "correction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence of the user that holds beyond its task."""

    kind: Kind
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
    said = ((message.id, message.text) for message in messages if message.role == "user")
    for id, text in said:
        for sentence in _sentences(text) if may_state(text) else ():
            kind = _kind(sentence)
            if kind and not _contradicted(sentence, told):
                yield Statement(kind=kind, quote=sentence, message=id)


def _sentences(text: str) -> Iterator[str]:
    own = re.sub(r"```.*?(?:```|\Z)", "\n", text, flags=re.DOTALL)
    for sentence in sentences(own):
        bare = " ".join(sentence.split()).strip("-*• ")
        if bare and not sentence.startswith((">", "|")):
            yield bare


def _kind(sentence: str) -> Kind | None:
    kind: Kind | None = "rule" if _RULE.match(sentence) else "correction" if _CORRECTION.match(sentence) else None
    if kind == "rule" and _ONCE.search(sentence):
        return None
    if kind and 2 <= len(sentence.split()) <= 30 and not _SPECIFIC.search(_HARMLESS.sub("", sentence)):
        return kind
    return None


def _contradicted(sentence: str, told: Trace) -> bool:
    """Whether a call made with a distinctive word of the sentence failed."""
    telling = _telling_words(sentence)
    tried = (value for step in told.steps if step.failed for value in values(step.arguments))
    return any(telling & _telling_words(value) for value in tried)


def _telling_words(text: str) -> set[str]:
    return {word.strip("./-") for word in re.findall(r"[\w./-]{3,}", text.lower())} - _COMMON
