"""Whether a session keeps its secrets, as session.json says, and what is told of a new one without them."""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from acontext_cli.files import Disk, write_whole
from acontext_cli.session import about

_SHORT = 8


def is_cut(folder: Path) -> bool:
    """Whether placeholders stand for all secrets. Another process may have kept some since, so the file is asked."""
    return _said(folder) == "cut"


def say_kept(folder: Path, disk: Disk) -> None:
    """Say that secrets stay in the transcript, before the first of them does."""
    if _said(folder) != "kept":
        write_whole(folder / about.FILE, replace(about.opened(folder), secrets="kept").data(), disk)


def without_secrets(machine: Path, told: Mapping[str, str]) -> dict[str, str]:
    """What is told of a new session, which may come from anywhere."""
    if told.get("secrets") == "kept" or all(len(text) < _SHORT for text in told.values()):
        return dict(told)
    from acontext_cli.redaction import redactor_of

    redacted = redactor_of(machine).text
    return {name: redacted(text) for name, text in told.items()}


def _said(folder: Path) -> str:
    try:
        found = os.stat(f"{folder}/{about.FILE}")  # noqa: PTH116 - asked for every task, and every record that keeps
    except OSError:
        return about.opened(folder).secrets  # says what is wrong
    return _as_of(folder, found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=64)
def _as_of(folder: Path, _file: int, _time: int) -> str:
    return about.opened(folder).secrets
