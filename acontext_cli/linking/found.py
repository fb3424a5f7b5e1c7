"""What stands in a place by a skill's name, and how it is taken away without taking anything else."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from acontext_cli.errors import AcontextError
from acontext_cli.files.inside import Folder
from acontext_cli.linking.copies import NEW, digest_of_folder
from acontext_cli.linking.made import Made
from acontext_cli.skills import name_problem

_OLD = ".acontext-old-"
_LONGEST_TARGET = 4_096


@dataclass(frozen=True, slots=True)
class Found:
    """What stands there."""

    what: Literal["nothing", "ours", "same", "flat", "edited", "other"]
    """`same`: a link of another's to the same skill; `flat`: a link that was checked out as a file of text."""
    made: Made | None = None
    """Which record it is, where it is ours."""


def look(folder: Folder, name: str, made: Sequence[Made], source: str = "") -> Found:
    """What a name stands for. Nothing is followed."""
    kind = folder.kind(name)
    if kind is None:
        return Found("nothing")
    if kind == "link":
        return _link(folder, folder.target(name), made, source)
    if kind == "folder":
        return _copy(folder, name, [one for one in made if one.copy])
    if kind == "file" and _text(folder, name) in {source, *(one.source for one in made)}:
        return Found("flat")
    return Found("other")


def take(folder: Folder, name: str, made: Sequence[Made], source: str = "") -> bool:
    """Take away what is ours. It is set aside first and looked at there: what was swapped in meanwhile is put back."""
    aside = f"{_OLD}{os.urandom(6).hex()}-{name}"
    folder.rename(name, aside)
    if look(folder, aside, made, source).what in ("ours", "flat"):
        folder.remove(aside)
        return True
    _put_back(folder, aside, name)
    return False


def tidy(folder: Folder, made: Callable[[str], Sequence[Made]]) -> None:
    """Clear away what a killed process has left: half a copy goes, what was set aside is put back."""
    for left, _ in folder.entries():
        if left.startswith(NEW):
            folder.remove(left)
        elif left.startswith(_OLD):
            name = left[len(_OLD) :].partition("-")[2]
            if (
                not name_problem(name)
                and not _put_back(folder, left, name)
                and look(folder, left, made(name)).what == "ours"
            ):
                folder.remove(left)


def _put_back(folder: Folder, aside: str, name: str) -> bool:
    if folder.kind(name) is not None:
        return False
    folder.rename(aside, name)
    return True


def _link(folder: Folder, target: str, made: Sequence[Made], source: str) -> Found:
    ours = next((one for one in made if one.source == target and not one.copy), None)
    if ours:
        return Found("ours", ours)
    same = source and os.path.normpath(folder.path / target) == os.path.normpath(folder.path / source)
    return Found("same" if same else "other")


def _copy(folder: Folder, name: str, copies: Sequence[Made]) -> Found:
    if not copies:
        return Found("other")
    with folder.enter(name) as copy:
        digest = digest_of_folder(copy)
    ours = next((one for one in copies if one.copy == digest), None)
    return Found("ours", ours) if ours else Found("edited")


def _text(folder: Folder, name: str) -> str | None:
    with suppress(OSError, UnicodeDecodeError, AcontextError):
        return folder.read(name, _LONGEST_TARGET).decode("utf-8").strip("\n\r")
    return None
