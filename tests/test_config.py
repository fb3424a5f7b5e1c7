from pathlib import Path

import pytest

from acontext_cli.config import SETTINGS, Config, Setting, load, template
from acontext_cli.errors import AcontextError


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "config.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def values(config: Config) -> dict[str, tuple[str, str]]:
    return {setting.name: (setting.value, setting.source) for setting in config.settings}


DEFAULTS = {name: (default, "default") for name, (default, _) in SETTINGS.items()}


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert values(load(tmp_path / "config.yaml", {})) == DEFAULTS


def test_a_new_workspaces_file_names_every_setting_and_sets_none(tmp_path: Path) -> None:
    assert values(load(written(tmp_path, template()), {})) == DEFAULTS
    assert [name for name in SETTINGS if f"# {name}: " in template()] == list(SETTINGS)


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
        (
            "color: blue",
            "there is no setting 'color' (there are engine, space, import_space, user_facts_space, keep_secrets)",
        ),
        ("engine: llm", "the engine 'llm' comes with a later version, use 'auto' or 'offline'"),
        ("engine: fast", "there is no engine 'fast', use 'auto' or 'offline'"),
        ("keep_secrets: maybe", "keep_secrets is 'maybe', use 'no' or 'yes'"),
        ("keep_secrets: 1", "keep_secrets is 1, not a word"),
        ("engine: [offline]", "engine is ['offline'], not a word"),
        ("space: 12", "space is 12, not a word"),
        ("- engine", "settings are expected as `name: value` lines"),
        ("engine: offline\nspace: 'open\n", "not YAML: found unexpected end of stream"),
        ("engine: \x07", "not YAML: unacceptable character"),
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
    with pytest.raises(AcontextError, match=r"^ACONTEXT_ENGINE: there is no engine 'x'"):
        load(tmp_path / "config.yaml", {"ACONTEXT_ENGINE": "x"})
