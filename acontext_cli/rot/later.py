"""What sessions later than an entry show against it. Of each thing that an entry names the last word counts: what was
missing and then worked again is no finding.

Most sessions are told by their bytes to show nothing, and are not read.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files import lines
from acontext_cli.messages import Message, read
from acontext_cli.rot.calls import Call, calls
from acontext_cli.rot.claims import Claim, Claims
from acontext_cli.rot.note import Note, Standing
from acontext_cli.rot.signs import MARKERS, Kind, signs
from acontext_cli.rot.values import Setting, Settings
from acontext_cli.session import Session
from acontext_cli.skills import one_line

_FEW = 50
"""So many words are each looked for in a transcript; of more its words are collected."""
_APART = bytes(code if chr(code).isalnum() or chr(code) in "_.-" else 32 for code in range(128)) + b" " * 128
"""Makes a space of every byte that belongs to no name."""
_PIECE, _OVERLAP = 1 << 20, 100
_QUOTED = 160


@dataclass(frozen=True, slots=True)
class _Found:
    """What a session shows against a claim or a setting."""

    session: Session
    quote: str
    kind: Kind = "setting"
    value: str = ""


class Later:
    """Looks through sessions, the oldest first."""

    def __init__(self, found: Sequence[Standing]) -> None:
        self._claims, self._settings = Claims(found), Settings(found)
        self._oldest = min((each.date for each in found if each.date), default="")
        self._gone: dict[Claim, _Found] = {}
        self._other: dict[Setting, _Found] = {}
        self._times: dict[str, str] = {}
        """When the sessions were made that were passed, by id."""

    def look(self, sessions: Iterable[Session]) -> None:
        """Take in what sessions show; one that cannot be read shows nothing."""
        if not self._oldest:
            return
        for session in sessions:
            self._times[session.id] = session.created
            if _day(session) >= self._oldest:
                try:
                    self._take_session(session)
                except (AcontextError, OSError, ValueError):
                    continue  # `status` tells of it

    def notes(self) -> Iterator[Note]:
        for claim, found in self._gone.items():
            text = f"`{claim.text}` was not there in session {_called(found.session)}: mend the entry, or delete it"
            yield claim.standing.note("gone", text, session=found.session.id, quote=found.quote)
        for setting, found in self._other.items():
            text = (
                f"`{setting.key}` is {setting.value} here and {found.value} in session {_called(found.session)}: "
                "mend the entry, or say where it holds"
            )
            yield setting.standing.note("changed", text, session=found.session.id, quote=found.quote)

    def _take_session(self, session: Session) -> None:
        if not session.transcript.exists():
            return
        again = {word for claim in self._gone for word in (claim.words[0], max(claim.words, key=len))}
        keys, open_again, marks = _held(session.transcript, self._settings.keys, again, MARKERS)
        if keys or open_again or any(map(self._is_about, _marked(session, marks))):
            settings = tuple(self._settings.of(keys))
            for call in calls(message for message, _, _ in session.safe_messages()):
                self._take_gone(session, call)
                self._take_values(session, call, settings)

    def _is_about(self, message: Message) -> bool:
        found = list(signs(message.text))
        unnamed = any(sign.kind == "path" and not sign.subject for sign in found)
        return unnamed or any(True for sign in found for _ in self._claims.about(sign))

    def _take_gone(self, session: Session, call: Call) -> None:
        met: set[Claim] = set()
        for sign in signs(call.result):
            about = self._claims.about(sign) if sign.subject or sign.kind == "endpoint" else self._claims.in_call(call)
            for claim in about:
                if claim not in met and claim.is_met(sign, call) and self._is_later(session, claim.standing):
                    met.add(claim)
                    self._gone[claim] = _Found(session, one_line(sign.line, _QUOTED), sign.kind)
        for claim in [each for each, found in self._gone.items() if each not in met and each.works(call, found.kind)]:
            del self._gone[claim]

    def _take_values(self, session: Session, call: Call, settings: Iterable[Setting]) -> None:
        for setting in settings:
            if (value := setting.seen(call)) and self._is_later(session, setting.standing):
                if value == setting.value:
                    self._other.pop(setting, None)
                else:
                    self._other[setting] = _Found(session, one_line(f"{setting.key}: {value}", _QUOTED), value=value)

    def _is_later(self, session: Session, standing: Standing) -> bool:
        """Whether a session came after an entry: on a later day, or on the same one after those that taught it."""
        if session.id in standing.sources:
            return False
        day = _day(session)
        if day != standing.date:
            return day > standing.date
        taught = [self._times[each] for each in standing.sources if each in self._times]
        return bool(taught) and session.created > max(taught)


def _day(session: Session) -> str:
    return session.date or session.created[:10]


def _called(session: Session) -> str:
    return (
        f"{one_line(session.name, 60)!r} ({_day(session)})" if session.name else f"{session.id[:8]} ({_day(session)})"
    )


def _held(transcript: Path, *groups: Collection[str]) -> list[set[str]]:
    """Which words of each group stand in a transcript."""
    found = [set[str]() for _ in groups]
    with transcript.open("rb", buffering=0) as file:
        tail = b""
        while piece := file.read(_PIECE):
            data, tail = tail + piece, piece[-_OVERLAP:]
            for group, known in zip(groups, found, strict=True):
                left = [word for word in group if word not in known]
                known |= _few_in(data, left) if len(left) <= _FEW else _many_in(data, left)
    return found


def _few_in(data: bytes, words: Collection[str]) -> set[str]:
    return {word for word in words if word.encode("utf-8", "replace") in data}


def _many_in(data: bytes, words: Collection[str]) -> set[str]:
    """Of many words it is faster to make words of the data."""
    plain = data.replace(b"\\n", b"  ").replace(b"\\t", b"  ").translate(_APART)
    wanted = {word.encode("utf-8", "replace") for word in words}
    return {word.decode() for word in wanted.intersection(plain.split())}


def _marked(session: Session, markers: Collection[str]) -> Iterator[Message]:
    """The results in which something may be said to be gone."""
    marks = [marker.encode() for marker in markers]
    for _, line in lines(session.transcript) if marks else ():
        if any(mark in line for mark in marks):
            try:
                message = read(line)
            except (ValueError, RecursionError):
                continue
            if message.is_result:
                yield message
