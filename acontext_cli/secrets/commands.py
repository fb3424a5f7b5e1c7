"""Secrets that are given to commands."""

import re

from acontext_cli.secrets.headers import sent_cookie
from acontext_cli.secrets.notation import QUOTE, compiled
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen

_PROGRAMS = {
    "-p": r"(?:mysql\w*|mariadb\w*|sshpass|snowsql|mongo\w*|login|7z\w?|zip|htpasswd|plink|pscp|sqlcmd|ldap\w+)",
    "-P": r"(?:unzip|zip|sqlcmd)",
    "-a": r"redis-cli",
    "-w": r"ldap\w+",
    "-N": r"ssh-keygen",
    "-u": r"(?:curl|http|https|wget)",
}


_OPTIONS = frozenset("pPawubNS-")


def option(text: str, at: int) -> list[Secret]:
    """` -p…`, ` -u user:…`, ` -a …`: short options that only some commands take a password with."""
    if text[at + 2 : at + 3] not in _OPTIONS:
        return []
    if text[at + 2] == "b":
        return sent_cookie(text, at)
    if text[at + 2] == "S":
        return _typed(text, at)
    match = compiled(rf" (-[pawuN]|--user)(?:[ =]|(?=[^ ]))(?:(?:{QUOTE})?)([^\s\"'`\\<>|;]{{4,256}})").match(text, at)
    if match is None:
        return []
    flag = "-u" if match[1] == "--user" else match[1]
    before = _command(text[max(0, at - 240) : at])
    if flag not in _PROGRAMS or not re.search(rf"(?:\A|[^\w.-]){_PROGRAMS[flag]}(?:\s|\Z)", before):
        return []
    value, start = match[2], match.start(2)
    if flag == "-u":
        _, colon, password = value.partition(":")
        value, start = password if colon else "", match.end(2) - len(password)
    return [Secret(start, start + len(value), "password")] if is_chosen(value) and value[0] not in "$%" else []


def _typed(text: str, at: int) -> list[Secret]:
    """`echo … | sudo -S`."""
    start = max(0, at - 160)
    match = compiled(rf"(?:echo|printf)(?: -n)? (?:{QUOTE})?([^\s\"'`|\\]{{4,100}})(?:{QUOTE})? ?\| ?sudo\Z").search(
        text[start:at]
    )
    return [Secret(start + match.start(1), start + match.end(1), "password")] if match and is_chosen(match[1]) else []


def _command(before: str) -> str:
    """The last command of a text: its line, with those that go on into it.

    An end of line stands behind 1, 2, 4 … backslashes in JSON, in JSON within it …; behind a backslash of its own
    these are 3, 6, 12 …
    """
    plain = re.sub(r"(\\+)[nrt]", lambda found: "\n" if len(found[1]) in (1, 2, 4, 8) else " ", before)
    return re.split(r"(?<!\\)\n|[|;&]", plain)[-1]


def identified(text: str, at: int) -> list[Secret]:
    """`IDENTIFIED BY '…'` of SQL."""
    match = compiled(rf"identified by(?: password)? {{1,4}}({QUOTE})([^\s\"'`\\]{{4,200}})").match(text, at)
    return [Secret(*match.span(2), "password")] if match and is_chosen(match[2]) else []
