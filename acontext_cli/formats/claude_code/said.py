"""What stands in the user's place in a Claude Code transcript, told apart: a person's words or the program's.

The program puts what it adds into tags of its own, before or after the person's words. Only whole tags at either end
are taken off: what a person quotes in the middle of a text is theirs.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from acontext_cli.formats.claude_code.blocks import word


class Said(NamedTuple):
    """A text with its kind, as in `META`; empty: a person's words. `LEFT_OUT`: no part of the conversation."""

    text: str
    kind: str = ""


LEFT_OUT = "left out"
_KINDS = {
    "system-reminder": LEFT_OUT,
    "local-command-caveat": LEFT_OUT,
    "local-command-stdout": "output",
    "local-command-stderr": "output",
    "bash-stdout": "output",
    "bash-stderr": "output",
    "bash-input": "command",
    "command-name": "command",
    "command-message": "command",
    "command-args": "command",
    "task-notification": "notice",
    "teammate-message": "notice",
    "channel": "notice",
    "ide_opened_file": "context",
    "ide_selection": "context",
    "ide_diagnostics": "context",
    "user-prompt-submit-hook": "context",
    "user-memory-input": "",
}
_TAGGED = re.compile(rf"\s*<({'|'.join(_KINDS)})(?:\s[^<>]*)?>(.*?)(?:</\1>|\Z)", re.DOTALL)
_INTERRUPT = re.compile(r"\s*(\[Request interrupted by user[^\]\n]{0,40}\])")
_ALL_THE_PROGRAMS = ("Caveat: The messages below", "This session is being continued from a previous conversation")
_REMINDER = ("<system-reminder>", "</system-reminder>")
_SKILL_FOLDER = "Base directory for this skill:"
_SKILL_FILE = re.compile(r"""(?:^|[/\\\s'"=])skills(?:_store[/\\][^/\\\s'"]{1,100})?[/\\]([^/\\\s'"]{1,100})[/\\]""")
_RECALLS = ("get_skill", "get_skill_file")
_RECALLED = re.compile(r"\bacontext +recall +([\w-]+)")
_SHOWN = re.compile(r"\b(?:cat|head|tail|less|more|bat|nl|sed)\s[^|;&\n]{0,400}")


def said(text: str) -> Iterator[Said]:
    """The parts of a text, in order."""
    if text.lstrip().startswith(_ALL_THE_PROGRAMS):
        yield Said("caveats and summaries", LEFT_OUT)
        return
    if skill_loaded(text):
        yield Said(text, "context")
        return
    command: dict[str, str] = {}
    at = 0
    while found := _TAGGED.match(text, at) or _INTERRUPT.match(text, at):
        at = found.end()
        if found.re is _INTERRUPT:
            yield Said(found[1], "interrupt")
        elif found[1].startswith("command-"):
            command[found[1]] = found[2].strip()
        else:
            yield from _tagged(found[1], found[2].strip())
    if command:
        yield Said(_command(command), "command")
    yield from _rest(text[at:].strip() if at else text)


def together(texts: Iterable[str]) -> Iterator[Said]:
    """The parts of all texts; a person's words and pictures that follow one another are one."""
    words: list[str] = []
    for part in (part for text in texts for part in said(text)):
        if not part.kind:
            words.append(part.text)
        elif part.kind == LEFT_OUT:
            yield part
        else:
            if words:
                yield Said("\n".join(words))
            words = []
            yield part
    if words:
        yield Said("\n".join(words))


def _tagged(tag: str, text: str) -> Iterator[Said]:
    kind = _KINDS[tag]
    if kind == LEFT_OUT:
        yield Said(tag, LEFT_OUT)
    elif text:
        yield Said(f"! {text}" if tag == "bash-input" else text, kind)


def _rest(text: str) -> Iterator[Said]:
    """A person's words, and the reminders behind them."""
    end = last = len(text.rstrip())
    while text.endswith(_REMINDER[1], 0, end) and (start := text.rfind(_REMINDER[0], 0, end)) >= 0:
        yield Said("system-reminder", LEFT_OUT)
        end = start
        while end and text[end - 1].isspace():
            end -= 1
    if end:
        yield Said(text if end == last else text[:end])


def _command(tags: dict[str, str]) -> str:
    name = tags.get("command-name") or tags.get("command-message", "")
    return f"/{name.removeprefix('/')} {tags.get('command-args', '')}".strip()


def skill_called(tool: object, arguments: object) -> str:
    """The skill whose text the result of this call shows, or nothing."""
    if not isinstance(arguments, dict):
        return ""
    if tool == "Skill":
        return (word(arguments.get("skill")) or word(arguments.get("command"))).removeprefix("/") or "?"
    if tool == "Read":
        return _in_skill(word(arguments.get("file_path")))
    if tool == "Bash":
        return _shown(word(arguments.get("command")))
    return (word(arguments.get("skill_name")) or "?") if word(tool).endswith(_RECALLS) else ""


def _shown(command: str) -> str:
    """The skill that a command shows, with `cat` or with `acontext recall`."""
    if found := _RECALLED.search(command):
        return found[1]
    return next(filter(None, map(_in_skill, _SHOWN.findall(command))), "") if "skills" in command else ""


def _in_skill(path: str) -> str:
    found = _SKILL_FILE.search(path)
    return found[1] if found else ""


def skill_loaded(text: str) -> str:
    """The skill that this text is, where it is one that the program loaded."""
    if not text.lstrip().startswith(_SKILL_FOLDER):
        return ""
    folder = text.lstrip()[len(_SKILL_FOLDER) :].lstrip(" ").partition("\n")[0].strip().rstrip("/\\")
    return re.split(r"[/\\]", folder)[-1] or "?"
