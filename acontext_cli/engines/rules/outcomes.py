"""How a task came out and how that is known, from its trace and what was said last.

A look after the last change counts as a check when it is at the thing changed and an earlier look, or its own words,
show the symptom gone. The change's own echo is a claim; thanks and goodbye are no confirmation.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from acontext_cli.tasks import Known, Status
from acontext_cli.trace.links import Symptom
from acontext_cli.trace.shell import command_of, is_shell, is_test, parts
from acontext_cli.trace.steps import Step, Trace

_BAD = re.compile(
    r"\b(?:unhealthy|degraded|fail(?:ed|ing|ure|ures)?|errors?|down|critical|crash(?:ed|ing|loop)?|offline|broken|stopped|"
    r"unavailable|timed? ?out|refused|denied|not ready|crashloopbackoff|oomkilled|inactive|dead)\b",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"^(?:healthy|ok|okay|up|running|active|ready|passing|passed|success(?:ful)?|available|online|green|normal)$",
    re.IGNORECASE,
)
_STATE = re.compile(r"^(?:.*[._ ])?(?:status|state|health|phase|ready|condition|result|ok)$", re.IGNORECASE)
_PAIR = re.compile(r"^\s*[\"']?([A-Za-z_][\w .\-]{0,60}?)[\"']?\s*[:=]\s*(.+?),?\s*$")
_WORKS = re.compile(
    r"\b(?:(?:it|that|this|everything|all|they)(?:'s| is| are)? (?:now )?(?:works?|working|worked|fixed|solved|resolved|passes|passing|pass)(?: now| fine| again)?\b"
    r"|works (?:now|fine|again|perfectly|great)|(?:problem|issue|bug|error) is (?:gone|fixed|solved|resolved)|that (?:did it|fixed it|solved it|worked)|"
    r"(?:all )?tests? (?:now )?pass(?:es)?(?: now)?\b|can confirm)",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"\b(?:still (?:not|does|fail|get|see|broken|the same|wrong|happen|crash|return)|(?:does|did) ?n[o']t (?:work|help|fix)|not working|is(?: still)? broken|"
    r"(?:that'?s|that is|this is|it'?s) (?:wrong|not right|not what|incorrect|broken)|same (?:error|problem|issue)|you broke|fails again|not fixed)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:if|when|once|whether|until|make sure|so that|should|does it|is it|not|n't)\b", re.IGNORECASE
)
_GAVE_UP = re.compile(
    r"\b(?:i(?:'m| am) (?:unable|not able|sorry,? but)|i (?:was|were) (?:unable|not able)|i (?:could ?n[o']t|cannot|can'?t|can not|failed)|unable to|"
    r"not possible|could not (?:be )?(?:find|fix|resolve|complete|determine)|(?:have been|being|you are|you're) transferred|transfer(?:ring|red)? (?:you )?to|"
    r"still (?:failing|fails|failed|unhealthy|broken)|remains? (?:unresolved|broken|unhealthy))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a look after the last change says of the symptom."""

    gone: bool
    because: str
    step: Step
    before: Step | None
    """The same look before the change, if there was one."""


def judged(found: Check | None, user: str, agent: str, *, user_spoke_last: bool) -> tuple[Status, Known]:
    """Status of a task that the agent has answered, from its check and the last words of each."""
    said = _user_says(user) if user_spoke_last or not found else None
    if said:
        return said, Known(source="user", because=f"the user says: “{_quoted(user)}”")
    if found:
        return ("success" if found.gone else "failed"), Known(source="check", because=found.because)
    if _GAVE_UP.search(agent[-600:]):
        return "failed", Known(source="claim", because="the agent says that it could not do it")
    return "success", Known(source="claim", because="only the agent says so")


def check(trace: Trace) -> Check | None:
    """The last look or test at the thing changed that says whether the symptom is gone, or None."""
    if not trace.changes:
        return None
    tests = _last_tests(trace)
    if tests:
        return tests
    symptom = Symptom(trace.request)
    for step in reversed(trace.checks):
        if step.kind == "look" and (found := _looked(trace, step, symptom)):
            return found
    return None


def fields(text: str) -> dict[str, str]:
    """`key: value` lines, or the leaves of JSON, of a result; by the key's path."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return dict(_leaves(json.loads(text), ""))
        except (ValueError, RecursionError):
            pass
    return {
        match[1].strip(): match[2].strip().strip("\"'") for line in text.splitlines() if (match := _PAIR.match(line))
    }


def _last_tests(trace: Trace) -> Check | None:
    """The last test after the last change; whether it is the one that failed before is said."""
    ran = [step for step in trace.steps if step.kind == "test"]
    last = trace.changes[-1].number if trace.changes else 0
    after = [step for step in ran if step.number > last]
    if not after or not last:
        return None
    step = after[-1]
    name = _test_name(step)
    before = next((old for old in reversed(ran) if old.number < last and old.failed and _test_name(old) == name), None)
    if failing(step):
        return Check(gone=False, because=f"the last run of `{name}` failed", step=step, before=before)
    told = (
        f"`{name}` failed before and passed after the last change"
        if before
        else f"`{name}` passed after the last change"
    )
    return Check(gone=True, because=told, step=step, before=before)


def failing(step: Step) -> bool:
    """Whether a test run failed, also where a pipe has hidden its exit code."""
    return step.failed or bool(
        re.search(
            r"^(?:FAILED|FAIL\b|ERROR\b)|\b[1-9]\d* (?:failed|failing|errors?)\b|npm ERR!", step.result, re.MULTILINE
        )
    )


def _test_name(step: Step) -> str:
    if not is_shell(step.tool):
        return step.tool
    tests = [part for part in parts(command_of(step.arguments)) if is_test(part)]
    return " ".join(tests[-1].split()[:3]) if tests else step.tool


def _looked(trace: Trace, step: Step, symptom: Symptom) -> Check | None:
    first = trace.changes[0].number
    same = [
        old for old in trace.steps if old.number < first and old.tool == step.tool and old.arguments == step.arguments
    ]
    before = same[0] if same and not same[0].failed else None
    now, then = fields(step.result), fields(before.result) if before else {}
    changed = {key: (then[key], value) for key, value in now.items() if key in then and then[key] != value}
    sick_now = _sick(step.result, now, symptom)
    if before and _sick(before.result, then, symptom):
        if sick_now:
            return Check(
                gone=False,
                because=f"`{step.tool}` still shows the symptom after the last change",
                step=step,
                before=before,
            )
        if changed:
            return Check(gone=True, because=_went(changed, trace), step=step, before=before)
        return None
    well = [f"{key}: {value}" for key, value in now.items() if _STATE.match(key) and _GOOD.match(value)]
    if well and not sick_now and not before:
        return Check(gone=True, because=f"`{step.tool}` shows {well[0]} after the last change", step=step, before=None)
    return None


def _sick(text: str, found: dict[str, str], symptom: Symptom) -> bool:
    states = [value for key, value in found.items() if _STATE.match(key)]
    if any(_BAD.search(state) for state in states):
        return True
    return any(symptom.on(line) and not _names_only(line, symptom) for line in text.splitlines())


def _names_only(line: str, symptom: Symptom) -> bool:
    """Whether a line carries nothing of the symptom but the name of the thing itself, as `Service: api-gateway` does."""
    match = _PAIR.match(line)
    return bool(match and symptom.names(match[2]) and not re.search(r"\d{3}|%", match[2]))


def _went(changed: dict[str, tuple[str, str]], trace: Trace) -> str:
    key, (old, new) = min(changed.items(), key=_telling)
    return f"{key} went from {old[:40]} to {new[:40]} after `{trace.changes[-1].tool}`"


def _telling(item: tuple[str, tuple[str, str]]) -> tuple[bool, bool]:
    key, (old, new) = item
    return not re.search(r"err|fail", key, re.IGNORECASE), not _STATE.match(key)


def _user_says(text: str) -> Literal["success", "failed"] | None:
    for sentence in re.split(r"(?<=[.!?\n])\s+", text[:600]):
        if _BROKEN.search(sentence) and not sentence.rstrip().endswith("?"):
            return "failed"
        match = _WORKS.search(sentence)
        if match and not sentence.rstrip().endswith("?") and not _NEGATED.search(sentence[: match.start()]):
            return "success"
    return None


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119] + "…"


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:50]):
            yield from _leaves(inner, f"{path}[{number}]")
    else:
        yield path, "" if value is None else str(value)
