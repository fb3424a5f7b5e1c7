"""What a call gives back, listened to: a completion, a stream, or the response in the raw."""

import json
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from acontext_cli.api.watch.notes import Call, Notes
from acontext_cli.api.watch.plain import message_of
from acontext_cli.api.watch.streams import Reply, WatchedAsyncStream, WatchedStream, when_closed

_UNREAD = "a reply that is taken as raw bytes is not recorded"


def heard(found: Any, notes: Notes, call: Call, *, streams: bool) -> Any:
    """The same as it came, or what passes for it."""
    if hasattr(found, "http_response"):  # of with_raw_response and with_streaming_response
        _hear_raw(found, notes, call, streams=streams)
    elif streams:
        return _stream(found, notes, call)
    else:
        _take(getattr(found, "choices", None), notes, call)
    return found


def _take(choices: object, notes: Notes, call: Call) -> None:
    """The first of the answers, if there is one."""
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else getattr(first, "message", None)
    if message is not None:
        notes.replied(call, message_of(message))


def _stream(found: Any, notes: Notes, call: Call) -> Any:
    from openai import AsyncStream, Stream

    if isinstance(found, Stream):
        return WatchedStream(found, Reply(notes, call))
    return WatchedAsyncStream(found, Reply(notes, call)) if isinstance(found, AsyncStream) else found


def _hear_raw(response: Any, notes: Notes, call: Call, *, streams: bool) -> None:
    if streams:
        found: list[Any] = []
        response.parse = _then(response.parse, lambda stream: _once(found, _stream(stream, notes, call)))
        when_closed(response.http_response, lambda: None if found else notes.tell_once(_UNREAD))
    elif hasattr(response, "close"):  # of with_streaming_response: the body is not read yet
        response.close = _then(response.close, lambda _: _hear_body(response.http_response, notes, call))
    else:
        _hear_body(response.http_response, notes, call)


def _once(found: list[Any], stream: Any) -> Any:
    """Parsed again, it is the same stream."""
    found.append(stream)
    return found[0]


def _hear_body(response: Any, notes: Notes, call: Call) -> None:
    try:
        body = json.loads(response.content)
    except RuntimeError:  # it was not read whole
        notes.tell_once(_UNREAD)
    except (ValueError, RecursionError):
        return  # no reply of a model
    else:
        _take(body.get("choices") if isinstance(body, dict) else None, notes, call)


def _then(method: Callable[..., Any], then: Callable[[Any], Any]) -> Callable[..., Any]:
    """The method, and what comes of its result."""
    if iscoroutinefunction(method):

        @wraps(method)
        async def awaited(*args: Any, **more: Any) -> Any:
            return then(await method(*args, **more))

        return awaited

    @wraps(method)
    def called(*args: Any, **more: Any) -> Any:
        return then(method(*args, **more))

    return called
