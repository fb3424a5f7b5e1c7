"""Held lessons for a person. What stands in them came from a transcript: it is shown as text, whatever it holds."""

from collections.abc import Iterator, Sequence

from acontext_cli.api.review import Item
from acontext_cli.reviewing import Accepted, Waiting
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.text import counted, one_line, say, table, visible, warn
from acontext_cli.store import Held

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_TITLE = 44
HOW = "to decide: acontext review on a terminal, or acontext review --accept ID, --reject ID"
NOT_ASKED = "`review: none` is set: nobody is asked about these, and they wait"


def show_list(items: Sequence[Item], *, asks: bool = True) -> None:
    """What waits, a line each, and how to decide."""
    if not items:
        say("no lesson waits")
        return
    if not asks:
        say(NOT_ASKED)
    rows = ((each.id, each.space, one_line(each.held.title, _TITLE), one_line(each.held.reason)) for each in items)
    table([("ID", "SPACE", "LESSON", "HELD BECAUSE"), *rows])
    say(HOW)


def as_shown(item: Item) -> dict[str, object]:
    """A held lesson for programs."""
    held, found = item.held, item.look()
    known = found.behind.known
    return {
        "id": item.id,
        "space": item.space,
        **{name: getattr(held, name) for name in ("title", "reason", "gate", "action", "skill", "file", "entry")},
        "notes": found.notes,
        "refusal": found.refusal,
        "gone": found.gone,
        "text": held.text,
        "diff": found.diff,
        "session": held.session,
        "session_name": found.behind.name,
        "missing": found.behind.missing,
        "date": held.date,
        "known": known,
        "messages": found.behind.quotes(held.text),
    }


def show_waiting(item: Item, found: Waiting, number: int, of: int) -> None:
    """One lesson with all that a person needs to decide."""
    say()
    paint([("dim", f"{number} of {of}  {item.id}  space {item.space}"), *waiting_lines(found)])


def waiting_lines(found: Waiting) -> Iterator[Line]:
    """Title, reason, evidence, and what accepting would change."""
    held = found.held
    yield "bold", one_line(held.title)
    yield "yellow", f"held because: {one_line(held.reason)}"
    yield from (("yellow", f"also: {one_line(note)}") for note in found.notes)
    if found.refusal:
        yield "red", f"it cannot be accepted as it stands: {one_line(found.refusal)}"
    yield from _evidence(found)
    if found.diff:
        yield "", "accepting it would change:"
        yield from ((_COLOURS.get(line[:1], ""), line) for line in visible(found.diff).rstrip("\n").split("\n"))


def _evidence(found: Waiting) -> Iterator[Line]:
    held, source = found.held, found.behind
    if source.known:
        yield "", f"known because: {one_line(source.known.because)} ({source.known.source})"
    called = " ".join(filter(None, (one_line(source.name), held.session[:8])))
    missing = f"; {one_line(source.missing)}" if source.missing else ""
    yield "", f"from session {called}, {one_line(held.date)}{missing}"
    yield from (("dim", f"  {one_line(each.role)}: “{one_line(each.text)}”") for each in source.quotes(held.text))


def show_accepted(done: Accepted) -> None:
    paint([("green", f"  + {done.skill}/{done.file}  {one_line(done.title, 100)}")])


def show_rejected(done: Sequence[Held]) -> None:
    more = f" (with {counted(len(done) - 1, 'more')} of the same)" if len(done) > 1 else ""
    paint([("red", f"  - rejected: {one_line(done[0].title, 100)}{more}")])


def show_dropped(held: Held, reason: str) -> None:
    paint([("dim", f"  dropped: {one_line(held.title, 100)}: {one_line(reason)}")])


def show_decided(accepted: int, rejected: int) -> None:
    """What a review came to."""
    say()
    say(f"{accepted:,} accepted, {rejected:,} rejected")


def show_left(left: int) -> None:
    if left:
        say(f"{counted(left, 'lesson')} left for later: acontext review")


def show_problem(reason: str) -> None:
    warn(one_line(reason))
