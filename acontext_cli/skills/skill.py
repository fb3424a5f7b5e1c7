"""A skill as text: a folder's files, of which SKILL.md says what it is for. No file is read or written here."""

from collections.abc import Mapping
from dataclasses import dataclass

from acontext_cli.errors import AcontextError
from acontext_cli.skills import front
from acontext_cli.skills.names import SKILL


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One skill. Its files are the truth; the other fields are what its SKILL.md says."""

    name: str
    """Its folder's name."""
    description: str
    """What it is for and when to use it, one line."""
    body: str
    """SKILL.md behind its front matter."""
    files: Mapping[str, str]
    """Text by name, SKILL.md included, exactly as it stands on disk."""
    front: Mapping[str, object]
    """All keys of the front matter."""

    @property
    def text(self) -> str:
        """SKILL.md, whole."""
        return self.files[SKILL]

    @property
    def data(self) -> tuple[str, ...]:
        """Names of the Markdown files that hold entries."""
        return tuple(sorted(file for file in self.files if file.endswith(".md") and file != SKILL))


def parse_skill(name: str, files: Mapping[str, str]) -> Skill:
    """The skill in a folder of this name. Reading is tolerant: only a missing description is fatal."""
    if SKILL not in files:
        raise AcontextError(f"{name!r} is no skill: it has no {SKILL}")
    parts = front.split(files[SKILL])
    if parts is None:
        raise AcontextError(
            f"{name}/{SKILL} has no front matter: begin it with '---', 'name: …', 'description: …', '---'"
        )
    fields = front.read(parts[0])
    said = fields.get("description")
    if not isinstance(said, str) or not said.strip():
        raise AcontextError(f"{name}/{SKILL} has no description: say in its front matter what the skill is for")
    return Skill(name=name, description=" ".join(said.split()), body=parts[1], files=files, front=fields)


def render(*, name: str, description: str, body: str) -> str:
    """The text of a new SKILL.md. An existing one is never rendered again, only edited."""
    head = f"---\nname: {front.scalar(name)}\ndescription: {front.scalar(front.description(description))}\n---\n"
    return head + "\n" + body.strip("\n") + "\n"
