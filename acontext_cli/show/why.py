"""Why a line, a file or a skill is there, for a person. All that was recorded is shown as text on lines of its own."""

from collections.abc import Iterator, Sequence

from acontext_cli.api.why.values import (
    EntryWhy,
    Event,
    FileWhy,
    LessonRef,
    LineWhy,
    Quote,
    RunRef,
    SessionRef,
    SkillWhy,
)
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.text import counted, one_line, warn

WIDTH = 200
_MOST_EVENTS = 8

_AUTHORS = {
    "template": "came with acontext",
    "hand": "written by hand",
    "command": "by a person's own command (skill new or skill add)",
    "review": "accepted by a person",
    "run": "written by runs",
    "whole": "known by the entry or file as a whole",
}
_SOURCES = {
    "outside": "told from outside",
    "check": "a check after the last change",
    "user": "the user's own words",
    "seen": "a tool result shows it",
    "claim": "only the agent says so",
}
_EVENTS = {
    "added": "added the entry",
    "confirmed": "confirmed it",
    "rewrote": "rewrote the entry",
    "contradicted": "contradicted it",
    "took away": "took the entry away",
    "put back": "put it back",
    "edited": "edited it",
}


def show_why(found: SkillWhy | FileWhy | LineWhy) -> None:
    if isinstance(found, LineWhy):
        paint(_line(found))
    elif isinstance(found, FileWhy):
        paint(_file(found))
    else:
        paint(_skill(found))
        if found.broken:
            warn(f"the ledger has {counted(found.broken, 'damaged line')}: acontext skill check")


def _skill(found: SkillWhy) -> Iterator[Line]:
    yield "bold", one_line(found.skill)
    if found.description:
        yield "dim", f"  {one_line(found.description, WIDTH)}"
    for each in found.files:
        yield "", ""
        yield from _file(each)
    yield "", ""
    yield "dim", f"one line: acontext skill why {found.skill} FILE:LINE"


def _file(found: FileWhy) -> Iterator[Line]:
    yield "bold", one_line(found.file)
    if found.problem:
        yield "yellow", f"  {one_line(found.problem)}"
    for by, count in found.lines.items():
        yield "", f"  {counted(count, 'line')} {_AUTHORS.get(by, by)}"
    for entry in found.entries:
        yield from _entry(entry)


def _entry(found: EntryWhy) -> Iterator[Line]:
    entry = found.entry
    called = f"  {entry.id}" if entry.id else ""
    yield "green", f"  {entry.line}: {one_line(entry.title, 100)}{called}"
    yield "", f"     {_short_origin(found)}"
    if found.because:
        source = f" ({found.source})" if found.source else ""
        yield "", f"     known because: {one_line(found.because, WIDTH)}{source}"
    yield "dim", f"     {', '.join(_counts(found))}"


def _short_origin(found: EntryWhy) -> str:
    if found.run is None or found.by == "hand":
        return "written by hand: no run recorded it"
    kind = f"{found.kind} " if found.kind and found.kind != "skip" else ""
    session = f" from {_session(found.session)}" if found.session else ""
    if found.by == "command":
        return f"by a person's own command (skill new or skill add), {_run(found.run)}"
    accepted = "accepted by a person in " if found.by == "review" else ""
    return f"{kind}{session.strip()}, {accepted}{_run(found.run)}".lstrip(", ")


def _counts(found: EntryWhy) -> Iterator[str]:
    if found.confirmed:
        yield f"confirmed by {counted(found.confirmed, 'other session')}"
    if found.contradicted:
        yield f"contradicted by {counted(found.contradicted, 'session')}"
    if not found.confirmed and not found.contradicted and found.by != "hand" and found.kind != "record":
        yield "neither confirmed nor contradicted since"
    yield counted(found.lines, "line") + (f", {found.by_hand:,} by hand" if found.by_hand else "")


def _line(found: LineWhy) -> Iterator[Line]:
    yield "bold", f"{one_line(found.skill)}/{one_line(found.file)}:{found.line}"
    yield "", f"  {one_line(found.text, 2 * WIDTH) or '(a blank line)'}"
    yield "", ""
    yield from _author(found)
    for note in found.notes:
        yield "yellow", f"  {one_line(note, 2 * WIDTH)}"
    yield from _ground(found)
    yield from _evidence(found)
    yield from _around(found)


def _author(found: LineWhy) -> Iterator[Line]:
    wrote = _wrote(found)
    if found.kind == "index row":
        yield "bold", "an index row: acontext makes the index from the entries"
        if wrote:
            yield "", f"  the entry: {wrote}"
    else:
        yield "bold", wrote or "a blank line, in no entry"
    if found.by == "whole":
        yield "yellow", "  the ledger is older than marks of lines: whether a person changed this line is not known"


def _wrote(found: LineWhy) -> str:
    run = _run(found.run) if found.run else ""
    return {
        "nobody": "",
        "template": "came with acontext, as every space starts with it",
        "hand": f"edited by hand in a review, {run}" if run else "written by hand: no run recorded this line",
        "command": f"by a person's own command (skill new or skill add), {run}",
        "review": f"a person accepted it on {_when(found.run.time) if found.run else ''}, {run}",
        "whole": f"recorded for the {'entry' if found.entry else 'file'} as a whole: {run}",
        "run": f"written by {run}, which {_did(found)}",
    }[found.by]


def _did(found: LineWhy) -> str:
    did = found.run.did if found.run else "edited"
    if found.entry is None:
        return "made the file" if did == "added" else "edited the file"
    told = {
        "confirmed": "counted another session for the entry",
        "contradicted": "noted in the entry that it failed",
        "edited": "edited the entry",
    }
    return told.get(did, _EVENTS[did])


def _ground(found: LineWhy) -> Iterator[Line]:
    lesson = found.lesson
    if lesson:
        yield from _lesson(lesson)
    if lesson and lesson.because:
        yield from _field("known", f"{lesson.because}{_source(lesson)}")
    if found.session:
        yield from _field("session", _session(found.session, whole=True))
    if lesson and lesson.goal:
        yield from _field(f"task {lesson.task}", lesson.goal)
    if found.session:
        yield from _missing(found.session, lesson)


def _source(lesson: LessonRef) -> str:
    """How it is known, unless the sentence begins with that."""
    said = _SOURCES.get(lesson.source, lesson.source)
    if not said:
        return ", as the entry says"
    return "" if lesson.because.startswith(said) else f" ({said})"


def _lesson(lesson: LessonRef) -> Iterator[Line]:
    if lesson.kind == "record":
        yield from _field("record", "of a task, whatever it taught")
    elif lesson.kind == "skip":
        yield from _field("lesson", f"none: {lesson.title}")
    elif lesson.title or lesson.id:
        yield from _field("lesson", f"{lesson.title} ({lesson.kind}, {lesson.id})" if lesson.title else lesson.id)


def _missing(session: SessionRef, lesson: LessonRef | None) -> Iterator[Line]:
    """What is not here of a session."""
    if session.problem:
        yield "yellow", f"  {one_line(session.problem)}"
    elif not session.here:
        yield "yellow", "  its transcript is not here"
    elif lesson and not lesson.kind:
        yield "yellow", "  its transcript is here, but not what was found in it"


def _evidence(found: LineWhy) -> Iterator[Line]:
    if not found.quotes:
        return
    borne = found.quotes[0].bears_out
    if not borne and found.entry is None:
        yield from _field("evidence", f"{counted(found.evidence, 'message')}; no words of this line stand in it")
        return
    said = "what of it bears this line out" if borne else "no words of this line stand in it; its first and its last"
    yield from _field("evidence", f"{counted(found.evidence, 'message')}; {said}:")
    for quote in found.quotes:
        yield "cyan", f"    {_message(quote)}"
        for line in quote.lines:
            yield "", f"      | {one_line(line, WIDTH)}"
    if found.evidence > len(found.quotes):
        more = found.evidence - len(found.quotes)
        session = found.session.name or found.session.id if found.session else "SESSION"
        yield "dim", f"    and {more:,} more: acontext session show {_quoted(one_line(session))}"


def _message(quote: Quote) -> str:
    who = f"result of {one_line(quote.tool, 60)}" if quote.tool else one_line(quote.role, 40)
    return f"message {quote.number}, {who} ({one_line(quote.id, 40)})"


def _around(found: LineWhy) -> Iterator[Line]:
    entry = found.entry
    if entry is None:
        return
    called = f" ({entry.id})" if entry.id else ""
    yield from _field("entry", f"“{one_line(entry.title, 100)}”{called}, {one_line(entry.file)}:{entry.line}")
    before = [event for event in found.events if not event.since]
    since = [event for event in found.events if event.since]
    if before:
        yield from _field("before or with it" if found.run and found.by != "hand" else "its runs", "")
        yield from _events(before)
    if since:
        yield from _field("since then", "")
        yield from _events(since)
    elif found.run and found.by in ("run", "review", "whole") and not (found.lesson and found.lesson.kind == "record"):
        yield from _field("since then", "no later session has confirmed or contradicted it")


def _events(events: Sequence[Event]) -> Iterator[Line]:
    for event in events[:_MOST_EVENTS]:
        session = f"{_session(event.session)} " if event.session.id else ""
        reason = f": {one_line(event.reason, WIDTH)}" if event.reason else ""
        yield "", f"    {session}{_EVENTS[event.run.did]}, {_run(event.run)}{reason}"
    if len(events) > _MOST_EVENTS:
        yield "dim", f"    and {len(events) - _MOST_EVENTS:,} more"


def _field(name: str, text: str) -> Iterator[Line]:
    yield "", f"  {name}: {one_line(text, 2 * WIDTH)}".rstrip()


def _session(session: SessionRef | None, *, whole: bool = False) -> str:
    if session is None:
        return ""
    id = session.id if whole or not session.name else session.id[:8]
    called = f"{one_line(session.name, 60)} ({one_line(id, 64)})" if session.name else one_line(id, 64)
    return ("" if whole else "session ") + called + (f", {session.date}" if session.date and whole else "")


def _run(run: RunRef) -> str:
    by = {"hand": "", "undo": "", "review": ""}.get(run.engine, run.engine)
    by = " ".join(filter(None, (by, run.model)))
    return f"run {one_line(run.id, 40)} ({', '.join(filter(None, (one_line(by, 60), _when(run.time))))})"


def _when(time: str) -> str:
    return one_line(time[:16].replace("T", " "))


def _quoted(ref: str) -> str:
    from shlex import quote

    return quote(ref)
