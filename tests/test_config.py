import json
from pathlib import Path

import pytest
from conftest import Cli

from acontext_cli.config import SETTINGS, Config, Setting, load, template, variable
from acontext_cli.errors import AcontextError


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "config.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def values(config: Config) -> dict[str, tuple[str, str]]:
    return {setting.name: (setting.value, setting.source) for setting in config.settings}


DEFAULTS = {name: (known.default, "default") for name, known in SETTINGS.items()}


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert values(load(tmp_path / "config.yaml", {})) == DEFAULTS


def test_a_new_workspaces_file_names_every_setting_and_sets_none(tmp_path: Path) -> None:
    assert values(load(written(tmp_path, template()), {})) == DEFAULTS
    assert [name for name in SETTINGS if f"\n# {name}:" in template()] == list(SETTINGS)


def test_a_setting_that_is_uncommented_holds(tmp_path: Path) -> None:
    file = written(tmp_path, template().replace("# engine: auto", "engine: offline"))
    assert values(load(file, {})) == DEFAULTS | {"engine": ("offline", "config.yaml")}


def test_the_environment_wins_over_the_file_and_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, "space: team\n")
    env = {"ACONTEXT_SPACE": "mine", "ACONTEXT_ENGINE": ""}
    assert values(load(file, env)) == DEFAULTS | {"space": ("mine", "ACONTEXT_SPACE")}


@pytest.mark.parametrize(("written_as", "value"), [("yes", "yes"), ("no", "no"), ("'yes'", "yes"), ("true", "yes")])
def test_yes_and_no_are_words_though_yaml_takes_them_for_more(tmp_path: Path, written_as: str, value: str) -> None:
    assert load(written(tmp_path, f"keep_secrets: {written_as}\n"), {})["keep_secrets"] == value


def test_a_setting_tells_what_it_is_about(tmp_path: Path) -> None:
    setting = load(tmp_path / "config.yaml", {}).settings[1]
    assert setting == Setting(
        name="space", value="default", source="default", about="the space that new sessions teach"
    )
    assert load(tmp_path / "config.yaml", {})["space"] == "default"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("engin: offline", "there is no setting 'engin', did you mean 'engine'?"),
        ("color: blue", "there is no setting 'color' (there are engine, space, import_space, "),
        ("engine: fast", "engine is 'fast', use 'auto', 'offline' or 'llm'"),
        ("keep_secrets: maybe", "keep_secrets is 'maybe', use 'no' or 'yes'"),
        ("keep_secrets: 1", "keep_secrets is 1, not a word"),
        ("engine: [offline]", "engine is ['offline'], not a word"),
        ("space: 12", "space is 12, not a word"),
        ("temperature: 2.1", "temperature is 2.1, use a number from 0 to 2"),
        ("temperature: -1", "temperature is -1, use a number from 0 to 2"),
        ("temperature: warm", "temperature is 'warm', use a number from 0 to 2"),
        ("temperature: .nan", "temperature is nan, use a number from 0 to 2"),
        ("timeout: 0", "timeout is 0, use a number of seconds above 0"),
        ("timeout: yes", "timeout is True, use a number of seconds above 0"),
        ("timeout: .inf", "timeout is inf, use a number of seconds above 0"),
        ("max_input_tokens: 3999", "max_input_tokens is 3999, use a whole number from 4000"),
        ("max_input_tokens: 32k", "max_input_tokens is '32k', use a whole number from 4000"),
        ("max_output_tokens: 4096.5", "max_output_tokens is 4096.5, use a whole number (0: not sent)"),
        ("max_output_tokens: [1]", "max_output_tokens is [1], use a whole number (0: not sent)"),
        ("base_url: localhost:11434", "base_url is 'localhost:11434', use an address like http://localhost:11434/v1"),
        ("base_url: http://", "base_url is 'http://', use an address like"),
        ("base_url: http://host:port/v1", "base_url is 'http://host:port/v1', use an address like"),
        ("base_url: 'http://host/a b'", "base_url is 'http://host/a b', use an address like"),
        ("model_command: []", "model_command is [], use claude, codex, a line, or a list of words in quotes"),
        ("model_command: [llm, 1]", "model_command is ['llm', 1], use claude, codex, a line"),
        ("model_command: llm -m 'x", 'model_command is "llm -m \'x", use claude, codex, a line'),
        ("model_command: '[llm'", "model_command is '[llm', use claude, codex, a line"),
        ("headers: sk-1", 'headers: use names with values, as JSON {"NAME": "value"}'),
        ("headers: {'X Y': a}", "headers: 'X Y' is no name of a header"),
        ("headers: {X-Day: 2026-01-01}", "headers: put the value of 'X-Day' in quotes"),
        ("headers: {X-On: yes}", "headers: put the value of 'X-On' in quotes"),
        ('headers: {X-Two: "a\\nb"}', "headers: the value of 'X-Two' is not plain text on one line"),
        (f"task_success_criteria: {'so ' * 400}", "use up to 1,000 characters"),
        ("- engine", "settings are expected as `name: value` lines"),
        ("engine: offline\nspace: 'open\n", "not YAML: found unexpected end of stream"),
        ("engine: \x07", "not YAML: unacceptable character"),
        ("space: 2026-13-45", "not YAML: month must be in 1..12"),
        (f"timeout: {'9' * 5000}", "not YAML: "),
        (f"space: {'[' * 5000}", "not YAML: "),
        (b"engine: \xff", "not UTF-8"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(tmp_path: Path, text: str | bytes, reason: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(AcontextError) as refused:
        load(file, {})
    assert str(refused.value).startswith(str(file))
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_line_of_broken_yaml_is_named(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match=r"config\.yaml, line 2: not YAML"):
        load(written(tmp_path, "engine: offline\nspace: a: b\n"), {})


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match=r"^ACONTEXT_ENGINE: engine is 'x', use 'auto'"):
        load(tmp_path / "config.yaml", {"ACONTEXT_ENGINE": "x"})


@pytest.mark.parametrize(
    "name", ["api_key", "OPENAI_API_KEY", "apiKey", "openai-key", "key", "token", "auth_token", "client_secret"]
)
def test_a_key_in_the_file_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(AcontextError) as refused:
        load(written(tmp_path, f"{name}: sk-abc\n"), {})
    assert str(refused.value).endswith(f"{name!r}: keys are not kept in files: set OPENAI_API_KEY in the environment")


def test_a_misspelt_number_of_tokens_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match="did you mean 'max_output_tokens'"):
        load(written(tmp_path, "max_output_token: 1\n"), {})


def test_a_refused_value_is_shown_without_its_secrets(tmp_path: Path) -> None:
    key = "sk-proj-Zq8vN2xLr5TyKw3PbM7dHs4FgJc6AaQe"
    with pytest.raises(AcontextError) as refused:
        load(tmp_path / "config.yaml", {"OPENAI_BASE_URL": f"key {key}"})
    assert "OPENAI_BASE_URL: base_url is '" in str(refused.value)
    assert key not in str(refused.value)


def test_what_is_named_with_nothing_behind_it_is_not_set(tmp_path: Path) -> None:
    everything = "".join(f"{name}:\n" for name in SETTINGS)
    assert values(load(written(tmp_path, everything), {})) == DEFAULTS
    assert values(load(written(tmp_path, "base_url: ''\n"), {"ACONTEXT_MODEL": " "})) == DEFAULTS


def test_every_setting_has_its_variable_and_the_address_that_of_openai(tmp_path: Path) -> None:
    assert {name: variable(name) for name in SETTINGS} == {
        name: f"ACONTEXT_{name.upper()}" if name != "base_url" else "OPENAI_BASE_URL" for name in SETTINGS
    }
    config = load(tmp_path / "config.yaml", {"OPENAI_BASE_URL": "https://host/v1 ", "ACONTEXT_BASE_URL": "https://no"})
    assert config["base_url"] == "https://host/v1"


def test_numbers_are_numbers_wherever_they_come_from(tmp_path: Path) -> None:
    file = written(tmp_path, "temperature: 0\ntimeout: 2.5\nmax_input_tokens: 100000\nmax_output_tokens: '0'\n")
    config = load(file, {"ACONTEXT_TEMPERATURE": "0.7"})
    assert (config.number("temperature"), config.number("timeout")) == (0.7, 2.5)
    assert (config.whole("max_input_tokens"), config.whole("max_output_tokens")) == (100_000, 0)
    default = load(tmp_path / "none.yaml", {})
    assert (default["temperature"], default.number("timeout"), default.whole("max_input_tokens")) == ("", 120, 20_000)


@pytest.mark.parametrize(("said", "days"), [("30", 30), ("'30'", 30), ("0", 0), ("never", 0), ("Never", 0)])
def test_how_long_warnings_hold_is_said_in_days_or_not_at_all(tmp_path: Path, said: str, days: int) -> None:
    assert load(written(tmp_path, f"forget_after: {said}\n"), {}).whole("forget_after") == days
    assert load(tmp_path / "none.yaml", {"ACONTEXT_FORGET_AFTER": said.strip("'")}).whole("forget_after") == days
    assert load(tmp_path / "none.yaml", {}).whole("forget_after") == 90


@pytest.mark.parametrize("said", ["-1", "1.5", "36501", "yes", "soon", "[1]", "999999999999999999999"])
def test_no_other_word_for_how_long_warnings_hold(tmp_path: Path, said: str) -> None:
    with pytest.raises(AcontextError, match="use a whole number of days up to 36,500, or never"):
        load(written(tmp_path, f"forget_after: {said}\n"), {})


def test_what_somebody_set_is_told_from_a_default_that_says_the_same(tmp_path: Path) -> None:
    config = load(tmp_path / "config.yaml", {"ACONTEXT_MODEL": "gpt-4.1"})
    assert (config.is_set("model"), config.is_set("timeout")) == (True, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("claude", "claude"),
        ("llm -m 'my model'", "llm -m 'my model'"),
        ('["claude", "-p"]', '["claude", "-p"]'),
        ("[llm, -m, é]", '["llm", "-m", "é"]'),
    ],
)
def test_a_command_is_a_name_a_line_or_words(tmp_path: Path, text: str, value: str) -> None:
    assert load(written(tmp_path, f"model_command: {text}\n"), {})["model_command"] == value


def test_a_sentence_over_several_lines_is_one(tmp_path: Path) -> None:
    file = written(tmp_path, "task_success_criteria: |\n  The tests are green\n  and CI says so.\n")
    assert load(file, {})["task_success_criteria"] == "The tests are green and CI says so."


def test_headers_name_variables_of_the_environment(tmp_path: Path) -> None:
    text = "headers:\n  Authorization: Bearer $TEAM_KEY\n  X-Cost: ${TEAM}-$$5\n  X-Version: 1\n"
    headers = load(written(tmp_path, text), {}).headers({"TEAM_KEY": "abc\n", "TEAM": "blue"})
    assert headers == {"Authorization": "Bearer abc", "X-Cost": "blue-$5", "X-Version": "1"}
    assert load(tmp_path / "none.yaml", {}).headers({}) == {}
    assert load(tmp_path / "none.yaml", {"ACONTEXT_HEADERS": '{"A": "b"}'}).headers({}) == {"A": "b"}


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({}, "headers: 'api-key' needs $TEAM_KEY, which is not set in the environment"),
        ({"TEAM_KEY": "two\nlines"}, "headers: the value of 'api-key' is not plain text on one line"),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused_when_it_is_needed(
    tmp_path: Path, env: dict[str, str], reason: str
) -> None:
    config = load(written(tmp_path, "headers: {api-key: $TEAM_KEY}\n"), env)
    with pytest.raises(AcontextError) as refused:
        config.headers(env)
    assert str(refused.value) == reason


KEY = "sk-proj-Zq8vN2xLr5TyKw3PbM7dHs4FgJc6AaQe"


def test_config_never_shows_a_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://bot:hunter2hunter@gate.example.com/v1")
    monkeypatch.setenv("ACONTEXT_HEADERS", json.dumps({"X-Team": "blue", "api-key": "$TEAM_KEY"}))
    monkeypatch.setenv("ACONTEXT_MODEL_COMMAND", f"ask --key {KEY}")
    for shown in (cli("config"), cli("config", "--json")):
        assert [secret for secret in (KEY, "hunter2", "blue") if secret in shown] == []
        assert "https://****@gate.example.com/v1" in shown
    settings = {each["name"]: each["value"] for each in json.loads(cli("config", "--json"))["settings"]}
    assert json.loads(settings["headers"]) == {"X-Team": "****", "api-key": "$TEAM_KEY"}
    assert settings["model_command"] == "ask --key ****"


def test_config_says_who_judges_and_whether_there_is_a_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "engine: offline, no model is configured\n" in cli("config")
    assert "OPENAI_API_KEY: not set\n" in cli("config")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert "engine: llm (gpt-4.1 at api.openai.com)\n" in cli("config")
    assert "OPENAI_API_KEY: set\n" in cli("config")
    shown = json.loads(cli("config", "--json"))
    assert (shown["engine"], shown["model"], shown["api_key_set"]) == ("llm", "gpt-4.1 at api.openai.com", True)
    monkeypatch.setenv("ACONTEXT_ENGINE", "offline")
    assert "engine: offline\n" in cli("config")


def test_config_says_that_llm_is_asked_for_and_no_model_is_there(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACONTEXT_ENGINE", "llm")
    assert "engine: llm, but no model is configured: set OPENAI_API_KEY" in cli("config")
