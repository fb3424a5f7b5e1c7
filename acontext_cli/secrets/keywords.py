"""What must occur in a text before a rule is tried there.

Most texts hold none of it, so that looking for it is most of the work: it is looked for by its rarest sign.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from acontext_cli.secrets import addresses, commands, given, headers, keys, tables
from acontext_cli.secrets.assigned import assigned
from acontext_cli.secrets.secret import Finder, Secret

_KEYWORDS: dict[str, dict[str, tuple[Finder, ...]]] = {
    "": {
        **dict.fromkeys(given.COMMANDS, (assigned, given.to_command)),  # before the words that are parts of them
        **dict.fromkeys(given.CALLS, (assigned, given.to_call)),
        "pass[^ei]": (assigned, tables.row),  # "passed" stands in every log of tests
        "passe[ :]": (assigned,),
        "password-stdin": (commands.piped,),
        "with-token": (assigned, commands.piped),
        "chpasswd": (commands.changed,),
        "htpasswd": (commands.kept,),
        "pgpass": (commands.listed,),
        "pw": (assigned,),
        "psk": (assigned,),
        "secret": (assigned, keys.manifest),
        "token": (assigned,),
        "mnemonic": (assigned,),
        "cookie": (headers.cookie, headers.jar),
        "hook": (addresses.hook,),
        "key": (assigned, keys.private_key, keys.putty),
        "kty": (keys.web_key,),
        "cred": (assigned,),
        "auth": (headers.authorization,),
        "otpauth": (addresses.one_time,),
        "bearer": (headers.bearer,),
        "sig": (addresses.signature,),
        "_pat": (assigned,),
        "_salt": (assigned,),
        "securestring": (commands.secured,),
        "identified by": (commands.identified,),
        "connect(": (commands.connected,),
        "connection(": (commands.connected,),
        "new mysqli(": (commands.connected,),
        "new pdo(": (commands.connected,),
        " -[-abnpsuw]": (commands.option,),
    },
    "@": {
        "://": (addresses.address,),
        ":\\": (addresses.address,),  # some programs escape slashes in JSON
        "]:": (addresses.relay,),
        "@tcp(": (addresses.driver,),
        "thin:": (addresses.oracle,),
        "sqlplus ": (addresses.oracle,),
    },
    "$": {"$[1256y]": (keys.hashed,), "$apr1": (keys.hashed,), "$argon2": (keys.hashed,)},
    "~": {"q~": (keys.azure,)},
    "<": {"<<<": (given.here,)},
    "|": dict.fromkeys(("|-", "|:-", "| -", "| :-", "-+-", "+-"), (tables.column,)),
}
"""By a sign that must occur as well. In brackets stand signs of which one ends the keyword."""
_RARE = "<~|+$@]kw_bgqzjxvpcuyfmhdl:-rnstoaie/( \\12.="


class _Group(NamedTuple):
    """Keywords that share their rarest sign."""

    pattern: re.Pattern[bytes]
    rules: tuple[tuple[int, tuple[Finder, ...]], ...]
    """How far before that sign the keyword begins, and what looks there; by the number of the match."""


def named(text: str, low: bytes) -> list[Secret]:
    """Secrets that are found by what stands before them; the text comes in small letters too."""
    return [secret for finder, at in _places(low) for secret in finder(text, at)]


def _places(low: bytes) -> Iterator[tuple[Finder, int]]:
    for sign, groups in _groups():
        if sign not in low:
            continue
        for group in groups:
            for match in group.pattern.finditer(low):
                offset, finders = group.rules[(match.lastindex or 1) - 1]
                for finder in finders:
                    yield finder, match.start() - offset


@cache
def _groups() -> tuple[tuple[bytes, tuple[_Group, ...]], ...]:
    return tuple((sign.encode(), tuple(_grouped(keywords))) for sign, keywords in _KEYWORDS.items())


def _grouped(keywords: dict[str, tuple[Finder, ...]]) -> Iterator[_Group]:
    groups: dict[str, list[tuple[int, str]]] = {}
    for keyword in keywords:
        fixed = keyword.partition("[")[0]
        sign = min(fixed, key=_RARE.index)
        groups.setdefault(sign, []).append((fixed.index(sign), keyword))
    for sign, members in groups.items():
        around = "|".join(_around(keyword, at) for at, keyword in members)
        pattern = re.compile(f"{re.escape(sign)}(?:{around})".encode())
        yield _Group(pattern, tuple((at, keywords[keyword]) for at, keyword in members))


def _around(keyword: str, at: int) -> str:
    """Pattern of what stands before and behind the sign at this place of a keyword."""
    fixed, bracket, signs = keyword[at + 1 :].partition("[")
    before = f"(?<={re.escape(keyword[: at + 1])})" if at else ""
    return f"{before}{re.escape(fixed)}{bracket}{signs}()"
