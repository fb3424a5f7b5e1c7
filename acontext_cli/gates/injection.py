"""What no stranger may put into a skill: acts that the user did not ask for, and rules that only a tool's output "
"states."""

import re
from collections.abc import Iterator
from dataclasses import asdict

from acontext_cli.edits import ReplaceText
from acontext_cli.engines.engine import Hold, Proposal
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.gates.told import Told, repeats
from acontext_cli.injection import Trap, dangers, own_words, span_of, traps

_FOREIGN, _TOLD = "injection", "told by output"
_COMMENT = re.compile(r"(?<!\\)<!--(?!\s{0,4}id: [0-9A-Za-z_-]{1,64}\s{0,4}-->)")
_PLACES = re.compile(
    r"https?://([^\s/`\"'<>)\]]+)|([\w.+-]+@[\w.-]+\.\w+)|(?<![\w-])(--[a-z][\w-]+)|((?:~|\.{0,2})/[\w./-]{3,}"
    r"|(?<!\w)\.[a-z][\w.-]{2,})",
    re.IGNORECASE,
)
"""What tells one act from another of its kind: hosts, addresses, flags, paths."""


def no_foreign_act(proposal: Proposal | Hold, evidence: Evidence) -> Verdict | None:
    """Nothing is hidden in a lesson, and nothing in it makes an agent fetch and run code, read credentials, send data
    out or switch off a check; where the user asked for that very act, a person decides."""
    stood = before(proposal)
    for text in brought(proposal):
        found = [trap for trap in dangers(text) if not _stood(trap, stood)]
        found = [*found, *_comments(text, stood)]
        for trap in found:
            told = f"it {trap.reason}: “{trap.span}”"
            if trap.kind != "act" or not _asked_for(trap, evidence):
                return Verdict(gate=_FOREIGN, decision="refuse", reason=told)
        if found:
            return Verdict(gate=_FOREIGN, decision="hold", reason=f"{told}; the user asked for it in that session")
    return None


def not_told_by_output(proposal: Proposal | Hold, evidence: Evidence) -> Verdict | None:
    """What a tool's output or a fetched text tells an agent to do does not become a rule by itself."""
    stood = set(_lines(*before(proposal)))
    lines = [line for line in _lines(proposal.title, *brought(proposal)) if line not in stood]
    if not lines:
        return None
    order = repeats(lines, Told.of(evidence.messages()))
    if order is None:
        return None
    told = span_of(order.told or order.span)
    hidden = f", hidden there ({order.name})" if order.kind == "hidden" else ""
    reason = f"a tool's output tells agents so and the user does not{hidden}: “{told}”"
    return Verdict(gate=_TOLD, decision="hold", reason=reason)


def brought(proposal: Proposal | Hold) -> Iterator[str]:
    """Every text that a proposal would write."""
    yield proposal.text
    if isinstance(proposal, Hold):
        yield proposal.title
        return
    for edit in proposal.edits:
        for name, value in asdict(edit).items():
            if isinstance(value, str) and name not in ("old", "skill", "file", "name", "to") and value != proposal.text:
                yield value


def before(proposal: Proposal | Hold) -> list[str]:
    """What stood there before."""
    if isinstance(proposal, Hold):
        return []
    return [proposal.before, *(edit.old for edit in proposal.edits if isinstance(edit, ReplaceText))]


def _stood(trap: Trap, texts: list[str]) -> bool:
    return any(trap.span in text for text in texts)


def _comments(text: str, stood: list[str]) -> list[Trap]:
    """Comments of any kind but the program's own: no lesson needs one."""
    found = _COMMENT.finditer(_CODE.sub(_blank, text)) if "<!--" in text else ()
    spans = ((each.start(), text[each.start() : each.start() + 200]) for each in found)
    return [
        Trap(
            kind="hidden", name="HTML comment", reason="hides text (HTML comment)", start=at, end=at, span=span_of(said)
        )
        for at, said in spans
        if not any(said.partition("\n")[0] in text for text in stood)
    ]


_CODE = re.compile(r"`[^`\n]{1,400}`")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _asked_for(trap: Trap, evidence: Evidence) -> bool:
    """Whether the user asked for this act in their own words: for one of its kind, and for this one as far as they were
    that clear."""
    places = _named(trap.told or trap.span)
    for message in evidence.messages():
        if message.is_human:
            said = own_words(message.text, fences=True)
            same = [each for each in traps(said) if each.kind == "act" and each.reason == trap.reason]
            if any(places <= _named(said) or not _named(each.told) for each in same):
                return True
    return False


def _named(text: str) -> set[str]:
    return {next(filter(None, found)).lower().rstrip(".,:;") for found in _PLACES.findall(text)}


def _lines(*texts: str) -> list[str]:
    """What texts say, a line each, without what the program adds."""
    bare = (re.sub(r"<!--.*?-->", "", line).strip("#-*> \t") for text in texts for line in text.split("\n"))
    return [line for line in dict.fromkeys(bare) if line and not _OURS.match(line)]


_OURS = re.compile(r"(?:Known because|Forget after|Session|Outcome): |\(date: |name: ", re.IGNORECASE)
