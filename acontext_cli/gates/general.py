"""Advice that holds everywhere and helps nowhere."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.gates.said import NOT_WHEN, WHEN, is_rule, without_ours
from acontext_cli.messages import Message
from acontext_cli.skills import one_line
from acontext_cli.trace.steps import values

_ABOUT = frozenset(("title", WHEN, NOT_WHEN, "symptom", "symptoms"))
"""Fields that say where a lesson applies, not what it says."""
_PLACEHOLDER = re.compile(r"<[^<>\n]{1,60}>")
_NAME = re.compile(
    r"(?<!\w)(?:[A-Za-z]{1,60}[-_./:#@][\w./:#@-]{0,80}\w|(?=\w{0,40}\d)\w{2,60}|[a-z]{1,40}[A-Z]\w{0,60}|[A-Z]{2,}\w{0,60})"
    r"|[#$/~.][\w./-]{1,80}\w|(?<![\w-])--?[A-Za-z][\w-]{0,60}"
)
"""What looks like a name, a number, a path or an option."""
_QUOTED = re.compile(r"`([^`\n]{1,200})`|[“\"]([^”\"\n]{4,200})[”\"]|'([^'\n]{6,200})'")
_WORD = re.compile(r"[^\W\d_]{4,}")
_SHORT = frozenset(
    str.split(
        "CI CD API APIs URL HTTP HTTPS CPU RAM DB SQL JSON YAML ID IDs UI OK TODO README SSH DNS IO OS AI PR QA CLI "
        "e.g i.e"
    )
)
"""What is short for a word that says as little."""
_ENOUGH = 3
"""So many telling words that stand in the transcript too make a lesson one of this case."""
_LEAST = 2
"""With fewer words it is no advice."""


@cache
def _everywhere() -> frozenset[str]:
    """Words that any lesson about any work with computers and people may hold."""
    return frozenset(Path(__file__).with_name("everywhere.txt").read_text(encoding="utf-8").split())


def of_this_case(proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """What a lesson says besides its title and symptom has something of the case in it. A user's rule need not."""
    told = " ".join(each.text for each in without_ours(proposal.text) if each.field not in _ABOUT)
    if not told or is_rule(proposal, evidence) or _is_of_a_persons_form(proposal, evidence):
        return None
    bare = _PLACEHOLDER.sub(" ", told)
    names, spoken = set(_names(bare)), {word.lower() for word in _WORD.findall(bare)}
    words = spoken - _everywhere()
    if len(spoken) < _LEAST:
        return None
    found = 0
    for message in evidence.messages():
        text = _text(message)
        if any(_stands(name, text) for name in names):
            return None
        held = {word for word in words if word in text}
        found, words = found + len(held), words - held
        if found >= _ENOUGH:
            return None
    lacks = "no command, path, setting, error, name or number of it"
    reason = f"nothing in it is of this case: {lacks} (“{one_line(told, 80)}”)"
    return Verdict(gate="general", decision="hold", reason=reason)


def _is_of_a_persons_form(proposal: Proposal, evidence: Evidence) -> bool:
    """Whether it stands where a person says what is worth remembering."""
    return not proposal.entry or bool(evidence.space and evidence.space.by_hand(proposal.skill))


def _names(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield next(filter(None, match.groups())).lower()
    yield from (name.lower().rstrip(".") for name in _NAME.findall(text) if len(name) > 1 and name not in _SHORT)


def _stands(name: str, text: str) -> bool:
    """Whether a name stands in a text; a number as a whole one."""
    if not name[0].isdigit():
        return name in text
    return bool(re.search(rf"(?<![\d.]){re.escape(name)}(?!\d)", text))


def _text(message: Message) -> str:
    calls = (f"{call.name} {' '.join(values(call.named))}" for call in message.calls)
    return "\n".join((message.text, *calls)).lower()
