"""A model whose use is counted and may be limited: at the limit a run ends, and what was answered stays."""

import threading
from collections.abc import Sequence

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import NOTHING, Model, Reply, Usage


class LimitReached(AcontextError):
    """As many calls or tokens were used as were allowed; running again goes on from here."""


class MeteredModel:
    """Counts what is asked of a model, by any number of threads."""

    def __init__(self, model: Model, *, calls: int = 0, tokens: int = 0) -> None:
        """`calls`, `tokens`: the limits; 0 where there is none."""
        self.name = model.name
        self.usage: Usage = NOTHING
        self._model = model
        self._calls, self._tokens = calls, tokens
        self._asked = 0
        self._lock = threading.Lock()

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        with self._lock:
            self._allow()
            self._asked += 1
        reply = self._model.reply(messages, tools, required=required)
        with self._lock:
            self.usage += reply.usage
        return reply

    def stop(self) -> None:
        """End what other threads are waiting for, where the model can."""
        stop = getattr(self._model, "stop", None)
        if stop:
            stop()

    def _allow(self) -> None:
        if self._calls and self._asked >= self._calls:
            raise LimitReached(f"stopped at {self._asked:,} calls, as --max-calls says; run it again to go on")
        if self._tokens and self.usage.tokens >= self._tokens:
            raise LimitReached(f"stopped at {self.usage.tokens:,} tokens, as --spend says; run it again to go on")
