"""What stands in a space and is passed over, and why: nobody else would tell a person that no agent sees it."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from acontext_cli.skills import SKILL

_DEEPEST = 6


def passed_over(space: Path, skills: Iterable[str] = ()) -> Iterator[str]:
    """A sentence for each, of the whole space or of some of its skills."""
    chosen = frozenset(skills)
    for entry in _entries(space):
        if chosen and entry.name not in chosen:
            continue
        if problem := _of_a_link(entry, space, "folder"):
            yield f"{entry.name}: {problem}"
        elif os.path.isdir(entry.path):  # noqa: PTH112 - a link that leads in a circle is none, without an error
            yield from _of_a_skill(entry, space)


def _of_a_skill(skill: "os.DirEntry[str]", space: Path) -> Iterator[str]:
    try:
        names = [name for name in os.listdir(skill.path) if not name.startswith(".")]  # noqa: PTH208
    except OSError as error:
        yield f"{skill.name}: it cannot be read: {error.strerror}"
        return
    if names and SKILL not in names:
        other = next((name for name in sorted(names) if name.lower() == SKILL.lower()), "")
        yield (
            f"{skill.name}/{other}: no agent finds it under this name: call it {SKILL}"
            if other
            else f"{skill.name}: it has no {SKILL}, so no agent sees it: write one, or move the folder away"
        )
    yield from _of_files(skill.path, f"{skill.name}/", space, _DEEPEST)


def _of_files(folder: str, prefix: str, space: Path, deep: int) -> Iterator[str]:
    for entry in _entries(Path(folder)):
        problem = _of_a_link(entry, space, "file")
        is_folder = not problem and os.path.isdir(entry.path)  # noqa: PTH112
        if is_folder and entry.name == SKILL:
            problem = "it is a folder: a file is expected there"
        elif not problem and not is_folder and not os.path.isfile(entry.path):  # noqa: PTH113
            problem = "it is no regular file: put one there"
        if problem:
            yield f"{prefix}{entry.name}: {problem}"
        elif is_folder and deep > 1:
            yield from _of_files(entry.path, f"{prefix}{entry.name}/", space, deep - 1)


def _of_a_link(entry: "os.DirEntry[str]", space: Path, what: str) -> str:
    if not entry.is_symlink():
        return ""
    if not os.path.exists(entry.path):  # noqa: PTH110
        return f"it is a link that leads nowhere: put the {what} itself there"
    inside = Path(os.path.realpath(entry.path)).is_relative_to(os.path.realpath(space))
    return "" if inside else f"it is a link that leads out of the space: put the {what} itself there"


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as found:
            entries = [entry for entry in found if not entry.name.startswith((".", "__pycache__"))]
    except OSError:
        return []
    return sorted(entries, key=lambda entry: entry.name)
