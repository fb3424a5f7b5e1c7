"""What was made, a line a thing, in the machine's part. The file is replaced whole: it is right at every moment."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files import lines, write_whole
from acontext_cli.records import decode, encode
from acontext_cli.skills import name_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A link, a copy, or a folder for them."""

    folder: str
    """Where it stands: from the project's folder, absolute where it is the user's own."""
    name: str = ""
    """The skill; empty where the folder itself was made."""
    source: str = ""
    """What the link says; of a copy, what a link would say."""
    copy: str = ""
    """The digest of a copy as it was made; empty for a link."""

    @property
    def key(self) -> tuple[str, str]:
        return self.folder, self.name


def read(log: Path, *, absolute: bool) -> list[Made]:
    """What was made. A line that names what no link of ours does, for example a folder outside, is refused."""
    return list(_read(log, absolute))


def write(log: Path, made: Iterable[Made]) -> None:
    rows = sorted(set(made), key=lambda one: (one.folder, one.name, one.source, one.copy))
    write_whole(log, b"".join(map(encode, rows)))


def _read(log: Path, absolute: bool) -> Iterator[Made]:
    for number, (_, line) in enumerate(lines(log), 1):
        try:
            made = decode(Made, line)
        except AcontextError as error:
            raise AcontextError(f"{str(log)!r}, line {number}: {error}") from error
        if not _is_plain(made.folder, absolute) or (made.name and name_problem(made.name)):
            raise AcontextError(f"{str(log)!r}, line {number} was not written by acontext: delete it")
        yield made


def _is_plain(folder: str, absolute: bool) -> bool:
    """Whether it is a folder below the project's, or an absolute one, named in the one way that we name it."""
    parts = folder.split("/")
    if absolute:
        parts = parts[1:] if folder.startswith("/") else []
    return bool(parts) and "\0" not in folder and not {"", ".", ".."} & set(parts) and _can_be_named(folder)


def _can_be_named(folder: str) -> bool:
    try:
        os.fsencode(folder)
    except UnicodeEncodeError:
        return False
    return True
