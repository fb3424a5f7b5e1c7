"""The commands that are known by name, and how a command is written down.

Only flags that their makers document. Both programs read the prompt on stdin, use no tools on the person's files, keep
no session on disk, and tell in JSON what they answered and what it took.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from acontext_cli.errors import AcontextError

# https://code.claude.com/docs/en/cli-reference
# `--tools ""` leaves it none of its own tools, so that one turn is all there can be; `--strict-mcp-config` none of MCP.
# `--setting-sources ""` reads no settings file, so no hook, plugin or CLAUDE.md has a say; a login is kept elsewhere.
# Whose login is in the settings (`apiKeyHelper`, `env`) writes the command without it. `--bare` would not see a login.
# `--system-prompt` takes the place of the coding agent's, which is long and about something else.
_CLAUDE = (
    "claude",
    "-p",
    "--output-format",
    "json",
    "--tools",
    "",
    "--strict-mcp-config",
    "--setting-sources",
    "",
    "--no-session-persistence",
    "--system-prompt",
    "You read what an agent did and answer exactly in the form that you are asked for.",
)
# https://developers.openai.com/codex/noninteractive
# `--ephemeral` keeps no session file; `--skip-git-repo-check` because it runs in an empty folder; `-` is stdin. The
# person's config.toml stays in force: their provider and model may be there.
_CODEX = ("codex", "exec", "--json", "--skip-git-repo-check", "--sandbox", "read-only", "--ephemeral", "-")

PRESETS: Mapping[str, tuple[str, ...]] = {"claude": _CLAUDE, "codex": _CODEX}


def command_of(setting: str | Sequence[str]) -> tuple[str, ...]:
    """The command of a setting: a preset's name, a list, a list in JSON, or a line as it is typed."""
    if not isinstance(setting, str):
        return _checked(setting, setting)
    line = setting.strip()
    if line in PRESETS:
        return PRESETS[line]
    return _checked(_listed(line) if line.startswith("[") else _split(line), setting)


def with_model(argv: Sequence[str], model: str) -> tuple[str, ...]:
    """The command with another model, where it is a program whose flag for that is known and it names none yet."""
    said = any(each in ("--model", "-m") or each.startswith("--model=") for each in argv)
    if not model or said or program_of(argv) not in PRESETS:
        return tuple(argv)
    end = next((place for place, each in enumerate(argv) if each in ("-", "--")), len(argv))
    return (*argv[:end], "--model", model, *argv[end:])


def program_of(argv: Sequence[str]) -> str:
    """What a program is called, without its folder."""
    return PurePath(argv[0]).name


def _listed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise AcontextError(f'model_command {line!r} is no JSON list: write it like ["claude", "-p"]') from error


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise AcontextError(f"model_command {line!r} cannot be read: {str(error).lower()}") from error


def _checked(words: object, setting: object) -> tuple[str, ...]:
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise AcontextError(f'model_command {setting!r} is no list of words: write it like ["claude", "-p"]')
    if not words or not words[0].strip():
        presets = " or ".join(PRESETS)
        raise AcontextError(f"model_command is empty: name {presets}, or a command that reads a prompt on stdin")
    if any("\0" in word for word in words):
        raise AcontextError(f"model_command {setting!r} holds a NUL character: take it out")
    return tuple(words)
