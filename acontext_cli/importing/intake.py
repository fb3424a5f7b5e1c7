"""One file's pieces become messages of sessions: what is new is recorded, what is there already is passed over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Protocol

from acontext_cli.formats import Origin, Piece
from acontext_cli.importing.joining import Joined, alone, last_key
from acontext_cli.importing.origins import session_id
from acontext_cli.importing.recognition import Recognition, Thread
from acontext_cli.importing.seen import Seen, written
from acontext_cli.messages import Message
from acontext_cli.session import Session

BATCH = 400
"""So many messages are written at once …"""
BATCH_SIZE = 2_000_000
"""… or as soon as about so many characters of text were read in all conversations of a file."""
HELD = 200
"""Of a conversation without an id, so many known pieces are kept in mind until something new shows whose they are."""
OPEN = 100
"""So many conversations of one file are followed at a time."""
_MOST_TOLD = 10_000


@dataclass(slots=True)
class Taken:
    """What came of one file, or of several."""

    sessions: dict[str, int] = field(default_factory=dict)
    """New messages by session id."""
    made: set[str] = field(default_factory=set)
    """Ids of the sessions that are new."""
    secrets: dict[str, int] = field(default_factory=dict)
    """What was cut out, by kind."""
    touched: set[str] = field(default_factory=set)
    """Ids of the sessions that hold what the file holds, new or not."""
    known: int = 0
    """Records that were there already."""
    human: int = 0
    calls: int = 0
    results: int = 0
    failed: int = 0
    """Of the new messages: what people said, calls, results, results of calls that failed."""

    @property
    def messages(self) -> int:
        return sum(self.sessions.values())

    def count(self, message: Message) -> None:
        if message.is_result:
            self.results += 1
            self.failed += bool(message.meta.get("is_error"))
        elif message.is_human:
            self.human += 1
        else:
            calls = message.body.get("tool_calls") or ()
            self.calls += len(calls) if isinstance(calls, list) else 0


class Shelf(Protocol):
    """Where sessions are put: the workspace that a file belongs to."""

    def session(self, id: str, origin: Origin, first: Message, said: str) -> tuple[Session, bool]:
        """The session of this id, and whether it had to be made; `said`: what a person says first in it."""

    def record(self, session: Session, messages: list[Message]) -> Mapping[str, int]:
        """Record messages; what was cut out of them, by kind."""

    def describe(self, session: Session, origin: Origin) -> None:
        """Note what became known of its origin."""


class Intake:
    """Takes in one file."""

    def __init__(
        self, seen: Seen, shelf: Shelf, *, format: str, time: str, project: str = "", copies: bool = False
    ) -> None:
        self.seen = seen
        self.shelf = shelf
        self.format = format
        self.project = project
        """The folder of those conversations that do not tell theirs."""
        self.time = time
        """When what has no time was said: when the file was written last."""
        self.copies = copies
        """Whether the format's forks hold records with the ids that they have elsewhere."""
        self.taken = Taken()
        self._open: dict[str, _Conversation] = {}
        self._told: dict[str, Origin] = {}
        self._size = 0

    def take(self, items: Iterable[Origin | Piece]) -> Taken:
        for item in items:
            if isinstance(item, Piece):
                (self._open.get(item.key) or self._again(item.key)).add(item)
                self._read(item)
            else:
                self._introduced(item if item.project else replace(item, project=self.project))
        for conversation in self._open.values():
            conversation.close()
        return self.taken

    def _introduced(self, origin: Origin) -> None:
        if len(self._told) < _MOST_TOLD:
            self._told[origin.key] = origin
        if origin.key in self._open:
            self._open[origin.key].origin = origin
        else:
            self._opened(origin)

    def _again(self, key: str) -> "_Conversation":
        """A conversation that goes on after many others."""
        return self._opened(self._told.get(key) or Origin(key=key, project=self.project))

    def _read(self, piece: Piece) -> None:
        """Nothing waits in memory for long, in how many conversations it may be."""
        content = piece.body.get("content")
        self._size += len(content) if isinstance(content, str) else 1000
        if self._size >= BATCH_SIZE:
            self._size = 0
            for conversation in self._open.values():
                conversation.flush()

    def _opened(self, origin: Origin) -> "_Conversation":
        """Begin a conversation. Those without an id stand one after the other in a file: the one before is complete."""
        before = [key for key, each in self._open.items() if not (origin.session or each.origin.session)]
        for key in before or [*self._open][: len(self._open) - OPEN + 1]:
            self._open.pop(key).close()
        self._open[origin.key] = _Conversation(self, origin)
        return self._open[origin.key]


class _Conversation:
    """Adds the new pieces of one conversation to its session, in batches."""

    def __init__(self, file: Intake, origin: Origin) -> None:
        self.origin = origin
        self._file = file
        self._id = session_id(file.format, origin.agent, origin.session) if origin.session else ""
        self._recognition = Recognition(file.seen, origin, copies=file.copies) if self._id else None
        self._thread = Thread()
        self._held: list[tuple[int, Piece]] = []
        self._known = 0
        """Of a conversation without an id the last key that another session has too."""
        self._batch: list[tuple[int, Piece]] = []
        self._joined: Joined | None = None
        self._messages: list[Message] = []
        self._session: Session | None = None
        self._began = False

    def add(self, piece: Piece) -> None:
        self._began = True
        key = self._recognition.key(piece) if self._recognition else self._key_unnamed(piece)
        if not key:
            self._file.taken.known += 1
            return
        self._batch.append((key, piece))
        if len(self._batch) >= BATCH:
            self.flush()

    def close(self) -> None:
        self.flush()
        self._finish()
        self._record()
        if self._session is not None:
            self._file.shelf.describe(self._session, self.origin)
        holder = self._id or self._file.seen.session_of(self._known)
        if holder and self._began:
            self._file.taken.touched.add(holder)

    def _key_unnamed(self, piece: Piece) -> int:
        """What has no id belongs to the session that holds all of it so far, and to a new one from where it differs."""
        key = self._thread.key(piece.body)
        if self._id:
            return key
        if not self._file.seen.has(key):
            self._name(key)
            return key
        self._known = key
        if len(self._held) <= HELD:
            self._held.append((key, piece))
        return 0

    def _name(self, key: int) -> None:
        """Something new was said: find out whose conversation this is."""
        before = self._file.seen.session_of(self._known) if self._known else ""
        if before and self._file.seen.is_last(self._known, before):
            self._id = before  # it has grown
        else:
            self._id = session_id("", "", written(key))
            if len(self._held) <= HELD:  # a common beginning, e.g. the same instructions
                self._file.taken.known -= len(self._held)
                self._join(self._held)
        self._held = []

    def flush(self) -> None:
        """Record what is new among the pieces read so far."""
        if self._batch:
            new = self._file.seen.add([key for key, _ in self._batch], self._id)
            self._file.taken.known += len(new) - sum(new)
            self._join(compress(self._batch, new))
            self._batch = []
            self._record()

    def _join(self, pieces: Iterable[tuple[int, Piece]]) -> None:
        for key, piece in pieces:
            if self._joined is not None and self._joined.takes(piece):
                self._joined.join(key, piece)
            else:
                self._finish()
                if piece.joins:
                    self._joined = Joined(key, piece)
                else:
                    self._messages.append(alone(key, piece, self._file.time))

    def _finish(self) -> None:
        """The message in the making is complete."""
        if self._joined is not None:
            self._messages.append(self._joined.message(self._file.time))
            self._joined = None

    def _record(self) -> None:
        messages, file, taken = self._messages, self._file, self._file.taken
        if not messages:
            return
        if self._session is None:
            said = next((message.text for message in messages if message.is_human), "")
            self._session, made = file.shelf.session(self._id, self.origin, messages[0], said)
            taken.made.update([self._id] if made else [])
        for kind, count in file.shelf.record(self._session, messages).items():
            taken.secrets[kind] = taken.secrets.get(kind, 0) + count
        for message in messages:
            taken.count(message)
        taken.sessions[self._id] = taken.sessions.get(self._id, 0) + len(messages)
        file.seen.grown(self._id, self._session.size, last_key(messages[-1]))
        file.seen.keep()
        self._messages = []
