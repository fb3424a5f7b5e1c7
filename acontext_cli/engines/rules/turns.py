"""Does a user's message ask for something new, or does it go on with the running task?

A message starts a task when it asks for something after the agent has answered; confirmations, answers to the agent's
question and corrections extend the running one.
"""

import re

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_POLITE = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?\b|thank you|thx|cheers|much appreciated|i(?: really)? appreciate"
    r"|great\b|perfect\b|awesome|excellent|nice\b|cool\b|good job|well done|lovely|wonderful|ok(?:ay)?\b|alright|sure\b|got it"
    r"|sounds good|bye|goodbye|have a (?:great|good|nice|lovely|safe)|you too|that'?s (?:all|it|everything|great|perfect|fine|good)"
    r"|that is all|that will be all|that'?ll be all|no further|nothing else|i'?m all set|all set|no,? (?:thanks?|thank you|that'?s)|yes|yep|yeah|lgtm|done)\b"
    r"[^.!?\n]{0,80}[.!?]*$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\W*(?:(?:hi|hello|hey|thanks?(?: (?:a lot|so much|you))?|thank you(?: (?:so|very) much)?|great|perfect|awesome|nice|cool|"
    r"ok(?:ay)?|alright|good)(?: (?:there|job|work))?[,.!\s—-]+)+",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^\W*(?:i (?:see|understand|get it|agree|hope|believe|really|will|already|have|just|do ?n[o']t)\b|i'll\b|my (?:[\w-]+ ){1,3}(?:is|are)\b|"
    r"but\b|oh\b|well\b|certainly|of course|absolutely|in that case|let'?s (?:go|do|proceed|stick)\b|that (?:is|would|will|can'?t|could|might|sounds|makes)\b|"
    r"(?:could|can|would) you (?:please )?(?:just |at least |also )?(?:double-?check|check again|confirm|verify|re-?check|try again)|are you (?:sure|certain)|"
    r"yes|yep|yeah|no\b|nope|not\b|correct|right\b|exactly|go ahead|proceed|confirm|continue|go on|keep going|wait\b|hm+\b|"
    r"actually|instead|i meant|i mean\b|never ?mind|sorry|try again|retry|again\b|once more|undo|revert|use\b|"
    r"(?:it|that|this|they|everything|all)(?:'s| is| are|s| still| now)* (?:still|not|does ?n[o']t|did ?n[o']t|is ?n[o']t|works?|worked|fixed|fails?|failed|failing"
    r"|broken|wrong|good|better|fine|helped?|did it|passes|passing|looks?|seems?)|still\b|same (?:error|problem|issue|result)|"
    r"(?:does ?n[o']t|did ?n[o']t) (?:work|help)|you (?:forgot|missed|did ?n[o']t|broke|should|were)|why did you|works\b|"
    r"the (?:second|first|third|last|former|latter|other) (?:one|option)|option \w\b|\[request interrupted|<)",
    re.IGNORECASE,
)
_MARKER = re.compile(r"[#<\[*=]{2,}\s*[A-Z][A-Z_ ]*\s*[#>\]*=]{2,}")
_ASKS = re.compile(
    r"\b(?:please|can you|could you|would you|will you|i want|i need|i(?:'d| would) like|help me|let'?s|next|now|also|another|"
    r"how|what|why|where|which|when|who|is there|are there|do you|does|should)\b|\?",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:anything|something) else|any other|further (?:assist|help|quest)|else (?:I|we) can|other questions|need (?:any )?(?:more|further)",
    re.IGNORECASE,
)
_PROVIDE = re.compile(
    r"(?:please|kindly) (?:provide|confirm|let me know|share|specify|tell|choose|select|reply|respond|give)|could you (?:please )?(?:provide|confirm|tell|share|let)|"
    r"(?:do|would|should|shall|can|may) (?:you|i|we)\b[^.?!]*\?",
    re.IGNORECASE,
)


def without_greetings(text: str) -> str:
    """The text without sentences that only greet, thank or agree."""
    sentences = (sentence.strip() for sentence in _SENTENCE.split(_MARKER.sub(" ", text)) if sentence.strip())
    return " ".join(_LEAD.sub("", sentence) for sentence in sentences if not _POLITE.match(sentence)).strip()


def awaits_answer(agent: str) -> bool:
    """Whether the agent's last words ask the user for something (other than whether there is anything else)."""
    tail = " ".join(sentence for sentence in _SENTENCE.split(agent[-1500:]) if not _MORE.search(sentence)).strip()
    return tail.endswith("?") or "?" in tail[-250:] or bool(_PROVIDE.search(tail[-400:]))


def asks_anew(text: str, agent: str) -> bool:
    """Whether a user's message, said after the agent had answered with these words, starts another task."""
    if awaits_answer(agent):
        return False
    rest = without_greetings(text)
    words = re.findall(r"[A-Za-z][\w'-]+", rest)
    if not words or _GOES_ON.match(rest):
        return False
    return len(words) > 2 or bool(_ASKS.search(rest)) or text.lstrip()[:1] == "/"
