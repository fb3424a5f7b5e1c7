"""One verb: why is this here? Asked of a skill, of a file of it, or of one line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from acontext_cli.api.space import Skills
from acontext_cli.api.why.authors import Author, Authors
from acontext_cli.api.why.named import listed, named
from acontext_cli.api.why.page import Page, numbers, ref
from acontext_cli.api.why.sessions import Transcripts, lesson_ref, reason
from acontext_cli.api.why.values import (
    By,
    Did,
    EntryWhy,
    Event,
    FileWhy,
    LessonRef,
    LineWhy,
    Quote,
    RunRef,
    SessionRef,
    SkillWhy,
)
from acontext_cli.distillations import Distillation
from acontext_cli.errors import AcontextError
from acontext_cli.ledger import HAND, REVIEW, UNDO, Line
from acontext_cli.skills import DAILY, SKILL, Entry
from acontext_cli.skills.marks import mark
from acontext_cli.workspace import WorkspaceFolder

_DID: dict[str, Did] = {
    "add": "added",
    "create": "added",
    "source": "confirmed",
    "replace": "rewrote",
    "warning": "contradicted",
    "remove": "took away",
    "deleted": "took away",
}
_KNOWN = "- Known because: "


def why(folder: WorkspaceFolder, skills: Skills, skill: str, place: str = "") -> SkillWhy | FileWhy | LineWhy:
    """Why a skill, a file (`FILE`) or a line (`FILE:LINE`) is as it is."""
    files = skills.files(skill)
    asked = named(skill, files, place)
    found = _Answers(folder, skills, skill)
    if not asked.file:
        return found.skill(files)
    page = Page(skill, asked.file, skills.read(skill, asked.file))
    if asked.line is None:
        return found.file(page)
    page.check(asked.line)
    return found.line(page, asked.line)


class _Answers:
    """Answers about one skill."""

    def __init__(self, folder: WorkspaceFolder, skills: Skills, skill: str) -> None:
        self._skills = skills
        self._skill = skill
        self._authors = Authors(skills.holder(skill))
        self._transcripts = Transcripts(folder.sessions)

    def skill(self, files: Iterable[str]) -> SkillWhy:
        pages = [self._page(file) for file in sorted(files, key=lambda file: (file != SKILL, file))]
        self._authors.load(page for page in pages if isinstance(page, Page))
        return SkillWhy(
            skill=self._skill,
            description=dict(self._skills.list()).get(self._skill, ""),
            files=tuple(self.file(page) if isinstance(page, Page) else page for page in pages),
            broken=self._authors.broken,
        )

    def file(self, page: Page) -> FileWhy:
        self._authors.load([page])
        marked = [number for number in page.beside() if mark(page.line(number))]
        whose = Counter(self._authors.of(page, number).by for number in marked)
        return FileWhy(
            skill=page.skill,
            file=page.file,
            lines=dict(whose),
            entries=tuple(self._entry(page, entry) for entry in page.entries),
        )

    def line(self, page: Page, number: int) -> LineWhy:
        kind, entry = page.kind(number), page.entry(number)
        if kind == "index row" and (listing := self._listing(page, number)):
            return listing
        if not mark(page.line(number)):
            return self._unmarked(page, number, entry)
        author = self._authors.of(page, number)
        asked = page.line(number) if kind != "heading" or entry is None else entry.title
        return self._explained(page, number, author, asked)

    def _page(self, file: str) -> Page | FileWhy:
        try:
            return Page(self._skill, file, self._skills.read(self._skill, file))
        except AcontextError as error:
            return FileWhy(skill=self._skill, file=file, lines={}, entries=(), problem=str(error))

    def _listing(self, page: Page, number: int) -> LineWhy | None:
        """An index row is explained by the entry that it lists."""
        found = listed(page.line(number), self._pages())
        if found is None:
            note = "what this row lists does not stand there any more"
            return replace(self._bare(page, number), notes=(note,))
        there, entry = found
        if entry is None:
            note = f"it lists {there.file}: acontext skill why {page.skill} {there.file}"
            return replace(self._bare(page, number), notes=(note,))
        about = self.line(there, entry.line)
        note = f"what follows is about the entry that it lists, {there.file}:{entry.line}"
        said = self._bare(page, number)
        return replace(about, file=said.file, line=number, text=said.text, kind=said.kind, notes=(note, *about.notes))

    def _unmarked(self, page: Page, number: int, entry: Entry | None) -> LineWhy:
        """A blank line, or one that looks like a row of an index: all that is known is of the entry around it."""
        if entry is None:
            return self._bare(page, number)
        about = self.line(page, entry.line)
        said = self._bare(page, number)
        notes = () if said.kind == "blank" else ("a line in the form of an index row is known by its entry alone",)
        return replace(about, line=number, text=said.text, kind=said.kind, notes=(*notes, *about.notes))

    def _pages(self) -> Iterator[Page]:
        for file in self._skills.files(self._skill):
            if file.endswith(".md") and file != SKILL and isinstance(page := self._page(file), Page):
                yield page

    def _bare(self, page: Page, number: int) -> LineWhy:
        return LineWhy(
            skill=page.skill,
            file=page.file,
            line=number,
            text=page.line(number),
            kind=page.kind(number),
            by="nobody",
        )

    def _explained(self, page: Page, number: int, author: Author, asked: str) -> LineWhy:
        entry, said = page.entry(number), self._bare(page, number)
        about = author.record
        taught = self._taught(about) if about and author.by != "template" else None
        session, item = self._session(taught, entry), self._item(taught)
        quotes, evidence = self._quotes(item, asked, entry)
        return replace(
            said,
            by=author.by,
            notes=(*author.notes, *self._notes(page, number, author)),
            entry=ref(entry) if entry else None,
            run=_run(about) if about else None,
            session=self._transcripts.session(session.id, session.date)
            if session
            else None,  # it may have turned out damaged
            lesson=self._lesson(taught, item, entry),
            quotes=quotes,
            evidence=evidence,
            events=self._events(entry, about),
        )

    def _quotes(self, item: Distillation | None, asked: str, entry: Entry | None) -> tuple[tuple[Quote, ...], int]:
        if item is None:
            return (), 0
        return self._transcripts.quotes(replace(item, messages=()) if self._is_record(entry) else item, asked)

    def _is_record(self, entry: Entry | None) -> bool:
        """Whether an entry is the record of a task: of all its messages, whatever of it was a lesson."""
        return entry is not None and self._skill == DAILY and _KNOWN not in entry.text

    def _taught(self, record: Line) -> Line | None:
        """The record that tells of the session: of a line beside entries it may be another one of its run."""
        if record.session or record.engine == HAND:
            return record
        told = [each for each in self._authors.same_run(record) if each.skill == record.skill and each.session]
        return next(iter(sorted(told, key=lambda each: not each.lesson)), record)

    def _session(self, record: Line | None, entry: Entry | None) -> SessionRef | None:
        if record is None or not record.session:
            return None
        return self._transcripts.session(record.session, entry.date if entry else "")

    def _item(self, record: Line | None) -> Distillation | None:
        if record is None or not record.session:
            return None
        if not record.lesson:
            told = (each for each in self._authors.same_run(record) if each.lesson and each.skill == record.skill)
            record = next((each for each in told if each.session == record.session), record)
        return self._transcripts.lesson(record.session, record.lesson)

    def _lesson(self, record: Line | None, item: Distillation | None, entry: Entry | None) -> LessonRef | None:
        """What was taught; where its session is not here, as far as the entry says."""
        if item is not None and self._is_record(entry):
            known = item.task.known
            told = replace(lesson_ref(item.id, item), kind="record", title=item.task.goal)
            return replace(told, source=known.source if known else "", because=known.because if known else "")
        if item is not None:
            return lesson_ref(item.id, item)
        if record is None or not record.session:
            return None
        return replace(lesson_ref(record.lesson, None), because=_because(entry) if entry else "")

    def _notes(self, page: Page, number: int, author: Author) -> Iterator[str]:
        entry = page.entry(number)
        if author.moved:
            yield f"it was written in {self._called(author.moved)} and has been moved here"
        if entry and entry.id:
            recorded, twice = self._authors.recorded(entry.id), self._authors.other_places(entry, page)
            if twice:
                yield f"the entry {entry.id} stands in {', '.join(twice)} too: the ledger cannot tell them apart"
            elif recorded and recorded != page.name:
                yield f"the entry was written in {recorded} and has been moved here"
        if author.by in ("hand", "whole") and self._authors.broken:
            yield f"damaged lines of the ledger: {self._authors.broken}; one of them may have told of it"
        if author.by == "hand" and (changed := self._authors.changed(page, number)):
            yield f"a person changed it: run {changed[0].run} left “{changed[1]}”"
        if author.by == "review" and author.record and (held := self._authors.held(author.record)):
            by = " ".join(filter(None, (held.engine, held.model)))
            yield f"run {held.run} ({by}, {held.time[:10]}) had held it for review"

    def _called(self, place: str) -> str:
        return place if "/" in place else f"the entry {place}"

    def _events(self, entry: Entry | None, about: Line | None) -> tuple[Event, ...]:
        """What was done to an entry besides, and whether before or after."""
        records = self._authors.records(entry.id) if entry and entry.id else ()
        at = records.index(about) if about in records else -1
        return tuple(
            self._event(record, about is not None and place > at >= 0 and record.run != about.run)
            for place, record in enumerate(records)
            if place != at and record.action in _DID
        )

    def _event(self, record: Line, since: bool) -> Event:
        item = self._transcripts.lesson(record.session, record.lesson) if record.session else None
        session = self._transcripts.session(record.session, item.date if item else "")
        return Event(run=_run(record), session=session, reason=reason(item), since=since)

    def _entry(self, page: Page, entry: Entry) -> EntryWhy:
        first = self._authors.of(page, entry.line)
        records = self._authors.records(entry.id) if entry.id else ()
        added = next((each for each in reversed(records) if each.action == "add"), None)
        about = added or first.record
        did = Counter(_DID.get(each.action) for each in records if each.engine != UNDO)
        told = self._lesson(about, self._item(about), entry) if about else None
        lines = [number for number in numbers(entry) if mark(page.line(number))]
        return EntryWhy(
            entry=ref(entry),
            by=_by(added, first),
            run=_run(about) if about else None,
            session=self._session(about, entry),
            kind=told.kind if told else "",
            source=told.source if told else "",
            because=told.because if told else _because(entry),
            confirmed=did["confirmed"],
            contradicted=did["contradicted"],
            lines=len(lines),
            by_hand=self._authors.by_hand(page, lines),
        )


def _run(record: Line) -> RunRef:
    did: Did = _DID.get(record.action, "edited")
    if record.engine == UNDO and did != "took away":
        did = "put back"
    return RunRef(id=record.run, time=record.time, engine=record.engine, model=record.model, did=did)


def _because(entry: Entry) -> str:
    """How an entry says that it is known."""
    said = [line.removeprefix(_KNOWN) for line in entry.text.split("\n") if line.startswith(_KNOWN)]
    return said[-1] if said else ""


def _by(added: Line | None, first: Author) -> By:
    if added is None:
        return first.by
    return "command" if added.engine == HAND else "review" if added.engine == REVIEW else "run"
