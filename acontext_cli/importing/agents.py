"""Where installed agents keep their sessions (as of November 2026), by the formats that they write."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Env = Mapping[str, str]

_LONGEST = 4096


def _claude_code(home: Path, env: Env) -> Iterator[Path]:
    yield Path(env.get("CLAUDE_CONFIG_DIR") or home / ".claude") / "projects"


def _codex(home: Path, env: Env) -> Iterator[Path]:
    base = Path(env.get("CODEX_HOME") or home / ".codex")
    yield from (base / "sessions", base / "archived_sessions")


def _copilot_cli(home: Path, _env: Env) -> Iterator[Path]:
    yield home / ".copilot" / "session-state"


def _gemini_cli(home: Path, _env: Env) -> Iterator[Path]:
    yield home / ".gemini" / "tmp"


def _cursor(home: Path, _env: Env) -> Iterator[Path]:
    yield home / ".cursor" / "projects"


AGENTS: Mapping[str, Callable[[Path, Env], Iterator[Path]]] = {
    "claude-code": _claude_code,
    "codex": _codex,
    "copilot-cli": _copilot_cli,
    "gemini-cli": _gemini_cli,
    "cursor": _cursor,
}


def kept(agent: str, env: Env) -> list[Path]:
    """The folders in which an agent keeps sessions, those that are there."""
    home = env.get("HOME", "")
    if not Path(home).is_absolute():
        return []
    return [folder for folder in AGENTS[agent](Path(home), env) if folder.is_dir()]


def project_told(path: Path, format: str) -> str:
    """The project of a session that does not tell it: Gemini CLI writes it once for all sessions of a folder.

    Cursor calls the folder after it, every sign that is no letter or digit a hyphen.
    """
    if format == "cursor":
        named = next((folder.parent.name for folder in path.parents if folder.name == "agent-transcripts"), "")
        there = list(_called(Path("/"), named)) if named else []
        return str(there[0]) if len(there) == 1 else named
    if format != "gemini-cli":
        return ""
    for told in (folder / ".project_root" for folder in path.parents[1:4]):
        try:
            if told.is_file():  # and no pipe, which would be waited for
                with told.open(encoding="utf-8") as file:
                    return file.read(_LONGEST).strip()
        except (OSError, UnicodeDecodeError):
            continue
    return ""


def _called(folder: Path, rest: str) -> Iterator[Path]:
    """The folders within it whose path, with hyphens, is `rest`."""
    if not rest:
        yield folder
        return
    try:
        inner = sorted(each for each in folder.iterdir() if rest.startswith(_hyphens(each.name)) and each.is_dir())
    except OSError:
        return
    for each in inner:
        behind = rest[len(_hyphens(each.name)) :]
        if not behind or behind.startswith("-"):
            yield from _called(each, behind.lstrip("-"))


def _hyphens(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "-"


def database(env: Env) -> Path | None:
    """The database in which OpenCode keeps its sessions; they come out of it with `opencode export`."""
    data = env.get("XDG_DATA_HOME") or (f"{env['HOME']}/.local/share" if env.get("HOME") else "")
    path = Path(data) / "opencode" / "opencode.db"
    return path if data and path.is_file() else None
