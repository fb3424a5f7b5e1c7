"""A zip as a source of foreign files, and the zip of our own. It is read into memory once: what is checked is what is
taken. Sizes are counted while inflating, whatever the headers say."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from acontext_cli.errors import AcontextError
from acontext_cli.files.inside import Kind
from acontext_cli.packing.limits import LARGEST_ZIP, MOST_BYTES, MOST_ENTRIES, mib
from acontext_cli.packing.paths import is_hidden, path_problem

if TYPE_CHECKING:
    from zipfile import ZipInfo

_ENTRY = b"PK\x01\x02"
_HEADER = 30
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_REPARSE_POINT = 0x400
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16


class ZipSource:
    """The files of a zip."""

    def __init__(self, data: bytes, name: str) -> None:
        from zipfile import ZipFile

        self.name = name
        self._infos: dict[str, ZipInfo] = {}
        if data.count(_ENTRY) > MOST_ENTRIES:  # before a list of them is made
            raise self._refused(f"holds more than {MOST_ENTRIES:,} files")
        with self._whole():
            self._zip = ZipFile(BytesIO(data))

    @classmethod
    def at(cls, path: Path) -> "ZipSource":
        return cls(_content(path), str(path))

    def entries(self) -> list[tuple[str, Kind]]:
        infos = self._zip.infolist()
        found = [each for info in infos for each in self._entry(info)]
        self._no_overlap(infos)
        return found

    def read(self, path: str) -> bytes:
        from zipfile import ZIP_DEFLATED, ZIP_STORED

        info = self._infos[path]
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise self._refused(f"{path!r} is packed in a way that is not read here: pack it as a plain zip")
        with self._whole(), self._zip.open(info) as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise self._refused(f"{path!r} is larger than {mib(MOST_BYTES)}")
        if len(data) != info.file_size:
            raise self._refused("it is broken: get it anew")
        return data

    def _entry(self, info: "ZipInfo") -> Iterator[tuple[str, Kind]]:
        # What the library reads out of a name (up to a NUL; another name beside it) must be the name itself.
        path = info.orig_filename.removesuffix("/")
        if problem := path_problem(path) or ("has two names" if info.filename != info.orig_filename else None):
            raise self._refused(f"{info.orig_filename!r:.200} {problem}")
        if is_hidden(path):
            return
        if info.flag_bits & _ENCRYPTED:
            raise self._refused(f"{path!r} is encrypted: unpack it and add the folder")
        kind = _kind(info)
        if path in self._infos:
            raise self._refused(f"{path!r} stands in it twice")
        self._infos[path] = info
        yield path, kind

    def _no_overlap(self, infos: "list[ZipInfo]") -> None:
        ordered = sorted(infos, key=lambda info: info.header_offset)
        ends = [each.header_offset + _HEADER + len(each.orig_filename) + each.compress_size for each in ordered]
        starts = [*(info.header_offset for info in ordered), self._zip.start_dir]
        if any(end > start for end, start in zip(ends, starts[1:], strict=True)):
            raise self._refused("its files overlap one another")

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Whatever the library says of a zip that is not one, in our words."""
        import struct
        import zlib
        from zipfile import BadZipFile

        broken = (BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, IndexError)
        try:
            yield
        except (NotImplementedError, RuntimeError) as error:
            raise self._refused(f"it is of a kind that is not read here ({error})") from error
        except broken as error:
            raise self._refused("it is no zip, or broken: get it anew") from error

    def _refused(self, why: str) -> AcontextError:
        return AcontextError(f"{self.name!r}: {why}; nothing was taken")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip that is the same whenever and wherever it is made."""
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as zip:
        for path in sorted(files):
            info = ZipInfo(path, _LONG_AGO)
            info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, 3, _MODE
            zip.writestr(info, files[path], compresslevel=9)
    return made.getvalue()


def _kind(info: "ZipInfo") -> Kind:
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode == stat.S_IFLNK or info.external_attr & _REPARSE_POINT:
        return "link"
    is_folder = info.orig_filename.endswith("/")
    if mode not in (0, stat.S_IFDIR if is_folder else stat.S_IFREG):
        return "other"
    return "folder" if is_folder else "file"


def _content(path: Path) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise AcontextError(f"{str(path)!r} cannot be read: {error.strerror}") from error
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise AcontextError(f"{str(path)!r} is no file and no folder: name a zip or the folder of a skill")
        data = file.read(LARGEST_ZIP + 1)
    if len(data) > LARGEST_ZIP:
        raise AcontextError(f"{str(path)!r} is larger than {mib(LARGEST_ZIP)}: unpack it and add the folder")
    return data
