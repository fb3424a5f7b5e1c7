"""Messages of the OpenAI chat API, kept as they came: an array, an object with `messages`, lines of either.

Lines that acontext itself recorded are known by their id and time.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from acontext_cli.formats.chat import record, text
from acontext_cli.formats.containers import Entry, entries, led, shown
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json, problem

NAME = "openai"
_LISTS = ("messages", "choices")
_SAYS = {"content", "tool_calls", "function_call"}
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_NOTHING: Json = {}
_OURS = ("id", "at", "meta")
_TYPES = {"is_error": bool, "kind": str, "from_skill": str, "model": str, "usage": dict, "taken_back": int}


def recognises(sample: Sequence[Json]) -> bool:
    """Whether most of it is such messages: the people of an address book have roles and contents too."""
    said = [each for each in shown(sample) if each.keys() & _SAYS and text(each.get("role"))]
    roles = [each for each in said if each["role"] in _ROLES]
    return len(roles) * 2 > len(said) and any(each["role"] not in ("tool", "function") for each in roles)


def read(source: Source) -> Iterator[Origin | Piece]:
    for key, found in groupby(entries(source, _LISTS), lambda entry: entry.conversation):
        yield from led(_told(key, found, source.tally))


def _told(key: str, found: Iterator[Entry], tally: Tally) -> Iterator[Origin | Piece]:
    yield Origin(key=key)
    for _, name, value in found:
        if name == "model":
            yield Origin(key=key, model=text(value))
        elif name in ("", "response", *_LISTS):
            message = record(value).get("message") if name == "choices" else value
            if reason := problem(message):
                tally.skip(f"messages: {reason}")
            else:
                yield _piece(key, record(message))


def _piece(key: str, message: Json) -> Piece:
    body = {name: value for name, value in message.items() if name not in _OURS}
    if isinstance(content := body.get("content"), list):
        body["content"] = list(map(_without_data, content))
    id, at = text(message.get("id")), text(message.get("at"))
    known = _known(message["meta"]) if "meta" in message else _NOTHING
    if id and not at:  # not ours: nobody promises that it is unique
        return Piece(body, key, meta={**known, "source_id": id})
    return Piece(body, key, uid=id, at=at, meta=known)


def _known(meta: object) -> Json:
    return {name: value for name, value in record(meta).items() if isinstance(value, _TYPES.get(name, object))}


def _without_data(part: object) -> object:
    """A part of the content; of an image, sound or file that is in it only its kind."""
    kind = text(record(part).get("type"))
    inner = record(part).get(kind)
    data = isinstance(inner, dict) and (inner.get("data") or inner.get("file_data") or _is_data(inner.get("url")))
    if not (data or (kind == "image_url" and _is_data(inner))):
        return part
    return {"type": "text", "text": "[image]" if kind == "image_url" else f"[{kind}]"}


def _is_data(url: object) -> bool:
    return text(url).startswith("data:")
