"""Which of the offered tools does what: told from their names and descriptions, as any agent would."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from acontext_cli.messages import Json
from acontext_cli.trace.quantities import words

Role = Literal["status", "logs", "config", "update", "restart"]

_TELLING: dict[Role, frozenset[str]] = {
    "restart": frozenset({"restart", "reboot", "bounce"}),
    "update": frozenset(
        {"update", "set", "change", "write", "patch", "raise", "lower", "increase", "reduce", "adjust"}
    ),
    "logs": frozenset({"log", "logs"}),
    "status": frozenset({"status", "health", "healthy", "latency"}),
    "config": frozenset({"config", "configuration", "setting", "settings"}),
}
"""In the order in which they are tried: `update_config` changes, although it speaks of a configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """An offered tool and the names of its parameters."""

    name: str
    parameters: tuple[str, ...]


def by_role(tools: Sequence[Json]) -> dict[Role, Tool]:
    """The tool for each thing to do, as far as one is offered."""
    found: dict[Role, Tool] = {}
    for function in (cast(Json, tool["function"]) for tool in tools):
        role = role_of(words(str(function["name"])))
        if role:
            schema = cast(Json, function.get("parameters") or {})
            parameters = tuple(cast(Json, schema.get("properties") or {}))
            found.setdefault(role, Tool(name=str(function["name"]), parameters=parameters))
    return found


def role_of(said: Iterable[str]) -> Role | None:
    """What words such as those of a tool's name, or of a step in a skill, speak of doing."""
    told = set(said)
    return next((role for role, telling in _TELLING.items() if told & telling), None)
