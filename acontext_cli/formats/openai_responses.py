"""Items of the OpenAI Responses API: an array, lines of items, or `input` and `output` of requests and responses."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from acontext_cli.formats import chat
from acontext_cli.formats.calls import Calls
from acontext_cli.formats.chat import record, text, words
from acontext_cli.formats.containers import Entry, Growing, entries, led, shown
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "openai-responses"
_LISTS = ("input", "output")
_ROLES = ("user", "assistant", "system", "developer")
_ASKED = ("arguments", "input", "action", "operation", "code", "queries")
_FOUND = ("output", "outputs", "results", "result")
_PARTICULAR = ("function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "mcp_call")


def recognises(sample: Sequence[Json]) -> bool:
    return any(map(_is_particular, shown(sample, _LISTS)))


def read(source: Source) -> Iterator[Origin | Piece]:
    growing = Growing()
    for key, found in groupby(entries(source, _LISTS), lambda entry: entry.conversation):
        items = _Conversation(key, source.tally).told(found)
        yield from led(growing.rest(key, list(items)) if key else items)


def _is_particular(item: Json) -> bool:
    """Whether only this API has such an item."""
    kind = text(item.get("type"))
    if kind in ("message", ""):
        return any(part.get("type") in ("input_text", "output_text") for part in chat.records(item.get("content")))
    if kind == "reasoning":
        return "summary" in item
    return kind in _PARTICULAR and ("call_id" in item or "server_label" in item)


class _Conversation:
    def __init__(self, key: str, tally: Tally) -> None:
        self._key = key
        self._tally = tally
        self._calls = Calls()
        self._response = 1
        self._list = ""

    def told(self, found: Iterator[Entry]) -> Iterator[Origin | Piece]:
        yield Origin(key=self._key)
        usage: object = None
        for _, name, value in found:
            if name == "model":
                yield Origin(key=self._key, model=text(value))
            elif name == "usage":
                usage = value
            elif name == "instructions" and text(value):
                yield Piece({"role": "system", "content": text(value)}, self._key)
            elif name in ("", *_LISTS):
                for piece in self._item(name, value):
                    if usage is None or not piece.joins or name != "output":
                        yield piece
                        continue
                    yield piece._replace(meta={**piece.meta, **chat.known(usage=_usage(usage))})
                    usage = None

    def _item(self, name: str, value: object) -> Iterator[Piece]:
        if name != self._list:
            self._list, self._response = name, self._response + 1
        item = {"role": "user", "content": value} if isinstance(value, str) and name == "input" else record(value)
        kind = text(item.get("type"))
        if kind in ("message", "") and item.get("role") in _ROLES:
            yield from self._message(item)
        elif kind == "reasoning":
            yield from self._reasoning(item)
        elif kind.endswith("_call"):
            yield from self._call(kind, item)
        elif kind.endswith("_call_output"):
            yield self._result(item.get("call_id"), item.get("output"), {})
        else:
            self._tally.skip(f"items of type {kind}" if kind else "items without a type or role that is known")

    def _message(self, item: Json) -> Iterator[Piece]:
        content, uid = words(_told(item.get("content"))), text(item.get("id"))
        if item["role"] == "assistant":
            yield self._said(chat.assistant(content), uid)
            return
        self._response += 1
        role = "user" if item["role"] == "user" else "system"
        if content:
            yield Piece({"role": role, "content": content}, self._key, uid=uid)

    def _reasoning(self, item: Json) -> Iterator[Piece]:
        thoughts = "\n".join(filter(None, (words(item.get("summary")), words(item.get("content")))))
        if thoughts:
            yield self._said(chat.assistant(reasoning=thoughts))
        else:
            self._tally.leave_out("thoughts that are encrypted")

    def _call(self, kind: str, item: Json) -> Iterator[Piece]:
        """A call. The API's own tools and those of MCP servers hold their result as well."""
        id = self._calls.asked(item.get("call_id") or item.get("id"))
        asked = next((item[name] for name in _ASKED if name in item), {})
        yield self._said(chat.assistant(calls=[chat.call(id, item.get("name") or kind.removesuffix("_call"), asked)]))
        error = item.get("error")
        found = error or next((item[name] for name in _FOUND if item.get(name)), None)
        if found is not None:
            known = {"is_error": bool(error)} if error or kind == "mcp_call" else {}
            yield self._result(id, "[image]" if kind == "image_generation_call" else found, known)

    def _said(self, body: Json, uid: str = "") -> Piece:
        return Piece(body, self._key, uid=uid, joins=f"response {self._response}")

    def _result(self, id: object, found: object, known: Json) -> Piece:
        self._response += 1
        said = words(found) or (chat.written(found) if found else "")
        return Piece(chat.result(self._calls.answered(id), said), self._key, meta=known)


def _told(content: object) -> object:
    """Content in which a refusal is a text too."""
    if not isinstance(content, list):
        return content
    return [{"text": part["refusal"]} if text(record(part).get("refusal")) else part for part in content]


def _usage(value: object) -> Json:
    counts = record(value)
    cached = {"cached": record(counts.get("input_tokens_details")).get("cached_tokens")}
    return chat.usage({**counts, **cached}, input="input_tokens", output="output_tokens", cached="cached")
