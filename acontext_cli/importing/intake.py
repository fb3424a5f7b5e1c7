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
                (self._open.get(item.key) or self._begun(item.key)).add(item)
                self._read(item)
            else:
                self._introduced(item if item.project else replace(item, project=self._errand.project))
        for conversation in self._open.values():
            conversation.close()
        return self._errand.taken

    def _introduced(self, origin: Origin) -> None:
        if origin.key not in self._told and len(self._told) >= _MOST_TOLD:
            del self._told[next(iter(self._told))]
        self._told[origin.key] = origin
        if origin.key in self._open:
            self._open[origin.key].origin = origin

    def _read(self, piece: Piece) -> None:
        """Nothing waits in memory for long, in how many conversations it may be."""
        content = piece.body.get("content")
        self._size += len(content) if isinstance(content, str) else 1000
        if self._size >= BATCH_SIZE:
            self._size = 0
            for conversation in self._open.values():
                conversation.flush()

    def _begun(self, key: str) -> Conversation:
        """A conversation at its first piece, or going on after many others.

        Those without an id stand one after the other in a file: the one before is complete.
        """
        origin = self._told.get(key) or Origin(key=key, project=self._errand.project)
        before = [name for name, each in self._open.items() if not (origin.session or each.origin.session)]
        for other in before or [*self._open][: max(0, len(self._open) - OPEN + 1)]:
            self._open.pop(other).close()
        self._open[key] = Conversation(self._errand, origin)
        return self._open[key]
