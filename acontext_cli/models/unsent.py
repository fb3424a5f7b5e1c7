"""A model that is never asked: it keeps the exact bytes that would have been sent."""

from collections.abc import Sequence
from typing import Protocol

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import Reply


class Unsent(AcontextError):
    """A question whose answer is not known: nothing behind it can be known either."""


class Asked(Protocol):
    """A model that can say what it would send."""

    @property
    def name(self) -> str: ...

    def request(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> bytes: ...


class UnsentModel:
    """Stands where a model stands."""

    def __init__(self, model: Asked) -> None:
        self.name = model.name
        self.identity = str(getattr(model, "identity", model.name))
        self.requests: list[bytes] = []
        self._model = model

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        self.requests.append(self._model.request(messages, tools, required=required))
        raise Unsent("nothing was sent")
