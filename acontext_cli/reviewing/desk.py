"""Where a person decides about the held lessons of one space, one at a time. Each decision is real when it is made."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from acontext_cli.engines.engine import Proposal
from acontext_cli.errors import AcontextError, Changed, Refused
from acontext_cli.gates import GATES, Evidence, Verdict, anchored
from acontext_cli.learned import SpaceView
from acontext_cli.ledger import REVIEW, Action, Record, Run
from acontext_cli.reviewing.anew import Gone, anew
from acontext_cli.reviewing.behind import Behind, FindSession, behind
from acontext_cli.session.clock import now
from acontext_cli.skills.marks import marks
from acontext_cli.store import Decision, Draft, Held, SkillStore
from acontext_cli.trace.witness import witnessed

_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A held lesson as a person is to see it."""

    held: Held
    behind: Behind
    diff: str = ""
    """What accepting would change now."""
    notes: tuple[str, ...] = ()
    """What else the gates would have a person look at."""
    refusal: str = ""
    """Why it cannot be accepted as it stands, in words."""
    gone: str = ""
    """Why there is nothing left to decide: it is dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Where a lesson was written to."""

    skill: str
    file: str
    title: str
    run: str


class Desk:
    """The held lessons of one space."""

    def __init__(self, store: SkillStore, find: FindSession) -> None:
        self._store = store
        self._find = find

    def held(self) -> list[Held]:
        """The lessons that wait, in the order in which they were held."""
        return self._store.held()

    def rejected(self) -> list[Held]:
        """Those that were rejected; a person may change their mind."""
        return self._store.held("rejected")

    def look(self, held: Held) -> Waiting:
        """A lesson with all that speaks for and against it. Nothing is decided by that."""
        source = behind(held, self._find)
        try:
            draft, view, proposal = self._anew(held, source)
        except Gone as error:
            return Waiting(held=held, behind=source, gone=str(error))
        except AcontextError as error:
            return Waiting(held=held, behind=source, refusal=str(error))
        said = list(_verdicts(proposal, source, view, held))
        notes = tuple(each.reason for each in said if each.decision == "hold" and each.reason != held.reason)
        refusal = next((each.reason for each in said if each.decision != "hold"), "")
        try:
            view.apply(proposal.edits)
            diff = self._store.diff(draft)
        except AcontextError as error:
            diff, refusal = "", refusal or str(error)
        return Waiting(held=held, behind=source, diff=diff, notes=notes, refusal=refusal)

    def accept(self, held: Held, text: str = "") -> Accepted:
        """Write a lesson, as it is or in a person's own words. Raises Refused where a gate refuses it: it waits on.

        Where what it was made for is gone it is dropped, and Gone says why.
        """
        for _ in range(_TRIES - 1):
            try:
                return self._accepted(held, text)
            except Changed:  # by hand, or by a run: it is made anew on what stands there now
                if held not in self._store.held(held.state):
                    raise
        return self._accepted(held, text)

    def reject(self, held: Held) -> tuple[Held, ...]:
        """Take note that a lesson is not wanted, from no session; the lessons that wait no longer because of it."""
        same = tuple(replace(each, state="rejected") for each in self._same(held, self._store.held()))
        records = [Record(action="reject", lesson=each.lesson, entry=each.entry, session=each.session) for each in same]
        self._store.commit(self._store.draft(), records, _run(held), held=same, decision=Decision(was=held))
        return same

    def drop(self, held: Held, reason: str) -> None:
        """Let a lesson wait no longer."""
        settled = replace(held, state="dropped", reason=reason)
        self._store.commit(self._store.draft(), (), _run(held), held=[settled], decision=Decision(was=held))

    def _accepted(self, held: Held, text: str) -> Accepted:
        source, run = behind(held, self._find), _run(held)
        try:
            draft, view, proposal = self._anew(held, source, text)
        except Gone as error:
            self.drop(held, str(error))
            raise
        theirs = self._theirs(held, source, proposal) if text else frozenset[str]()
        for verdict in _verdicts(proposal, source, view, held, text):
            if verdict.decision != "hold":
                raise Refused(verdict.reason)
        view.apply(proposal.edits)
        same = [each for each in self._same(held, view.waiting(held.entry)) if each.id != held.id]
        records = [_record(proposal, held, proposal.action), *(_record(proposal, each, "source") for each in same)]
        settled = [replace(each, state="written") for each in (held, *same)]
        self._store.commit(draft, records, run, held=settled, decision=Decision(was=held, lines=theirs))
        return Accepted(skill=proposal.skill, file=proposal.file, title=proposal.title, run=run.id)

    def _anew(self, held: Held, source: Behind, text: str = "") -> tuple[Draft, SpaceView, Proposal]:
        if reason := source.failed_since():
            raise Gone(reason)
        draft = self._store.draft()
        view = SpaceView(draft, self._store.ledger, list(self._supporting(held)))
        return draft, view, anew(held, source.item, view, text)

    def _supporting(self, held: Held) -> Iterator[Held]:
        """What waits, without what failed since in another session: that speaks for no entry."""
        for each in self._store.held():
            if each.id == held.id or _key(each) != _key(held) or not behind(each, self._find).failed_since():
                yield each

    def _theirs(self, held: Held, source: Behind, proposal: Proposal) -> frozenset[str]:
        """Marks of the lines that a person wrote: the program would have written others."""
        own = self._anew(held, source)[2].text
        return frozenset(set(marks(proposal.text)) - set(marks(held.text)) - set(marks(own)))

    def _same(self, held: Held, among: Sequence[Held]) -> Iterator[Held]:
        """A lesson, and those of other sessions that would be the same new entry."""
        yield held
        if held.entry and held.action == "add":
            yield from (each for each in among if each.id != held.id and _key(each) == _key(held))


def _verdicts(proposal: Proposal, source: Behind, view: SpaceView, held: Held, text: str = "") -> Iterator[Verdict]:
    """What the gates say. Of what a person wrote themselves no transcript is asked, nor of one that is not here."""
    evidence = Evidence(known=source.known, messages=lambda: witnessed(source.messages()), task=source.task, space=view)
    for gate in GATES:
        judged = proposal
        if gate is anchored:
            if source.missing:
                continue
            judged = replace(proposal, before=f"{proposal.before}\n{_own_lines(text, held)}")
        if verdict := gate(judged, evidence):
            yield verdict


def _own_lines(text: str, held: Held) -> str:
    known = set(held.text.split("\n"))
    return "\n".join(line for line in text.split("\n") if line not in known)


def _key(held: Held) -> tuple[str, str]:
    return held.entry, held.action


def _record(proposal: Proposal, held: Held, action: Action) -> Record:
    return Record(
        action=action,
        lesson=held.lesson,
        skill=proposal.skill,
        file=proposal.file,
        entry=proposal.entry,
        session=held.session,
    )


def _run(held: Held) -> Run:
    return Run(id=f"review-{os.urandom(4).hex()}", time=now(), session=held.session, engine=REVIEW)
