"""Messages of the OpenAI chat API, one a line."""

from collections.abc import Iterable, Iterator

from acontext_cli.exports.turns import Turn, encoded, plain, turns
from acontext_cli.messages import Json, Message, ToolCall


def openai(messages: Iterable[Message]) -> Iterator[str]:
    """JSON Lines. Members that a message came with (`reasoning_content` …) are kept."""
    for turn in turns(messages):
        yield encoded(_said(turn)) + "\n"
        for id in turn.kept:
            if result := turn.results.get(id):
                yield encoded({"role": "tool", "tool_call_id": id, "content": result.text}) + "\n"


def _said(turn: Turn) -> Json:
    if turn.message.is_result:
        return {"role": "user", "content": turn.text}
    body = {name: value for name, value in turn.message.body.items() if name not in ("tool_calls", "function_call")}
    if calls := [_call(id, call) for id, call in turn.kept.items()]:
        body["tool_calls"] = calls
    if len(calls) < len(turn.calls) or not (calls or body.get("content")):
        body["content"] = turn.text
    return body


def _call(id: str, call: ToolCall) -> Json:
    return {"id": id, "type": "function", "function": {"name": plain(call.name), "arguments": call.arguments or "{}"}}
