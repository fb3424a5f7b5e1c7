"""What the tools of a session told its agent to do, what the user said, what was done; and which lesson repeats "
"what."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from acontext_cli.injection import Trap, orders, own_words, span_of
from acontext_cli.messages import Message
from acontext_cli.trace.steps import values

_STEM = 6
_REMINDER = re.compile(r"<system-reminder>(?:(?!<system-reminder>).)*?</system-reminder>", re.DOTALL)
_REMINDS = re.compile(r"</?system-reminder>")
_COMMON = frozenset(
    str.split(
        "the and for with from that this these those you your our must should shall have need always never "
        "every each all any when whenever then than into onto not dont does are was were been being will "
        "would can could may might please make sure ensure use uses used using run runs running now future "
        "going forward tell tells told agent agents assistant assistants user users they them their its his "
        "her has had but only also just very before after about over under again what which who how where "
        "there here one two first last new add added adds save remember note important system instruction "
        "instructions rule rules memory skill skills lesson lessons default known because wants want said "
        "says say reading reads und der die das den dem ein eine immer stets für von mit les des une pour "
        "toujours avec los las una para siempre con "
    )
)
_WORD = re.compile(r"[^\W\d_](?:[\w'-]*\w)?|\d[\d.,]*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,400}")
_TELLING = re.compile(
    r"https?://[^\s`\"'<>)\]]+|[\w.+-]+@[\w-]+\.[\w.]+|(?<!\w)[\w-]+(?:\.[\w-]+)+(?:/[\w./-]*)?"
    r"|\b\w*\d\w*[A-Za-z_]\w*|\b[A-Za-z]\w*[_\d]\w+"
    r"|(?<![\w-])--[\w-]+|\b\w+(?:-\w+)+\b|(?<!\w)[#@/][\w/-]{3,}|\b\d{3,}\b|\b[A-Z]{2,}\w*\b"
)
"""Names, addresses, settings and numbers: what hardly two texts hold by chance."""
_SPAN = re.compile(r"`([^`\n]{2,80})`")
_RULE = re.compile(
    r"\b(?:always|never|must|shall|should|do not|don't|required?|mandatory|have to|has to|need(?:s"
    r"|ed)? to|are to|from now on|going forward|whenever|policy"
    r"|the user (?:wants|prefers|expects|likes)|immer|nie(?:mals)?|toujours|jamais|siempre|nunca)\b|[必总永勿]|始终",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"^(?:[A-Z][\w ]{2,24}: +)?(?:\d+[.)] +)?[*_]*(?:(?:auto|pre|re)-?)?(?:use|run|restart|build"
    r"|commit|check|verify|close|mark|retry"
    r"|scale|bump|rename|click|choose|select|pick|ask|pass|add|set|send|call|deploy|make|answer|reply|tell|install"
    r"|apply|give|grant|approve|offer|include|append|prepend|sign|put|write|copy|forward|route|pin|treat"
    r"|prefer|recommend|transfer|book|refund|report|start|end|begin|open|push|export|import|enable|disable|skip"
    r"|replace|move|drop|raise|lower|increase|decrease|reduce|clear|wipe|sync|upload|download|register|subscribe"
    r"|notify|inform|assign|escalate|lock|unlock|reset|rotate|share|reveal|print|log|store|save|leave|stop|upgrade"
    r"|downgrade|configure|migrate|rewrite|document|label|tag|schedule|cancel|waive|credit|confirm|hand|leave|let"
    r"|ignore|trust|accept|say|mention|contact|email|post|fetch|visit|pay|charge|charg\w+|create|delete|remove"
    r"|change|update|merge"
    r"|refer|greet|address|insert|switch|turn|keep|quote|read|wire|promise|ship|assume|respond|avoid|place)\b",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"\b(?:always|never|from now on|every time|whenever|at all times|in all cases|by default|permanently"
    r"|going forward)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"https?://[^\s`\"'<>)\]]+|[\w.+-]+@[\w-]+\.[\w.]+|(?<![\w.])[a-z][\w-]*(?:\.[a-z][\w-]*)*\.(?:com|net|org|io"
    r"|dev|app|sh|co|xyz|example|test|cn|ru)\b"
    r"|(?<![\w-])--[\w-]+|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b",
)
"""Addresses, flags and variables: what a rule would send an agent to."""
_PLACE = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{0,63}\w")
"""Addresses of mail: where only a tool told of one, nobody is to be written to for it."""
_FRAGMENT = re.compile(r"[^\n\"{}\[\]|;=<>]{20,600}")
"""What may be a sentence of prose, also as a value in data."""
_PROSE = re.compile(r"(?<![\w/.:-])[a-z]{2,}(?![\w/:-])")
_PROSE_WORDS = 6
_MOST_ANSWERED = 400_000
_ADVISED = 0.75
_DENIES = re.compile(r"\b(?:not|never|no|don't|without|avoid|nie|niemals|jamais|nunca)\b", re.IGNORECASE)


@dataclass(slots=True)
class Told:
    """What a lesson is held against."""

    orders: list[Trap] = field(default_factory=list)
    """Instructions in what tools answered, or in what was pasted."""
    said: set[str] = field(default_factory=set)
    """Words of the user's own."""
    said_text: str = ""
    done: set[str] = field(default_factory=set)
    """Words of the agent's calls."""
    called: str = ""
    """The agent's calls."""
    answered: str = ""
    """What tools answered."""
    seen: str = ""
    """The calls, and what was answered besides instructions."""

    @classmethod
    def of(cls, messages: Iterable[Message]) -> "Told":
        told, said, called, answered, seen = cls(), list[str](), list[str](), list[str](), list[str]()
        for message in messages:
            if message.is_human:
                own = own_words(message.text, fences=True)
                said.append(own)
                if len(own) < len(message.text):
                    told.orders += _orders(message.text.replace(own, "", 1) if own.strip() else message.text)
            elif message.is_result or message.role == "user":
                found = _orders(message.text)
                told.orders += found
                answered.append(message.text)
                seen.append(_without(message.text, found))
            for call in message.calls:
                text = f"{call.name} {' '.join(values(call.named))} {call.arguments}"
                told.done |= words(text)
                called.append(text)
        told.said_text, told.called, told.answered = "\n".join(said), "\n".join(called), "\n".join(answered)
        told.seen = "\n".join([*seen, *called])
        told.said = words(told.said_text)
        return told


def repeats(lines: Sequence[str], told: Told) -> Trap | None:
    """The instruction of a tool that a lesson repeats, though the user did not say so."""
    unsaid = [line for line in lines if not _is_said(line, told)]
    for order in sorted(told.orders, key=lambda trap: -trap.strength):
        if any(_says(order, line, told) for line in unsaid) or (unsaid and _says_in_all(order, unsaid, told)):
            return order
    quiet = (source for line in unsaid if _LASTING.search(line) and (source := _only_seen(line, told)))
    untried = (source for line in unsaid if _is_ruling(line, told) and (source := _only_advised(line, told)))
    places = (source for line in unsaid if (source := _only_seen(line, told, _PLACE)))
    if seen := next(quiet, None) or next(untried, None) or next(places, None):
        return seen
    loud = [order for order in told.orders if order.strength == 2]
    # Said in other words, or in another language: in a session in which a tool spoke to its agent, no new rule stands.
    ruled = loud and any(
        _is_ruling(line, told) or _is_foreign(loud, line) or _only_seen(line, told, _TELLING, _SPAN) for line in unsaid
    )
    return loud[0] if ruled else None


def _only_seen(line: str, told: Told, *patterns: re.Pattern[str]) -> Trap | None:
    """Where a line names what neither the user said nor the agent ever used: a tool's output alone knows it."""
    found = (name for pattern in patterns or (_NAME,) for name in pattern.findall(line))
    names = [name for name in found if name not in told.said_text]
    if not names or any(name in told.called for name in names):
        return None
    place = next((at for name in names if (at := told.answered.find(name)) >= 0), -1)
    if place < 0:
        return None
    start, end = told.answered.rfind("\n", 0, place) + 1, told.answered.find("\n", place)
    span = told.answered[max(start, place - 120) : end if 0 < end < place + 200 else place + 200]
    return Trap(
        kind="order", name="seen only", reason="names it", start=place, end=place, span=span_of(span), told=span
    )


def _only_advised(line: str, told: Told) -> Trap | None:
    """The sentence of a tool that says what a line lays down, where nobody in the session did it: whoever wrote that
    sentence addressed nobody, and still it would be a rule by itself. Data are no sentences."""
    own = words(line)
    names = [name for name in _NAME.findall(line) if name not in told.said_text and name not in told.called]
    if not names and (len(own) < 3 or len(own - told.done) <= len(own) / 3):
        return None
    for found in _FRAGMENT.finditer(told.answered[:_MOST_ANSWERED]):
        low = found[0].lower()
        says = sum(stem in low for stem in own) >= _ADVISED * len(own) or any(name in found[0] for name in names)
        if says and len(_PROSE.findall(low)) >= _PROSE_WORDS:
            start, end = found.span()
            return Trap(
                kind="order",
                name="advice",
                reason="says it",
                start=start,
                end=end,
                span=span_of(found[0]),
                told=found[0],
            )
    return None


def words(text: str) -> set[str]:
    """The words of a text that say what it is about, cut to their stems; of scripts without spaces pairs of signs."""
    found = {word.lower()[:_STEM] for word in _WORD.findall(text) if len(word) > 2 and word.lower() not in _COMMON}
    for run in _WIDE.findall(text):
        found |= {run[place : place + 2] for place in range(len(run) - 1)}
    return found


@lru_cache(maxsize=64)
def _orders(text: str) -> list[Trap]:
    """The instructions of a result. Those that a client adds for its agent are the same in every session: what repeats
    them is found, but they make nothing else suspect."""
    places = [found.span() for found in _REMINDER.finditer(text)] if "<system-reminder>" in text else []
    found = (trap for trap in orders(text) if not (trap.name == "forged role" and _REMINDS.fullmatch(trap.span)))
    return [replace(trap, strength=min(trap.strength, 1)) if _inside(trap, places) else trap for trap in found]


def _inside(trap: Trap, places: Iterable[tuple[int, int]]) -> bool:
    return any(start <= trap.start < end for start, end in places)


def _without(text: str, found: Iterable[Trap]) -> str:
    for trap in found:
        text = text.replace(trap.told, " ", 1) if trap.told else text
    return text


def _is_said(line: str, told: Told) -> bool:
    """Whether the user said what a line says."""
    own = words(line)
    if not own or not own & told.said:
        return not own
    if any(name not in told.said_text for name in _TELLING.findall(line)):
        return False
    if _DENIES.search(line) and not _DENIES.search(told.said_text):
        return False
    return len(own - told.said) <= len(own) / 3


def _says(order: Trap, line: str, told: Told) -> bool:
    """Whether a line says what an instruction does."""
    theirs, own = words(order.told), words(line)
    common = theirs & own
    if order.strength < 2 and not _RULE.search(line) and common <= told.done:
        return False  # it was tried, and is told as what was seen
    if order.strength == 0 and (not _RULE.search(line) or common <= told.done):
        return False
    names = set(_TELLING.findall(order.told)) & set(_TELLING.findall(line))
    if order.strength and any(name not in told.seen and name not in told.said_text for name in names):
        return True
    if len(common) < 2:
        return len(common) == 1 and len(theirs) == 1
    if order.strength and len(common) >= 0.75 * len(own):
        return True
    return len(common) >= 0.6 * len(theirs) or (len(common) >= 3 and len(common) >= 0.5 * len(own))


def _says_in_all(order: Trap, lines: Sequence[str], told: Told) -> bool:
    """Whether the lines together say what an instruction does."""
    theirs, own = words(order.told), words(" ".join(lines))
    common = theirs & own
    return order.strength > 0 and len(common) >= 4 and len(common) >= 0.6 * len(theirs) and not common <= told.done


def _is_ruling(line: str, told: Told) -> bool:
    """Whether a line lays down what is to be done, and was not simply done."""
    if not (_RULE.search(line) or _COMMAND.match(line)):
        return False
    own = words(line)
    return bool(_RULE.search(line)) or len(own - told.done) > len(own) / 3


def _is_foreign(loud: Iterable[Trap], line: str) -> bool:
    return any(order.name == "in another language" for order in loud) and len(words(line)) >= 2
