"""What stands before a name, from which follows whether a value is given to it there."""

import re

from acontext_cli.secrets.notation import QUOTE, SPACE

_LINE = re.compile(
    r"(?:\A|[\n\r\"'`]|\\[nr])[ \t]*[-+>#]?[ \t]*"
    r"(?:export |set |setx |ENV |ARG |env |declare -x |-e |--env |\$env:)?[ \t]*\Z"
    r"|(?:export|setx?|ENV|ARG|env|-e|--env|--build-arg|--set)[ =]\Z"
)
_SETS = re.compile(r"(?:\A|[\s\"'`;&|n])(?:set|setx|setenv|ENV|put)[ \t](?:--?[A-Za-z]{1,12} ){0,2}[^\s\"'`]{0,40}\Z")
_CALLS = re.compile(rf"(?:define|fill|type|(?:set|put|add|append)[A-Za-z_]{{0,20}})\({SPACE}{{0,4}}{QUOTE}[#.]?\Z")
_LOGIN = re.compile(r"(?:login|username)\s+\S{1,200}\s+(?:privilege \d{1,2} )?\Z")


def is_line(text: str, start: int) -> bool:
    """Whether the name opens its line, or follows `export`, `set`, `-e` and the like."""
    return _LINE.search(text[max(0, start - 24) : start]) is not None


def is_set(text: str, start: int) -> bool:
    """Whether the name is what a command sets: `setenv X …`, `config set X …`, `ENV X …`."""
    return _SETS.search(text[max(0, start - 60) : start]) is not None


def is_first(text: str, start: int) -> bool:
    """Whether the name is the first of what a call takes that sets something: `define('X', …)`, `fill('#x', …)`."""
    return _CALLS.search(text[max(0, start - 40) : start]) is not None


def is_flag(text: str, start: int) -> bool:
    """Whether the name is that of an option of a command."""
    free = start == 0 or not text[start - 1].isalnum() or text[max(0, start - 2) : start] in ("\\n", "\\r", "\\t")
    return free and text[start : start + 1] == "-"


def follows_login(text: str, start: int) -> bool:
    """Whether it is the second of a pair: `login x password …` of a .netrc, `username x secret …` of a router."""
    return _LOGIN.search(text[max(0, start - 240) : start]) is not None
