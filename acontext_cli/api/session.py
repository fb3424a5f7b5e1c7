"""One session as an agent loop sees it: record what is said, tell how it ended."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from acontext_cli.files import lines
from acontext_cli.session import Session as Folder

if TYPE_CHECKING:  # a list of sessions starts without them
    from acontext_cli.messages import Json, Message
    from acontext_cli.tasks import Task


class Session:
    """A session of a workspace."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        """Its files."""

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

    def record(self, *messages: "Json | Message") -> tuple[str, ...]:
        """Append messages in the OpenAI chat form; their ids. They are on disk when this returns."""
        return self.folder.record(messages).ids

    def messages(self) -> "Iterator[Message]":
        return (message for message, _, _ in self.folder.messages())

    def tasks(self) -> "tuple[Task, ...]":
        """What extract has found."""
        return tuple(self.folder.tasks())

    def tasks_numbered(self, numbers: set[int]) -> "tuple[Task, ...]":
        """Some of its tasks, with what was told about them."""
        return tuple(task for task in self.folder.tasks() if task.number in numbers) if numbers else ()

    def succeeded(self, reason: str = "", *, task: int | None = None) -> None:
        """Tell from outside that its last task (or the one numbered) succeeded: the best evidence there is."""
        self._tell("success", reason, task)

    def failed(self, reason: str = "", *, task: int | None = None) -> None:
        """Tell from outside that its last task (or the one numbered) failed."""
        self._tell("failed", reason, task)

    def _tell(self, status: Literal["success", "failed"], reason: str, task: int | None) -> None:
        from acontext_cli.tasks import Outcome

        self.folder.tell(Outcome(status=status, reason=reason, task=task))

    def __repr__(self) -> str:
        return f"Session({self.name or self.id!r})"
