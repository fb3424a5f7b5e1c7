"""Commands, tools, paths and settings that a transcript must hold before an entry may name them."""

import re
from collections.abc import Iterator

from acontext_cli.edits import CreateSkill, ReplaceText
from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.messages import Message
from acontext_cli.skills import SKILL
from acontext_cli.trace.steps import values

_SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_BLOCK = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(?P<lines>.*?)(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(r"<[^<>|;&$`/:\n]{1,60}>")
"""A role that somebody fills in; whatever could be part of a command is none."""
_OWN_FILE = re.compile(r"`(?:[\w./<>-]+\.md|##? [\w <>-]{1,40}(?: \(date: YYYY-MM-DD\))?|[A-Z][\w -]{0,30}: ?…?)`")
"""How a skill speaks of its own files, headings and fields."""
_OPERATOR = re.compile(r"[|;&<>$]")
_CALL = re.compile(r"([\w.:-]+)\((.*)\)")


def anchored(proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """Every backticked tool, command, path or setting stands in the transcript; numbers and placeholders pass, and so
    does what stood there before."""
    stood = {anchor for text in _before(proposal) for anchor in anchors(text)}
    missing = [anchor for text in _texts(proposal) for anchor in anchors(text) if anchor not in stood]
    for message in evidence.messages() if missing else ():
        text = _all_text(message)
        missing = [anchor for anchor in missing if not _stands(anchor, text)]
        if not missing:
            return None
    if not missing:
        return None
    return Verdict(gate="anchors", decision="refuse", reason=f"the transcript does not hold {missing[0]!r}")


def _texts(proposal: Proposal) -> Iterator[str]:
    """What a proposal brings; what is said in a SKILL.md too, but for names of its own files."""
    yield proposal.text
    for edit in proposal.edits:
        if isinstance(edit, CreateSkill):
            yield _OWN_FILE.sub("", f"{edit.description}\n{edit.body}")
        elif isinstance(edit, ReplaceText) and edit.file == SKILL:
            yield _OWN_FILE.sub("", edit.new)


def _before(proposal: Proposal) -> Iterator[str]:
    """What stood there before."""
    yield proposal.before
    yield from (edit.old for edit in proposal.edits if isinstance(edit, ReplaceText) and edit.file == SKILL)


def anchors(text: str) -> list[str]:
    """What of an entry a transcript must hold: backticked words, and every line of a code block."""
    found: list[str] = []
    lines = [line for block in _BLOCK.finditer(text) for line in block["lines"].split("\n")]
    for span in (*_SPAN.findall(_BLOCK.sub("", text)), *lines):
        call = _CALL.fullmatch(_PLACEHOLDER.sub("", span))
        parts = [call[1], *call[2].split(",")] if call else _PLACEHOLDER.split(span)
        found.extend(word for part in parts if (word := part.strip(" …\t")) and not _is_number(word))
    return list(dict.fromkeys(found))


def _is_number(word: str) -> bool:
    return bool(re.fullmatch(r"[\d.,]+\s?(?:%|[a-zA-Z]{1,3})?", word))


def _stands(anchor: str, text: str) -> bool:
    """Whether a text holds it: as it is, or all its words in one line. A pipe or the like stands as it is or not."""
    words = anchor.split()
    if _OPERATOR.search(anchor) or len(words) == 1:
        return _is_whole(anchor, text)
    return any(all(_is_whole(word, line) for word in words) for line in text.split("\n") if words[0] in line)


def _is_whole(word: str, text: str) -> bool:
    """Whether a word stands in a text, not only as a part of another."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        inside = word[0].isalnum() and text[at - 1 : at].isalpha(), word[-1].isalnum() and text[end : end + 1].isalpha()
        if not any(inside):
            return True
        at = text.find(word, at + 1)
    return False


def _all_text(message: Message) -> str:
    calls = (f"{call.name} {call.arguments} {' '.join(values(call.named))}" for call in message.calls)
    return "\n".join((message.text, *calls))
