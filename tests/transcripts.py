"""Transcripts in a few words, for the tests: `user("…")`, `calls("check_logs", service_name="api")`, `result("…")`."""

import json
from collections.abc import Iterable

from acontext_cli.engines.engine import Placed
from acontext_cli.messages import Json, Message
from acontext_cli.tasks import Known, Status, Task
from acontext_cli.trace.steps import Trace, trace

REQUEST = "Our API gateway is returning 502 errors on /api/* routes, 34% of requests fail. Fix it."
SICK = "Service: api-gateway\n  status: unhealthy\n  error_rate_pct: 34"
WELL = "Service: api-gateway\n  status: healthy\n  error_rate_pct: 0"
NOON = "2026-03-26T12:00:00Z"


def user(text: str) -> Json:
    return {"role": "user", "content": text}


def said(text: str) -> Json:
    return {"role": "assistant", "content": text}


def calls(tool: str, /, **arguments: object) -> Json:
    function = {"name": tool, "arguments": json.dumps(arguments)}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": tool, "type": "function", "function": function}],
    }


def result(text: str, tool: str = "") -> Json:
    return {"role": "tool", "tool_call_id": tool, "content": text}


def called(tool: str, answer: str, /, **arguments: object) -> list[Json]:
    """A call with its result."""
    return [calls(tool, **arguments), result(answer, tool)]


def ran(command: str, answer: str) -> list[Json]:
    """A command run in a shell."""
    return called("bash", answer, command=command)


def status(text: str, service: str = "api-gateway") -> list[Json]:
    return called("check_service_status", text, service_name=service)


def incident(
    request: str = REQUEST, after: str = WELL, service: str = "api-gateway", backend: str = "backend-api"
) -> list[Json]:
    """An incident whose cause is a timeout that is too low, solved from end to end."""
    log = f"[2026-03-26 09:12:03] ERROR  502 Bad Gateway  path=/api/orders  upstream={backend}"
    return [
        user(request),
        *status(SICK.replace("api-gateway", service), service),
        *called("check_logs", log, service_name=service),
        *called("check_logs", "INFO   request completed  path=/api/orders  duration=4890ms", service_name=backend),
        *called("read_config", '{"upstream_timeout_ms": 5000}', service_name=service),
        *called("update_config", "Config updated", service_name=service, key="upstream_timeout_ms", value="10000"),
        *called("restart_service", f"{service} restarted", service_name=service),
        *status(after.replace("api-gateway", service), service),
        said("The gateway works again: the upstream timeout is 10 s now."),
    ]


def read(messages: Iterable[Json]) -> list[Message]:
    """The messages as they would be read: m1, m2 …"""
    return [Message(body, f"m{number}", NOON) for number, body in enumerate(messages, 1)]


def placed(messages: Iterable[Json]) -> list[Placed]:
    """The same with offsets, as if each line had ten bytes."""
    return [(message, 10 * place, 10 * place + 10) for place, message in enumerate(read(messages))]


def told(*messages: Json) -> Trace:
    return trace(read(messages))


def task(status: Status = "success", known: Known | None = None, **more: object) -> Task:
    fields: dict[str, object] = {
        "number": 1,
        "goal": "Fix it",
        "first": "m1",
        "last": "m9",
        "start": 0,
        "end": 90,
        "at": NOON,
        "known": known or Known(source="check", because="error_rate_pct went from 34 to 0"),
        **more,
    }
    return Task(status=status, **fields)  # type: ignore[arg-type]
