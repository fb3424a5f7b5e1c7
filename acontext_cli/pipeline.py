"""The way of a lesson: extract, distill, learn. Each stage reads what earlier ones wrote and adds to its own file.

Nothing is marked as done. What is new is computed, so every stage can be run again at any time, does only what is
missing, and takes up after a crash.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Engine
from acontext_cli.errors import Changed
from acontext_cli.learned import Attempt, Learned, LearnedBuilder, Share, SpaceView, shares
from acontext_cli.ledger import Run
from acontext_cli.messages import Message
from acontext_cli.session import Session
from acontext_cli.store import Draft, SkillStore
from acontext_cli.tasks import Task

__all__ = ["Learned", "distill", "extract", "learn", "something_new"]

BATCH = 500
"""So many tasks or lessons are held in memory; a longer session takes several runs."""
_TRIES = 3

_T = TypeVar("_T")


def extract(session: Session, engine: Engine) -> tuple[Task, ...]:
    """Find the tasks in what was recorded since; the new and changed ones (of a long session the last of them)."""
    last = session.last_task()
    if last and last.end >= session.size:
        return ()
    start, number = (last.start, last.number) if last else (0, 1)
    found = (task for task in engine.extract(session.safe_messages(start), number) if task != last)
    return _added(found, session.add_tasks)


def distill(session: Session, engine: Engine) -> tuple[Distillation, ...]:
    """Say of each finished task what it teaches, where that was not said yet (of a long session the last of them)."""
    done = session.distilled()
    due = (task for task in session.tasks() if task.finished and task not in done)
    found = (item for task in due for item in _verdicts(session, engine, task))
    return _added(found, session.add_distillations)


def learn(
    session: Session,
    engine: Engine,
    store: SkillStore,
    *,
    run: Run,
    facts: SkillStore | None = None,
    dry_run: bool = False,
) -> Learned:
    """Extract, distill and write what was learned into the space; `dry_run` writes no skill and shows the diff.

    `facts`: the space for what the user wants in general, where that is another one.
    Raises Changed where someone keeps editing the same files.
    """
    builder = LearnedBuilder(session.id, run.id)
    numbers = {task.number for task in extract(session, engine)}
    builder.tasks = tuple(task for task in session.tasks() if task.number in numbers) if numbers else ()
    distill(session, engine)
    parts = ((share, batch) for share in shares(store, facts) for batch in _batches(session, share))
    for number, (share, batch) in enumerate(parts, 1):
        part = replace(run, id=run.id if number == 1 else f"{run.id}-{number}", session=session.id)
        if dry_run:
            draft, attempt = _tried(session, engine, share, batch)
            builder.show(draft.diff())
        else:
            attempt = _written(session, engine, share, batch, part)
        builder.add(batch, attempt)
    return builder.done()


def something_new(session: Session, store: SkillStore, facts: SkillStore | None = None) -> bool:
    """Whether `learn` would have anything to do."""
    last = session.last_task()
    if last is None:
        return any(message.is_human for message, _, _ in session.messages())  # without one there is no task
    if last.end < session.size:
        return True
    done = session.distilled()
    if any(task.finished and task not in done for task in session.tasks()):
        return True
    return any(True for share in shares(store, facts) for _ in _due(session, share))


def _added(found: Iterable[_T], add: Callable[[Iterable[_T]], None]) -> tuple[_T, ...]:
    """Write what is found, in batches; what came before an error is kept. The last of it."""
    last: tuple[_T, ...] = ()
    batch: list[_T] = []
    try:
        for item in found:
            batch.append(item)
            if len(batch) == BATCH:
                last, batch = tuple(batch), []
                add(last)
    finally:
        add(batch)
    return (*last, *batch)[-BATCH:]


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
            date=_date(session, task),
            last=place == len(findings),
        )


def _messages(session: Session, task: Task) -> Iterator[Message]:
    for message, start, _ in session.safe_messages(task.start):
        if start >= task.end:
            return
        yield message


def _id(session: str, task: Task, place: int) -> str:
    return hashlib.sha256(f"{session}:{task.number}:{task.outcome}:{place}".encode()).hexdigest()[:12]


def _date(session: Session, task: Task) -> str:
    """The session's own date, else the day of the task; a transcript may say anything about its times."""
    said = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", task.at)
    return session.date or (said.group() if said else session.created[:10])


def _batches(session: Session, share: Share) -> Iterator[tuple[Distillation, ...]]:
    due = _due(session, share)
    return iter(lambda: tuple(islice(due, BATCH)), ())


def _due(session: Session, share: Share) -> Iterator[Distillation]:
    """What was distilled and not dealt with, without what a later distillation of the same task replaced."""
    current, lessons = session.distilled(), share.store.ledger.lessons
    seen: set[str] = set()
    for item in session.distillations():
        if item.id not in lessons and item.id not in seen and item.task in current and (mine := share.of(item)):
            seen.add(item.id)
            yield mine


def _written(
    session: Session, engine: Engine, share: Share, due: Sequence[Distillation], run: Run, tries: int = _TRIES
) -> Attempt:
    """One run, all or nothing. Where a person changes a file meanwhile it is made anew on what they wrote."""
    store = share.store
    draft, attempt = _tried(session, engine, share, due)
    try:
        # Held before the commit and settled behind it: a kill in between leaves nothing that nobody waits for.
        store.hold(attempt.held)
        store.commit(draft, attempt.records, run)
    except Changed:
        if tries == 1:
            raise
        return _written(session, engine, share, due, run, tries - 1)
    store.hold(attempt.settled)
    return attempt


def _tried(session: Session, engine: Engine, share: Share, due: Sequence[Distillation]) -> tuple[Draft, Attempt]:
    draft = share.store.draft()
    view = SpaceView(draft, share.store.ledger, share.store.held())
    attempt = Attempt(view, lambda task: _messages(session, task), only=share.only)
    attempt.learn(engine, due, session.safe(session.name))
    return draft, attempt
