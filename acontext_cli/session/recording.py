"""What recording adds to a message (an id, a time, what else is known) and the line it is written as."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from acontext_cli.errors import AcontextError
from acontext_cli.files import Appender
from acontext_cli.messages import Json, Message, problem
from acontext_cli.redaction import Redactor
from acontext_cli.session.clock import now as now


def _encoder() -> Callable[[object], str]:
    """JSON by one encoder for all messages.

    `JSONEncoder.encode` makes its C encoder anew for each value, which costs more than to write a small message, above
    all after a wait for the disk. So the C encoder is made here once, where CPython has it in this form.
    """
    plain = json.JSONEncoder(ensure_ascii=False)
    make, escape = getattr(json.encoder, "c_make_encoder", None), getattr(json.encoder, "encode_basestring", None)
    if make is None or escape is None:
        return plain.encode
    try:
        chunks = make(None, plain.default, escape, None, ": ", ", ", False, False, True)
        if "".join(chunks({"a": ["ü", 1]}, 0)) != plain.encode({"a": ["ü", 1]}):
            return plain.encode
    except TypeError:
        return plain.encode
    return lambda value: "".join(chunks(value, 0))


_encode = _encoder()


def bulk_encoder() -> Callable[[Json], str]:
    """JSON several times as fast, for who writes very many messages: it takes as long to load as thousands do."""
    from msgspec.json import Encoder

    encode = Encoder().encode

    def encoded(record: Json) -> str:
        try:
            return encode(record).decode()
        except (TypeError, ValueError, RecursionError):  # e.g. half of a surrogate pair
            return _encode(record)

    return encoded


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one call recorded."""

    ids: tuple[str, ...]
    """Ids of the messages, in the order given."""
    set_aside: int
    """Bytes of an incomplete last line that a crash had left; they are in `messages.jsonl.torn` now."""
    secrets: Mapping[str, int] = field(default_factory=dict)
    """How many of each kind placeholders were put for."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where ids and times come from."""

    clock: Callable[[], str]
    new_id: Callable[[], str]
    encode: Callable[[Json], str] = _encode
    """JSON on one line."""

    def recorded(
        self, messages: Iterable[Json | Message], appender: Appender, redactor: Redactor | None = None
    ) -> Recorded:
        """Write messages, all or none; without their secrets where there is a redactor."""
        redacted = redactor.json if redactor else None
        stamped = [self.line(given, number, redacted) for number, given in enumerate(messages, 1)]
        if not stamped:
            return Recorded((), 0)
        appended = appender.append(b"".join([line for _, line in stamped]))
        ids = tuple([id for id, _ in stamped])
        return Recorded(ids, appended.set_aside, dict(redactor.cut) if redactor else {})

    def line(
        self, given: Json | Message, number: int, redacted: Callable[[str], str] | None = None
    ) -> tuple[str, bytes]:
        """Id and line of a message, the number-th of its call."""
        body = given.body if isinstance(given, Message) else given
        reason = problem(dict(body) if isinstance(body, Mapping) and not isinstance(body, dict) else body)
        if reason:
            raise AcontextError(f"message {number}: {reason}; nothing of this call was recorded")
        record = self._kept(given) if isinstance(given, Message) else self._added(given)
        try:
            return str(record["id"]), encoded(record, redacted, self.encode)
        except (TypeError, ValueError, RecursionError) as error:
            raise AcontextError(f"message {number}: {error}; nothing of this call was recorded") from error

    def _kept(self, message: Message) -> dict[str, object]:
        record = {**message.body, "id": message.id or self.new_id(), "at": message.at or self.clock()}
        return {**record, "meta": message.meta} if message.meta else record

    def _added(self, given: Json) -> dict[str, object]:
        """An id that comes with a message is kept as `meta.source_id`: ids stay unique within the session."""
        record = dict(given)
        source, at, meta = record.pop("id", None), record.pop("at", None), record.pop("meta", None)
        record["id"] = self.new_id()
        record["at"] = at if at and isinstance(at, str) else self.clock()
        if source is not None or meta is not None or (at is not None and not isinstance(at, str)):
            record["meta"] = _meta(source, at, meta)
        return record


def encoded(
    record: Json, redacted: Callable[[str], str] | None = None, encode: Callable[[Json], str] = _encode
) -> bytes:
    """Its JSON line, the newline included."""
    text = encode(record)
    if redacted:
        text = redacted(text)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can say it, UTF-8 cannot
        return json.dumps(json.loads(text)).encode() + b"\n"


def _meta(source: object, at: object, meta: object) -> dict[str, object]:
    """What came under the names that recording uses itself."""
    found = dict(meta) if isinstance(meta, Mapping) else {} if meta is None else {"source_meta": meta}
    if source is not None:
        found["source_id"] = source
    if at is not None and not isinstance(at, str):
        found["source_at"] = at
    return found
