"""The SDK behind an endpoint: loaded while other work is done, its answers bounded in size and in time.

Nothing outside of this module knows the SDK.
"""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import finalize

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.models import loading
from acontext_cli.models.reading import Unusable, parsed, told
from acontext_cli.models.remedies import is_without_quota
from acontext_cli.models.ways import is_refusal, is_too_long

if TYPE_CHECKING:
    import openai

LARGEST = 8_000_000
"""Bytes of an answer."""
CONNECTING = 10.0
"""Seconds to reach a server."""
MOST_REDIRECTS = 10
_GRACE = 0.5
"""Seconds in which the library tells by itself that it waited too long."""
_OF_THE_WIRE = ("content-encoding", "content-length", "transfer-encoding")


class Refused(AcontextError):
    """An answer with an error status; its text is what the server said."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class Late(AcontextError):
    """No answer in time."""


class Unreached(AcontextError):
    """No answer at all; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where a server is and how it is entered."""

    base_url: str
    key: str
    headers: Mapping[str, str]
    timeout: float
    retries: int


class Sdk:
    """Sends bodies to one server; threads may share it."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._lock = Lock()
        self._clients: dict[Callable[[float], Any], openai.OpenAI] = {}
        self._loading = loading.begin(self._load)

    def send(self, body: Json) -> bytes:
        """What the server answered with a good status; asked again where it was busy."""
        client = self._client(_bounded)
        import openai

        try:
            return _posted(client, body)
        except openai.APIStatusError as error:
            raise Refused(error.status_code, said(error.response.content)) from None
        except openai.APITimeoutError:
            raise Late from None
        except openai.APIConnectionError as error:
            # Older versions wrap what our own client raised.
            cause = error.__cause__
            raise (cause if isinstance(cause, AcontextError) else Unreached(_why(cause))) from None
        except UnicodeError as error:  # a host of no good form
            raise Unreached(str(error)) from None

    def show(self, body: Json) -> bytes:
        """The bytes that `send` would send; made in the same way, and nothing is sent."""
        try:
            _posted(self._client(_recording), body)
        except _Recorded as recorded:
            return recorded.body
        raise AssertionError("a recording client sends nothing")

    def _client(self, http_client: Callable[[float], Any]) -> "openai.OpenAI":
        self._loading.join()
        return self._made(http_client)

    def _load(self) -> None:
        # Whoever needs it does it again and meets the error where it can be told.
        with suppress(ImportError, AcontextError):
            import openai.resources.chat.completions  # noqa: F401

            self._made(_bounded)

    def _made(self, http_client: Callable[[float], Any]) -> "openai.OpenAI":
        with self._lock:
            if http_client not in self._clients:
                client = self._clients[http_client] = _entered(self._access, http_client)
                finalize(self, client.close)
            return self._clients[http_client]


def _entered(access: Access, http_client: Callable[[float], Any]) -> "openai.OpenAI":
    import openai

    http = _http()
    try:
        return openai.OpenAI(
            api_key=access.key,
            base_url=access.base_url,
            default_headers=dict(access.headers),
            max_retries=access.retries,
            timeout=openai.Timeout(access.timeout, connect=min(access.timeout, CONNECTING)),
            http_client=http_client(access.timeout),
        )
    except http.InvalidURL:
        raise AcontextError("base_url is no address, use one like http://localhost:11434/v1") from None


def said(content: bytes) -> str:
    """The words of an error, from its body."""
    try:
        body = parsed(content)
    except Unusable:
        return content[:2000].decode("utf-8", "replace")
    return told(body)[:2000]


def _posted(client: "openai.OpenAI", body: Json) -> bytes:
    """The answer to a body as it is: the typed way walks through all of it first, which takes more than sending it."""
    http = _http()
    response: Any = client.post("/chat/completions", cast_to=http.Response, body=dict(body))
    content: bytes = response.content
    return content


def _http() -> Any:
    """The library that the SDK speaks HTTP with: `httpx`, or what came after it."""
    import openai

    return sys.modules[openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0]]


def _why(cause: BaseException | None) -> str:
    while cause and cause.__context__ and not str(cause):
        cause = cause.__context__
    return str(cause or "")


def _bounded(seconds: float) -> Any:
    """An HTTP client whose answers end: in size, and in time though they come drop by drop."""
    import openai

    class Bounded(openai.DefaultHttpxClient):
        def send(self, request: Any, **options: Any) -> Any:
            deadline = time.monotonic() + seconds
            return _within(seconds + _GRACE, lambda: self._answered(request, deadline, options))

        def _answered(self, request: Any, deadline: float, options: Mapping[str, Any]) -> Any:
            # Redirects are followed here: the library reads the answers on the way to their ends, and some have none.
            for _ in range(MOST_REDIRECTS + 1):
                response = super().send(request, **{**options, "stream": True, "follow_redirects": False})
                try:
                    if response.next_request is None:
                        return _whole(response, deadline)
                finally:
                    response.close()
                request = response.next_request
            raise AcontextError(f"it sends from one address to the next, more than {MOST_REDIRECTS} times")

    return _begun(Bounded)


def _within(seconds: float, work: Callable[[], Any]) -> Any:
    """What comes of some work. Where it takes longer it is left alone: of a head that comes drop by drop, or an address
    that is looked up for ever, no library notices how long it takes."""
    done: list[Callable[[], Any]] = []

    def worked() -> None:
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001, it is raised where it is waited for
            done.append(partial(_raised, error))
        else:
            done.append(lambda: value)

    thread = Thread(target=worked, daemon=True)
    thread.start()
    thread.join(seconds)
    if not done:
        raise Late
    return done[0]()


def _raised(error: BaseException) -> NoReturn:
    raise error


def _whole(response: Any, deadline: float) -> Any:
    content = _read(response.iter_bytes(), deadline)
    headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in _OF_THE_WIRE]
    if _asked_in_vain(response.status_code, content):
        headers.append(("x-should-retry", "false"))
    return type(response)(response.status_code, headers=headers, content=content, request=response.request)


def _read(pieces: Iterable[bytes], deadline: float) -> bytes:
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > LARGEST:
            raise AcontextError(f"it answered with more than {LARGEST // 1_000_000} MB")
        if time.monotonic() > deadline:
            raise Late
    return bytes(content)


def _asked_in_vain(status: int, content: bytes) -> bool:
    """Whether the same request would be refused again, though its status speaks of a passing fault."""
    if status < 500:
        return status == 429 and is_without_quota(said(content))
    return is_refusal(status, words := said(content)) or is_too_long(words)


class _Recorded(Exception):
    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body


def _recording(_: float) -> Any:
    import openai

    class Recording(openai.DefaultHttpxClient):
        def build_request(self, *args: Any, **options: Any) -> Any:
            raise _Recorded(super().build_request(*args, **options).read())

    return _begun(Recording)


def _begun(client: Callable[[], Any]) -> Any:
    try:
        return client()
    except (ImportError, ValueError, OSError) as error:
        raise AcontextError(f"the proxy or certificates of the environment cannot be used: {error}") from None
