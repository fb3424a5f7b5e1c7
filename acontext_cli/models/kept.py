"""A model that is never asked the same thing twice: what it answered is kept beside the session."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from acontext_cli.messages import Json, ToolCall
from acontext_cli.model import NOTHING, Model, Reply
from acontext_cli.models.spending import identity
from acontext_cli.session.answers import Answers


class KeptModel:
    """Asks a model only what it has not answered before."""

    def __init__(self, model: Model, answers: Answers) -> None:
        self.name = model.name
        self.identity = identity(model)
        self.answers = answers
        self.usage = NOTHING
        """What was asked of the model itself."""
        self._model = model
        self._keys: list[str] = []

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        key = key_of(self.identity, messages, tools, required)
        self._keys.append(key)
        kept = _read(self.answers.get(key))
        if kept is not None:
            return kept
        reply = self._model.reply(messages, tools, required=required)
        self.usage += reply.usage
        written = self.answers.add(key, _written(reply))  # without secrets, which a command may well print
        return replace(_read(written) or reply, usage=reply.usage)

    def begin(self) -> None:
        """Begin a piece of work, which may fail as a whole."""
        self._keys = []

    def fail(self) -> None:
        """The answers since the beginning led nowhere: a repeated run is to ask anew."""
        self.answers.forget(self._keys)
        self._keys = []


def key_of(*asked: object) -> str:
    """What stands for a question."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def _written(reply: Reply) -> Json:
    calls = [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in reply.calls]
    usage = {"prompt": reply.usage.prompt, "completion": reply.usage.completion}
    return {"text": reply.text, "calls": calls, "echo": reply.echo, "usage": usage}


def _read(kept: Json | None) -> Reply | None:
    """The reply of a kept answer, which takes nothing; None where there is none, or it cannot be read."""
    if kept is None:
        return None
    try:
        calls = tuple(map(_call, cast("list[Json]", kept["calls"])))
        return Reply(text=str(kept["text"]), calls=calls, echo=dict(cast(Json, kept["echo"])), usage=NOTHING)
    except (KeyError, TypeError, ValueError):
        return None


def _call(kept: Json) -> ToolCall:
    return ToolCall(id=str(kept["id"]), name=str(kept["name"]), arguments=str(kept["arguments"]))
