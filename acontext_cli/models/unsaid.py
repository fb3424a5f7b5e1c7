"""Values that are never repeated: keys, and headers that may be one. They are cut out of what
is heard, which is kept."""

from collections.abc import Iterable

SHORTEST = 8
"""Signs of a secret; what is shorter may be any word."""


class Unsaid:
    """Some secrets, by value."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: one may be a part of another.
        self._secrets = sorted({each for each in secrets if len(each) >= SHORTEST}, key=len, reverse=True)

    def cut(self, text: str, mark: str = "****") -> str:
        """The text with a mark for each."""
        for secret in self._secrets:
            text = text.replace(secret, mark)
        return text

    def cut_bytes(self, content: bytes) -> bytes:
        """The same of what is not yet read."""
        for secret in self._secrets:
            content = content.replace(secret.encode("utf-8", "replace"), b"****")
        return content


def words_of(value: str) -> tuple[str, ...]:
    """A header's value and the words in it: `Bearer` and what follows are repeated apart too."""
    return value, *value.split()
