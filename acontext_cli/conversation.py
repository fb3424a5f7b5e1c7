"""A model at work with tools: iterate for its calls, answer each.

The model is never asked again while a call of its last reply stands without an answer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from acontext_cli.messages import Json, Message, ToolCall
from acontext_cli.model import Model, Reply

UNANSWERED = "Error: this call was not carried out."


def _unheard(message: Json) -> None:
    """What hears the messages of a conversation that nobody listens to."""


class Conversation:
    """The turns of one piece of work.

    for call in conversation:
        conversation.answer(call, do(call))
    """

    def __init__(
        self,
        model: Model,
        tools: Sequence[Json],
        messages: Sequence[Json],
        *,
        turns: int = 15,
        required: bool = False,
        nudge: str = "",
        on_message: Callable[[Json], None] = _unheard,
    ) -> None:
        self.messages = list(messages)
        self.text = ""
        """The words of the reply without a call that ended it."""
        self.exhausted = False
        """Whether the turns were used up before such a reply."""
        self._model = model
        self._tools = tuple(tools)
        self._turns = turns
        self._required = required
        self._nudge = nudge
        self._on_message = on_message
        self._ids = {call.id for message in messages for call in Message(message).calls}
        self._open: dict[str, ToolCall] = {}

    def __iter__(self) -> Iterator[ToolCall]:
        while self._turns > 0:
            self._turns -= 1
            calls = self._turn()
            if not calls and not self._nudged():
                return
            yield from calls
        self._settle()
        self.exhausted = True

    @property
    def waiting(self) -> int:
        """How many calls of the last reply stand without an answer."""
        return len(self._open)

    def answer(self, call: ToolCall, text: str) -> None:
        if self._open.pop(call.id, None) is None:
            raise ValueError(f"call {call.id!r} waits for no answer")
        self._add({"role": "tool", "tool_call_id": call.id, "content": text})

    def _turn(self) -> tuple[ToolCall, ...]:
        self._settle()
        reply = self._model.reply(self.messages, self._tools, required=self._required)
        calls = tuple(map(self._told_apart, reply.calls))
        self._open = {call.id: call for call in calls}
        self._add(_said(reply, calls))
        if not calls:
            self.text = reply.text
        return calls

    def _nudged(self) -> bool:
        """Whether a model that made no call is told once that one is needed."""
        nudge, self._nudge = self._nudge, ""
        if nudge:
            self._add({"role": "user", "content": nudge})
        return bool(nudge)

    def _settle(self) -> None:
        for call in tuple(self._open.values()):
            self.answer(call, UNANSWERED)

    def _told_apart(self, call: ToolCall) -> ToolCall:
        id, n = call.id or f"call_{len(self._ids) + 1}", 1
        while id in self._ids:
            n += 1
            id = f"{call.id or 'call'}_{n}"
        self._ids.add(id)
        return replace(call, id=id)

    def _add(self, message: Json) -> None:
        self.messages.append(message)
        self._on_message(message)


def _said(reply: Reply, calls: tuple[ToolCall, ...]) -> Json:
    # A turn of calls alone has an empty content: some servers refuse a message without one, others drop it. A turn of
    # nothing at all is refused by most.
    said = {"role": "assistant", "content": reply.text or ("" if calls else "(nothing)"), **reply.echo}
    return said | {"tool_calls": list(map(_asked, calls))} if calls else said


def _asked(call: ToolCall) -> Json:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
