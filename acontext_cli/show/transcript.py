"""A transcript for a person: who said what and when, calls on one line, results folded."""

import json
from collections import deque
from collections.abc import Iterable, Iterator

from acontext_cli.messages import Json, Message, ToolCall
from acontext_cli.show.paint import Line
from acontext_cli.show.text import one_line

RESULT_LINES = 6
TEXT_LINES = 60
WIDTH = 200

_STYLES = {"user": "bold green", "assistant": "bold cyan", "system": "bold magenta", "developer": "bold magenta"}


def transcript(messages: Iterable[Message], *, full: bool = False) -> Iterator[Line]:
    """The lines of a transcript, as they are read."""
    called = _Called()
    for message in messages:
        for call in message.calls:
            called.add(call)
        yield _head(message, called)
        yield from _body(message, full)
        yield "", ""


def call_line(name: str, arguments: Json | str, width: int = WIDTH) -> str:
    """A call on one line: `read_config(service_name="api-gateway")`."""
    if isinstance(arguments, str):
        return one_line(f"{name}({arguments})", width)
    named = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in arguments.items())
    return one_line(f"{name}({named})", width)


class _Called:
    """Which tool a result is of: the oldest open call of its id, for ids repeat within a transcript."""

    def __init__(self) -> None:
        self._open: dict[str, deque[str]] = {}
        self._last: dict[str, str] = {}

    def add(self, call: ToolCall) -> None:
        self._open.setdefault(call.id or call.name, deque()).append(call.name)
        self._last[call.id] = call.name

    def of(self, result: Message) -> str:
        waiting = self._open.get(result.answers) or self._open.get(str(result.body.get("name") or ""))
        return waiting.popleft() if waiting else self._last.get(result.answers) or result.answers


def _head(message: Message, called: _Called) -> Line:
    when = message.at[:19].replace("T", " ")
    if message.is_result:
        tool = called.of(message)
        failed = " failed" if message.meta.get("is_error") else ""
        return "bold red" if failed else "bold yellow", f"{when}  result{failed} {one_line(tool, 80)}".strip()
    kind = message.meta.get("kind")
    said = f"{message.role} ({kind})" if kind else message.role
    return _STYLES.get(said, "bold"), f"{when}  {one_line(said, 60)}".strip()


def _body(message: Message, full: bool) -> Iterator[Line]:
    limit = RESULT_LINES if message.is_result else TEXT_LINES
    style = "dim" if message.is_result else ""
    for line in _folded(message.text, 0 if full else limit):
        yield style, f"  {line}"
    for call in message.calls:
        yield "cyan", f"  → {_call(call, full)}"


def _call(call: ToolCall, full: bool) -> str:
    named = call.named
    return call_line(call.name, call.arguments if named is None else named, 0 if full else WIDTH)


def _folded(text: str, limit: int) -> Iterator[str]:
    """The first lines, long ones cut, and how much more there is. No limit: all of it."""
    lines = text.rstrip("\n").split("\n") if text else []
    if not limit:
        yield from lines
        return
    # One line more is shown rather than said to be there.
    shown = lines if len(lines) <= limit + 1 else lines[:limit]
    yield from (
        line if len(line) <= WIDTH else f"{line[:WIDTH]}… {len(line) - WIDTH:,} more characters" for line in shown
    )
    if len(lines) > len(shown):
        yield f"… {len(lines) - len(shown):,} more lines"
