"""A model whose use is counted and may be limited: at the limit a run ends, and what was answered stays."""

import threading
from collections.abc import Sequence

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import NOTHING, Model, Reply, Usage


class LimitReached(AcontextError):
    """As many calls or tokens were used as were allowed; running again goes on from here."""


class Meter:
    """What was asked of some models, by any number of threads; 0 is no limit."""

    def __init__(self, *, calls: int = 0, tokens: int = 0) -> None:
        self.usage: Usage = NOTHING
        self._calls, self._tokens = calls, tokens
        self._begun = 0
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Count a call that is about to be made. Raises LimitReached where it is one too many."""
        with self._lock:
            if self._calls and self._begun >= self._calls:
                calls = f"{self._begun:,} call{'s' if self._begun != 1 else ''}"
                raise LimitReached(f"stopped at {calls}, as --max-calls says; run it again to go on")
            if self._tokens and self.usage.tokens >= self._tokens:
                used = self.usage.tokens
                raise LimitReached(f"stopped at {used:,} tokens, as --spend says; run it again to go on")
            self._begun += 1

    def add(self, usage: Usage) -> None:
        with self._lock:
            self.usage += usage


class MeteredModel:
    """A model with a meter; several models may share one."""

    def __init__(self, model: Model, meter: Meter | None = None, *, calls: int = 0, tokens: int = 0) -> None:
        """`calls`, `tokens`: the limits of a meter of its own."""
        self.name = model.name
        self.identity = identity(model)
        self.meter = meter or Meter(calls=calls, tokens=tokens)
        self._model = model

    @property
    def usage(self) -> Usage:
        return self.meter.usage

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        self.meter.begin()
        reply = self._model.reply(messages, tools, required=required)
        self.meter.add(reply.usage)
        return reply

    def stop(self) -> None:
        """End what other threads are waiting for, where the model can."""
        stop = getattr(self._model, "stop", None)
        if stop:
            stop()


def identity(model: Model) -> str:
    """What tells a model from every other: its name, and where it is, if it says that."""
    return str(getattr(model, "identity", model.name))
