"""Calls that a model printed as text: in the one form it was asked for, or in any that models fall into.

Only the names of offered tools count, all else is text; the time is linear in the text, whatever stands in it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from acontext_cli.messages import Json, ToolCall

LONGEST = 1_000_000
"""Characters; a longer text is text."""

Found = tuple[str, tuple[ToolCall, ...]]

NAMES = ("name", "tool", "function", "tool_name")
ARGUMENTS = ("arguments", "parameters", "args", "input")

_read = json.JSONDecoder(strict=False).decode
_read_at = json.JSONDecoder(strict=False).raw_decode

# Possessive, so that no text makes them look back; the names are short, so that none makes them look far ahead.
_STRING_OR_BRACKET = re.compile(r'[{}\[\]]|"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
_OPENING = re.compile(r"[{\[]")
_FUNCTION = re.compile(r"<function=([\w.-]{1,100})>(.*?)(?:</function>|\Z)", re.DOTALL)
_PARAMETER = re.compile(
    r"<parameter=([\w.-]{1,100})>\n?(.*?)(?:\n?</parameter>|(?=<parameter=[\w.-]{1,100}>)|\Z)", re.DOTALL
)
_THOUGHT = re.compile(r"\s*+<(think|thinking)>")
_FENCED = re.compile(r"\s*+```\w*+\n(.*)\n?```\s*+", re.DOTALL)
_MARKS = re.compile(r"</?tool_calls?>|\[TOOL_CALLS\]|<\|[a-z_]{1,30}\|>|```\w{0,20}")


def calls_in(text: str, tools: Sequence[Json]) -> Found:
    """The words and the calls of what a model wrote."""
    text = without_thought(text)
    functions = offered(tools)
    if not functions or len(text) > LONGEST:
        return text, ()
    whole = _meant(_parsed(_unfenced(text)), functions)
    if whole:
        return whole
    pieces = list(_pieces(text, functions))
    calls = tuple(call for _, found in pieces for call in found)
    return (_MARKS.sub("", "".join(words for words, _ in pieces)).strip(), calls) if calls else (text, ())


def without_thought(text: str) -> str:
    """The text without the thinking before it, which some servers leave in."""
    at, thought = 0, _THOUGHT.match(text)
    while thought:
        end = text.find(f"</{thought[1]}>", thought.end())
        if end < 0:
            return ""  # cut off while it was thinking
        at = end + len(thought[1]) + 3
        thought = _THOUGHT.match(text, at)
    if at:
        return text[at:].lstrip()
    # A template may have opened the thought in the prompt; then the answer holds its end alone.
    before, end_alone, after = text.partition("</think>")
    return after.lstrip() if end_alone and not before.lstrip().startswith(("{", "[", "```", "<")) else text


def offered(tools: Sequence[Json]) -> dict[str, Json]:
    """The functions of the tools by their names."""
    functions = map(_function, tools)
    return {str(function["name"]): function for function in functions if function.get("name")}


def _function(tool: Json) -> Json:
    function = tool.get("function")
    return cast(Json, function) if isinstance(function, Mapping) else tool


def arguments_text(arguments: object) -> str:
    """The arguments of a call as text, JSON wherever one can be made out."""
    if arguments is None or arguments == "":
        return "{}"
    if not isinstance(arguments, str):
        return _written(arguments)
    return arguments if _parsed(arguments) is not None else _first_object(arguments)


def _written(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return '"nested too deeply"'  # no object: whoever reads the call says that it is none


def _first_object(text: str) -> str:
    start = text.find("{")
    try:
        _, end = _read_at(text, start) if start >= 0 else ({}, 0)
    except (ValueError, RecursionError):
        return text
    return text[start:end] if end else text


def _parsed(text: str) -> object:
    try:
        return _read(text)
    except (ValueError, RecursionError):
        return None


def _unfenced(text: str) -> str:
    fenced = _FENCED.fullmatch(text)
    return fenced[1] if fenced else text


def _meant(value: object, functions: Mapping[str, Json]) -> Found | None:
    """What a JSON value says to someone who was offered these functions, or None: then it is mere text."""
    items = value if isinstance(value, list) else [value]
    words: object = ""
    if isinstance(value, dict):
        words = value.get("text", "")
        listed = value.get("calls", value.get("tool_calls"))
        items = listed if isinstance(listed, list) else items
    calls = tuple(call for item in items if (call := _call(item, functions)))
    if calls:
        return words if isinstance(words, str) else "", calls
    only_words = isinstance(value, dict) and isinstance(value.get("text"), str) and value.keys() <= {"text", "calls"}
    return (cast(str, words), ()) if only_words else None


def _call(item: object, functions: Mapping[str, Json]) -> ToolCall | None:
    if isinstance(item, dict) and isinstance(item.get("function"), dict):
        item = item["function"]
    if not isinstance(item, dict):
        return None
    name = next((item[key] for key in NAMES if isinstance(item.get(key), str)), "")
    if name not in functions:
        return None
    arguments = next((item[key] for key in ARGUMENTS if key in item), None)
    return ToolCall(id="", name=name, arguments=arguments_text(arguments))


def _pieces(text: str, functions: Mapping[str, Json]) -> Iterator[Found]:
    """Words and calls in their order; where something is no call, its text stands."""
    at = 0
    for tag in _FUNCTION.finditer(text):
        yield from _objects(text[at : tag.start()], functions)
        call = _tagged(tag[1], tag[2], functions)
        yield ("", (call,)) if call else (tag[0], ())
        at = tag.end()
    yield from _objects(text[at:], functions)


def _objects(text: str, functions: Mapping[str, Json]) -> Iterator[Found]:
    at = 0
    for start, end in _spans(text):
        found = _meant(_parsed(text[start:end]), functions)
        if found and found[1]:
            yield text[at:start], ()
            yield found
            at = end
    yield text[at:], ()


def _spans(text: str) -> list[tuple[int, int]]:
    """Where brackets open and close again, the outermost that do."""
    opened: list[int] = []
    spans: list[tuple[int, int]] = []
    at = 0
    # Outside of brackets a quotation mark is prose.
    while token := (_STRING_OR_BRACKET if opened else _OPENING).search(text, at):
        at = token.end()
        if token[0] in "{[":
            opened.append(token.start())
        elif token[0] in "}]":
            _close(text, at, opened, spans)
    return spans


def _close(text: str, end: int, opened: list[int], spans: list[tuple[int, int]]) -> None:
    start = opened.pop()
    if text[start] + text[end - 1] not in ("{}", "[]"):
        opened.clear()
        return
    while spans and spans[-1][0] > start:
        spans.pop()
    spans.append((start, end))


def _tagged(name: str, inside: str, functions: Mapping[str, Json]) -> ToolCall | None:
    """The call `<function=name>…</function>`: JSON inside, or one `<parameter=…>` after the other."""
    if name not in functions:
        return None
    pairs = _PARAMETER.findall(inside)
    arguments = {key: _typed(value, _type(functions[name], key)) for key, value in pairs} if pairs else inside.strip()
    return ToolCall(id="", name=name, arguments=arguments_text(arguments))


def _typed(value: str, type: object) -> object:
    if type == "string":
        return value
    parsed = _parsed(value)
    return value if parsed is None else parsed


def _type(function: Json, parameter: str) -> object:
    node: object = function
    for key in ("parameters", "properties", parameter, "type"):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node
