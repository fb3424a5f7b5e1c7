"""Keys, tokens and passwords in a text: found by their shape, by their name, by where they are carried."""

from acontext_cli.secrets.scan import find
from acontext_cli.secrets.secret import Secret

__all__ = ["Secret", "find"]
