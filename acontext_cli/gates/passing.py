"""Faults that passed: a call that failed and succeeded later unchanged is no lesson about the world."""

import re
from collections.abc import Iterator, Sequence

from acontext_cli.engines.engine import Proposal
from acontext_cli.engines.rules.entry import WARNING
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.gates.said import Said, without_ours
from acontext_cli.skills import one_line
from acontext_cli.trace.shell import command_of, is_shell
from acontext_cli.trace.steps import Step, values

UNCHANGED = "passing: the same call succeeded later unchanged"
_CANNOT = re.compile(
    r"\b(?:(?:does|do|did|will|would)(?: not|n['’]t) (?:ever )?(?:work|run|respond|answer|function|connect)"
    r"|(?:is|are|was|were|seems?) (?:often |always |currently |completely |simply |just )?(?:broken|unavailable"
    r"|unreliable|unreachable|flaky|down|unusable|offline"
    r"|not (?:available|working|reachable|usable|responding|reliable))"
    r"|can(?:not|['’]t| not) be (?:used|reached|fetched|relied on|called|run|trusted|contacted)"
    r"|(?:always |often |sometimes )?(?:times out|fails|errors out)"
    r"|never (?:works|answers|responds)|can(?:not|['’]t) (?:reach|connect))\b",
    re.IGNORECASE,
)
"""What says that something does not work."""
_IF = re.compile(
    r"\b(?:if|when|unless|until|without|before|with|for|because|as long as|while|once|instead|except|on an?|after"
    r"|since)\b",
    re.IGNORECASE,
)
_HERE = re.compile(r"\b(?:for now|with errors?|for (?:lookups|requests|calls))\b", re.IGNORECASE)
_MOMENT = re.compile(
    r"\b(?:is|are|stands?|holds?|has|runs?|hangs?)\b[^.\n]{0,80}\b(?:currently|right now|at the moment|at present"
    r"|just now|as of now|for the time being|as we speak|these minutes)\b|\b(?:is|are) (?:currently|presently)\b"
    r"|^(?:currently|right now|at the moment|at present)\b",
    re.IGNORECASE,
)
"""What says how something stands in a moment: the next session finds it otherwise."""
_QUOTED = re.compile(r"[“\"][^”\"\n]{1,300}[”\"]")
"""What is quoted is somebody else's word."""
_SPAN = re.compile(r"`([^`\n]{1,200})`")
_WORD = re.compile(r"[A-Za-z0-9][\w./:#-]*[\w]")
_BUSY = re.compile(
    r"rate.?limit|too many requests|\b429\b|overloaded|throttl|try again|temporar|\b50[234]\b|timed? ?out|timeout"
    r"|connection (?:reset|aborted)|econnreset|etimedout|handshake",
    re.IGNORECASE,
)
_TESTS_FAILED = re.compile(r"\b[1-9]\d{0,5} (?:failed|failing|failures?|errors?)\b|^(?:FAIL|FAILED)\b", re.MULTILINE)
_SHORT = 300
_UNREACHED = re.compile(
    r"connection (?:timed out|refused|reset|closed|aborted)|could not resolve|network is unreachable|no route to host"
    r"|\brequest timed out|\btimed out waiting|temporarily unavailable|too many requests|service unavailable"
    r"|rate limit exceeded|socket hang up|econnre|etimedout|tls handshake timeout",
    re.IGNORECASE,
)
"""How a result of a line or two says that nothing came of a call."""
_WAITS = re.compile(r"\s*(?:sleep|wait|true|echo|date|pwd|cd|ping)\b")
_COMMON = frozenset(
    str.split("error failed failure the to of a an in on for and is was with not call tool command result")
)
_MOST = 400


def not_passing(proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """A warning, or a word that something does not work, rests on no fault that was gone by itself."""
    told = [each for each in without_ours(proposal.text) if each.field != "title"]
    if proposal.title.startswith(WARNING):
        step = _rests_on(" ".join([proposal.title, *(each.text for each in told)]), evidence)
        return _dropped(step) if step else None
    wrong = [each for each in told if _is_wrong(each, evidence)]
    if not wrong:
        return _of_a_moment(told, evidence)
    if len(wrong) == len(told):
        return Verdict(gate="passing", decision="drop", reason=f"{UNCHANGED} (“{one_line(wrong[0].text, 80)}”)")
    return Verdict(gate="passing", decision="refuse", reason=f"{UNCHANGED}: take out “{one_line(wrong[0].text, 80)}”")


def _of_a_moment(told: Sequence[Said], evidence: Evidence) -> Verdict | None:
    """A lesson that only says how something stands right now."""
    if not told or (evidence.known is not None and evidence.known.source == "user"):
        return None
    if any(each.field or not _MOMENT.search(_QUOTED.sub(" ", each.text)) or _IF.match(each.text) for each in told):
        return None
    why = f"passing: it says how something stood at that moment (“{one_line(told[0].text, 80)}”)"
    return Verdict(gate="passing", decision="drop", reason=why)


def _dropped(step: Step) -> Verdict:
    return Verdict(gate="passing", decision="drop", reason=f"{UNCHANGED} (`{one_line(_typed(step), 80)}`)")


def _rests_on(text: str, evidence: Evidence) -> Step | None:
    """The failed call that a warning is about, where that one passed by itself."""
    said, named = _words(text), _SPAN.findall(text)
    wrong = (step for step in evidence.trace.steps if _has_failed(step))
    found = [(len(said & _told(step)) + any(_holds(step, span) for span in named), step) for step in wrong]
    most = max((count for count, _ in found), default=0)
    if most < 2:
        return None
    about = [step for count, step in found if count == most]
    steps = evidence.trace.steps
    return about[0] if all(_passed_by_itself(step, steps) for step in about) else None


def _is_wrong(each: Said, evidence: Evidence) -> bool:
    """Whether a sentence says that something does not work which worked later."""
    text, steps = _QUOTED.sub(" ", each.text), evidence.trace.steps
    found = _CANNOT.search(text)
    if not found or _IF.match(text):
        return False
    named = _SPAN.findall(text[: found.end() + 60])
    if _IF.search(_HERE.sub(" ", _without_own(text[found.end() :], named, steps))):
        return False
    about = [step for step in steps if _has_failed(step) and _is_named(step, named, each.text)]
    return bool(about) and all(_worked_later(step, named, steps) for step in about)


def _without_own(rest: str, named: Sequence[str], steps: Sequence[Step]) -> str:
    """What follows, without "for `this`" where the failed call was just that: it sets no condition."""
    for span in named:
        if any(_holds(step, span) for step in steps if _has_failed(step)):
            rest = re.sub(rf"\b(?:for|on|with|from|in)\b[\w ]{{0,20}}`{re.escape(span)}`", " ", rest)
    return rest


def _is_named(step: Step, named: Sequence[str], text: str) -> bool:
    if named:
        return any(_holds(step, span) for span in named)
    return bool(re.search(rf"(?<![\w-]){re.escape(step.tool)}(?![\w-])", text)) or _program(step) in text.split()


def _worked_later(failed: Step, named: Sequence[str], steps: Sequence[Step]) -> bool:
    """Whether what is named worked after its last failure: the same call, or any of it where only a tool is named."""
    spans = [span for span in named if _holds(failed, span)] or [_program(failed) or failed.tool]
    later = (step for step in steps if step.number > failed.number and not _has_failed(step) and step.answer)
    return any(all(_holds(step, span) for span in spans) for step in later)


def _passed_by_itself(failed: Step, steps: Sequence[Step]) -> bool:
    """Whether the same call succeeded later, and nothing between them can have mended it."""
    later = [step for step in steps if step.number > failed.number][:_MOST]
    again = next((step for step in later if not _has_failed(step) and step.answer and _same(step, failed)), None)
    if again is None:
        return False
    between = [step for step in later if step.number < again.number and step.is_change and not _waits(step)]
    return not between or bool(_BUSY.search(failed.result[:600]) and not any(map(_is_mending, between)))


def _has_failed(step: Step) -> bool:
    """Whether a call failed: by its end, by telling only that it reached nobody, or by tests that did not pass."""
    if step.failed or (len(step.result) < _SHORT and _UNREACHED.search(step.result)):
        return True
    return step.kind == "test" and bool(_TESTS_FAILED.search(step.result[-2_000:]))


def _is_mending(step: Step) -> bool:
    """Whether a change might have cured a connection: what is typed into a shell may do anything."""
    return is_shell(step.tool) or bool(re.search(r"restart|start|config|set|network|proxy|login|auth", step.tool))


def _same(one: Step, other: Step) -> bool:
    """Whether two calls are the same but for spaces and how long to wait."""
    return one.tool == other.tool and (_key(one) == _key(other) or _is_rest(one, other))


def _is_rest(one: Step, failed: Step) -> bool:
    """Whether a command is what was left of a failed chain: its end in the same folder, without what went before."""
    if not is_shell(one.tool):
        return False
    chain, rest = (_chained(command_of(each.arguments) or "") for each in (failed, one))
    return len(rest) < len(chain) and rest[-1:] == chain[-1:] and all(part in chain for part in rest)


def _chained(line: str) -> list[str]:
    return [" ".join(part.split()) for part in line.split("&&")]


def _key(step: Step) -> object:
    if not step.arguments:
        return " ".join(step.raw.split())
    told = step.arguments.items()
    return sorted((name, " ".join(str(value).split())) for name, value in told if name not in _HOW)


_HOW = frozenset(
    ("timeout", "timeout_ms", "description", "max_wait", "retries", "attempt", "explanation", "run_in_background")
)


def _waits(step: Step) -> bool:
    return bool(_WAITS.match(command_of(step.arguments) or "")) or bool(re.match(r"(?:sleep|wait)", step.tool))


def _typed(step: Step) -> str:
    return (command_of(step.arguments) if is_shell(step.tool) else "") or step.tool


def _program(step: Step) -> str:
    line = (command_of(step.arguments) or "") if is_shell(step.tool) else ""
    return line.split()[0] if line.split() else ""


def _holds(step: Step, span: str) -> bool:
    """Whether a span names this call: its tool, its command's words, or one of its values."""
    plain = " ".join(_plain(span).split())
    if plain == step.tool or plain.startswith(f"{step.tool}(") or plain in values(step.arguments):
        return True
    line = f" {_plain(command_of(step.arguments) or '')} " if is_shell(step.tool) else ""
    return bool(line) and all(f" {word} " in line for word in plain.split())


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\\\n|[\"']", " ", text).split())


def _told(step: Step) -> frozenset[str]:
    """The words by which a failed call is known: its tool, what it was called with, and what it answered."""
    return _words(" ".join((step.tool, *_first(values(step.arguments)), step.result[:600])))


def _first(found: Iterator[str]) -> Iterator[str]:
    return (value[:200] for value, _ in zip(found, range(20), strict=False))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text)) - _COMMON
