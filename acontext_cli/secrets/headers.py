"""Secrets in the headers of requests: authorization and cookies."""

import base64
import binascii
import re

from acontext_cli.secrets.notation import QUOTE, compiled
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen, is_dummy, is_plain, is_random

_VALUE = r"[A-Za-z0-9._~+/=:%|-]{8,8192}"


def authorization(text: str, at: int) -> list[Secret]:
    """What follows the name of the header, with or without a scheme."""
    match = compiled(
        rf"auth(?:orization)?(?:{QUOTE})?\]?\s{{0,3}}[:=,]\s{{0,3}}(?:f?{QUOTE})?"
        rf"(?:(bearer|basic|token|apikey|api-key|digest|negotiate|key|bot|oauth|splunk|sso-key|jwt|geniekey|ssws)(?:\s+|%20))?({_VALUE})"
    ).match(text, at)
    if match is None:
        return _pair(text, at) or _said_to_redis(text, at)
    scheme, value = (match[1] or "").lower(), match[2].rstrip(".,:")
    start = match.start(2)
    short = len(match[0]) - len(match[2]) and match[0][:5].lower() != "autho"
    if scheme == "basic" or (not scheme and short):
        good = _is_basic(value) or (not scheme and text[max(0, at - 1) : at] in ("_", "?", "&") and _is_carried(value))
    elif scheme:
        good = _is_carried(value)
    else:
        good = len(value) >= 16 and is_random(value) and not is_plain(value[:256]) and not value.startswith("AWS4-")
    return [Secret(start, start + len(value), "authorization")] if good else []


def _said_to_redis(text: str, at: int) -> list[Secret]:
    match = re.compile(r"AUTH (?:\w{1,40} )?([^\s\"'`\\]{6,200})(?=\s|\\|\"|\Z)").match(text, at)
    begins = re.search(r"(?:\A|[\n\"]|\\n|> )\Z", text[max(0, at - 2) : at])
    good = match and begins and is_chosen(match[1]) and any(map(str.isdigit, match[1]))
    return [Secret(*match.span(1), "password")] if match and good else []


def _pair(text: str, at: int) -> list[Secret]:
    """`auth=("user", "password")`, `setBasicAuth("user", "password")` of a program."""
    match = compiled(
        rf"auth(?:\s?=\s?[\w.]{{0,30}})?\(\s?(?:\w{{1,20}}\s?=\s?)?{QUOTE}[^\"'`]{{0,100}}{QUOTE},\s?(?:\w{{1,20}}\s?[=(]\s?)?{QUOTE}([^\"'`\s\\]{{4,200}})"
    ).match(text, at)
    return [Secret(*match.span(1), "password")] if match and is_chosen(match[1]) else []


def bearer(text: str, at: int) -> list[Secret]:
    before = rf"(?:\s{{1,3}}|%20|\\+t|{QUOTE},\s?|[a-z_]{{0,12}}\()"
    match = compiled(rf"bearer{before}(?:{QUOTE})?({_VALUE})").match(text, at)
    if match is None or not _is_carried(match[1].rstrip(".,:")):
        return []
    return [Secret(match.start(1), match.start(1) + len(match[1].rstrip(".,:")), "authorization")]


def _is_carried(value: str) -> bool:
    value = value[:256]
    return not is_plain(value) and (
        is_random(value)
        or (len(value) >= 20 and value.isalnum() and not is_dummy(value) and any(map(str.isdigit, value)))
    )


def _is_basic(value: str) -> bool:
    """Whether it is `user:password` in Base64."""
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and decoded.isascii() and decoded.decode("ascii").isprintable() and not is_dummy(value)


def cookie(text: str, at: int) -> list[Secret]:
    """The values of cookies that look like keys to something."""
    before = text[max(0, at - 200) : at]
    if (earlier := before.lower().rfind("cookie")) >= 0 and not re.search(r"[\n\"'`\\<]", before[earlier:]):
        return []  # they were looked at from there
    match = compiled(
        rf"cookies?(?:{QUOTE})?\]?(?:\s{{0,3}}[:=,]\s{{0,3}}|(?<=--cookie) )(?:\[\s{{0,20}})?"
        rf"(?:(\{{[^}}]{{4,4000}})|(?:{QUOTE})?([^\n\"'`\\<]{{4,8192}}))"
    ).match(text, at)
    if match is None:
        return _put(text, at)
    pair = r"([\w.$-]{1,64})=([^;\s,\"'`\\<>]{6,4096})"
    if match[1]:
        value = rf"\s{{0,2}}:\s{{0,2}}{QUOTE}([^;\s,\"'`\\<>]{{6,4096}})"
        pair = rf"{QUOTE}([\w.$-]{{1,64}}){QUOTE}(?:,\s{{0,20}}{QUOTE}value{QUOTE})?{value}"
    found = compiled(pair).finditer(text, match.start(1 if match[1] else 2), match.end())
    return [Secret(*each.span(2), "cookie") for each in found if _is_cookie(each[1], each[2])]


def _put(text: str, at: int) -> list[Secret]:
    """`cookies.set("name", "…")`, `setCookie({name: "…", value: "…"})` of a program."""
    name = rf"(?:\[?\{{\s{{0,8}}(?:{QUOTE})?name(?:{QUOTE})?:\s?)?{QUOTE}([\w.$-]{{1,64}}){QUOTE}"
    value = rf",\s?(?:(?:{QUOTE})?value(?:{QUOTE})?:\s?)?{QUOTE}([^;\s,\"'`\\<>]{{6,4096}})"
    match = compiled(rf"cookies?(?:\.\w{{2,12}})?\(\s?{name}{value}").match(text, at)
    return [Secret(*match.span(2), "cookie")] if match and _is_cookie(match[1], match[2]) else []


def jar(text: str, at: int) -> list[Secret]:
    """The lines of a file of cookies as curl keeps it."""
    tab = r"(?:\t|\\+t)"
    row = (
        rf"(?:TRUE|FALSE){tab}/[^\s\\]{{0,80}}{tab}(?:TRUE|FALSE){tab}\d{{1,16}}{tab}"
        rf"([\w.$-]{{1,64}}?){tab}([^\s\\\"'`]{{6,4096}})"
    )
    if not text.startswith("Netscape HTTP ", at - 14) or at < 14:
        return []
    end = text.find("Netscape", at, at + 8000)
    found = compiled(row).finditer(text, at, at + 8000 if end < 0 else end)
    return [Secret(*each.span(2), "cookie") for each in found if _is_cookie(each[1], each[2])]


def sent_cookie(text: str, at: int) -> list[Secret]:
    match = compiled(rf" -b ?{QUOTE}[^\"'`\\\n]{{0,2000}}").match(text, at)
    found = compiled(r"([\w.$-]{1,64})=([^;\s,\"'`\\<>]{6,4096})").finditer(match[0]) if match else ()
    return [Secret(at + each.start(2), at + each.end(2), "cookie") for each in found if _is_cookie(each[1], each[2])]


def _is_cookie(name: str, value: str) -> bool:
    if name.lower() in ("expires", "path", "domain", "max-age", "samesite", "priority") or is_dummy(value):
        return False
    key = compiled(r"sess|sid\b|token|auth|jwt|csrf|xsrf|login|remember|identity").search(name)
    return is_random(value) or bool(key and any(map(str.isdigit, value)) and len(value) >= 8)
