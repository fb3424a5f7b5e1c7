"""What recording adds to a message (an id, a time, what else is known) and the line it is written as."""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json, Message, problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What one call recorded."""

    ids: tuple[str, ...]
    """Ids of the messages, in the order given."""
    set_aside: int
    """Bytes of an incomplete last line that a crash had left; they are in `messages.jsonl.torn` now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Where ids and times come from."""

    clock: Callable[[], str]
    new_id: Callable[[], str]

    def message(self, given: Json | Message) -> Message:
        """The message with its id and time. The id that a plain message brings is kept as `meta.source_id`."""
        if isinstance(given, Message):
            return Message(given.body, given.id or self.new_id(), given.at or self.clock(), given.meta)
        body = dict(given)
        meta = _meta(body.pop("meta", None))
        if "id" in body:
            meta["source_id"] = body.pop("id")
        at = body.pop("at", None)
        if at is not None and not isinstance(at, str):
            meta["source_at"] = at
        return Message(body, self.new_id(), at if at and isinstance(at, str) else self.clock(), meta)


def now() -> str:
    """UTC, ISO 8601, with milliseconds."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{nanoseconds // 1_000_000:03}Z"


def new_id() -> str:
    return f"m{os.urandom(6).hex()}"


def checked(messages: Iterable[Json | Message]) -> list[Json | Message]:
    """The messages, every one of which is one."""
    found = list(messages)
    for number, given in enumerate(found, 1):
        body = given.body if isinstance(given, Message) else given
        reason = problem(dict(body) if isinstance(body, Mapping) else body)
        if reason:
            raise AcontextError(f"message {number}: {reason}; nothing of this call was recorded")
    return found


def line(message: Message, number: int) -> bytes:
    """Its line, the newline included."""
    try:
        text = message.line()
    except (TypeError, ValueError, RecursionError) as error:
        raise AcontextError(f"message {number}: {error}; nothing of this call was recorded") from error
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can say it, UTF-8 cannot
        return json.dumps(json.loads(text)).encode() + b"\n"


def _meta(given: object) -> dict[str, object]:
    if isinstance(given, Mapping):
        return dict(given)
    return {} if given is None else {"source_meta": given}
