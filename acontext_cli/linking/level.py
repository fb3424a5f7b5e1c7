"""For whom skills are linked: for those who work in a project, or for a user wherever they work."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.errors import AcontextError


@dataclass(frozen=True, slots=True)
class Level:
    """The project's folder with relative links, which can be moved and cloned; or the user's own with absolute ones.
    The skills of a project may lie in a workspace elsewhere too: then its links are absolute."""

    root: Path | None
    """The project's folder; None for the user's own."""
    machine: Path
    """The machine's part that holds the record of what was made."""
    env: Mapping[str, str]

    @property
    def log(self) -> Path:
        return self.machine / "links.jsonl"

    @property
    def home(self) -> Path:
        if not self.env.get("HOME"):
            raise AcontextError("there is no home folder to link for the user in: set HOME")
        return Path(self.env["HOME"])

    def said(self, folder: Path) -> str:
        """A real folder as the record names it."""
        return os.path.relpath(folder, os.path.realpath(self.root)) if self.root else str(folder)

    def source(self, skill: Path, folder: Path) -> str:
        """What a link in a real folder says of where a skill lies: in the project, or in a workspace elsewhere."""
        if self.root is None or not skill.is_relative_to(self.root):
            return str(skill.absolute())
        real = Path(os.path.realpath(self.root), skill.relative_to(self.root))
        return os.path.relpath(real, folder)
