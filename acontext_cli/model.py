"""One reply of a language model: the seam between whoever decides and whoever acts on it.

Messages and tools are in the OpenAI chat-completions form.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json, ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was asked of a model so far."""

    calls: int = 0
    prompt: int = 0
    """Tokens read."""
    completion: int = 0
    """Tokens written, those of reasoning included."""

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            calls=self.calls + other.calls,
            prompt=self.prompt + other.prompt,
            completion=self.completion + other.completion,
        )

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(
            calls=self.calls - other.calls,
            prompt=self.prompt - other.prompt,
            completion=self.completion - other.completion,
        )


NOTHING = Usage()
_ONE = Usage(calls=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model said: words, calls, or both."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    """What it wants called, in order; ids may be empty or repeat."""
    echo: Json = field(default_factory=dict)
    """Fields of its message that some servers want back unchanged with it, e.g. `reasoning_content`."""
    usage: Usage = _ONE
    """What it took; tokens are estimated where the server does not say."""


class Model(Protocol):
    """Whatever can answer a conversation."""

    @property
    def name(self) -> str:
        """What reports and the ledger call it."""

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        """The next assistant turn; `required`: one without a call is of no use."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a scripted model was asked at one turn."""

    messages: tuple[Json, ...]
    tools: tuple[Json, ...]


Line = Reply | Callable[[Sequence[Json]], Reply]


class ScriptedModel:
    """A model that says what was queued for it, one line a turn."""

    def __init__(self, *lines: Line, name: str = "scripted") -> None:
        self.name = name
        self.history: list[Asked] = []
        self._lines = list(lines)

    def enqueue(self, *lines: Line) -> None:
        self._lines.extend(lines)

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:  # noqa: ARG002
        self.history.append(Asked(tuple(messages), tuple(tools)))
        if not self._lines:
            raise AcontextError(
                f"the scripted model {self.name!r} was asked {len(self.history)} times and has "
                f"{len(self.history) - 1} lines: queue one more with enqueue()"
            )
        line = self._lines.pop(0)
        return line if isinstance(line, Reply) else line(messages)
