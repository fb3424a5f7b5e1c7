"""Which skills an agent reads in a transcript, and which files of them: by the tools for it, or as any other file."""

import re
from collections.abc import Callable, Collection, Iterator

from acontext_cli.messages import Json, Message, ToolCall
from acontext_cli.skills import SKILL
from acontext_cli.trace.quantities import words
from acontext_cli.trace.shell import command_of, is_shell
from acontext_cli.trace.steps import kind_of, values

Files = Callable[[str], Collection[str]]
"""The files of the skill of a name; none where there is no such skill."""

_TOOL = re.compile(r"(?:.*[^a-zA-Z0-9])?get_skill(?P<file>_file)?", re.DOTALL)
"""The tools for it, whatever server they stand behind."""
_FILE = re.compile(r"(?<![\w.-])(?P<skill>[a-z0-9][a-z0-9-]{0,63})[\\/]{1,4}(?P<file>[\w.-]{1,100}\.md\b|\*(?:\.md)?)")
_PART = re.compile(r"&&|\|\||[;|\n&]")
_SHOWS = re.compile(
    r"\s*(?:sudo\s+)?(?:(?:cat|bat|batcat|head|tail|less|more|nl|awk|grep|rg|type|Get-Content|gc|strings|pr|tac)\b"
    r"|sed\b(?!.*\s(?:-\w*i\b|--in-place)))",
    re.IGNORECASE,
)
_SILENCED = re.compile(r"\d?>{1,2}\s{0,3}(?:&\s{0,3}\d|/dev/null)")
_FOUND = frozenset(("list", "ls", "glob", "find", "stat", "tree"))
"""Words of tools that name files and do not show them."""
_LONGEST = 20_000
"""So much of a call's arguments is looked at: who reads a file needs few words for it."""


def recalls(message: Message, skills: Files) -> tuple[tuple[str, str], ...]:
    """Skill and file of everything that a message asks to read of some skills."""
    found = (read for call in message.calls for read in _of(call, skills))
    return tuple(dict.fromkeys(found))


def by_tool(message: Message) -> bool:
    """Whether it asks by the tools for it, which may have been counted when they answered."""
    return any(_TOOL.fullmatch(call.name) for call in message.calls)


def _of(call: ToolCall, skills: Files) -> Iterator[tuple[str, str]]:
    if tool := _TOOL.fullmatch(call.name):
        yield from _asked(call.named or {}, skills, by_file=bool(tool["file"]))
    elif call.name == "Skill":
        named = call.named or {}
        name = str(named.get("skill") or named.get("command") or "").strip().lstrip("/").rpartition(":")[2]
        yield from _known(name.partition(" ")[0], SKILL, skills)
    elif ".md" in call.arguments[:_LONGEST] or "*" in call.arguments[:_LONGEST]:
        for text in _shown(call):
            for path in _FILE.finditer(text):
                yield from _known(path["skill"], path["file"], skills)


def _asked(named: Json, skills: Files, *, by_file: bool) -> Iterator[tuple[str, str]]:
    name = named.get("skill_name") or named.get("skill") or named.get("name")
    file = (named.get("file_path") or named.get("file") or named.get("path")) if by_file else SKILL
    if isinstance(name, str) and isinstance(file, str):
        yield from _known(name, file.removeprefix("./"), skills)


def _known(name: str, file: str, skills: Files) -> Iterator[tuple[str, str]]:
    files = skills(name)
    if file.startswith("*"):
        yield from ((name, each) for each in files if each.endswith(".md"))
    elif file in files:
        yield name, file


def _shown(call: ToolCall) -> Iterator[str]:
    """The texts of a call that say what it shows."""
    if is_shell(call.name):
        command = _SILENCED.sub("", command_of(call.named or {})[:_LONGEST])
        yield from (part for part in _PART.split(command) if _SHOWS.match(part[:2000]) and ">" not in part)
        return
    named = call.named or {}
    if named.get("command") == "view" or (kind_of(call.name) == "look" and not _FOUND & set(words(call.name))):
        yield from (value for value in values(named) if len(value) <= _LONGEST)
