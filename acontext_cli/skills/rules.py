"""The rules of the Agent Skills format, and our budgets: each violation is one sentence with its place."""

import re
from collections.abc import Iterator

from acontext_cli.skills import front
from acontext_cli.skills.entries import entries
from acontext_cli.skills.names import SKILL, name_problem
from acontext_cli.skills.skill import Skill
from acontext_cli.skills.words import tokens

BODY_LINES = 500
BODY_TOKENS = 5_000
FILE_TOKENS = 1_200
ENTRY_TOKENS = 300

CONFLICT = "a conflict of two clones stands there: keep what holds of both"
_CONFLICT = re.compile(r"(?:<{7}|>{7})(?: .*)?")
_LINK = re.compile(r"(?<!\\)\]\((?:<(?P<angled>[^>\n]*)>|(?P<bare>[^\s)]+))(?:[ \t]+\"[^\"\n]*\")?\)")


def problems(skill: Skill) -> list[str]:
    """Everything that is wrong with a skill: what makes readers refuse it first, then budgets and links."""
    return [*invalid(skill), *_budgets(skill), *_links(skill), *_ids(skill), *_conflicts(skill)]


def invalid(skill: Skill) -> list[str]:
    """What makes some reader of the format refuse the skill."""
    return [f"{skill.name}/{SKILL}: {problem}" for problem in _violations(skill)]


def _violations(skill: Skill) -> Iterator[str]:
    parts = front.split(skill.text)
    if skill.text.startswith("\ufeff"):
        yield "it begins with a byte order mark, which other readers take for text: save it without"
    if parts and (problem := front.problem(parts[0])):
        yield problem
    yield from _name(skill)
    yield from _description(skill)
    yield from _keys(skill)


def _name(skill: Skill) -> Iterator[str]:
    said = skill.front.get("name")
    if not isinstance(said, str) or not said:
        yield f"it has no name: write 'name: {skill.name}' into its front matter"
    elif said != skill.name:
        yield f"its name is {said!r:.80} but its folder's is {skill.name!r}: they must be equal"
    if problem := name_problem(skill.name):
        yield problem


def _description(skill: Skill) -> Iterator[str]:
    said = str(skill.front["description"]).strip()
    if len(said) > 1024:
        yield f"its description has {len(said):,} characters, at most 1,024 are read"
    if "\n" in said:
        yield "its description has more than one line"
    if re.search(r"[<>]", said):
        yield "its description has '<' or '>', which some readers refuse"


def _keys(skill: Skill) -> Iterator[str]:
    unknown = sorted(set(skill.front) - set(front.KEYS))
    if unknown:
        yield f"unknown in front matter: {', '.join(map(repr, unknown))}; only {', '.join(front.KEYS)} are read"
    for key, value in skill.front.items():
        if "---" in _said(value):
            yield f"{key!r} holds '---', where the reference reader ends the front matter"
        if key in front.KEYS and not isinstance(value, str) and not (key == "metadata" and _flat(value)):
            yield f"{key!r} must be text" + (" by key, without lists or maps inside" if key == "metadata" else "")
    if len(_said(skill.front.get("compatibility", ""))) > 500:
        yield "its compatibility has more than 500 characters"


def _said(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(part for part in value.values() if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _flat(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(part, str) for part in value.values())


def _budgets(skill: Skill) -> Iterator[str]:
    place, remedy = f"{skill.name}/{SKILL}", "move parts of it into data files"
    lines, size = skill.body.count("\n"), tokens(skill.body)
    if lines >= BODY_LINES:
        yield f"{place}: its body has {lines} lines, fewer than {BODY_LINES} are advised: {remedy}"
    if size > BODY_TOKENS:
        yield f"{place}: its body has {size:,} tokens, at most {BODY_TOKENS:,} are advised: {remedy}"
    for file in skill.data:
        yield from _file_budgets(f"{skill.name}/{file}", skill.files[file])


def _file_budgets(place: str, text: str) -> Iterator[str]:
    if tokens(text) > FILE_TOKENS:
        yield f"{place}: it has {tokens(text):,} tokens, a data file at most {FILE_TOKENS:,}: split it"
    for entry in entries(text):
        size = tokens(entry.text)
        if size > ENTRY_TOKENS:
            yield f"{place}:{entry.line}: {entry.title!r} has {size} tokens, an entry at most {ENTRY_TOKENS}"


def _links(skill: Skill) -> Iterator[str]:
    for number, line in enumerate(skill.text.split("\n"), 1):
        for found in _LINK.finditer(line):
            target = (found["angled"] or found["bare"] or "").partition("#")[0].removeprefix("./")
            if target and "://" not in target and not target.startswith("mailto:") and target not in skill.files:
                yield f"{skill.name}/{SKILL}:{number}: there is no file {target!r:.120}"


def _ids(skill: Skill) -> Iterator[str]:
    first: dict[str, str] = {}
    for file in skill.data:
        for entry in entries(skill.files[file], file):
            place = f"{skill.name}/{file}:{entry.line}"
            if entry.id and entry.id in first:
                yield f"{place}: the entry {entry.id!r} stands in {first[entry.id]} too"
            first.setdefault(entry.id, place)


def _conflicts(skill: Skill) -> Iterator[str]:
    """What git leaves where two clones wrote in the same place: an agent would read it."""
    found = ((file, conflict(skill.files[file])) for file in sorted(skill.files) if file.endswith(".md"))
    yield from (f"{skill.name}/{file}:{line}: {CONFLICT}" for file, line in found if line)


def conflict(text: str) -> int:
    """The line where git has left a conflict; 0 where there is none."""
    marks = (number for number, line in enumerate(text.split("\n"), 1) if _CONFLICT.fullmatch(line.rstrip("\r")))
    return next(marks, 0)
