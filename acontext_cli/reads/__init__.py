"""Who read what of a space's skills: counted where it is seen, for `skill check` to tell what nobody reads."""

from acontext_cli.reads.reads import Read, Reads, Tally

__all__ = ["Read", "Reads", "Tally"]
