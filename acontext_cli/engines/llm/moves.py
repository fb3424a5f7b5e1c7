"""What a learner may do: read, edit (the classes of `edits`, each for one of its lessons), confirm, or leave out."""

from dataclasses import dataclass
from typing import ClassVar

from acontext_cli import edits
from acontext_cli.engines.llm.tools import Tool, Toolbox

_STRICT = {"use_attribute_docstrings": True, "extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSkill:
    """Look into a skill."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    skill: str
    """Name of the skill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """Look into a file."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    skill: str
    """Name of the skill."""
    file: str
    """Name of the file, as the skill lists it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEntry(edits.AddEntry):
    """An entry more."""

    lesson: int = 0
    """Number of the lesson."""
    description: str = ""
    """A new description for the skill that names this entry's trigger words too, at most 300 characters; leave it out
    where the old one says enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSkill(edits.CreateSkill):
    """A skill with its first entry."""

    file: str
    """Name of the data file that holds the first entry, for example `refunds.md`."""
    text: str
    """The entry: a line `## Title` and what belongs to it, at most 900 characters."""
    lesson: int = 0
    """Number of the lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFile(edits.WriteFile):
    """A file of a form of its own."""

    lesson: int = 0
    """Number of the lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceText(edits.ReplaceText):
    """A passage changed."""

    lesson: int = 0
    """Number of the lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEntry:
    """Nothing new."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    entry: str
    """Id of the entry, out of its `<!-- id: … -->`."""
    lesson: int = 0
    """Number of the lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipLesson:
    """Nothing to write."""

    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    reason: str
    """One sentence."""
    lesson: int = 0
    """Number of the lesson."""


Edit = AddEntry | CreateSkill | WriteFile | ReplaceText | ConfirmEntry
Move = Edit | SkipLesson
Look = ReadSkill | ReadFile

_FOR = ("lesson",)

MOVES = Toolbox(
    (
        Tool(
            "get_skill",
            ReadSkill,
            "Read a skill: what it is for, its rules, its files (small ones in full), its index.",
        ),
        Tool("get_skill_file", ReadFile, "Read one file of a skill."),
        Tool(
            "confirm_entry", ConfirmEntry, "An entry says this lesson already: count this session for it.", wanted=_FOR
        ),
        Tool("replace_text", ReplaceText, "Change a passage of a file, as small as can be.", wanted=_FOR),
        Tool(
            "add_entry",
            AddEntry,
            "Add an entry at the end of a data file; the file is made where it is missing.",
            wanted=_FOR,
        ),
        Tool(
            "create_skill",
            CreateSkill,
            "Make a new, broad skill with its first entry, where no skill fits.",
            wanted=_FOR,
        ),
        Tool("write_file", WriteFile, "Write a new file of the form that a skill's SKILL.md asks for.", wanted=_FOR),
        Tool("skip_lesson", SkipLesson, "Write nothing for a lesson, and say why.", wanted=_FOR),
    )
)
