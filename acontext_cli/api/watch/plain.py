"""A message of a call as plain JSON, and the key by which it is known again however it is sent back."""

import json
from collections.abc import Mapping
from hashlib import blake2b

from acontext_cli.messages import Json, Message, flatten, problem

Key = tuple[str, bytes]
"""The role, and a digest of what is said."""

_DEEPEST = 100
_LONGEST = 1000


def plain(value: object, depth: int = 0) -> object:
    """The JSON of any value; what has none is told in words."""
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        return hex(value)  # json refuses to write thousands of digits
    if value is None or isinstance(value, str | int | float):
        return value
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {str(name): plain(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value]
    dump = getattr(value, "model_dump", None)
    return plain(dump(exclude_none=True, warnings=False), depth + 1) if dump else str(value)


def message_of(value: object) -> Json:
    """A message in the OpenAI form, from a dictionary or the SDK's object."""
    body = plain(value)
    if not isinstance(body, dict):
        return {"content": str(body)}  # no message: recording will say so
    if not isinstance(value, Mapping):
        body = _without_parsed(body)
    return body


def key_of(message: Json) -> Key:
    """Equal for a message and its echo: ids of calls, white space around the text and further members do not count."""
    role = str(message.get("role"))
    said = dict(message) if problem(message) else _said(message)
    text = json.dumps([role, said], sort_keys=True)
    return role, blake2b(text.encode(), digest_size=16).digest()


def _said(body: Json) -> object:
    message, content = Message(body), body.get("content")
    parts = [part for part in content if _wordless(part)] if isinstance(content, list) else []
    calls = [(call.name, call.arguments.strip() if call.named is None else call.named) for call in message.calls]
    return [flatten(content).strip(), parts, calls, message.answers if message.is_result else ""]


def _wordless(part: object) -> bool:
    return isinstance(part, dict) and not isinstance(part.get("text"), str)


def _without_parsed(body: dict[str, object]) -> dict[str, object]:
    """What the SDK has made of the texts is told by the texts."""
    body.pop("parsed", None)
    calls = body.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            function.pop("parsed_arguments", None)
    return {"role": body.pop("role", None), "content": body.pop("content", None), **body}
