"""The services of one act as the agent's five tools find and change them, and whether the incident is over.

The tools answer as the script of the end-to-end demo does, but a restart heals only where the cause is gone.
"""

import json
from collections.abc import Mapping

from acontext_cli.demo.faults import Fault
from acontext_cli.demo.scalars import same
from acontext_cli.demo.scenario import Act
from acontext_cli.demo.tools import TOOLS

__all__ = ["TOOLS", "World"]

Arguments = Mapping[str, object]
DEFAULT_LINES, MAX_LINES = 10, 20


class World:
    """What the tools act on. Each World is one attempt at its act."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._services = {name: dict(status) for name, status in act.services.items()}
        self._configs = {name: dict(settings) for name, settings in act.configs.items()}
        self._restarted: list[str] = []
        self._in_effect: list[Fault] = []
        """The faults whose service was restarted when they were cured, and that have stayed cured since."""

    def call(self, name: str, arguments: Arguments | None) -> str:
        """The tool's answer; arguments that do not fit are answered in words."""
        tool = _BY_NAME.get(name)
        if tool is None:
            return f"Unknown tool: {name}"
        if not isinstance(arguments, Mapping):
            return f"{name}: the arguments are no JSON object."
        service = arguments.get("service_name", "")
        if not isinstance(service, str):
            return f"{name}: service_name is the name of a service, a text."
        return tool(self, service, arguments)

    def is_tool(self, name: str) -> bool:
        return name in _BY_NAME

    def resolved(self) -> bool:
        return not self.why_not()

    def why_not(self) -> list[str]:
        """What is missing before the act counts as resolved, a sentence each."""
        if not self._act.faults:
            return [f"{name!r} is not healthy" for name in self._unhealthy() if not self._healthy(name)]
        return [*self._faults_left(), *self._needless_changes(), *self._needless_restarts()]

    def check_service_status(self, service: str, _: Arguments) -> str:
        info = self._services.get(service)
        if not info:
            return f"Service '{service}' not found. Available: {', '.join(self._services)}"
        return "\n".join([f"Service: {service}", *(f"  {key}: {value}" for key, value in info.items())])

    def check_logs(self, service: str, arguments: Arguments) -> str:
        asked = arguments.get("lines")
        lines = DEFAULT_LINES if asked is None else _integer(asked)
        if not isinstance(lines, int) or lines < 0:
            return f"check_logs: lines is a number of log lines, 0 to {MAX_LINES}."
        entries = self._act.logs.get(service, ())
        return "\n".join(entries[: min(lines, MAX_LINES)]) if entries else f"No logs for '{service}'."

    def read_config(self, service: str, _: Arguments) -> str:
        config = self._configs.get(service)
        return json.dumps(config, indent=2) if config else f"No config for '{service}'."

    def update_config(self, service: str, arguments: Arguments) -> str:
        key, value = arguments.get("key"), arguments.get("value")
        if not isinstance(key, str) or not key:
            return "update_config: key is the name of a setting, a text."
        if not isinstance(value, str | int | float):
            return "update_config: value is the new value of the setting, a text."
        config = self._configs.get(service)
        if not config:
            return f"No config for '{service}'."
        config[key] = value = _integer(value)
        self._in_effect = [fault for fault in self._in_effect if self._cured(fault)]
        return f"Updated {service}: {key} = {value}"

    def restart_service(self, service: str, _: Arguments) -> str:
        info = self._services.get(service)
        if not info:
            return f"Service '{service}' not found."
        self._restarted.append(service)
        faults = [fault for fault in self._act.faults if fault.service == service]
        cured = [fault for fault in faults if self._cured(fault)]
        self._in_effect += [fault for fault in cured if fault not in self._in_effect]
        if cured == faults:
            info |= {"status": "healthy", "error_rate_pct": 0}
        return f"Service '{service}' restarted. Status: {info.get('status')}"

    def _cured(self, fault: Fault) -> bool:
        service, key = fault.config
        return fault.cured_by.holds(self._configs[service][key])

    def _healthy(self, service: str) -> bool:
        return self._services[service].get("status") == "healthy"

    def _unhealthy(self) -> list[str]:
        """Services that were unhealthy at the start; a degraded one is not."""
        return [name for name, info in self._act.services.items() if info.get("status") == "unhealthy"]

    def _faults_left(self) -> list[str]:
        left = []
        for fault in self._act.faults:
            service, key = fault.config
            if not self._cured(fault):
                left.append(f"{key!r} of {service!r} is {self._configs[service][key]!r}, which does not cure it")
            elif fault not in self._in_effect:
                left.append(f"{fault.service!r} was not restarted after the cure")
        return left

    def _needless_changes(self) -> list[str]:
        causes = {fault.config for fault in self._act.faults}
        return [
            f"{key!r} of {service!r} was changed and is no part of the cause"
            for service, config in self._configs.items()
            for key, value in config.items()
            if (service, key) not in causes and not _unchanged(self._act.configs[service], key, value)
        ]

    def _needless_restarts(self) -> list[str]:
        needed = {name for fault in self._act.faults for name in (fault.service, fault.config[0])}
        needed.update(self._unhealthy())
        return [f"{name!r} was restarted without need" for name in dict.fromkeys(self._restarted) if name not in needed]


def _unchanged(start: Mapping[str, object], key: str, value: object) -> bool:
    return key in start and same(start[key], value)


def _integer(value: object) -> object:
    """The value as a whole number where Python's int() takes it."""
    try:
        return int(value)  # type: ignore[call-overload]
    except (ValueError, TypeError, OverflowError):
        return value


_BY_NAME = {
    tool.__name__: tool
    for tool in (
        World.check_service_status,
        World.check_logs,
        World.read_config,
        World.update_config,
        World.restart_service,
    )
}
