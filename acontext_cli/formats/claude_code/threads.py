"""Which conversation a Claude Code record belongs to: the session's, or that of one of its sub-agents.

A file may hold several of each: a resumed session replays the records of the one before, and sub-agents that work at
the same time write in turn. Memory is bounded; what is long past is forgotten.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from acontext_cli.formats.claude_code.blocks import word
from acontext_cli.formats.pieces import Origin
from acontext_cli.messages import Json

T = TypeVar("T")


class Recent(Generic[T]):
    """What was noted last under a name: at least so many, at most twice as many."""

    def __init__(self, many: int) -> None:
        self._many = many
        self._new: dict[str, T] = {}
        self._old: dict[str, T] = {}

    def __setitem__(self, name: str, value: T) -> None:
        if len(self._new) >= self._many:
            self._old, self._new = self._new, {}
        self._new[name] = value

    def get(self, name: object) -> T | None:
        if type(name) is not str:
            return None
        return self._new[name] if name in self._new else self._old.get(name)


@dataclass(slots=True, eq=False)
class Thread:
    """What is known of a conversation so far."""

    origin: Origin
    alone: bool = False
    """No person takes part: a sub-agent's."""
    turns: int = 0
    """The person's turns on the way from its beginning to here, without those taken back."""
    told: Origin | None = None
    """The origin as it was given last."""
    complete: bool = False
    """All that records tell of its origin is known."""
    title: int = -1
    """How good its title is."""


@dataclass(slots=True, eq=False)
class Place:
    """Where a record stands: its conversation, and the person's turns on the way to it."""

    thread: Thread
    turns: int
    copied: bool
    """A record of this name stood before."""


class Threads:
    """The conversations of a file."""

    _MOST = 500

    def __init__(self) -> None:
        self._threads: OrderedDict[str, Thread] = OrderedDict()
        self._places: Recent[Place] = Recent(1 << 12)
        self._main = self._named("", Origin(agent="claude-code"))
        self._aside: Thread | None = None

    def __iter__(self) -> Iterator[Thread]:
        return iter(self._threads.values())

    def place(self, record: Json) -> Place:
        """Where this record stands; from now on others may stand behind it."""
        parent, uuid = self._places.get(record.get("parentUuid")), record.get("uuid")
        thread = self._main
        if (
            record.get("sessionId") != thread.origin.session
            or thread.alone
            or "agentId" in record
            or "teamName" in record
        ):
            thread = self._thread(record, parent)
        elif record.get("isSidechain") is True:
            thread = self._follow(record, parent)
        if not thread.told or not thread.complete or "forkedFrom" in record:
            _learn(thread, record, parent)
        turns = parent.turns if parent is not None and parent.thread is thread else thread.turns
        if type(uuid) is not str:
            return Place(thread, turns, False)
        self._places[uuid] = place = Place(thread, turns, self._places.get(uuid) is not None)
        return place

    def of(self, uuid: object) -> Thread | None:
        """The conversation of the record that is called so."""
        place = self._places.get(uuid)
        return place.thread if place is not None else None

    def main(self, session: str = "") -> Thread:
        """The session's own conversation; of the last session where none is named."""
        if session and session != self._main.origin.session:
            self._main = self._named(session, Origin(key=session, session=session, agent="claude-code"))
        return self._main

    def _thread(self, record: Json, parent: Place | None) -> Thread:
        thread = self.main(word(record.get("sessionId")))
        if agent := word(record.get("agentId")):
            return self._sub(agent)
        if record.get("isSidechain") is True:
            return self._follow(record, parent)
        thread.alone = bool(record.get("teamName") and record.get("agentName"))
        return thread

    def _follow(self, record: Json, parent: Place | None) -> Thread:
        """Older sub-agents have no name: the first record of each has its parent elsewhere, or none."""
        if parent is not None and parent.thread.alone:
            self._aside = parent.thread
        elif self._aside is None or _begins(record):
            self._aside = self._sub(word(record.get("uuid")) or "aside")
        return self._aside

    def _sub(self, agent: str) -> Thread:
        session = self._main.origin.session
        name = f"{session}/{agent}"
        thread = self._named(name, Origin(key=name, session=name, parent=session, agent="claude-code"))
        thread.alone = True
        return thread

    def _named(self, key: str, origin: Origin) -> Thread:
        thread = self._threads.get(key)
        if thread is None:
            thread = self._threads[key] = Thread(origin)
            if len(self._threads) > self._MOST:
                oldest = next(name for name, other in self._threads.items() if other is not self._main)
                del self._threads[oldest]
        self._threads.move_to_end(key)
        return thread


def _learn(thread: Thread, record: Json, parent: Place | None) -> None:
    """What a record tells of its conversation: the first that is told counts."""
    if not thread.complete:
        origin = thread.origin
        told = {name: record.get(key) for name, key in _FIELDS.items() if not getattr(origin, name)}
        found = {name: value for name, value in told.items() if type(value) is str and value}
        if found:
            thread.origin = origin = replace(origin, **found)
        thread.complete = bool(origin.version and origin.project and origin.branch)
    if not thread.origin.forked and not thread.alone and (forked := _forked(thread, record, parent)):
        thread.origin = replace(thread.origin, forked=forked)


_FIELDS = {"version": "version", "project": "cwd", "branch": "gitBranch"}


def _begins(record: Json) -> bool:
    """Whether a record of a sub-agent may be its first one: a prompt."""
    message = record.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    prompt = isinstance(content, str) or (
        isinstance(content, list) and not any(isinstance(part, dict) and "tool_use_id" in part for part in content)
    )
    return record.get("parentUuid") is None or (record.get("type") == "user" and prompt)


def _forked(thread: Thread, record: Json, parent: Place | None) -> str:
    """The session that this one went on from: a copied record names it, or a first record has its parent there."""
    source = record.get("forkedFrom")
    if isinstance(source, dict):
        session = source.get("sessionId")
        return session if type(session) is str and session != thread.origin.session else ""
    if thread.told is None and parent is not None and parent.thread is not thread and not parent.thread.alone:
        return parent.thread.origin.session
    return ""
