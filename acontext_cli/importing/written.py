"""The workspaces that imports have written to, kept beside the user's own: `acontext learn` takes them all."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from acontext_cli.files import append, lines, make_folders
from acontext_cli.workspace import WorkspaceFolder, user_folder

_FILE = "imported-into.jsonl"


def note(root: Path, env: Mapping[str, str]) -> None:
    """Note that an import has written to a workspace."""
    for folder in user_folder(env):
        if root not in set(_roots(folder)):
            make_folders(folder)
            append(folder / _FILE, json.dumps({"v": 1, "workspace": str(root)}).encode() + b"\n")


def workspaces(env: Mapping[str, str]) -> list[WorkspaceFolder]:
    """Those that are still there, each once."""
    found = [WorkspaceFolder(root) for folder in user_folder(env) for root in dict.fromkeys(_roots(folder))]
    return [each for each in found if each.exists]


def _roots(folder: Path) -> Iterator[Path]:
    for _, text in lines(folder / _FILE):
        try:
            yield Path(json.loads(text)["workspace"])
        except (ValueError, KeyError, TypeError):
            continue
