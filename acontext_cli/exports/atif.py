"""A trajectory in the Agent Trajectory Interchange Format: each step holds its calls and what they found."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from acontext_cli.exports.turns import Turn, encoded, turns
from acontext_cli.messages import Json, Message, ToolCall

_VERSION = "ATIF-v1.7"
_SOURCES = {"assistant": "agent", "system": "system", "developer": "system"}
_TOKENS = {"prompt_tokens": "input", "completion_tokens": "output", "cached_tokens": "cached"}


def atif(messages: Iterable[Message], *, id: str, agent: str = "", version: str = "", model: str = "") -> Iterator[str]:
    """One JSON document. `agent`, `version`: the program that held the conversation."""
    by = {"name": agent or "unknown", "version": version or "unknown"}
    head = {
        "schema_version": _VERSION,
        "session_id": id,
        "agent": by | ({"model_name": model} if model else {}),
        "extra": {"exported_by": "acontext"},
    }
    yield encoded(head)[:-1] + ', "steps": ['
    number = 0
    sums: dict[str, int] = {}
    for number, turn in enumerate(turns(messages), 1):
        step = _step(number, turn)
        for name, count in _metrics(turn.message).items():
            sums[f"total_{name}"] = sums.get(f"total_{name}", 0) + count
        yield (",\n" if number > 1 else "\n") + encoded(step)
    yield f'\n], "final_metrics": {encoded({**sums, "total_steps": number})}}}\n'


def _step(number: int, turn: Turn) -> Json:
    message = turn.message
    by_agent = message.role == "assistant"
    found = [_result(id, result) for id, result in turn.results.items()]
    step = {
        "step_id": number,
        "timestamp": message.at if _is_time(message.at) else "",
        "source": "system" if message.is_result else _SOURCES.get(message.role, "user"),
        "model_name": _text(message.meta.get("model")) if by_agent else None,
        "message": "" if message.is_result else message.text,
        "reasoning_content": _text(message.body.get("reasoning_content")) if by_agent else None,
        "tool_calls": [_call(id, call) for id, call in turn.calls.items()] if by_agent else None,
        "observation": {"results": found or [_result(None, message)]} if found or message.is_result else None,
        "metrics": _metrics(message),
        "extra": {"kind": message.meta["kind"]} if "kind" in message.meta else None,
    }
    return {name: value for name, value in step.items() if value or name == "message"}


def _call(id: str, call: ToolCall) -> Json:
    named = call.named
    return {
        "tool_call_id": id,
        "function_name": call.name or "unknown",
        "arguments": {"input": call.arguments} if named is None else named,
    }


def _result(id: str | None, result: Message) -> Json:
    failed = result.meta.get("is_error")
    extra = {"extra": {"is_error": failed}} if isinstance(failed, bool) else {}
    return ({"source_call_id": id} if id else {}) | {"content": result.text} | extra


def _metrics(message: Message) -> dict[str, int]:
    used = message.meta.get("usage") if message.role == "assistant" else None
    counts = used if isinstance(used, dict) else {}
    return {theirs: counts[ours] for theirs, ours in _TOKENS.items() if type(counts.get(ours)) is int}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_time(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False
