"""The Python surface, as the README prints it."""

from pathlib import Path

import pytest

from acontext_cli import Workspace
from acontext_cli.errors import AcontextError

LOOP = [
    {"role": "user", "content": "Always run the tests with `make test`. Please fix the checkout."},
    {"role": "assistant", "content": "Fixed."},
]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    Workspace.init()
    return Workspace.find()


def test_a_loop_records_tells_and_learns(workspace: Workspace) -> None:
    session = workspace.new_session(space="default")
    ids = [session.record(message) for message in LOOP]
    assert session.pending == 2
    session.succeeded("checkout works again, test 12 passes")
    learned = workspace.learn(session)
    assert [message.id for message in session.messages()] == [id for (id,) in ids]
    assert session.pending == 0
    assert [(task.status, task.known.source) for task in session.tasks() if task.known] == [("success", "outside")]
    assert [entry.skill for entry in learned[0].lessons] == ["user-general-facts"]
    assert workspace.learn() == []


def test_several_messages_are_recorded_in_one_call(workspace: Workspace) -> None:
    session = workspace.new_session(name="monday")
    session.record(*LOOP)
    assert [message.text for message in workspace.session("monday").messages()] == [each["content"] for each in LOOP]
    assert repr(workspace.session()) == "Session('monday')"


def test_a_failure_is_told_of_the_task_that_is_numbered(workspace: Workspace) -> None:
    session = workspace.new_session()
    session.record(*LOOP)
    workspace.learn(session, dry_run=True)
    session.failed("CI is red", task=1)
    assert [task.status for task in session.tasks()] == ["failed"]


def test_skills_are_listed_read_and_deleted(workspace: Workspace) -> None:
    skills = workspace.space("default").skills
    assert skills.names() == tuple(skills) == tuple(name for name, _ in skills.list())
    assert skills.names() == ("daily-logs", "user-general-facts")
    assert skills.files("daily-logs") == ("SKILL.md",)
    assert skills.read("daily-logs").startswith("---\nname: daily-logs\n")
    skills.delete("daily-logs")
    assert skills.names() == ("user-general-facts",)
    with pytest.raises(AcontextError, match="there is no skill 'daily-logs': the skills are user-general-facts"):
        skills.read("daily-logs")


def test_some_skills_alone_are_offered_to_an_agent(workspace: Workspace) -> None:
    tools = workspace.space().skills.only("daily-logs").recall()
    assert "user-general-facts" not in tools.prompt()
    assert [tool["function"]["name"] for tool in tools.openai_tools()] == ["get_skill", "get_skill_file"]  # type: ignore[index]
    assert tools.call("get_skill", {"skill_name": "daily-logs"}).startswith("# daily-logs\n")
    assert "There is no skill 'user-general-facts'" in tools.call("get_skill", '{"skill_name": "user-general-facts"}')
    with pytest.raises(AcontextError, match="there is no skill 'x'"):
        workspace.space().skills.only("x")


def test_a_workspace_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match="is no workspace"):
        Workspace.find(tmp_path)


def test_what_the_package_does_not_have_is_an_attribute_error() -> None:
    import acontext_cli

    with pytest.raises(AttributeError, match="no attribute 'Workspaces'"):
        _ = acontext_cli.Workspaces
