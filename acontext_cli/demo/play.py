"""One attempt at an act: an agent, the tools of its world, and the skills it may have."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from acontext_cli.conversation import Conversation
from acontext_cli.demo.scenario import Act
from acontext_cli.demo.tools import TOOLS
from acontext_cli.demo.world import World
from acontext_cli.messages import Json, ToolCall
from acontext_cli.model import Model
from acontext_cli.recall import Recall


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the agent with what came of it."""

    tool: str
    arguments: Json
    """Empty where they were no JSON object."""
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How an attempt went."""

    act: str
    skills: Literal["none", "learned"]
    calls: int
    """Calls of the scenario's tools."""
    skill_reads: int
    resolved: bool
    why_not: tuple[str, ...]
    """What was missing where it was not resolved."""
    steps: tuple[Step, ...]
    answer: str
    """The agent's last words; empty where its turns were used up."""


def play(
    act: Act,
    model: Model,
    *,
    system: str,
    recall: Recall | None = None,
    record: Callable[[Json], None],
    show: Callable[[Step], None],
    turns: int = 15,
) -> Played:
    """Lets the model work on the act; every message is recorded and every step shown as it comes."""
    world, steps = World(act), list[Step]()
    conversation = _begin(act, model, system, recall, record, turns)
    for call in conversation:
        result = _result(call, world, recall)
        conversation.answer(call, result)
        steps.append(Step(call.name, call.named or {}, result))
        show(steps[-1])
    tools = [step.tool for step in steps]
    missing = tuple(world.why_not())
    return Played(
        act=act.name,
        skills="learned" if recall else "none",
        calls=sum(map(world.is_tool, tools)),
        skill_reads=sum(map(recall.is_tool, tools)) if recall else 0,
        resolved=not missing,
        why_not=missing,
        steps=tuple(steps),
        answer=conversation.text,
    )


def _begin(
    act: Act, model: Model, system: str, recall: Recall | None, record: Callable[[Json], None], turns: int
) -> Conversation:
    tools = list(TOOLS)
    if recall and (skills := recall.prompt()):
        system += f"\n\nYou have skills from previous incidents. Check skills first.\n\n{skills}"
        tools += recall.openai_tools()
    request: Json = {"role": "user", "content": act.request}
    record(request)
    # The system prompt is no part of what was said, so it is not recorded.
    messages = ({"role": "system", "content": system}, request)
    return Conversation(model, tools, messages, turns=turns, on_message=record)


def _result(call: ToolCall, world: World, recall: Recall | None) -> str:
    if recall and recall.is_tool(call.name):
        return recall.call(call.name, call.arguments)
    return world.call(call.name, call.named)
