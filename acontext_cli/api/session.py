"""One session as an agent loop sees it: record what is said, tell how it ended."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, TypeVar

from acontext_cli.errors import AcontextError
from acontext_cli.files import lines
from acontext_cli.session import Session as Folder

if TYPE_CHECKING:  # a list of sessions starts without them
    from openai import AsyncOpenAI, OpenAI

    from acontext_cli.api.watch import Notes
    from acontext_cli.distillations import Distillation
    from acontext_cli.messages import Json, Message
    from acontext_cli.tasks import Task

Client = TypeVar("Client", bound="OpenAI | AsyncOpenAI")


class Session:
    """A session of a workspace."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        """Its files."""
        self._notes: dict[bool, Notes] = {}

    @property
    def id(self) -> str:
        return self.folder.id

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def space(self) -> str:
        return self.folder.space

    @property
    def pending(self) -> int:
        """How many messages no task has been made of yet."""
        last = self.folder.last_task()
        return sum(1 for _ in lines(self.folder.transcript, last.end if last else 0))

    @property
    def taskless(self) -> str:
        """Why there can be no task in it, in words; empty where somebody asks for something."""
        if self.folder.last_task() or any(message.is_human for message in self.messages()):
            return ""
        return "nobody asks for anything in it" if self.folder.size else "nothing is recorded in it yet"

    def record(self, *messages: "Json | Message", keep_secrets: bool = False) -> tuple[str, ...]:
        """Append messages in the OpenAI chat form; their ids. They are on disk when this returns.

        Placeholders stand for the secrets in them, unless these are to be kept.
        """
        return self.folder.record(messages, keep_secrets=keep_secrets).ids

    def watch(self, client: Client, *, keep_secrets: bool = False) -> Client:
        """The same client, but every message of its chat completions is recorded here, those of tools included.

        If they cannot be recorded it says so on stderr, and the calls go on.
        """
        from acontext_cli.api.watch import Notes, watched

        if keep_secrets not in self._notes:
            self._notes[keep_secrets] = Notes(self, keep_secrets=keep_secrets)
        return watched(client, self._notes[keep_secrets])

    def messages(self) -> "Iterator[Message]":
        return (message for message, _, _ in self.folder.messages())

    def tasks(self) -> "tuple[Task, ...]":
        """What extract has found."""
        return tuple(self.folder.tasks())

    def tasks_numbered(self, numbers: set[int]) -> "tuple[Task, ...]":
        """Some of its tasks, with what was told about them."""
        return tuple(task for task in self.folder.tasks() if task.number in numbers) if numbers else ()

    def verdicts(self) -> "Iterator[Distillation]":
        """What distill has said of its tasks, without what a later verdict has replaced."""
        current = self.folder.distilled()
        return (item for item in self.folder.distillations() if item.task in current)

    def succeeded(self, reason: str = "", *, task: int | None = None) -> None:
        """Tell from outside that its last task (or the one numbered) succeeded: the best evidence there is."""
        self._tell("success", reason, task)

    def failed(self, reason: str = "", *, task: int | None = None) -> None:
        """Tell from outside that its last task (or the one numbered) failed."""
        self._tell("failed", reason, task)

    def _tell(self, status: Literal["success", "failed"], reason: str, task: int | None) -> None:
        from acontext_cli.tasks import Outcome

        for notes in self._notes.values():
            notes.settle()
        if problem := self._problem(task):
            raise AcontextError(problem)
        self.folder.tell(Outcome(status=status, reason=reason, task=task))

    def _problem(self, task: int | None) -> str:
        """Why there is no task to tell of, in words, or nothing."""
        from shlex import quote

        called = self.name or self.id
        if reason := self.taskless:
            return f"there is no task in {called!r} to tell of: {reason}"
        last = self.folder.last_task()
        if task and last and task > last.number and not self.pending:
            return f"there is no task {task} in {called!r}: acontext session tasks {quote(called)}"
        return ""

    def __repr__(self) -> str:
        return f"Session({self.name or self.id!r})"
