"""`acontext review` as it is typed."""

import json
from pathlib import Path

import pytest
from conftest import Cli
from test_terminal import on_a_terminal
from transcripts import ran, said, user

from acontext_cli import Workspace
from acontext_cli.ledger import Run
from acontext_cli.messages import Json
from acontext_cli.store import Held

ASKED = "[q]uit: "
PYTEST = "Test command: `pytest -q`"
RULE = "Always use ISO dates in tables."


def recorded(cli: Cli, name: str, *messages: Json | list[Json]) -> None:
    flat = [body for each in messages for body in (each if isinstance(each, list) else [each])]
    cli("session", "new", "--name", name)
    cli("record", name, input="".join(f"{json.dumps(body)}\n" for body in flat))


@pytest.fixture
def waiting(cli: Cli) -> Cli:
    """Two lessons wait: a command that one session has seen, and one of a linter."""
    for name, command, answer in (
        ("monday", "pytest -q", "12 passed"),
        ("tuesday", "ruff check .", "All checks passed!"),
    ):
        recorded(cli, name, user("Make it pass, please."), ran(command, answer), said("All is well."))
    assert cli("learn").count("lessons held: acontext review\n") == 2  # the end of it, and the standing
    return cli


def listed(cli: Cli) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(cli("review", "--list", "--json"))
    return found


def test_without_a_terminal_what_waits_is_listed_with_how_to_decide(waiting: Cli) -> None:
    ids = [each["id"] for each in listed(waiting)]
    shown = waiting("review")
    assert shown == waiting("review", "--list")
    _, *rows, how = shown.splitlines()
    assert [row.split()[:2] for row in rows] == [[id, "default"] for id in ids]
    assert rows[0].endswith("seen in 1 session; 2 are needed")
    assert how == "to decide: acontext review on a terminal, or acontext review --accept ID, --reject ID"


def test_where_nothing_waits_it_says_so(cli: Cli) -> None:
    assert cli("review") == "no lesson waits\n"
    assert listed(cli) == []


def test_json_holds_all_that_a_program_needs_to_decide(waiting: Cli) -> None:
    first = listed(waiting)[0]
    assert {name: first[name] for name in ("space", "title", "reason", "session_name", "gone", "refusal")} == {
        "space": "default",
        "title": PYTEST,
        "reason": "seen in 1 session; 2 are needed",
        "session_name": "monday",
        "gone": "",
        "refusal": "",
    }
    assert first["known"] == {"source": "seen", "because": "a tool result shows it"}
    assert [each["text"] for each in first["messages"]][-1] == "12 passed"  # type: ignore[index]
    assert f"+## {PYTEST}" in first["diff"]


def test_several_are_decided_by_the_beginnings_of_their_ids(waiting: Cli) -> None:
    first, other = (each["id"] for each in listed(waiting))
    shown = waiting("review", "--accept", first[:6], "--reject", other)
    assert shown == f"  + project-commands/commands.md  {PYTEST}\n  - rejected: Lint command: `ruff check .`\n"
    assert listed(waiting) == []
    assert "1 reject" in waiting("log")
    assert "held" not in waiting("status")


def test_nothing_is_decided_where_one_id_is_wrong(waiting: Cli) -> None:
    first = listed(waiting)[0]["id"]
    said_of = waiting.refused("review", "--accept", first, "--accept", "[b]zzz")
    assert said_of == "acontext: no lesson '[b]zzz' waits: acontext review --list\n"
    assert len(listed(waiting)) == 2
    assert waiting.refused("review", "--reject", "") == "acontext: no lesson '' waits: acontext review --list\n"


def test_one_id_is_not_accepted_and_rejected(waiting: Cli) -> None:
    first = listed(waiting)[0]["id"]
    assert waiting.run("review", "--accept", first, "--reject", first).exit_code == 2
    assert waiting.run("review", "--accept", first, "--list").exit_code == 2
    assert len(listed(waiting)) == 2


def test_what_is_accepted_is_no_more_to_be_accepted(waiting: Cli) -> None:
    first = listed(waiting)[0]["id"]
    waiting("review", "--accept", first)
    assert (
        waiting.refused("review", "--accept", first) == f"acontext: no lesson {first!r} waits: acontext review --list\n"
    )


def test_what_is_dropped_says_why(waiting: Cli) -> None:
    first = listed(waiting)[0]
    folder = waiting.root / "skills_store" / "default" / "mine"
    folder.mkdir()
    (folder / "SKILL.md").write_text("---\nname: mine\ndescription: Mine.\n---\n# M\n", encoding="utf-8")
    (folder / "notes.md").write_text(first["text"], encoding="utf-8")
    reason = f"acontext: {first['id']} was not accepted: it stands in mine/notes.md already\n"
    assert waiting.refused("review", "--accept", first["id"]) == reason
    assert len(listed(waiting)) == 1


def test_who_is_not_asked_hears_of_it_only_in_review(waiting: Cli) -> None:
    waiting.root.joinpath(".acontext", "config.yaml").write_text("review: none\n", encoding="utf-8")
    assert "held" not in waiting("status")
    recorded(waiting, "wednesday", user("Check the types."), ran("mypy", "ok"), said("Fine."))
    assert "acontext review" not in waiting("learn")
    assert waiting("review").startswith("`review: none` is set: nobody is asked about these, and they wait\n")


def test_status_names_review_as_next_only_where_nothing_else_is_to_be_done(waiting: Cli) -> None:
    assert "2 lessons held: acontext review\n" in waiting("status")
    assert waiting("status").endswith("next: acontext review\n")
    recorded(waiting, "wednesday", user(RULE), said("Will do."))
    assert waiting("status").endswith("next: acontext learn\n")
    waiting("learn")
    assert waiting("status").endswith("next: acontext recall\n")


def test_all_is_a_setting(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACONTEXT_REVIEW", "all")
    recorded(cli, "monday", user(RULE), said("Will do."))
    cli("learn")
    assert [each["reason"] for each in listed(cli)] == ["review: all"]
    assert "\x1b" not in cli("review")
    monkeypatch.setenv("ACONTEXT_REVIEW", "some")
    assert "ACONTEXT_REVIEW: review is 'some', use 'risky', 'all' or 'none'" in cli.refused("learn")


def test_one_is_shown_at_a_time_with_reason_evidence_and_diff(waiting: Cli) -> None:
    shown, code = on_a_terminal(waiting.root, "review", keys=b"l\n", after=ASKED.encode(), NO_COLOR="1")
    assert code == 0
    first, _, second = shown.partition("2 of 2")
    for line in (
        f"{PYTEST}\n",
        "held because: seen in 1 session; 2 are needed\n",
        "known because: a tool result shows it (seen)\n",
        "from session monday ",
        "  tool: “12 passed”\n",
        "accepting it would change:\n",
        "+++ b/project-commands/commands.md\n",
    ):
        assert line in first
    assert "Lint command: `ruff check .`" in second
    assert shown.splitlines()[-2:] == ["0 accepted, 0 rejected", "2 lessons left for later: acontext review"]


def test_what_was_decided_before_the_end_stays_decided(waiting: Cli) -> None:
    on_a_terminal(waiting.root, "review", keys=b"r\n\x04", after=ASKED.encode())
    assert [each["title"] for each in listed(waiting)] == ["Lint command: `ruff check .`"]
    shown, code = on_a_terminal(waiting.root, "review", keys=b"\x03", after=ASKED.encode())
    assert (code, "Traceback" in shown) == (130, False)
    assert len(listed(waiting)) == 1


def test_untrusted_text_steers_no_terminal(cli: Cli) -> None:
    hostile = "[bold]x[/bold] \x1b[2J \u202e"
    text = f"## {hostile} <!-- id: e1 -->\n- {hostile}"
    held = Held(lesson="l", entry="e1", title=hostile, session=hostile, reason=hostile, text=text, date=hostile)
    store = Workspace.find().space().store
    store.commit(store.draft(), (), Run(id="r", time="1"), held=[held])
    assert "\x1b" not in cli("review") + cli("review", "--json")
    shown, _ = on_a_terminal(cli.root, "review", keys=b"q\n", after=ASKED.encode(), NO_COLOR="1")
    assert "[bold]x[/bold]" in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


def editor(folder: Path, script: str) -> str:
    file = folder / "editor.sh"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return str(file)


def test_an_entry_is_written_as_it_was_edited(waiting: Cli, tmp_path: Path) -> None:
    mine = editor(tmp_path, "sed -i.old 's/runs the tests of this project/runs all tests/' \"$1\"")
    on_a_terminal(waiting.root, "review", keys=b"e\nq\n", after=ASKED.encode(), EDITOR="false", VISUAL=mine)
    text = (waiting.root / "skills_store/default/project-commands/commands.md").read_text(encoding="utf-8")
    assert "- `pytest -q` runs all tests and was seen passing.\n" in text
    assert len(listed(waiting)) == 1


@pytest.mark.parametrize(
    ("script", "said_of"),
    [
        (': > "$1"', "nothing was changed: the text came back empty, or the editor said so"),
        ('rm "$1"', "nothing was changed: the text came back empty, or the editor said so"),
        ("exit 3", "nothing was changed: the text came back empty, or the editor said so"),
        ('echo "## Two" >> "$1"', "an entry begins with its heading, one line '## Title', and there is one of them"),
        ("printf '## T\\n\\377' > \"$1\"", "what the editor wrote is not UTF-8"),
        (None, "no editor is set: put its name in VISUAL or EDITOR, for example EDITOR=nano"),
        ("/nowhere/nothing", "the editor '/nowhere/nothing' was not found: set VISUAL or EDITOR"),
    ],
)
def test_an_edit_that_comes_to_nothing_leaves_the_lesson_waiting(
    waiting: Cli, tmp_path: Path, script: str | None, said_of: str
) -> None:
    mine = script if not script or script.startswith("/") else editor(tmp_path, script)
    shown, code = on_a_terminal(
        waiting.root, "review", keys=b"e\nq\n", after=ASKED.encode(), EDITOR=mine or "", VISUAL=""
    )
    assert said_of in " ".join(shown.split())
    assert (code, len(listed(waiting)), (tmp_path / "entry.md").exists()) == (0, 2, False)
