"""One line of a transcript as a value: an OpenAI chat-completions message kept exactly as it came.

The form is that of https://platform.openai.com/docs/api-reference/chat. Servers and exporters bend it, so
reading is tolerant (content as string, null or list of parts; arguments as string or object; the older
`function_call`), and nothing of what came is changed on the way to disk and back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

Json = Mapping[str, object]

RESULT_ROLES = ("tool", "function")

MARK = "This is a judgement that acontext asks for, not a session to learn from."
"""How a request of ours to an agent begins: where the agent kept it as a session, it is known by this."""
NO_CAPTURE = "ACONTEXT_NO_CAPTURE"
"""Set in the environment where we are at work ourselves: nothing is to be taken in."""

# What `json.loads` calls at last; before that it guesses the encoding, which is known here and costs a quarter more.
_decode = json.JSONDecoder().decode


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that the assistant asked for."""

    id: str
    """As the model gave it; may be empty, and may repeat within a transcript."""
    name: str
    """Name of the tool."""
    arguments: str
    """As they came: JSON text where the model kept to the form, anything else where it did not."""

    @property
    def named(self) -> Json | None:
        """The arguments by name, or None where they are not a JSON object."""
        try:
            value = json.loads(self.arguments or "{}")
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Message:
    """A message with what recording added to it. `body` is the message as it came."""

    body: Json
    id: str = ""
    """Unique within its session."""
    at: str = ""
    """When it was recorded (or said, where the source tells): ISO 8601, UTC."""
    meta: Json = field(default_factory=dict)
    """What else is known of it, e.g. `is_error` of a result."""

    @property
    def role(self) -> str:
        return cast(str, self.body["role"])

    @property
    def text(self) -> str:
        """The words of the content; parts that are no text are named in square brackets."""
        return flatten(self.body.get("content"))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls it asks for, in order, the older single `function_call` included."""
        calls = self.body.get("tool_calls")
        old = self.body.get("function_call")
        if not calls and not old:
            return ()
        listed = [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
        return tuple(map(_call, listed)) + ((_called("", old),) if isinstance(old, dict) else ())

    @property
    def is_human(self) -> bool:
        """Whether a person said it; what a harness put in the user's place has a `kind`."""
        return self.body["role"] == "user" and "kind" not in self.meta

    @property
    def is_result(self) -> bool:
        return self.body["role"] in RESULT_ROLES

    @property
    def answers(self) -> str:
        """Id of the call that this result answers; of the older form the function's name."""
        return str(self.body.get("tool_call_id") or self.body.get("name") or "")

    def line(self) -> str:
        """Its JSON line, without the newline."""
        record = {**self.body, "id": self.id, "at": self.at}
        return json.dumps(record | {"meta": self.meta} if self.meta else record, ensure_ascii=False)


def read(line: str | bytes) -> Message:
    """The message of a recorded line. Raises ValueError where the line is not one."""
    body = _decode(line if isinstance(line, str) else line.decode("utf-8", "surrogatepass"))
    if type(body) is not dict or type(body.get("role")) is not str:
        raise ValueError("not a message: no role")
    id, at, meta = body.pop("id", ""), body.pop("at", ""), body.pop("meta", None) or {}
    if type(id) is not str or type(at) is not str or type(meta) is not dict:
        raise ValueError("not a message: its id or its time is no text, or its meta no object")
    return Message(body, id, at, meta)


def problem(body: object) -> str | None:
    """Why this JSON value is no chat message, in words, or None."""
    if isinstance(body, list):
        return "a JSON array, not a message (one message a line is expected)"
    if not isinstance(body, dict):
        return "not a JSON object"
    if body.get("role") in (None, ""):
        return "no role"
    if not isinstance(body["role"], str):
        return "the role is no text"
    content = body.get("content")
    if content is not None and not isinstance(content, str | list):
        return f"content is {_kind(content)}, not text, null or a list of parts"
    if isinstance(content, list) and not all(isinstance(part, dict | str) for part in content):
        return "a part of the content is no object"
    return _calls_problem(body)


def _kind(value: object) -> str:
    """What a value is called where JSON is spoken."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "an object" if isinstance(value, Mapping) else "no JSON"


def flatten(content: object) -> str:
    """Content of any of the three forms as one text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(map(_part, content))


def _part(part: object) -> str:
    if not isinstance(part, dict):
        return str(part)
    for key in ("text", "refusal", "content"):
        if isinstance(part.get(key), str):
            return cast(str, part[key])
    return f"[{part.get('type', 'part')}]"


def _call(record: Json) -> ToolCall:
    function = record.get("function") or record.get("custom")
    return _called(record.get("id"), function if isinstance(function, dict) else {})


def _called(id: object, function: Json) -> ToolCall:
    arguments = function.get("arguments", function.get("input", ""))
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(id=str(id or ""), name=str(function.get("name") or ""), arguments=text)


def _calls_problem(body: Json) -> str | None:
    calls = body.get("tool_calls")
    if calls is None:
        return None
    if not isinstance(calls, list):
        return "tool_calls is no list"
    for call in calls:
        function = (call.get("function") or call.get("custom")) if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            return "a tool call has no function name"
    return None
