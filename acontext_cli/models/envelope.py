"""What an agent's program printed: its answer, what it took and what went wrong, in whichever form it says them.

Known are the envelope of `claude --output-format json` (one object, a list or JSON Lines) and the events of
`codex exec --json`; everything else is the answer itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, or why there is none."""

    text: str = ""
    error: str = ""
    """What went wrong, in its own words; empty: nothing."""
    status: int = 0
    """The HTTP status of what went wrong, 0 where it is not told."""
    prompt: int = 0
    completion: int = 0
    """Tokens read and written, 0 where they are not told."""


def opened(out: str) -> Answer:
    """The answer in what was printed."""
    events = _events(out)
    results = [event for event in events if event.get("type") == "result" and {"result", "is_error"} & event.keys()]
    if results:
        return _of_claude(results[-1])
    if any(str(event.get("type")).startswith(("thread.", "turn.")) for event in events):
        return _of_codex(events)
    if any(event.get("type") == "system" and event.get("subtype") == "init" for event in events):
        return Answer(error="it ended before its result")
    return Answer(text=out.strip())


def _events(out: str) -> list[Event]:
    """The objects in it: of one JSON value, or of the lines that are one each."""
    whole = _value(out)
    # Programs print a warning among their lines now and then.
    found = [whole] if whole is not None else [_value(line) for line in out.split("\n") if line.lstrip()[:1] == "{"]
    flat = [each for value in found for each in (value if isinstance(value, list) else [value])]
    return [each for each in flat if isinstance(each, dict)]


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _of_claude(result: Event) -> Answer:
    text = _text(result.get("result"))
    if result.get("is_error") or _text(result.get("subtype")).startswith("error"):
        told = result.get("errors")
        errors = "; ".join(filter(None, map(_text, told))) if isinstance(told, list) else ""
        error = text or errors or _text(result.get("subtype")) or "an error without words"
        return Answer(error=error, status=_count(result.get("api_error_status")))
    usage = _object(result.get("usage"))
    parts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")  # of one prompt
    prompt = sum(_count(usage.get(name)) for name in parts)
    return Answer(text=text.strip(), prompt=prompt, completion=_count(usage.get("output_tokens")))


def _of_codex(events: Sequence[Event]) -> Answer:
    failed = [_object(event.get("error")) for event in events if event.get("type") == "turn.failed"]
    done = [_object(event.get("usage")) for event in events if event.get("type") == "turn.completed"]
    # It says `error` of a lost connection too, and then goes on.
    noted = [event for event in events if event.get("type") == "error"] if not done else []
    for error in (failed or noted)[-1:]:
        return _failed(_text(error.get("message")))
    if not done:
        return Answer(error="it ended before its turn was complete")
    return Answer(
        text=_last_message(events).strip(),
        prompt=sum(_count(usage.get("input_tokens")) for usage in done),
        completion=sum(_count(usage.get("output_tokens")) for usage in done),
    )


def _last_message(events: Sequence[Event]) -> str:
    """What it says last; before that it may say what it is about to do."""
    items = [_object(event.get("item")) for event in events if event.get("type") == "item.completed"]
    said = [_text(item.get("text")) for item in items if item.get("type") == "agent_message"]
    return next(filter(str.strip, reversed(said)), "")


def _failed(message: str) -> Answer:
    """Codex passes on what a server said, as JSON in the words."""
    told = _object(_value(message))
    inner = _text(_object(told.get("error")).get("message"))
    return Answer(error=inner or message or "an error without words", status=_count(told.get("status")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> Event:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
