"""What can be set, what it is, and where that comes from: an environment variable wins over `.acontext/config.yaml`,
which wins over the default."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.errors import AcontextError

SETTINGS = {
    "engine": ("auto", "who judges: auto (offline until a model can be configured) or offline"),
    "space": ("default", "the space that new sessions teach"),
    "import_space": ("project", "the space of imported sessions: project (one for each project) or a space's name"),
    "user_facts_space": ("own", "where what you want in general is kept: own (the session's space) or a space's name"),
    "keep_secrets": ("no", "whether what is recorded keeps its secrets: no (placeholders stand for them) or yes"),
}
PROJECT, OWN = "project", "own"
ENGINES = ("auto", "offline")
ANSWERS = ("no", "yes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as it stands."""

    name: str
    value: str
    source: str
    """`default`, `config.yaml`, or the name of the environment variable."""
    about: str


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one workspace."""

    settings: tuple[Setting, ...]

    def __getitem__(self, name: str) -> str:
        return next(setting.value for setting in self.settings if setting.name == name)


def template() -> str:
    """The config.yaml of a new workspace: every setting named, none set."""
    lines = [f"# {about}\n# {name}: {default}\n" for name, (default, about) in SETTINGS.items()]
    return "# What can be set here; `acontext config` shows what holds and where it comes from.\n\n" + "\n".join(lines)


def load(file: Path, env: Mapping[str, str]) -> Config:
    written = read(file)
    return Config(tuple(_setting(name, written, env, file) for name in SETTINGS))


def read(file: Path) -> dict[str, str]:
    """What the file sets."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise AcontextError(f"{file}: not UTF-8 ({error.reason} at byte {error.start})") from error
    # Importing yaml costs more than all else that a command does before its work.
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.split("\n")):
        return {}
    return _checked(_parsed(text, file), file)


def _parsed(text: str, file: Path) -> object:
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506, the safe loader in C
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AcontextError(f"{file}{line}: not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise AcontextError(f"{file}: not YAML: {' '.join(str(error).split())}") from error


def _checked(values: object, file: Path) -> dict[str, str]:
    if not isinstance(values, dict):
        raise AcontextError(f"{file}: settings are expected as `name: value` lines")
    for name, value in values.items():
        if name not in SETTINGS:
            raise AcontextError(f"{file}: there is no setting {name!r}{_meant(str(name))}")
        if isinstance(value, bool) and SETTINGS[name][0] in ANSWERS:
            values[name] = ANSWERS[value]  # YAML takes the words for true and false
        elif not isinstance(value, str):
            raise AcontextError(f"{file}: {name} is {value!r}, not a word")
    return values


def _meant(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, SETTINGS, n=1)
    return f", did you mean {close[0]!r}?" if close else f" (there are {', '.join(SETTINGS)})"


def _setting(name: str, written: Mapping[str, str], env: Mapping[str, str], file: Path) -> Setting:
    default, about = SETTINGS[name]
    variable = f"ACONTEXT_{name.upper()}"
    value, source, place = default, "default", ""
    if name in written:
        value, source, place = written[name], "config.yaml", str(file)
    if env.get(variable):
        value, source, place = env[variable], variable, variable
    if name == "engine" and value not in ENGINES:
        raise AcontextError(f"{place}: {_no_engine(value)}")
    if name == "keep_secrets" and value not in ANSWERS:
        raise AcontextError(f"{place}: keep_secrets is {value!r}, use 'no' or 'yes'")
    return Setting(name=name, value=value, source=source, about=about)


def _no_engine(value: str) -> str:
    if value == "llm":
        return "the engine 'llm' comes with a later version, use 'auto' or 'offline'"
    return f"there is no engine {value!r}, use 'auto' or 'offline'"
