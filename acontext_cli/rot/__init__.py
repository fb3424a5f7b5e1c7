"""What of a space may have gone bad: looked for, told, and left as it is."""

from acontext_cli.rot.note import Note, Standing, standing
from acontext_cli.rot.report import notes

__all__ = ["Note", "Standing", "notes", "standing"]
