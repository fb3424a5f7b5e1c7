"""Which space learns what of a session: its own all of it, but for what the user wants in general where the workspace
keeps that in one space for all projects (`user_facts_space`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from acontext_cli.distillations import Distillation, Facts, Skip
from acontext_cli.skills import USER
from acontext_cli.store import SkillStore

ELSEWHERE = "what the user wants in general is kept in the space that user_facts_space names"

Asks = Literal["risky", "all", "none"]
"""What a person is asked about before it is written: what a gate holds · every lesson · nothing: what a gate holds
stays held."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one space learns."""

    store: SkillStore
    of: Callable[[Distillation], Distillation | None]
    """What a distillation is to this space: itself, a skip, or nothing at all."""
    only: str = ""
    """The one skill that may be written to; empty: every skill."""
    asks: Asks = "risky"


def shares(own: SkillStore, facts: SkillStore | None, asks: Asks = "risky") -> Sequence[Share]:
    """The spaces that learn from a session; `facts`: where what the user wants in general is kept."""
    if facts is None or facts.folder == own.folder:
        return (Share(own, lambda item: item, asks=asks),)
    return Share(own, _without_user, asks=asks), Share(facts, _only_user, USER, asks)


def _is_user(item: Distillation) -> bool:
    return isinstance(item.verdict, Facts) and item.verdict.about == "user"


def _without_user(item: Distillation) -> Distillation:
    return replace(item, verdict=Skip(reason=ELSEWHERE)) if _is_user(item) else item


def _only_user(item: Distillation) -> Distillation | None:
    return item if _is_user(item) else None
