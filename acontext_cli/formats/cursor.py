"""Agent transcripts of Cursor: JSON Lines of messages without ids or times, mostly without results of calls.

What a person typed stands in `<user_query>` behind what the program tells of files, rules and the time.
"""

import re
from collections.abc import Iterator, Sequence

from acontext_cli.formats.claude_code.blocks import answer, is_result, parts, result, shown, word
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "cursor"
_QUERY = re.compile(r"<user_query>(.*?)(?:</user_query>|\Z)", re.DOTALL)
_CONTEXT = re.compile(r"\s*<((?:[a-z]{1,30}_){1,6}[a-z]{1,30}|timestamp|rules)(?:\s[^<>]*)?>.*?</\1>", re.DOTALL)


def recognises(sample: Sequence[Json]) -> bool:
    """Whether most of its records hold nothing but a role and a message of blocks, or the end of a turn."""
    messages = sum(map(_is_message, sample))
    return messages > 0 and 2 * (messages + sum(map(_is_end, sample))) > len(sample)


def _is_message(record: Json) -> bool:
    message = record.get("message")
    known = record.get("role") in ("user", "assistant") and "content" not in record and "type" not in record
    return known and isinstance(message, dict) and "role" not in message and isinstance(message.get("content"), list)


def _is_end(record: Json) -> bool:
    return "role" not in record and record.get("type") == "turn_ended"


def read(source: Source) -> Iterator[Origin | Piece]:
    yield Origin(agent=NAME)
    for record in source.records():
        try:
            yield from [*_pieces(record, source.tally)]
        except RecursionError:
            source.tally.skip("records nested too deeply")


def _pieces(record: Json, tally: Tally) -> Iterator[Piece]:
    message, role = record.get("message"), record.get("role")
    if _is_end(record):
        tally.leave_out("turn_ended")
    elif not isinstance(message, dict) or role not in ("user", "assistant"):
        tally.skip(f"unknown record {word(record.get('type')) or word(role)}")
    elif role == "assistant":
        for draft in answer({"content": message.get("content")}, tally):
            yield Piece(draft.body, meta=draft.meta)
    else:
        yield from _said(parts(message.get("content"), tally), tally)


def _said(content: Sequence[Json], tally: Tally) -> Iterator[Piece]:
    for part in filter(is_result, content):
        draft = result(part, word(part.get("tool_use_id")), "")
        yield Piece(draft.body, meta=draft.meta if "is_error" in part else {})
    text = "\n".join(filter(None, [shown(part, tally) for part in content if not is_result(part)]))
    if words := _words(text):
        yield Piece({"role": "user", "content": words})
    elif text:
        yield Piece({"role": "user", "content": text}, meta={"kind": "context"})


def _words(text: str) -> str:
    """What the person typed: the queries, or where none is marked what stands behind the context."""
    if queries := _QUERY.findall(text):
        return "\n".join(query.strip() for query in queries)
    at = 0
    while found := _CONTEXT.match(text, at):
        at = found.end()
    return text[at:].strip()
