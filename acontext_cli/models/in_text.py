"""Calling tools without tool support: a conversation told in plain words, calls written as JSON text.

What `instructions` asks for, `calls_in` reads.
"""

import json
from collections.abc import Iterator, Sequence

from acontext_cli.messages import Json, Message, ToolCall
from acontext_cli.models.found import calls_in, offered

__all__ = ["as_text", "calls_in", "instructions", "rewritten"]

CALLS = '{"calls": [{"name": "<tool>", "arguments": {…}}]}'
WORDS = '{"text": "<what you have to say>"}'
BEGIN = "Begin."
"""The first word where nobody has spoken: some servers refuse a conversation without a user."""


def instructions(tools: Sequence[Json], *, required: bool) -> str:
    """What a model is told that cannot be offered tools; empty where there are none."""
    if not tools:
        return ""
    lines = [
        "You act by calling tools. " + _form(required=required),
        "Several calls may stand in the list; they are carried out in that order and their results are sent to you.",
        "The tools, with the JSON schema of their arguments:",
        *(_compact(_shown(name, function)) for name, function in offered(tools).items()),
    ]
    return "\n".join(lines)


def rewritten(messages: Sequence[Json], tools: Sequence[Json], *, required: bool) -> list[Json]:
    """The conversation without tools: instructions in the system message, calls and results as text."""
    system, turns = _parted(messages, tools)
    told = "\n\n".join(filter(None, [*system, instructions(tools, required=required)]))
    if not turns or turns[0][0] != "user":
        turns.insert(0, ("user", BEGIN))
    return [
        *([{"role": "system", "content": told}] if told else []),
        *({"role": role, "content": text} for role, text in turns),
    ]


def as_text(messages: Sequence[Json], tools: Sequence[Json], *, required: bool) -> str:
    """The same as one text, for a command that reads its prompt from stdin."""
    sections = [_section(message) for message in rewritten(messages, tools, required=required)]
    return "\n\n".join([*sections, _last_word(tools, required=required)]) + "\n"


def _form(*, required: bool) -> str:
    asked = f"Answer with one JSON object and nothing else:\n{CALLS}"
    return (
        f"{asked}\nAn answer without a call is of no use." if required else f"{asked}\nor, to say something:\n{WORDS}"
    )


def _last_word(tools: Sequence[Json], *, required: bool) -> str:
    if not tools:
        return "Now give the assistant's next answer and nothing else."
    forms = CALLS if required else f"{CALLS} or {WORDS}"
    return (
        "Now give the assistant's next answer: one JSON object and nothing else, "
        f"{forms}. Call only the tools listed above; use none of your own."
    )


def _section(message: Json) -> str:
    return f"<{message['role']}>\n{message['content']}\n</{message['role']}>"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _shown(name: str, function: Json) -> Json:
    return {"name": name} | {key: function[key] for key in ("description", "parameters") if function.get(key)}


def _parted(messages: Sequence[Json], tools: Sequence[Json]) -> tuple[list[str], list[tuple[str, str]]]:
    """What the system says at the start, and the turns, no two of one role in a row."""
    system: list[str] = []
    turns: list[tuple[str, str]] = []
    for role, text in _spoken(messages, tools):
        if role == "system" and not turns:
            system.append(text)
        elif turns and turns[-1][0] == _side(role):
            turns[-1] = (turns[-1][0], f"{turns[-1][1]}\n\n{text}")
        else:
            turns.append((_side(role), text))
    return system, turns


def _side(role: str) -> str:
    # A system message in the middle is refused by many templates.
    return "assistant" if role == "assistant" else "user"


def _spoken(messages: Sequence[Json], tools: Sequence[Json]) -> Iterator[tuple[str, str]]:
    names: dict[str, str] = {}
    for message in map(Message, messages):
        names |= {call.id: call.name for call in message.calls}
        role, text = message.role, message.text
        if message.is_result:
            role, text = "user", _result(message, names)
        elif role == "developer":
            role = "system"
        elif role == "assistant" and (message.calls or tools):
            text = _answer(text, message.calls) if text or message.calls else ""
        if text:
            yield role, text


def _result(message: Message, names: dict[str, str]) -> str:
    id = message.answers
    return f"Result of {names.get(id) or message.body.get('name') or 'a call'} ({id}):\n{message.text}"


def _answer(words: str, calls: Sequence[ToolCall]) -> str:
    """What an assistant would have written."""
    listed = [{"name": call.name, "arguments": _arguments(call)} for call in calls]
    return json.dumps(({"text": words} if words else {}) | ({"calls": listed} if listed else {}), ensure_ascii=False)


def _arguments(call: ToolCall) -> object:
    named = call.named
    return call.arguments if named is None else named
