"""The way of a lesson: extract, distill, learn. Each stage reads what earlier ones wrote and adds to its own file.

Nothing is marked as done. What is new is computed, so every stage can be run again at any time, does only what is
missing, and takes up after a crash.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Engine, Hold, Proposal
from acontext_cli.errors import Changed, Refused
from acontext_cli.gates import Evidence, first_objection
from acontext_cli.learned import Learned, LearnedBuilder, SpaceView
from acontext_cli.ledger import Record, Run
from acontext_cli.messages import Message
from acontext_cli.session import Session
from acontext_cli.store import Held, SkillStore
from acontext_cli.tasks import Task

__all__ = ["Learned", "distill", "extract", "learn", "something_new"]

BATCH = 500
"""So many tasks or lessons are held in memory; a longer session takes several runs."""
_TRIES = 3


def extract(session: Session, engine: Engine) -> tuple[Task, ...]:
    """Find the tasks in what was recorded since; the new and changed ones (of a long session the last of them)."""
    last = session.last_task()
    start, number = (last.start, last.number) if last else (0, 1)
    if last and last.end >= session.size:
        return ()
    found: tuple[Task, ...] = ()
    tasks = (task for task in engine.extract(session.messages(start), number) if task != last)
    while batch := tuple(islice(tasks, BATCH)):
        session.add_tasks(batch)
        found = (*found, *batch)[-BATCH:]
    return found


def distill(session: Session, engine: Engine) -> tuple[Distillation, ...]:
    """Say of each finished task what it teaches, where that was not said yet (of a long session the last of them)."""
    done = session.distilled()
    found: tuple[Distillation, ...] = ()
    due = (task for task in session.tasks() if task.finished and task not in done)
    while batch := tuple(islice(due, BATCH)):
        verdicts = tuple(verdict for task in batch for verdict in _verdicts(session, engine, task))
        session.add_distillations(verdicts)
        found = (*found, *verdicts)[-BATCH:]
    return found


def learn(session: Session, engine: Engine, store: SkillStore, *, run: Run, dry_run: bool = False) -> Learned:
    """Extract, distill and write what was learned into the space; `dry_run` writes no skill and shows the diff.

    Raises Changed where someone keeps editing the same files.
    """
    builder = LearnedBuilder(session.id, run.id)
    builder.tasks = extract(session, engine)
    distill(session, engine)
    due = _due(session, store.ledger.lessons)
    for number in count(1):
        batch = list(islice(due, BATCH))
        if not batch:
            return builder.done()
        part = replace(run, id=run.id if number == 1 else f"{run.id}-{number}", session=session.id)
        _run(session, engine, store, part, batch, builder, dry_run=dry_run)
    raise AssertionError("unreachable")


def something_new(session: Session, store: SkillStore) -> bool:
    """Whether `learn` would have anything to do."""
    last = session.last_task()
    if (last.end if last else 0) < session.size:
        return True
    done = session.distilled()
    if any(task.finished and task not in done for task in session.tasks()):
        return True
    return any(item.id not in store.ledger.lessons for item in session.distillations())


def _verdicts(session: Session, engine: Engine, task: Task) -> Iterator[Distillation]:
    findings = engine.distill(task, _messages(session, task))
    for place, finding in enumerate(findings, 1):
        yield Distillation(
            id=_id(session.id, task, place),
            session=session.id,
            task=task,
            verdict=finding.verdict,
            known=finding.known,
            messages=finding.messages,
            date=session.date or task.at[:10],
            last=place == len(findings),
        )


def _messages(session: Session, task: Task) -> Iterator[Message]:
    for message, start, _ in session.messages(task.start):
        if start >= task.end:
            return
        yield message


def _id(session: str, task: Task, place: int) -> str:
    return hashlib.sha256(f"{session}:{task.number}:{task.outcome}:{place}".encode()).hexdigest()[:12]


def _run(
    session: Session,
    engine: Engine,
    store: SkillStore,
    run: Run,
    due: list[Distillation],
    builder: LearnedBuilder,
    *,
    dry_run: bool,
) -> None:
    """One run, all or nothing. Where a person changes a file meanwhile it is made anew on what they wrote."""
    for attempt in range(1, _TRIES + 1):
        draft = store.draft()
        attempted = _Run(session, SpaceView(draft, store.ledger, store.held()))
        attempted.learn(engine, due)
        try:
            if not dry_run:
                store.commit(draft, attempted.records, run)
                store.hold(attempted.held)
            break
        except Changed:
            if attempt == _TRIES:
                raise
    builder.add(attempted.proposals, attempted.held, attempted.refused, due, draft.diff() if dry_run else "")


def _due(session: Session, lessons: set[str]) -> Iterator[Distillation]:
    """What was distilled and not dealt with, without what a later distillation of the same task replaced."""
    current = session.distilled()
    seen: set[str] = set()
    for item in session.distillations():
        if item.id not in lessons and item.id not in seen and item.task in current:
            seen.add(item.id)
            yield item


class _Run:
    """What one attempt at a run proposes, draft in hand."""

    def __init__(self, session: Session, view: SpaceView) -> None:
        self._session = session
        self._view = view
        self.records: list[Record] = []
        self.proposals: list[Proposal] = []
        self.held: list[Held] = []
        self.refused: list[tuple[str, str]] = []

    def learn(self, engine: Engine, due: list[Distillation]) -> None:
        by_id = {item.id: item for item in due}
        for proposed in engine.learn(due, self._view, self._session.name):
            item = by_id[proposed.lesson]
            if isinstance(proposed, Hold):
                self._hold(item, proposed.entry, proposed.title, proposed.reason, proposed.text)
            else:
                self._try(item, proposed)
        done = {record.lesson for record in self.records}
        self.records.extend(Record(action="skip", lesson=item.id) for item in due if item.id not in done)

    def _try(self, item: Distillation, proposal: Proposal) -> None:
        objection = None
        if proposal.text and proposal.action == "add":
            evidence = Evidence(known=item.known, messages=lambda: _messages(self._session, item.task))
            objection = first_objection(proposal, evidence)
        if objection and objection.decision == "hold":
            self._hold(item, proposal.entry, proposal.title, objection.reason, proposal.text)
            return
        try:
            if objection:
                raise Refused(objection.reason)
            self._view.apply(proposal.edits)
        except Refused as error:
            self.refused.append((proposal.title, str(error)))
            self.records.append(Record(action="reject", lesson=item.id, entry=proposal.entry))
            return
        self.proposals.append(proposal)
        self._record(item, proposal)

    def _record(self, item: Distillation, proposal: Proposal) -> None:
        self.records.append(
            Record(
                action=proposal.action, lesson=item.id, skill=proposal.skill, file=proposal.file, entry=proposal.entry
            )
        )
        for held in self._view.waiting(proposal.entry) if proposal.text else ():
            self.held.append(replace(held, state="written"))
            where = {"skill": proposal.skill, "file": proposal.file, "entry": proposal.entry, "session": held.session}
            self.records.append(Record(action="source", lesson=held.lesson, **where))

    def _hold(self, item: Distillation, entry: str, title: str, reason: str, text: str) -> None:
        self.held.append(
            Held(
                lesson=item.id, entry=entry, session=item.session, reason=reason, text=text, date=item.date,
                fields={"title": title},
            )
        )  # fmt: skip
        self.records.append(Record(action="hold", lesson=item.id, entry=entry))
