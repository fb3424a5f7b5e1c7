"""Secrets in files of keys: PEM, PuTTY, the secrets of Kubernetes, the pairs of AWS."""

import base64
import re

from acontext_cli.secrets.notation import QUOTE, compiled
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen, is_dummy, is_random

_BETWEEN = r"(?:\\+[nrt]|[^A-Za-z0-9\\/+=]|\d{1,5}[:|\t→])"
"""What may stand between the lines of a key: ends of lines, quotes, numbers of lines."""


def private_key(text: str, at: int) -> list[Secret]:
    """A whole block, its ends of lines plain or escaped, its lines numbered or not; or what there is of it."""
    if not text.startswith("PRIVATE KEY", at - 8):
        return []
    at -= 8
    begin = text.rfind("-----BEGIN", max(0, at - 40), at)
    if begin < 0:
        return _last_lines(text, at)
    end = compiled(
        r"private key(?: block)?-{5}((?:[^-]|-(?!-{4})){30,40000}+)-{5}END [^-\n]{0,40}PRIVATE KEY(?: BLOCK)?-{5}"
    ).match(text, at)
    body = end or compiled(
        rf"private key(?: block)?-{{5}}((?:{_BETWEEN}{{1,24}}[A-Za-z0-9+/=]{{16,200}}){{1,400}})"
    ).match(text, at)
    if body is None or not re.search(r"[A-Za-z0-9+/=]{24}", body[1]) or is_dummy(body[1][:80]):
        return []
    return [Secret(begin, body.end(), "private-key")]


def _last_lines(text: str, at: int) -> list[Secret]:
    """The end of a block whose beginning was cut off."""
    end = text.rfind("-----END", max(0, at - 40), at)
    if end < 0:
        return []
    body = re.search(
        rf"(?:[A-Za-z0-9+/=]{{16,200}}{_BETWEEN}{{1,24}}){{1,60}}\Z",
        text[max(0, end - 6000) : end],
    )
    if body is None or not is_random(re.sub(r"[^A-Za-z0-9+/=]", "", body.group())[:60]):
        return []
    return [Secret(end - len(body.group()), end, "private-key")]


def putty(text: str, at: int) -> list[Secret]:
    """The private lines of a PuTTY key."""
    start = text.find("Private-Lines: ", at, at + 8000) if text.startswith("-User-Key-File", at - 6) else -1
    if start < 0:
        return []
    end, line = r"(?:\\+[nr]|\s){1,4}", r"[A-Za-z0-9+/=]{16,80}"
    match = compiled(rf"private-lines: \d{{1,3}}{end}({line}(?:{end}{line}){{0,199}})").match(text, start)
    return [Secret(*match.span(1), "private-key")] if match else []


def manifest(text: str, at: int) -> list[Secret]:
    """The data of a Kubernetes Secret: whatever is called whatever, in Base64."""
    if not compiled(r"kind(?:\\{0,15}\")?: ?(?:\\{0,15}\")?\Z").search(text[max(0, at - 40) : at]):
        return []
    start, end = _between(text, "kind", at, 20_000)
    entry = rf"[\w.-]{{1,80}}(?:{QUOTE})?: {{0,2}}(?:{QUOTE})?([A-Za-z0-9+/]{{8,8000}}={{0,2}})(?![\w.:/-])"
    found = compiled(entry).finditer(text, start, end)
    return [Secret(*each.span(1), "secret") for each in found if _is_encoded(each[1])]


def _between(text: str, name: str, at: int, most: int) -> tuple[int, int]:
    """From the name before this one to the next, so that nothing is looked at often."""
    start, end = max(0, at - most), at + most
    own = text.rfind(name, start, at + len(name))
    before, behind = text.rfind(name, start, max(own, start)), text.find(name, at + len(name), end)
    return max(start, before), end if behind < 0 else behind


def _is_encoded(value: str) -> bool:
    """Whether it is a secret in Base64; certificates and plain words are none."""
    if len(value) % 4:
        return False
    decoded = base64.b64decode(value)
    if not decoded.isascii() or b"CERTIFICATE" in decoded[:40]:
        return False
    text = decoded.decode("ascii").strip()
    return text.isprintable() and (
        is_chosen(text) or is_random(text) or re.search(r"://[^/@]*:[^@]+@", text) is not None
    )


def web_key(text: str, at: int) -> list[Secret]:
    """The private numbers of a JSON Web Key."""
    start, end = _between(text, "kty", at, 4000)
    entry = rf"(?:{QUOTE})(?:d|p|q|dp|dq|qi|k)(?:{QUOTE}): ?(?:{QUOTE})([A-Za-z0-9_-]{{20,1400}})"
    return [Secret(*each.span(1), "private-key") for each in compiled(entry).finditer(text, start, end)]


_DOLLAR = r"\\{0,4}\$"
_HASH = (
    rf"{_DOLLAR}(?:2[abxy]?{_DOLLAR}\d\d{_DOLLAR}[A-Za-z0-9./]{{53}}"
    rf"|(?:[1567y]|apr1){_DOLLAR}(?:(?:rounds=\d{{1,9}}|j\w{{2,4}}){_DOLLAR})?[A-Za-z0-9./]{{1,48}}{_DOLLAR}[A-Za-z0-9./]{{22,90}}"
    rf"|argon2(?:id|i|d){_DOLLAR}[\w=,$\\]{{8,80}}\$[A-Za-z0-9+/]{{8,64}}{_DOLLAR}[A-Za-z0-9+/]{{20,128}})"
)


def hashed(text: str, at: int) -> list[Secret]:
    """A password as `/etc/shadow`, htpasswd and databases of users keep it: it can be guessed from that."""
    match = compiled(_HASH).match(text, at)
    return [Secret(*match.span(), "password-hash")] if match and not is_dummy(match[0].rpartition("$")[2]) else []


def azure(text: str, at: int) -> list[Secret]:
    """The secret of an application of Azure, whose signs part it into short words."""
    match = re.compile(r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}").match(text, at - 4)
    if at < 4 or match is None:
        return []
    return [Secret(match.start(), match.end(), "azure-client-secret")] if not is_dummy(match[0]) else []


def aws_pair(text: str, start: int, end: int) -> list[Secret]:
    """The secret key that stands beside an access key."""
    near = text[max(0, start - 200) : end + 300]
    offset = max(0, start - 200)
    found = re.finditer(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", near)
    good = (each for each in found if is_random(each[0]) and not re.fullmatch(r"[0-9a-f]{40}", each[0]))
    return [Secret(offset + each.start(), offset + each.end(), "aws-secret-key") for each in good]
