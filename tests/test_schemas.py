from pathlib import Path

import pytest

from acontext_cli.ledger import Ledger, Line, Record, Run
from acontext_cli.skills import SKILL, Skill, parse_skill
from acontext_cli.store.schemas import TEMPLATES, by_hand, is_by_hand, made_by_engines


def nobody() -> frozenset[str]:
    """No skill was made by a learner."""
    return frozenset()


def skill(name: str, description: str = "People the user knows", body: str = "# Contacts\n") -> Skill:
    return parse_skill(name, {SKILL: f"---\nname: {name}\ndescription: {description}\n---\n{body}"})


def template(name: str, more: str = "") -> Skill:
    return parse_skill(name, {SKILL: (TEMPLATES / f"{name}.md").read_text(encoding="utf-8") + more})


def ledger(tmp_path: Path, *records: tuple[str, str, str, str]) -> Ledger:
    """Engine, action, skill and file of each record."""
    lines = [
        line_of(number, engine, Record(action=action, skill=name, file=file))  # type: ignore[arg-type]
        for number, (engine, action, name, file) in enumerate(records)
    ]
    path = tmp_path / ".ledger.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    return Ledger(path)


def line_of(number: int, engine: str, record: Record) -> str:
    return Line.of(Run(id=f"r{number}", time="2026-03-26T00:00:00Z", engine=engine), record).json() + "\n"


def test_a_skill_that_nobody_learned_is_a_persons_own() -> None:
    assert is_by_hand("social-contacts", skill("social-contacts"), nobody)


def test_a_skill_that_a_learner_made_is_not() -> None:
    assert not is_by_hand("social-contacts", skill("social-contacts"), lambda: {"social-contacts"})


@pytest.mark.parametrize("name", ["daily-logs", "user-general-facts"])
def test_a_skill_that_every_space_starts_with_is_a_persons_own_once_they_changed_it(name: str) -> None:
    assert not is_by_hand(name, template(name), nobody)
    assert is_by_hand(name, template(name, "\n- One file a project.\n"), nobody)
    assert is_by_hand(name, template(name, "\n- One file a project.\n"), lambda: {name})


def test_of_a_skill_that_every_space_starts_with_the_ledger_says_nothing() -> None:
    def unread() -> frozenset[str]:
        raise AssertionError("the ledger was read")

    assert not is_by_hand("daily-logs", template("daily-logs"), unread)


def test_rows_that_the_program_keeps_in_the_index_change_nothing() -> None:
    row = "- the checkout answers 502 → [procedures.md](procedures.md) “Gateway 502”\n"
    assert not is_by_hand("daily-logs", template("daily-logs", row), nobody)


def test_another_description_alone_changes_nothing() -> None:
    start = template("daily-logs")
    assert not is_by_hand("daily-logs", skill("daily-logs", body=start.body), nobody)


@pytest.mark.parametrize(
    ("engine", "action", "file", "made"),
    [
        ("llm", "create", SKILL, True),
        ("offline", "create", SKILL, True),
        ("hand", "create", SKILL, False),
        ("", "create", SKILL, False),
        ("llm", "edit", SKILL, False),
        ("llm", "create", "people.md", False),
    ],
)
def test_whoever_made_a_skills_first_file_made_the_skill(
    tmp_path: Path, engine: str, action: str, file: str, made: bool
) -> None:
    assert made_by_engines(ledger(tmp_path, (engine, action, "a", file))) == ({"a"} if made else set())


def test_without_a_ledger_nothing_was_made_by_a_learner(tmp_path: Path) -> None:
    assert made_by_engines(Ledger(tmp_path / "none.jsonl")) == frozenset()


def test_what_a_person_wants_remembered_is_listed_with_its_description(tmp_path: Path) -> None:
    skills = [
        ("daily-logs", template("daily-logs")),
        ("devops-patterns", skill("devops-patterns")),
        ("social-contacts", skill("social-contacts")),
        ("user-general-facts", template("user-general-facts", "\n- Only preferences.\n")),
    ]
    found = by_hand(skills, ledger(tmp_path, ("llm", "create", "devops-patterns", SKILL)))
    assert found == [
        ("social-contacts", "People the user knows"),
        ("user-general-facts", template("user-general-facts").description),
    ]
