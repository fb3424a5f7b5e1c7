"""The only writer of bytes: a line, a file or a folder is there whole, or nothing of it."""

from acontext_cli.files.appender import Appended, Appender, append
from acontext_cli.files.disk import DISK, Disk
from acontext_cli.files.reading import complete, content, last_line, lines
from acontext_cli.files.whole import digest, locked, make_folders, remove_folder, write_folder, write_whole

__all__ = [
    "DISK",
    "Appended",
    "Appender",
    "Disk",
    "append",
    "complete",
    "content",
    "digest",
    "last_line",
    "lines",
    "locked",
    "make_folders",
    "remove_folder",
    "write_folder",
    "write_whole",
]
