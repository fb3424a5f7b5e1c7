"""The commands, as typed."""

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import Cli

from acontext_cli import Workspace
from acontext_cli.ledger import Run
from acontext_cli.store import Held

FIX = [
    {"role": "user", "content": "Always run pytest with -q here. Please fix the failing test."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": '{"command": "pytest -q"}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "1 failed"},
    {"role": "assistant", "content": "Fixed it."},
]


def lines(*messages: object) -> str:
    return "".join(json.dumps(message) + "\n" for message in messages)


def recorded(cli: Cli, name: str = "monday", *messages: object) -> str:
    """The id of a new session with these messages."""
    id = cli("session", "new", "--name", name).strip()
    cli("record", name, input=lines(*(messages or FIX)))
    return id


def test_init_makes_a_workspace_once(cli: Cli) -> None:
    root = cli.root / "other"
    root.mkdir()
    assert cli("--workspace", root, "init").startswith(f"made a workspace in {root}\n")
    assert cli("init", "--workspace", root).startswith(f"there is already a workspace in {root}\n")
    assert sorted(path.name for path in (root / "skills_store/default").iterdir() if path.is_dir()) == [
        "daily-logs",
        "user-general-facts",
    ]


def test_init_user_makes_ones_own(cli: Cli, own_home: Path) -> None:
    assert cli("init", "--user").startswith(f"made a workspace in {own_home}/.local/share/acontext\n")
    assert "two places" in cli.refused("--workspace", "x", "init", "--user")


def test_without_a_workspace_it_says_how_to_begin(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli().startswith("no workspace here: acontext init\n\nacontext demo run ")
    assert cli.refused("session", "list") == "acontext: no workspace here: acontext init\n"


def test_a_new_session_prints_its_id_alone(cli: Cli) -> None:
    id = cli("session", "new", "--name", "monday", "--date", "2026-03-26")
    assert id == json.loads(cli("session", "list", "--json"))[0]["id"] + "\n"
    assert json.loads(cli("session", "list", "--json"))[0]["date"] == "2026-03-26"


def test_a_wrong_date_is_refused(cli: Cli) -> None:
    assert cli.refused("session", "new", "--date", "26.3.2026") == (
        "acontext: '26.3.2026' is no date: write it as YYYY-MM-DD\n"
    )


def test_a_space_that_is_not_there_is_refused(cli: Cli) -> None:
    assert "acontext space new team" in cli.refused("session", "new", "--space", "team")
    cli("space", "new", "team")
    cli("session", "new", "--space", "team")
    assert json.loads(cli("session", "list", "--json"))[0]["space"] == "team"


def test_a_list_shows_the_newest_twenty(cli: Cli) -> None:
    for number in range(22):
        cli("session", "new", "--name", f"s{number}")
    assert len(json.loads(cli("session", "list", "--json"))) == 20
    assert len(json.loads(cli("session", "list", "--all", "--json"))) == 22
    assert "2 older sessions: --all lists them" in cli.run("session", "list").stderr


def test_sessions_that_cannot_be_read_are_named_and_not_called_older(cli: Cli) -> None:
    for number in range(6):
        cli("session", "new", "--name", f"s{number}")
    for folder in sorted((cli.root / ".acontext/sessions").iterdir())[1:]:
        (folder / "session.json").write_text("{", encoding="utf-8")
    result = cli.run("session", "list")
    assert [line.split()[-1] for line in result.stdout.splitlines()] == ["NAME", "s0"]
    assert [line.rpartition(" is no JSON")[2] for line in result.stderr.splitlines()] == [
        *[": mend it, or remove the folder"] * 3,
        "and 2 more sessions that cannot be read",
    ]
    assert len(json.loads(cli("session", "list", "--json"))) == 1


def test_a_list_shows_as_much_of_an_id_as_tells_sessions_apart(cli: Cli) -> None:
    from acontext_cli.workspace import WorkspaceFolder

    here = WorkspaceFolder(cli.root)
    for id in ("11111111-aa", "11111111-ab", "2"):
        here.new_session(id=id)
    assert [line.split()[0] for line in cli("session", "list").splitlines()] == [
        "SESSION", "2", "11111111-ab", "11111111-aa"
    ]  # fmt: skip


def test_a_name_is_short_and_an_older_long_one_is_cut_in_the_list(cli: Cli) -> None:
    assert cli.refused("session", "new", "--name", "n" * 101) == (
        "acontext: the name 'nnnnnnnnnnnnnnnnnnnn…' is too long: use up to 100 characters\n"
    )
    cli("session", "new", "--name", "n" * 100)
    assert cli("session", "list").splitlines()[1].endswith(f" {'n' * 59}…")


def test_messages_are_recorded_from_a_file_and_from_standard_input(cli: Cli) -> None:
    cli("session", "new", "--name", "monday")
    (cli.root / "t.jsonl").write_text(lines(*FIX), encoding="utf-8")
    assert cli("record", "monday", "t.jsonl") == "recorded 4 messages\n"
    assert cli("record", "@last", "-", input=lines(FIX[0])) == "recorded 1 message\n"
    assert len(json.loads(cli("session", "show", "monday", "--json"))) == 5


def test_a_line_that_is_no_message_is_named_and_nothing_recorded(cli: Cli) -> None:
    cli("session", "new", "--name", "monday")
    (cli.root / "t.jsonl").write_text(lines(FIX[0], {"content": "who?"}), encoding="utf-8")
    assert cli.refused("record", "monday", "t.jsonl") == "acontext: t.jsonl, line 2: no role\n"
    assert cli("session", "show", "monday", "--json") == "[]\n"


@pytest.mark.parametrize("file", ["missing.jsonl", "-missing", "--missing"])
def test_a_file_that_is_not_there_is_named(cli: Cli, file: str) -> None:
    cli("session", "new", "--name", "monday")
    assert cli.refused("record", "monday", file) == f"acontext: there is no file {file!r}\n"


def test_a_folder_is_no_file(cli: Cli) -> None:
    cli("session", "new", "--name", "monday")
    assert (
        cli.refused("record", "monday", ".")
        == "acontext: '.': Is a directory; a file is expected there: move the folder away\n"
    )


def test_a_transcript_is_shown_and_cannot_steer_the_terminal(cli: Cli) -> None:
    recorded(cli, "monday", {"role": "user", "content": "\x1b[2Jhello \ud800", "at": "2026-03-26T09:12:03Z"})
    shown = cli("session", "show", "monday")
    assert "2026-03-26 09:12:03  user\n  ␛[2Jhello \\ud800\n" in shown
    assert "\x1b" not in shown + cli("session", "show", "monday", "--json")


def test_tasks_are_extracted_and_shown(cli: Cli) -> None:
    recorded(cli)
    assert "4 messages not looked at yet" in cli.run("session", "tasks", "monday").stderr
    assert cli("extract", "monday").startswith("[")
    assert cli("extract", "monday") == "nothing new\n"
    assert len(json.loads(cli("session", "tasks", "monday", "--json"))) == 1


def test_verdicts_carry_the_names_that_a_model_uses(cli: Cli) -> None:
    recorded(cli)
    cli("session", "outcome", "monday", "failed", "CI is red")
    cli("extract", "monday")
    verdicts = json.loads(cli("distill", "monday", "--json"))
    assert {item["verdict"]["verdict"] for item in verdicts} <= {
        "skip_learning",
        "report_success_analysis",
        "report_factual_content",
        "report_failure_analysis",
    }
    assert verdicts
    again = cli("distill", "monday").splitlines()
    assert again[0] == "nothing new: no finished task without a verdict"
    assert [line.split()[0] for line in again[1:] if line[0] != " "] == [
        item["verdict"]["verdict"] for item in verdicts
    ]


def test_learning_again_changes_nothing(cli: Cli) -> None:
    recorded(cli)
    cli("session", "outcome", "monday", "success")
    cli("learn")
    before = {path: path.read_bytes() for path in (cli.root / "skills_store").rglob("*") if path.is_file()}
    assert cli("learn").splitlines()[0] == "nothing new to learn from"
    assert {path: path.read_bytes() for path in (cli.root / "skills_store").rglob("*") if path.is_file()} == before


def test_a_dry_run_shows_the_diff_and_writes_no_skill(cli: Cli) -> None:
    recorded(cli)
    cli("session", "outcome", "monday", "success")
    before = {path: path.read_bytes() for path in (cli.root / "skills_store").rglob("*") if path.is_file()}
    assert "+++ " in cli("learn", "monday", "--dry-run")
    assert {path: path.read_bytes() for path in (cli.root / "skills_store").rglob("*") if path.is_file()} == before


def test_where_nothing_is_safe_to_learn_it_says_what_would_help(cli: Cli) -> None:
    recorded(cli, "monday", {"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"})
    said = cli("learn").splitlines()[1]
    assert said.startswith("nothing safe to learn without a model from 1 session; what would help: an outcome told")


def test_one_broken_session_does_not_stop_the_others(cli: Cli) -> None:
    recorded(cli, "good")
    recorded(cli, "bad")
    bad = next(
        path for path in (cli.root / ".acontext/sessions").iterdir() if '"bad"' in (path / "session.json").read_text()
    )
    (bad / "messages.jsonl").write_bytes(b"no message\n")
    result = cli.run("learn")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].startswith("bad: ")
    assert result.stderr.splitlines()[-1] == "acontext: 1 session could not be learned from: see above"
    assert json.loads(cli("session", "tasks", "good", "--json"))


def test_a_session_that_cannot_be_opened_is_named_too(cli: Cli) -> None:
    recorded(cli, "bad")
    (folder,) = (cli.root / ".acontext/sessions").iterdir()
    (folder / "session.json").write_text("{", encoding="utf-8")
    result = cli.run("learn")
    assert result.exit_code == 1
    assert "session.json' is no JSON" in result.stderr


def test_status_goes_on_where_a_session_is_broken(cli: Cli) -> None:
    recorded(cli, "bad")
    (folder,) = (cli.root / ".acontext/sessions").iterdir()
    cli("extract", "bad")
    (folder / "tasks.jsonl").write_bytes(b"no task\n")
    result = cli.run("status")
    assert (result.exit_code, result.stderr[:5]) == (0, "bad: ")


def test_a_line_that_a_crash_cut_off_is_set_aside_and_said(cli: Cli) -> None:
    recorded(cli)
    (folder,) = (cli.root / ".acontext/sessions").iterdir()
    with (folder / "messages.jsonl").open("ab") as file:
        file.write(b'{"role": "us')
    result = cli.run("record", "monday", input=lines(FIX[0]))
    assert result.stdout == "recorded 1 message\n"
    assert result.stderr == f"a line that a crash had cut off was set aside in {folder / 'messages.jsonl.torn'}\n"


def test_an_outcome_may_name_a_task_and_nothing_but_an_outcome(cli: Cli) -> None:
    recorded(cli)
    cli("extract", "monday")
    cli("session", "outcome", "monday", "failed", "CI is red", "--task", "1")
    assert json.loads(cli("session", "tasks", "monday", "--json"))[0]["status"] == "failed"
    assert cli.run("session", "outcome", "monday", "perhaps").exit_code == 2


def test_there_is_nothing_to_tell_of_a_task_that_is_not_there(cli: Cli) -> None:
    recorded(cli, "my monday")
    # It may come yet.
    assert cli("session", "outcome", "my monday", "success", "--task", "7") == (
        "told; acontext learn 'my monday' acts on it\n"
    )
    cli("extract", "my monday")
    assert cli.refused("session", "outcome", "my monday", "success", "--task", "7") == (
        "acontext: there is no task 7 in 'my monday': acontext session tasks 'my monday'\n"
    )
    cli("record", "my monday", input=lines({"role": "user", "content": "Now fix the other one."}))
    cli("session", "outcome", "my monday", "success", "--task", "2")


def test_where_nobody_asks_for_anything_there_is_no_task_and_nothing_new(cli: Cli) -> None:
    recorded(cli, "monday", {"role": "system", "content": "Be brief."}, {"role": "assistant", "content": "Hello."})
    assert cli.run("session", "tasks", "monday").stderr == "nobody asks for anything in it\n"
    assert cli("extract", "monday") == "nothing new: nobody asks for anything in it\n"
    assert cli("learn") == "nothing new to learn from\n\n" + cli("status")
    assert cli("learn", "monday") == "monday\n  nobody asks for anything in it\nnothing new to learn from\n"
    assert json.loads(cli("status", "--json"))["waiting"] == []
    assert cli.refused("session", "outcome", "monday", "success") == (
        "acontext: there is no task in 'monday' to tell of: nobody asks for anything in it\n"
    )
    cli("session", "new", "--name", "empty")
    assert cli("extract", "empty") == "nothing new: nothing is recorded in it yet\n"


def test_an_excerpt_says_whose_message_each_part_is(cli: Cli) -> None:
    recorded(cli)
    excerpt = json.loads(cli("session", "excerpt", "monday", "--json"))
    assert [set(part) for part in excerpt] == [{"message", "text"}] * len(excerpt)
    assert "Always run pytest" in cli("session", "excerpt", "monday", "--budget", "200")


def test_what_deletes_asks_and_without_a_terminal_wants_yes(cli: Cli) -> None:
    recorded(cli)
    assert cli.refused("session", "delete", "monday").endswith("There is no terminal to ask: add --yes\n")
    assert cli("session", "delete", "monday", "--yes") == "deleted monday\n"
    assert cli("session", "list", "--json") == "[]\n"


def test_a_session_that_is_not_there_is_refused_in_one_line(cli: Cli) -> None:
    assert cli.refused("session", "show", "tuesday").count("\n") == 1
    assert "acontext session list" in cli.refused("session", "show", "tuesday")


def test_skills_are_listed_shown_made_checked_and_deleted(cli: Cli) -> None:
    made = cli.root / "skills_store/default/team-rules/SKILL.md"
    assert cli("skill", "new", "team-rules", "--description", "How this team works") == f"{made}\n"
    assert cli("skill", "check") == "3 skills checked, all is well\n"
    assert "team-rules          How this team works\n" in cli("skill", "list")
    assert cli("skill", "show", "team-rules", "SKILL.md") == made.read_text(encoding="utf-8")
    assert str(made.parent) in cli("skill", "show", "team-rules")
    cli("skill", "delete", "team-rules", "--yes")
    assert "team-rules" not in cli("skill", "list")
    assert "there is no skill 'team-rules'" in cli.refused("skill", "show", "team-rules")


def test_markup_in_a_skill_is_printed_as_it_stands(cli: Cli) -> None:
    made = Path(cli("skill", "new", "team-rules").strip())
    with made.open("a", encoding="utf-8") as file:
        file.write("\n- [x] [done](done.md) [bold]not markup[/bold]\n")
    assert "- [x] [done](done.md) [bold]not markup[/bold]\n" in cli("skill", "show", "team-rules")


def test_a_broken_skill_is_reported_and_the_others_go_on(cli: Cli) -> None:
    made = Path(cli("skill", "new", "team-rules").strip())
    made.write_text("no front matter", encoding="utf-8")
    assert "team-rules          cannot be read" in cli("skill", "list")
    result = cli.run("skill", "check")
    assert result.exit_code == 1
    assert "team-rules/SKILL.md" in result.stdout


def test_a_skill_needs_a_plain_name(cli: Cli) -> None:
    assert "acontext: a skill's name" in cli.refused("skill", "new", "../evil")
    assert "acontext: a space's name" in cli.refused("space", "new", "../evil")


def test_a_session_whose_space_is_gone_says_what_to_do(cli: Cli) -> None:
    cli("space", "new", "team")
    cli("session", "new", "--name", "monday", "--space", "team")
    cli("record", "monday", input=lines(*FIX))
    refusal = cli.refused("space", "delete", "team")
    assert "Delete the space 'team' with 2 skills? 1 session of it can teach nothing then." in refusal
    cli("space", "delete", "team", "--yes")
    result = cli.run("learn")
    assert (result.exit_code, result.stdout) == (1, "\n" + cli("status"))
    assert result.stderr.splitlines()[0] == (
        "monday: its space 'team' is gone: acontext space new team, or acontext session delete monday"
    )


def test_a_wrong_setting_is_said_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(cli, "monday")
    recorded(cli, "tuesday")
    assert cli.refused("learn", "--space", "nowhere") == (
        "acontext: there is no space 'nowhere': acontext space new nowhere\n"
    )
    monkeypatch.setenv("ACONTEXT_ENGINE", "magic")
    assert cli.refused("learn") == "acontext: ACONTEXT_ENGINE: engine is 'magic', use 'auto', 'offline' or 'llm'\n"


def test_recall_prints_what_an_agent_is_shown(cli: Cli) -> None:
    assert cli("recall").startswith("<available_skills><skill><name>daily-logs</name>")
    assert [tool["function"]["name"] for tool in json.loads(cli("recall", "--json"))["tools"]] == [
        "get_skill",
        "get_skill_file",
    ]
    assert cli("recall", "daily-logs").startswith("# daily-logs\n")
    assert cli("recall", "daily-logs", "SKILL.md").startswith("---\nname: daily-logs\n")
    assert "there is no skill 'nothing'" in cli.refused("recall", "nothing")
    assert "there is no file 'x.md'" in cli.refused("recall", "daily-logs", "x.md")


def test_spaces_are_made_listed_and_deleted(cli: Cli) -> None:
    cli("space", "new", "team")
    assert cli("space", "list") == "default  2 skills\nteam     2 skills\n"
    assert "there is a space 'team' already" in cli.refused("space", "new", "team")
    cli("space", "delete", "team", "--yes")
    assert not [path for path in cli.root.rglob("*") if path.name == "team"]
    assert json.loads(cli("space", "list", "--json")) == [{"name": "default", "skills": 2}]


def test_in_a_fresh_clone_the_default_space_is_there_and_a_file_is_no_space(cli: Cli) -> None:
    shutil.rmtree(cli.root / "skills_store")
    assert cli("space", "list") == "default  2 skills\n"
    (cli.root / "skills_store/README.md").write_text("mine", encoding="utf-8")
    assert cli("space", "list") == "default  2 skills\n"


def test_the_log_lists_runs_and_shows_what_one_changed(cli: Cli) -> None:
    recorded(cli)
    cli("session", "outcome", "monday", "success")
    cli("learn")
    newest = json.loads(cli("log", "--json"))[0]
    assert newest["engine"] == "offline"
    assert newest["run"] in cli("log")
    shown = cli("log", newest["run"])
    assert f"+++ {newest['files'][0]}" in shown
    assert json.loads(cli("log", newest["run"][:6], "--json"))["run"]["id"] == newest["run"]
    assert "there is no run 'nothing'" in cli.refused("log", "nothing")


def test_status_says_what_to_type_next(cli: Cli) -> None:
    assert cli("status").endswith("next: acontext import, or acontext session new --name NAME\n")
    recorded(cli)
    assert cli().endswith("next: acontext learn\n")
    assert json.loads(cli("status", "--json"))["waiting"] == ["monday"]


def test_a_space_that_was_made_is_logged_as_such(cli: Cli) -> None:
    cli("space", "new", "team")
    assert [line.split()[0][:5] for line in cli("log").splitlines()[1:]] == ["init-", "init-"]


def test_status_says_how_many_lessons_are_held(cli: Cli) -> None:
    store = Workspace.find().space().store
    store.commit(
        store.draft(), (), Run(id="r1", time="1"), held=[Held(lesson="l1", entry="e1", session="s1", reason="a claim")]
    )
    assert "space default  2 skills, 1 lesson held: acontext review\n" in cli("status")


def test_config_says_where_a_value_comes_from(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    (cli.root / ".acontext/config.yaml").write_text("engine: offline\n", encoding="utf-8")
    monkeypatch.setenv("ACONTEXT_SPACE", "default")
    settings = json.loads(cli("config", "--json"))["settings"]
    sources = {each["name"]: each["source"] for each in settings if each["source"] != "default"}
    assert sources == {"engine": "config.yaml", "space": "ACONTEXT_SPACE"}
    assert re.search(r"^engine +offline +config.yaml ", cli("config"), re.MULTILINE)


def test_every_command_has_help_with_an_example(cli: Cli) -> None:
    from acontext_cli.cli.tree import Tree

    assert "Example: acontext demo run" in cli("--help")
    for name, command in Tree().items():
        if hasattr(command, "commands"):
            assert f"Example: acontext {name} " in cli(name, "--help")
        words = [[name, inner] for inner in command.commands] if hasattr(command, "commands") else [[name]]
        for each in words:
            assert f"Example: acontext {' '.join(each)}" in cli(*each, "--help") or "acontext config" in cli(
                *each, "-h"
            )


def test_help_fits_eighty_columns(cli: Cli) -> None:
    for words in ([], ["session"], ["learn"], ["demo", "run"]):
        assert max(map(len, cli(*words, "--help").splitlines())) <= 80


def test_a_typing_error_is_answered_with_what_was_meant(cli: Cli) -> None:
    result = cli.run("sesion", "list")
    assert result.exit_code == 2
    assert "Did you mean 'session'" in result.stderr


def test_the_workspace_may_be_named_before_or_behind_a_command(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(cli)
    monkeypatch.chdir(cli.root.parent)
    listed = cli("--workspace", "work", "session", "list")
    assert "monday" in listed
    assert listed == cli("session", "list", "--workspace", "work") == cli("session", "--workspace", "work", "list")
    assert "is no workspace" in cli.refused("--workspace", "elsewhere", "session", "list")
