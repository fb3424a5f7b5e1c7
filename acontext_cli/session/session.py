"""One session, a folder. Each stage adds to its own file in it; what is new is computed, never marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from acontext_cli.errors import AcontextError
from acontext_cli.files import (
    DISK,
    Appender,
    Disk,
    append,
    complete,
    last_line,
    lines,
    remove_folder,
    write_folder,
)
from acontext_cli.session import about
from acontext_cli.session.clock import new_id, now
from acontext_cli.session.keeping import is_cut, say_kept, without_secrets

if TYPE_CHECKING:  # a list of sessions needs none of these, and they take half its time
    from acontext_cli.distillations import Distillation
    from acontext_cli.messages import Json, Message
    from acontext_cli.redaction import Redactor
    from acontext_cli.session.answers import Answers
    from acontext_cli.session.distilled import Distilled
    from acontext_cli.session.recording import Recorded, Stamp
    from acontext_cli.tasks import Outcome, Task

_T = TypeVar("_T")


class Session:
    """What was recorded, what was found in it, what was told about it, what it taught."""

    def __init__(
        self,
        folder: Path,
        known: about.About,
        *,
        clock: Callable[[], str] = now,
        new_id: Callable[[], str] = new_id,
        disk: Disk = DISK,
    ) -> None:
        self.folder = folder
        self.id = known.id
        self.name = known.name
        self.space = known.space
        self.date = known.date
        self.created = known.created
        self.source = known.source
        self.about = known
        self.transcript = folder / "messages.jsonl"
        self._clock = clock
        self._new_id = new_id
        self._stamp: Stamp | None = None
        self._disk = disk
        self._appender = Appender(self.transcript, disk)
        self._says_kept = False

    @classmethod
    def create(
        cls,
        sessions: Path,
        *,
        id: str,
        created: str,
        name: str = "",
        space: str = "default",
        date: str = "",
        source: str = "record",
        more: Mapping[str, str] | None = None,
        disk: Disk = DISK,
    ) -> Session:
        """A new session in the folder of sessions. `more`: what else `about.About` says."""
        told = {"secrets": "cut", **without_secrets(sessions.parent, {"name": name, "source": source, **(more or {})})}
        known = about.made(id=id, created=created, space=space, date=date, **told)
        write_folder(sessions / known.folder, {about.FILE: known.data()}, disk)
        return cls(sessions / known.folder, known, disk=disk)

    @classmethod
    def open(
        cls, folder: Path, *, clock: Callable[[], str] = now, new_id: Callable[[], str] = new_id, disk: Disk = DISK
    ) -> Session:
        """The session of a folder."""
        return cls(folder, about.opened(folder), clock=clock, new_id=new_id, disk=disk)

    def __repr__(self) -> str:
        return f"<Session {self.id}>"

    def close(self) -> None:
        """Close the transcript; the next `record` opens it again."""
        self._appender.close()

    @property
    def size(self) -> int:
        """Bytes of the transcript, an incomplete last line not counted."""
        return complete(self.transcript)

    @property
    def is_cut(self) -> bool:
        """Whether placeholders stand for all secrets in it. Another process may have kept some meanwhile."""
        return is_cut(self.folder)

    def redactor(self) -> Redactor:
        """A new one, with the placeholders of its workspace."""
        from acontext_cli.redaction import redactor_of

        return redactor_of(self.folder.parent.parent)

    def record(self, messages: Iterable[Json | Message], *, keep_secrets: bool = False) -> Recorded:
        """Add messages to the transcript, all or none, with placeholders for their secrets unless these are to be kept.

        They are on disk when this returns.
        """
        stamp = self._stamp or self._stamped()
        if keep_secrets and not self._says_kept:
            say_kept(self.folder, self._disk)
            self._says_kept = True
        return stamp.recorded(messages, self._appender, None if keep_secrets else self.redactor())

    def messages(self, start: int = 0) -> Iterator[tuple[Message, int, int]]:
        """Each message from an offset on, with the offset of its line and the one behind it."""
        from acontext_cli.messages import read

        for at, text in lines(self.transcript, start):
            try:
                message = read(text)
            except (ValueError, RecursionError) as error:
                if not text.strip():
                    continue
                where = _place(self.transcript, at)
                raise AcontextError(f"{where}: no message ({error}); mend this line") from error
            yield message, at, at + len(text) + 1

    def safe_messages(self, start: int = 0) -> Iterator[tuple[Message, int, int]]:
        """The same without secrets, also where they were kept: what may be shown to an engine."""
        if self.is_cut:
            return self.messages(start)
        redacted = self.redactor().message
        return ((redacted(message), at, end) for message, at, end in self.messages(start))

    def messages_of(self, task: Task) -> Iterator[Message]:
        """The messages of a task, without secrets."""
        for message, start, _ in self.safe_messages(task.start):
            if start >= task.end:
                return
            yield message

    def safe(self, text: str) -> str:
        """Of what else is kept here a text without secrets."""
        return text if self.is_cut else self.redactor().text(text)

    def tasks(self) -> Iterator[Task]:
        """The tasks in order, each as it stands last, with the outcomes that were told."""
        from acontext_cli.session.told import latest, told
        from acontext_cli.tasks import Task

        return told(latest(self._records(Task, "tasks.jsonl")), self.outcomes())

    def last_task(self) -> Task | None:
        """The last task as it was found, without what was told."""
        from acontext_cli.tasks import Task

        path = self.folder / "tasks.jsonl"
        text = last_line(path)
        return None if text is None else _decoded(Task, path, complete(path) - 1, self._safe(text))

    def add_tasks(self, tasks: Iterable[Task]) -> None:
        self._add("tasks.jsonl", tasks)

    def outcomes(self) -> tuple[Outcome, ...]:
        """What was told from outside, in the order told."""
        from acontext_cli.tasks import Outcome

        return tuple(self._records(Outcome, "outcomes.jsonl"))

    def tell(self, outcome: Outcome) -> Outcome:
        """Keep what was told from outside, bound to the transcript as it is now."""
        from dataclasses import replace

        reason = self.redactor().text(outcome.reason)
        bound = replace(outcome, reason=reason, upto=outcome.upto or self.size, at=outcome.at or self._clock())
        self._add("outcomes.jsonl", [bound])
        return bound

    def distillations(self) -> Iterator[Distillation]:
        from acontext_cli.distillations import Distillation

        return self._records(Distillation, "distillations.jsonl")

    def add_distillations(self, items: Iterable[Distillation]) -> None:
        self._add("distillations.jsonl", items)

    def answers(self) -> Answers:
        """What a model answered about this session."""
        from acontext_cli.session.answers import Answers

        redactor = cache(self.redactor)  # made when the first answer comes, and once
        return Answers(self.folder / "answers.jsonl", self._disk, lambda text: redactor().json(text))

    def distilled(self) -> Distilled:
        """Which tasks were distilled, and at which outcome."""
        from acontext_cli.distillations import Distillation
        from acontext_cli.records import encode
        from acontext_cli.session.distilled import Distilled

        found, path = Distilled(), self.folder / "distillations.jsonl"
        for at, text in lines(path):
            try:
                found.add_line(text)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                line = encode(_decoded(Distillation, path, at, text))  # says what is wrong with it
                try:
                    found.add_line(line)
                except ValueError as error:
                    raise AcontextError(f"{_place(path, at)}: {error}; take the line out, or mend it") from error
        return found

    def delete(self) -> None:
        """Take the session away, whole."""
        self.close()
        remove_folder(self.folder, self._disk)

    def expect_many(self) -> None:
        """Very many messages are to be recorded: make ready to write them fast."""
        from acontext_cli.session.recording import Stamp, bulk_encoder

        self._stamp = Stamp(self._clock, self._new_id, bulk_encoder())

    def _stamped(self) -> Stamp:
        from acontext_cli.session.recording import Stamp

        self._stamp = Stamp(self._clock, self._new_id)
        return self._stamp

    def _records(self, kind: type[_T], name: str) -> Iterator[_T]:
        path = self.folder / name
        for at, text in lines(path):
            yield _decoded(kind, path, at, self._safe(text))

    def _safe(self, line: bytes) -> bytes:
        """A line of what was found; an older program may have left secrets in it."""
        if self.is_cut:
            return line
        return self.redactor().json(line.decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass")

    def _add(self, name: str, values: Iterable[object]) -> None:
        from acontext_cli.records import encode

        data = b"".join(map(encode, values))
        if data:
            append(self.folder / name, data, self._disk)


def _decoded(kind: type[_T], path: Path, at: int, text: bytes) -> _T:
    from acontext_cli.records import decode

    try:
        return decode(kind, text)
    except AcontextError as error:
        raise AcontextError(f"{_place(path, at)}: {error}; take the line out, or mend it") from error


def _place(path: Path, offset: int) -> str:
    """The line at an offset in words; counted only when it is to be shown."""
    number = sum(at <= offset for at, _ in lines(path))
    return f"{str(path)!r}, line {number}"
