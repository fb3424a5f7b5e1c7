"""A text in the editor that a person has chosen."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from acontext_cli.errors import AcontextError, unreadable


def edited(text: str) -> str:
    """The text as a person leaves it; empty where they took it back. Raises AcontextError where no editor opens."""
    command = _command()
    try:
        with tempfile.TemporaryDirectory(prefix="acontext-") as folder:
            file = Path(folder) / "entry.md"
            file.write_text(f"{text}\n", encoding="utf-8", newline="\n")
            done = subprocess.run([*command, str(file)], check=False)  # noqa: S603, their own editor
            if done.returncode or not file.exists():
                return ""
            return file.read_text(encoding="utf-8").replace("\r\n", "\n").strip("\n")
    except UnicodeDecodeError as error:
        raise AcontextError("what the editor wrote is not UTF-8") from error
    except FileNotFoundError as error:
        raise AcontextError(f"the editor {command[0]!r:.80} was not found: set VISUAL or EDITOR") from error
    except OSError as error:
        raise unreadable(error) from error


def _command() -> list[str]:
    said = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    try:
        command = shlex.split(said)
    except ValueError as error:
        raise AcontextError(f"VISUAL or EDITOR is no command: {said!r:.80}") from error
    if not command:
        raise AcontextError("no editor is set: put its name in VISUAL or EDITOR, for example EDITOR=nano")
    return command
