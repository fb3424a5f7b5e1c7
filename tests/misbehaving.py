"""A server on this machine that answers as it is told, well or badly; a test that uses it takes the `loopback` fixture.

    with server(says("Hello."), calls(("look", {"path": "a"})), refuses(429, "slow down")) as at:
        model = EndpointModel(Endpoint(model="m", base_url=at.url), warn=print)
        # or OPENAI_BASE_URL=at.url in the environment of a command
        ...
    assert at.bodies[0]["messages"] == [...]      # what was asked, in order; also `at.headers`, `at.raw`

Each request takes the next behaviour, a function of the request's body; with `then=` one more answers all that follow.
"""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

AT_ONCE = {"retry-after-ms": "1"}
"""What makes a client ask again without a pause."""

NOBODYS = """\
-----BEGIN CERTIFICATE-----
MIIBeDCCAR+gAwIBAgIUZ4J+u30RVPbonSbZHR++/hY+z4IwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyNjE1NDg0MloYDzIxMjYxMTAyMTU0
ODQyWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQ0XkZ3jEYGCHVC2evw6kb4fye5Crl7XHfyjmqCQsDTsBxdpJaHDkbogGwOMFq2
8m6POWS3a+HaIid7W//5FzDao1MwUTAdBgNVHQ4EFgQU3JUXttyRmZvSQzH+AbYc
LFlz6n0wHwYDVR0jBBgwFoAU3JUXttyRmZvSQzH+AbYcLFlz6n0wDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAMZI2/m1rrapmDHriCyEjXBpElA8+O
IUj5v32svODljgIgd815C+lRj+XCEYi8NsZyXxdnSid6Kb9DpzKpBI8Wn2A=
-----END CERTIFICATE-----
"""
"""A certificate of nobody. In a file that `SSL_CERT_FILE` names, it saves a test reading those of all the world."""


@dataclass
class Answer:
    """What is sent back."""

    payload: Any
    """JSON; or bytes; or pieces of bytes, sent one by one; None hangs up."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Behaviour = Callable[[dict[str, Any]], Answer]


# What a good server says


def message(usage: object = None, finish_reason: object = "stop", **fields: object) -> dict[str, Any]:
    """The body of a good reply with these fields in its message."""
    said = {"role": "assistant", "content": "", **fields}
    body = {"id": "c", "object": "chat.completion", "created": 0, "model": "m"}
    body["choices"] = [{"index": 0, "message": said, "finish_reason": finish_reason}]
    return body if usage is None else body | {"usage": usage}


def used(prompt: int = 10, completion: int = 5, **more: object) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion, **more}


def call(name: str, arguments: object = None, **fields: object) -> dict[str, Any]:
    """One entry of `tool_calls`; `id=None` leaves the id out, other fields replace what is usual."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    entry = {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": text}, **fields}
    return {key: value for key, value in entry.items() if value is not None}


def answers(payload: object, status: int = 200, **headers: str) -> Behaviour:
    """Anything at all."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(payload, status, named)


def says(text: str, **fields: object) -> Behaviour:
    return answers(message(content=text, usage=used(), **fields))


def calls(*wanted: tuple[str, object], **fields: object) -> Behaviour:
    """A turn of calls: `calls(("look", {"path": "a"}), ("finish", {}))`."""
    listed = [call(name, arguments, id=f"call_{n}") for n, (name, arguments) in enumerate(wanted, start=1)]
    return answers(message(tool_calls=listed, usage=used(), finish_reason="tool_calls", **fields))


# What a bad one says


def refuses(status: int, words: str, **headers: str) -> Behaviour:
    """An error in the usual form, that a client may ask about again at once."""
    error = {"error": {"message": words, "type": "error", "param": None, "code": None}}
    return lambda _: Answer(error, status, {**AT_ONCE, **headers})


def hangs_up() -> Behaviour:
    """Closes the connection without a word."""
    return answers(None)


def drips(payload: object, seconds: float) -> Behaviour:
    """A good answer whose bytes come one by one, with this pause before each."""

    def slow(body: dict[str, Any]) -> Answer:
        return Answer(_slowly(json.dumps(payload).encode(), seconds))

    return slow


def late(behaviour: Behaviour, seconds: float) -> Behaviour:
    """The same after a while."""

    def after_a_while(body: dict[str, Any]) -> Answer:
        time.sleep(seconds)
        return behaviour(body)

    return after_a_while


def unless(condition: Callable[[dict[str, Any]], bool], refusal: Behaviour, good: Behaviour) -> Behaviour:
    """Refuses every request of which the condition does not hold."""
    return lambda body: good(body) if condition(body) else refusal(body)


def _slowly(content: bytes, seconds: float) -> Iterator[bytes]:
    for byte in content:
        time.sleep(seconds)
        yield bytes([byte])


# The server


class At:
    """A running server: where it is and what it was asked."""

    def __init__(self, script: tuple[Behaviour, ...], then: Behaviour | None) -> None:
        used_up = answers({"error": {"message": "the script of this server is used up"}}, 418)
        self.url = ""
        self.bodies: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self._script = itertools.chain(script, itertools.repeat(then or used_up))
        self._lock = threading.Lock()

    def answer(self, path: str, headers: dict[str, str], raw: bytes) -> Answer:
        body = json.loads(raw or b"{}")
        with self._lock:
            self.paths.append(path)
            self.headers.append(headers)
            self.raw.append(raw)
            self.bodies.append(body)
            behaviour = next(self._script)
        return behaviour(body)


@contextmanager
def server(*script: Behaviour, then: Behaviour | None = None) -> Iterator[At]:
    at = At(script, then)
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(at))
    at.url = f"http://127.0.0.1:{http.server_port}/v1"
    running = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    running.start()
    try:
        yield at
    finally:
        http.shutdown()
        running.join()
        http.server_close()


def _handler(at: At) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            self._send(at.answer(self.path, {key.lower(): value for key, value in self.headers.items()}, raw))

        def _send(self, answer: Answer) -> None:
            self.close_connection = True  # no connection outlives its test
            if answer.payload is None:
                return
            try:
                self.send_response(answer.status)
                for name, value in {
                    "connection": "close",
                    "content-type": "application/json",
                    **answer.headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in _pieces(answer.payload):
                    self.wfile.write(piece)
            except OSError:
                pass  # the client has gone

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    return Handler


def _pieces(payload: object) -> Iterable[bytes]:
    if isinstance(payload, bytes):
        return [payload]
    return payload if isinstance(payload, Iterator) else [json.dumps(payload).encode()]
