"""One attempt at a run: each proposal passes the gates and is tried on the draft; whatever comes of it is recorded."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acontext_cli.distillations import Distillation, Skip
from acontext_cli.edits import as_json
from acontext_cli.engines.engine import Came, Decline, Engine, Hold, Proposal, Proposed
from acontext_cli.engines.rules.writing import DELETED, REJECTED
from acontext_cli.errors import AcontextError, Refused
from acontext_cli.injection import visible
from acontext_cli.learned.shares import Asks
from acontext_cli.learned.view import SpaceView
from acontext_cli.ledger import Action, Record, Run
from acontext_cli.messages import Message
from acontext_cli.store import Held

if TYPE_CHECKING:
    from acontext_cli.gates import Evidence, Gate

Read = Callable[[Distillation], Iterable[Message]]
"""Reads the messages of a distilled task anew."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A lesson that is not written, and why."""

    lesson: str
    entry: str
    title: str
    reason: str


class Attempt:
    """What one attempt at a run proposes, holds and refuses. Nothing of it is real yet."""

    def __init__(self, view: SpaceView, read: Read, only: str = "", asks: Asks = "risky") -> None:
        self._view = view
        self._read = read
        self._asks = asks
        self._only = only
        """The one skill that may be written to; empty: every skill."""
        self._due: Sequence[Distillation] = ()
        self._sessions: dict[str, str] = {}
        self._dealt: set[str] = set()
        """Lessons that something came of, besides a record of their task."""
        self.records: list[Record] = []
        self.proposals: list[Proposal] = []
        self.held: list[Held] = []
        self.settled: list[Held] = []
        """Lessons that do not wait any more: they stand in an entry now, or were dropped."""
        self.refused: list[Refusal] = []
        self.declined: list[Decline] = []
        self.error: AcontextError | None = None
        """Why the engine came to no end; what it had done by then stands."""

    def learn(self, engine: Engine, due: Sequence[Distillation], names: Mapping[str, str]) -> None:
        """Try what the engine asks for; every distillation is dealt with then, if only as a skip."""
        by_id = {item.id: item for item in due}
        self._due = due
        self._sessions = {item.id: item.session for item in due}
        asked, came = engine.learn(due, self._view, names), None
        try:
            while (proposed := _next(asked, came)) is not None:
                came = self._deal(by_id[proposed.lesson], proposed)
        except Refused:
            raise
        except AcontextError as error:
            self.error = error
        self._close(due)

    def drop(self, held: Iterable[Held], reason: str) -> None:
        """Let held lessons wait no longer."""
        self.settled.extend(replace(each, state="dropped", reason=reason) for each in held)

    def all_records(self, run: Run) -> list[Record]:
        """The records of a run; each names its session where the run has several."""
        if run.session:
            return self.records
        return [replace(each, session=each.session or self._sessions.get(each.lesson, "")) for each in self.records]

    def all_held(self, run: Run) -> list[Held]:
        """The lessons that a run holds, and those that do not wait any more because of it."""
        return [*(replace(each, run=run.id) for each in self.held), *self.settled]

    def _deal(self, item: Distillation, proposed: Proposal | Hold | Decline) -> Came | None:
        if isinstance(proposed, Decline):
            if not proposed.is_record or isinstance(item.verdict, Skip):
                self._dealt.add(item.id)
            self.declined.append(proposed)
        elif isinstance(proposed, Hold):
            return self._held_back(item, proposed)
        elif proposed.skill == (self._only or proposed.skill):
            return self._try(item, proposed)
        else:
            return self._refuse(item, proposed, f"only {self._only!r} is written to here")
        return None

    def _close(self, due: Sequence[Distillation]) -> None:
        """Record as skipped what nothing was written for. What an engine that broke off did not come to stays new: a
        record of its task is kept without naming it, and a refusal that might have been mended is none."""
        open = {item.id for item in due} - self._dealt if self.error else set[str]()
        kept = (each for each in self.records if each.lesson not in open or each.action != "reject")
        self.records = [self._unnamed(each) if each.lesson in open else each for each in kept]
        done = {record.lesson for record in self.records} | open
        self.records.extend(Record(action="skip", lesson=item.id) for item in due if item.id not in done)

    def _unnamed(self, record: Record) -> Record:
        return replace(record, lesson="", session=record.session or self._sessions[record.lesson])

    def _try(self, item: Distillation, proposal: Proposal) -> Came:
        from acontext_cli.gates import first_objection  # heavy, and only what learns needs them

        if _is_new_text(proposal) and self._view.turned_down(proposal):
            return self._refuse(item, proposal, REJECTED)
        objection = first_objection(proposal, self._evidence(item), _gates(proposal))
        if objection and objection.decision == "hold":
            return self._hold(item, proposal, objection.reason, objection.gate)
        if objection and objection.decision == "drop":
            return self._drop(item, proposal, objection.reason)
        if objection:
            return self._refuse(item, proposal, objection.reason)
        if self._asks == "all" and _is_new_text(proposal):
            return self._hold(item, proposal, "review: all", "review")
        return self._apply(item, proposal)

    def _apply(self, item: Distillation, proposal: Proposal) -> Came:
        try:
            self._view.apply(proposal.edits)
        except Refused as error:
            if proposal.action != "source":
                return self._refuse(item, proposal, str(error))
            # A person wrote the line that counts the sessions: the ledger counts them all the same.
        self._forgive(item, proposal)
        if _teaches(item, proposal):
            self._dealt.add(item.id)
        self.proposals.append(proposal)
        self.records.append(_record(proposal.action, proposal, item.id))
        if proposal.entry and proposal.action != "warning":
            self._view.count(proposal.entry, item.session)
        if proposal.text and proposal.entry:
            self._settle(proposal)
        return Came(decision="written")

    def _forgive(self, item: Distillation, proposal: Proposal) -> None:
        """A lesson that was refused and mended is no refused one."""
        mended = ("reject", item.id, proposal.entry)
        self.refused = [told for told in self.refused if (told.lesson, told.entry) != mended[1:]]
        self.records = [each for each in self.records if (each.action, each.lesson, each.entry) != mended]

    def _settle(self, proposal: Proposal) -> None:
        """What other sessions hold of the same lesson stands in the entry now."""
        for held in self._view.waiting(proposal.entry, proposal.settles):
            self.settled.append(replace(held, state="written"))
            self.records.append(replace(_record("source", proposal, held.lesson), session=held.session))

    def _held_back(self, item: Distillation, proposed: Hold) -> Came:
        """A held lesson is written too, for a person to read."""
        from acontext_cli.gates import of_a_hold

        objection = of_a_hold(proposed, self._evidence(item))
        if objection and objection.decision == "refuse":
            return self._refuse(item, proposed, objection.reason)
        if self._view.deleted(proposed.entry):
            reason = REJECTED if self._view.rejected(proposed.entry) else DELETED
            return self._refuse(item, proposed, reason)
        return self._hold(item, proposed, f"{proposed.reason}; {objection.reason}" if objection else proposed.reason)

    def _drop(self, item: Distillation, proposal: Proposal, reason: str) -> Came:
        """What there is nothing to learn from is declined, and dealt with."""
        self._dealt.add(item.id)
        self.declined.append(Decline(lesson=item.id, reason=f"“{proposal.title}”: {reason}"))
        return Came(decision="dropped", reason=reason)

    def _refuse(self, item: Distillation, proposal: Proposal | Hold, reason: str) -> Came:
        self.refused.append(Refusal(item.id, proposal.entry, proposal.title, reason))
        self.records.append(Record(action="reject", lesson=item.id, entry=proposal.entry))
        return Came(decision="refused", reason=reason)

    def _hold(self, item: Distillation, proposed: Proposal | Hold, reason: str, gate: str = "") -> Came:
        self._dealt.add(item.id)
        held = Held(
            lesson=item.id,
            entry=proposed.entry,
            title=visible(proposed.title),
            session=item.session,
            gate=gate,
            reason=visible(reason),
            text=visible(proposed.text),
            date=item.date,
        )
        self.held.append(_with_place(held, proposed) if isinstance(proposed, Proposal) else held)
        self.records.append(Record(action="hold", lesson=item.id, entry=proposed.entry))
        return Came(decision="held", reason=reason)

    def _evidence(self, item: Distillation) -> "Evidence":
        from acontext_cli.gates import Evidence

        others = [each for each in self._due if (each.session, each.task) != (item.session, item.task)]
        return Evidence(
            known=item.known,
            messages=lambda: self._read(item),
            others=lambda: (message for each in others for message in self._read(each)),
            task=item.task,
            space=self._view,
        )


def _next(asked: Proposed, came: Came | None) -> Proposal | Hold | Decline | None:
    try:
        return asked.send(came)
    except StopIteration:
        return None


def _teaches(item: Distillation, proposal: Proposal) -> bool:
    """Whether a proposal is of the lesson itself, and not of its task's record or of what its failure takes back."""
    if proposal.is_record:
        return isinstance(item.verdict, Skip)
    return proposal.action == "edit" or (bool(proposal.text) and proposal.action != "warning")


def _is_new_text(proposal: Proposal) -> bool:
    """Whether a proposal brings a lesson's own text. A digest is a record, and what only adds to an entry, or takes it
    back, is no new text."""
    return bool(proposal.text) and proposal.action in ("add", "replace", "edit") and not proposal.is_record


def _gates(proposal: Proposal) -> "Sequence[Gate]":
    """A lesson's own text passes all of them."""
    from acontext_cli.gates import GATES, anchored, no_foreign_act, no_secret

    if _is_new_text(proposal):
        return GATES
    always = (no_secret, no_foreign_act)
    return (*always, anchored) if proposal.is_record and proposal.text else always


def _with_place(held: Held, proposal: Proposal) -> Held:
    """A held lesson with the edits that would write it."""
    return replace(
        held,
        action=proposal.action,
        skill=proposal.skill,
        file=proposal.file,
        before=proposal.before,
        edits=tuple(map(as_json, proposal.edits)),
    )


def _record(action: Action, proposal: Proposal, lesson: str) -> Record:
    return Record(action=action, lesson=lesson, skill=proposal.skill, file=proposal.file, entry=proposal.entry)
