"""What an agent is offered of the skills: a catalog for its prompt and two tools to read with.

A reading is always answered in words: an agent that asks for what is not there is told what is.
"""

import html
import json
from collections.abc import Callable, Mapping, Sequence

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.skills import SKILL, Skill, with_expired_marked


class Recall:
    """Some skills, as an agent reads them."""

    def __init__(
        self,
        catalog: Sequence[tuple[str, str]],
        read: Callable[[str], Skill],
        *,
        today: Callable[[], str] | None = None,
        noted: Callable[[str, str], object] | None = None,
    ) -> None:
        """`today`: where it is given, entries that have expired by then say so, in what is read and not on disk;
        `noted`: told the skill and the file of each reading."""
        self._catalog = dict(catalog)
        self._read = read
        self._today = today
        self._noted = noted

    def prompt(self) -> str:
        """The catalog as a block for the system prompt; empty where there is no skill."""
        skills = "".join(listed(name, description) for name, description in self._catalog.items())
        return f"<available_skills>{skills}</available_skills>" if skills else ""

    def openai_tools(self) -> list[Json]:
        return [
            _tool("get_skill", "Read a skill: what it is for, its files, and its index of entries.", _SKILL),
            _tool("get_skill_file", "Read one file of a skill.", _SKILL | _FILE),
        ]

    def is_tool(self, name: str) -> bool:
        return name in ("get_skill", "get_skill_file")

    def call(self, name: str, arguments: Mapping[str, object] | str) -> str:
        """The answer to a call of one of the two tools."""
        if not self.is_tool(name):
            return f"Unknown tool: {name}"
        named = _named(arguments)
        wanted = ("skill_name",) if name == "get_skill" else ("skill_name", "file_path")
        given = [value for value in map(named.get, wanted) if isinstance(value, str) and value]
        if len(given) < len(wanted):
            return f"{name} needs {' and '.join(wanted)} as text."
        return self._answer(*given)

    def _answer(self, skill_name: str, file_path: str | None = None) -> str:
        if skill_name not in self._catalog:
            return f"There is no skill {skill_name!r}. Available: {', '.join(self._catalog) or 'none'}"
        try:
            skill = self._read(skill_name)
        except AcontextError as error:
            return f"The skill {skill_name!r} cannot be read: {error}"
        file = SKILL if file_path is None else file_path.removeprefix("./")
        if self._noted and file in skill.files:
            self._noted(skill_name, file)
        text = _overview(skill) if file_path is None else _file(skill, file)
        return with_expired_marked(text, self._today()) if self._today else text


_SKILL: dict[str, object] = {"skill_name": {"type": "string", "description": "Name of the skill."}}
_FILE: dict[str, object] = {"file_path": {"type": "string", "description": "Name of the file, as the skill lists it."}}


def _tool(name: str, description: str, properties: Json) -> Json:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def listed(name: str, description: str) -> str:
    """A skill as a line of the catalog."""
    said = html.escape(description, quote=False)
    return f"<skill><name>{html.escape(name, quote=False)}</name><description>{said}</description></skill>"


def _named(arguments: Mapping[str, object] | str) -> Mapping[str, object]:
    if not isinstance(arguments, str):
        return arguments
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _overview(skill: Skill) -> str:
    files = "\n".join(f"- {name}" for name in _data_files(skill)) or f"- none beside {SKILL}"
    return f"# {skill.name}\n\n{skill.description}\n\nFiles:\n{files}\n\n{skill.body.strip()}\n"


def _file(skill: Skill, path: str) -> str:
    text = skill.files.get(path)
    if text is None:
        files = ", ".join([SKILL, *_data_files(skill)])
        return f"The skill {skill.name!r} has no file {path!r}. Files: {files}"
    return text


def _data_files(skill: Skill) -> list[str]:
    return sorted(name for name in skill.files if name != SKILL)
