"""Messages of the Anthropic API: an array, an object with `messages`, lines of either, or of requests and responses."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from acontext_cli.formats import chat
from acontext_cli.formats.calls import Calls
from acontext_cli.formats.chat import record, text, words
from acontext_cli.formats.containers import Entry, Growing, entries, led, shown
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "anthropic"
_PARTICULAR = ("tool_use", "tool_result", "thinking", "redacted_thinking")


def recognises(sample: Sequence[Json]) -> bool:
    messages = [each for each in shown(sample) if each.get("role") in ("user", "assistant", "system", "tool")]
    if any(each["role"] in ("system", "tool") or "tool_calls" in each for each in messages):
        return False
    names = {name for each in sample for name in (*each, *record(each.get("request")), *record(each.get("params")))}
    return any(map(_is_particular, messages)) or (bool(messages) and "system" in names)


def read(source: Source) -> Iterator[Origin | Piece]:
    growing = Growing()
    for key, found in groupby(entries(source), lambda entry: entry.conversation):
        if not key:
            yield from led(_Conversation(key, source.tally).told(found))
            continue
        line = list(found)
        items = list(_Conversation(key, source.tally).told(iter(line)))
        yield from led(growing.rest(key, items) if any(entry.name == "response" for entry in line) else items)


def _is_particular(message: Json) -> bool:
    """Whether only this API has such a message."""
    if message.get("type") == "message" and "stop_reason" in message:
        return True
    return any(text(block.get("type")).endswith(_PARTICULAR) for block in chat.records(message.get("content")))


class _Conversation:
    def __init__(self, key: str, tally: Tally) -> None:
        self._key = key
        self._tally = tally
        self._calls = Calls()

    def told(self, found: Iterator[Entry]) -> Iterator[Origin | Piece]:
        yield Origin(key=self._key)
        system: list[object] = []
        for _, name, value in found:
            if name == "system":
                system.extend(value if isinstance(value, list) else [value])
            elif name == "model":
                yield Origin(key=self._key, model=text(value))
            elif name in ("", "messages", "response"):
                yield from self._system(system)
                yield from self._message(value)
        yield from self._system(system)

    def _system(self, said: list[object]) -> Iterator[Piece]:
        """What came of the system prompt, in one message."""
        if content := words(list(said)):
            yield Piece({"role": "system", "content": content}, self._key)
        said.clear()

    def _message(self, value: object) -> Iterator[Piece]:
        message = record(value)
        role, content = message.get("role"), message.get("content")
        blocks = content if isinstance(content, list) else [content] if isinstance(content, str | dict) else []
        if role == "assistant":
            yield from self._assistant(message, blocks)
        elif role == "user":
            yield from self._user(blocks)
        elif role == "system":
            yield Piece({"role": "system", "content": words(blocks)}, self._key)
        else:
            self._tally.skip("messages without a role that is known")

    def _user(self, blocks: list[object]) -> Iterator[Piece]:
        said: list[object] = []
        for block in [*blocks, None]:
            if block is not None and not _is_result(block):
                said.append(block)
                continue
            if content := words(said):
                yield Piece({"role": "user", "content": content}, self._key)
            said = []
            if block is not None:
                yield self._result(record(block))

    def _assistant(self, message: Json, blocks: list[object]) -> Iterator[Piece]:
        """What the server's own tools found stands among what the model says: a message before, one after."""
        part: list[object] = []
        known = chat.known(model=text(message.get("model")), usage=_usage(message.get("usage")))
        for block in [*blocks, None]:
            if block is not None and not _is_result(block):
                part.append(block)
                continue
            if body := self._said(part):
                yield Piece(body, self._key, meta=known)
                known = {name: value for name, value in known.items() if name != "usage"}
            part = []
            if block is not None:
                yield self._result(record(block))

    def _said(self, blocks: list[object]) -> Json:
        """The message of these blocks, empty where they say nothing."""
        said, thoughts, calls = [], [], []
        for block in blocks:
            kind = text(record(block).get("type"))
            if kind.endswith("tool_use"):
                asked = record(block)
                calls.append(chat.call(self._calls.asked(asked.get("id")), asked.get("name"), asked.get("input")))
            elif kind == "thinking":
                thoughts.append(text(record(block).get("thinking")))
            elif kind == "redacted_thinking":
                self._tally.leave_out("thoughts that are encrypted")
            else:
                said.append(block)
        reasoning = "\n".join(filter(None, thoughts))
        content = words(said)
        return chat.assistant(content, calls, reasoning) if content or calls or reasoning else {}

    def _result(self, block: Json) -> Piece:
        content = block.get("content")
        failed = block.get("is_error") or record(content).get("error_code") is not None
        found = words(content) or (chat.written(content) if content else "")
        body = chat.result(self._calls.answered(block.get("tool_use_id")), found)
        return Piece(body, self._key, meta={"is_error": bool(failed)})


def _is_result(block: object) -> bool:
    return text(record(block).get("type")).endswith("tool_result")


def _usage(value: object) -> Json:
    """`input` is all that was read, what came from the cache or went into it too, as with other APIs."""
    counts = record(value)
    read = [counts.get(f"{name}input_tokens") for name in ("", "cache_creation_", "cache_read_")]
    summed = {"read": sum(count for count in read if type(count) is int)} if type(read[0]) is int else {}
    return chat.usage({**counts, **summed}, input="read", output="output_tokens", cached="cache_read_input_tokens")
