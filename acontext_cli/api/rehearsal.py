"""What would be sent to a model: every question that is known without an earlier answer, to the byte."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from acontext_cli import pipeline
from acontext_cli.api.session import Session
from acontext_cli.errors import AcontextError
from acontext_cli.models.unsent import Asked, UnsentModel

if TYPE_CHECKING:
    from acontext_cli.api.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Question:
    """One call that would be made."""

    session: Session
    body: bytes
    """What would be sent: the body of a request, or a command's input."""


def questions(sessions: "Iterable[tuple[Workspace, Session]]", space: str = "") -> Iterator[Question]:
    """The known questions about some sessions, in the order in which they would be asked."""
    asked: set[Path] = set()
    for here, session in sessions:
        real = here.engines.model
        if real is None:
            raise AcontextError("no model is asked: the engine is offline (acontext config says why)")
        if not hasattr(real, "request"):
            raise AcontextError(f"the model {real.name!r} does not say what it would be sent")
        unsent = UnsentModel(cast(Asked, real))
        work = here.work(session, space, model=unsent)
        known = pipeline.rehearse(
            session.folder,
            work.engine,
            work.store,
            work.facts,
            writing=work.store.folder not in asked,
            asks=work.asks,
        )
        if known and unsent.requests:  # a learner's, then
            asked.add(work.store.folder)  # what the next is shown of its skills depends on the answer
        yield from (Question(session, body) for body in unsent.requests)
