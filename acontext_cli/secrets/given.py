"""Secrets that follow certain commands and calls without a name of their own."""

import re

from acontext_cli.secrets.notation import QUOTE, compiled
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen, is_random

_WORD = r"[^\s\"'`\\|;&<>$-][^\s\"'`\\|;&<>]{5,400}"
COMMANDS = {
    "authtoken ": "",
    "pypi-token.": r"[\w-]{1,40} ",
    "gem push --key ": "",
    "secret_access_key ": "",
    "wpa_passphrase ": r"\S{1,60} ",
    "rabbitmqctl add_user ": r"\S{1,60} ",
    "rabbitmqctl change_password ": r"\S{1,60} ",
    "cargo login ": "",
    "vault login ": "",
    "wandb login ": "",
    "sonar.login": "=",
    "add-mask::": "",
}
"""What such a secret follows: a keyword, and the pattern of what stands in between."""
CALLS = {
    ".login(": rf"\s?{QUOTE}[^\"'`\s]{{1,100}}{QUOTE},\s?",
    "jwt.": r"(?:sign|verify|encode|decode)\([^\"'`,\n]{1,120},\s?b?",
    "keycredential(": "",
    "= password(": "",
}
"""The same for calls, where the secret stands between quotes."""
_HERE = rf"<<< ?(?:{QUOTE})?({_WORD})"
_ASKS = re.compile(r"token|secret|login|passw|auth|kinit|stdin|key", re.IGNORECASE)


def to_command(text: str, at: int) -> list[Secret]:
    """`cargo login …`, `ngrok authtoken …`."""
    return _behind(text, at, COMMANDS, rf"(?:{QUOTE})?({_WORD})", "token")


def to_call(text: str, at: int) -> list[Secret]:
    """`smtp.login("name", "…")`, `jwt.sign(claims, "…")`."""
    return _behind(text, at, CALLS, rf"{QUOTE}([^\s\"'`\\]{{6,400}}){QUOTE}", "secret")


def _behind(text: str, at: int, known: dict[str, str], value: str, kind: str) -> list[Secret]:
    low = text[at : at + 32].lower()
    keyword = next(each for each in known if low.startswith(each))
    match = compiled(f"{known[keyword]}{value}").match(text, at + len(keyword))
    return [Secret(*match.span(1), kind)] if match and _is_good(match[1]) else []


def here(text: str, at: int) -> list[Secret]:
    """`… --with-token <<< …`."""
    match = compiled(_HERE).match(text, at)
    asks = match and _ASKS.search(re.split(r"\n|\\n|[;|]", text[max(0, at - 120) : at])[-1])
    return [Secret(*match.span(1), "secret")] if match and asks and _is_good(match[1]) else []


def _is_good(value: str) -> bool:
    return is_random(value) or (is_chosen(value) and any(map(str.isdigit, value)))
