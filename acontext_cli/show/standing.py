"""Where things stand, and what was learned when."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from acontext_cli.api.log import Changes, Logged
from acontext_cli.api.standing import SpaceStanding, Standing
from acontext_cli.show.text import counted, one_line, say, table, used, warn

if TYPE_CHECKING:  # what only shows where things stand undoes nothing
    from acontext_cli.undo import Undone

SPACES = 12
"""So many spaces are shown; there may be one for each project."""


def show_standing(found: Standing) -> None:
    for note in found.notes:
        warn(note)
    table(
        [
            ("workspace", str(found.workspace)),
            ("engine", found.engine),
            ("sessions", _sessions(found)),
            *(
                (f"space {space.name}", _space(space, of=len(found.spaces), asks=found.review != "none"))
                for space in _most(found.spaces)
            ),
        ]
    )
    if len(found.spaces) > SPACES:
        say(f"and {counted(len(found.spaces) - SPACES, 'more space')}: acontext space list")
    say()
    say(f"next: {found.next}")


def show_beginning(reason: str) -> None:
    say(reason)
    say()
    say("acontext demo run   plays incidents: learned from once, then solved with what was learned")
    say("acontext import     takes in the sessions that your agents have kept, and acontext learn learns from them")
    say("acontext init       makes a workspace in this folder")
    say("acontext --help     lists the commands")


def show_log(entries: Sequence[Logged]) -> None:
    if not entries:
        warn("nothing was learned yet: acontext learn")
    rows = [
        (each.run, each.time[:16].replace("T", " "), each.space, _whose(each), _by(each), _did(each))
        for each in entries
    ]
    if rows:
        table([("RUN", "TIME", "SPACE", "SESSION", "BY", "DID"), *rows])


def show_changes(found: Changes) -> None:
    run = found.run
    by = " ".join(filter(None, (run.engine, run.model)))
    say(f"run {run.id}  {run.time}  {by}".rstrip())
    if run.calls:
        say(used(run.calls, run.tokens))
    for session in dict.fromkeys(line.session for line in found.records if line.session):
        say(f"session {session}")
    for line in found.records:
        say(f"  {line.action}  {'/'.join(filter(None, (line.skill, line.file)))}  {line.entry}".rstrip())
    if found.diff:
        say()
        say(found.diff.rstrip("\n"))
    for name in found.forgotten:
        warn(f"{one_line(name)}: its contents are not in the history here, which is local and bounded")


def show_undone(found: "Sequence[Undone]") -> None:
    for each in found:
        none = "no file" if each.stays else "no file: nothing of it stands any more"
        files = counted(len(each.files), "file") if each.files else none
        say(f"run {each.of.id} was taken back by run {each.run.id} in {files}")
        for name in each.files:
            say(f"  {one_line(name)}")
        for line in each.kept:
            who = "yours" if line.by_hand else "a later run's"
            say(f"  kept, {who}: {one_line(line.place)}  {one_line(line.text, 100)}")
        for name in each.stays:
            say(f"  stays, as other things are in its skill: {one_line(name)}")
    say(f"acontext log {found[0].run.id} shows it; acontext undo {found[0].run.id} brings it back")


def _sessions(found: Standing) -> str:
    if not found.waiting:
        return counted(found.sessions, "session")
    names = ", ".join(found.waiting[:3]) + (", …" if len(found.waiting) > 3 else "")
    return f"{counted(found.sessions, 'session')}, {len(found.waiting)} with something new: {names}"


def _most(spaces: Sequence[SpaceStanding]) -> list[SpaceStanding]:
    """The one that is meant, and those that hold most."""
    found = sorted(spaces, key=lambda space: (space.meant, space.skills, space.held), reverse=True)[:SPACES]
    return sorted(found, key=lambda space: space.name)


def _space(space: SpaceStanding, *, of: int, asks: bool) -> str:
    held = f", {counted(space.held, 'lesson')} held: acontext review" if space.held and asks else ""
    return counted(space.skills, "skill") + (", meant here" if space.meant and of > 1 else "") + held


def _minute(each: Logged) -> str:
    return each.time[:16].replace("T", " ")


def _whose(each: Logged) -> str:
    if len(each.sessions) == 1:
        return one_line(each.name or each.session[:8], 24)
    return counted(len(each.sessions), "session") if each.sessions else "-"


def _by(each: Logged) -> str:
    """Who judged, and what was asked of a model."""
    asked = f" ({used(each.calls, each.tokens)})" if each.calls else ""
    of = f" of {each.undoes}" if each.undoes else ""
    return one_line(f"{each.engine}{of}{f' {each.model}' if each.model else ''}{asked}")


def _did(each: Logged) -> str:
    did = ", ".join(f"{count} {action}" for action, count in each.did.items())
    return one_line(f"{did}  {' '.join(each.files)}")
