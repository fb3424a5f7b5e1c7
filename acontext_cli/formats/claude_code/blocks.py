"""The content blocks of Claude Code's messages in the OpenAI chat form."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from acontext_cli.formats.pieces import Tally
from acontext_cli.messages import Json, flatten

_encode = json.JSONEncoder(ensure_ascii=False).encode
_PICTURES = frozenset({"image", "document"})
_SILENT = frozenset({"redacted_thinking", "fallback"})


class Draft(NamedTuple):
    """A piece without what its record tells of it."""

    body: Json
    meta: Json
    joins: str = ""


def word(value: object) -> str:
    """A text of a record, or nothing where it is something else."""
    return value if isinstance(value, str) else ""


def parts(content: object, tally: Tally) -> Sequence[Json]:
    """The blocks of a content of any form."""
    if isinstance(content, str):
        return ({"type": "text", "text": content},)
    if isinstance(content, dict):
        return (content,)
    if not isinstance(content, list):
        tally.skip("messages without content")
        return ()
    found: list[Json] = []
    for part in content:
        if isinstance(part, dict):
            found.append(part)
        elif isinstance(part, str):
            found.append({"type": "text", "text": part})
        else:
            tally.skip("blocks that are no object")
    return found


def shown(part: Json, tally: Tally) -> str:
    """A block of what a person said as a text."""
    kind = word(part.get("type"))
    text = flatten([part])
    if kind in _PICTURES or isinstance(part.get("text"), str):
        return text
    tally.skip(f"unknown block {kind}")
    return ""


def is_result(part: Json) -> bool:
    return part.get("type") == "tool_result" or "tool_use_id" in part


def result(part: Json, call: str, skill: str) -> Draft:
    body = {"role": "tool", "tool_call_id": call, "content": flatten(part.get("content"))}
    meta: Json = {"is_error": part.get("is_error") is True}
    return Draft(body, {**meta, "from_skill": skill} if skill else meta)


def answer(message: Json, tally: Tally) -> list[Draft]:
    """One record of a response, its `usage` as it is; results of calls that ran at the provider's stand behind it."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Json] = []
    results: list[Draft] = []
    for part in parts(message.get("content"), tally):
        kind = word(part.get("type"))
        if kind == "text":
            texts.append(word(part.get("text")))
        elif kind == "thinking":
            thoughts.append(word(part.get("thinking")))
        elif kind.endswith("tool_use"):  # also `server_tool_use` and `mcp_tool_use`
            calls.append(_call(part, tally))
        elif is_result(part):
            results.append(result(part, word(part.get("tool_use_id")), ""))
        else:
            tally.skip(f"unknown block {kind}") if kind not in _SILENT else tally.leave_out(kind)
    body: dict[str, object] = {"role": "assistant", "content": _joined(texts) or None}
    if calls:
        body["tool_calls"] = calls
    if thought := _joined(thoughts):
        body["reasoning_content"] = thought
    if len(body) == 2 and body["content"] is None:
        tally.leave_out("empty answers")
        return results
    return [Draft(body, _meta(message), word(message.get("id"))), *results]


def _joined(texts: list[str]) -> str:
    return "\n\n".join([text for text in texts if text and not text.isspace()]) if texts else ""


def _call(part: Json, tally: Tally) -> Json:
    name, given = word(part.get("name")), part.get("input")
    if not name:
        tally.skip("calls without a name")
    arguments = given if isinstance(given, str) else _encode(given or {})
    return {
        "id": word(part.get("id")),
        "type": "function",
        "function": {"name": name or "unknown", "arguments": arguments},
    }


def _meta(message: Json) -> Json:
    meta: dict[str, object] = {}
    if model := word(message.get("model")):
        meta["model"] = model
    if "usage" in message:
        meta["usage"] = message["usage"]
    return meta


def tokens(counts: object) -> dict[str, int]:
    """Usage as `META` names it: `input` is all that was read, `cached` the part of it that came from a cache."""
    if not isinstance(counts, dict):
        return {}
    cached = _number(counts.get("cache_read_input_tokens"))
    read = _number(counts.get("input_tokens")) + _number(counts.get("cache_creation_input_tokens")) + cached
    known = {"input": read, "output": _number(counts.get("output_tokens")), "cached": cached}
    return {name: many for name, many in known.items() if many}


def _number(value: object) -> int:
    return value if type(value) is int and 0 < value < 1 << 40 else 0
