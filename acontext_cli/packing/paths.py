"""Paths that come from elsewhere: what may be a file's name on every system, and no way to anywhere else."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_PART = 120
LONGEST = 400
MOST_PARTS = 20

_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9])", re.IGNORECASE)
_REFUSED = re.compile(r'[<>:"|?*]')
_SHORT = re.compile(r"~\d")
# Signs that show as nothing, though they count as letters or marks: two names that look the same.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def path_problem(path: str) -> str | None:
    """Why a path is refused, or None. It must be relative, name what it names in one way only, and stay inside."""
    if "\0" in path:
        return "holds a NUL"
    if "\\" in path:
        return "has a backslash"
    if path.startswith("/") or _DRIVE.match(path):
        return "is absolute"
    if len(path) > LONGEST:
        return f"is longer than {LONGEST} characters"
    parts = path.split("/")
    if len(parts) > MOST_PARTS:
        return f"lies more than {MOST_PARTS} folders deep"
    return next((problem for part in parts if (problem := _part_problem(part))), None)


def _part_problem(part: str) -> str | None:
    if part in ("", ".", ".."):
        return "leads out of its folder" if part == ".." else "has an empty part or a '.'"
    if not part.isprintable() or _UNSEEN.search(part):
        return "holds characters that do not show"
    if unicodedata.normalize("NFKC", part) != part:
        return "holds characters that look like others or are not in Unicode's normal form"
    if _REFUSED.search(part):
        return 'holds one of < > : " | ? *'
    if part.strip(" ") != part or part.endswith("."):
        return "has a part that begins or ends with a space, or ends with a dot"
    if _RESERVED.fullmatch(part.partition(".")[0].strip(" ")):
        return "has a part that Windows keeps for a device"
    if _SHORT.search(part):
        return "has a '~' before a digit, the short form of another name on Windows"
    if len(part.encode("utf-8")) > LONGEST_PART:
        return f"has a part longer than {LONGEST_PART} bytes"
    return None


def clash(files: Iterable[str]) -> str | None:
    """Which two paths cannot both be there on every system, or None."""
    seen: dict[str, tuple[str, bool]] = {}
    for file in files:
        parts = file.split("/")
        for count in range(1, len(parts) + 1):
            path, is_file = "/".join(parts[:count]), count == len(parts)
            other = seen.setdefault(_folded(path), (path, is_file))
            if other[0] != path:
                return f"{path!r} and {other[0]!r} differ in case or form only"
            if other[1] != is_file:
                return f"{path!r} is a file and a folder"
    return None


def is_hidden(path: str) -> bool:
    """Whether a system, an editor or an interpreter has left it there: not a part of a skill."""
    return any(part.startswith((".", "__pycache__", "__MACOSX")) for part in path.split("/"))


def _folded(path: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
