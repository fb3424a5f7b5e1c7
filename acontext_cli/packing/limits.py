"""How much is taken in at once. Everything is counted as it comes, never as its headers say."""

MOST_FILES = 200
"""Files of one archive or folder that are taken."""
MOST_BYTES = 1 << 20
"""Bytes of one file."""
MOST_IN_ALL = 10 << 20
"""Bytes of all files together."""
MOST_ENTRIES = 10_000
"""Files and folders that are looked through for skills."""
LARGEST_ZIP = 32 << 20
DEEPEST = 10
"""Folders one in another that are looked through."""
DEEPEST_SKILL = 5
"""Folders one in another above a SKILL.md: `repo-main/plugins/one/skills/pdf` is five."""
DEEPEST_FILE = 6
"""Parts of the path of a skill's file: as many as are seen in a space."""


def mib(count: int) -> str:
    return f"{count >> 20} MiB"
