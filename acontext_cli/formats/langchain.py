"""Messages of LangChain and LangGraph in the three shapes they are written in.

`messages_to_dict` gives `{"type", "data": {…}}`, `dumpd` a constructor with its `kwargs`, `model_dump` the fields.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from acontext_cli.formats import chat
from acontext_cli.formats.calls import Calls
from acontext_cli.formats.chat import record, text, words
from acontext_cli.formats.containers import Entry, entries, led, shown
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "langchain"
_PARTICULAR = ("human", "ai")
_KINDS = (*_PARTICULAR, "system", "tool", "function", "chat")


def recognises(sample: Sequence[Json]) -> bool:
    return any(map(_is_particular, shown(sample)))


def read(source: Source) -> Iterator[Origin | Piece]:
    for key, found in groupby(entries(source), lambda entry: entry.conversation):
        yield from led(_told(key, found, source.tally))


class _Message(NamedTuple):
    kind: str
    """One of _KINDS, or what else the source says."""
    fields: Json


def _opened(value: object) -> _Message:
    """A message in any of the three shapes."""
    whole = record(value)
    names = whole.get("id")
    if "lc" in whole and isinstance(names, list) and names:
        return _Message(_kind(text(names[-1])), record(whole.get("kwargs")))
    return _Message(_kind(text(whole.get("type"))), record(whole["data"]) if "data" in whole else whole)


def _kind(name: str) -> str:
    return name.removesuffix("Chunk").removesuffix("Message").lower()


def _is_particular(value: Json) -> bool:
    """Whether only LangChain has such a message; `system` and `tool` are names that others use as well."""
    kind, fields = _opened(value)
    return kind in (_KINDS if "lc" in value else _PARTICULAR) and "content" in fields and "role" not in value


def _told(key: str, found: Iterator[Entry], tally: Tally) -> Iterator[Origin | Piece]:
    calls = Calls()
    yield Origin(key=key)
    for _, name, value in found:
        if name not in ("", "messages", "response"):
            continue
        kind, fields = _opened(value)
        made = _body(kind, fields, calls)
        if made:
            yield Piece(made, key, uid=text(fields.get("id")), meta=_known(kind, fields))
        elif kind in _KINDS:
            tally.leave_out("messages that say nothing")
        else:
            tally.skip(f"messages of type {kind}" if kind else "messages without a type")


def _body(kind: str, fields: Json, calls: Calls) -> Json:
    """The message in the chat form, empty where there is none."""
    said = words(fields.get("content"))
    if kind == "chat":
        kind = {"user": "human", "assistant": "ai"}.get(text(fields.get("role")), "system")
    if kind == "ai":
        return _assistant(said, fields, calls)
    if kind in ("tool", "function"):
        return chat.result(calls.answered(fields.get("tool_call_id")), said)
    if kind in ("human", "system") and said:
        return {"role": "user" if kind == "human" else "system", "content": said}
    return {}


def _assistant(said: str, fields: Json, calls: Calls) -> Json:
    more = record(fields.get("additional_kwargs"))
    thoughts = [text(more.get("reasoning_content"))]
    for part in chat.records(fields.get("content")):
        thoughts += [text(part.get("thinking")) or text(part.get("reasoning")) or words(part.get("summary"))]
    asked = list(_asked(fields, more, calls))
    reasoning = "\n".join(filter(None, thoughts))
    return chat.assistant(said, asked, reasoning) if said or asked or reasoning else {}


def _asked(fields: Json, more: Json, calls: Calls) -> Iterator[Json]:
    """The calls. Those that the model's server wrote badly and the older forms count too."""
    listed = [*chat.records(fields.get("tool_calls")), *chat.records(fields.get("invalid_tool_calls"))]
    for each in listed:
        yield chat.call(calls.asked(each.get("id")), each.get("name"), each.get("args"))
    if listed:
        return
    for each in chat.records(more.get("tool_calls")):
        function = record(each.get("function"))
        yield chat.call(calls.asked(each.get("id")), function.get("name"), function.get("arguments"))
    if old := record(more.get("function_call")):
        yield chat.call(calls.asked(""), old.get("name"), old.get("arguments"))


def _known(kind: str, fields: Json) -> Json:
    if kind == "tool":
        return {"is_error": fields["status"] == "error"} if text(fields.get("status")) else {}
    if kind != "ai":
        return {}
    response, counts = record(fields.get("response_metadata")), record(fields.get("usage_metadata"))
    cached = {"cached": record(counts.get("input_token_details")).get("cache_read")}
    used = chat.usage({**counts, **cached}, input="input_tokens", output="output_tokens", cached="cached")
    return chat.known(model=text(response.get("model_name")) or text(response.get("model")), usage=used)
