from collections.abc import Mapping
from pathlib import Path

import pytest

from acontext_cli.api.models import configured, described, engine_name, judge, model_named
from acontext_cli.config import Config, load
from acontext_cli.errors import AcontextError
from acontext_cli.models.command import CommandModel
from acontext_cli.models.endpoint import Endpoint, EndpointModel

KEY = {"OPENAI_API_KEY": "sk-test"}
OLLAMA = {"OPENAI_BASE_URL": "http://localhost:11434/v1", "ACONTEXT_MODEL": "llama3.1"}
CLAUDE = {"ACONTEXT_MODEL_COMMAND": "claude"}


def of(env: Mapping[str, str]) -> Config:
    return load(Path("nowhere/config.yaml"), env)


def endpoint(env: Mapping[str, str], name: str = "") -> Endpoint:
    model = model_named(of(env), env, warn=print, name=name)
    assert isinstance(model, EndpointModel)
    return model._endpoint


def command(env: Mapping[str, str], name: str = "") -> CommandModel:
    model = model_named(of(env), env, warn=print, name=name)
    assert isinstance(model, CommandModel)
    return model


def argv(model: CommandModel) -> tuple[str, ...]:
    return model._program._argv


@pytest.mark.parametrize(
    ("env", "engine", "there"),
    [
        ({}, "offline", False),
        ({"OPENAI_API_KEY": " "}, "offline", False),
        (KEY, "llm", True),
        (OLLAMA, "llm", True),
        (CLAUDE, "llm", True),
        ({"ACONTEXT_MODEL": "gpt-5"}, "offline", False),
        ({"ACONTEXT_ENGINE": "offline", **KEY}, "offline", True),
        ({"ACONTEXT_ENGINE": "llm"}, "llm", False),
        ({"ACONTEXT_ENGINE": "llm", **CLAUDE}, "llm", True),
    ],
)
def test_a_key_an_address_or_a_command_makes_the_model_judge(env: dict[str, str], engine: str, there: bool) -> None:
    assert (engine_name(of(env), env), configured(of(env), env)) == (engine, there)


def test_an_endpoint_gets_all_that_is_set_for_it() -> None:
    env = {
        **OLLAMA,
        "OPENAI_API_KEY": " sk-test\n",
        "ACONTEXT_TEMPERATURE": "0",
        "ACONTEXT_TIMEOUT": "7.5",
        "ACONTEXT_MAX_OUTPUT_TOKENS": "0",
        "ACONTEXT_HEADERS": '{"X-Team": "$TEAM"}',
        "TEAM": "blue",
    }
    assert endpoint(env) == Endpoint(
        model="llama3.1",
        base_url="http://localhost:11434/v1",
        key="sk-test",
        temperature=0.0,
        timeout=7.5,
        max_output_tokens=0,
        headers={"X-Team": "blue"},
    )


def test_with_a_key_alone_it_is_the_default_model_of_openai() -> None:
    assert endpoint(KEY) == Endpoint(model="gpt-4.1", key="sk-test", timeout=120, max_output_tokens=4096)


def test_the_name_that_is_asked_for_wins() -> None:
    assert endpoint(OLLAMA, name="qwen3").model == "qwen3"
    assert command(CLAUDE, name="opus").name == "claude -p opus"


def test_a_command_wins_over_key_and_address() -> None:
    assert command({**KEY, **OLLAMA, **CLAUDE}).name == "claude -p llama3.1"
    assert command({**KEY, **CLAUDE}).name == "claude -p"


def test_a_presets_name_can_be_asked_for_by_itself_and_takes_no_model_of_another() -> None:
    assert command({**KEY, "ACONTEXT_MODEL": "gpt-5"}, name="claude").name == "claude -p"
    assert command(CLAUDE, name="codex").name == "codex exec"


def test_a_command_is_told_the_model_that_somebody_set_and_never_the_default() -> None:
    assert "--model" not in argv(command(CLAUDE))
    told = argv(command({**CLAUDE, "ACONTEXT_MODEL": "sonnet"}))
    assert told[told.index("--model") + 1] == "sonnet"


def test_a_command_of_your_own_is_left_as_it_is() -> None:
    own = {"ACONTEXT_MODEL_COMMAND": '["/opt/my llm", "--now"]', "ACONTEXT_MODEL": "gpt-5"}
    assert (argv(command(own)), command(own).name) == (("/opt/my llm", "--now"), "my llm --now")
    with pytest.raises(AcontextError, match="cannot be told to take 'opus': name the model in the command itself"):
        command(own, name="opus")


@pytest.mark.parametrize(("env", "seconds"), [({}, 300.0), ({"ACONTEXT_TIMEOUT": "120"}, 120.0)])
def test_a_command_has_its_own_time_unless_one_is_set(env: dict[str, str], seconds: float) -> None:
    assert command({**CLAUDE, **env})._program._timeout == seconds


def test_without_any_of_the_three_ways_they_are_named() -> None:
    with pytest.raises(AcontextError) as refused:
        model_named(of({}), {}, warn=print)
    assert str(refused.value) == (
        "no model is configured: set OPENAI_API_KEY, or OPENAI_BASE_URL (a server of your own), "
        "or ACONTEXT_MODEL_COMMAND=claude (or codex: the agent that you have)"
    )


@pytest.mark.parametrize(
    ("env", "shown"),
    [
        (KEY, "gpt-4.1 at api.openai.com"),
        (OLLAMA, "llama3.1 at localhost:11434"),
        (CLAUDE, "claude -p"),
        ({**CLAUDE, "ACONTEXT_MODEL": "sonnet"}, "claude -p sonnet"),
        ({"OPENAI_BASE_URL": "https://bot:hunter2hunter@gate.example.com/v1"}, "gpt-4.1 at gate.example.com"),
        ({"ACONTEXT_MODEL_COMMAND": "/opt/ask hunter2hunter"}, "ask"),
    ],
)
def test_a_model_is_described_by_its_name_and_place(env: dict[str, str], shown: str) -> None:
    assert described(of(env), env) == shown


def test_who_judges_is_told_without_a_key() -> None:
    assert "sk-test" not in repr(judge(of(KEY), KEY))
    assert (judge(of(KEY), KEY).model, judge(of(KEY), KEY).api_key_set) == ("gpt-4.1 at api.openai.com", True)
    offline = {**KEY, "ACONTEXT_ENGINE": "offline"}
    assert (judge(of(offline), offline).engine, judge(of(offline), offline).model) == ("offline", "")
