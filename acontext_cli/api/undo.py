"""Taking runs back: the one that is named, with all its parts, or the last."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from acontext_cli import undo
from acontext_cli.api.log import find
from acontext_cli.api.space import LearningSpace
from acontext_cli.errors import AcontextError, Changed
from acontext_cli.session.clock import now
from acontext_cli.undo import Undone

if TYPE_CHECKING:
    from acontext_cli.ledger import Run
    from acontext_cli.store import SkillStore

_TRIES = 20


def take_back(spaces: Sequence[LearningSpace], ref: str = "", *, keep_mine: bool = False) -> list[Undone]:
    """Take a run back; without a name the last one of these spaces that was not. A run over very many lessons, or over
    two spaces, has several parts: the last comes first.

    Raises StandsInTheWay with the lines that were changed since, AcontextError where there is nothing to take back.
    """
    return [_undone(store, run, keep_mine) for store, run in _parts(spaces, *_chosen(spaces, ref))]


def _chosen(spaces: Sequence[LearningSpace], ref: str) -> "tuple[SkillStore, Run]":
    if ref:
        return find(spaces, ref)
    found = [(space.store, run) for space in spaces if (run := undo.last(space.store))]
    if not found:
        raise AcontextError("there is no run to take back: acontext log lists what was done")
    return max(found, key=lambda each: (each[1].time, each[1].id))


def _parts(spaces: Sequence[LearningSpace], store: "SkillStore", run: "Run") -> "list[tuple[SkillStore, Run]]":
    """A run with the other parts of it, the last first."""
    whole = re.sub(r"-\d+$", "", run.id) if run.engine in ("offline", "llm") else run.id
    every = [(space.store, each) for space in spaces for each in space.store.ledger.runs()]
    found = [(there, each) for there, each in every if re.fullmatch(rf"{re.escape(whole)}(-\d+)?", each.id)]
    return sorted(found or [(store, run)], key=lambda each: len(each[1].id), reverse=True)


def _undone(store: "SkillStore", run: "Run", keep_mine: bool, tries: int = _TRIES) -> Undone:
    """On what a person or another run writes meanwhile it is tried anew."""
    try:
        return undo.undo(store, run, now(), keep_mine=keep_mine)
    except Changed:
        if tries == 1:
            raise
        return _undone(store, run, keep_mine, tries - 1)
