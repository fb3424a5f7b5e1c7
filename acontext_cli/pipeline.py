"""The way of a lesson: extract, distill, learn. Each stage reads what earlier ones wrote and adds to its own file.

Nothing is marked as done. What is new is computed, so every stage can be run again at any time, does only what is
missing, and takes up after a crash.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Engine
from acontext_cli.learned import BATCH, Asks, Learned, Prepared, is_due, rehearse_writing, write
from acontext_cli.ledger import Run
from acontext_cli.models.unsent import Unsent
from acontext_cli.reads.transcripts import Passing
from acontext_cli.session import Session
from acontext_cli.store import SkillStore
from acontext_cli.tasks import Task

__all__ = ["Learned", "Prepared", "distill", "extract", "learn", "prepare", "something_new", "write"]


_T = TypeVar("_T")


def extract(session: Session, engine: Engine) -> tuple[Task, ...]:
    """Find the tasks in what was recorded since; the new and changed ones (of a long session the last of them)."""
    last = session.last_task()
    if last and last.end >= session.size:
        return ()
    start, number = (last.start, last.number) if last else (0, 1)
    messages = Passing(session).by(session.safe_messages(start))
    found = (task for task in engine.extract(messages, number) if task != last)
    return _added(found, session.add_tasks)


def distill(session: Session, engine: Engine) -> tuple[Distillation, ...]:
    """Say of each finished task what it teaches, where that was not said yet (of a long session the last of them)."""
    done = session.distilled()
    due = (task for task in session.tasks() if task.finished and task not in done)
    found = (item for task in due for item in _verdicts(session, engine, task))
    return _added(found, session.add_distillations)


def prepare(session: Session, engine: Engine) -> tuple[Task, ...]:
    """Extract and distill; the tasks that are new. What remains is to write what they teach."""
    numbers = {task.number for task in extract(session, engine)}
    distill(session, engine)
    return tuple(task for task in session.tasks() if task.number in numbers) if numbers else ()


def learn(
    session: Session,
    engine: Engine,
    store: SkillStore,
    *,
    run: Run,
    facts: SkillStore | None = None,
    dry_run: bool = False,
    asks: Asks = "risky",
) -> Learned:
    """Extract, distill and write what was learned into the space; `dry_run` writes no skill and shows the diff.

    `facts`: the space for what the user wants in general, where that is another one.
    Raises Changed where someone keeps editing the same files.
    """
    before = engine.usage
    tasks = prepare(session, engine)
    prepared = Prepared(session=session, tasks=tasks, usage=engine.usage - before)
    (learned,), error = write([prepared], engine, store, run=run, facts=facts, dry_run=dry_run, asks=asks)
    if error:
        raise error
    return learned


def rehearse(
    session: Session,
    engine: Engine,
    store: SkillStore,
    facts: SkillStore | None = None,
    *,
    writing: bool = True,
    asks: Asks = "risky",
) -> bool:
    """Come to every question about a session whose text is known without an earlier answer; for a model that keeps what
    it is asked and answers nothing. `writing`: whether the skills are as they would be when it is written.

    Returns whether all was known up to the writing.
    """
    known, goes_on = True, 0
    try:
        extract(session, engine)
    except Unsent:
        last = session.last_task()
        known, goes_on = False, last.number if last else 0
    done = session.distilled()
    for task in session.tasks():
        if task.finished and task not in done and task.number != goes_on:
            try:
                engine.distill(task, session.messages_of(task))
            except Unsent:
                known = False
    if known and writing:
        distill(session, engine)
        rehearse_writing(session, engine, store, facts, asks)
    return known


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
    return is_due(session, store, facts)


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
    findings = engine.distill(task, session.messages_of(task))
    for place, finding in enumerate(findings, 1):
        yield Distillation(
            id=_id(session, task, place),
            session=session.id,
            task=task,
            verdict=finding.verdict,
            known=finding.known,
            messages=finding.messages,
            date=_date(session, task),
            last=place == len(findings),
        )


def _id(session: Session, task: Task, place: int) -> str:
    """What is told, taken back and told again is new each time."""
    told = len(session.outcomes()) if task.known and task.known.source == "outside" else 0
    again = f":{told}" if told > 1 else ""
    text = f"{session.id}:{task.number}:{task.outcome}:{place}{again}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _date(session: Session, task: Task) -> str:
    """The session's own date, else the day of the task; a transcript may say anything about its times."""
    said = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", task.at)
    return session.date or (said.group() if said else session.created[:10])
