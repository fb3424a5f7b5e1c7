"""A server on this machine that says what a test has queued: for agents that call a model through the OpenAI SDK."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

Json = dict[str, Any]


def says(content: str | None, **more: Any) -> Json:
    return {"role": "assistant", "content": content, **more}


def call(id: str, name: str, **arguments: Any) -> Json:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


def calls(*made: Json) -> Json:
    return says(None, tool_calls=list(made))


class Endpoint(ThreadingHTTPServer):
    """Each request takes the next of `lines`: a message, a list of deltas to stream, or the number of an error."""

    daemon_threads = True
    request_queue_size = 64
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lines: list[Json | list[Json] | int] = []
        self.asked: list[Json] = []
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.asked.append(asked)
            line = self.server.lines.pop(0) if self.server.lines else says("Fine.")
        if isinstance(line, int):
            self._answer(line, json.dumps({"error": {"message": "busy"}}))
        elif isinstance(line, list):
            self._answer(200, "".join(map(_event, line)) + "data: [DONE]\n\n", "text/event-stream")
        else:
            self._answer(200, json.dumps(line if "choices" in line else completion(line)))

    def _answer(self, status: int, body: str, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


def completion(*messages: Json) -> Json:
    choices = [{"index": at, "finish_reason": "stop", "message": each} for at, each in enumerate(messages)]
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": choices}


def _event(delta: Json) -> str:
    """A chunk; a delta with a `finish_reason` ends the reply, a whole chunk is sent as it is."""
    reason = delta.pop("finish_reason", None)
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": choices}
    return f"data: {json.dumps(delta if 'choices' in delta else chunk)}\n\n"


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
