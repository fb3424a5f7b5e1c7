"""The OpenAI chat form out of loose records: whatever a function here is given, what it gives is valid."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar, cast

from acontext_cli.messages import Json

IMAGE = "[image]"
INTERRUPTED = "[interrupted]"
Value = TypeVar("Value")
_NOTHING: Json = {}
_encode = json.JSONEncoder(ensure_ascii=False).encode
_BASE64 = re.compile(r'data:image/[\w.+-]+;base64,[\w+/=]+|(?<=")[A-Za-z0-9+/]{400,}={0,2}(?=\\?")')
_HEAD = 400
_SKILL = re.compile(r"/skills/(?:\.system/)?(\w[\w.-]*)/")
_SHOWN = re.compile(r"\b(?:cat|sed|head|tail|less|more|nl|bat|Get-Content)\b[^|;&]*?" + _SKILL.pattern)
_READING = ("read", "view", "open", "cat")


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def record(value: object) -> Json:
    return value if isinstance(value, dict) else _NOTHING


def records(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(content: object) -> str:
    """The words of a content in any of its forms. An image is named, not kept."""
    if isinstance(content, str):
        return content
    if not content:
        return ""
    return "\n".join(filter(None, map(_words, content if isinstance(content, list) else [content])))


def _words(part: object) -> str:
    if not isinstance(part, dict):
        return text(part)
    if isinstance(part.get("text"), str):
        return cast(str, part["text"])
    shown = "image" in text(part.get("type")) and any(part[key] for key in part if key not in ("type", "detail"))
    return IMAGE if shown else ""


def written(value: object) -> str:
    """A value as JSON text."""
    try:
        return _encode(value)
    except (RecursionError, ValueError):
        return "{}"


def user(content: str) -> Json:
    return {"role": "user", "content": content}


def assistant(content: str = "", calls: Iterable[Json] = (), reasoning: str = "") -> Json:
    body: dict[str, object] = {"role": "assistant", "content": content or None}
    if listed := list(calls):
        body["tool_calls"] = listed
    if reasoning:
        body["reasoning_content"] = reasoning
    return body


def call(id: object, name: object, arguments: object) -> Json:
    """Of arguments that are a text it is taken on trust that an opening brace begins JSON."""
    if isinstance(arguments, str) and not arguments.lstrip().startswith("{"):
        arguments = {"input": arguments} if arguments.strip() else {}
    elif not isinstance(arguments, str | dict):
        arguments = {} if arguments is None else {"input": arguments}
    said = arguments if isinstance(arguments, str) else written(arguments)
    return {"id": text(id), "type": "function", "function": {"name": text(name) or "unknown", "arguments": said}}


def result(id: object, content: str) -> Json:
    """Images within it are named, not kept."""
    if "data:image/" in content or ('"type"' in content[:_HEAD] and '"image' in content):
        content = _BASE64.sub(IMAGE, content)
    return {"role": "tool", "tool_call_id": text(id), "content": content}


def known(**values: object) -> Json:
    """Of these the ones that say something."""
    return {name: value for name, value in values.items() if value is not None and value != "" and value != _NOTHING}


def usage(counts: Json, **theirs: str) -> Json:
    """Tokens under our names: `usage(record, input="input_tokens")`."""
    return {ours: count for ours, name in theirs.items() if type(count := counts.get(name)) is int}


def skill_shown(made: Json) -> str:
    """The skill that a call reads from, by the path among its arguments. Empty: none."""
    function = cast(Json, made["function"])
    arguments = cast(str, function["arguments"])
    if "/skills/" not in arguments:
        return ""
    reading = any(word in cast(str, function["name"]).lower() for word in _READING)
    found = (_SKILL if reading else _SHOWN).search(arguments)
    return found[1] if found else ""


def moment(milliseconds: object) -> str:
    """A point in time as ISO 8601."""
    if not isinstance(milliseconds, int | float):
        return ""
    try:
        return (
            datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
    except (ValueError, OverflowError, OSError):
        return ""


def remember(mapping: dict[str, Value], key: str, value: Value, most: int = 4096) -> None:
    """Into a memory of at least the last ones, which does not grow with a file."""
    mapping[key] = value
    if len(mapping) > 2 * most:  # many at once: the first key of a dict is slow to find where others were before it
        for old in list(mapping)[:-most]:
            del mapping[old]
