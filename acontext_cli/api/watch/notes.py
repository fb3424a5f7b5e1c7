"""What goes through watched clients, written down in order: nothing twice, nothing lost to a disk that fails a while.

Calls come from several threads, and a stream may be collected as garbage in the middle of our own work. So what is
heard waits in a queue, and whoever is at work empties it: nobody waits for a lock.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from acontext_cli.api.watch.known import Known
from acontext_cli.api.watch.plain import key_of, message_of
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json, problem
from acontext_cli.show.text import one_line, warn

if TYPE_CHECKING:
    from acontext_cli.api.session import Session


class Call:
    """One call of a model."""

    def __init__(self) -> None:
        self.node = 0
        """Where its reply belongs, once its messages are known."""


class Notes:
    """Records for a session what is sent and replied."""

    def __init__(self, session: "Session", *, keep_secrets: bool = False) -> None:
        self._session = session
        self._keep_secrets = keep_secrets
        self._known = Known()
        self._known.begin([key_of(message.body) for message in session.messages()])
        self._waiting: deque[tuple[Call, list[Json], bool]] = deque()
        self._lock = Lock()
        self._unwritten: list[Json] = []
        self._fails = False
        self._told: set[str] = set()
        self._open: dict[Call, Callable[[], object]] = {}
        """Calls whose reply has come to its end though nobody has closed it."""

    def sent(self, messages: list[object]) -> Call:
        """A call begins."""
        self._close()
        call = Call()
        self._hear(call, list(map(message_of, messages)), False)
        return call

    def replied(self, call: Call, message: Json) -> None:
        self._hear(call, [message], True)

    def may_end(self, call: Call, end: Callable[[], object]) -> None:
        """A stream has said that it is done: this ends it if the agent does not read on."""
        self._open[call] = end

    def ended(self, call: Call) -> None:
        self._open.pop(call, None)

    def settle(self) -> None:
        """Write down what is left."""
        self._close()
        self._empty()
        if self._unwritten and self._lock.acquire(blocking=False):
            try:
                self._write([])
            finally:
                self._lock.release()

    def tell_once(self, text: str) -> None:
        """A line for the person."""
        if text not in self._told:
            self._told.add(text)
            _say(text)

    def _close(self) -> None:
        for end in list(self._open.values()):
            end()

    def _hear(self, call: Call, messages: list[Json], reply: bool) -> None:
        self._waiting.append((call, messages, reply))
        self._empty()

    def _empty(self) -> None:
        while self._waiting and self._lock.acquire(blocking=False):
            try:
                while self._waiting:
                    self._write(self._new(*self._waiting.popleft()))
            finally:
                self._lock.release()

    def _new(self, call: Call, messages: list[Json], reply: bool) -> list[Json]:
        keys = list(map(key_of, messages))
        if reply:
            return messages if self._known.replied(call.node, keys[0]) else []
        new, call.node = self._known.sent(keys)
        return [messages[number] for number in new]

    def _write(self, messages: list[Json]) -> None:
        self._unwritten += filter(self._is_message, messages)
        if not self._unwritten:
            return
        try:
            self._session.record(*self._unwritten, keep_secrets=self._keep_secrets)
        except (OSError, AcontextError) as error:
            self._failed(error)
        else:
            self._unwritten = []
            self._fails = False

    def _is_message(self, message: Json) -> bool:
        reason = problem(message)
        if reason:
            self.tell_once(f"a message of a call was not recorded: {reason}")
        return not reason

    def _failed(self, error: Exception) -> None:
        if not self._fails:
            _say(f"{self._session!r} cannot be recorded now ({error}); it is tried again with the next call")
        self._fails = True


def _say(text: str) -> None:
    with suppress(OSError, ValueError):  # nobody listens
        warn(f"acontext: {one_line(text)}")
