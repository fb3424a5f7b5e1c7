"""Which project a conversation belongs to. What a transcript says of its folder is only compared and looked at."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

LONGEST = 40
_TREE = re.compile(r"(/.+?)/(?:\.worktrees|\.claude/worktrees|\.conductor)/")
"""Where tools put worktrees into a repository. They are gone when the work is done; what was learned is not."""
_LINKED = re.compile(r"gitdir: ((/.*?)(?:/\.git)?/worktrees/[^/]+)")
_LONGEST_LINE = 5000


@dataclass(frozen=True, slots=True)
class Project:
    """A folder that people work in."""

    root: str
    """Its path, that of the repository where there is one; a folder that is not on this disk as the source names it."""
    there: bool
    """Whether it is on this disk."""

    @property
    def called(self) -> str:
        """What is written down of its path: all but the secrets in it."""
        from acontext_cli.secrets import cut  # its table of patterns is large

        return cut(self.root, lambda _, kind: f"<secret:{kind}>")

    @property
    def slug(self) -> str:
        """Its name as a space's name could be; may be empty."""
        name = re.split(r"[/\\]", self.called.rstrip("/\\"))[-1]
        return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST].strip("-")

    @property
    def mark(self) -> str:
        """Six letters that tell it from another project of the same name."""
        from acontext_cli.files import digest

        return digest(self.called.encode("utf-8", "surrogatepass"))[:6]


def project_of(folder: str) -> Project | None:
    """The project of a folder: its repository, else the folder itself. None where the source tells no folder."""
    if not folder or "\0" in folder or not _is_name(folder):
        return None
    if not folder.startswith("/"):
        return Project(folder, there=False)
    here = Path(os.path.normpath(folder))
    if not _is_folder(here):
        tree = _TREE.match(str(here))
        return project_of(tree[1]) if tree else Project(str(here), there=False)
    above = (each for each in here.parents if not _is_above_all(each))
    root = next((each for each in (here, *above) if _exists(each / ".git")), here)
    return Project(str(_main(root)), there=True)


def _is_name(folder: str) -> bool:
    """Whether a disk can hold it: half a surrogate pair is no character of a name."""
    try:
        os.fsencode(folder)
    except UnicodeEncodeError:
        return False
    return True


def _main(root: Path) -> Path:
    """The repository that a worktree belongs to: what is learned in one of its worktrees holds in all of them.

    Only where the repository knows of it: any folder can say that it is a worktree of another.
    """
    found = _LINKED.fullmatch(_line(root / ".git"))
    if not found or _line(Path(found[1], "gitdir")) != str(root / ".git"):
        return root
    main = Path(found[2]) if found[2] else root
    return main if _is_folder(main) else root


def _line(file: Path) -> str:
    """What a small file of one line says; nothing where it cannot be read."""
    try:
        if file.is_file():  # and no pipe, which would be waited for
            with file.open(encoding="utf-8") as opened:
                return opened.read(_LONGEST_LINE).strip()
    except (OSError, ValueError):
        pass
    return ""


def _is_above_all(folder: Path) -> bool:
    """Whether projects of all kinds lie in it: a repository there, of settings perhaps, says nothing of them."""
    return Path(os.path.expanduser("~")).is_relative_to(folder)  # noqa: PTH111  # Path.home() may fail


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long to be one
        return False
