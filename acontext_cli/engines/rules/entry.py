"""Lessons as Markdown entries: their stable ids, their text, and what another session adds to one."""

import datetime
import hashlib
import re
from dataclasses import replace

from acontext_cli.distillations import Distillation, Facts, Failure, Lesson, Success
from acontext_cli.engines.engine import Pins
from acontext_cli.skills import ENTRY_TOKENS, Entry, heading, inline, one_line, tokens
from acontext_cli.skills.marks import mark
from acontext_cli.tasks import Known, Task

FORGET_AFTER_DAYS = 90
"""A warning is to be forgotten after this many days unless it is confirmed."""
WARNING = "Warning: "

_LOGGED = 6
"""Lines of a task's progress in the daily log."""
_COUNT = re.compile(r"\((\d+) sessions?\)(?=\s*$)", re.MULTILINE)
KNOWN = "- Known because: "
BELIEVED = "- Was believed because: "
FORGET = "- Forget after: "
_ONLY_SAID = "only the agent says so"
_SPARED = ("Otherwise", "Does Not Apply", "Principle", "Verify")


def entry_id(lesson: Lesson) -> str:
    """The same for the same lesson from any session."""
    return titled_id(lesson, lesson.title)


def titled_id(lesson: Lesson, title: str) -> str:
    """The id of an entry that holds a lesson under this title."""
    kind = "fact" if isinstance(lesson, Facts) else "procedure"
    return _hashed(f"{kind}:{' '.join(bare_title(title).lower().split())}", 6)


def bare_title(title: str) -> str:
    """A title without the word that makes a warning of it."""
    return re.sub(r"^(?:warning:\s*)+", "", title.strip(), flags=re.IGNORECASE) or title


def digest_id(task: Task, session: str) -> str:
    return _hashed(f"digest:{session}:{task.number}", 10)


def lesson_text(lesson: Lesson, item: Distillation, sessions: int) -> str:
    """The entry of a lesson."""
    lines = _bullets(lesson, item.date)
    known = known_lines(item.known, sessions)
    title = f"{WARNING}{bare_title(lesson.title)}" if isinstance(lesson, Failure) else lesson.title
    text = "\n".join([heading(title, item.date, entry_id(lesson)), *lines, *known])
    if isinstance(lesson, Success) and lesson.otherwise and tokens(text) > ENTRY_TOKENS:
        return lesson_text(replace(lesson, otherwise=""), item, sessions)
    return text


def warning_text(text: str, lesson: Failure, date: str) -> str:
    """An entry turned into a warning, with the day on which it is to be forgotten."""
    first, _, rest = text.partition("\n")
    title = re.sub(r"^## (?:Warning: )?", f"## {WARNING}", first)
    failed, principle = inline(lesson.failure_point, 120), inline(lesson.prevention_principle, 120)
    told = [
        f"- Warning: this failed ({failed}). {principle}",
        forget_line(date),
    ]
    # What it was known by is said of the past: it speaks for nothing that stands there now.
    lines = (re.sub(f"^{KNOWN}", BELIEVED, line) for line in rest.split("\n"))
    kept = (line for line in lines if not line.startswith(("- Warning: ", FORGET)))
    return _within_budget("\n".join([title, *told, *kept]))


def forget_line(date: str) -> str:
    """When a warning is to be forgotten."""
    return f"{FORGET}{_days_after(date, FORGET_AFTER_DAYS)}"


def contradicted_text(text: str, lesson: Failure, date: str) -> str:
    """An entry that other sessions still support, with the failure noted."""
    line = f"- Contradicted: {inline(lesson.failure_point, 120)} ({date})"
    return text if line in text else _within_budget(f"{text}\n{line}")


def _within_budget(text: str) -> str:
    """The entry without what can be spared, as far as it is too long."""
    for field in _SPARED:
        if tokens(text) > ENTRY_TOKENS:
            text = re.sub(rf"^- {field}: [^\n]*\n", "", text, count=1, flags=re.MULTILINE)
    return text


def known_lines(known: Known | None, sessions: int) -> list[str]:
    """The line that says how an entry is known, and from how many sessions."""
    return [f"{KNOWN}{inline(known.because, 160)} {_sessions(sessions)}"] if known else []


def with_sessions(text: str, sessions: int) -> str:
    """The entry with another number of sessions behind it; unchanged where a person took the count away."""
    places = list(_COUNT.finditer(text))
    if not places:
        return text
    last = places[-1]
    return text[: last.start()] + _sessions(sessions) + text[last.end() :]


def with_sessions_renewed(text: str, sessions: int, date: str) -> str:
    """The entry with another session behind it; a warning is to be forgotten later then."""
    renewed = re.sub(rf"^{re.escape(FORGET)}[^\n]*$", forget_line(date), text, count=1, flags=re.MULTILINE)
    return with_sessions(renewed, sessions)


def with_pins(text: str, was: Entry, pins: Pins) -> str:
    """The text that an entry is to have, with the lines that a person wrote into it and without those that they took
    out. Their heading stays the heading; what else of theirs is not in it yet follows at its end."""
    first, *lines = (line for line in text.split("\n") if mark(line) not in pins.taken_out)
    head = was.text.partition("\n")[0]
    if head in pins.lines:
        first = head
    there = {mark(line) for line in (first, *lines)}
    return "\n".join([first, *lines, *(line for line in pins.lines if mark(line) not in there)])


def digest_text(task: Task, session: str, name: str, date: str) -> str:
    """The record of a finished task for the daily log."""
    lines = [
        heading(one_line(task.goal, 90), date, digest_id(task, session)),
        f"- Outcome: {task.status}{_how(task.known)}",
        *(f"- {inline(line, 160)}" for line in _told(task.progress) if not task.known or line != task.known.because),
        f"- Session: {inline(name, 60) or session[:8]}, task {task.number}",
    ]
    return "\n".join(lines)


def _told(progress: tuple[str, ...]) -> tuple[str, ...]:
    """What was found first, and what was done last."""
    return progress if len(progress) <= _LOGGED else (*progress[:2], *progress[2 - _LOGGED :])


def _how(known: Known | None) -> str:
    if known is None:
        return ""
    said = known.because if known.source != "claim" or known.because.startswith(_ONLY_SAID) else _ONLY_SAID
    return f" ({inline(said, 160)})"


def _bullets(lesson: Lesson, date: str) -> list[str]:
    if isinstance(lesson, Success):
        return _procedure(lesson)
    if isinstance(lesson, Facts):
        return [f"- {inline(fact)}" for fact in lesson.facts]
    instead = " ".join(filter(None, (lesson.what_should_have_been_done, lesson.prevention_principle)))
    told = (("When to Apply", lesson.applies_when), ("Failed Because", lesson.failure_point), ("Do Instead", instead))
    return [*_lines(told), forget_line(date)]


def _procedure(lesson: Success) -> list[str]:
    steps = [f"  {number}. {inline(step)}" for number, step in enumerate(lesson.steps, 1)]
    fields = (
        ("Principle", lesson.generalizable_pattern),
        ("When to Apply", lesson.applies_when),
        ("Does Not Apply", lesson.does_not_apply),
    )
    after = (("Verify", lesson.verify), ("Otherwise", lesson.otherwise))
    return [*_lines(fields), "- Steps:", *steps, *_lines(after)]


def _lines(fields: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"- {name}: {inline(text)}" for name, text in fields if text]


def _sessions(count: int) -> str:
    return f"({count} session{'s' if count != 1 else ''})"


def _days_after(day: str, days: int) -> str:
    try:
        return (datetime.date.fromisoformat(day) + datetime.timedelta(days=days)).isoformat()
    except ValueError:
        return "the next review"


def _hashed(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]
