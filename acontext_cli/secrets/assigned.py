"""Secrets by the name they are given to: `API_KEY=…`, `"client_secret": "…"`, `--password …`, in any notation.

The text may be JSON within JSON: quotes and ends of lines may stand behind any number of backslashes.
"""

import re
from base64 import b64decode
from functools import cache

from acontext_cli.secrets.names import promised
from acontext_cli.secrets.notation import BLANK, QUOTE, SPACE
from acontext_cli.secrets.secret import Secret
from acontext_cli.secrets.values import is_chosen, is_common, is_dummy, is_place, is_plain, is_random, is_uuid

_LONGEST = 4096
_WORDS = re.compile(r"[a-z]{3,12}(?: [a-z]{3,12}){3,23}")
_UNICODE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_TAIL = re.compile(r"[A-Za-z0-9_.-]{0,40}")
_NO_NAME = re.compile(r"(?s:.*[^A-Za-z0-9_.$-])")


@cache
def _pattern() -> re.Pattern[str]:
    """A name's end, what binds it to a value, the value. Made when it is first needed: it takes milliseconds."""
    pair = (
        rf"{SPACE}{{0,60}},?{SPACE}{{0,60}}(?:{QUOTE})?(?:[Vv]alue|content)(?:{QUOTE})?{BLANK}{{0,4}}[:=]{BLANK}{{0,4}}"
        rf"|</key>{SPACE}{{0,20}}<string>|{BLANK}(?:--body|-b)[ =]?"
    )
    typed = rf":{BLANK}?[&*A-Za-z_][\w\[\]. |?]{{0,30}}?{BLANK}{{0,4}}="
    binds = rf"(?:{typed}|=>|:=|\|\|=?|\?\?=?|:\*\*|\*\*:|\?=|={{1,3}}|:|\+=)"
    next_line = rf"{SPACE}{{1,40}}(?=[fFrRbBuU@]{{0,2}}{QUOTE})"
    return re.compile(
        rf"[A-Za-z0-9_.-]{{0,40}}+(?P<close>{QUOTE})?\]?(?: \[[^\]\n]{{0,24}}\])?(?:"
        rf"(?P<pair>{pair})"
        rf"|(?P<set>{BLANK}{{0,20}}{binds}{BLANK}{{0,20}}(?:{next_line})?)"
        rf"|(?P<xml>>)"
        rf"|(?P<list>,{SPACE}{{0,8}}(?={QUOTE}))"
        rf"|(?P<said>{BLANK}(?:is|was)(?:{BLANK}|:{BLANK}))"
        rf"|(?P<cell>{BLANK}{{1,40}}\|{BLANK}{{1,40}})"
        rf"|(?P<gap>{BLANK}{{1,40}})"
        rf")(?P<call>[A-Za-z_][\w.:-]{{2,40}}+[( ](?={QUOTE}))?"
        rf"(?:[fFrRbBuU@]{{0,2}}(?P<open>{QUOTE})"
        rf"(?P<quoted>(?:(?!(?P=open))(?:\\++.|[^\\\n])){{1,{_LONGEST}}}+)(?P=open)"
        rf"|(?P<bare>(?:[^\s\"'`\\<>]|\\{{2,8}}+(?![\\nrt\"'`])){{4,{_LONGEST}}}+))"
    )


def assigned(text: str, at: int) -> list[Secret]:
    """The secret given to the name that holds the keyword at this place."""
    before, start = _name(text, at)
    tail = _TAIL.match(text, at)
    name = before + (tail.group() if tail else "")
    kind = promised(name) or _said_apart(name, text, start)
    match = _pattern().match(text, at) if kind else None
    if match is None or _tells_of_else(match, name, start):
        return []
    return _quoted(kind, match, start) if match["open"] else _bare(kind, match, start)


def _tells_of_else(match: re.Match[str], name: str, start: int) -> bool:
    """`PASS: test_x` tells of a test, `a:secret:b` is the name of a resource."""
    if name == "PASS" and match["cell"]:
        return True
    return (match["set"] or "").strip() == ":" and (name == "PASS" or match.string[start - 1 : start] == ":")


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
    if match["list"] and not _is_flag(match.string, start):
        return [Secret(*match.span("quoted"), kind)] if len(value) >= 16 and is_random(value) else []
    if match["gap"] and not (_is_flag(match.string, start) or kind == "password"):
        return []
    if match["call"]:
        good = _is_secret(kind, value) if "Secur" in match["call"] or "Secret" in match["call"] else _is_given(value)
    elif match["said"] or match["cell"]:
        good = is_random(value) or (kind == "password" and is_chosen(value) and " " not in value)
    else:
        good = _is_secret(kind, value)
    return [Secret(*match.span("quoted"), _KINDS.get(kind, kind))] if good else []


def _said_apart(name: str, text: str, start: int) -> str:
    """`API key: …`, `Secret Access Key: …` as people write it; `?key=…` of an address."""
    if name.lower() != "key":
        return ""
    if text[start - 1 : start] in ("?", "&"):
        return "query-key"
    before = _WORD_BEFORE.search(text[max(0, start - 24) : start])
    return promised(f"{before[1]}_key") if before else ""


_KINDS = {"query-key": "api-key", "passphrase": "password"}
_WORD_BEFORE = re.compile(r"([A-Za-z]{3,20}) \Z")


def _is_given(value: str) -> bool:
    """Whether what a function is called with is the secret itself, no name of it."""
    return len(value) >= 16 and is_random(value) and re.fullmatch(r"[A-Z0-9_]+", value) is None


def _is_secret(kind: str, value: str) -> bool:
    if kind == "passphrase":
        kind = "password"
        if _WORDS.fullmatch(value):
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
    if not value or (match["close"] and not match["pair"]):
        return []  # behind a quoted name a bare value is a number or code
    end = match.start("bare") + len(value)
    if match["xml"] and text[end : end + 2] != "</":
        return []
    return (
        [Secret(match.start("bare"), end, _KINDS.get(kind, kind))] if _is_bare_secret(kind, value, match, start) else []
    )


def _is_bare_secret(kind: str, value: str, match: re.Match[str], start: int) -> bool:
    if not _is_secret(kind, value):
        return False
    text, end = match.string, match.start("bare") + len(value)
    if match["gap"] and not _is_flag(text, start):
        wide = len(match["gap"]) > 1 or match["gap"] == "\t"
        alone = kind == "password" and _is_line(text, start) and text[end : end + 1] in _LINE_ENDS
        return _is_netrc(text, start) or (alone and _has_digit(value)) or (wide and is_random(value))
    if match["cell"] and "(" in value:
        return False
    if match["said"] or match["cell"]:
        return is_random(value) or (kind == "password" and (_has_digit(value) or value.count("-") > 2))
    if _is_line(text, start) and (text[start].isupper() or text[end : end + 1] in _LINE_ENDS):
        return not _is_code(value) or is_random(value)
    return not _is_code(value) and (is_random(value) or not _goes_on(text, end))


_LINE_ENDS = ("", "\r", "\n", "\\", '"', "'")
_LINE = re.compile(
    r"(?:\A|[\n\r\"'`]|\\[nr])[ \t]*[-+>#]?[ \t]*"
    r"(?:export |set |setx |ENV |ARG |env |declare -x |-e |--env |\$env:)?[ \t]*\Z"
    r"|(?:export|setx?|ENV|ARG|env|-e|--env|--build-arg|--set)[ =]\Z"
)


def _cut(value: str, text: str, start: int, match: re.Match[str]) -> str:
    before = text[start - 1 : start]
    if before == "/" and match["set"]:  # the user of an address
        value = re.split(r"[@/]", value, maxsplit=1)[0]
    elif before in ("?", "&"):
        value = re.split(r"[&#;]", value, maxsplit=1)[0]
    elif match["gap"] or not (_is_line(text, start) and "=" in (match["set"] or "")):
        value = re.split(r"[;,|)}\]]|&(?=[\w.\[\]-]*=|&|\Z)", value, maxsplit=1)[0]
    return value.rstrip(".,;:?)]}")


def _is_code(value: str) -> bool:
    """Whether it reads like an expression of a program."""
    return re.search(r"\A[a-z_]+(?:\.[A-Za-z_]\w*)+\Z|\w\(|\)\.|::|->|==[^=]|\[|\A[$(&*]", value) is not None


def _goes_on(text: str, end: int) -> bool:
    """Whether a program's expression goes on behind the value."""
    return text[end : end + 1] in tuple(",()[].+*") and end < len(text)


def _is_line(text: str, start: int) -> bool:
    """Whether the name opens its line, or follows `export`, `set`, `-e` and the like."""
    return _LINE.search(text[max(0, start - 24) : start]) is not None


def _is_flag(text: str, start: int) -> bool:
    """Whether the name is that of an option of a command."""
    return text[start : start + 1] == "-" and (start == 0 or not text[start - 1].isalnum())


def _is_netrc(text: str, start: int) -> bool:
    return re.search(r"login\s+\S{1,200}\s+\Z", text[max(0, start - 240) : start]) is not None
