"""`acontext skill why`, asked of what the rules have learned, as a person asks it."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Cli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transcripts import incident, ran, said, user

from acontext_cli import Workspace
from acontext_cli.api.why.named import named
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json

PROCEDURE = ("config-service-patterns", "procedures.md")
FACT = ("project-commands", "commands.md")
RULE = ("user-general-facts", "preferences.md")
LOG = ("daily-logs", "2026-03.md")


def learned(name: str, messages: Sequence[Json], date: str = "2026-03-26") -> None:
    workspace = Workspace.find()
    session = workspace.new_session(name=name, date=date)
    session.record(*messages)
    workspace.learn(session)


def failed(name: str, reason: str) -> None:
    workspace = Workspace.find()
    workspace.session(name).failed(reason)
    workspace.learn(workspace.session(name))


@pytest.fixture
def taught(cli: Cli) -> Cli:
    """A workspace that has learned a procedure, confirmed by a second session, a rule of the user's, and a fact."""
    learned("monday", incident())
    learned("tuesday", incident(), "2026-03-27")
    learned("rules", [*incident(service="web"), user("Always use ISO dates in tables."), said("Will do.")])
    for name in ("wednesday", "thursday"):
        learned(name, [user("Run the tests."), *ran("pytest -q tests", "12 passed in 0.34s"), said("All pass.")])
    return cli


def path(cli: Cli, skill: str, file: str) -> Path:
    return cli.root / "skills_store" / "default" / skill / file


def line_of(cli: Cli, place: tuple[str, str], words: str) -> str:
    """`FILE:LINE` of the first line with these words."""
    lines = path(cli, *place).read_text(encoding="utf-8").split("\n")
    return f"{place[1]}:{next(number for number, line in enumerate(lines, 1) if words in line)}"


def asked(cli: Cli, place: tuple[str, str], words: str) -> str:
    return cli("skill", "why", place[0], line_of(cli, place, words))


def edit(cli: Cli, place: tuple[str, str], old: str, new: str) -> None:
    text = path(cli, *place).read_text(encoding="utf-8")
    assert old in text
    path(cli, *place).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_line_of_a_procedure_tells_run_lesson_session_messages_and_who_confirmed_it(taught: Cli) -> None:
    said = asked(taught, PROCEDURE, "go on only if")
    monday = Workspace.find().session("monday")
    assert "which added the entry\n" in said
    assert "(procedure, " in said
    assert "known: error_rate_pct went from 34 to 0 after `restart_service` (a check after the last change)" in said
    assert f"session: monday ({monday.id}), 2026-03-26" in said
    assert "result of check_logs" in said
    assert "| INFO request completed path=/api/orders duration=4890ms" in said
    assert "status: unhealthy" not in said
    assert '| {"upstream_timeout_ms": 5000}' in said
    assert "since then:\n    session tuesday (" in said
    assert "confirmed it, run " in said


def test_a_fact_tells_both_sessions_that_it_was_seen_in(taught: Cli) -> None:
    said = asked(taught, FACT, "was seen passing")
    assert "(fact, " in said
    assert "session: thursday (" in said
    assert '| bash(command="pytest -q tests")' in said
    assert "session wednesday (" in said


def test_a_rule_of_the_user_is_quoted_from_their_own_words(taught: Cli) -> None:
    (file,) = (each.name for each in path(taught, *RULE).parent.glob("*.md") if each.name != "SKILL.md")
    said = asked(taught, (RULE[0], file), "ISO dates")
    assert "(preference, " in said
    assert "the user's own words" in said
    assert ", user (" in said
    assert "| Always use ISO dates in tables." in said


def test_a_warning_tells_who_contradicted_it_and_why(taught: Cli) -> None:
    failed("tuesday", "it broke in the night")
    failed("monday", "it broke again")
    said = asked(taught, PROCEDURE, "- Warning: ")
    assert "which noted in the entry that it failed" in said
    assert "(warning, " in said
    assert "known: told from outside: it broke again\n" in said
    said = asked(taught, PROCEDURE, "update_config(<service>")
    assert said.count(" contradicted it, run ") == 2
    assert ": told from outside: it broke in the night" in said


def test_an_entry_of_the_daily_log_is_the_record_of_a_task(taught: Cli) -> None:
    said = asked(taught, LOG, "update_config(")
    assert "record: of a task, whatever it taught" in said
    assert "session: monday (" in said
    assert '| update_config(service_name="api-gateway", key="upstream_timeout_ms", value="10000")' in said
    assert "since then" not in said


def test_where_no_words_are_shared_it_says_so_and_shows_the_first_and_the_last_message(taught: Cli) -> None:
    said = asked(taught, PROCEDURE, "- Steps:")
    assert "no words of this line stand in it; its first and its last:\n    message 1, user (" in said
    assert said.count("    message ") == 2
    said = asked(taught, (PROCEDURE[0], "SKILL.md"), "## Guidelines")
    assert "no words of this line stand in it\n" in said
    assert "    message " not in said


def test_an_index_row_is_explained_by_the_entry_that_it_lists(taught: Cli) -> None:
    said = asked(taught, (PROCEDURE[0], "SKILL.md"), "→ [procedures.md]")
    assert "an index row: acontext makes the index from the entries\n  the entry: written by run " in said
    assert "what follows is about the entry that it lists, procedures.md:1" in said
    assert "session: monday (" in said
    said = asked(taught, (LOG[0], "SKILL.md"), "→ [2026-03.md]")
    assert "it lists 2026-03.md: acontext skill why daily-logs 2026-03.md" in said
    path(taught, *PROCEDURE).unlink()
    said = asked(taught, (PROCEDURE[0], "SKILL.md"), "→ [procedures.md]")
    assert "what this row lists does not stand there any more" in said


def test_the_description_a_heading_a_blank_line_and_a_template_say_what_they_are(taught: Cli) -> None:
    said = asked(taught, (PROCEDURE[0], "SKILL.md"), "description: ")
    assert ", which made the file\n" in said
    assert "session: monday (" in said
    assert "which added the entry" in asked(taught, PROCEDURE, "## ")
    assert "came with acontext" in asked(taught, (LOG[0], "SKILL.md"), "## Guidelines")
    assert "a blank line, in no entry" in taught("skill", "why", "daily-logs", "SKILL.md:5")
    edit(taught, PROCEDURE, "- Principle:", "\n- Principle:")
    assert "  (a blank line)\n\nwritten by run " in taught("skill", "why", PROCEDURE[0], "procedures.md:2")


def test_what_a_person_wrote_or_changed_says_so_and_the_lines_around_it_stay_known(taught: Cli) -> None:
    edit(taught, PROCEDURE, "## ", "Read this first.\n\n## ")
    edit(taught, PROCEDURE, "- Verify: ", "- Ask Ann before a restart.\n- Verify: ")
    edit(taught, PROCEDURE, "no longer shows the symptom", "shows no symptom any longer")
    assert "written by hand: no run recorded this line" in asked(taught, PROCEDURE, "Read this first")
    said = asked(taught, PROCEDURE, "Ask Ann")
    assert "written by hand: no run recorded this line" in said
    assert "entry: “" in said
    assert "session monday (" in said
    said = asked(taught, PROCEDURE, "shows no symptom any longer")
    assert "a person changed it: run " in said
    assert "| INFO request completed path=/api/orders duration=4890ms" in asked(taught, PROCEDURE, "go on only if")


def test_a_moved_file_and_a_renamed_skill_are_still_known(taught: Cli) -> None:
    space = path(taught, *PROCEDURE).parent.parent
    path(taught, *PROCEDURE).rename(space / PROCEDURE[0] / "moved.md")
    (space / PROCEDURE[0]).rename(space / "gateways")
    said = asked(taught, ("gateways", "moved.md"), "go on only if")
    assert "session: monday (" in said
    assert "the entry was written in config-service-patterns/procedures.md and has been moved here" in said
    said = asked(taught, ("gateways", "SKILL.md"), "description: ")
    assert "it was written in config-service-patterns/SKILL.md and has been moved here" in said


@pytest.mark.parametrize("kept", [(".acontext/config.yaml",), ()], ids=["config only", "no .acontext"])
def test_in_a_clone_the_session_is_named_though_its_transcript_is_not_here(
    taught: Cli, kept: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = Workspace.find().session("monday").id
    clone = tmp_path / "clone"
    shutil.copytree(taught.root / "skills_store", clone / "skills_store")
    for name in kept:
        (clone / name).parent.mkdir()
        shutil.copy(taught.root / name, clone / name)
    monkeypatch.chdir(clone)
    before = sorted(clone.rglob("*"))
    said = taught("skill", "why", PROCEDURE[0], "procedures.md:9")
    assert f"session: {id}, 2026-03-26\n  its transcript is not here" in said
    assert "written by run " in said
    assert "known: error_rate_pct went from 34 to 0 after `restart_service` (2 sessions), as the entry says" in said
    assert "confirmed it, run " in said
    assert "from session " in taught("skill", "why", PROCEDURE[0])
    assert taught("--workspace", clone, "skill", "why", PROCEDURE[0], "procedures.md:9") == said
    assert sorted(clone.rglob("*")) == before


def test_a_deleted_or_damaged_session_is_told_in_a_line(taught: Cli) -> None:
    monday = Workspace.find().session("monday").folder.folder
    (monday / "messages.jsonl").write_bytes(b"\xff{\n" * 40)
    assert "messages.jsonl" in asked(taught, PROCEDURE, "go on only if")
    (monday / "distillations.jsonl").write_bytes(b"{}\n")
    assert "distillations.jsonl" in asked(taught, PROCEDURE, "go on only if")
    (monday / "session.json").write_bytes(b"[")
    assert "session.json" in asked(taught, PROCEDURE, "go on only if")
    shutil.rmtree(monday)
    assert "its transcript is not here" in asked(taught, PROCEDURE, "go on only if")


def test_a_damaged_ledger_is_told_beside_what_may_have_been_in_it(taught: Cli) -> None:
    ledger = taught.root / "skills_store" / "default" / ".ledger.jsonl"
    ledger.write_bytes(b"\xff{\n[1]\n" + ledger.read_bytes())
    edit(taught, PROCEDURE, "- Verify: ", "- Ask Ann.\n- Verify: ")
    assert "damaged lines of the ledger: 2; one of them may have told of it" in asked(taught, PROCEDURE, "Ask Ann")
    assert "session: monday (" in asked(taught, PROCEDURE, "go on only if")
    ledger.write_bytes(b"")
    assert "written by hand: no run recorded this line" in asked(taught, PROCEDURE, "go on only if")
    ledger.unlink()
    assert "written by hand: no run recorded this line" in asked(taught, PROCEDURE, "go on only if")


def test_an_entry_that_stands_twice_says_so(taught: Cli) -> None:
    text = path(taught, *PROCEDURE).read_text(encoding="utf-8")
    path(taught, *PROCEDURE).write_text(f"{text}\n{text}", encoding="utf-8")
    assert "too: the ledger cannot tell them apart" in asked(taught, PROCEDURE, "go on only if")


def test_a_skill_and_a_file_are_told_entry_by_entry(taught: Cli) -> None:
    edit(taught, PROCEDURE, "- Verify: ", "- Ask Ann.\n- Verify: ")
    path(taught, *PROCEDURE).with_name("mine.md").write_text("# Mine\n\n## By me\n- a\n", encoding="utf-8")
    said = taught("skill", "why", PROCEDURE[0])
    assert "procedure from session monday (" in said
    assert "confirmed by 1 other session, " in said
    assert " lines, 1 by hand\n" in said
    assert "mine.md\n  1 line written by hand\n  3: By me\n     written by hand: no run recorded it\n" in said
    assert taught("skill", "why", PROCEDURE[0], "mine.md") in said
    found = json.loads(taught("skill", "why", PROCEDURE[0], "--json"))
    assert [file["file"] for file in found["files"]] == ["SKILL.md", "mine.md", "procedures.md"]
    (entry,) = found["files"][2]["entries"]
    assert (entry["kind"], entry["source"], entry["by_hand"]) == ("procedure", "check", 1)


def test_a_line_for_programs(taught: Cli) -> None:
    place = line_of(taught, PROCEDURE, "go on only if")
    found = json.loads(taught("skill", "why", PROCEDURE[0], place, "--json"))
    assert (found["by"], found["lesson"]["source"], found["session"]["name"]) == ("run", "check", "monday")
    assert [event["run"]["did"] for event in found["events"]] == ["confirmed"]
    assert all(len(line) <= 200 for quote in found["quotes"] for line in quote["lines"])
    assert len(found["quotes"]) <= 8


def test_what_a_transcript_says_cannot_steer_the_terminal(cli: Cli) -> None:
    learned(
        "evil",
        [
            *incident(),
            user("Always use \x1b[31mred\x1b[0m [bold]tabs[/bold] \u202ein here."),
            said("Ok."),
            *ran("ls", "a"),
        ],
    )
    found = cli("skill", "why", "user-general-facts") + cli("skill", "why", "daily-logs", "2026-03.md:1")
    for file in path(cli, "user-general-facts", "SKILL.md").parent.glob("*.md"):
        for number in range(1, file.read_text(encoding="utf-8").count("\n") + 1):
            found += cli("skill", "why", "user-general-facts", f"{file.name}:{number}")
    assert "\x1b" not in found
    assert "\u202e" not in found


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("nobody",), "there is no skill 'nobody'"),
        (("daily-logs", "no.md"), "there is no file 'no.md' in 'daily-logs': its files are "),
        (("daily-logs", "no.md:3"), "there is no file 'no.md' in 'daily-logs'"),
        (("daily-logs", "SKILL.md:9999"), "there is no line 9999 in 'daily-logs/SKILL.md': it has 24 lines"),
        (("daily-logs", "SKILL.md:0"), "there is no line 0 "),
        (("daily-logs", "SKILL.md:" + "9" * 5000), "there is no line 999999999… in "),
        (("daily-logs", "SKILL.md:²"), "there is no file 'SKILL.md:²'"),
        (("daily-logs", "../config-service-patterns/SKILL.md"), "there is no file "),
        (("daily-logs", "--space", "nowhere"), "there is no space 'nowhere'"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(taught: Cli, args: tuple[str, ...], told: str) -> None:
    said = taught.refused("skill", "why", *args)
    assert told in said
    assert said.count("\n") == 1


def test_a_picture_is_known_as_a_file(taught: Cli, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "SKILL.md").write_text("---\nname: foreign\ndescription: F.\n---\n\n# F\n", encoding="utf-8")
    (foreign / "run.py").write_text("print(1)\n", encoding="utf-8")
    (foreign / "a.png").write_bytes(b"\x89PNG\xff")
    taught("skill", "add", foreign)
    said = taught("skill", "why", "foreign")
    assert "a.png\n  foreign/a.png is not UTF-8" in said
    assert "by a person's own command (skill new or skill add), run hand-" in taught(
        "skill", "why", "foreign", "run.py:1"
    )
    assert "by a person's own command (skill new or skill add), run hand-" in taught(
        "skill", "why", "foreign", "SKILL.md:6"
    )
    assert "is not UTF-8" in taught.refused("skill", "why", "foreign", "a.png:1")
    shutil.rmtree(taught.root / ".acontext" / "history")
    assert "recorded for the file as a whole: run hand-" in taught("skill", "why", "foreign", "run.py:1")


def test_a_place_may_be_a_path_and_a_files_name_may_hold_a_colon() -> None:
    files = ("SKILL.md", "a.md", "a.md:12", "sub/b.md")
    found = [
        named("k", files, place)
        for place in ("", "a.md", "a.md:3", "a.md:12", "a.md:12:3", ":7", "skills_store/default/k/sub/b.md:2", "k/a.md")
    ]
    assert [(each.file, each.line) for each in found] == [
        ("", None),
        ("a.md", None),
        ("a.md", 3),
        ("a.md:12", None),
        ("a.md:12", 3),
        ("SKILL.md", 7),
        ("sub/b.md", 2),
        ("a.md", None),
    ]


@given(st.text())
def test_any_place_is_a_file_of_the_skill_or_an_error_in_words(place: str) -> None:
    try:
        found = named("k", ("SKILL.md", "a.md"), place)
    except AcontextError:
        return
    assert found.file in ("", "SKILL.md", "a.md")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(text=st.text(st.sampled_from("#- \n`<>!:[](→“”…aid0\x00\u2028\ud7ff"), max_size=200))
def test_every_line_of_any_file_is_answered(cli: Cli, text: str) -> None:
    file = path(cli, "daily-logs", "any.md")
    file.write_text(text, encoding="utf-8", newline="\n")
    for number in range(1, len(text.removesuffix("\n").split("\n")) + 1 if text else 1):
        assert cli("skill", "why", "daily-logs", f"any.md:{number}")
    assert cli("skill", "why", "daily-logs")


def test_of_an_undo_it_is_told_what_it_did(taught: Cli) -> None:
    place = RULE if path(taught, *RULE).exists() else (RULE[0], "facts.md")
    learned("dates", [user("Never deploy on Fridays."), said("Will do.")])
    workspace = Workspace.find()
    gone = workspace.undo()[0].run.id
    workspace.undo(gone)
    assert "took the entry away, run " + gone in asked(taught, place, "The user said: “Never deploy")
