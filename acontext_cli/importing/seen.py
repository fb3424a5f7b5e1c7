"""What a workspace has taken in already: a cache beside the sessions, made anew from their transcripts at any time.

A record is known by a key of 63 bits. The keys stand in each message's `meta.keys` too, so this file is never the
truth: it is brought up to date from the transcripts when it is opened, and thrown away when it is broken.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import repeat
from pathlib import Path
from typing import cast

from acontext_cli.errors import AcontextError
from acontext_cli.files import lines

FILE = "imported.sqlite"
_FORM = 1
_ADD = "INSERT OR IGNORE INTO seen VALUES (?, ?)"
_TABLES = """
CREATE TABLE IF NOT EXISTS session (n INTEGER PRIMARY KEY, id TEXT UNIQUE, size INTEGER, last INTEGER);
CREATE TABLE IF NOT EXISTS seen (key INTEGER PRIMARY KEY, session INTEGER);
CREATE TABLE IF NOT EXISTS file (path TEXT PRIMARY KEY, size INTEGER, time INTEGER, session TEXT);
"""


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file was when it was taken in."""

    path: str
    """Behind the format that it was read as: read as another it is another file."""
    size: int
    time: int
    """Of its last change, nanoseconds."""


class Seen:
    """The keys of one workspace. Nothing lasts before `keep`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        self._db.execute("BEGIN")
        self._numbers: dict[str, int] = {}

    def add(self, keys: Sequence[int], session: str) -> list[bool]:
        """Which of some records the session of this id does not hold yet; from now on it does."""
        number = self._numbers.get(session) or self._number(session)
        if self._all_new(keys, number):
            return [True] * len(keys)
        query = f"SELECT key FROM seen WHERE key IN ({','.join('?' * len(keys))}) AND session = {number}"  # noqa: S608
        known = {key for (key,) in self._db.execute(query, keys)}
        new = []
        for key in keys:
            new.append(key not in known)
            known.add(key)
        self._db.executemany(_ADD, ((key, number) for key, is_new in zip(keys, new, strict=True) if is_new))
        return new

    def _all_new(self, keys: Sequence[int], number: int) -> bool:
        """Add them if none of them is known, which is what nearly always holds and is quickly done."""
        self._db.execute("SAVEPOINT keys")
        fresh = self._db.executemany(_ADD, zip(keys, repeat(number))).rowcount == len(keys)
        self._db.execute("RELEASE keys" if fresh else "ROLLBACK TO keys")
        return fresh

    def has(self, key: int) -> bool:
        return self._db.execute("SELECT 1 FROM seen WHERE key = ?", (key,)).fetchone() is not None

    def session_of(self, key: int) -> str:
        """The id of the session that holds it, empty where none does."""
        found = self._db.execute("SELECT id FROM seen JOIN session ON n = session WHERE key = ?", (key,)).fetchone()
        return found[0] if found else ""

    def is_last(self, key: int, session: str) -> bool:
        """Whether it is the last record of a session."""
        return self._last(session) == key

    def grown(self, session: str, size: int, last: int) -> None:
        """Note how far the keys of a session are known."""
        self._db.execute("UPDATE session SET size = ?, last = ? WHERE n = ?", (size, last, self._number(session)))

    def took(self, stamp: Stamp) -> bool:
        """Whether a file was taken in as it is now, and what came of it is still there."""
        query = "SELECT session FROM file WHERE path = ? AND size = ? AND time = ?"
        found = self._db.execute(query, (stamp.path, stamp.size, stamp.time)).fetchone()
        return found is not None and all(self._is_there(each) for each in json.loads(found[0]))

    def take(self, stamp: Stamp, sessions: Iterable[str]) -> None:
        """Note that a file was taken in."""
        row = (stamp.path, stamp.size, stamp.time, json.dumps(sorted(sessions)))
        self._db.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", row)

    def keep(self) -> None:
        """Make what was added last."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def update(self, sessions: Path) -> None:
        """Bring the keys up to date with the transcripts: what is gone, new, or longer than it was."""
        there = {path.parent.name.partition("-")[2]: path for path in sessions.glob("[!.]*/messages.jsonl")}
        known = dict(self._db.execute("SELECT id, size FROM session").fetchall())
        for id in known.keys() - there.keys():
            self._forget(id)
        for id, path in there.items():
            if known.get(id) != path.stat().st_size:
                self._read(id, path, cast(int, known.get(id) or 0))
        self.keep()

    def _is_there(self, session: str) -> bool:
        return self._db.execute("SELECT 1 FROM session WHERE id = ?", (session,)).fetchone() is not None

    def _number(self, session: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO session (id, size, last) VALUES (?, 0, 0)", (session,))
        row = self._db.execute("SELECT n FROM session WHERE id = ?", (session,)).fetchone()
        if len(self._numbers) > 100:
            self._numbers.clear()
        return self._numbers.setdefault(session, row[0])

    def _forget(self, id: str) -> None:
        number = self._number(id)
        self._db.execute("DELETE FROM seen WHERE session = ?", (number,))
        self._db.execute("DELETE FROM session WHERE n = ?", (number,))
        self._numbers.pop(id, None)

    def _read(self, id: str, transcript: Path, start: int) -> None:
        size, last = start, self._last(id)
        number = self._number(id)
        for at, text in lines(transcript, start):
            size = at + len(text) + 1
            for key in _keys(text):
                self._db.execute(_ADD, (key, number))
                last = key
        self.grown(id, size, last)

    def _last(self, id: str) -> int:
        row = self._db.execute("SELECT last FROM session WHERE id = ?", (id,)).fetchone()
        return cast(int, row[0]) if row else 0


def key_of(text: str) -> int:
    """The key of a record that this text tells apart from all others."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def written(key: int) -> str:
    """A key as it stands in a message's `meta.keys`."""
    return f"{key:016x}"


@contextmanager
def opened(machine: Path) -> Iterator[Seen]:
    """What a workspace has taken in, up to date. One that cannot be read is made anew."""
    path = machine / FILE
    try:
        with closing(_connected(path)) as database:
            seen = Seen(database)
            seen.update(machine / "sessions")
            yield seen
    except sqlite3.OperationalError as error:
        raise AcontextError(f"{str(path)!r} was not written: {error}; try again when that is mended") from error
    except sqlite3.DatabaseError as error:
        _remove(path)
        raise AcontextError(f"{str(path)!r} was broken ({error}) and is made anew: run the command again") from error


def _connected(path: Path) -> sqlite3.Connection:
    try:
        return _made(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        _remove(path)
        return _made(path)


def _remove(path: Path) -> None:
    for left in path.parent.glob(f"{path.name}*"):
        with suppress(OSError):
            left.unlink()


def _made(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    try:
        # A killed process leaves a WAL that is whole; after a power cut the file may be broken, and is made anew.
        database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; {_TABLES}")
        form = database.execute("PRAGMA user_version").fetchone()[0]
        if form not in (0, _FORM):
            raise sqlite3.DatabaseError(f"form {form}")
        database.execute(f"PRAGMA user_version = {_FORM}")
    except sqlite3.Error:
        database.close()
        raise
    return database


def _keys(line: bytes) -> Iterator[int]:
    if b'"keys"' not in line:
        return
    try:
        meta = json.loads(line).get("meta") or {}
        for key in meta.get("keys") or ():
            yield int(key, 16) & ((1 << 63) - 1)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return
