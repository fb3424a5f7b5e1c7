"""What can be set, what it is, and where that comes from: an environment variable wins over `.acontext/config.yaml`,
which wins over the default. Nothing, or an empty text, sets nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from acontext_cli.config.file import written

PROJECT, OWN = "project", "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A setting that there is."""

    default: str = ""
    about: str
    variable: str = ""
    """The environment variable, where it is not `ACONTEXT_` and the name."""


SETTINGS = {
    "engine": Known(
        default="auto", about="who judges: auto (a model where one is configured, else offline), offline or llm"
    ),
    "space": Known(default="default", about="the space that new sessions teach"),
    "import_space": Known(
        default="project",
        about="the space of imported sessions: project (one for each project) or a space's name",
    ),
    "user_facts_space": Known(
        default="own",
        about="where what you want in general is kept: own (the session's space) or a space's name",
    ),
    "keep_secrets": Known(
        default="no", about="whether what is recorded keeps its secrets: no (placeholders stand for them) or yes"
    ),
    "review": Known(
        default="risky",
        about="which lessons wait for you: risky (what looks wrong), all of them, or none (you are not asked)",
    ),
    "history_max_mb": Known(
        default="100", about="how much the history may hold, which undo reads: in megabytes; the oldest goes first"
    ),
    "forget_after": Known(
        default="90",
        about="how long a warning holds that no later session confirms: in days; 0 or never: as long as it stands",
    ),
    "model": Known(default="gpt-4.1", about="the model: its name as the server or the command knows it"),
    "base_url": Known(
        variable="OPENAI_BASE_URL", about="the address of an OpenAI-compatible server: where empty, that of OpenAI"
    ),
    "model_command": Known(about="a command that answers instead of a server: claude, codex, or a line of your own"),
    "temperature": Known(about="how freely the model words what it says: 0 to 2; where empty it is not sent"),
    "timeout": Known(default="120", about="seconds to wait for an answer: a command has 300 unless this is set"),
    "max_input_tokens": Known(
        default="20000", about="how much is asked at once: in tokens; the default fits a model that takes 32k"
    ),
    "max_output_tokens": Known(default="4096", about="how long an answer may be: in tokens; 0 is not sent"),
    "headers": Known(
        about="headers sent with every request: names and values; in a value $NAME is an environment variable"
    ),
    "task_success_criteria": Known(about="when a task counts as done: a sentence for the model that judges it"),
    "task_failure_criteria": Known(about="when a task counts as failed: a sentence for the model that judges it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as it stands."""

    name: str
    value: str = field(repr=False)  # a header may hold a key
    """Of a command of several words and of headers: JSON."""
    source: str
    """`default`, `config.yaml`, or the name of the environment variable."""
    about: str


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one workspace."""

    settings: tuple[Setting, ...]

    def __getitem__(self, name: str) -> str:
        return self._setting(name).value

    def is_set(self, name: str) -> bool:
        """Whether somebody set it."""
        return self._setting(name).source != "default"

    def number(self, name: str) -> float:
        return float(self[name])

    def whole(self, name: str) -> int:
        return int(self[name])

    def headers(self, env: Mapping[str, str]) -> dict[str, str]:
        """What is sent: the values of environment variables stand where they are named."""
        if not self["headers"]:
            return {}
        from acontext_cli.config.headers import filled

        return filled(self["headers"], env)

    def _setting(self, name: str) -> Setting:
        return next(setting for setting in self.settings if setting.name == name)


def template() -> str:
    """The config.yaml of a new workspace: every setting named, none set."""
    lines = [f"# {known.about}\n# {name}: {known.default}".rstrip() + "\n" for name, known in SETTINGS.items()]
    return "# What can be set here; `acontext config` shows what holds and where it comes from.\n\n" + "\n".join(lines)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return SETTINGS[name].variable or f"ACONTEXT_{name.upper()}"


def load(file: Path, env: Mapping[str, str]) -> Config:
    found = written(file, SETTINGS)
    return Config(tuple(_setting(name, found, env, file) for name in SETTINGS))


def _setting(name: str, found: Mapping[str, object], env: Mapping[str, str], file: Path) -> Setting:
    known, from_env = SETTINGS[name], env.get(variable(name), "").strip()
    if not from_env and name not in found:
        return Setting(name=name, value=known.default, source="default", about=known.about)
    from acontext_cli.config.allowed import checked

    if from_env:
        return Setting(
            name=name,
            value=checked(name, from_env, place=variable(name)),
            source=variable(name),
            about=known.about,
        )
    return Setting(
        name=name, value=checked(name, found[name], place=str(file)), source="config.yaml", about=known.about
    )
