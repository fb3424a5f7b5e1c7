"""Rules and preferences that the user stated, and corrections, quoted and nothing more.

Only sentences that hold beyond the task are taken: no ids, no numbers of this order, no questions, no pasted text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from acontext_cli.engines.rules.turns import is_handed_over, sentences
from acontext_cli.injection.own_words import own_words, unquoted
from acontext_cli.messages import Message
from acontext_cli.trace.steps import Trace, values

_LONGEST_MESSAGE = 1500
_NO_ORDER = (
    r"(?!(?:mind|been|had|have|was|did|got|knew|saw|see|heard|thought|get|receive|hit|ran|run into|end up|come|happen"
    r"|fail|crash|again|an?|the|on|off|in|at|\w+ed|\w+[^su\W]s)\b)"
)
"""What follows on “always” and “never” where something is told: “never reached”, “always returns”, “we always get”."""
_ORDER = (
    r"(?:use|run|call|keep|write|add|put|make|commit|push|name|avoid|stick|prefer|ask|answer|check|test|skip|stop"
    r"|do|do ?n[o']t|always|never)\b"
)
_RULE = re.compile(
    r"^(?:(?:and|but|also|so|oh|ok(?:ay)?|yes|please|note|remember|btw|by the way|in general|generally|for the future)"
    r"[,:]?(?: that)? ){0,3}"
    rf"(?:(?:please )?(?:always|never) {_NO_ORDER}\w+"
    r"|(?:please )?(?:do not|don'?t) ever \w+"
    r"|from now on\b(?!,? (?:it|the|this|that|there|they|everything|nothing|all)\b)"
    rf"|(?:in (?:the )?future|going forward),? (?:please \w+|(?:only |just )?{_ORDER}|(?:you|we) should|i want|let'?s)"
    r"|i (?:always|never|generally|usually|strongly) (?:want|prefer|like|use|need|travel|fly|work|write)\b"
    r"|i prefer(?! not)\b|my preference is\b|my preferred \w+"
    r"|call me \w+|my name is \w+ (?:and|but) (?:please )?call me"
    rf"|you (?:must|should) (?:always|never)\b|we (?:always|never) {_NO_ORDER}\w+"
    r"|make sure (?:to|you) (?:always|never)\b"
    r"|we should(?: be)?(?: always| never|n't| not)? \w+ .*\b(?:wherever|whenever) (?:we can|possible)\b"
    rf"|(?:just |please |only |let'?s )*{_ORDER} .*\b(?:going forward|from now on|in (?:the )?future)[.!]*$)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:no|nope|wrong|actually|not that)[,.!:—-]*\s+"
    r"(?:please |we |you should |you must |that'?s wrong[,.;]? )?"
    r"(?:use|run|call it|it'?s called|do ?n[o']t use|never use|prefer)\b.+",
    re.IGNORECASE,
)
_SPECIFIC = re.compile(
    r"\d|\b(?:within|in|on|at|for|with|of|to|like|use|run|prefer|do) (?:that|it|them)\b"
    r"|\b(?=\w*\d)(?=\w*[A-Za-z])\w{5,}\b|\S+@\S+|https?://"
    r"|\b(?:this|these|those|that one|the following|above|below|today|tomorrow|tonight|yesterday|now|currently"
    r"|here|my (?:reservation|order|flight|trip|booking|ticket|account|card|refund|return|upcoming)"
    r"|the (?:reservation|order|flight|trip|booking|refund|upgrade|change))\b"
    r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|january|february|march|april|june|july|august|september|october|november|december)\b|\{|\}|[<>]|\?$",
    re.IGNORECASE,
)
_ONE_OF_THESE = re.compile(
    r"\b(?:first|second|third|last|other|same|existing|previous|old|new|original|current|former|latter|option|your|my|an?|left|right|top|bottom|both)\b",
    re.IGNORECASE,
)
"""A correction that picks something out of what lies on the table."""
_DOCUMENT = re.compile(r"^#{1,6} \S", re.MULTILINE)
_TAKES_BACK = re.compile(
    r"\bwrong (?:chat|window|session|tab|thread|terminal)\b|\bscratch that\b|\bnever ?mind\b"
    r"|\b(?:ignore|disregard|forget)(?: my| the| that| this)?(?: (?:last|previous))?"
    r" (?:message|prompt|comment|request|one)\b"
    r"|\bforget (?:it|that|what i said)\b",
    re.IGNORECASE,
)
"""A message that takes the one before back."""
_ONCE = re.compile(r"\binstead\b", re.IGNORECASE)
"""A preference for something instead is about what lies on the table; a correction is just that."""
_TELLING = (
    "always", "never", "prefer", "call me", "from now on", "future", "ever ", "usually", "generally",
    "going forward", "whenever", "wherever",
)  # fmt: skip
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
    if not any(word in low for word in _TELLING) and not _CORRECTING.search(text):
        return False
    return not _DOCUMENT.search(text) and not is_handed_over(text)


def statements(messages: Iterable[Message], told: Trace) -> Iterator[Statement]:
    """Those of a task's user messages, in order, without what a later result contradicts."""
    said = ((message.id, message.text) for message in _standing(messages))
    for id, text in said:
        for sentence in _sentences(text) if may_state(text) else ():
            kind = _kind(sentence)
            if kind and not _contradicted(sentence, told):
                yield Statement(kind=kind, quote=sentence, message=id)


def _standing(messages: Iterable[Message]) -> list[Message]:
    """What a person said, without what was taken back: by a rewind, or in words."""
    kept: list[Message] = []
    for message in messages:
        back = message.meta.get("taken_back")
        if isinstance(back, int) and back > 0:
            del kept[-back:]
        if message.is_human:
            if _TAKES_BACK.search(message.text[:300]):
                del kept[-1:]
            kept.append(message)
    return kept


def _sentences(text: str) -> Iterator[str]:
    for sentence in sentences(unquoted(own_words(text))):
        bare = " ".join(sentence.split()).strip("-*• ")
        if bare:
            yield bare


def _kind(sentence: str) -> Kind | None:
    kind: Kind | None = "rule" if _RULE.match(sentence) else "correction" if _CORRECTION.match(sentence) else None
    if (_ONCE if kind == "rule" else _ONE_OF_THESE).search(sentence) and "wherever" not in sentence.lower():
        return None
    if kind and 3 <= len(sentence.split()) <= 30 and not _SPECIFIC.search(_HARMLESS.sub("", sentence)):
        return kind
    return None


def _contradicted(sentence: str, told: Trace) -> bool:
    """Whether a call made with a distinctive word of the sentence failed."""
    telling = _telling_words(sentence)
    tried = (value for step in told.steps if step.failed for value in values(step.arguments))
    return any(telling & _telling_words(value) for value in tried)


def _telling_words(text: str) -> set[str]:
    return {word.strip("./-") for word in re.findall(r"[\w./-]{3,}", text.lower())} - _COMMON
