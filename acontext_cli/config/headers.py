"""Headers of requests: a value names environment variables (`$NAME`, `${NAME}`), so that keys need not stand in a
file. `$$` is a plain `$`."""

import json
import re
from collections.abc import Mapping

from acontext_cli.errors import AcontextError

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_PLAIN = re.compile(r"[\t\x20-\x7e]{0,8000}")
_VARIABLE = r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))"
_NAMED = re.compile(rf"\$\$|{_VARIABLE}")
_ONLY_NAMED = re.compile(rf"(?:\w+ )?{_VARIABLE}")


def is_name(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def is_sendable(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None


def only_names_a_variable(text: str) -> bool:
    """Whether a value can be shown: `Bearer $NAME` holds nothing of the key."""
    return _ONLY_NAMED.fullmatch(text) is not None


def filled(text: str, env: Mapping[str, str]) -> dict[str, str]:
    """The headers that are meant, with what the variables hold."""
    return {name: _filled(name, value, env) for name, value in json.loads(text).items()}


def _filled(name: str, value: str, env: Mapping[str, str]) -> str:
    def of(match: re.Match[str]) -> str:
        variable = match[1] or match[2]
        if not variable:
            return "$"
        if not env.get(variable, "").strip():
            raise AcontextError(f"headers: {name!r} needs ${variable}, which is not set in the environment")
        return env[variable].strip()

    sent = _NAMED.sub(of, value)
    if not is_sendable(sent):
        raise AcontextError(f"headers: the value of {name!r} is not plain text on one line")
    return sent
