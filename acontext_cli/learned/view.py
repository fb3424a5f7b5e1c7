"""A space as a learner sees it: what stands there with this run's edits on it, and where entries came from."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property

from acontext_cli import edits
from acontext_cli.edits import CreateSkill, ReplaceText, SkillEdit
from acontext_cli.engines.engine import Pins, Proposal
from acontext_cli.errors import AcontextError, Refused
from acontext_cli.learned.pins import Changes, check, marked, pinned
from acontext_cli.ledger import Ledger
from acontext_cli.skills import DAILY, SKILL, Entry, Skill
from acontext_cli.skills.marks import mark
from acontext_cli.store import Draft, Held
from acontext_cli.store.schemas import is_by_hand, made_by_engines

_NO = frozenset[str]()
_CHANGING = ("## ", "- Known because: ", "- Forget after: ")


class SpaceView:
    """Answers what a learner may ask of a space, and takes the edits of one proposal, all or none."""

    def __init__(
        self,
        draft: Draft,
        ledger: Ledger,
        held: Iterable[Held],
        only: str = "",
        deleted_titles: Callable[[], Sequence[str]] = tuple,
        rejected: Iterable[Held] = (),
    ) -> None:
        self._draft = draft
        self._ledger = ledger
        self._only = only
        self._deleted_titles = deleted_titles
        self._rejected = {(item.entry, item.skill, item.file, _essence(item.text)) for item in rejected}
        self._created: set[str] = set()
        """Skills that this run makes: the ledger cannot know of them yet."""
        self._taught: dict[str, set[str]] = {}
        self._added: dict[str, frozenset[str]] = {}
        self._took: dict[str, frozenset[str]] = {}
        """Marks of the lines that this run writes and takes away, by place: the ledger cannot know of them yet."""
        self._held: dict[str, list[Held]] = {}
        for item in held:
            self._held.setdefault(item.entry, []).append(item)

    def names(self) -> Sequence[str]:
        return tuple(name for name in self._draft.names() if name == (self._only or name))

    def skill(self, name: str) -> Skill:
        return self._draft.skill(name)

    def tokens(self, skill: str, file: str) -> int:
        return self._draft.tokens(skill, file)

    def entry(self, id: str) -> tuple[str, Entry] | None:
        return self._draft.entry(id)

    def pins(self, id: str) -> Pins:
        found = self._draft.entry(id)
        return pinned(found[1], self._ours(id)) if found else Pins()

    def sources(self, entry: str) -> frozenset[str]:
        held = {item.session for item in self._held.get(entry, ())}
        return frozenset(self._ledger.sources(entry) | held | self._taught.get(entry, set()))

    def deleted(self, entry: str) -> bool:
        return self._draft.was_deleted(entry) or self.rejected(entry)

    def rejected(self, entry: str) -> bool:
        return self._ledger.is_rejected(entry) and not self._draft.holds(entry)

    def turned_down(self, proposal: Proposal) -> bool:
        """Whether a person rejected it in a review: a new entry, or this very change of one that stands."""
        if proposal.action == "add":
            return self.rejected(proposal.entry)
        return (proposal.entry, proposal.skill, proposal.file, _essence(proposal.text)) in self._rejected

    def taught(self, lessons: Collection[str]) -> Sequence[str]:
        """The daily log is none of it: what it records stays true."""
        lines = self._ledger.lines() if lessons else ()
        found = (line for line in lines if line.lesson in lessons and line.skill != DAILY)
        return tuple(dict.fromkeys(line.entry for line in found if line.entry and self._draft.holds(line.entry)))

    def by_hand(self, skill: str) -> bool:
        if skill not in self._draft.names() or skill in self._created:
            return False
        try:
            return is_by_hand(skill, self._draft.skill(skill), lambda: self._made)
        except AcontextError:  # one that cannot be read is nobody's to write into
            return True

    @cached_property
    def _made(self) -> Collection[str]:
        return made_by_engines(self._ledger)

    def waiting(self, entry: str, lessons: Collection[str] = ()) -> Sequence[Held]:
        """The held lessons that would be this entry, and others of those named."""
        named = [held for each in self._held.values() for held in each if held.lesson in lessons] if lessons else []
        return [*self._held.get(entry, ()), *(held for held in named if held.entry != entry)]

    def deleted_titles(self) -> Sequence[str]:
        return self._gone

    @cached_property
    def _gone(self) -> Sequence[str]:
        """Looked up once: the whole space is looked at for it."""
        return self._deleted_titles()

    def count(self, entry: str, session: str) -> None:
        """Count a session as a source of an entry, before the ledger can."""
        self._taught.setdefault(entry, set()).add(session)

    def apply(self, asked_for: Sequence[SkillEdit]) -> None:
        """Apply the edits of a proposal, all or none. Raises Refused, also for what a person's own lines forbid."""
        asked_for = [edit for edit in asked_for if len(asked_for) == 1 or self._may(edit)]
        trial = _Trial(self._draft)
        for edit in asked_for:
            edits.apply(trial, edit)
        changes = trial.changes
        check(changes, self._ours)
        for edit in asked_for:
            self._draft.apply(edit)
            if isinstance(edit, CreateSkill):
                self._created.add(edit.name)
        self._wrote(changes)

    def _may(self, edit: SkillEdit) -> bool:
        """Whether an edit that only goes along with an entry leaves a person's lines alone: a description that they
        wrote is no reason not to add the entry."""
        if not isinstance(edit, ReplaceText) or edit.file != SKILL:
            return True
        trial = _Trial(self._draft)
        try:
            edits.apply(trial, edit)
            check(trial.changes, self._ours)
        except Refused:
            return False
        return True

    def _ours(self, place: str) -> frozenset[str]:
        """Marks of the lines that runs wrote there, this one too."""
        return self._ledger.marks(place) - self._took.get(place, _NO) | self._added.get(place, _NO)

    def _wrote(self, changes: Changes) -> None:
        before, after = marked(changes)
        for place in before | after:
            was, now = frozenset(before.get(place, ())), frozenset(after.get(place, ()))
            self._added[place] = self._added.get(place, _NO) - (was - now) | (now - was)
            self._took[place] = self._took.get(place, _NO) - (now - was) | (was - now)


def _essence(text: str) -> frozenset[str]:
    """What a text says, its day and how often it was seen apart."""
    return frozenset(mark(line) for line in text.split("\n") if line.strip() and not line.startswith(_CHANGING))


class _Trial:
    """Pages over a draft that are thrown away: the edits of one proposal are tried here first."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._texts: dict[tuple[str, str], str | None] = {}

    def names(self) -> set[str]:
        return {*self._draft.names(), *(skill for skill, _ in self._texts)}

    def files(self, skill: str) -> set[str]:
        own = {file: text for (name, file), text in self._texts.items() if name == skill}
        there = self._draft.files(skill) if skill in self._draft.names() else ()
        return {file for file in {*there, *own} if own.get(file, "") is not None}

    def has(self, skill: str, file: str) -> bool:
        return file in self.files(skill)

    def text(self, skill: str, file: str) -> str:
        own = self._texts.get((skill, file))
        return self._draft.text(skill, file) if own is None else own

    @property
    def changes(self) -> Changes:
        """The files that were changed, as they were and as they would be."""
        return {key: (self._before(*key), text or "") for key, text in self._texts.items()}

    def _before(self, skill: str, file: str) -> str:
        there = skill in self._draft.names() and self._draft.has(skill, file)
        return self._draft.text(skill, file) if there else ""

    def put(self, skill: str, file: str, text: str) -> None:
        self._texts[skill, file] = text

    def extend(self, skill: str, file: str, text: str) -> None:
        before = self.text(skill, file) if self.has(skill, file) else ""
        self.put(skill, file, f"{before}\n{text}")

    def remove(self, skill: str, file: str) -> None:
        self._texts[skill, file] = None
