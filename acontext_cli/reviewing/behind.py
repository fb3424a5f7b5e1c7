"""What stands behind a held lesson: its session, how it is known, and the messages that show it, as short quotes."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from acontext_cli.distillations import Distillation, Success
from acontext_cli.errors import AcontextError, unreadable
from acontext_cli.learned.writing import FAILED_SINCE
from acontext_cli.messages import Message
from acontext_cli.session import Session
from acontext_cli.skills import one_line
from acontext_cli.store import Held
from acontext_cli.tasks import Known, Task

NOT_HERE = "its transcript is not here"
_MOST_QUOTES = 12
_LONGEST = 160
_LEAD = 60
"""So many characters stand before the word that a quote is chosen for."""
_MOST_LINES, _MOST_TEXT = 2_000, 200_000
_WORD = re.compile(r"[\w.%/-]{3,60}")

FindSession = Callable[[str], Session | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A message that is evidence, and what of it."""

    message: str
    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Where a lesson comes from."""

    session: Session | None = None
    item: Distillation | None = None
    """Its distillation, where its session is here."""
    missing: str = ""
    """Why there is nothing to be seen of it, in words."""

    @property
    def name(self) -> str:
        return self.session.safe(self.session.name) if self.session else ""

    @property
    def known(self) -> Known | None:
        return self.item.known if self.item else None

    @property
    def task(self) -> Task | None:
        return self.item.task if self.item else None

    def messages(self) -> Iterable[Message]:
        """The messages of its task, without secrets."""
        return self.session.messages_of(self.item.task) if self.session and self.item else ()

    def failed_since(self) -> str:
        """Why it must not be taught any more, in words; empty where nothing speaks against it. Facts do not fail with
        their task."""
        if not self.session or not self.item or not isinstance(self.item.verdict, Success):
            return ""
        number = self.item.task.number
        now = next((task for task in self.session.tasks() if task.number == number), None)
        if now is None or now.status != "failed" or self.item.task.status == "failed":
            return ""
        return f"{FAILED_SINCE}: {now.known.because}" if now.known else FAILED_SINCE

    def quotes(self, text: str) -> tuple[Quote, ...]:
        """The messages that are its evidence, each with the line that has most in common with the lesson."""
        named, words = set(self.item.messages if self.item else ()), set(_WORD.findall(text.lower()))
        found = (message for message in self.messages() if message.id in named)
        return tuple(islice((_quote(message, words) for message in found), _MOST_QUOTES))


def behind(held: Held, find: FindSession) -> Behind:
    """What stands behind a lesson. What cannot be read is said, and is no reason not to decide about the lesson."""
    try:
        session = find(held.session)
        if session is None:
            return Behind(missing=NOT_HERE)
        item = next((each for each in session.distillations() if each.id == held.lesson), None)
    except AcontextError as error:
        return Behind(missing=str(error))
    except OSError as error:
        return Behind(missing=str(unreadable(error)))
    return Behind(session=session, item=item, missing="" if item else NOT_HERE)


def _quote(message: Message, words: Collection[str]) -> Quote:
    said = "\n".join(_said(message))[:_MOST_TEXT]
    return Quote(message=message.id, role=message.role, text=_span(said, words))


def _said(message: Message) -> Iterator[str]:
    if message.text:
        yield message.text
    yield from (f"{call.name}({call.arguments})" for call in message.calls)


def _span(text: str, words: Collection[str]) -> str:
    """The line that has most words of a lesson in it, cut around the first of them."""
    best = max(text.split("\n", _MOST_LINES)[:_MOST_LINES], key=lambda line: len(_common(line, words)))
    at = next((found.start() for found in _WORD.finditer(best.lower()) if found[0] in words), 0)
    start = max(0, at - _LEAD) if len(best) > _LONGEST else 0
    return ("…" if start else "") + one_line(best[start : start + 4 * _LONGEST], _LONGEST)


def _common(line: str, words: Collection[str]) -> set[str]:
    return {word for word in _WORD.findall(line.lower()) if word in words}
