"""What a program's last words mean to the person: log in, wait, try again, or what it said."""

import re
from datetime import UTC, datetime

from acontext_cli.errors import AcontextError, Unavailable

WIDTH = 300
_LOGIN = {"claude": "run claude and type /login", "codex": "run codex login"}
_LOGGED_OUT = re.compile(
    r"invalid api key|run /login|not logged in|log ?in again|codex login|unauthorized|\b401\b|authentication[ _]error"
    r"|failed to authenticate|oauth token|token (?:has )?expired|could not be refreshed|no api key|incorrect api key",
    re.IGNORECASE,
)
_LIMITED = re.compile(
    r"(?:rate|usage|session|weekly|request)s?[ _]limit|hit your (?:\w+ )?limit|limit (?:was |is )?reached|quota"
    r"|too many requests|\b429\b|credit balance",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"overloaded|(?:error|status|http)\W{1,3}(?:code )?5\d\d\b|\b5\d\d (?:internal|bad|service|gateway|overload)"
    r"|internal server error|bad gateway|service unavailable|gateway timeout|stream (?:disconnected|error)"
    r"|connection (?:reset|error|closed|refused)|econnreset|temporarily unavailable",
    re.IGNORECASE,
)
_OLD = re.compile(r"unknown option|unexpected argument|unrecognized (?:option|argument)", re.IGNORECASE)
_EPOCH = re.compile(r"\|(\d{10})\b")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_COLOUR = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")
_NO_WORDS = re.compile(r"at |node\.js v|\W*$", re.IGNORECASE)


class Passing(AcontextError):
    """What may go well the next time."""


def refusal(name: str, program: str, words: str, *, status: int = 0) -> AcontextError:
    """The error of a program that gave no answer, from its words and the HTTP status it tells (0: none).

    `name` is what the call is called, `program` the program's name.
    """
    words = one_line(words)
    if status == 429 or (status == 0 and _LIMITED.search(words)):
        return Unavailable(f"{name} has reached its limit, try again later: {words}")
    if status in (401, 403) or (status == 0 and _LOGGED_OUT.search(words)):
        return Unavailable(f"{program} is not logged in ({words}): {_LOGIN.get(program, f'log in with {program}')}")
    if status >= 500 or (status == 0 and _PASSING.search(words)):
        return Passing(f"{name} failed twice, try again later: {words}")
    if _OLD.search(words):
        return AcontextError(f"{name} failed: {words}; update {program}, or name the flags it knows in model_command")
    return AcontextError(f"{name} failed: {words}")


def last_words(err: str) -> str:
    """The line of a program's stderr that tells most: its last that speaks of an error, else its last."""
    lines = [line.strip() for line in _COLOUR.sub("", err).split("\n")]
    telling = [line for line in lines if not _NO_WORDS.match(line)]
    return next((line for line in reversed(telling) if "error" in line.lower()), telling[-1] if telling else "")


def one_line(text: str) -> str:
    """A text on one line of bounded length: no control characters, no secret, and a time that a person can read."""
    from acontext_cli.secrets import cut

    line = " ".join(_CONTROL.sub(" ", _COLOUR.sub("", text[: 20 * WIDTH])).split())
    line = cut(line, lambda _, kind: f"<{kind}>")
    line = _EPOCH.sub(lambda found: f", until {datetime.fromtimestamp(int(found[1]), UTC):%Y-%m-%d %H:%M} UTC", line)
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
