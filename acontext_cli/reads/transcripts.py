"""Readings in transcripts: counted while their messages pass by on their way to whoever finds the tasks in them."""

import os
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from acontext_cli.messages import Message
from acontext_cli.reads.reads import Read, Reads, Tally
from acontext_cli.session import Session
from acontext_cli.skills import name_problem
from acontext_cli.trace.recalls import by_tool, recalls

Placed = tuple[Message, int, int]

_MOST = 10_000
"""So many readings are held until they are written down."""
_SAME = timedelta(minutes=10)
"""What a tool of ours answered was counted then; its transcript shows it at about the same time."""


class Passing:
    """Counts the readings in one session, of the skills of its space."""

    def __init__(self, session: Session) -> None:
        machine = session.folder.parent.parent
        self._session = session
        self._reads = Reads(machine / "spaces" / session.space / "reads.jsonl")
        store = machine.parent / "skills_store" / session.space
        self._files = cache(lambda name: _files(store, name))
        self._found: list[tuple[Read, bool]] = []

    def by(self, messages: Iterable[Placed]) -> Iterator[Placed]:
        """The same messages. Once they are through, or nobody wants more of them, their readings are counted."""
        try:
            for placed in messages:
                self._look(placed[0], placed[2])
                yield placed
        finally:
            self._note()

    def _look(self, message: Message, end: int) -> None:
        if not message.calls:
            return
        at, session = message.at or self._session.created, self._session.id
        for skill, file in recalls(message, self._files):
            read = Read(skill=skill, file=file, at=at, how="transcript", session=session, message=message.id, end=end)
            if len(self._found) < _MOST:
                self._found.append((read, by_tool(message)))

    def _note(self) -> None:
        if not self._found:
            return
        tally = self._reads.tally()
        before, answered = tally.counted.get(self._session.id, 0), _Answered(tally)
        new = [read for read, asked in self._found if read.end > before and not (asked and answered.has(read))]
        self._found = []
        if new:
            self._reads.note(*new)


class _Answered:
    """What was counted when it was answered. Each answer stands for one reading."""

    def __init__(self, tally: Tally) -> None:
        self._times = {key: [time for at in found if (time := _time(at))] for key, found in tally.answered.items()}

    def has(self, read: Read) -> bool:
        time, times = _time(read.at), self._times.get(read.key, [])
        near = next((each for each in times if time and abs(each - time) <= _SAME), None)
        if near is None:
            return False
        times.remove(near)
        return True


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _files(store: Path, name: str) -> Collection[str]:
    """The files of a skill; none where there is no such skill."""
    if name_problem(name):
        return ()
    folder = str(store / name)
    found = (
        os.path.relpath(os.path.join(place, file), folder)  # noqa: PTH118, as text
        for place, _, files in os.walk(folder)
        for file in files
    )
    return frozenset(each.replace(os.sep, "/") for each in found)


def count(session: Session) -> None:
    """Count what was read in a session, from its beginning."""
    for _ in Passing(session).by(session.messages()):
        pass
