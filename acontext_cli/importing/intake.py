"""Takes in one file: each piece goes to its conversation, and nothing waits in memory for long."""

from collections.abc import Iterable
from dataclasses import replace

from acontext_cli.formats import Origin, Piece
from acontext_cli.importing.conversation import Conversation
from acontext_cli.importing.taken import Errand, Taken

OPEN = 100
"""So many conversations of one file are followed at a time."""
BATCH_SIZE = 2_000_000
"""As soon as about so many characters of text were read in all of them, they are written."""
_MOST_TOLD = 10_000


class Intake:
    """Takes in one file."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._open: dict[str, Conversation] = {}
        self._told: dict[str, Origin] = {}
        self._size = 0

    def take(self, items: Iterable[Origin | Piece]) -> Taken:
        for item in items:
            if isinstance(item, Piece):
                (self._open.get(item.key) or self._again(item.key)).add(item)
                self._read(item)
            else:
                self._introduced(item if item.project else replace(item, project=self._errand.project))
        for conversation in self._open.values():
            conversation.close()
        return self._errand.taken

    def _introduced(self, origin: Origin) -> None:
        if len(self._told) < _MOST_TOLD:
            self._told[origin.key] = origin
        if origin.key in self._open:
            self._open[origin.key].origin = origin
        else:
            self._opened(origin)

    def _again(self, key: str) -> Conversation:
        """A conversation that goes on after many others."""
        return self._opened(self._told.get(key) or Origin(key=key, project=self._errand.project))

    def _read(self, piece: Piece) -> None:
        """Nothing waits in memory for long, in how many conversations it may be."""
        content = piece.body.get("content")
        self._size += len(content) if isinstance(content, str) else 1000
        if self._size >= BATCH_SIZE:
            self._size = 0
            for conversation in self._open.values():
                conversation.flush()

    def _opened(self, origin: Origin) -> Conversation:
        """Begin a conversation. Those without an id stand one after the other in a file: the one before is complete."""
        before = [key for key, each in self._open.items() if not (origin.session or each.origin.session)]
        for key in before or [*self._open][: max(0, len(self._open) - OPEN + 1)]:
            self._open.pop(key).close()
        self._open[origin.key] = Conversation(self._errand, origin)
        return self._open[origin.key]
