from itertools import islice

import pytest
from space import Shown, facts, success

from acontext_cli.edits import CreateSkill, ReplaceText
from acontext_cli.engines.rules.new_skills import edits_for
from acontext_cli.engines.rules.places import Shelf, by_date, file_for, nouns, numbered, skill_for
from acontext_cli.skills import FILE_TOKENS, name_problem


def test_nouns_are_the_things_that_tools_are_about() -> None:
    tools = ("update_config", "read_config", "restartService", "get_order_details", "mcp__orders__list")
    assert nouns(tools) == ["config", "service", "order", "orders"]


def test_a_skill_is_named_by_what_its_tools_are_about() -> None:
    assert skill_for(success(tools=("update_config", "restart_service")), Shown()) == "config-service-patterns"
    assert skill_for(success(tools=("do",)), Shown()) == "do-patterns"
    assert skill_for(success(tools=("get", "漢字")), Shown()) == "task-patterns"


def test_a_skill_about_the_same_things_is_found_before_one_is_made() -> None:
    there = Shown(skills=("order-config-patterns", "config-notes"))
    assert skill_for(success(tools=("update_config",)), there) == "order-config-patterns"
    assert skill_for(success(tools=("update_configuration",)), there) == "configuration-patterns"


def test_rules_of_the_user_and_commands_have_skills_of_their_own() -> None:
    assert skill_for(facts(about="user"), Shown()) == "user-general-facts"
    assert skill_for(facts(title="Test command: `pytest`"), Shown()) == "project-commands"


@pytest.mark.parametrize("tool", ["x" * 300, "update_" + "config_" * 40, "../../etc", "con", "a--b", "---"])
def test_any_tool_makes_a_name_that_every_reader_takes(tool: str) -> None:
    assert name_problem(skill_for(success(tools=(tool,)), Shown())) is None


def test_files_are_named_by_kind() -> None:
    assert [file_for(lesson) for lesson in (success(), facts(), facts(title="Test command: `x`"))] == [
        "procedures",
        "facts",
        "commands",
    ]


def test_files_that_are_full_are_followed_by_others() -> None:
    assert list(islice(numbered("facts"), 3)) == ["facts", "facts-2", "facts-3"]
    assert list(islice(by_date("2026-03-26"), 4)) == ["2026-03", "2026-03-26", "2026-03-26-2", "2026-03-26-3"]


def test_an_entry_goes_where_there_is_room() -> None:
    space = Shown(sizes={("a", "facts.md"): FILE_TOKENS - 10, ("a", "facts-2.md"): FILE_TOKENS - 40})
    shelf = Shelf(space)
    assert shelf.place("a", "facts", numbered, "x" * 36) == "facts.md"
    assert shelf.place("a", "facts", numbered, "x" * 40) == "facts-2.md"
    assert shelf.place("a", "facts", numbered, "x" * 36) == "facts-2.md"
    assert shelf.place("a", "facts", numbered, "x" * 4 * FILE_TOKENS) == "facts-3.md"
    assert shelf.place("b", "facts", numbered, "x" * 9 * FILE_TOKENS) == "facts.md"


def test_a_skill_is_made_for_its_first_lesson() -> None:
    (made,) = edits_for("config-patterns", success(title="<b> --- 502", tools=("update_config",)), Shown())
    assert isinstance(made, CreateSkill)
    assert made.name == "config-patterns"
    assert made.description == (
        "‹b› — 502. Procedures known to have worked with update_config. "
        "Use when a request or a log shows one of these symptoms."
    )
    assert made.body.startswith("# Config Patterns\n\nWhat worked before")
    assert made.body.endswith("\n## Index\n")


def test_a_skill_of_ours_is_described_by_another_entry_too() -> None:
    ours = "503. Procedures known to have worked with look. Use when a request or a log shows one of these symptoms."
    (edit,) = edits_for("a-patterns", success(), Shown(skills=("a-patterns",), descriptions={"a-patterns": ours}))
    assert isinstance(edit, ReplaceText)
    assert (edit.skill, edit.file) == ("a-patterns", "SKILL.md")
    assert edit.new == edit.old.replace("503. ", "503; 502. ")


@pytest.mark.parametrize(
    "said",
    [
        "What a person wrote.",
        "502. Procedures known to have worked with look.",
        "5" * 1000 + ". Procedures known to have worked with look.",
    ],
)
def test_a_description_stays_where_it_says_so_is_full_or_a_persons(said: str) -> None:
    space = Shown(skills=("a-patterns",), descriptions={"a-patterns": said})
    assert edits_for("a-patterns", success(), space) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("project-commands", "Commands that test, lint or build"),
        ("user-general-facts", "What the user wants in general"),
    ],
)
def test_skills_of_their_own_say_what_they_are_for(name: str, words: str) -> None:
    (made,) = edits_for(name, facts(), Shown())
    assert isinstance(made, CreateSkill)
    assert made.description.startswith(words)
