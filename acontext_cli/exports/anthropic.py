"""Messages of the Anthropic API, as one JSON object. Thoughts stay out: the API takes only those that it has signed."""

from collections.abc import Iterable, Iterator
from itertools import chain

from acontext_cli.exports.turns import Turn, encoded, plain, turns
from acontext_cli.messages import Json, Message

_SYSTEM = ("system", "developer")
Blocks = list[Json]


def anthropic(messages: Iterable[Message]) -> Iterator[str]:
    """`system` holds the system messages it begins with; a later one is a part of a user message."""
    rest = turns(messages)
    system: list[str] = []
    first = None
    for turn in rest:
        if turn.message.role not in _SYSTEM:
            first = turn
            break
        system.append(turn.text)
    prompt = "\n\n".join(filter(None, system))
    yield "{" + (f'"system": {encoded(prompt)}, ' if prompt else "") + '"messages": ['
    said = _merged(chain.from_iterable(map(_said, chain([first] if first else [], rest))))
    for number, (role, blocks) in enumerate(said):
        yield (",\n" if number else "\n") + encoded({"role": role, "content": blocks})
    yield "\n]}\n"


def _merged(said: Iterable[tuple[str, Blocks]]) -> Iterator[tuple[str, Blocks]]:
    """The two roles in turn; what has no words and no calls is no message."""
    before, held = "", []
    for role, blocks in said:
        if blocks and role == before:
            held += blocks
        elif blocks:
            if held:
                yield before, held
            before, held = role, [*blocks]
    if held:
        yield before, held


def _said(turn: Turn) -> Iterator[tuple[str, Blocks]]:
    text: Blocks = [{"type": "text", "text": turn.text}] if turn.text.strip() else []
    if turn.message.role != "assistant":
        yield "user", text
        return
    calls = turn.kept.items()
    used: Blocks = [
        {"type": "tool_use", "id": id, "name": plain(call.name), "input": _input(call.arguments, call.named)}
        for id, call in calls
    ]
    yield "assistant", text + used
    yield "user", [_result(id, turn.results[id]) for id, _ in calls if id in turn.results]


def _input(arguments: str, named: Json | None) -> Json:
    return {"input": arguments} if named is None else named


def _result(id: str, result: Message) -> Json:
    failed = {"is_error": True} if result.meta.get("is_error") is True else {}
    return {"type": "tool_result", "tool_use_id": id, "content": result.text, **failed}
