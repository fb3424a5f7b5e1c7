"""Writing what some sessions were found to teach: what is due, tried on a draft, and made real all or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from acontext_cli.distillations import Distillation, Success
from acontext_cli.engines.engine import Engine
from acontext_cli.errors import AcontextError, Changed
from acontext_cli.learned.attempt import Attempt
from acontext_cli.learned.result import Learned, LearnedBuilder
from acontext_cli.learned.shares import Asks, Share, shares
from acontext_cli.learned.view import SpaceView
from acontext_cli.ledger import Run
from acontext_cli.model import NOTHING, Usage
from acontext_cli.session import Session
from acontext_cli.store import Draft, SkillStore
from acontext_cli.tasks import Task
from acontext_cli.trace.witness import witnessed

BATCH = 500
"""So many tasks or lessons are held in memory; a longer session takes several runs."""
FAILED_SINCE = "its task turned out to have failed"
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A session that was extracted and distilled, and is to be written."""

    session: Session
    tasks: tuple[Task, ...] = ()
    """The tasks that are new."""
    usage: Usage = NOTHING
    """What was asked of a model for it."""


def write(
    prepared: Sequence[Prepared],
    engine: Engine,
    store: SkillStore,
    *,
    run: Run,
    facts: SkillStore | None = None,
    dry_run: bool = False,
    asks: Asks = "risky",
) -> tuple[tuple[Learned, ...], AcontextError | None]:
    """Write what some sessions were found to teach, together; what each of them came to, and why an engine broke off.

    What it has written by then stands; the rest is still new.
    """
    builders = [LearnedBuilder(each.session.id, run.id, each.tasks, usage=each.usage) for each in prepared]
    sessions = [each.session for each in prepared]
    parts = ((share, batch) for share in shares(store, facts, asks) for batch in _batches(sessions, share))
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


def is_due(session: Session, store: SkillStore, facts: SkillStore | None = None) -> bool:
    """Whether something was distilled from a session and not dealt with."""
    return any(True for share in shares(store, facts) for _ in _due(session, share))


def rehearse_writing(
    session: Session, engine: Engine, store: SkillStore, facts: SkillStore | None = None, asks: Asks = "risky"
) -> None:
    """Try what is due, and leave no trace of it."""
    for share in shares(store, facts, asks):
        for batch in _batches([session], share):
            _tried([session], engine, share, batch)


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
        paid = replace(run, tokens=spent.tokens, calls=spent.calls)
        store.commit(draft, attempt.all_records(run), paid, held=attempt.all_held(run))
    except Changed:
        if tries == 1:
            raise
        return _written(sessions, engine, share, due, run, spent, tries - 1)
    return attempt


def _tried(
    sessions: Sequence[Session], engine: Engine, share: Share, due: Sequence[Distillation]
) -> tuple[Draft, Attempt]:
    draft, by_id = share.store.draft(), {session.id: session for session in sessions}
    due = [item for item in due if item.id not in share.store.ledger.lessons]  # another process may have been faster
    store, gone = share.store, set(_overtaken(by_id, due))
    held = [each for each in store.held() if each.lesson not in gone]
    view = SpaceView(draft, store.ledger, held, share.only, store.deleted_titles, store.held("rejected"))
    read = lambda item: witnessed(by_id[item.session].messages_of(item.task))  # noqa: E731
    attempt = Attempt(view, read, only=share.only, asks=share.asks)
    attempt.drop((each for each in store.held() if each.lesson in gone), FAILED_SINCE)
    attempt.learn(engine, due, {session.id: session.safe(session.name) for session in sessions})
    return draft, attempt


def _overtaken(sessions: Mapping[str, Session], due: Iterable[Distillation]) -> Iterator[str]:
    """The procedures of tasks that turned out to have failed since."""
    failed = {(item.session, item.task.number) for item in due if item.task.status == "failed"}
    for id in sorted({session for session, _ in failed}):
        for item in sessions[id].distillations():
            if (id, item.task.number) in failed and item.task.status != "failed" and isinstance(item.verdict, Success):
                yield item.id
