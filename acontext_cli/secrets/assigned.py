"""Secrets by the name they are given to: `API_KEY=…`, `"client_secret": "…"`, `--password …`, in any notation.

The text may be JSON within JSON: quotes and ends of lines may stand behind any number of backslashes.
"""

import re
from base64 import b64decode

from acontext_cli.secrets.binding import binding
from acontext_cli.secrets.names import promised
from acontext_cli.secrets.notation import QUOTE
from acontext_cli.secrets.places import follows_login, is_first, is_flag, is_line, is_set
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen, is_common, is_dense, is_dummy, is_place, is_plain, is_random, is_uuid

_ENOUGH = 256
"""How much of a value is judged; else a text of nothing but names would be read over and over."""
_WORDS = re.compile(r"[a-z]{3,12}(?: [a-z]{3,12}){3,23}")
_UNICODE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_TAIL = re.compile(r"[A-Za-z0-9_.-]{0,40}")
_NO_NAME = re.compile(r"(?s:.*[^A-Za-z0-9_.$-])")


def assigned(text: str, at: int) -> list[Secret]:
    """The secret given to the name that holds the keyword at this place."""
    before, start = _name(text, at)
    tail = _TAIL.match(text, at)
    name = before + (tail.group() if tail else "")
    kind = promised(name) or _said_apart(name, text, start)
    match = binding().match(text, at) if kind else None
    if match is None or _tells_of_else(match, name, start):
        return []
    return _quoted(kind, match, start) if match["open"] else _bare(kind, match, start)


def _tells_of_else(match: re.Match[str], name: str, start: int) -> bool:
    """`PASS: test_x` tells of a test, "pass `x=1`" what to do, `a:secret:b` is the name of a resource."""
    if (name == "PASS" and match["cell"]) or (name in ("pass", "Pass") and match["gap"] and match["open"]):
        return True
    if match.string[max(0, start - 9) : start] == "checksum/":
        return True
    around = match.string[start - 1 : start] + match.string[match.end("set") : match.end("set") + 1]
    return (match["set"] or "").strip() == ":" and (name == "PASS" or ":" in around)


def _name(text: str, at: int) -> tuple[str, int]:
    """What stands before the keyword in its name, and where that begins."""
    before = text[max(0, at - 60) : at]
    end = _NO_NAME.match(before)
    name = before[end.end() :] if end else before
    if name[:1] in ("n", "r", "t") and text[at - len(name) - 1 : at - len(name)] == "\\":
        name = name[1:]
    return name, at - len(name)


def _quoted(kind: str, match: re.Match[str], start: int) -> list[Secret]:
    """Between quotes everything belongs to the value."""
    value = match["quoted"]
    if match["list"] and not match["close"]:
        return []  # an argument that only bears the name
    if match["list"] and not (is_flag(match.string, start) or is_first(match.string, start)):
        good = len(value) >= 16 and _has_digit(value) and is_random(value)
        return [Secret(*match.span("quoted"), kind)] if good else []
    if match["gap"] and not (is_flag(match.string, start) or is_set(match.string, start) or kind == "password"):
        return []
    if match["call"]:
        good = _is_secret(kind, value) if _WRAPS.match(match["call"]) else _is_given(value)
    elif match["said"] or match["cell"]:
        good = is_random(value) or (kind == "password" and is_chosen(value) and " " not in value)
    else:
        good = _is_secret(kind, value)
    return [Secret(*match.span("quoted"), _KINDS.get(kind, kind))] if good else []


def _said_apart(name: str, text: str, start: int) -> str:
    """`API key: …`, `Secret Access Key: …` as people write it; `?key=…` of an address."""
    if name.lower() != "key":
        return ""
    if _MINE.search(text[max(0, start - 100) : start]):
        return "query-key"
    if text[start - 1 : start] in ("?", "&"):
        return "query-key"
    before = _WORD_BEFORE.search(text[max(0, start - 24) : start])
    return promised(f"{before[1]}_key") if before else ""


_KINDS = {"query-key": "api-key", "passphrase": "password"}
_WRAPS = re.compile(r"Some\(|String|\w*Secur|\w*Secret")
_MINE = re.compile(
    rf"(?:\b(?:[Mm]y|[Oo]ur|[Yy]our) (?:new )?|username{QUOTE}: ?{QUOTE}[\w.@-]{{1,60}}{QUOTE},\s?{QUOTE})\Z"
)
_WORD_BEFORE = re.compile(r"([A-Za-z]{3,20}) \Z")


def _is_given(value: str) -> bool:
    """Whether what a function is called with is the secret itself, no name of it."""
    return len(value) >= 16 and is_random(value) and re.fullmatch(r"[A-Z0-9_]+", value) is None


def _is_secret(kind: str, value: str) -> bool:
    value = value[:_ENOUGH]
    if kind == "passphrase":
        kind = "password"
        if _WORDS.fullmatch(value):
            return True
    if is_dense(value):
        return True
    value = _UNICODE.sub(lambda found: chr(int(found[1], 16)), value) if "\\" in value else value
    if re.search(r"\s|\\[nrt]", value) or is_dummy(value) or is_common(value):
        return False
    if kind == "query-key":
        return len(value) >= 20 and is_random(value) and not is_uuid(value)
    if kind == "password":
        return (is_chosen(value) and not is_place(value)) or is_chosen(_decoded(value))
    if is_plain(value) or len(value) < 8:
        return False
    return is_random(value) or is_uuid(value) or (_has_signs(value) and is_chosen(value))


def _decoded(value: str) -> str:
    """What it is in Base64, as in a manifest of Kubernetes; nothing where that is no text."""
    if len(value) % 4 or len(value) < 8 or not value.rstrip("=").isalnum():
        return ""
    text = b64decode(value)
    return text.decode("ascii").strip() if text.isascii() and text.strip().decode("ascii").isprintable() else ""


def _has_signs(value: str) -> bool:
    """Letters, digits and signs together, as in a secret that a person made up."""
    signs = sum(not sign.isalnum() and sign not in "-_./:, " for sign in value)
    return signs > 0 and _has_digit(value) and not re.search(r"[()\[\]{}]", value)


def _has_digit(value: str) -> bool:
    return any(map(str.isdigit, value))


def _bare(kind: str, match: re.Match[str], start: int) -> list[Secret]:
    """Without quotes the value ends where the notation around it says."""
    text = match.string
    value = match["bare"] if match["xml"] else _cut(match["bare"], text, start, match)
    if len(value) < 4 or (match["close"] and not match["pair"]):
        return []  # behind a quoted name a bare value is a number or code
    end = match.start("bare") + len(value)
    if match["xml"] and text[end : end + 2] != "</":
        return []
    return (
        [Secret(match.start("bare"), end, _KINDS.get(kind, kind))] if _is_bare_secret(kind, value, match, start) else []
    )


def _is_bare_secret(kind: str, value: str, match: re.Match[str], start: int) -> bool:
    if not _is_secret(kind, value) or value[-1] == "(":
        return False
    text, end = match.string, match.start("bare") + len(value)
    if match["gap"] and not is_flag(text, start):
        wide = len(match["gap"]) > 1 or match["gap"] == "\t"
        alone = kind == "password" and is_line(text, start) and text[end : end + 1] in _LINE_ENDS
        if follows_login(text, start) or is_set(text, start) or (alone and _has_digit(value)):
            return True
        long = len(value) >= (12 if kind == "password" else 20)
        this = long and _THIS.search(text[max(0, start - 12) : start]) is not None
        return is_random(value) and (alone or wide or this)
    if match["cell"] and "(" in value:
        return False
    if match["said"] or match["cell"]:
        chosen = _has_digit(value) and not re.fullmatch(r"\d{1,3}[a-z]+", value)
        return is_random(value) or (kind == "password" and (chosen or value.count("-") > 2))
    if is_line(text, start) and (text[start].isupper() or text[end : end + 1] in _LINE_ENDS):
        return not _is_code(value) or is_random(value)
    numbered = kind == "password" and re.search(r"[A-Za-z]\d{3,}\Z", value) is not None
    return not _is_code(value) and (is_random(value) or numbered or not _goes_on(text, end))


_THIS = re.compile(r"(?:\b|\\[nrt])(?i:(?:my|this|our|following|use|using|api)\b) (?:api |new )?\Z")
_LINE_ENDS = ("", "\r", "\n", "\\", '"', "'")


_ONE = re.compile(r"(?:[^;,|)}\]&]++|&(?![\w.\[\]-]*=|&|\Z))*+")
"""One value, up to what parts it from the next."""


def _cut(value: str, text: str, start: int, match: re.Match[str]) -> str:
    before = text[start - 1 : start]
    if text[max(0, start - 2) : start] in ("//", "\\/") and match["set"]:  # the user of an address
        value = re.split(r"[@/]", value, maxsplit=1)[0]
    elif before in ("?", "&"):
        value = re.split(r"[&#;]", value, maxsplit=1)[0]
    elif match["gap"] or not (is_line(text, start) and "=" in (match["set"] or "")):
        one = _ONE.match(value)
        value = one.group() if one else value
    return value.rstrip(".,;:)]}" if is_line(text, start) else ".,;:?)]}")


def _is_code(value: str) -> bool:
    """Whether it reads like an expression of a program."""
    value = value[:_ENOUGH]
    return re.search(r"\A[a-z_]+\d{0,5}(?:\.[A-Za-z_]\w*)+!?\Z|\w\(|\)\.|::|->|==[^=]|\[|\A[$(&*]", value) is not None


def _goes_on(text: str, end: int) -> bool:
    """Whether a program's expression goes on behind the value."""
    return text[end : end + 1] in tuple(",()[].+*") and end < len(text)
