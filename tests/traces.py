"""Calls with their results as plain functions build them, the first act of the demo among them."""

import json
import time
from collections.abc import Callable, Iterable
from itertools import count

from acontext_cli.messages import Message

Call = tuple[str, object, object]
"""Tool, arguments (text: as they came) and result (None: never answered)."""


def user(text: str, id: str = "u") -> Message:
    return Message({"role": "user", "content": text}, id)


def said(text: str, id: str = "s") -> Message:
    return Message({"role": "assistant", "content": text}, id)


def asks(id: str, tool: str, arguments: object, call: str) -> Message:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    calls = [{"id": call, "type": "function", "function": {"name": tool, "arguments": text}}]
    return Message({"role": "assistant", "content": None, "tool_calls": calls}, id)


def answers(id: str, call: str, content: object) -> Message:
    return Message({"role": "tool", "tool_call_id": call, "content": content}, id)


def transcript(request: str, *calls: Call) -> list[Message]:
    """A request, then calls with their results: messages a1, r1, a2, r2 …"""
    messages = [user(request)]
    for number, (tool, arguments, result) in enumerate(calls, 1):
        messages.append(asks(f"a{number}", tool, arguments, f"c{number}"))
        if result is not None:
            messages.append(answers(f"r{number}", f"c{number}", result))
    return messages


REQUEST = "Our API gateway answers 502 on /api/* routes, about 34% of requests fail. Find the cause and fix it."


def service(name: str) -> dict[str, str]:
    return {"service_name": name}


def stamped(*lines: str) -> str:
    clock = (f"[2026-03-26 10:{minute:02}:07]" for minute in count(1))
    return "\n".join(f"{at} {line}" for at, line in zip(clock, lines, strict=False))


REFUSED = "ERROR 502 on path=/api/orders upstream=backend-api"
SLOW = "WARN  upstream response slow  duration=4850ms"


def act_one() -> list[Message]:
    """Ten calls: two looks at the gateway, two at a service with troubles of its own, two at the upstream, the
    setting, its change, the restart, the check."""
    change = service("api-gateway") | {"key": "upstream_timeout_ms", "value": "10000"}
    return transcript(
        REQUEST,
        *_looks(),
        ("read_config", service("api-gateway"), '{\n  "upstream_timeout_ms": 5000,\n  "max_retries": 3\n}'),
        ("update_config", change, "upstream_timeout_ms = 10000"),
        ("restart_service", service("api-gateway"), "restarted, healthy"),
        ("check_service_status", service("api-gateway"), "status: healthy\nerror_rate_pct: 0"),
    )


def _looks() -> Iterable[Call]:
    other = "ERROR health check failed  service=notification-service"
    logs = {
        "api-gateway": ("status: unhealthy\nerror_rate_pct: 34", stamped(REFUSED, SLOW, other)),
        "notification-service": ("p99_ms: 320", stamped("ERROR relay refused  retrying in 30s", "WARN  oldest=45s")),
        "backend-api": ("status: healthy\np99_ms: 4200", stamped("INFO  completed  duration=4890ms")),
    }
    for name, (status, log) in logs.items():
        yield "check_service_status", service(name), f"service: {name}\n{status}"
        yield "check_logs", service(name), log


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times longer four times as much takes: about 4 where time is linear, 16 where it is quadratic."""
    return _seconds(work, 4 * size) / _seconds(work, size)


def _seconds(work: Callable[[int], object], size: int) -> float:
    return min(_once(work, size) for _ in range(3))  # a busy machine makes one of them slow


def _once(work: Callable[[int], object], size: int) -> float:
    begun = time.process_time()
    work(size)
    return time.process_time() - begun or 1e-9
