"""The `## Index` of a SKILL.md: a row an entry, symptom first, so that an agent needs two reads at most.

Only rows in the program's own form are replaced; what else a person wrote into the section stays.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from acontext_cli.skills.entries import Entry, entries, headings
from acontext_cli.skills.names import SKILL
from acontext_cli.skills.skill import Skill, parse_skill
from acontext_cli.skills.words import inline, one_line

MOST_ROWS = 60

_ROW = re.compile(r"- .* → \[[^\]]*\]\(.*|- … and \d+ more")
_DATED = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d)(?:-(\d+))?)?\.md")
_SYMPTOM = re.compile(
    r"^[ \t]*[-*] \**(?:When to Apply|Symptoms?)\**:\**[ \t]*(?P<text>[^\n]*(?:\n[ \t]+(?![-*] |\d+[.)] )[^\n]+)*)",
    re.MULTILINE | re.IGNORECASE,
)


def with_index(skill: Skill) -> Skill:
    """The skill with its index as its entries are; the same skill where it has none or nothing has changed."""
    text = indexed(skill)
    if text == skill.text:
        return skill
    return parse_skill(skill.name, {**skill.files, SKILL: text})


def indexed(skill: Skill) -> str:
    """The text of SKILL.md with its index rebuilt. The files of a daily log are listed without being read."""
    text = skill.text
    span = _section(text)
    if span is None:
        return text
    start, end = span
    new = rows(skill)
    before, old, after = _apart(text[start:end])
    if new == old:
        return text
    parts = [part for part in (before, "\n".join(new), after) if part]
    section = "".join(f"\n{part}\n" for part in parts)
    return text[:start] + section + ("\n" if text[end:] else "") + text[end:]


def is_row(line: str) -> bool:
    """Whether a line is a row in the program's own form."""
    return _ROW.fullmatch(line.rstrip("\r")) is not None


def without_rows(text: str) -> str:
    """A SKILL.md as its author wrote it: the program's rows left out."""
    return "\n".join(line for line in text.split("\n") if line.strip() and not is_row(line))


def rows(skill: Skill) -> list[str]:
    """A row an entry, or a row a file where files are named by date or the entries are too many."""
    files = skill.data
    if files and all(map(_when, files)):
        return _cut(newest_first(files), _dated_row)
    found = {file: entries(skill.files[file], file) for file in files}
    listed = [_row(entry) for file in files for entry in found[file]]
    if len(listed) <= MOST_ROWS:
        return listed
    return _cut([file for file in files if found[file]], lambda file: _file_row(file, found[file]))


def newest_first(files: tuple[str, ...]) -> list[str]:
    """Files named by date (`2026-03.md`, `2026-03-26.md`, `2026-03-26-2.md`), the newest first."""
    return sorted(files, key=_when, reverse=True)


@lru_cache(maxsize=4096)  # with each entry that is added to a log, all its files are put in order
def _when(file: str) -> tuple[int, ...]:
    found = _DATED.fullmatch(file)
    return tuple(int(part or 0) for part in found.groups()) if found else ()


@lru_cache
def _dated_row(file: str) -> str:
    return f"- {file.removesuffix('.md')} → {_link(file)}"


def _row(entry: Entry) -> str:
    found = _SYMPTOM.search(entry.text)
    symptom = inline(found["text"], 120) if found else ""
    if not symptom:
        return f"- {inline(entry.title, 100)} → {_link(entry.file)}"
    return f"- {symptom} → {_link(entry.file)} “{inline(entry.title, 100)}”"


def _file_row(file: str, found: tuple[Entry, ...]) -> str:
    titles = inline(one_line("; ".join(entry.title for entry in found), 140))
    return f"- {titles} → {_link(file)} ({len(found)} entries)"


def _link(file: str) -> str:
    safe = re.fullmatch(r"[\w./-]+", file, re.ASCII)
    return f"[{inline(file)}]({file})" if safe else f"[{inline(file).replace(']', ' ')}](<{file}>)"


def _cut(files: Sequence[str], row: Callable[[str], str]) -> list[str]:
    listed = [row(file) for file in files[:MOST_ROWS]]
    return listed if len(files) <= MOST_ROWS else [*listed, f"- … and {len(files) - MOST_ROWS} more"]


def _section(text: str) -> tuple[int, int] | None:
    """Offsets of what stands between the heading `## Index` and the next heading."""
    marks = [start for start, _ in headings(text)]
    for start, end in pairwise([*marks, len(text)]):
        line = text[start:end].partition("\n")[0]
        if re.fullmatch(r"##[ \t]+Index[ \t]*#*\s*", line, re.IGNORECASE):
            return min(start + len(line) + 1, len(text)), end
    return None


def _apart(section: str) -> tuple[str, list[str], str]:
    """The section as what a person wrote before the program's rows, the rows, and what a person wrote behind them."""
    before: list[str] = []
    rows: list[str] = []
    after: list[str] = []
    for line in section.split("\n"):
        if is_row(line):
            rows.append(line)
        else:
            (after if rows else before).append(line)
    return "\n".join(before).strip("\r\n"), rows, "\n".join(after).strip("\r\n")
