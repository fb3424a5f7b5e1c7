"""A procedure in words: its title, when it applies, and its steps with what to look for in each."""

import re
from collections.abc import Iterator

from acontext_cli.distillations import Success
from acontext_cli.engines.rules.habits import SESSIONS_NEEDED
from acontext_cli.engines.rules.procedures import Procedure, argument_texts, direction, hardest
from acontext_cli.engines.rules.roles import called
from acontext_cli.injection import dangers, harmless
from acontext_cli.skills import one_line
from acontext_cli.trace.links import Setting
from acontext_cli.trace.quantities import Quantity, plain, words
from acontext_cli.trace.steps import Step

_MEASURES = {"duration": "durations", "bytes": "sizes", "percent": "shares", "rate": "rates", "count": "numbers"}
_UNITS = frozenset([
    "ms", "s", "sec", "seconds", "mb", "kb", "gb", "bytes", "pct", "percent", "min", "minutes", "mib",
])  # fmt: skip


def lesson(procedure: Procedure, goal: str) -> Success:
    """The procedure as an entry's fields."""
    return Success(
        title=title(procedure),
        task_goal=goal,
        approach=", ".join(f"`{step.tool}`" for step in procedure.shown),
        generalizable_pattern=_principle(procedure),
        applies_when=_applies_when(procedure, goal),
        does_not_apply=_does_not_apply(procedure),
        steps=tuple(_listed(procedure)),
        verify=_verify(procedure),
        otherwise=_otherwise(procedure),
        sessions_needed=1 if procedure.settings else SESSIONS_NEEDED,
        tools=tuple(dict.fromkeys(step.tool for step in (*procedure.changes, *procedure.shown))),
    )


def title(procedure: Procedure) -> str:
    """What went wrong and why, the same for the same kind of task: codes, subject, setting and its direction."""
    causes = (f"{_setting_words(change.key)} {direction(change)}" for change in procedure.settings)
    cause = "; ".join(dict.fromkeys(causes))
    if not cause:
        done = (" ".join(words(step.tool)) for step in procedure.changes)
        return " and ".join(dict.fromkeys(done)).capitalize()
    subject = " ".join(part for part in (_subject(procedure), *procedure.codes[:1]) if part)
    return f"{subject} — {cause}" if subject else cause.capitalize()


def _subject(procedure: Procedure) -> str:
    """What the request calls the thing that was changed, in its own words."""
    given = (value for step in procedure.changes for _, value in argument_texts(step))
    for value in given:
        if procedure.symptom.names(value) and not any(letter.isdigit() for letter in value):
            said = re.search(r"[\s_-]?".join(map(re.escape, words(value))), procedure.told.request, re.IGNORECASE)
            return one_line(said.group() if said else value.replace("-", " "), 40)
    return ""


def _principle(procedure: Procedure) -> str:
    for change in procedure.settings:
        if change.old and change.new and procedure.measured:
            kind = _MEASURES[change.old.kind]
            if change.raised:
                return f"A limit that the real {kind} come up to: it is {direction(change)}."
            return f"A value above what something else allows: it is {direction(change)}."
        return "A setting that what it talks to contradicts."
    return "The changes take their arguments from the looks before them."


def _applies_when(procedure: Procedure, goal: str) -> str:
    spans = (link.span for link in procedure.links if link.kind == "subject" and len(link.span) < 300)
    line = next((one_line(_bare(span), 100) for span in spans if harmless(span)), "") if procedure.settings else ""
    said = title(procedure) if dangers(goal) else one_line(goal, 80)
    return f"“{said}”" + (f"; lines such as “{line}”" if line else "")


def _does_not_apply(procedure: Procedure) -> str:
    codes = ", ".join(procedure.codes[:2])
    other = f"; lines without {codes} are another story" if codes else ""
    if procedure.measured and procedure.settings:
        higher = procedure.settings[0].raised
        return f"What is measured lies {'more than 20 % below' if higher else 'above'} the setting{other}."
    if procedure.settings:
        return f"No look shows a value other than the setting's{other}."
    return ""


def _otherwise(procedure: Procedure) -> str:
    if not procedure.settings:
        return "Stop before the first change and ask."
    return "Leave the setting; look at status, log and settings of what the failing lines name."


def _verify(procedure: Procedure) -> str:
    if not procedure.check:
        return "Look again at what was changed."
    return f"`{called(procedure, procedure.check.step)}` no longer shows the symptom."


def _listed(procedure: Procedure) -> Iterator[str]:
    """The steps in words."""
    for group in procedure.listed:
        if len(group) == 1:
            yield f"`{called(procedure, group[0])}`{_asks(procedure, group[0])}"
        else:
            calls = ", ".join(f"`{called(procedure, each)}`" for each in group)
            numbers = [procedure.measured[each.number] for each in group]
            yield f"{calls}: which {_MEASURES[numbers[0].kind]} (there {', '.join(map(_shown, numbers))})?"


def _asks(procedure: Procedure, step: Step) -> str:
    """What to look for in a call's result, and what stood there in the source."""
    told = [*_names_others(procedure, step), *_shows_number(procedure, step)]
    for change in procedure.settings:
        told.extend(_compares(procedure, change, step))
    text = " ".join(told or _gives(procedure, step))
    return f": {text}" if text else ""


def _names_others(procedure: Procedure, step: Step) -> Iterator[str]:
    if procedure.leads(step):
        codes = " or ".join(procedure.codes[:2])
        yield f"what else do the lines {f'with {codes} ' if codes else ''}name?"


def _shows_number(procedure: Procedure, step: Step) -> Iterator[str]:
    if procedure.measures(step):
        number = procedure.measured[step.number]
        yield f"which {_MEASURES[number.kind]} (there {_shown(number)})?"


def _compares(procedure: Procedure, change: Setting, step: Step) -> Iterator[str]:
    if step.number == change.read and change.old and procedure.measured:
        number = hardest(change, list(procedure.measured.values()))
        near = "comes within 20 % of its setting or passes it" if change.raised else "lies below its setting"
        yield f"go on only if one of them {near} (there {number.text} against `{change.key}` {change.before})."
    elif step.number == change.read:
        yield f"is the setting another (there `{change.key}` was “{one_line(change.before, 40)}”)?"
    elif step.number < change.step and change.after in step.result and not procedure.measured:
        line = next(
            (line for line in step.result.splitlines() if change.after in line and harmless(line)), change.after
        )
        yield f"which value is expected (there “{one_line(_bare(line), 90)}”)?"


def _gives(procedure: Procedure, step: Step) -> Iterator[str]:
    needed = {link.span for link in procedure.derived if link.source == step.number and link.kind == "value"}
    given = (pair for change in procedure.changes for pair in argument_texts(change))
    names = dict.fromkeys(name for name, value in given if value in needed)
    if names and not procedure.settings:
        yield f"gives {', '.join(f'`{name}`' for name in list(names)[:5])}."


def _shown(number: Quantity) -> str:
    return f"{one_line(number.label, 30)} {number.text}"


def _setting_words(key: str) -> str:
    found = words(key)
    return " ".join(found[:-1] if len(found) > 1 and found[-1] in _UNITS else found)


def _bare(line: str) -> str:
    """A log line without its time stamp."""
    return " ".join(plain(line).strip(" []").split())
