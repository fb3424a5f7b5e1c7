"""Secrets that are given to commands."""

import re

from acontext_cli.secrets.headers import sent_cookie
from acontext_cli.secrets.notation import QUOTE, compiled
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen

_PROGRAMS = {
    "-p": r"(?:mysql\w*|mariadb\w*|sshpass|snowsql|mongo\w*|login|7z\w?|zip|htpasswd|plink|pscp|sqlcmd|ldap\w+"
    r"|cqlsh|twine)",
    "-P": r"(?:unzip|zip|sqlcmd|mosquitto_\w+|bcp|ipmitool|tsql)",
    "-a": r"(?:redis-cli|https?)",
    "-w": r"ldap\w+",
    "-N": r"ssh-keygen",
    "-u": r"(?:curl|http|https|wget|lftp)",
    "-U": r"(?:smbclient|rpcclient|smbmap|net)",
}
_BEHIND_USER = {"-u": "[:,]", "-U": "%"}


_OPTIONS = frozenset("pPawuUbNS-")


def option(text: str, at: int) -> list[Secret]:
    """` -p…`, ` -u user:…`, ` -a …`: short options that only some commands take a password with."""
    if text[at + 2 : at + 3] not in _OPTIONS:
        return []
    if text[at + 2] == "b":
        return sent_cookie(text, at)
    if text[at + 2] == "S":
        return _typed(text, at)
    match = compiled(rf" (-[pPawuUN]|--user)(?:[ =]|(?=[^ ]))(?:(?:{QUOTE})?)([^\s\"'`\\<>|;]{{4,256}})").match(
        text, at
    )
    if match is None:
        return []
    flag = "-u" if match[1] == "--user" else match[1]
    before = _command(text[max(0, at - 240) : at])
    if flag not in _PROGRAMS or not re.search(rf"(?:\A|[^\w.-]){_PROGRAMS[flag]}(?:\s|\Z)", before):
        return []
    value, start = match[2], match.start(2)
    if flag in _BEHIND_USER or ":" in value:
        value = "".join(re.split(_BEHIND_USER.get(flag, ":"), value, maxsplit=1)[1:])
        start = match.end(2) - len(value)
    return [Secret(start, start + len(value), "password")] if is_chosen(value) and value[0] not in "$%" else []


def _typed(text: str, at: int) -> list[Secret]:
    """`echo … | sudo -S`."""
    return _echoed(text, at, "sudo")


def piped(text: str, at: int) -> list[Secret]:
    """`echo … | login --password-stdin`."""
    return _echoed(text, at, r"[^|;&\n]{1,120}--")


def changed(text: str, at: int) -> list[Secret]:
    """`echo user:… | chpasswd`."""
    return _echoed(text, at, r"(?:sudo )?", r"[\w.-]{1,40}:")


def _echoed(text: str, at: int, program: str, before: str = "") -> list[Secret]:
    start = max(0, at - 300)
    echo = rf"(?:echo|printf)(?: -\w{{1,2}}| {QUOTE}%s(?:\\+n)?{QUOTE})?"
    match = compiled(rf"{echo} (?:{QUOTE})?{before}([^\s\"'`|\\]{{4,255}})(?:{QUOTE})? ?\| ?{program}\Z").search(
        text[start:at]
    )
    good = match and is_chosen(match[1]) and match[1][0] not in "$%"
    return [Secret(start + match.start(1), start + match.end(1), "password")] if match and good else []


def listed(text: str, at: int) -> list[Secret]:
    """The lines of a file `.pgpass`."""
    end = text.find("pgpass", at + 6, at + 2000)
    entry = compiled(r"(?<![\w.*-])[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w.*-]{1,60}:[\w.*-]{1,60}:([^\s\"'`\\]{4,200})")
    found = entry.finditer(text, at, at + 2000 if end < 0 else end)
    return [Secret(*each.span(1), "password") for each in found if is_chosen(each[1])]


def kept(text: str, at: int) -> list[Secret]:
    """`htpasswd -b file user …`; with `-n` no file is named."""
    options = r"-(?:(?=[a-z]{0,6}b)(?=[a-z]{0,6}n)[a-z]{2,6} |[a-z]{0,6}b[a-z]{0,6} \S{1,200} )"
    match = compiled(rf"htpasswd {options}\S{{1,80}} (?:{QUOTE})?([^\s\"'`\\|;&]{{4,200}})").match(text, at)
    return [Secret(*match.span(1), "password")] if match and is_chosen(match[1]) else []


def secured(text: str, at: int) -> list[Secret]:
    """`ConvertTo-SecureString "…"` of PowerShell."""
    match = compiled(rf"securestring (?:-string )?{QUOTE}([^\s\"'`\\]{{4,200}})").match(text, at)
    return [Secret(*match.span(1), "password")] if match and is_chosen(match[1]) else []


def connected(text: str, at: int) -> list[Secret]:
    """What a program opens a database with: an address or a host, the user, the password."""
    text_of = rf"{QUOTE}[^\"'`\n]{{0,200}}{QUOTE},\s?"
    match = compiled(
        rf"(?:new )?\w{{3,10}}\(\s?(?:{text_of}|[\w.$]{{1,60}},\s?){{2}}{QUOTE}([^\s\"'`\\]{{4,200}}){QUOTE}"
    ).match(text, at)
    return [Secret(*match.span(1), "password")] if match and is_chosen(match[1]) else []


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
