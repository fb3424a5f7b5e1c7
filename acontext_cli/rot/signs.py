"""How tools say that something is not there any more: a line of their output, and what it is about.

A line is cut before it is searched, and every repetition is bounded: what is searched may be meant to take long.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["command", "subcommand", "path", "option", "setting", "module", "removed", "endpoint"]

_LONGEST = 400
_MOST_LINES = 200

_IT = r"[\"'`‘“\[(]{0,2}(?P<it>[^\s\"'`’”\])]{1,200})"
_BEFORE = r"(?<![^\s\"'`‘“:(])(?P<it>[^\s\"'`‘“’”:(]{1,200})[\"'`’”)]{0,2}"
_NOUN = (
    r"(?: (?:option|flag|command|subcommand|setting|key|field|tool|endpoint|file|argument|parameter|property|module|"
    r"function|method|package|script|variable|route|api|folder|directory))?"
)

_SIGNS: tuple[tuple[Kind, str, str], ...] = (
    ("command", "not found", rf"{_BEFORE}: (?:command )?not found\b(?!:)"),
    ("command", "not found", rf"command not found: {_IT}"),
    ("command", "not recognized", rf"{_BEFORE} is not recognized as (?:an internal|a name|the name)"),
    ("command", "fish: ", rf"fish: unknown command:? {_IT}"),
    ("subcommand", "command", rf"(?:unknown|unrecogni[sz]ed|invalid|no such|unsupported) (?:sub-?)?command:? {_IT}"),
    ("subcommand", "invalid choice", rf"invalid choice: {_IT}"),
    ("subcommand", " command", rf"{_BEFORE} is not an? [\w-]{{1,40}} command"),
    ("subcommand", "missing script", rf"missing script:? {_IT}"),
    ("subcommand", "no rule to make", rf"no rule to make target {_IT}"),
    ("command", "tool", rf"(?:unknown tool|no such tool(?: available)?):? {_IT}"),
    (
        "command",
        "tool",
        rf"\btool {_IT}[\"'`’”]{{0,2}} (?:is |was )?(?:not found|not available|unknown|does not exist)",
    ),
    ("path", "no such file", rf"{_BEFORE}: no such file\b"),
    ("path", "no such file", rf"no such file or directory(?::|, [a-z]{{1,20}}) {_IT}"),
    ("path", "cannot find", rf"cannot find (?:the )?(?:path|file) {_IT}"),
    ("path", "open", rf"(?:can't|cannot|could not) open (?:input )?file:? {_IT}"),
    ("path", "pathspec", rf"pathspec {_IT}[\"'`’”]{{0,2}} did not match"),
    ("path", "not found", rf"(?:file|path|directory|folder) not found:? {_IT}"),
    ("path", "not exist", rf"(?:file|path|directory|folder):? {_IT}[\"'`’”]{{0,2}} does not exist"),
    ("path", "not exist", rf"(?:file|path|directory|folder) does not exist:? {_IT}"),
    (
        "option",
        "",
        r"(?:unknown|unrecogni[sz]ed|invalid|illegal|unexpected|no such|unsupported) (?:command[- ]line )?"
        rf"(?:option|flag|argument|switch|parameter)s?:?(?: --(?= ))? {_IT}",
    ),
    ("option", "not defined", rf"flag provided but not defined: {_IT}"),
    ("option", "", rf"(?:option|flag) {_IT}[\"'`’”]{{0,2}} (?:is )?(?:not recogni[sz]ed|unknown|not supported)"),
    (
        "setting",
        "",
        r"(?:unknown|unrecogni[sz]ed|invalid|no such|undefined|unsupported) (?:config(?:uration)? |environment )?"
        rf"(?:setting|key|property|field|parameter|variable|option|attribute)s?:? (?:named )?{_IT}",
    ),
    (
        "setting",
        "",
        rf"(?:setting|key|property|field|parameter|variable) {_IT}[\"'`’”]{{0,2}} (?:is |was )?"
        r"(?:not found|unknown|not defined|undefined|does not exist|not recogni[sz]ed|not allowed|no longer)",
    ),
    ("setting", "unexpected", rf"{_BEFORE} was unexpected"),
    ("module", "no module named", rf"no module named {_IT}"),
    ("module", "cannot import", rf"cannot import name {_IT}"),
    ("module", "cannot find", rf"cannot find (?:module|package) {_IT}"),
    ("module", "has no attribute", rf"module [^\s]{{1,100}} has no attribute {_IT}"),
    ("module", "package", rf"unable to locate package {_IT}"),
    ("module", "package", rf"package {_IT}[\"'`’”]{{0,2}} (?:is not in|does not exist|not found)"),
    ("module", "provides package", rf"no required module provides package {_IT}"),
    (
        "removed",
        "",
        rf"{_BEFORE}{_NOUN} (?:has been|have been|was|is|were|are) (?:now |since |already )?"
        r"(?:removed|renamed|replaced (?:by|with)|no longer|discontinued|retired|obsolete)\b",
    ),
    ("removed", "no longer", rf"{_BEFORE}{_NOUN} (?:no longer exists|does not exist any ?more)"),
)
_COMPILED = tuple((kind, needed, re.compile(pattern, re.IGNORECASE)) for kind, needed, pattern in _SIGNS)
_MISSING = re.compile(
    r"(?:http/[\d.]{1,4} |status(?:[ _]?code)?[\"']?\s{0,3}[:=]?\s{0,3}|http (?:error )?|\berror:? "
    r"|\bcode[\"']?\s{0,3}[:=]\s{0,3})"
    r"\(?(?:404|410)\b|\b404:? (?:page )?not found|\b410 gone",
    re.IGNORECASE,
)
_UNNAMED = re.compile(r"\bfile does not exist\b|\bno such file\b", re.IGNORECASE)
"""Where the path stands in the call alone."""

MARKERS = (
    "not found",
    "not recogni",
    "nknown ",
    "nrecogni",
    "nvalid ",
    "llegal ",
    "nexpected",
    "o such ",
    "nsupported ",
    "ndefined",
    "ot defined",
    "issing script",
    "no rule to make",
    "No rule to make",
    "annot find",
    "open file",
    "open input file",
    "did not match",
    "not exist",
    "o module named",
    "annot import",
    "has no attribute",
    "to locate package",
    "provides package",
    "is not a",
    "no longer",
    " been r",
    " removed",
    " renamed",
    " replaced ",
    "discontinued",
    "retired",
    "obsolete",
    "404",
    "410",
)
"""A text in which none of these stands holds no sign. Letters at a beginning may be capitals."""
_MARKED = tuple(dict.fromkeys(marker.lower() for marker in MARKERS))


@dataclass(frozen=True, slots=True)
class Sign:
    """What a line says is not there."""

    kind: Kind
    subject: str
    """Empty where only the call names it."""
    line: str


def signs(text: str) -> Iterator[Sign]:
    """What a tool's output says is not there any more."""
    found, whole = 0, text.lower()
    markers = [marker for marker in _MARKED if marker in whole]
    for line in text.split("\n") if markers else ():
        cut = line[:_LONGEST]
        lower = cut.lower()
        if not any(marker in lower for marker in markers):
            continue
        found += 1
        if found > _MOST_LINES:
            return
        yield from _of(cut, lower)


def _of(line: str, lower: str) -> Iterator[Sign]:
    named = False
    for kind, needed, pattern in _COMPILED:
        if needed in lower:
            for each in pattern.finditer(line):
                subject = each["it"].rstrip(".,;:'\"`)]}").lstrip("'\"`([{")
                if kind != "setting" or subject[:1] != "-":  # that is an option
                    named = True
                    yield Sign(kind, subject, line)
    if _MISSING.search(line):
        yield Sign("endpoint", "", line)
    elif not named and _UNNAMED.search(line):
        yield Sign("path", "", line)
