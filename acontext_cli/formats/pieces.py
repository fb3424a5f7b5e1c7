"""What every reader of a transcript format gives: pieces of conversations in the OpenAI chat form, and their origin.

Nothing here is trusted: ids, names and folders are text from a file, compared and shown, and no path unchecked.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from acontext_cli.messages import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a conversation was held. Given before its first piece, and again whenever more is known."""

    key: str = ""
    """Tells the conversations of one file apart; any text."""
    session: str = ""
    """The source's own id of the conversation; empty where it has none."""
    parent: str = ""
    """The source's own id of the conversation that started this one (of a sub-agent)."""
    forked: str = ""
    """The source's own id of the conversation that this one went on from, as a copy."""
    agent: str = ""
    """Which program held it, e.g. `claude-code`."""
    version: str = ""
    model: str = ""
    project: str = ""
    """The folder it was held in, as the source names it."""
    branch: str = ""
    title: str = ""


class Piece(NamedTuple):
    """A message, or a part of one where the source writes a response in several records."""

    body: Json
    """In the OpenAI chat form."""
    key: str = ""
    """Of its conversation: `Origin.key`."""
    uid: str = ""
    """The source's own id of the record, the same in a copy of it (a fork, a resumed session). Empty: it has none."""
    joins: str = ""
    """Assistant pieces that follow one another with the same text here, not empty, are one message."""
    at: str = ""
    """When it was said: ISO 8601."""
    meta: Json = MappingProxyType({})
    """What else is known of it, under the names of `META`."""


META = {
    "is_error": "of a result: whether its call failed (absent: the source does not say)",
    "kind": "of a `user` message that no person said as such: command, output, interrupt, notice or context",
    "from_skill": "its text came out of this skill (or '?' where its name is not known)",
    "model": "the model that said it",
    "usage": "tokens of the response: input, output, cached (each where known)",
    "taken_back": "a rewind: how many of the user's turns before this message were taken back",
}
"""A human turn is a message with the role `user` and no `kind`."""


class Tally:
    """What a reader could not use, counted under a few words each."""

    _MOST = 40

    def __init__(self) -> None:
        self.skipped: dict[str, int] = {}
        """Broken or unknown: perhaps something is lost."""
        self.left_out: dict[str, int] = {}
        """Known and no part of a conversation, e.g. progress records."""

    def skip(self, what: str) -> None:
        self._count(self.skipped, what)

    def leave_out(self, what: str) -> None:
        self._count(self.left_out, what)

    def _count(self, counts: dict[str, int], what: str) -> None:
        what = what[:60]
        if what not in counts and len(counts) >= self._MOST:  # the words come from a file: there may be any number
            what = "others"
        counts[what] = counts.get(what, 0) + 1
