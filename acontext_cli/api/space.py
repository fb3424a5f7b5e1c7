"""A space of skills as an agent loop sees it: look at them, pick some, hand them to an agent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.edits import CreateSkill
from acontext_cli.errors import AcontextError
from acontext_cli.recall import Recall
from acontext_cli.store import SkillStore
from acontext_cli.store.space import by_hand

_BODY = """# {}

Say here what is to be remembered in this skill.

## File Structure

One file per topic.

## Guidelines

- One entry per lesson: a heading with its date, then short bullet points.

## Index
"""


@dataclass(frozen=True, slots=True)
class LearningSpace:
    """A folder of skills with its ledger."""

    name: str
    store: SkillStore

    @property
    def skills(self) -> "Skills":
        return Skills(self.store)


class Skills:
    """The skills of a space, or some of them."""

    def __init__(self, store: SkillStore, chosen: tuple[str, ...] | None = None) -> None:
        self.store = store
        self._chosen = chosen

    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self.store.names() if self._chosen is None or name in self._chosen)

    def list(self) -> tuple[tuple[str, str], ...]:
        """Name and description of each that can be read."""
        catalog = self.store.catalog()
        return tuple((name, text) for name, text in catalog if self._chosen is None or name in self._chosen)

    def files(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(self.store.files(self._known(name))))

    def read(self, name: str, file: str = "SKILL.md") -> str:
        return self.store.read_file(self._known(name), file)

    def shown(self, name: str, file: str = "") -> str:
        """What an agent is answered that asks for a skill, or for a file of it."""
        self.read(name, file or "SKILL.md")
        named = {"skill_name": name} | ({"file_path": file} if file else {})
        return self.recall().call("get_skill_file" if file else "get_skill", named)

    def check(self, name: str = "") -> tuple[str, ...]:
        """What is wrong with one, or with any of them; a sentence each."""
        return tuple(self.store.check(self._known(name) if name else None))

    def new(self, name: str, description: str = "") -> Path:
        """Make a skill of a person's own; its SKILL.md."""
        title = name.replace("-", " ")
        draft = self.store.draft()
        draft.apply(
            CreateSkill(name=name, description=description or f"Notes on {title}.", body=_BODY.format(title.title()))
        )
        self.store.commit(draft, (), by_hand())
        return self.store.folder / name / "SKILL.md"

    def delete(self, name: str) -> None:
        """Take a skill away. What it taught is not taught again."""
        self.store.delete(self._known(name))

    def only(self, *names: str) -> "Skills":
        """These skills alone."""
        return Skills(self.store, tuple(map(self._known, names)))

    def recall(self) -> Recall:
        """What an agent is offered of them: `.prompt()`, `.openai_tools()`, `.call(name, arguments)`."""
        return Recall(self.list(), self.store.read)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def _known(self, name: str) -> str:
        if name not in self.names():
            raise AcontextError(f"there is no skill {name!r}: the skills are {', '.join(self.names()) or 'none yet'}")
        return name
