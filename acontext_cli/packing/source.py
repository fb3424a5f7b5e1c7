"""Where foreign files come from, whatever it is: their paths with what each stands for, and their contents."""

from typing import Protocol

from acontext_cli.files.inside import Kind


class Source(Protocol):
    """A zip or a folder, open for reading."""

    name: str
    """As the person named it."""

    def entries(self) -> list[tuple[str, Kind]]:
        """Every path in it that is none of the system's own; a path that is no file's name is refused."""

    def read(self, path: str) -> bytes:
        """The content of a file; refused where it is too large or not what was listed."""
