"""One attempt at a run: each proposal passes the gates and is tried on the draft; whatever comes of it is recorded."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Decline, Engine, Hold, Proposal
from acontext_cli.errors import Refused
from acontext_cli.gates import GATES, Evidence, first_objection, no_secret, secret_in
from acontext_cli.learned.view import SpaceView
from acontext_cli.ledger import Action, Record
from acontext_cli.messages import Message
from acontext_cli.store import Held
from acontext_cli.tasks import Task

Read = Callable[[Task], Iterable[Message]]
"""Reads the messages of a task anew."""


class Attempt:
    """What one attempt at a run proposes, holds and refuses. Nothing of it is real yet."""

    def __init__(self, view: SpaceView, read: Read, only: str = "") -> None:
        self._view = view
        self._read = read
        self._only = only
        """The one skill that may be written to; empty: every skill."""
        self.records: list[Record] = []
        self.proposals: list[Proposal] = []
        self.held: list[Held] = []
        self.settled: list[Held] = []
        """Lessons that were held and stand in an entry now."""
        self.refused: list[tuple[str, str]] = []
        self.declined: list[tuple[int, str]] = []
        """(task number, reason)"""

    def learn(self, engine: Engine, due: Sequence[Distillation], name: str) -> None:
        """Try what the engine asks for; every distillation is dealt with then, if only as a skip."""
        by_id = {item.id: item for item in due}
        for proposed in engine.learn(due, self._view, name):
            item = by_id[proposed.lesson]
            if isinstance(proposed, Decline):
                self.declined.append((item.task.number, proposed.reason))
            elif isinstance(proposed, Hold):
                self._held_back(item, proposed)
            elif proposed.skill == (self._only or proposed.skill):
                self._try(item, proposed)
        done = {record.lesson for record in self.records}
        self.records.extend(Record(action="skip", lesson=item.id) for item in due if item.id not in done)

    def _try(self, item: Distillation, proposal: Proposal) -> None:
        gates = GATES if _is_judged(proposal) else (no_secret,)
        objection = first_objection(proposal, self._evidence(item), gates)
        if objection and objection.decision == "hold":
            self._hold(item, proposal, objection.reason)
        elif objection:
            self._refuse(item, proposal, objection.reason)
        else:
            self._apply(item, proposal)

    def _apply(self, item: Distillation, proposal: Proposal) -> None:
        try:
            self._view.apply(proposal.edits)
        except Refused as error:
            self._refuse(item, proposal, str(error))
            return
        self.proposals.append(proposal)
        self.records.append(_record(proposal.action, proposal, item.id))
        if proposal.action != "warning":
            self._view.taught(proposal.entry, item.session)
        if proposal.text:
            self._settle(proposal)

    def _settle(self, proposal: Proposal) -> None:
        """What other sessions hold of the same lesson stands in the entry now."""
        for held in self._view.waiting(proposal.entry):
            self.settled.append(replace(held, state="written"))
            self.records.append(replace(_record("source", proposal, held.lesson), session=held.session))

    def _held_back(self, item: Distillation, proposed: Hold) -> None:
        """A held lesson is written too, for a person to read."""
        if objection := secret_in(proposed.title, proposed.text, proposed.reason):
            self._refuse(item, proposed, objection.reason)
        else:
            self._hold(item, proposed, proposed.reason)

    def _refuse(self, item: Distillation, proposal: Proposal | Hold, reason: str) -> None:
        self.refused.append((proposal.title, reason))
        self.records.append(Record(action="reject", lesson=item.id, entry=proposal.entry))

    def _hold(self, item: Distillation, proposed: Proposal | Hold, reason: str) -> None:
        self.held.append(
            Held(
                lesson=item.id,
                entry=proposed.entry,
                session=item.session,
                reason=reason,
                text=proposed.text,
                date=item.date,
                fields={"title": proposed.title},
            )
        )
        self.records.append(Record(action="hold", lesson=item.id, entry=proposed.entry))

    def _evidence(self, item: Distillation) -> Evidence:
        return Evidence(known=item.known, messages=lambda: self._read(item.task))


def _is_judged(proposal: Proposal) -> bool:
    """Whether the proposal brings a lesson's own text; a digest is a record, and what only adds to an entry is none."""
    return bool(proposal.text) and proposal.action in ("add", "replace")


def _record(action: Action, proposal: Proposal, lesson: str) -> Record:
    return Record(action=action, lesson=lesson, skill=proposal.skill, file=proposal.file, entry=proposal.entry)
