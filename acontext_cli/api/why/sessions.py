"""What the sessions of a workspace know of lessons and their evidence. Each is opened once, when it is asked for."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from acontext_cli.api.why.spans import asked_for, best, first, spans, weights
from acontext_cli.api.why.values import LessonRef, Quote, SessionRef
from acontext_cli.distillations import Distillation, Facts, Failure, Skip
from acontext_cli.errors import AcontextError
from acontext_cli.files import lines
from acontext_cli.messages import Message
from acontext_cli.session import Session, Sessions

MOST_QUOTED = 8
_ENOUGH = 0.3
"""A message is quoted that bears out so much of what the best of them does."""
_MOST_READ = 2_000
_HOPELESS = 60
"""So long is a title that is made of a fact."""


class Transcripts:
    """The sessions below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[str, Session | str] = {}
        self._lessons: dict[str, dict[str, Distillation]] = {}
        self._problems: dict[str, str] = {}

    def session(self, id: str, date: str = "") -> SessionRef:
        """A session by its id; `date`: of what it taught, where it is not here."""
        found = self._open(id)
        if isinstance(found, str):
            return SessionRef(id=id, date=date, here=bool(found), problem=found)
        problem = self._problems.get(id, "")
        name = found.safe(found.name)
        return SessionRef(id=id, name=name, date=found.date or date or found.created[:10], here=True, problem=problem)

    def lesson(self, session: str, id: str) -> Distillation | None:
        """What a session was found to teach, if that is here."""
        if session not in self._lessons:
            self._lessons[session] = self._read(session)
        return self._lessons[session].get(id)

    def quotes(self, item: Distillation, asked: str) -> tuple[tuple[Quote, ...], int]:
        """What in its evidence bears out a line, and how many messages its evidence is."""
        found = self._open(item.session)
        if isinstance(found, str):
            return (), len(item.messages)
        try:
            evidence = list(_evidence(found, item))
        except (AcontextError, OSError) as error:
            self._problems[item.session] = str(error)
            return (), len(item.messages)
        return _quoted(evidence, asked_for(asked)), len(evidence)

    def _open(self, id: str) -> Session | str:
        """The session; empty where it is not here, and in words why it cannot be read."""
        if id not in self._opened:
            folder = self._folders.get(id)
            try:
                self._opened[id] = Session.open(folder) if folder else ""
            except AcontextError as error:
                self._opened[id] = str(error)
        return self._opened[id]

    @cached_property
    def _folders(self) -> dict[str, Path]:
        return {folder.name.partition("-")[2]: folder for folder in Sessions(self._folder).folders()}

    def _read(self, id: str) -> dict[str, Distillation]:
        found, read = self._open(id), dict[str, Distillation]()
        try:
            for item in () if isinstance(found, str) else found.distillations():
                read[item.id] = item
        except (AcontextError, OSError) as error:
            self._problems[id] = str(error)
        return read


def lesson_ref(id: str, item: Distillation | None) -> LessonRef:
    """What was taught, in short."""
    if item is None:
        return LessonRef(id=id)
    title = item.verdict.reason if isinstance(item.verdict, Skip) else item.verdict.title
    if isinstance(item.verdict, Facts) and not title:
        title = item.verdict.facts[0][:_HOPELESS] if item.verdict.facts else ""
    known = item.known
    return LessonRef(
        id=id,
        kind=_kind(item),
        title=title,
        source=known.source if known else "",
        because=known.because if known else "",
        task=item.task.number,
        goal=item.task.goal,
    )


def reason(item: Distillation | None) -> str:
    """Why a session speaks for an entry, or against it; empty where that is not here."""
    if item is None:
        return ""
    if isinstance(item.verdict, Failure):
        return item.verdict.failure_point
    return item.known.because if item.known else ""


def _kind(item: Distillation) -> str:
    if isinstance(item.verdict, Facts):
        return "preference" if item.verdict.about == "user" else "fact"
    if isinstance(item.verdict, Failure):
        return "warning"
    return "skip" if isinstance(item.verdict, Skip) else "procedure"


def _evidence(session: Session, item: Distillation) -> Iterator[tuple[int, Message, str]]:
    """What was asked and the messages that are evidence, with their place in the transcript and a result's tool."""
    number = sum(1 for at, text in lines(session.transcript) if at < item.task.start and text.strip())
    wanted, called = set(item.messages), dict[str, str]()
    if wanted:
        wanted.add(item.task.first)
    for read, message in enumerate(session.messages_of(item.task), 1):
        called |= {call.id or call.name: call.name for call in message.calls}
        if (message.id in wanted) if wanted else read <= _MOST_READ:
            tool = called.get(message.answers, message.answers) if message.is_result else ""
            yield number + read, message, tool


def _quoted(evidence: list[tuple[int, Message, str]], asked: frozenset[str]) -> tuple[Quote, ...]:
    """The messages that bear out most, in the order of the transcript; where none does, the first and the last."""
    found = [spans(message, asked) for _, message, _ in evidence]
    telling = weights(found)
    scored = [(*best(each, telling), place) for place, each in enumerate(found)]
    top = max((score for score, _, _ in scored), default=0.0)
    if not top:
        ends = [each for each in evidence if first(each[1])]
        return tuple(_quote(each, first(each[1]), False) for each in (*ends[:1], *ends[1:][-1:]))
    near = sorted((each for each in scored if each[0] >= _ENOUGH * top), key=lambda each: (-each[0], each[2]))
    chosen = sorted(near[:MOST_QUOTED], key=lambda each: each[2])
    return tuple(_quote(evidence[place], lines, True) for _, lines, place in chosen)


def _quote(found: tuple[int, Message, str], lines: tuple[str, ...], bears_out: bool) -> Quote:
    number, message, tool = found
    return Quote(
        id=message.id,
        number=number,
        role=message.role,
        tool=tool,
        at=message.at,
        lines=lines,
        bears_out=bears_out,
    )
