"""A space as a learner sees it, held in memory, and lessons in a few words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from acontext_cli.distillations import Facts, Success
from acontext_cli.engines.engine import Pins
from acontext_cli.skills import SKILL, Entry, Skill, entries, parse_skill, render


@dataclass
class Shown:
    """What there is to see: skills, sizes of files, entries by id, their sources, what was deleted."""

    skills: Sequence[str] = ()
    descriptions: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    entries: Mapping[str, tuple[str, Entry]] = field(default_factory=dict)
    taught: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    hand: Mapping[str, Pins] = field(default_factory=dict)

    def names(self) -> Sequence[str]:
        return self.skills

    def skill(self, name: str) -> Skill:
        said = self.descriptions.get(name, "A person's own.")
        return parse_skill(name, {SKILL: render(name=name, description=said, body="# Title\n")})

    def tokens(self, skill: str, file: str) -> int:
        return self.sizes.get((skill, file), 0)

    def entry(self, id: str) -> tuple[str, Entry] | None:
        return self.entries.get(id)

    def pins(self, id: str) -> Pins:
        return self.hand.get(id, Pins())

    def sources(self, entry: str) -> frozenset[str]:
        return self.taught.get(entry, frozenset())

    def deleted(self, entry: str) -> bool:
        return entry in self.gone

    def rejected(self, entry: str) -> bool:
        return False


def standing(text: str, file: str = "procedures.md") -> Entry:
    """The entry of a text, as it stands in a file."""
    (entry,) = entries(text, file)
    return entry


def success(title: str = "502", tools: tuple[str, ...] = ("update_config",), needed: int = 1) -> Success:
    return Success(
        title=title,
        task_goal="Fix it",
        approach="",
        generalizable_pattern="A limit.",
        applies_when="502",
        sessions_needed=needed,
        tools=tools,
    )


def facts(title: str = "User: “tabs”", about: str = "environment", needed: int = 1) -> Facts:
    return Facts(task_goal="", facts=("a fact",), title=title, about=about, sessions_needed=needed)  # type: ignore[arg-type]
