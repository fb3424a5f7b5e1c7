"""The front matter of a SKILL.md: read tolerantly, written in the subset that every reader takes.

Both `---` are whole lines, and every scalar is text. Plain `key: value` lines need no YAML parser.
"""

import re
from collections.abc import Mapping

from acontext_cli.skills.words import one_line

KEYS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")

_HEAD = re.compile(r"\A\ufeff?---[ \t]*\r?\n(?P<head>.*?)^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TEXT = r"[^\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_SIMPLE = re.compile(
    rf"""(?P<key>[a-z][a-z-]*):[ ]+(?:(?P<plain>[^\W_](?:{_TEXT}:\#]|:(?![ ]|$)|(?<![ ])\#)*)"""
    rf"""|"(?P<double>{_TEXT}"\\]*)"|'(?P<single>{_TEXT}']*)')[ ]*"""
)
_LOOSE = re.compile(r"^(?P<key>[a-z][a-z-]*):[ \t]*(?P<value>[^\r\n]*)", re.MULTILINE)
_REFUSED = re.compile(r"^[ \t]*[\w-]+:[ \t]+[\[{&*!]", re.MULTILINE)
_UNQUOTED = re.compile(r"[A-Za-z](?:[\w ,.;/()+%’“”–—-]*[\w.)”])?")
_WORDS_OF_YAML = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
_LONGEST = 8_192


def split(text: str) -> tuple[str, str] | None:
    """The front matter without its fences, and the body behind; None where there is none."""
    found = _HEAD.match(text)
    return (found["head"], text[found.end() :]) if found else None


def read(head: str) -> dict[str, object]:
    """The keys of a front matter. Where it is no YAML, what `key: value` lines say (an unquoted colon is common)."""
    fields = _simple(head)
    if fields is not None:
        return dict(fields)
    try:
        return _parsed(head)
    except ValueError:
        return {line["key"]: line["value"].strip().strip("\"'") for line in _LOOSE.finditer(head)}


def problem(head: str) -> str | None:
    """Why other readers would refuse this front matter, or None."""
    if _simple(head) is not None:
        return None
    try:
        _parsed(head)
    except ValueError as error:
        return f"the front matter is no YAML that every reader takes: {one_line(str(error), 200)}"
    keys = [line["key"] for line in _LOOSE.finditer(head)]
    if len(set(keys)) < len(keys):
        return "a key stands twice in the front matter"
    if _REFUSED.search(head):
        return "the front matter has lists or maps in brackets, anchors or tags, which the reference reader refuses"
    return None


def scalar(text: str) -> str:
    """The text as a YAML scalar on one line, quoted where it needs to be."""
    line = one_line(text)
    if _UNQUOTED.fullmatch(line) and line.lower() not in _WORDS_OF_YAML:
        return line
    return "'" + line.replace("'", "''") + "'"


def described(text: str, description: str) -> str:
    """A SKILL.md with another description; everything else stays byte for byte."""
    found = _HEAD.match(text)
    line = f"description: {scalar(description)}"
    if found is None:
        return text
    head = found["head"]
    old = re.search(r"^description:[^\n]*?(?=\r?$)(?:\r?\n[ \t]+[^\r\n]*|\r?\n(?=\r?\n[ \t]))*", head, re.MULTILINE)
    new = head[: old.start()] + line + head[old.end() :] if old else f"{head}{line}\n"
    return text[: found.start("head")] + new + text[found.end("head") :]


def description(text: str, limit: int = 1024) -> str:
    """Untrusted text as the description of a skill: one line, no angle brackets, no `---`."""
    line = one_line(text).replace("<", "‹").replace(">", "›")
    return one_line(re.sub(r"-{3,}", "—", line), limit)


def _simple(head: str) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    for line in head.split("\n"):
        if line and not line.startswith("#"):
            found = _SIMPLE.fullmatch(line)
            if found is None or found["key"] in fields:
                return None
            fields[found["key"]] = (found["plain"] or found["double"] or found["single"] or "").rstrip(" ")
    return fields


def _parsed(head: str) -> dict[str, object]:
    if len(head) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST:,} characters")
    import yaml

    # The base loader knows text, lists and maps only: nothing is built, and `1.0` stays what it says.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        value = yaml.load(head, Loader=loader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(value, Mapping):
        raise ValueError("it is not a list of keys and values")
    return {str(key): value[key] for key in value}
