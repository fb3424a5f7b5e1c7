"""What the agent has read so far, rebuilt from the conversation at every turn: it has no other memory."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from acontext_cli.demo.agent.tools import Role, Tool, by_role
from acontext_cli.engines.rules.outcomes import fields
from acontext_cli.messages import Json, Message, ToolCall
from acontext_cli.trace.links import Symptom

_SICK = re.compile(r"\b(?:unhealthy|down|critical|failing|failed|crash\w*|offline)\b", re.IGNORECASE)
_UNWELL = re.compile(rf"{_SICK.pattern}|\b(?:degraded|impaired|partial)\b", re.IGNORECASE)
_ABSENT = re.compile(r"\A[^\n]*\bnot found\b", re.IGNORECASE)
_AVAILABLE = re.compile(r"available:\s*(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A setting that the agent has changed."""

    turn: int
    service: str
    key: str
    value: str


@dataclass
class Seen:
    """Everything read, by service."""

    request: str
    tools: dict[Role, Tool]
    system: str = ""
    """What the conversation began with: the skills on offer stand there."""
    status: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    configs: dict[str, dict[str, str]] = field(default_factory=dict)
    originals: dict[tuple[str, str], str] = field(default_factory=dict)
    """Settings as they were first read, by service and key."""
    started_sick: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    """Names that turned out to be no service."""
    available: tuple[str, ...] = ()
    """All services there are, once a tool has told."""
    updates: list[Update] = field(default_factory=list)
    restarts: list[tuple[int, str]] = field(default_factory=list)
    """(turn, service)"""
    looked: dict[str, int] = field(default_factory=dict)
    """The turn at which a service's status was last read."""
    others: list[tuple[ToolCall, str]] = field(default_factory=list)
    """Calls of tools that have no role in an incident, with their results: what was read of skills."""

    @cached_property
    def symptom(self) -> Symptom:
        return Symptom(self.request)

    def known(self, name: str) -> bool:
        """Whether a name may be a service."""
        return name not in self.missing and (not self.available or name in self.available)

    def sick(self, service: str) -> bool:
        """Whether the last status of a service says that it fails."""
        return any(map(_SICK.search, self._states(service)))

    def unwell(self, service: str) -> bool:
        """Whether the last status of a service says that it fails or works badly."""
        return any(map(_UNWELL.search, self._states(service)))

    def _states(self, service: str) -> list[str]:
        status = fields(self.status.get(service, ""))
        return [value for key, value in status.items() if key.lower().endswith(("status", "state", "health"))]

    def last(self, tool: str) -> str | None:
        """The result of the last call of a tool that has no role, if there was one."""
        return next((result for call, result in reversed(self.others) if call.name == tool), None)

    def note(self, turn: int, role: Role, given: Sequence[str], result: str) -> None:
        """Takes in what a tool answered."""
        service, *rest = given
        if role in ("status", "restart") and _ABSENT.search(result):
            self._absent(service, result)
        elif role == "status":
            self._state(turn, service, result)
        elif role == "logs":
            self.logs[service] = "" if result.startswith("No ") else result
        elif role == "config":
            self._settings(service, settings(result))
        elif role == "restart":
            self.restarts.append((turn, service))
        elif len(rest) > 1:
            self.updates.append(Update(turn=turn, service=service, key=rest[0], value=rest[1]))

    def _absent(self, service: str, result: str) -> None:
        self.missing.add(service)
        if listed := _AVAILABLE.search(result):
            self.available = tuple(name.strip() for name in listed[1].split(","))

    def _state(self, turn: int, service: str, result: str) -> None:
        self.status[service] = result
        self.looked[service] = turn
        if not self.updates and not self.restarts and self.sick(service):
            self.started_sick.append(service)

    def _settings(self, service: str, found: dict[str, str]) -> None:
        self.configs[service] = found
        for key, value in found.items():
            self.originals.setdefault((service, key), value)


def read(messages: Sequence[Json], tools: Sequence[Json]) -> Seen:
    """What a conversation has shown."""
    listed = [Message(message) for message in messages]
    request = next((message.text for message in listed if message.role == "user"), "")
    system = "\n".join(message.text for message in listed if message.role == "system")
    seen = Seen(request=request, tools=by_role(tools), system=system)
    answers = {message.answers: message.text for message in listed if message.is_result}
    for turn, call in enumerate((call for message in listed for call in message.calls), 1):
        _take(seen, turn, call, answers.get(call.id, ""))
    return seen


def _take(seen: Seen, turn: int, call: ToolCall, result: str) -> None:
    for role, tool in seen.tools.items():
        if tool.name == call.name:
            named = call.named or {}
            seen.note(turn, role, [str(named.get(name, "")) for name in tool.parameters] or [""], result)
            return
    seen.others.append((call, result))


def settings(text: str) -> dict[str, str]:
    """The settings that can be changed: the scalars at the top."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return fields(text)
    if not isinstance(value, dict):
        return {}
    return {
        key: str(inner)
        for key, inner in value.items()
        if isinstance(inner, str | int | float) and not isinstance(inner, bool)
    }
