"""What config.yaml says, name by name. A key is no setting: it does not belong in a file."""

import re
from collections.abc import Collection
from pathlib import Path

from acontext_cli.errors import AcontextError

_KEY = re.compile(
    r"(?!max)(?:.*[^a-z0-9])?(?:keys?|token|password|credentials?)|.*(?:api|access|client)[_-]?(?:key|token|secret)",
    re.IGNORECASE,
)


def written(file: Path, known: Collection[str]) -> dict[str, object]:
    """What the file sets, of the names that are known; what it names with nothing behind it is left out."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise AcontextError(f"{file}: not UTF-8 ({error.reason} at byte {error.start})") from error
    # Importing yaml costs more than all else that a command does before its work.
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.split("\n")):
        return {}
    return _named(_parsed(text, file), file, known)


def _parsed(text: str, file: Path) -> object:
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506, the safe loader in C
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AcontextError(f"{file}{line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:  # a date or a number that there is not
        raise AcontextError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise AcontextError(f"{file}: not YAML: nested too deep") from error


def _named(values: object, file: Path, known: Collection[str]) -> dict[str, object]:
    if not isinstance(values, dict):
        raise AcontextError(f"{file}: settings are expected as `name: value` lines")
    for name in values:
        if name not in known:
            raise AcontextError(f"{file}: {_unknown(str(name), known)}")
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _unknown(name: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    if _KEY.fullmatch(name):
        return f"{name!r}: keys are not kept in files: set OPENAI_API_KEY in the environment"
    close = get_close_matches(name, known, n=1)
    meant = f", did you mean {close[0]!r}?" if close else f" (there are {', '.join(known)})"
    return f"there is no setting {name!r}{meant}"
