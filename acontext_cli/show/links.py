"""Links for people: what was done in a line a place, what was left alone in a line each, and the table of them all."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from acontext_cli.linking import Place, Step
from acontext_cli.show.text import one_line, say, table, warn

_DID = {"link": "linked", "copy": "copied", "remove": "taken away", "keep": "unchanged", "leave": "left alone"}
_WOULD = {"link": "to link", "copy": "to copy", "remove": "to take away", "keep": "unchanged", "leave": "left alone"}


def as_listed(step: Step) -> dict[str, object]:
    """What a list says of a link, for programs."""
    return {
        "skill": step.name,
        "folder": where(step.place),
        "form": "copy" if any(one.copy for one in step.old) else "link",
        "state": step.state,
        "why": step.why,
    }


def show_standing(steps: Sequence[Step]) -> None:
    """Every link with its state."""
    if not steps:
        warn("nothing is linked: acontext link")
        return
    table([("SKILL", "FOLDER", "FORM", "STATE"), *map(_row, map(as_listed, steps))])


def show_done(steps: Sequence[Step], *, dry_run: bool = False) -> None:
    """What was done, or would be, in each place."""
    for place in dict.fromkeys(step.place for step in steps):
        said = Counter(_said(step, dry_run) for step in steps if step.place == place and step.name)
        parts = [f"{count:,} {words}" for words, count in said.items()]
        if parts:
            say(f"{where(place)}{_for(place)}: {', '.join(parts)}")


def show_left(steps: Sequence[Step]) -> int:
    """What was left alone, and why, a line each on stderr; how many."""
    lines = list(_left(steps))
    for line in lines:
        warn(f"acontext: {one_line(line)}")
    return len(lines)


def where(place: Place) -> str:
    """A folder as a person would say it: from the project's, or from home."""
    if not place.own:
        return place.path
    folder, home = str(place.base / place.path), os.environ.get("HOME", "")
    return f"~{folder[len(home) :]}" if home and folder.startswith(f"{home}{os.sep}") else folder


def _row(listed: dict[str, object]) -> tuple[str, ...]:
    why = f": {listed['why']}" if listed["why"] else ""
    return (*(str(listed[key]) for key in ("skill", "folder", "form")), f"{listed['state']}{why}")


def _for(place: Place) -> str:
    """Which clients were named, where the folder does not tell."""
    named = [name for name in place.clients if name != "agents"]
    return f" (for {', '.join(named)})" if named else ""


def _said(step: Step, dry_run: bool) -> str:
    words = (_WOULD if dry_run else _DID)[step.do]
    again = step.do in ("link", "copy") and step.state in ("missing", "changed")
    return f"{words} anew" if again else words


def _left(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if step.do == "leave":
            yield f"{step.place.base / step.place.path / step.name} {step.why}" if step.name else step.why
