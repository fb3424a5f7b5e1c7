"""Conditions that were false where they come from."""

import re
from collections.abc import Iterator

from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.gates.readings import Reading, Readings
from acontext_cli.gates.relations import Relation, compares, illustrated, relations, sides
from acontext_cli.gates.said import NOT_WHEN, STEPS, WHEN, Said, is_rule, said
from acontext_cli.skills import one_line

_HOPED = frozenset(("verify", "otherwise", "do instead", "forget after", "contradicted", "fix", "title"))
"""Fields that say what is to be, or that the program writes."""
_GOAL = re.compile(
    r"\b(?:until|should|shall|must|keeps?|sure|ensure|so that|needs?|wants?|wait|target|aim|to be|to get|to bring"
    r"|has to|have to|ought|can|may|might|could|would|will|expect(?:ed)?|recommend(?:ed)?|unless|whether|too|verify)\b"
    r"|(?:^|\bthen |\band |\bto |, |: |\d\. )(?:set|raise|lower|increase|bump|let|allow|choose|pick|leave|give|change"
    r"|reduce|add|try|make|check (?:that|if|whether)|put|scale|use|never|always)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:only if|only when|if|when|where|because|since|there|in the source)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:else|otherwise|stop|skip|not this|elsewhere|another|instead|escalate|leave|ignore|done|finish|no need"
    r"|rule[sd]? out|nothing|unless|not the)\b",
    re.IGNORECASE,
)


def not_contradicted(proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """No comparison of a lesson is false by every number that the transcript gives for it."""
    if is_rule(proposal, evidence):
        return None
    readings = Readings(evidence)
    for each in said(proposal.text):
        if shown := _belied(each):
            return Verdict(gate="comparison", decision="hold", reason=f"“{one_line(shown.said, 120)}” is not so")
        for relation in _stated(each):
            if false := _falsified(relation, readings, opposite=each.field == NOT_WHEN):
                told = f"“{one_line(relation.said, 90)}”: {_shown(*false)}"
                why = f"{told}, so it held where it is said not to" if each.field == NOT_WHEN else told
                return Verdict(gate="comparison", decision="hold", reason=why)
    return None


def _belied(each: Said) -> Relation | None:
    """A comparison that the two numbers beside it belie."""
    if each.field in _HOPED or each.field == NOT_WHEN:
        return None
    for relation in illustrated(each.text):
        pair = sides(relation)
        if pair and not relation.holds(*pair) and not _is_goal(each, relation):
            return relation
    return None


def _is_goal(each: Said, relation: Relation) -> bool:
    return each.field != WHEN and bool(_GOAL.search(f"{relation.before} {relation.left}"))


def _stated(each: Said) -> Iterator[Relation]:
    """The comparisons that are told as true: no goals, and of steps only conditions for going on."""
    if each.field in _HOPED:
        return
    for relation in relations(each.text):
        around = f"{relation.before} {relation.left}"
        if _GOAL.search(around):
            continue
        if each.field == STEPS and (_is_aside(relation, each.text) or not _CONDITION.search(around)):
            continue
        yield relation


def _is_aside(relation: Relation, text: str) -> bool:
    """Whether a step only asks, or says what to do in another case."""
    return relation.after.lstrip().startswith("?") or bool(_ELSEWHERE.search(text))


def _falsified(relation: Relation, readings: Readings, *, opposite: bool) -> tuple[Relation, Reading, Reading] | None:
    """The two numbers that come nearest, where none make the comparison true (`opposite`: where all do)."""
    left = readings.left(relation.left, relation.right)
    right = readings.right(relation.right, relation.left)
    if relation.sign == "became":
        left = [each for each in readings.named(relation.left) if each.label]
        right = [each for each in right if not each.label]
    found = [
        (one, other, pair)
        for one in left
        for other in right
        if (one.label, one.text) != (other.label, other.text) or not one.label
        for pair in one.pairs(other)
    ]
    if not found or any(relation.holds(*pair) != opposite for _, _, pair in found):
        return None
    one, other, _ = min(found, key=lambda each: _apart(relation, *each[2]))
    return relation, one, other


def _apart(relation: Relation, left: float, right: float) -> float:
    return abs(left - right * relation.factor)


def _shown(relation: Relation, left: Reading, right: Reading) -> str:
    """The numbers beside it."""
    if relation.sign == "became":
        return f"{left.label} was {left}, nowhere {right}"
    return f"{_named(left, ' was')}, {_named(right)}" if left.label or right.label else f"{left} against {right}"


def _named(reading: Reading, verb: str = "") -> str:
    return f"{one_line(reading.label, 60)}{verb} {reading}" if reading.label else f"the number {reading}"


def condition_of(text: str) -> str:
    """The sentence of an entry that says how far one thing must be from another for it to hold; empty without one."""
    for each in said(text):
        if each.field not in _HOPED and each.field != NOT_WHEN:
            for sentence in re.split(r"(?<=[.:?!])\s", each.text):
                if compares(sentence):
                    return sentence
    return ""
