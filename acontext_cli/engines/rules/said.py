"""What the last words of the user and of the agent say of the outcome; thanks and goodbye are no confirmation."""

import re
from typing import Literal

_WORKS = re.compile(
    r"\b(?:(?:it|that|this|everything|all|they)(?:'s| is| are)? (?:now )?"
    r"(?:works?|working|worked|fixed|solved|resolved|passes|passing|pass)(?: now| fine| again)?\b"
    r"|works (?:now|fine|again|perfectly|great)|(?:problem|issue|bug|error) is (?:gone|fixed|solved|resolved)"
    r"|that (?:did it|fixed it|solved it|worked)|(?:all )?tests? (?:now )?pass(?:es)?(?: now)?\b|can confirm)",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"\b(?:still (?:not|does|fail|get|see|broken|the same|wrong|happen|crash|return)"
    r"|(?:does|did) ?n[o']t (?:work|help|fix)|not working|is(?: still)? broken"
    r"|(?:that'?s|that is|this is|it'?s) (?:wrong|not right|not what|incorrect|broken)"
    r"|same (?:error|problem|issue)|you broke|fails again|not fixed)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:if|when|once|whether|until|make sure|so that|should|does it|is it|not|n't)\b", re.IGNORECASE
)
_GAVE_UP = re.compile(
    r"\b(?:i(?:'m| am) (?:unable|not able|sorry,? but)|i (?:was|were) (?:unable|not able)"
    r"|i (?:could ?n[o']t|cannot|can'?t|can not|failed)|unable to"
    r"|not possible|could not (?:be )?(?:find|fix|resolve|complete|determine)"
    r"|(?:have been|being|you are|you're) transferred|transfer(?:ring|red)? (?:you )?to"
    r"|still (?:failing|fails|failed|unhealthy|broken)|remains? (?:unresolved|broken|unhealthy))",
    re.IGNORECASE,
)


def outcome_said(user: str) -> Literal["success", "failed"] | None:
    """How the user says it came out, in plain words and not as a question or a wish."""
    for sentence in re.split(r"(?<=[.!?\n])\s+", user[:600]):
        asks = sentence.rstrip().endswith("?")
        if _BROKEN.search(sentence) and not asks:
            return "failed"
        match = _WORKS.search(sentence)
        if match and not asks and not _NEGATED.search(sentence[: match.start()]):
            return "success"
    return None


def gave_up(agent: str) -> bool:
    """Whether the agent's last words say that it could not do it."""
    return bool(_GAVE_UP.search(agent[-600:]))


def quoted(text: str) -> str:
    """The text as one line of at most 120 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119] + "…"
