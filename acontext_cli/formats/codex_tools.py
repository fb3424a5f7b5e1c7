"""What Codex calls, and how it came out: no field of a result says so, its first lines and the event of its end do."""

import json
import re

from acontext_cli.formats import chat
from acontext_cli.formats.chat import known, record, text, words
from acontext_cli.messages import Json

_EXIT = re.compile(r"^(?:Process exited with code|Exit code:) *(-?\d{1,9})", re.MULTILINE)
_HEAD = 400


def called(item: Json) -> Json:
    """The call of an item. A tool that Codex has built in is named by the item's type."""
    kind, name = text(item.get("type")), text(item.get("name"))
    id = item.get("call_id") or item.get("id")
    if kind == "function_call":
        space = text(item.get("namespace"))
        return chat.call(id, f"{space}.{name}" if space else name, item.get("arguments"))
    if kind == "custom_tool_call":
        return chat.call(id, name, {"input": words(item.get("input"))})
    if kind == "image_generation_call":
        return chat.call(id, "image_generation", known(prompt=text(item.get("revised_prompt"))))
    return chat.call(id, kind.removesuffix("_call"), item.get("action") or item.get("arguments"))


def outcome(output: object) -> tuple[str, bool | None]:
    """The words of a call's output, and whether it failed as far as they say."""
    if isinstance(output, dict) and type(output.get("success")) is bool:
        return words(output.get("content")), not output["success"]
    said = words(output)
    if said.startswith('{"output"'):  # as earlier versions wrote it
        try:
            inner = json.loads(said)
        except (ValueError, RecursionError):
            return said, None
        code = record(inner.get("metadata")).get("exit_code")
        return words(inner.get("output")), code != 0 if type(code) is int else None
    told = _EXIT.search(said[:_HEAD].partition("\nOutput:")[0])
    return said, int(told[1]) != 0 if told else None


def failed(event: Json) -> bool | None:
    """Whether a call failed, as the event of its end says."""
    code, result = event.get("exit_code"), record(event.get("result"))
    if type(event.get("success")) is bool:
        return not event["success"]
    if type(code) is int:
        return code != 0
    if "Err" in result:
        return True
    done = record(result.get("Ok")) or result
    return done.get("isError") is True if done else None
