"""What a person names by `FILE[:LINE]`, and what a row of an index lists."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from acontext_cli.api.why.page import Page
from acontext_cli.errors import AcontextError
from acontext_cli.skills import SKILL, Entry, inline

_MOST_DIGITS = 9
_TARGET = re.compile(r"\]\((?:<([^<>\n]+)>|([^\s()<>]+))\)")


@dataclass(frozen=True, slots=True)
class Named:
    """A file of a skill and a line of it, as far as they were named."""

    file: str = ""
    line: int | None = None


def named(skill: str, files: Collection[str], place: str) -> Named:
    """What is meant by `FILE`, `FILE:LINE` or `:LINE`; a path that ends in the skill and its file will do."""
    if not place:
        return Named()
    if file := _file(skill, files, place):
        return Named(file)
    name, colon, digits = place.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]+", digits):
        raise _unknown(skill, files, place)
    file = _file(skill, files, name) if name else SKILL
    if not file:
        raise _unknown(skill, files, name)
    if len(digits) > _MOST_DIGITS:
        raise AcontextError(f"there is no line {digits[:_MOST_DIGITS]}… in {skill + '/' + file!r}")
    return Named(file, int(digits))


def listed(row: str, pages: Iterable[Page]) -> tuple[Page, Entry | None] | None:
    """The entry that a row lists, or the file where it lists a whole one; None where that is not there."""
    words, _, link = row.rpartition(" → ")
    target = _TARGET.search(link)
    if target is None:
        return None
    page = next((page for page in pages if page.file == (target[1] or target[2])), None)
    if page is None:
        return None
    said = link[target.end() :].strip()
    title = said.removeprefix("“").removesuffix("”") if said else words.removeprefix("- ")
    found = next((entry for entry in page.entries if inline(entry.title, 100) == title), None)
    lists_all = found is None and (said.startswith("(") or words == f"- {page.file.removesuffix('.md')}")
    return (page, found) if found or lists_all else None


def _file(skill: str, files: Collection[str], name: str) -> str:
    """The file of a name, or of a path to it; empty where there is none."""
    if name in files:
        return name
    _, slash, rest = f"/{name}".rpartition(f"/{skill}/")
    return rest if slash and rest in files else ""


def _unknown(skill: str, files: Collection[str], name: str) -> AcontextError:
    return AcontextError(f"there is no file {name[:120]!r} in {skill!r}: its files are {', '.join(sorted(files)[:20])}")
