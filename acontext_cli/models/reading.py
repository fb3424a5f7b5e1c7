"""What a server answered, as a `Reply`: whatever form it bent, one reading for all.

Whether there are calls is seen from the calls, never from `finish_reason`; a thought is never an answer.
"""

import json
import math
from collections.abc import Iterator, Sequence
from typing import cast

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json, ToolCall
from acontext_cli.model import Reply, Usage
from acontext_cli.models.found import arguments_text, calls_in, without_thought

ECHOED = ("reasoning_content", "reasoning", "reasoning_details")
"""Fields of a message that some servers want back unchanged, or refuse the next turn."""
PLAUSIBLE = 0.6
"""The share of the estimate that a prompt has at least; below it some of it was not read."""


class Unusable(AcontextError):
    """An answer that says nothing; its text says why."""

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        self.again = again
        """Whether it may go well the next time."""


def reply_of(body: object, tools: Sequence[Json], estimate: int) -> Reply:
    """The reply in a parsed body; `estimate` is the size of what was asked, in tokens."""
    choice = _choice(body)
    message = cast(Json, choice["message"])
    text, calls = _said(message), tuple(_calls(message))
    if not calls:
        text, calls = calls_in(text, tools)
    if not text.strip() and not calls:
        raise _silent(choice)
    echo = {key: message[key] for key in ECHOED if message.get(key) and _sendable(message[key])}
    return Reply(text=text, calls=calls, echo=echo, usage=_usage(cast(Json, body), estimate, (text, calls, echo)))


def parsed(content: bytes) -> object:
    """The JSON of a body; numbers that JSON has no form for are null, or they could not be sent back."""
    try:
        return json.loads(content, parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError):
        start = content[:100].decode("utf-8", "replace")
        hint = ", is base_url right? Most end in /v1" if start.lstrip().startswith("<") else ""
        raise Unusable(f"it answered with something that is no JSON ({start!r}){hint}") from None


def told(body: object, depth: int = 4) -> str:
    """The words of an error, wherever a server puts them: `error`, `message` or `detail`; without what it quotes."""
    if isinstance(body, str) or depth == 0:
        return body if isinstance(body, str) else ""
    if isinstance(body, list):
        return "; ".join(filter(None, (told(item, depth - 1) for item in body[:5])))
    if not isinstance(body, dict):
        return ""
    loc = body.get("loc")
    words = [".".join(str(step) for step in loc if isinstance(step, str | int)) if isinstance(loc, list) else ""]
    words += [told(body.get(key), depth - 1) for key in ("error", "message", "msg", "detail", "code", "param")]
    # What a router met further on: {"message": "Provider returned error", "metadata": {"raw": …}}
    metadata = body.get("metadata")
    words.append(told(metadata.get("raw"), depth - 1) if isinstance(metadata, dict) else "")
    return ": ".join(filter(None, words))


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // 4)


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def _choice(body: object) -> Json:
    """The first choice, which has a message."""
    if not isinstance(body, dict):
        raise Unusable("its answer is no JSON object")
    if body.get("error"):
        raise Unusable(f"it answered with an error: {told(body['error']) or 'without a word'}")
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        raise Unusable(": ".join(filter(None, ["its answer has no choices", told(body)])))
    choice = choices[0]
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        raise Unusable("its answer has no message")
    return choice


def _silent(choice: Json) -> Unusable:
    """Why a message says nothing."""
    reason = choice.get("finish_reason")
    if reason == "length":
        return Unusable("its answer was cut at max_output_tokens before its first word: raise it", again=False)
    words = told(choice.get("error")) or (f"finish_reason {reason}" if isinstance(reason, str) else "")
    return Unusable(f"its answer is empty ({words})" if words else "its answer is empty")


def _said(message: Json) -> str:
    text = without_thought(_words(message.get("content")))
    refusal = message.get("refusal")
    return text if text.strip() or not isinstance(refusal, str) else refusal


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(filter(None, map(_part, parts)))


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type") not in (None, "text", "output_text", "refusal"):
        return ""  # a thought, a picture
    return next((part[key] for key in ("text", "refusal") if isinstance(part.get(key), str)), "")


def _calls(message: Json) -> Iterator[ToolCall]:
    calls = message.get("tool_calls") or [message.get("function_call")]
    for call in calls if isinstance(calls, list) else [calls]:
        if not isinstance(call, dict):
            continue
        function = next((call[key] for key in ("function", "custom") if isinstance(call.get(key), dict)), call)
        name, id = function.get("name"), call.get("id")
        if isinstance(name, str) and name:
            arguments = function.get("arguments", function.get("input"))
            yield ToolCall(id=id if isinstance(id, str) else "", name=name, arguments=arguments_text(arguments))


def _sendable(value: object, depth: int = 30) -> bool:
    """Whether a value is no deeper than can be written again."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_sendable(item, depth - 1) for item in inner)


def _usage(body: Json, estimate: int, said: tuple[str, tuple[ToolCall, ...], Json]) -> Usage:
    usage = body.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    text, calls, echo = said
    written = _number(usage, "completion_tokens", "output_tokens")
    if written is None:
        written = tokens(
            text + "".join(call.name + call.arguments for call in calls) + "".join(map(str, echo.values()))
        )
    return Usage(calls=1, prompt=_prompt(usage, estimate), completion=written)


def _prompt(usage: Json, estimate: int) -> int:
    read = _number(usage, "prompt_tokens", "input_tokens")
    if read is None:
        return estimate
    details = usage.get("prompt_tokens_details")
    cached = (_number(details, "cached_tokens") if isinstance(details, dict) else None) or 0
    # Most servers count what they had cached among the prompt, some leave it out.
    left_out = read < cached or read < PLAUSIBLE * estimate <= read + cached
    return read + cached if left_out else read


def _number(usage: Json, *names: str) -> int | None:
    value = next((usage[name] for name in names if usage.get(name)), None)
    try:
        number = int(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and number > 0 else None
