"""The five tools of the mock world, as a model is told of them: the schemas of the end-to-end demo's script."""

from acontext_cli.messages import Json


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _tool(name: str, description: str, properties: Json, required: tuple[str, ...] = ("service_name",)) -> Json:
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


_SERVICE: dict[str, object] = {"service_name": _text("Name of the service.")}
_LINES: dict[str, object] = {"lines": {"type": "integer", "description": "Number of log lines (max 20)."}}
_SETTING: dict[str, object] = {"key": _text("Config key."), "value": _text("New value.")}

TOOLS: tuple[Json, ...] = (
    _tool(
        "check_service_status",
        "Check the health status, error rate, and latency of a service.",
        {"service_name": _text("Name of the service to check.")},
    ),
    _tool("check_logs", "Retrieve recent log entries for a service.", _SERVICE | _LINES),
    _tool("read_config", "Read the current configuration of a service.", _SERVICE),
    _tool(
        "update_config",
        "Update a configuration value for a service.",
        _SERVICE | _SETTING,
        ("service_name", "key", "value"),
    ),
    _tool("restart_service", "Restart a service.", _SERVICE),
)
