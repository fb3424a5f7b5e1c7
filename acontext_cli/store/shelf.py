"""The skills of a space as they lie on disk. A file is read when it is asked for, and again only when it has changed.

Nothing outside the space is read: a link that leads out of it is not there.
"""

import os
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.errors import AcontextError, Changed
from acontext_cli.files.inside import everything, opened
from acontext_cli.skills import SKILL, entries

Key = tuple[str, str]
Signature = tuple[int, int, int, int]

_DEEPEST = 6
_CLOCK_TICK = 50_000_000
_HELD = 128


@dataclass(frozen=True, slots=True)
class _Page:
    signature: Signature | None
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Listing:
    folders: tuple[tuple[Path, Signature | None], ...]
    files: dict[str, None]


class Shelf:
    """One space, for reading."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listings: dict[str, _Listing] = {}
        self._pages: dict[Key, _Page] = {}
        self._texts: dict[Key, str] = {}
        """What was read last; of a space of thousands of files only these are held."""
        self._where: dict[str, Key] | None = None
        self.unreadable: dict[Key, str] = {}
        """Files whose entries are not known, and why."""
        self.troubles: list[str] = []
        """Every time that a skill's folder could not be listed: whoever looked meanwhile did not see it."""
        self.losses = 0
        """Grows whenever an entry no longer stands where it stood."""

    def refresh(self) -> None:
        """See which skills and files there are now. What they hold is seen when they are read."""
        old = self._listings
        self._listings = {name: self._listing(name) for name in self._folders()}
        for skill in old.keys() - self._listings.keys():
            self.unreadable.pop((skill, ""), None)
        for skill in old.keys() | self._listings.keys():
            if old.get(skill) is not self._listings.get(skill):
                self._compare(skill, old[skill].files if skill in old else {})

    def names(self) -> list[str]:
        return [name for name, listing in self._listings.items() if SKILL in listing.files]

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Skills whose folders could not be listed, and why."""
        return tuple(f"{skill}: {why}" for (skill, file), why in self.unreadable.items() if not file)

    def files(self, skill: str) -> Mapping[str, None]:
        """Names of a skill's files, sorted, as keys."""
        listing = self._listings.get(skill)
        return listing.files if listing else {}

    def has(self, skill: str, file: str) -> bool:
        return file in self.files(skill)

    def text(self, skill: str, file: str) -> str:
        """What a file that is listed holds now."""
        key = (skill, file)
        path = self.path(skill, file)
        try:
            page = self._pages.get(key)
            if page is not None and page.signature is not None and page.signature == _signature(path.stat()):
                held = self._texts.get(key)
                return self._read(key, path) if held is None else held
            return self._read(key, path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Changed(f"{skill}/{file} was taken away meanwhile: run the command again") from error
        except OSError as error:
            raise AcontextError(f"{skill}/{file} cannot be read: {error.strerror}") from error

    def path(self, skill: str, file: str) -> Path:
        """Where a file lies; refused where a link leads out of the space."""
        path = self.folder / skill / file
        if path.is_symlink() and not self._is_inside(path):
            raise AcontextError(f"{skill}/{file} is a link that leads out of the space: put the file itself there")
        return path

    def reading(self, skill: str, file: str) -> AbstractContextManager[int]:
        """A file, open for reading. What is swapped in on the way meanwhile does not lead out of the space."""
        return opened(self.folder, f"{skill}/{file}")

    def where(self, entry: str) -> Key | None:
        """In which file an entry stands, as far as files were seen. All are read once for it."""
        if self._where is None:
            self._where = {id: key for key, page in self._pages.items() for id in page.ids}
            self.sweep()
        return self._where.get(entry)

    def elsewhere(self, entry: str, besides: Container[Key]) -> Key | None:
        """In which other file an entry stands, as far as files were seen."""
        return next((key for key, page in self._pages.items() if entry in page.ids and key not in besides), None)

    def sweep(self) -> None:
        """Look at every file again."""
        for skill, file in [key for key in self._pages if not self.has(*key)]:
            self._replace((skill, file), None)  # written and taken away since the files were listed
        for skill in self._listings:
            self._see_entries(skill, self.files(skill))

    def see(self, skill: str, file: str) -> None:
        """Look at one file again, if it is there."""
        self.unreadable.pop((skill, file), None)
        try:
            if not self._is_seen(skill, file):
                self.text(skill, file)
        except Changed:
            self._replace((skill, file), None)
        except AcontextError as error:
            self.unreadable[skill, file] = str(error)

    def _is_seen(self, skill: str, file: str) -> bool:
        """Whether a file is as it was when it was read."""
        page = self._pages.get((skill, file))
        return page is not None and page.signature is not None and _same(self.path(skill, file), page.signature)

    def _compare(self, skill: str, before: Mapping[str, None]) -> None:
        now = self.files(skill)
        for file in before.keys() - now.keys():
            self.unreadable.pop((skill, file), None)
            self._replace((skill, file), None)
        if self._where is not None:
            self._see_entries(skill, now.keys() - before.keys())

    def _see_entries(self, skill: str, files: Iterable[str]) -> None:
        for file in files:
            if file.endswith(".md") and file != SKILL:
                self.see(skill, file)

    def _read(self, key: Key, path: Path) -> str:
        with opened(self.folder, path.relative_to(self.folder).as_posix()) as fd:
            signature = _settled(os.fstat(fd))
            data = everything(fd)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise AcontextError(f"{'/'.join(key)} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
        held = key[1].endswith(".md") and key[1] != SKILL
        ids = tuple(entry.id for entry in entries(text) if entry.id) if held else ()
        self._replace(key, _Page(signature, ids))
        self._hold(key, text)
        return text

    def _hold(self, key: Key, text: str) -> None:
        self._texts.pop(key, None)
        self._texts[key] = text
        if len(self._texts) > _HELD:
            del self._texts[next(iter(self._texts))]

    def _replace(self, key: Key, page: _Page | None) -> None:
        old = self._pages.pop(key, None)
        self._texts.pop(key, None)
        gone = set(old.ids if old else ()) - set(page.ids if page else ())
        self.losses += bool(gone)
        if gone and self._where is not None:
            self._where = {id: place for id, place in self._where.items() if place != key or id not in gone}
            # A person may have copied an entry: then it stands in the other place.
            self._where |= {id: other for other, seen in self._pages.items() for id in gone.intersection(seen.ids)}
        if page is not None:
            self._pages[key] = page
            if self._where is not None:
                self._where.update(dict.fromkeys(page.ids, key))

    def _folders(self) -> Iterator[str]:
        try:
            found = sorted(os.scandir(self.folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in found:
            if not entry.name.startswith(".") and _is_folder(entry) and self._may_enter(entry):
                yield entry.name

    def _listing(self, name: str) -> _Listing:
        old = self._listings.get(name)
        if old is not None and all(_same(folder, signature) for folder, signature in old.folders):
            return old
        folders: list[tuple[Path, Signature | None]] = []
        self.unreadable.pop((name, ""), None)
        files = sorted(self._walk(self.folder / name, "", folders, _DEEPEST))
        return _Listing(tuple(folders), dict.fromkeys(files))

    def _walk(
        self, folder: Path, prefix: str, folders: list[tuple[Path, Signature | None]], deep: int
    ) -> Iterator[str]:
        try:
            folders.append((folder, _settled(folder.stat())))
            with os.scandir(folder) as entries:
                found = list(entries)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:  # what stands in it is not gone: nobody knows
            skill, why = folder.relative_to(self.folder).parts[0], error.strerror or str(error)
            self.unreadable[skill, ""] = why
            self.troubles.append(f"{skill}: {why}")
            return
        for entry in found:
            if entry.name.startswith((".", "__pycache__")) or not self._may_enter(entry):
                continue
            if _is_file(entry):
                yield prefix + entry.name
            elif _is_folder(entry) and deep > 1:
                yield from self._walk(Path(entry.path), f"{prefix}{entry.name}/", folders, deep - 1)

    def _may_enter(self, entry: "os.DirEntry[str]") -> bool:
        return not entry.is_symlink() or self._is_inside(Path(entry.path))

    def _is_inside(self, path: Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.folder))


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads in a circle
        return False


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _same(folder: Path, signature: Signature | None) -> bool:
    try:
        return signature is not None and _signature(folder.stat()) == signature
    except OSError:
        return False


def _settled(found: os.stat_result) -> Signature | None:
    """The signature, or None where another change within the same tick of the clock would not show in it."""
    recent = time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) < _CLOCK_TICK
    return None if recent else _signature(found)


def _signature(found: os.stat_result) -> Signature:
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
