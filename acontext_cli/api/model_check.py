"""Whether a model can do the job: it is asked for one tiny tool call, and what came is looked at."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from acontext_cli.api.models import WAYS, configured, described, key_of, model_named
from acontext_cli.config import Config
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json, ToolCall
from acontext_cli.model import Model, Reply, Usage

NUMBERS = {"a": 17, "b": 25}
QUESTION = "Add 17 and 25: call the tool `add` once, a being 17 and b being 25."
ADD: Json = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds two whole numbers.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
            "additionalProperties": False,
        },
    },
}
REMEDY = "take a model that can call tools; some servers must be told to read the calls (README, With a model)"
LARGER = "take a larger model"
_LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of it."""

    model: str = ""
    """Which one, and where; empty: there is none to ask."""
    able: bool = False
    seconds: float = 0.0
    answered: str = ""
    """How it answered; empty: not at all."""
    call: str = ""
    """What it called, as it wrote it."""
    usage: str = ""
    """What it took, as far as it is told."""
    notes: tuple[str, ...] = ()
    """What was said on the way."""
    problem: str = ""
    """Why it cannot do the job, and what to do."""


def check(config: Config, env: Mapping[str, str]) -> Checked:
    """Ask the model of these settings once."""
    if config["engine"] == "offline":
        return Checked(problem="the engine is set to offline, so no model is asked: set engine to auto or llm")
    if not configured(config, env):
        return Checked(problem=f"no model is configured: {WAYS}")
    heard: list[str] = []
    model = model_named(config, env, warn=heard.append, retries=0)
    return tried(model, where=described(config, env), heard=heard, key=key_of(env))


def tried(model: Model, *, where: str, heard: Sequence[str] = (), key: str = "") -> Checked:
    """Ask this model once. `heard` is what it says on the way; `key` is shown nowhere."""
    asked: Sequence[Json] = [{"role": "user", "content": QUESTION}]
    begun = time.monotonic()
    try:
        reply = model.reply(asked, [ADD], required=True)
    except AcontextError as error:
        return Checked(model=where, notes=_told(heard, key), problem=_hidden(str(error), key))
    seconds = round(time.monotonic() - begun, 1)
    problem = _problem(reply)
    return Checked(
        model=where,
        able=not problem,
        seconds=seconds,
        answered=f"in {seconds} s, {_how(reply)}",
        call=_hidden(", ".join(map(_call, reply.calls)), key),
        usage=_usage(reply.usage, told=reply.usage.prompt != _estimate(model, asked)),
        notes=_told(heard, key),
        problem=_hidden(problem, key),
    )


@runtime_checkable
class _Shows(Protocol):
    """A model that shows what it would send."""

    def request(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> bytes: ...


def _estimate(model: Model, asked: Sequence[Json]) -> int:
    """What is written down for the prompt where nobody counts its tokens; 0: that is not known."""
    from acontext_cli.models.reading import tokens

    if not isinstance(model, _Shows):
        return 0
    return tokens(model.request(asked, [ADD], required=True).decode("utf-8"))


def _how(reply: Reply) -> str:
    if not reply.calls:
        return "in words" if reply.text else "with nothing"
    if any(call.id for call in reply.calls):
        return "with a tool call"
    return "with a call that stood in the text, or that has no id"


def _problem(reply: Reply) -> str:
    """Why such a reply is of no use, and what to do."""
    if not reply.calls:
        said = f" ({_cut(reply.text)!r})" if reply.text else ""
        return f"it made no tool call{said}: {REMEDY}"
    for call in reply.calls:
        if call.name != "add":
            return f"it called {_cut(call.name)!r}, which it was not offered: {REMEDY}"
        if call.named is None:
            return f"the arguments of its call are no JSON object: {REMEDY}"
        if call.named != NUMBERS:
            return f"the arguments of its call are not those that it was asked for: {LARGER}"
    return ""


def _usage(usage: Usage, *, told: bool) -> str:
    tokens = f"{usage.prompt} tokens read, {usage.completion} written"
    calls = f", in {usage.calls} requests" if usage.calls > 1 else ""
    return tokens + calls + ("" if told else "; estimated, it does not tell")


def _call(call: ToolCall) -> str:
    if call.named is None:
        return _cut(f"{call.name} {call.arguments}")
    return _cut(f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.named.items())})")


def _told(heard: Sequence[str], key: str) -> tuple[str, ...]:
    return tuple(_hidden(each, key) for each in heard)


def _hidden(text: str, key: str) -> str:
    """The text without keys: a server may say them back."""
    from acontext_cli.config.masks import MASK, without_secrets

    return without_secrets(text.replace(key, MASK) if key else text)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
