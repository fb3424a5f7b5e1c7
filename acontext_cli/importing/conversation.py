"""One conversation of a file on its way into its session: what is new is recorded, what is there is passed over."""

from collections.abc import Sequence
from itertools import compress, takewhile
from operator import attrgetter

from acontext_cli.formats import Origin, Piece
from acontext_cli.importing.joining import joined, last_key
from acontext_cli.importing.origins import session_id
from acontext_cli.importing.recognition import Recognition, Thread
from acontext_cli.importing.seen import written
from acontext_cli.importing.taken import Errand
from acontext_cli.messages import MARK, Message, flatten
from acontext_cli.session import Session

BATCH = 400
"""So many pieces are looked at and written at once."""
HELD = 200
"""Of a conversation without an id, so many known pieces are kept in mind until something new shows whose they are."""


class Conversation:
    """Adds the new pieces of one conversation to its session, in batches."""

    def __init__(self, errand: Errand, origin: Origin) -> None:
        self.origin = origin
        self._errand = errand
        self._id = session_id(errand.format, origin.agent, origin.session) if origin.session else ""
        self._recognition = Recognition(errand.seen, origin, copies=errand.copies) if self._id else None
        self._thread = Thread(errand.scope)
        self._held: list[tuple[int, Piece]] = []
        self._known = 0
        """Of a conversation without an id the last key that another session has too."""
        self._batch: list[tuple[int, Piece]] = []
        self._messages: list[Message] = []
        self._session: Session | None = None
        self._ours: bool | None = None
        """Whether it is a judgement that we asked an agent for; not known before somebody has spoken."""

    def add(self, piece: Piece) -> None:
        if self._ours is None and piece.body.get("role") == "user" and "kind" not in piece.meta:
            self._ours = flatten(piece.body.get("content")).startswith(MARK)
        if self._ours:
            self._batch, self._held, self._messages = [], [], []  # what a harness had put before it
            return
        key = self._recognition.key(piece) if self._recognition else self._key_unnamed(piece)
        if not key:
            self._errand.taken.known += 1
            return
        self._batch.append((key, piece))
        if len(self._batch) >= BATCH:
            self.flush()

    def close(self) -> None:
        if self._ours:
            return
        self.flush(whole=False)
        self._record()
        if self._session is not None:
            self._errand.shelf.describe(self._session, self.origin)
        if holder := self._id or self._errand.seen.session_of(self._known):
            self._errand.taken.touched.add(holder)

    def _key_unnamed(self, piece: Piece) -> int:
        """What has no id belongs to the session that holds all of it so far, and to a new one from where it differs."""
        key = self._thread.key(piece.body)
        if self._id:
            return key
        if not self._errand.seen.has(key):
            self._name(key)
            return key
        self._known = key
        if len(self._held) <= HELD:
            self._held.append((key, piece))
        return 0

    def _name(self, key: int) -> None:
        """Something new was said: find out whose conversation this is."""
        before = self._errand.seen.session_of(self._known) if self._known else ""
        if before and self._errand.seen.is_last(self._known, before):
            self._id = before  # it has grown
        else:
            self._id = session_id(self._errand.scope, "", written(key))
            if len(self._held) <= HELD:  # a common beginning, e.g. the same instructions
                self._errand.taken.known -= len(self._held)
                self._messages += joined(self._held, self._errand.time)
        self._held = []

    def flush(self, *, whole: bool = True) -> None:
        """Record what is new among the pieces read so far. A message in the making waits for its rest if `whole`:
        a key that lasts before its message does would lose it to a kill."""
        waiting = _unfinished(self._batch) if whole else 0
        ready, self._batch = self._batch[: len(self._batch) - waiting], self._batch[len(self._batch) - waiting :]
        if ready:
            new = self._errand.seen.add([key for key, _ in ready], self._id)
            self._errand.taken.known += len(new) - sum(new)
            self._messages += joined(compress(ready, new), self._errand.time)
            self._record()

    def _record(self) -> None:
        messages, errand, taken = self._messages, self._errand, self._errand.taken
        if not messages:
            return
        if self._session is None:
            spoken = [message for message in messages if message.role == "user"]
            said = next((each.text for each in (*filter(attrgetter("is_human"), spoken), *spoken)), "")
            self._session, made = errand.shelf.session(self._id, self.origin, messages[0], said)
            taken.made.update([self._id] if made else [])
        for kind, count in errand.shelf.record(self._session, messages).items():
            taken.secrets[kind] = taken.secrets.get(kind, 0) + count
        for message in messages:
            taken.count(message)
        taken.sessions[self._id] = taken.sessions.get(self._id, 0) + len(messages)
        errand.seen.grown(self._id, self._session.size, last_key(messages[-1]))
        errand.seen.keep()
        self._messages = []


def _unfinished(batch: Sequence[tuple[int, Piece]]) -> int:
    """How many pieces at the end of a batch may go on in the next; none where they are all that there is."""
    joins = batch[-1][1].joins if batch else ""
    count = sum(1 for _ in takewhile(lambda each: each[1].joins == joins, reversed(batch))) if joins else 0
    return count if count < len(batch) else 0
