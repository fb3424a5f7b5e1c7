"""The way of a lesson: extract, distill, learn. Each stage reads what earlier ones wrote and adds to its own file.

Nothing is marked as done. What is new is computed, so every stage can be run again at any time, does only what is
missing, and takes up after a crash.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Engine
from acontext_cli.errors import AcontextError, Changed
from acontext_cli.learned import Attempt, Learned, LearnedBuilder, Share, SpaceView, shares
from acontext_cli.ledger import Run
from acontext_cli.messages import Message
from acontext_cli.model import NOTHING, Usage
from acontext_cli.models.unsent import Unsent
from acontext_cli.session import Session
from acontext_cli.store import Draft, SkillStore
from acontext_cli.tasks import Task
from acontext_cli.trace.witness import witnessed

__all__ = ["Learned", "Prepared", "distill", "extract", "learn", "prepare", "something_new", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A session that was extracted and distilled, and is to be written."""

    session: Session
    tasks: tuple[Task, ...] = ()
    """The tasks that are new."""
    usage: Usage = NOTHING
    """What was asked of a model for it."""


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
) -> Learned:
    """Extract, distill and write what was learned into the space; `dry_run` writes no skill and shows the diff.

    `facts`: the space for what the user wants in general, where that is another one.
    Raises Changed where someone keeps editing the same files.
    """
    before = engine.usage
    tasks = prepare(session, engine)
    prepared = Prepared(session=session, tasks=tasks, usage=engine.usage - before)
    (learned,), error = write([prepared], engine, store, run=run, facts=facts, dry_run=dry_run)
    if error:
        raise error
    return learned


def write(
    prepared: Sequence[Prepared],
    engine: Engine,
    store: SkillStore,
    *,
    run: Run,
    facts: SkillStore | None = None,
    dry_run: bool = False,
) -> tuple[tuple[Learned, ...], AcontextError | None]:
    """Write what some sessions were found to teach, together; what each of them came to, and why an engine broke off.

    What it has written by then stands; the rest is still new.
    """
    builders = [LearnedBuilder(each.session.id, run.id, each.tasks, usage=each.usage) for each in prepared]
    sessions = [each.session for each in prepared]
    parts = ((share, batch) for share in shares(store, facts) for batch in _batches(sessions, share))
    spent, before = sum((each.usage for each in prepared), NOTHING), engine.usage
    for number, (share, batch) in enumerate(parts, 1):
        part = replace(run, id=run.id if number == 1 else f"{run.id}-{number}", session=_whose(batch))
        if dry_run:
            draft, attempt = _tried(sessions, engine, share, batch)
            builders[0].show(draft.diff())
        else:
            attempt = _written(sessions, engine, share, batch, part, spent)
        spent, before, more = NOTHING, engine.usage, engine.usage - before
        builders[0].usage += more
        for builder in builders:
            builder.add(batch, attempt)
        if attempt.error:
            return tuple(builder.done() for builder in builders), attempt.error
    return tuple(builder.done() for builder in builders), None


def rehearse(session: Session, engine: Engine, store: SkillStore, facts: SkillStore | None = None) -> None:
    """Come to every question about a session whose text is known without an earlier answer; for a model that keeps what
    it is asked and answers nothing."""
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
                engine.distill(task, _messages(session, task))
            except Unsent:
                known = False
    if known:
        distill(session, engine)
        for share in shares(store, facts):
            for batch in _batches([session], share):
                _tried([session], engine, share, batch)


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


def _batches(sessions: Sequence[Session], share: Share) -> Iterator[tuple[Distillation, ...]]:
    share.store.ledger.refresh()  # an earlier run, of this process or another, may have dealt with some
    due = (item for session in sessions for item in _due(session, share))
    return iter(lambda: tuple(islice(due, BATCH)), ())


def _whose(batch: Sequence[Distillation]) -> str:
    """The session of a batch; empty where there are several: each record names its own then."""
    sessions = {item.session for item in batch}
    return sessions.pop() if len(sessions) == 1 else ""


def _due(session: Session, share: Share) -> Iterator[Distillation]:
    """What was distilled and not dealt with, without what a later distillation of the same task replaced."""
    current, lessons = session.distilled(), share.store.ledger.lessons
    seen: set[str] = set()
    for item in session.distillations():
        if item.id not in lessons and item.id not in seen and item.task in current and (mine := share.of(item)):
            seen.add(item.id)
            yield mine


def _written(
    sessions: Sequence[Session],
    engine: Engine,
    share: Share,
    due: Sequence[Distillation],
    run: Run,
    spent: Usage,
    tries: int = _TRIES,
) -> Attempt:
    """One run, all or nothing. Where a person changes a file meanwhile it is made anew on what they wrote.

    `spent`: what was asked of a model before, for the ledger.
    """
    store, before = share.store, engine.usage
    draft, attempt = _tried(sessions, engine, share, due)
    spent += engine.usage - before
    try:
        # Held before the commit and settled behind it: a kill in between leaves nothing that nobody waits for.
        store.hold(attempt.held)
        store.commit(draft, attempt.all_records(run), replace(run, tokens=spent.tokens, calls=spent.calls))
    except Changed:
        if tries == 1:
            raise
        return _written(sessions, engine, share, due, run, spent, tries - 1)
    store.hold(attempt.settled)
    return attempt


def _tried(
    sessions: Sequence[Session], engine: Engine, share: Share, due: Sequence[Distillation]
) -> tuple[Draft, Attempt]:
    draft, by_id = share.store.draft(), {session.id: session for session in sessions}
    due = [item for item in due if item.id not in share.store.ledger.lessons]  # another process may have been faster
    view = SpaceView(draft, share.store.ledger, share.store.held(), share.only, share.store.deleted_titles)
    attempt = Attempt(view, lambda item: witnessed(_messages(by_id[item.session], item.task)), only=share.only)
    attempt.learn(engine, due, {session.id: session.safe(session.name) for session in sessions})
    return draft, attempt
