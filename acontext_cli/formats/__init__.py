"""Transcripts of other agents: one small module a format, all of the same shape, told apart by content alone.

A format is a module with `NAME`, `recognises(sample)` and `read(source)`. Readers are tolerant: what they do not know
is counted in `source.tally` and passed over, and no record ends a reading.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Protocol, cast

from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

__all__ = ["FORMATS", "Format", "Origin", "Piece", "Source", "Tally", "named", "recognised"]

FORMATS = (
    "claude-code",
    "codex",
    "copilot-cli",
    "gemini-cli",
    "opencode",
    "cursor",
    "swe-agent",
    "atif",
    "langchain",
    "openai-responses",
    "anthropic",
    "openai",
)
"""The most particular ones first: the first that recognises a file reads it."""


class Format(Protocol):
    """What each format's module offers."""

    NAME: str

    def recognises(self, sample: Sequence[Json]) -> bool:
        """Whether a file that begins so is of this format; `sample` is that of `Source`."""

    def read(self, source: Source) -> Iterator[Origin | Piece]:
        """Its conversations, in the order of the file."""


def named(name: str) -> Format:
    """The format of this name, one of FORMATS."""
    return cast(Format, import_module(f"acontext_cli.formats.{name.replace('-', '_')}"))


def recognised(source: Source) -> Format | None:
    """The format of a file, by its content."""
    return next((found for found in map(named, FORMATS) if found.recognises(source.sample)), None)
