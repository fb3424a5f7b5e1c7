"""How a task came out and how that is known, from its trace and what was said last.

A look after the last change counts as a check when it is at the thing changed and an earlier look, or its own words,
show the symptom gone. The change's own echo is a claim; thanks and goodbye are no confirmation.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from acontext_cli.engines.rules.runs import failed_before, last_runs, passed
from acontext_cli.engines.rules.said import gave_up, outcome_said, quoted
from acontext_cli.tasks import Known, Status
from acontext_cli.trace.links import Symptom
from acontext_cli.trace.steps import Step, Trace

_BAD = re.compile(
    r"\b(?:unhealthy|degraded|fail(?:ed|ing|ure|ures)?|errors?|down|critical|crash(?:ed|ing|loop)?|offline|broken|stopped"
    r"|unavailable|timed? ?out|refused|denied|not ready|crashloopbackoff|oomkilled|inactive|dead)\b",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"^(?:healthy|ok|okay|up|running|active|ready|passing|passed|success(?:ful)?|available|online|green|normal)$",
    re.IGNORECASE,
)
_STATE = re.compile(r"^(?:.*[._ ])?(?:status|state|health|phase|ready|condition|result|ok)$", re.IGNORECASE)
_NO_TEST = re.compile(
    r"\b(?:lint|fmt|format|build|vet|typecheck|type-check|ruff|mypy|tsc|pyright|eslint|biome|clippy)\b"
)
"""What shows that something is well formed, and not that it does what was asked for."""
_ASKED_FOR = re.compile(r"\b(?:lint|format|build|compil|type[ -]?check|ci\b|warnings?\b)", re.IGNORECASE)
_ONLY_SAID = "only the agent says so"
_PAIR = re.compile(r"^\s*[\"']?([A-Za-z_][\w .\-]{0,60}?)[\"']?\s*[:=]\s*(.+?),?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a look after the last change says of the symptom."""

    gone: bool
    because: str
    step: Step
    before: Step | None
    """The same look before the change, if there was one."""


def judged(
    found: Check | None, user: str, agent: str, *, user_spoke_last: bool, besides: str = ""
) -> tuple[Status, Known]:
    """Status of a task that the agent has answered, from its check and the last words of each.

    `besides`: what was run and decides nothing; it stands with the claim.
    """
    said = outcome_said(user) if user_spoke_last or not found else None
    if said:
        return said, Known(source="user", because=f"the user says: “{quoted(user)}”")
    if found:
        return ("success" if found.gone else "failed"), Known(source="check", because=found.because)
    if gave_up(agent):
        return "failed", Known(source="claim", because="the agent says that it could not do it")
    return "success", Known(source="claim", because=f"{_ONLY_SAID}; {besides}" if besides else _ONLY_SAID)


def check(trace: Trace) -> Check | None:
    """The last look or test at the thing changed that says whether the symptom is gone, or None."""
    tested = _tested(trace)
    if tested:
        return tested
    symptom = Symptom(trace.request)
    looks = (step for step in reversed(trace.checks) if step.kind == "look")
    return next((found for step in looks if (found := _looked(trace, step, symptom))), None)


def fields(text: str) -> dict[str, str]:
    """`key: value` lines, or the leaves of JSON, of a result; by the key's path."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return dict(_leaves(json.loads(text), ""))
        except (ValueError, RecursionError):
            pass
    pairs = (match.groups() for line in text.splitlines() if (match := _PAIR.match(line)))
    return {key.strip(): value.strip().strip("\"'") for key, value in pairs}


def _tested(trace: Trace) -> Check | None:
    """The tests after the last change, where all say the same; whether one failed before is said.

    A linter or a build alone says nothing, unless it is what failed or what was asked for.
    """
    ran = last_runs(trace)
    well = {name: step for name, step in ran.items() if passed(step)}
    if not ran or (well and len(well) < len(ran)):
        return None
    if not well:
        name, step = list(ran.items())[-1]
        told = f"the last run of `{name}` failed"
        return Check(gone=False, because=told, step=step, before=failed_before(trace, step))
    before = {name: old for name, step in well.items() if (old := failed_before(trace, step))}
    telling = before or {name: step for name, step in well.items() if not _NO_TEST.search(name)} or well
    if not before and not _ASKED_FOR.search(trace.request) and all(map(_NO_TEST.search, telling)):
        return None
    name = list(telling)[-1]
    told = "failed before and passed" if before else "passed"
    because = f"`{name}` {told} after the last change"
    return Check(gone=True, because=because, step=well[name], before=before.get(name))


def besides(trace: Trace) -> str:
    """What was run after the last change, in a few words; empty where that is nothing."""
    ran = last_runs(trace)
    ill = [name for name, step in ran.items() if not passed(step)]
    if ill:
        return f"the last run of `{ill[-1]}` failed"
    return f"`{list(ran)[-1]}` passed" if ran else ""


def _looked(trace: Trace, step: Step, symptom: Symptom) -> Check | None:
    before, now = _same_look_before(trace, step), fields(step.result)
    then = fields(before.result) if before else {}
    sick_now = _sick(step.result, now, symptom)
    if before and _sick(before.result, then, symptom):
        return _compared(trace, step, before, {} if sick_now else _changed(then, now), sick_now=sick_now)
    well = [f"{key}: {value}" for key, value in now.items() if _STATE.match(key) and _GOOD.match(value)]
    if well and not sick_now and not before:
        return Check(gone=True, because=f"`{step.tool}` shows {well[0]} after the last change", step=step, before=None)
    return None


def _compared(
    trace: Trace, step: Step, before: Step, changed: dict[str, tuple[str, str]], *, sick_now: bool
) -> Check | None:
    """What a look says where the same look showed the symptom before the change."""
    if sick_now:
        told = f"`{step.tool}` still shows the symptom after the last change"
        return Check(gone=False, because=told, step=step, before=before)
    return Check(gone=True, because=_went(changed, trace), step=step, before=before) if changed else None


def _same_look_before(trace: Trace, step: Step) -> Step | None:
    """The first call like this one before the first change; None where it failed."""
    first = trace.changes[0].number
    same = (old for old in trace.steps if (old.tool, old.arguments) == (step.tool, step.arguments))
    before = next((old for old in same if old.number < first), None)
    return before if before and not before.failed else None


def _changed(then: dict[str, str], now: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {key: (then[key], value) for key, value in now.items() if key in then and then[key] != value}


def _sick(text: str, found: dict[str, str], symptom: Symptom) -> bool:
    states = [value for key, value in found.items() if _STATE.match(key)]
    if any(_BAD.search(state) for state in states):
        return True
    return any(symptom.on(line) and not _names_only(line, symptom) for line in text.splitlines())


def _names_only(line: str, symptom: Symptom) -> bool:
    """Whether a line has nothing of the symptom but the name of the thing itself, as `Service: api-gateway` has."""
    match = _PAIR.match(line)
    return bool(match and symptom.names(match[2]) and not re.search(r"\d{3}|%", match[2]))


def _went(changed: dict[str, tuple[str, str]], trace: Trace) -> str:
    key, (old, new) = min(changed.items(), key=_telling)
    return f"{key} went from {old[:40]} to {new[:40]} after `{trace.changes[-1].tool}`"


def _telling(item: tuple[str, tuple[str, str]]) -> tuple[bool, bool]:
    key, _ = item
    return not re.search(r"err|fail", key, re.IGNORECASE), not _STATE.match(key)


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:50]):
            yield from _leaves(inner, f"{path}[{number}]")
    else:
        yield path, "" if value is None else str(value)
