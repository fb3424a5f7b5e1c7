"""Keys, tokens and passwords in a text: found by their shape, by their name, by where they are carried."""

from collections.abc import Callable

from acontext_cli.secrets.scan import find
from acontext_cli.secrets.secret import Secret

__all__ = ["Secret", "cut", "find"]


def cut(text: str, instead: Callable[[str, str], str]) -> str:
    """The text with something else in the place of each secret, by the secret and its kind; the text itself where it
    holds none."""
    found = find(text)
    if not found:
        return text
    parts: list[str] = []
    end = 0
    for secret in found:
        parts += text[end : secret.start], instead(text[secret.start : secret.end], secret.kind)
        end = secret.end
    return "".join([*parts, text[end:]])
