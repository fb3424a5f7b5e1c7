"""A file of messages, one a line, as it is given to `acontext record`: all of it is good, or none of it is taken."""

import json
from collections.abc import Iterable, Iterator
from itertools import count
from typing import BinaryIO, cast

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json, problem

_BOM = b"\xef\xbb\xbf"
_ARRAY = "one message a line is expected: jq -c '.[]' FILE"


LONGEST = 64_000_000
"""Bytes of a line; longer ones are no messages, and a device may have no end."""


def lines_of(source_name: str, source: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, each held in memory only as far as it may be a message."""
    for number in count(1):
        line = source.readline(LONGEST + 1)
        if len(line) > LONGEST:
            raise AcontextError(f"{source_name}, line {number}: longer than {LONGEST // 1_000_000} MB, no message is")
        if not line:
            return
        yield line


def parse_batch(source_name: str, lines: Iterable[bytes]) -> list[Json]:
    """The messages of the lines; blank lines are none. The first bad line is an error with its number and reason."""
    found: list[Json] = []
    for number, line in enumerate(lines, 1):
        text = (line.removeprefix(_BOM) if number == 1 else line).strip()
        if text:
            found.append(_message(f"{source_name}, line {number}", text))
    return found


def _message(where: str, text: bytes) -> Json:
    try:
        body: object = json.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise AcontextError(f"{where}: not UTF-8 (byte {error.start + 1}); save the file as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise AcontextError(f"{where}: {_no_json(text, error)}") from error
    reason = f"a JSON array; {_ARRAY}" if isinstance(body, list) else problem(body)
    if reason:
        raise AcontextError(f"{where}: {reason}{_remedy(body)}")
    return cast(Json, body)


def _no_json(text: bytes, error: Exception) -> str:
    if text.startswith(b"["):
        return f"a JSON array over several lines; {_ARRAY}"
    if text == b"{":
        return "a JSON object over several lines; one message a line is expected: jq -c . FILE"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg} at character {error.pos + 1})"
    return "not JSON that can be read (nested too deep, or a number too long)"


def _remedy(body: object) -> str:
    if isinstance(body, dict) and isinstance(body.get("messages"), list):
        return "; one message a line is expected: jq -c '.messages[]' FILE"
    return ""
