"""Several files and their ledger lines changed as one: a killed process leaves all of it or nothing of it.

What is to be done is written down first, with the contents before and after in the history. Whoever finds the
journal finishes the work; where a person has changed one of the files meanwhile, it is taken back as a whole.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from acontext_cli.errors import AcontextError, Changed
from acontext_cli.files import DISK, Disk, content, digest, make_folders
from acontext_cli.files.disk import refused, sync_folder, write_all
from acontext_cli.files.inside import Folder
from acontext_cli.ledger import Ledger
from acontext_cli.store.held import HeldLessons
from acontext_cli.store.history import History

VERSION = 1

_DIGITS = 20  # no file is longer, and a longer number Python refuses to read
_DONE = 1  # not 0, which would give the block back and cost as much as a write-out


@dataclass(frozen=True, slots=True)
class Change:
    """A file of a skill, and its contents before and after by their names in the history; empty: no file."""

    skill: str
    file: str
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{self.skill}/{self.file}"


class Journal:
    """The work of one space that is not finished yet."""

    def __init__(
        self, path: Path, space: Path, ledger: Ledger, history: History, held: HeldLessons, disk: Disk = DISK
    ) -> None:
        self._path = path
        self._held = held
        self._space = space
        self._ledger = ledger
        self._history = history
        self._disk = disk

    @property
    def is_open(self) -> bool:
        try:
            return self._path.stat().st_size > _DONE
        except FileNotFoundError:
            return False

    def run(self, changes: Sequence[Change], lines: Sequence[str], held: Sequence[str] = ()) -> None:
        """Make the changes real. Their contents are in the history already.

        Raises Changed where a person has changed one of the files since; then it is taken back.
        """
        size = self._ledger.size
        try:
            self._begin(changes, lines, size, held)
            for change in changes:
                if not self._write(change.skill, change.file, change.after, change.before):
                    raise Changed(
                        f"{change.name!r} was changed by hand meanwhile, nothing was written: run the command again"
                    )
            self._ledger.append(lines)
        except (AcontextError, OSError):
            self._give_up(changes, lines, size)
            raise
        self._held.take(held)
        self._end()

    def recover(self) -> str:
        """Finish what a killed process has begun, or take it back; in words, empty where there was nothing."""
        if not self.is_open:
            return ""
        plan = self._read()
        if plan is None:
            self._end()
            return ""
        changes, lines, size, held = plan
        for change in changes:
            self._sweep(change)
        recorded = self._ledger.present(lines, size)
        said = "" if recorded else self._settle(changes)
        if recorded or not said:
            self._ledger.append(line for line in lines if line not in recorded)
            self._held.take(held)
        self._end()
        return said or "a run that was cut off was finished"

    def now(self, change: Change) -> str:
        """What stands in a file, as the name of its content."""
        real = self._real(self._place(change.skill, change.file))
        with suppress(FileNotFoundError, NotADirectoryError), self._entered(real.parent) as folder:
            return digest(folder.settled(real.name))
        return ""

    def _settle(self, changes: Sequence[Change]) -> str:
        found = {change.name: self.now(change) for change in changes}
        foreign = [each.name for each in changes if found[each.name] not in (each.before, each.after)]
        if foreign:
            self._take_back(changes)
            names = ", ".join(map(repr, foreign))
            return f"a run that was cut off was taken back, because {names} was changed by hand meanwhile"
        due = (change for change in changes if found[change.name] == change.before)
        if not all(self._write(each.skill, each.file, each.after, each.before) for each in due):
            return self._settle(changes)  # somebody has just changed it
        return ""

    def _take_back(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if self.now(change) == change.after:
                self._write(change.skill, change.file, change.before, change.after)
            if not change.before:
                self._prune(self._place(change.skill, change.file).relative_to(self._space).parts[:-1])

    def _give_up(self, changes: Sequence[Change], lines: Sequence[str], size: int) -> None:
        """The disk refused a write. If it refuses this too, the next command finds the journal."""
        with suppress(AcontextError, OSError):
            if not self._ledger.present(lines, size):
                for change in changes:
                    self._sweep(change)
                self._take_back(changes)
                self._end()

    def _begin(self, changes: Sequence[Change], lines: Sequence[str], size: int, held: Sequence[str]) -> None:
        files = [[change.skill, change.file, change.before, change.after] for change in changes]
        plan = {"v": VERSION, "files": files, "ledger": list(lines), "size": size, "held": list(held)}
        text = json.dumps(plan, ensure_ascii=False).encode()
        with self._opened() as fd:
            write_all(fd, f"{digest(text)} {len(text)}\n".encode() + text, self._disk)
            self._disk.sync_data(fd)

    def _end(self) -> None:
        # Not synced: a journal that comes back after a power cut has its lines in the ledger, and is done.
        with self._opened() as fd:
            self._disk.truncate(fd, _DONE)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The journal for writing. It stays there between runs, so that one write-out of the disk is enough."""
        try:
            new = not self._path.exists()
            fd = self._disk.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
            try:
                yield fd
            finally:
                os.close(fd)
            if new:
                sync_folder(self._path.parent, self._disk)
        except OSError as error:
            raise refused(self._path, error) from error

    def _read(self) -> tuple[list[Change], list[str], int, list[str]] | None:
        """What was to be done; None where it was not written to its end, and so nothing was begun."""
        head, _, rest = content(self._path).partition(b"\n")
        check, _, size = head.decode("ascii", "replace").partition(" ")
        text = rest[: int(size)] if size.isdecimal() and len(size) < _DIGITS else b""
        if digest(text) != check:
            return None
        plan = json.loads(text)
        if plan["v"] > VERSION:
            raise AcontextError(f"{str(self._path)!r} was written by a newer acontext; update this one")
        return [Change(*file) for file in plan["files"]], plan["ledger"], plan["size"], plan.get("held", [])

    def _write(self, skill: str, file: str, content: str, was: str) -> bool:
        """Put a content there in place of another one; whether that still stood there."""
        path = self._place(skill, file)
        real = self._real(path)  # a link within the space is written through
        try:
            with self._entered(real.parent, make=bool(content)) as folder:
                if content:
                    return folder.put(real.name, self._history.get(content), partial(_is, was), self._disk)
                done = folder.drop(real.name, partial(_is, was), self._disk)
        except FileNotFoundError as error:
            if content:
                raise refused(path, error) from error
            return True
        except OSError as error:
            raise refused(path, error) from error
        if done:
            self._prune(path.relative_to(self._space).parts[:-1])
        return done

    def _prune(self, parts: Sequence[str]) -> None:
        """Take away the folders that hold nothing any more."""
        with suppress(OSError), Folder.at(self._space) as space:  # not empty: other files are in it
            for count in range(len(parts), 0, -1):
                with space.within("/".join(parts[: count - 1])) as above:
                    above.remove_empty(parts[count - 1], self._disk)

    @contextmanager
    def _entered(self, real: Path, *, make: bool = False) -> Iterator[Folder]:
        """A folder of the space, held open. It is entered without following a link, made where it is missing."""
        space = Path(os.path.realpath(self._space))
        if make and not space.exists():
            make_folders(space, disk=self._disk)
        with Folder.at(space) as folder:
            for part in real.relative_to(space).parts:
                if make and folder.kind(part) is None:
                    folder.make(part, self._disk)
                folder.step(part)
            yield folder

    def _real(self, path: Path) -> Path:
        """Where a path of the space really leads."""
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(os.path.realpath(self._space)):
            raise AcontextError(f"{str(path)!r} is a link that leads out of the space: nothing was written there")
        return real

    def _place(self, skill: str, file: str) -> Path:
        """Where a file lies. A journal that came from elsewhere must not reach out of the space."""
        parts = [skill, *file.split("/")]
        path = self._space.joinpath(*parts)
        if any(part in ("", ".", "..") or os.sep in part or "\0" in part for part in parts) or not _is_name(path):
            raise AcontextError(f"{f'{skill}/{file}'!r:.200} leads out of the space: nothing was written there")
        return path

    def _sweep(self, change: Change) -> None:
        """Take away what a killed process has left beside a file. What a person had put in its place at that very
        moment is put back."""
        real = self._real(self._place(change.skill, change.file))
        with suppress(OSError), self._entered(real.parent) as here:
            beside = [name for name, kind in here.entries() if kind == "file" and _is_beside(name, real.name)]
            for name in beside:
                data = b"".join(here.chunks(name))
                if self._is_theirs(data, change) and self.now(change) in (change.after, ""):
                    self._disk.rename(Path(name), Path(real.name), here.fd)
                else:
                    self._disk.unlink(Path(name), here.fd)
            if beside:
                here.sync(self._disk)

    def _is_theirs(self, data: bytes, change: Change) -> bool:
        """Whether a content is neither of the two that a run had to do with, nor the beginning of one, nor what a power
        cut makes of either."""
        if b"\0" in data:
            return False
        own = [self._history.get(name) for name in (change.before, change.after) if name]
        return not any(each.startswith(data) for each in own)


def _is(content: str, data: bytes | None) -> bool:
    """Whether it is the content of this name; without a name, no file."""
    return content == ("" if data is None else digest(data))


def _is_beside(name: str, file: str) -> bool:
    """Whether a name is one under which a new content of a file is written before it gets its name."""
    return bool(re.fullmatch(rf"\.{re.escape(file)}\.[0-9a-f]{{12}}\.tmp", name))


def _is_name(path: Path) -> bool:
    """Whether a disk can hold it: half a surrogate pair is no character of a name."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
