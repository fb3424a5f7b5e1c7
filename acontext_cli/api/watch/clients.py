"""The SDK's side: a copy of a client that differs in that its chat completions are listened to.

It shares the connections of the one it is a copy of, which stays as it is; copies of it are listened to as well.
"""

from collections.abc import Callable, Iterable
from functools import cached_property, wraps
from inspect import iscoroutinefunction, unwrap
from typing import TYPE_CHECKING, Any, TypeVar, cast

from acontext_cli.api.watch.notes import Notes
from acontext_cli.api.watch.replies import heard
from acontext_cli.errors import AcontextError

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

Client = TypeVar("Client", bound="OpenAI | AsyncOpenAI")

_ONLY = "only chat completions are recorded, what goes through client.responses is not"


def watched(client: Client, notes: Notes) -> Client:
    """A client whose calls are noted."""
    from openai import AsyncOpenAI, OpenAI

    if not isinstance(client, OpenAI | AsyncOpenAI):
        raise AcontextError(f"watch() takes an OpenAI or AsyncOpenAI client, not {type(client).__name__}")
    if getattr(client, "_noted_by", None) is notes:
        return client
    copy = client.copy()
    if "chat" in vars(copy):  # made with the client, before 1.80 or so
        raise AcontextError("watch() needs a newer SDK: pip install -U openai")
    copy.__class__ = _kind(type(client), notes)
    return cast(Client, copy)


def _kind(kind: Any, noting: Notes) -> Any:
    """The same kind of client, whose chat is listened to."""

    class Watched(kind):  # type: ignore[misc]
        _noted_by = noting

        @cached_property
        def chat(self) -> Any:
            return _listened(super().chat, noting)

        @cached_property
        def beta(self) -> Any:
            beta = super().beta
            if hasattr(beta, "chat"):
                _listened(beta.chat, noting)
            return beta

        @cached_property
        def responses(self) -> Any:
            noting.tell_once(_ONLY)
            return super().responses

    Watched.__name__, Watched.__qualname__, Watched.__module__ = kind.__name__, kind.__qualname__, kind.__module__
    return Watched


def _listened(chat: Any, notes: Notes) -> Any:
    """The SDK's other ways to a completion go through these two."""
    for name in ("create", "parse"):
        if method := getattr(chat.completions, name, None):
            setattr(chat.completions, name, _noted(method, notes))
    return chat


def _noted(method: Callable[..., Any], notes: Notes) -> Callable[..., Any]:
    if iscoroutinefunction(unwrap(method)):

        @wraps(method)
        async def awaited(*args: Any, **asked: Any) -> Any:
            call = notes.sent(_messages(asked))
            return heard(await method(*args, **asked), notes, call, streams=bool(asked.get("stream")))

        return awaited

    @wraps(method)
    def called(*args: Any, **asked: Any) -> Any:
        call = notes.sent(_messages(asked))
        return heard(method(*args, **asked), notes, call, streams=bool(asked.get("stream")))

    return called


def _messages(asked: dict[str, Any]) -> list[object]:
    """What is sent. What can be gone through only once is kept for the call."""
    messages = asked.get("messages")
    if isinstance(messages, str) or not isinstance(messages, Iterable):
        return []  # the SDK says what is wrong with it
    asked["messages"] = listed = list(messages)
    return listed
