"""Edits of skills as values, and what each does to the pages of a draft. An edit that does not fit changes nothing.

The classes are the tools of a learner too: their docstrings are what a model reads.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar, Protocol

from acontext_cli.errors import AcontextError, Refused
from acontext_cli.skills import SKILL, description, file_problem, invalid, name_problem, parse_skill, render
from acontext_cli.skills.entries import open_fence

_STRICT = {"use_attribute_docstrings": True, "extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSkill:
    """Make a new skill. Skills are broad; look first whether an existing one fits."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    name: str
    """Lower-case letters, digits and single hyphens, for example `order-handling`."""
    description: str
    """What the skill is for and when to use it, one line of at most 300 characters; trigger words first."""
    body: str
    """Markdown of SKILL.md, without front matter: `# Title`, a sentence of purpose, `## File Structure`, and under
    `## Guidelines` the few rules that all its entries keep. An index is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFile:
    """Write a whole file of a skill: a new one, or a small one anew. To add an entry, use AddEntry."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    skill: str
    """Name of the skill."""
    file: str
    """Name of the file, for example `refunds.md`."""
    text: str
    """All of its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEntry:
    """Add an entry at the end of a data file. The file is made where it is missing."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    skill: str
    """Name of the skill."""
    file: str
    """Name of the data file, for example `refunds.md`."""
    text: str
    """The entry: a line `## Title` and what belongs to it, at most 900 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceText:
    """Replace a passage of a file by another."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    skill: str
    """Name of the skill."""
    file: str
    """Name of the file."""
    old: str
    """The passage, exactly as it stands; it must stand there once."""
    new: str
    """What stands there instead; empty to take the passage out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFile:
    """Give a data file of a skill another name."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    skill: str
    """Name of the skill."""
    file: str
    """Name of the file."""
    to: str
    """Its new name, in the same skill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteFile:
    """Take a data file out of a skill, with all its entries."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    skill: str
    """Name of the skill."""
    file: str
    """Name of the file."""


SkillEdit = CreateSkill | WriteFile | AddEntry | ReplaceText | MoveFile | DeleteFile


def as_json(edit: SkillEdit) -> dict[str, str]:
    """An edit with its `kind`, to be kept."""
    return {"kind": type(edit).__name__, **asdict(edit)}


def from_json(said: Mapping[str, str]) -> SkillEdit:
    """The edit that was kept. Raises AcontextError where it is none."""
    kinds: dict[str, type[SkillEdit]] = {kind.__name__: kind for kind in (CreateSkill, *_ON_FILES)}
    try:
        return kinds[said["kind"]](**{name: value for name, value in said.items() if name != "kind"})
    except (KeyError, TypeError) as error:
        raise AcontextError(f"this is no edit of a skill: {str(said)[:120]}") from error


class Pages(Protocol):
    """What edits are applied to."""

    def names(self) -> Collection[str]:
        """All skills."""

    def files(self, skill: str) -> Collection[str]:
        """All files of a skill."""

    def has(self, skill: str, file: str) -> bool: ...

    def text(self, skill: str, file: str) -> str: ...

    def put(self, skill: str, file: str, text: str) -> None: ...

    def extend(self, skill: str, file: str, text: str) -> None:
        """Add a block at the end, apart from what stands before it, at a cost that the file's size does not decide."""

    def remove(self, skill: str, file: str) -> None: ...


def apply(pages: Pages, edit: SkillEdit) -> None:
    """Apply one edit. Raises Refused with the reason, and then nothing has changed."""
    if isinstance(edit, CreateSkill):
        return _create(pages, edit)
    if edit.skill not in pages.names():
        known = ", ".join(sorted(pages.names())[:20]) or "none yet"
        raise Refused(f"there is no skill {edit.skill!r:.80}: the skills are {known}")
    return _ON_FILES[type(edit)](pages, edit)


def _create(pages: Pages, edit: CreateSkill) -> None:
    if edit.name in pages.names():
        raise Refused(f"there is a skill {edit.name!r} already: edit its files")
    _refuse(name_problem(edit.name))
    _writable(edit.description + edit.body)
    if edit.body.lstrip().startswith("---"):
        raise Refused("the body begins with front matter: give only what stands behind it")
    if description(edit.description, 1_000_000) != edit.description.strip():
        raise Refused("the description must be one line without '<', '>' and '---'")
    text = render(name=edit.name, description=edit.description, body=edit.body)
    _valid(edit.name, text)
    if len(edit.description) > 1024:
        raise Refused(f"the description has {len(edit.description):,} characters, at most 1,024 are read: shorten it")
    pages.put(edit.name, SKILL, text)


def _write(pages: Pages, edit: WriteFile) -> None:
    _writable(edit.text)
    if edit.file == SKILL:
        _valid(edit.skill, edit.text)
    elif not pages.has(edit.skill, edit.file):
        _new_file(pages, edit.skill, edit.file)
    else:
        _markdown(edit.file)
    pages.put(edit.skill, edit.file, edit.text)


def _add(pages: Pages, edit: AddEntry) -> None:
    _writable(edit.text)
    if not edit.text.lstrip("\n").startswith("## "):
        raise Refused("an entry begins with its heading: '## Title (date: YYYY-MM-DD)'")
    if open_fence(edit.text):
        raise Refused("a code block of the entry is not closed: end it with a line '```'")
    if edit.file == SKILL:
        raise Refused(f"entries stand in data files, not in {SKILL}: name one, for example 'notes.md'")
    if pages.has(edit.skill, edit.file):
        _markdown(edit.file)
    else:
        _new_file(pages, edit.skill, edit.file)
    pages.extend(edit.skill, edit.file, edit.text.strip("\n") + "\n")


def _replace(pages: Pages, edit: ReplaceText) -> None:
    _there(pages, edit.skill, edit.file)
    _writable(edit.new)
    text = pages.text(edit.skill, edit.file)
    count = text.count(edit.old) if edit.old else 0
    if count != 1:
        how = "is empty" if not edit.old else "does not stand there" if not count else f"stands there {count} times"
        raise Refused(
            f"the passage to replace in {_place(edit)} {how}: give it exactly, with enough to stand there once"
        )
    new = text.replace(edit.old, edit.new)
    if edit.file == SKILL:
        _valid(edit.skill, new)
    pages.put(edit.skill, edit.file, new)


def _move(pages: Pages, edit: MoveFile) -> None:
    _there(pages, edit.skill, edit.file)
    if SKILL in (edit.file, edit.to):
        raise Refused(f"{SKILL} keeps its name")
    if pages.has(edit.skill, edit.to):
        raise Refused(f"there is a file {edit.to!r} in {edit.skill!r} already")
    _new_file(pages, edit.skill, edit.to, without=edit.file)
    text = pages.text(edit.skill, edit.file)
    pages.remove(edit.skill, edit.file)
    pages.put(edit.skill, edit.to, text)


def _delete(pages: Pages, edit: DeleteFile) -> None:
    _there(pages, edit.skill, edit.file)
    if edit.file == SKILL:
        raise Refused(f"{SKILL} cannot be deleted: a skill needs it")
    pages.remove(edit.skill, edit.file)


_ON_FILES: dict[type[SkillEdit], Callable[..., None]] = {
    WriteFile: _write,
    AddEntry: _add,
    ReplaceText: _replace,
    MoveFile: _move,
    DeleteFile: _delete,
}


def _there(pages: Pages, skill: str, file: str) -> None:
    if not pages.has(skill, file):
        known = ", ".join(sorted(pages.files(skill))[:20])
        raise Refused(f"there is no file {file!r:.120} in {skill!r}: its files are {known}")
    _markdown(file)


def _markdown(file: str) -> None:
    if not file.endswith(".md"):
        raise Refused(f"{file!r} is not Markdown: only a person changes it")


def _new_file(pages: Pages, skill: str, file: str, without: str = "") -> None:
    others = [other for other in pages.files(skill) if other != without]
    folders = {other.rpartition("/")[0] for other in others if "/" in other}
    _refuse(file_problem(file, folders))
    # Where case does not count (macOS) the new file would overwrite the other.
    same = [other for other in others if other.lower() == file.lower()]
    _refuse(f"the name {file!r} differs from {same[0]!r} in case only" if same else None)


def _valid(name: str, text: str) -> None:
    try:
        skill = parse_skill(name, {SKILL: text})
    except AcontextError as error:
        raise Refused(str(error)) from error
    for problem in invalid(skill):
        raise Refused(problem)


def _writable(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused(f"the text holds {text[error.start]!r}, which UTF-8 cannot carry") from error
    if "\0" in text:
        raise Refused("the text holds a NUL character, which no Markdown file does")


def _refuse(problem: str | None) -> None:
    if problem:
        raise Refused(problem)


def _place(edit: ReplaceText) -> str:
    return f"{edit.skill}/{edit.file}"
