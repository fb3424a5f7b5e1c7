"""What an entry says, field by field: what was true where it comes from, what is to be done, what is hoped for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from acontext_cli.engines.engine import Proposal
from acontext_cli.engines.rules.entry import WARNING
from acontext_cli.gates.gate import Evidence

WHEN, NOT_WHEN, STEPS = "when to apply", "does not apply", "steps"
_NAMES = (
    "principle", WHEN, NOT_WHEN, STEPS, "verify", "otherwise", "known because", "forget after", "failed because",
    "do instead", "warning", "contradicted", "symptom", "symptoms", "cause", "root cause", "fix", "note",
)  # fmt: skip
_FIELD = re.compile(rf"[-*+ \t]*[*_]*(?P<name>{'|'.join(_NAMES)})[*_]*:[*_]*[ \t]*(?P<text>.*)", re.IGNORECASE)
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:[-*+]|\d{1,3}[.)])[ \t]+(?P<text>.*)")
_OURS = ("known because", "forget after")
_PROCEDURE = frozenset((WHEN, NOT_WHEN, STEPS, "failed because", "do instead"))


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that an entry says."""

    field: str
    """Its field in lower case; `title`, or empty where it stands in none."""
    text: str


def said(text: str) -> Iterator[Said]:
    """What an entry says, in order: a step, a bullet or a field each."""
    field, parts = "", list[str]()
    for line in text.split("\n"):
        if line.startswith("## "):
            yield Said("title", re.sub(r"\s*(?:\(date:[^)]*\))?\s*(?:<!--.{0,80}-->)?\s*$", "", line[3:200]))
            continue
        named, item = _FIELD.match(line), _ITEM.match(line)
        if not (named or item):
            parts.append(line.strip())
            continue
        yield from _whole(field, parts)
        if named:
            field, parts = named["name"].lower(), [named["text"]]
        elif item:
            field, parts = field if item["indent"] else "", [item["text"]]
    yield from _whole(field, parts)


def _whole(field: str, parts: list[str]) -> Iterator[Said]:
    if text := " ".join(filter(None, parts)).strip():
        yield Said(field, text)


def without_ours(text: str) -> Iterator[Said]:
    """What an entry says without what the program adds."""
    return (each for each in said(text) if each.field not in _OURS)


def is_rule(proposal: Proposal, evidence: Evidence) -> bool:
    """Whether it is the user's own word: a rule or wish that needs no other ground."""
    if evidence.known is None or evidence.known.source != "user" or proposal.title.startswith(WARNING):
        return False
    return not any(each.field in _PROCEDURE for each in said(proposal.text))
