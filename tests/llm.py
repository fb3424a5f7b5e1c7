"""What a model reports, in a few words: `calls(report(last=16), success())` is one task with its verdict."""

import json
from collections.abc import Sequence

from acontext_cli.engines.llm import LlmEngine
from acontext_cli.engines.llm.context import Context
from acontext_cli.messages import Json, ToolCall
from acontext_cli.model import Line, Reply, ScriptedModel
from acontext_cli.session.answers import Answers

Pair = tuple[str, Json]
"""A tool's name and its arguments."""


def call(tool: str, arguments: object = "", id: str = "") -> ToolCall:
    """A call as a model sends it: arguments that are a text are sent as they are."""
    return ToolCall(id=id, name=tool, arguments=arguments if isinstance(arguments, str) else json.dumps(arguments))


def calls(*pairs: tuple[str, object]) -> Reply:
    return Reply(calls=tuple(call(tool, arguments) for tool, arguments in pairs))


def report(number: int = 1, first: int = 1, last: int = 16, **more: object) -> Pair:
    """A task that was checked: message 15 of an incident shows it."""
    fields = {"goal": f"goal {number}", "status": "success", "known": "check", "evidence": [15], "because": "0 errors"}
    return "report_task", {"number": number, "first": first, "last": last, **fields, **more}


def success(task: int | None = 1, **more: object) -> Pair:
    fields = {"title": "Gateway 502: timeout below latency", "task_goal": "g", "approach": "a"}
    said = {"generalizable_pattern": "p", "applies_when": "502", "steps": ["look"], "evidence": [2, 3]}
    return "report_success_analysis", {**_of(task), **fields, **said, **more}


def facts(*said: str, task: int | None = 1, **more: object) -> Pair:
    return "report_factual_content", {**_of(task), "task_goal": "g", "facts": list(said), "evidence": [1], **more}


def failure(task: int | None = 1, **more: object) -> Pair:
    fields = {"title": "It stays broken", "task_goal": "g", "failure_point": "f", "flawed_reasoning": "r"}
    said = {"what_should_have_been_done": "w", "prevention_principle": "p", "applies_when": "502", "evidence": [15]}
    return "report_failure_analysis", {**_of(task), **fields, **said, **more}


def skip(task: int | None = 1, reason: str = "nothing new") -> Pair:
    return "skip_learning", {**_of(task), "reason": reason}


def engine(
    *lines: Line, context: Context | None = None, answers: Answers | None = None
) -> tuple[LlmEngine, ScriptedModel]:
    """An engine with the model that it asks."""
    model = ScriptedModel(*lines)
    return LlmEngine(model, context, answers), model


def texts(model: ScriptedModel) -> list[str]:
    """The transcript and what stands round it, at each time that the model was asked."""
    return [str(asked.messages[1]["content"]) for asked in model.history]


def last_told(messages: Sequence[Json]) -> str:
    """What the model was told last."""
    return str(messages[-1]["content"])


def _of(task: int | None) -> Json:
    return {} if task is None else {"task": task}
