"""What the user wants in general may be kept in one space for all projects; nothing else leaves its own."""

from pathlib import Path

from conftest import Cli
from transcripts import called, said, user

from acontext_cli import Workspace

RULE = "Always answer in English."


def taught(cli: Cli, config: str) -> Workspace:
    """A workspace with a session of the space `shop` in which the user states a rule."""
    (cli.root / ".acontext" / "config.yaml").write_text(config, encoding="utf-8")
    workspace = Workspace.find(cli.root)
    for name in ("shop", "everyone"):
        workspace.new_space(name)
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
    assert RULE not in facts(workspace, "everyone")


def test_it_goes_to_the_space_that_the_config_names(cli: Cli) -> None:
    workspace = taught(cli, "user_facts_space: everyone\n")
    assert RULE in facts(workspace, "everyone")
    assert RULE not in facts(workspace, "shop")


def test_what_was_done_does_not_follow_it(cli: Cli) -> None:
    workspace = taught(cli, "user_facts_space: everyone\n")
    assert len(logged(workspace, "shop")) == 1
    assert logged(workspace, "everyone") == []


def test_learning_again_changes_nothing(cli: Cli) -> None:
    workspace = taught(cli, "user_facts_space: everyone\n")
    assert workspace.learn() == []


def test_the_space_must_be_there(cli: Cli) -> None:
    (cli.root / ".acontext" / "config.yaml").write_text("user_facts_space: nowhere\n", encoding="utf-8")
    cli("session", "new", "--name", "monday")
    cli("record", "monday", "-", input='{"role": "user", "content": "Always answer in English."}\n')
    assert "there is no space 'nowhere': acontext space new nowhere" in cli.refused("learn")


def test_a_hand_written_folder_is_no_shared_space(cli: Cli, tmp_path: Path) -> None:
    (cli.root / ".acontext" / "config.yaml").write_text(f"user_facts_space: {tmp_path}\n", encoding="utf-8")
    cli("session", "new", "--name", "monday")
    cli("record", "monday", "-", input='{"role": "user", "content": "Always answer in English."}\n')
    assert "a space's name" in cli.refused("learn")
