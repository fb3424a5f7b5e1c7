"""Does a user's message ask for something new, or does it go on with the running task?

A message starts a task when it asks for something after the agent has answered; confirmations, answers to the agent's
question and corrections extend the running one.
"""

import re

_POLITE_FIRST = frozenset([
    "hi", "hello", "hey", "good", "thanks", "thank", "thx", "cheers", "much", "i", "great", "perfect", "awesome",
    "excellent", "nice", "cool", "well", "lovely", "wonderful", "ok", "okay", "alright", "sure", "got", "sounds",
    "bye", "goodbye", "have", "you", "that", "that's", "thats", "no", "nothing", "i'm", "im", "all", "yes", "yep",
    "yeah", "lgtm", "done",
])  # fmt: skip
"""First words of sentences that may be polite; looked up before the close look."""
_POLITE = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)"
    r"|thanks?\b|thank you|thx|cheers|much appreciated|i(?: really)? appreciate"
    r"|great\b|perfect\b|awesome|excellent|nice\b|cool\b|good job|well done|lovely|wonderful"
    r"|ok(?:ay)?\b|alright|sure\b|got it|sounds good"
    r"|bye|goodbye|have a (?:great|good|nice|lovely|safe)|you too"
    r"|that'?s (?:all|it|everything|great|perfect|fine|good)|that is all|that will be all|that'?ll be all"
    r"|no further|nothing else|i'?m all set|all set|no,? (?:thanks?|thank you|that'?s)"
    r"|yes|yep|yeah|lgtm|done)\b"
    r"[^.!?\n]{0,80}[.!?]*$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\W*(?:(?:hi|hello|hey|thanks?(?: (?:a lot|so much|you))?|thank you(?: (?:so|very) much)?"
    r"|great|perfect|awesome|nice|cool|ok(?:ay)?|alright|good)(?: (?:there|job|work))?[,.!\s—-]+)+",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:now |next,? |then |also |and |please )*(?:please|now|next,?|(?:can|could|would|will) you|let'?s) "
    r"(?!(?:i|we|you|it|that|this|have|be|do|go|keep|proceed|continue|confirm)\b)[\w'-]+ \S+",
    re.IGNORECASE,
)
"""A request behind a polite word, as in “Great, now write the docs”."""
_GOES_ON = re.compile(
    r"^\W*(?:i (?:see|understand|get it|agree|hope|believe|really|will|already|have|just|do ?n[o']t)\b"
    r"|i'll\b|my (?:[\w-]+ ){1,3}(?:is|are)\b"
    r"|but\b|oh\b|well\b|certainly|of course|absolutely|in that case|let'?s (?:go|do|proceed|stick)\b"
    r"|that (?:is|would|will|can'?t|could|might|sounds|makes)\b"
    r"|(?:could|can|would) you (?:please )?(?:just |at least |also )?"
    r"(?:double-?check|check again|confirm|verify|re-?check|try again)|are you (?:sure|certain)"
    r"|yes|yep|yeah|no\b|nope|not\b|correct|right\b|exactly"
    r"|go ahead|proceed|confirm|continue|go on|keep going|wait\b|hm+\b"
    r"|actually|instead|i meant|i mean\b|never ?mind|sorry|try again|retry|again\b|once more|undo|revert|use\b"
    r"|(?:it|that|this|they|everything|all)(?:'s| is| are|s| still| now)* "
    r"(?:still|not|does ?n[o']t|did ?n[o']t|is ?n[o']t|works?|worked|fixed|fails?|failed|failing"
    r"|broken|wrong|good|better|fine|helped?|did it|passes|passing|looks?|seems?)"
    r"|still\b|same (?:error|problem|issue|result)|(?:does ?n[o']t|did ?n[o']t) (?:work|help)"
    r"|you (?:forgot|missed|did ?n[o']t|broke|should|were)|why did you|works\b"
    r"|the (?:second|first|third|last|former|latter|other) (?:one|option)|option \w\b|\[request interrupted|<)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"^\W*(?:(?:please|now|then|and|ok(?:ay)?|just|also),? ){0,3}"
    r"(?!(?:what|who|where|when|why|how|which|is|are|was|does|did|can|could|should|would) )"
    r"[a-z]{2,12} (?:it|that|this|these|those|them|both|all of (?:it|that|them))"
    r"(?:,? (?:please|now|too|then|as well|up|in|for me))*\W*$",
    re.IGNORECASE,
)
"""“Do both please”: what is meant was said before."""
_MARKER = re.compile(r"[#<\[*=]{2,}\s*[A-Z][A-Z_ ]*\s*[#>\]*=]{2,}|\[\[ ## \w+ ## \]\]")
_PLAN = re.compile(r"\s*Implement the following plan:\s*(?:#+\s*)?(?:Plan:\s*)?(?=\S)", re.IGNORECASE)
"""With these words an agent hands the plan that it made to a session of its own."""
_HEADING = re.compile(r"\s*#{1,6}\s+(?:Task:\s*)?(?=\S)")
_ASKS = re.compile(
    r"\b(?:please|can you|could you|would you|will you|i want|i need|i(?:'d| would) like|help me"
    r"|let'?s|next|now|also|another|how|what|why|where|which|when|who|is there|are there|do you|does|should)\b|\?",
    re.IGNORECASE,
)
_MORE = (
    "anything else",
    "something else",
    "any other",
    "further assist",
    "further help",
    "further quest",
    "else i can",
    "else we can",
    "other questions",
    "need more",
    "need further",
    "need any more",
    "need any further",
)
_PROVIDE = (
    "please provide",
    "please confirm",
    "please share",
    "please specify",
    "please tell",
    "please choose",
    "please select",
    "please reply",
    "please respond",
    "please give",
    "please let me know",
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without blank ones; a full stop within a word ends none."""
    marked = text.replace(". ", ".\n").replace("? ", "?\n").replace("! ", "!\n")
    return [bare for sentence in marked.split("\n") if (bare := sentence.strip())]


def is_handed_over(text: str) -> bool:
    """Whether an agent wrote this, though a person sent it: a plan that was agreed to."""
    return bool(_PLAN.match(text))


def asked(text: str) -> str:
    """What a message asks for: of a plan its title, else all of it without greetings, thanks and marks."""
    plan = _PLAN.match(text)
    if plan:
        return f"Plan: {text[plan.end() :].partition(chr(10))[0]}"
    return without_greetings(_HEADING.sub("", text, count=1) if text.lstrip()[:1] == "#" else text)


def without_greetings(text: str) -> str:
    """The text without sentences that only greet, thank or agree."""
    own = _MARKER.sub(" ", text) if "#" in text or "<" in text or "[" in text or "=" in text or "*" in text else text
    return " ".join(map(_without_lead, sentences(own))).strip()


def _without_lead(sentence: str) -> str:
    first = sentence.split(None, 1)[0].strip(",.!:;—-").lower()
    if first not in _POLITE_FIRST:
        return sentence
    lead = _LEAD.match(sentence)
    rest = sentence[lead.end() :] if lead else sentence
    if _POLITE.match(sentence) and not (lead and _REQUEST.match(rest)):
        return ""
    return rest


def awaits_answer(agent: str) -> bool:
    """Whether the agent's last words ask the user for something (other than whether there is anything else)."""
    tail = agent[-400:]
    if "?" not in tail[-250:] and "lease" not in tail:
        return False
    low = tail.lower()
    if any(phrase in low for phrase in _MORE):
        kept = (said for said in sentences(tail)[-4:] if not any(phrase in said.lower() for phrase in _MORE))
        tail = " ".join(kept)
    low = tail.lower()
    return "?" in tail[-250:] or any(phrase in low for phrase in _PROVIDE)


def asks_anew(text: str, agent: str) -> bool:
    """Whether a user's message, said after the agent had answered with these words, starts another task."""
    if awaits_answer(agent):
        return False
    rest = without_greetings(text)
    words = re.findall(r"[A-Za-z][\w'-]+", rest)
    if not words or _GOES_ON.match(rest) or _POINTS_BACK.match(rest):
        return False
    return len(words) > 2 or text.lstrip()[:1] == "/" or bool(_ASKS.search(rest))
