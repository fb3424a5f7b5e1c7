"""Secrets in addresses: passwords, tokens, signatures, hooks."""

import re

from acontext_cli.secrets.notation import compiled
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen, is_common, is_dummy, is_plain, is_random


def address(text: str, at: int) -> list[Secret]:
    """The password of an address, or a token that stands for the user."""
    match = compiled(r":\\{0,8}/\\{0,8}/([^\s/@:\"'`<>\\?#]{0,256}):([^\s\"'`<>\\]{1,512})").match(text, at)
    if match is None:
        return _token_of(text, at)
    scheme = re.search(r"[a-z0-9+.-]{1,20}\Z", text[max(0, at - 20) : at], re.IGNORECASE)
    loose = scheme is not None and not scheme.group().lower().startswith(("http", "ws", "git"))
    end = _end_of_password(match[2], loose)
    if end <= 0:
        return []
    password, start = match[2][:end], match.start(2)
    weak = (
        len(password) < 4
        or is_common(password)
        or is_dummy(password)
        or re.match(r"[$%{(]", password)
        or re.match(r"\d{1,5}(?:/|\Z)", password)
    )
    return [] if weak else [Secret(start, start + end, "url-password")]


def _end_of_password(rest: str, loose: bool) -> int:
    """Where the `@` before the host stands; -1: there is none."""
    limit = len(rest)
    if not loose:
        limit = next((place for place, sign in enumerate(rest) if sign in "/?#"), limit)
    else:
        at = re.search(r"@[\w.\[\]-]+(?::\d+)?(?:[/,?;\s)]|\Z)", rest)
        return at.start() if at else rest.rfind("@", 0, rest.find("/") if "/" in rest else limit)
    return rest.rfind("@", 0, limit)


def _token_of(text: str, at: int) -> list[Secret]:
    match = compiled(r":\\{0,8}/\\{0,8}/([^\s/@:\"'`<>\\?#]{16,256})@(?=[\w.-])").match(text, at)
    if match and not match[1].count(".") and is_random(match[1]):
        return [Secret(*match.span(1), "url-token")]
    return []


def one_time(text: str, at: int) -> list[Secret]:
    """`otpauth://…?secret=…`, from which an authenticator makes its codes."""
    place = text.find("secret", at, at + 300)
    if place < 0 or re.search(r"\s", text[at:place]):
        return []
    match = compiled(r"secret(?:=|%3D)([A-Z2-7]{10,128})").match(text, place)
    return [Secret(*match.span(1), "secret")] if match and not is_dummy(match[1]) else []


def driver(text: str, at: int) -> list[Secret]:
    """`user:password@tcp(host:3306)/name`, as programs in Go name a database."""
    before = text[max(0, at - 160) : at]
    match = compiled(r"(?<![\w.-])[\w.-]{1,60}:([^\s\"'`\\]{4,90})\Z").search(before)
    start = at - len(match[1]) if match else at
    return [Secret(start, at, "url-password")] if match and is_chosen(match[1]) else []


def oracle(text: str, at: int) -> list[Secret]:
    """`jdbc:oracle:thin:user/password@…`, `sqlplus user/password@…`."""
    match = compiled(r"(?:thin:|sqlplus (?:-\w+ ){0,2})\w{1,60}/([^\s/@\"'`\\]{4,120})@").match(text, at)
    return [Secret(*match.span(1), "url-password")] if match and is_chosen(match[1]) else []


def relay(text: str, at: int) -> list[Secret]:
    """`[host]:port user:password`, which mail servers read."""
    match = compiled(r"\]:\d{2,5}(?:[ \t]|\\{1,8}t){1,8}[^\s:\\]{1,100}:([^\s\\]{4,120})").match(text, at)
    return [Secret(*match.span(1), "password")] if match and is_chosen(match[1]) else []


def signature(text: str, at: int) -> list[Secret]:
    """What signs an address: whoever has it may use that."""
    match = compiled(r"sig(?:nature)?(?:=|%3D)([A-Za-z0-9%+/=_-]{24,2048})").match(text, at)
    if match and is_random(match[1]) and not is_plain(match[1]):
        return [Secret(*match.span(1), "signature")]
    return []


def hook(text: str, at: int) -> list[Secret]:
    """Addresses that take messages from whoever knows them."""
    match = compiled(
        r"hooks?(?:(?:\.slack\.com/(?:services|workflows|triggers)/|s?/\d{15,22}/)([A-Za-z0-9_/-]{16,400})"
        r"|\.(?:office\.com/webhookb2|zapier\.com/hooks/catch)/([A-Za-z0-9_@/-]{16,400}))"
    ).match(text, at)
    if match and is_random(match[1] or match[2]):
        return [Secret(*match.span(1 if match[1] else 2), "webhook")]
    return []
