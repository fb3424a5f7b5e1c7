"""What the agent has read so far, rebuilt from the conversation at every turn: it has no other memory."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from acontext_cli.demo.agent.tools import Role, Tool, by_role
from acontext_cli.engines.rules.outcomes import fields
from acontext_cli.messages import Json, Message
from acontext_cli.trace.links import Symptom, names
from acontext_cli.trace.quantities import words

_NAME = re.compile(r"(?<![\w./@-])[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?![\w/@-]|\.\w)")
_GIVEN = re.compile(
    r"\b(?:service|upstream|target|backend|dependency|peer|from|to|by|host)=[\"']?([A-Za-z][\w-]*)(?![\w.-])"
)
_PROSE = frozenset(
    "out-of-memory read-only front-end back-end in-use re-try time-out up-to-date built-in real-time high-water "
    "round-trip keep-alive non-zero write-ahead end-to-end on-call follow-up if-not-present stand-by fail-over".split()
)
_TROUBLE = re.compile(
    r"\b(?:error|err|warn(?:ing)?|fatal|critical|crit|panic|severe|alert|emerg|fail\w*|refus\w*|denied|reject\w*|kill\w*|"
    r"exhaust\w*|timeout|timed out|exceed\w*|dropp\w*|drops|turned away|invalid|too (?:many|large|big|long|slow)|unhealthy|shed|throttl\w*|over|oom\w*|full|limit)\b",
    re.I,
)
_SICK = re.compile(r"\b(?:unhealthy|down|critical|failing|failed|crash\w*|offline)\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A setting that the agent has changed."""

    service: str
    key: str
    value: str
    verified: bool
    """Whether the service of the request was looked at since."""
    healed: bool


@dataclass
class Seen:
    """Everything read, by service."""

    request: str
    tools: dict[Role, Tool]
    status: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    configs: dict[str, dict[str, str]] = field(default_factory=dict)
    started_sick: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    available: tuple[str, ...] = ()
    updates: list[tuple[int, str, str, str]] = field(default_factory=list)
    """(turn, service, key, value)"""
    restarts: list[tuple[int, str]] = field(default_factory=list)
    looked: dict[str, int] = field(default_factory=dict)
    """The turn at which a service's status was last read."""
    originals: dict[tuple[str, str], str] = field(default_factory=dict)
    texts: list[tuple[str, str, str]] = field(default_factory=list)
    """(tool, arguments as text, result) of every call that is none of the five."""

    @cached_property
    def symptom(self) -> Symptom:
        return Symptom(self.request)

    @property
    def turn(self) -> int:
        return len(self.updates) + len(self.restarts) + len(self.looked)

    def known(self, name: str) -> bool:
        """Whether a name may be a service."""
        return name not in self.missing and (not self.available or name in self.available)

    def sick(self, service: str) -> bool:
        """Whether the last status of a service says that it is unwell."""
        states = [
            value
            for key, value in fields(self.status.get(service, "")).items()
            if key.lower().endswith(("status", "state", "health"))
        ]
        return any(_SICK.search(state) for state in states)


def read(messages: Sequence[Json], tools: Sequence[Json]) -> Seen:
    """What a conversation has shown."""
    listed = [Message(message) for message in messages]
    request = next((message.text for message in listed if message.role == "user"), "")
    seen = Seen(request=request, tools=by_role(tools))
    roles = {tool.name: role for role, tool in seen.tools.items()}
    answers = {message.answers: message.text for message in listed if message.is_result}
    calls = (call for message in listed for call in message.calls)
    for turn, call in enumerate(calls, 1):
        result, arguments = answers.get(call.id, ""), call.named or {}
        role = roles.get(call.name)
        if role:
            _note(seen, turn, role, [str(arguments.get(name, "")) for name in seen.tools[role].parameters], result)
        else:
            seen.texts.append((call.name, call.arguments, result))
    return seen


def named_on(line: str, seen: Seen) -> Iterator[str]:
    """The services that a line names, in order."""
    found = {match.start(): match.group() for match in _NAME.finditer(line) if match.group() not in _PROSE}
    found |= {match.start(1): match[1] for match in _GIVEN.finditer(line)}
    if seen.available:
        found |= {line.index(name): name for name in seen.available if names(line, name)}
    for _, name in sorted(found.items()):
        if seen.known(name) and not re.search(r"\d{3}", name):
            yield name


def troubled(line: str) -> bool:
    """Whether a log line speaks of something wrong."""
    return bool(_TROUBLE.search(line))


def subject(request: str) -> str:
    """What a request calls the thing that is in trouble, as the name of a service: “our search API is …” → search-api."""
    own = _NAME.search(request)
    if own and own.group() not in _PROSE:
        return own.group()
    match = re.search(rf"\b(?:our|the|my)\s+((?:[\w-]+\s+){{0,3}}?[\w-]+)\s+{_VERB}", request, re.I) or re.search(
        rf"^((?:[\w-]+\s+){{0,2}}?[\w-]+)(?:\s+{_VERB}|:)", request, re.I
    )
    said = match[1].lower().split() if match else []
    return "-".join(said[-2:]) or "unknown"


def best_match(request: str, available: Sequence[str]) -> str:
    """The service of a list that a request speaks of: the one that shares most words with it, earliest in it."""
    said = list(words(request))

    def score(name: str) -> tuple[int, int]:
        own = [word for word in words(name) if word in said]
        return len(own), -min((said.index(word) for word in own), default=len(said))

    return max(available, key=score)


_VERB = (
    r"(?:is|are|was|were|has|have|keeps?|started|starts|begins?|began|answers?|returns?|rejects?|throws?|shows?|fails?|gives?|refuses?|"
    r"times|cannot|can't|can ?not|went|stopped|drops?|takes?|responds?|reports?|says?|sends?|bounces?|loses?|serves?|does|runs?|ends?|dies)\b"
)


def _note(seen: Seen, turn: int, role: Role, given: list[str], result: str) -> None:
    service = given[0] if given else ""
    absent = re.search(r"not found", result[:200], re.I)
    if absent:
        seen.missing.add(service)
        listed = re.search(r"available:\s*(.+)", result, re.I)
        if listed:
            seen.available = tuple(name.strip() for name in listed[1].split(","))
    elif role == "status":
        seen.status[service] = result
        seen.looked[service] = turn
        if not seen.updates and not seen.restarts and seen.sick(service):
            seen.started_sick.append(service)
    elif role == "logs":
        seen.logs[service] = "" if result.startswith("No ") else result
    elif role == "config":
        seen.configs[service] = _settings(result)
        for key, value in seen.configs[service].items():
            seen.originals.setdefault((service, key), value)
    elif role == "update" and len(given) > 2:
        seen.updates.append((turn, service, given[1], given[2]))
    elif role == "restart":
        seen.restarts.append((turn, service))


def _settings(text: str) -> dict[str, str]:
    """The settings that can be changed: the scalars at the top."""
    try:
        value = json.loads(text)
    except ValueError:
        return fields(text)
    if not isinstance(value, dict):
        return {}
    return {
        key: str(inner)
        for key, inner in value.items()
        if isinstance(inner, str | int | float) and not isinstance(inner, bool)
    }
