"""What a setting may be. Each check takes what YAML or the environment gives and makes the text that holds."""

import json
import re
from collections.abc import Callable
from typing import NoReturn

from acontext_cli.errors import AcontextError

ENGINES = ("auto", "offline", "llm")
ANSWERS = ("no", "yes")
ASKS = ("risky", "all", "none")
LONGEST_SENTENCE = 1000
MOST_DAYS = 36_500
"""So many days a warning may be made to hold: a hundred years."""
_LONGEST_SHOWN = 80
_DECIMAL, _WHOLE = r"\d{1,9}(\.\d{1,20})?", r"\d{1,9}"


class NotAllowed(Exception):
    """Says what is allowed."""


def checked(name: str, value: object, *, place: str) -> str:
    """The text that holds; `place`, the file or variable, is named where the value is refused."""
    try:
        return _CHECKS.get(name, _word)(value)
    except NotAllowed as refused:
        shown = ": " if name == "headers" else f" is {_shown(value)}, "
        raise AcontextError(f"{place}: {name}{shown}{refused}") from None


def _shown(value: object) -> str:
    from acontext_cli.secrets import cut

    text = cut(repr(value), lambda *_: "****")
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _word(value: object) -> str:
    return value.strip() if isinstance(value, str) else _no("not a word")


def _sentence(value: object) -> str:
    text = " ".join(_word(value).split())
    return text if len(text) <= LONGEST_SENTENCE else _no(f"use up to {LONGEST_SENTENCE:,} characters")


def _engine(value: object) -> str:
    engine = _word(value)
    return engine if engine in ENGINES else _no("use 'auto', 'offline' or 'llm'")


def _asks(value: object) -> str:
    asks = _word(value)
    return asks if asks in ASKS else _no("use 'risky', 'all' or 'none'")


def _answer(value: object) -> str:
    if isinstance(value, bool):
        return ANSWERS[value]  # YAML takes the words for true and false
    answer = _word(value)
    return answer if answer in ANSWERS else _no("use 'no' or 'yes'")


def _number(form: str, fits: Callable[[float], bool], allowed: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = _digits(value)
        return text if re.fullmatch(form, text, re.ASCII) and fits(float(text)) else _no(f"use {allowed}")

    return check


def _days(value: object) -> str:
    """Days; `never` is written as 0."""
    text = "0" if isinstance(value, str) and value.strip().lower() == "never" else _digits(value)
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) > MOST_DAYS:
        _no(f"use a whole number of days up to {MOST_DAYS:,}, or never")
    return text


def _digits(value: object) -> str:
    """A number as it is written, as YAML gives it or as a text."""
    if isinstance(value, int | float) and abs(value) < 1e9:
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _address(value: object) -> str:
    from urllib.parse import urlsplit

    text = _word(value)
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not text.isprintable() or " " in text:
        _no("use an address like http://localhost:11434/v1")
    return text


def _command(value: object) -> str:
    words = _words(value)
    if not words or not words[0] or not all(isinstance(word, str) for word in words):
        _no("""use claude, codex, a line, or a list of words in quotes like ["llm", "-m", "NAME"]""")
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _words(value: object) -> list[object]:
    import shlex

    if isinstance(value, str):
        try:
            value = json.loads(value) if value.lstrip().startswith("[") else shlex.split(value)
        except (ValueError, RecursionError):
            return []
    return value if isinstance(value, list) else []


def _headers(value: object) -> str:
    from acontext_cli.config.headers import is_name, is_sendable

    mapping = _mapping(value)
    for name, text in mapping.items():
        if not isinstance(name, str) or not is_name(name):
            _no(f"{name!r} is no name of a header")
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            _no(f"put the value of {name!r} in quotes")
        if not is_sendable(str(text)):
            _no(f"the value of {name!r} is not plain text on one line")
    return json.dumps({name: str(text) for name, text in mapping.items()}) if mapping else ""


def _mapping(value: object) -> dict[object, object]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    return value if isinstance(value, dict) else _no('use names with values, as JSON {"NAME": "value"}')


def _no(reason: str) -> NoReturn:
    raise NotAllowed(reason)


_CHECKS: dict[str, Callable[[object], str]] = {
    "engine": _engine,
    "keep_secrets": _answer,
    "review": _asks,
    "base_url": _address,
    "model_command": _command,
    "temperature": _number(_DECIMAL, lambda number: number <= 2, "a number from 0 to 2"),
    "timeout": _number(_DECIMAL, lambda number: number > 0, "a number of seconds above 0"),
    "max_input_tokens": _number(_WHOLE, lambda number: number >= 4000, "a whole number from 4000"),
    "max_output_tokens": _number(_WHOLE, lambda number: number >= 0, "a whole number (0: not sent)"),
    "history_max_mb": _number(_WHOLE, lambda number: number >= 1, "a whole number from 1"),
    "forget_after": _days,
    "headers": _headers,
    "task_success_criteria": _sentence,
    "task_failure_criteria": _sentence,
}
