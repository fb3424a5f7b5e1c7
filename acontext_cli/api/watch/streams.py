"""A stream of chunks that is listened to while the agent reads it: the SDK's own in all else."""

import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Self

from acontext_cli.api.watch.chunks import Sum
from acontext_cli.api.watch.notes import Call, Notes


class Reply:
    """What a stream says, recorded once: at its end, when it is closed, or when nobody holds it any longer."""

    def __init__(self, notes: Notes, call: Call) -> None:
        self._notes = notes
        self._call = call
        self._sum: Sum | None = Sum()

    def add(self, chunk: object) -> None:
        if self._sum:
            self._sum.add(chunk)
            if self._sum.is_done:
                self._notes.may_end(self._call, self.end)

    def end(self) -> None:
        said, self._sum = self._sum, None
        self._notes.ended(self._call)
        if said and said.message:
            self._notes.replied(self._call, said.message)


class _Watched:
    def __init__(self, stream: Any, reply: Reply) -> None:
        self._stream = stream
        self._reply = reply
        weakref.finalize(self, reply.end)
        when_closed(stream.response, reply.end)

    @property  # type: ignore[misc]  # mypy knows it as an attribute
    def __class__(self) -> Any:
        """It passes for the SDK's own where somebody asks what it is."""
        return type(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class WatchedStream(_Watched):
    """Over a `Stream`."""

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            chunk = next(self._stream)
        except StopIteration:
            self._reply.end()
            raise
        self._reply.add(chunk)
        return chunk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


class WatchedAsyncStream(_Watched):
    """Over an `AsyncStream`."""

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        try:
            chunk = await anext(self._stream)
        except StopAsyncIteration:
            self._reply.end()
            raise
        self._reply.add(chunk)
        return chunk

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stream.close()


def when_closed(response: Any, then: Callable[[], object]) -> None:
    """Whoever closes a stream, the SDK's `.stream()` among them, closes its response."""
    close, aclose = response.close, response.aclose

    def closed() -> None:
        then()
        close()

    async def aclosed() -> None:
        then()
        await aclose()

    response.close, response.aclose = closed, aclosed
