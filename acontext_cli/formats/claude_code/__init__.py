"""Transcripts of Claude Code: JSON Lines, one record a content block of a response, results in the user's place.

Records are read in the order of the file, which keeps parallel calls and what came before a compaction. Parents only
tell the sub-agents apart, and find rewinds and forks.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from acontext_cli.formats.claude_code.blocks import tokens
from acontext_cli.formats.claude_code.reading import TITLES, Reading
from acontext_cli.formats.claude_code.threads import Recent
from acontext_cli.formats.pieces import Origin, Piece
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "claude-code"
COPIES = True
"""Resumed and forked sessions hold the records of the one before under the same ids."""
_ENVELOPES = {
    **dict.fromkeys(("user", "assistant", "system", "progress", "attachment"), ("sessionId", "uuid", "parentUuid")),
    **dict.fromkeys(TITLES, ("sessionId",)),
    "summary": ("leafUuid", "summary"),
    "file-history-snapshot": ("messageId", "snapshot"),
    "queue-operation": ("sessionId", "operation"),
    "last-prompt": ("sessionId", "lastPrompt"),
    "permission-mode": ("sessionId", "permissionMode"),
}
"""What a record of this type has in this program's files only, all of it."""


def recognises(sample: Sequence[Json]) -> bool:
    """Whether some record has the envelope. A file of a single line comes as its members."""
    if sample and all(len(part) == 1 for part in sample):
        sample = [{key: value for part in sample for key, value in part.items()}]
    return any(map(_enveloped, sample))


def _enveloped(record: Json) -> bool:
    kind = record.get("type")
    if kind in ("user", "assistant") and isinstance(record.get("message"), dict) and "sessionId" in record:
        return True
    needs = _ENVELOPES.get(kind) if isinstance(kind, str) else None
    return needs is not None and all(key in record for key in needs)


def read(source: Source) -> Iterator[Origin | Piece]:
    """The session's own conversation, and one for each sub-agent."""
    return _counted_once(Reading(source.tally).read(source.records()))


def _counted_once(pieces: Iterator[Origin | Piece]) -> Iterator[Origin | Piece]:
    """Every token once: all records of a response repeat its usage, and only the last one has counted to the end."""
    given: Recent[dict[str, int]] = Recent(200)
    held: Piece | None = None
    for piece in pieces:
        if held is not None:
            _count(held, given, repeated=type(piece) is Piece and _repeats(piece, held))
            yield held
            held = None
        if type(piece) is Piece and "usage" in piece.meta:
            held = piece
        else:
            yield piece
    if held is not None:
        _count(held, given, repeated=False)
        yield held


def _repeats(piece: Piece, held: Piece) -> bool:
    return piece.joins == held.joins != "" and piece.key == held.key and "usage" in piece.meta


def _count(piece: Piece, given: Recent[dict[str, int]], *, repeated: bool) -> None:
    """Give a piece the tokens that no earlier one has: results may come between the records of a response."""
    meta = cast(dict[str, object], piece.meta)
    counts = meta.pop("usage")
    if repeated or not (usage := tokens(counts)):
        return
    before = given.get(piece.joins) or {}
    if left := {name: many - before.get(name, 0) for name, many in usage.items() if many > before.get(name, 0)}:
        meta["usage"] = left
    if piece.joins:
        given[piece.joins] = usage
