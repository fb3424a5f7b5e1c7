"""Whose a SKILL.md is: one that a person wrote says what stands in its skill, and how."""

from collections.abc import Callable, Collection, Iterable
from functools import cache, partial
from pathlib import Path

from acontext_cli.ledger import HAND, Ledger
from acontext_cli.skills import SKILL, Skill, parse_skill
from acontext_cli.skills.index import without_rows

TEMPLATES = Path(__file__).parent.parent / "templates"


def made_by_engines(ledger: Ledger) -> frozenset[str]:
    """The skills that a learner made."""
    made = {line.skill: line.engine for line in ledger.lines() if line.file == SKILL and line.action == "create"}
    return frozenset(skill for skill, engine in made.items() if engine not in ("", HAND))


def is_by_hand(name: str, skill: Skill, made: Callable[[], Collection[str]]) -> bool:
    """Whether a person wrote this SKILL.md; of a skill that every space starts with, whether they changed it.

    `made`: the skills that a learner made, which takes the whole ledger to tell."""
    template = _templates().get(name)
    return name not in made() if template is None else without_rows(skill.body) != without_rows(template.body)


def by_hand(skills: Iterable[tuple[str, Skill]], ledger: Ledger) -> list[tuple[str, str]]:
    """Name and description of every skill in which a person says what is to be remembered."""
    made = cache(partial(made_by_engines, ledger))
    return [(name, skill.description) for name, skill in skills if is_by_hand(name, skill, made)]


@cache
def _templates() -> dict[str, Skill]:
    found = sorted(TEMPLATES.glob("*.md"))
    return {path.stem: parse_skill(path.stem, {SKILL: path.read_text(encoding="utf-8")}) for path in found}
