"""Copies of skills where links do not work, and whether one still is as it was made."""

import os
from collections.abc import Iterator, Mapping

from acontext_cli.files.inside import Folder

NEW = ".acontext-new-"

_DEEPEST = 10


def digest_of_files(files: Mapping[str, bytes]) -> str:
    """The digest of a copy with these files."""
    from hashlib import sha256

    return _digest({path: sha256(data).hexdigest() for path, data in files.items()})


def digest_of_folder(folder: Folder) -> str:
    """The digest of a folder as it is; empty where it holds what no copy holds."""
    return _digest(found) if (found := _hashes(folder)) is not None else ""


def write_copy(folder: Folder, name: str, files: Mapping[str, bytes]) -> None:
    """Put a copy there all at once; an OSError where the name is taken."""
    if folder.kind(name) is not None:
        raise FileExistsError(17, os.strerror(17), str(folder.path / name))
    beside = f"{NEW}{os.urandom(6).hex()}"
    folder.make(beside)
    try:
        with folder.within(beside) as copy:
            for path, data in files.items():
                _write(copy, path, data)
        folder.rename(beside, name)
    except BaseException:
        folder.remove(beside)
        raise


def _write(copy: Folder, path: str, data: bytes) -> None:
    *above, name = path.split("/")
    with copy.within("") as here:
        for part in above:
            here.make(part)
            here.step(part)
        here.write_new(name, data)


def _digest(hashes: Mapping[str, str]) -> str:
    from hashlib import sha256

    rows = (f"{hash} {path}\n".encode(errors="surrogateescape") for path, hash in sorted(hashes.items()))
    return sha256(b"".join(rows)).hexdigest()


def _hashes(folder: Folder) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for path, hash in _walk(folder, "", _DEEPEST):
        if not hash:
            return None
        found[path] = hash
    return found


def _walk(folder: Folder, prefix: str, deep: int) -> Iterator[tuple[str, str]]:
    """Every file with its hash; an empty hash for what is neither a file nor a folder with something in it."""
    from hashlib import sha256

    for name, kind in folder.entries():
        path = prefix + name
        if kind == "file":
            hash = sha256()
            for part in folder.chunks(name):
                hash.update(part)
            yield path, hash.hexdigest()
        elif kind == "folder" and deep > 1:
            with folder.enter(name) as below:
                if not below.entries():
                    yield path, ""
                yield from _walk(below, f"{path}/", deep - 1)
        else:
            yield path, ""
