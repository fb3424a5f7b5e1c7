"""What the user wants in general may be kept in one space for all projects; nothing else leaves its own."""

import json
from pathlib import Path

from conftest import Cli
from transcripts import called, said, user

from acontext_cli import Workspace

RULE = "Always answer in English."


def taught(cli: Cli, config: str) -> Workspace:
    """A workspace with a session of the space `shop` in which the user states a rule."""
    (cli.root / ".acontext" / "config.yaml").write_text(config, encoding="utf-8")
    workspace = Workspace.find(cli.root)
    workspace.new_space("shop")
    session = workspace.new_session(space="shop")
    session.record(user(f"{RULE} Restart the gateway."), *called("restart_service", "restarted"), said("Done."))
    session.succeeded("it answers again")
    workspace.learn()
    return workspace


def facts(workspace: Workspace, space: str) -> str:
    skills = workspace.space(space).skills
    return "".join(skills.read("user-general-facts", file) for file in skills.files("user-general-facts"))


def logged(workspace: Workspace, space: str) -> list[str]:
    return [file for file in workspace.space(space).skills.files("daily-logs") if file != "SKILL.md"]


def test_what_the_user_wants_stays_in_the_sessions_space(cli: Cli) -> None:
    workspace = taught(cli, "")
    assert RULE in facts(workspace, "shop")
    assert workspace.spaces() == ["default", "shop"]


def test_it_goes_to_the_space_that_the_config_names_which_is_made(cli: Cli) -> None:
    workspace = taught(cli, "user_facts_space: everyone\n")
    assert RULE in facts(workspace, "everyone")
    own = workspace.space("shop").store.files("user-general-facts")
    assert own == ["SKILL.md"]


def test_agents_of_every_space_are_given_it(cli: Cli) -> None:
    workspace = taught(cli, "user_facts_space: everyone\n")
    for space in ("shop", "default", "everyone"):
        assert RULE in cli("recall", "user-general-facts", "facts.md", "--space", space)
        assert RULE in facts(workspace, space)


def test_it_is_linked_from_where_it_is(cli: Cli) -> None:
    taught(cli, "user_facts_space: everyone\n")
    cli("link", "user-general-facts", "--space", "shop")
    linked = cli.root / ".claude/skills/user-general-facts"
    assert linked.resolve() == cli.root / "skills_store/everyone/user-general-facts"
    cli("link", "--space", "shop")  # which mends what has drifted
    assert linked.resolve() == cli.root / "skills_store/everyone/user-general-facts"
    cli("unlink")
    assert not (cli.root / ".claude").exists()


def test_what_was_done_does_not_follow_it(cli: Cli) -> None:
    workspace = taught(cli, "user_facts_space: everyone\n")
    assert len(logged(workspace, "shop")) == 1
    assert logged(workspace, "everyone") == []


def test_learning_again_changes_nothing(cli: Cli) -> None:
    workspace = taught(cli, "user_facts_space: everyone\n")
    assert workspace.learn() == []


def test_what_is_kept_elsewhere_is_no_lesson_that_was_missed(cli: Cli) -> None:
    (cli.root / ".acontext" / "config.yaml").write_text("user_facts_space: everyone\n", encoding="utf-8")
    for day in ("monday", "tuesday"):
        cli("session", "new", "--name", day)
        asked, answered = json.dumps(user(RULE)), json.dumps(said("Yes."))
        cli("record", day, "-", input=f"{asked}\n{answered}\n")
        cli("session", "outcome", day, "success")
    assert "taught nothing" not in cli("learn")


def test_a_folder_is_no_space(cli: Cli, tmp_path: Path) -> None:
    (cli.root / ".acontext" / "config.yaml").write_text(f"user_facts_space: {tmp_path}\n", encoding="utf-8")
    assert "a space's name" in cli.refused("learn")
