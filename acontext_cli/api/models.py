"""Which model judges, and whether one does: composed from the settings and the environment. Nothing is asked here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from acontext_cli.config import Config
from acontext_cli.errors import AcontextError

if TYPE_CHECKING:
    from acontext_cli.model import Model
    from acontext_cli.models.endpoint import Endpoint

KEY = "OPENAI_API_KEY"
WAYS = (
    "set OPENAI_API_KEY, or OPENAI_BASE_URL (a server of your own), "
    "or ACONTEXT_MODEL_COMMAND=claude (or codex: the agent that you have)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Who judges under the settings as they are."""

    engine: Literal["llm", "offline"]
    model: str
    """The model and where it is; empty where none is asked."""
    model_configured: bool
    api_key_set: bool
    """Whether there is an OPENAI_API_KEY; never what it is."""


def key_of(env: Mapping[str, str]) -> str:
    return env.get(KEY, "").strip()


def configured(config: Config, env: Mapping[str, str]) -> bool:
    """Whether there is a model to ask."""
    return bool(config["model_command"] or config["base_url"] or key_of(env))


def engine_name(config: Config, env: Mapping[str, str]) -> Literal["llm", "offline"]:
    """Which engine the settings mean; `llm` holds also where no model is configured, and is refused when asked."""
    if config["engine"] == "auto":
        return "llm" if configured(config, env) else "offline"
    return "llm" if config["engine"] == "llm" else "offline"


def judge(config: Config, env: Mapping[str, str]) -> Judge:
    """Who judges, as it can be shown."""
    engine, there = engine_name(config, env), configured(config, env)
    model = described(config, env) if engine == "llm" and there else ""
    return Judge(engine=engine, model=model, model_configured=there, api_key_set=bool(key_of(env)))


def model_named(
    config: Config, env: Mapping[str, str], *, warn: Callable[[str], None], name: str = "", retries: int = 3
) -> "Model":
    """The model to ask: a command where one is set (or `name` is a preset's), else an endpoint.

    `name` is asked for instead of the model that is set; `retries`: how often a busy server is asked again."""
    if setting := _command(config, name):
        return _command_model(config, env, setting, name)
    if not configured(config, env):
        raise AcontextError(f"no model is configured: {WAYS}")
    from acontext_cli.models.endpoint import EndpointModel

    return EndpointModel(_endpoint(config, env, name or config["model"]), warn=warn, retries=retries)


def described(config: Config, env: Mapping[str, str], name: str = "") -> str:
    """The model and where it is, as it can be shown: `gpt-4.1 at api.openai.com`, `claude -p`."""
    from acontext_cli.config.masks import without_secrets

    if setting := _command(config, name):
        return without_secrets(_command_model(config, env, setting, name).name)
    return without_secrets(f"{name or config['model']} at {_host(config['base_url'])}")


def _command(config: Config, name: str) -> str:
    if name:
        from acontext_cli.models.presets import PRESETS

        if name in PRESETS:
            return name
    return config["model_command"]


def _command_model(config: Config, env: Mapping[str, str], setting: str, name: str) -> "Model":
    from acontext_cli.models.command import Command, CommandModel
    from acontext_cli.models.presets import command_of, with_model

    argv = command_of(setting)
    model = "" if name == setting else name or (config["model"] if config.is_set("model") else "")
    told = with_model(argv, model)
    if name and model and told == argv:
        raise AcontextError(f"model_command cannot be told to take {name!r}: name the model in the command itself")
    command = Command(argv=told, model=model if told != argv else "")
    if config.is_set("timeout"):  # an agent takes longer than a server: the default is the command's own
        command = replace(command, timeout=config.number("timeout"))
    return CommandModel(command, env=env)


def _endpoint(config: Config, env: Mapping[str, str], model: str) -> "Endpoint":
    from acontext_cli.models.endpoint import Endpoint

    return Endpoint(
        model=model,
        base_url=config["base_url"],
        key=key_of(env),
        temperature=config.number("temperature") if config["temperature"] else None,
        timeout=config.number("timeout"),
        max_output_tokens=config.whole("max_output_tokens"),
        headers=config.headers(env),
    )


def _host(base_url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(base_url).netloc.rpartition("@")[2] if base_url else "api.openai.com"
