"""The workspace that the demo leaves. Only what the demo made is ever removed unasked, and only as the demo left it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.config import template
from acontext_cli.errors import AcontextError
from acontext_cli.files import digest, make_folders, remove_folder, write_whole
from acontext_cli.workspace import WorkspaceFolder

HERE = Path("acontext-demo")
_MARK = "demo"
_MADE = "Made by acontext demo run; acontext demo clean removes it."
_UNSEALED = f"{_MADE}\n".encode()


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """A workspace that the demo made."""

    workspace: WorkspaceFolder

    @classmethod
    def at(cls, folder: Path) -> "DemoFolder":
        _no_link(folder)
        found = cls(WorkspaceFolder(folder.absolute()))
        if not found._mark.is_file():
            raise AcontextError(f"{str(folder)!r} was not made by acontext demo run: nothing was removed")
        return found

    @classmethod
    def made(cls, folder: Path) -> "DemoFolder":
        """A new one. One that is as the demo left it makes room, anything else is left alone."""
        _no_link(folder)
        if (folder / ".acontext" / _MARK).is_file():
            cls.at(folder)._make_room(folder)
        elif folder.exists() and not _is_free(folder):
            raise AcontextError(f"{str(folder)!r} is there already and not the demo's: choose another with --dir")
        found = cls(WorkspaceFolder(folder.absolute()))
        make_folders(found.workspace.machine, 0o700)
        write_whole(found._mark, _UNSEALED)  # first: with it `demo clean` removes what a full disk broke off
        WorkspaceFolder.init(folder, template(), env=os.environ)
        return found

    @property
    def sessions(self) -> int:
        return self.workspace.session_count

    def seal(self) -> None:
        """Note how it is now, so that what is done in it later shows."""
        write_whole(self._mark, self._sealed.encode())

    def remove(self) -> int:
        """Take it away; how many things of a person's own stayed."""
        remove_folder(self.workspace.skills_store)
        remove_folder(self.workspace.machine)
        left = len(list(self.workspace.root.iterdir()))
        if not left:
            self.workspace.root.rmdir()
        return left

    @property
    def _mark(self) -> Path:
        return self.workspace.machine / _MARK

    @property
    def _sealed(self) -> str:
        """What the mark says of the tree as it is now."""
        return f"{_MADE}\n{digest(b''.join(self._contents()))}\n"

    def _contents(self) -> Iterator[bytes]:
        """Each file's name and digest. The history follows from the skills."""
        for path in sorted(self.workspace.root.rglob("*")):
            name = path.relative_to(self.workspace.root)
            if path == self._mark or name.parts[:2] == (".acontext", "history"):
                continue
            if path.is_symlink():
                yield f"{name}\0{path.readlink()}\0".encode(errors="surrogateescape")
            elif path.is_file():
                yield f"{name}\0{digest(path.read_bytes())}\0".encode(errors="surrogateescape")

    def _make_room(self, folder: Path) -> None:
        found = self._mark.read_bytes()
        if found == _UNSEALED:
            raise AcontextError(f"a demo in {str(folder)!r} did not come to its end: {removal(folder)} removes it")
        if found != self._sealed.encode():
            raise AcontextError(f"{str(folder)!r} was changed since the demo made it: {removal(folder)} removes it")
        self.remove()


def removal(folder: Path) -> str:
    """The command that removes the demo's workspace from where the person stands."""
    from shlex import quote

    return "acontext demo clean" + ("" if folder == HERE else f" --dir {quote(str(folder))}")


def _is_free(folder: Path) -> bool:
    """Whether nothing is in it; a run that the disk refused may have left an empty folder."""
    return folder.is_dir() and all(map(_holds_nothing, folder.iterdir()))


def _holds_nothing(path: Path) -> bool:
    return path.is_dir() and all(left.name.endswith(".tmp") for left in path.iterdir())


def _no_link(folder: Path) -> None:
    if folder.is_symlink():
        raise AcontextError(f"{str(folder)!r} is a symbolic link: name the folder itself with --dir")
