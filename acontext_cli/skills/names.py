"""Names of skills and of their files: ASCII kebab-case, made from untrusted words and checked in one place."""

import re
from collections.abc import Collection

SKILL = "SKILL.md"
DAILY, USER = "daily-logs", "user-general-facts"
"""The two skills that every space starts with."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FILE = re.compile(r"[a-z0-9][a-z0-9-]*\.md")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))]
)


def slug(words: str, limit: int = 48) -> str:
    """ASCII kebab-case from any words; never empty, never a name that Windows keeps for a device."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    kebab = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(kebab) > limit:
        whole = kebab[: limit + 1].rpartition("-")[0]
        kebab = (whole or kebab[:limit]).strip("-")
    return f"{kebab}-notes"[-limit:] if kebab in _RESERVED else kebab or "untitled"


def safe_file(name: str, folders: Collection[str] = ()) -> str:
    """The name of a data file from any words: flat, or in one of the `folders` where it names one of them."""
    folder, slash, rest = name.rpartition("/")
    if slash and folder in folders:
        return f"{folder}/{safe_file(rest)}"
    if not file_problem(name):
        return name
    stem = slug(name.removesuffix(".md"))
    return "skill-notes.md" if stem == "skill" else f"{stem}.md"


def name_problem(name: str) -> str | None:
    """Why this is no name for a skill, or None."""
    if not 1 <= len(name) <= 64:
        return f"a skill's name has 1 to 64 characters, {name!r:.80} has {len(name)}"
    if not _NAME.fullmatch(name):
        return f"a skill's name is lower-case letters, digits and single hyphens, not {name!r}"
    if name in _RESERVED:
        return f"Windows keeps the name {name!r} for a device"
    return None


def file_problem(name: str, folders: Collection[str] = ()) -> str | None:
    """Why this is no name for a new data file, or None. A sub-folder is fine where it is one of `folders`."""
    folder, slash, file = name.rpartition("/")
    if slash and folder not in folders:
        return f"a skill's files lie flat beside {SKILL}, not in {folder!r:.80}"
    if len(file) > 100 or not _FILE.fullmatch(file):
        return f"a data file's name is lower-case letters, digits and hyphens with '.md' behind, not {file!r:.120}"
    if file == SKILL.lower() or file.removesuffix(".md") in _RESERVED:
        return f"the name {file!r} is kept for something else"
    return None
