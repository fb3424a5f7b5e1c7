"""Where things stand, and what was learned when."""

from collections.abc import Sequence

from acontext_cli.api.log import Changes, Logged
from acontext_cli.api.standing import SpaceStanding, Standing
from acontext_cli.show.text import counted, one_line, say, table, used, warn

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
    rows = [(each.run, each.time[:16].replace("T", " "), each.space, _did(each)) for each in entries]
    if rows:
        table([("RUN", "TIME", "SPACE", "DID"), *rows])


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
        warn(f"{one_line(name)}: the history keeps its contents no longer")


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


def _did(each: Logged) -> str:
    did = ", ".join(f"{count} {action}" for action, count in each.did.items())
    asked = f"{each.model}: {used(each.calls, each.tokens)}; " if each.calls else ""
    return one_line(f"{asked}{did}  {' '.join(each.files)}")
