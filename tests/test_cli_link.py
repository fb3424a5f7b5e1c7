"""`link`, `unlink`, `skill add` and `skill pack` as they are typed."""

import json
import zipfile
from pathlib import Path

import pytest
from conftest import Cli

TEXT = "---\nname: {}\ndescription: Writes release notes.\n---\n# Notes\n"


def foreign(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name / "scripts").mkdir(parents=True)
        (folder / name / "SKILL.md").write_text(TEXT.format(name))
        (folder / name / "scripts/run.sh").write_bytes(b"echo\xff\n")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def store(cli: Cli) -> list[str]:
    return names(cli.root / "skills_store/default")


def test_link_tells_what_it_did_in_each_folder_and_then_what_is_linked(cli: Cli) -> None:
    cli("skill", "new", "ops")
    assert cli("link", "--dry-run") == ".agents/skills: 1 to link\n.claude/skills (for claude-code): 1 to link\n"
    assert cli("link") == ".agents/skills: 1 linked\n.claude/skills (for claude-code): 1 linked\n"
    table = "SKILL  FOLDER          FORM  STATE\nops    .agents/skills  link  ok\nops    .claude/skills  link  ok\n"
    assert cli("link") == cli("link", "--list") == table
    assert cli("unlink") == ".agents/skills: 1 taken away\n.claude/skills: 1 taken away\n"
    assert cli("unlink") == "acontext has linked nothing here\n"
    assert names(cli.root) == [".acontext", "skills_store"]


def test_what_is_linked_is_listed_for_programs(cli: Cli) -> None:
    cli("skill", "new", "ops")
    cli("link", "--to", "agents", "--copy")
    (cli.root / ".agents/skills/ops/SKILL.md").unlink()
    (listed,) = json.loads(cli("link", "--list", "--json"))
    assert listed.pop("why").startswith("was edited since it was copied and stays: diff -r ")
    assert listed == {"skill": "ops", "folder": ".agents/skills", "form": "copy", "state": "changed"}


def test_a_client_that_reads_the_shared_folder_is_told_where(cli: Cli) -> None:
    cli("skill", "new", "ops")
    assert cli("link", "--to", "cursor", "--to", "codex") == ".agents/skills (for cursor, codex): 1 linked\n"


def test_what_is_not_ours_is_one_line_and_exit_1_with_the_rest_linked(cli: Cli) -> None:
    cli("skill", "new", "ops")
    cli("skill", "new", "rules")
    (cli.root / ".claude/skills/ops").mkdir(parents=True)
    said = cli.refused("link")
    assert said.count("\n") == 1
    assert said.startswith(f"acontext: {cli.root}/.claude/skills/ops is there and was not made by acontext link")
    assert (cli.root / ".claude/skills/rules/SKILL.md").is_file()


def test_links_that_came_with_a_clone_are_seen(cli: Cli) -> None:
    cli("skill", "new", "ops")
    cli("link", "--to", "agents")
    (cli.root / ".acontext/links.jsonl").unlink()
    (cli.root / ".claude/skills/ops").mkdir(parents=True)
    states = [(row["folder"], row["state"]) for row in json.loads(cli("link", "--list", "--json"))]
    assert states == [(".agents/skills", "ok"), (".claude/skills", "not ours")]
    assert "ok: was there already" in cli("link", "--to", "agents")


def test_wrong_words_are_one_line(cli: Cli) -> None:
    assert cli.refused("link", "nope").startswith("acontext: there is no skill 'nope'")
    assert cli.refused("link", "--to", "vi").startswith("acontext: there is no client 'vi': use one of agents")
    assert cli.refused("link", "--space", "no").startswith("acontext: there is no space 'no'")
    assert cli.refused("unlink", "ops").startswith("acontext: 'ops' is not linked")


def test_ones_own_workspace_is_linked_in_the_home(cli: Cli, own_home: Path) -> None:
    cli("init", "--user")
    mine = own_home / ".local/share/acontext"
    cli("--workspace", mine, "skill", "new", "habits")
    done = cli.run("--workspace", mine, "link")
    assert "in your home folder, for every project" in done.stderr
    assert (own_home / ".claude/skills/habits/SKILL.md").is_file()
    cli("--workspace", mine, "unlink")
    assert not (own_home / ".claude").exists()


def test_a_catalog_that_is_too_long_is_warned_of(cli: Cli) -> None:
    for number in range(9):
        cli("skill", "new", f"skill-{number}", "--description", "x" * 1_000)
    done = cli.run("link", "--to", "codex")
    assert "Codex shows 8,000 characters of all names and descriptions, these 9 skills have 9,063" in done.stderr
    assert done.exit_code == 0


def test_a_skill_goes_into_a_zip_and_comes_out_of_it(cli: Cli, tmp_path: Path) -> None:
    cli("skill", "add", foreign(tmp_path / "in", "notes", "other"))
    assert cli("skill", "pack", "notes", "other", "-o", "x.zip") == "packed notes, other into x.zip: 4 files\n"
    first = (cli.root / "x.zip").read_bytes()
    assert "x.zip' is there already" in cli.refused("skill", "pack", "notes", "-o", "x.zip")
    cli("skill", "pack", "other", "notes", "-o", "x.zip", "--force")
    assert (cli.root / "x.zip").read_bytes() == first
    assert zipfile.ZipFile(cli.root / "x.zip").namelist() == [
        "notes/SKILL.md",
        "notes/scripts/run.sh",
        "other/SKILL.md",
        "other/scripts/run.sh",
    ]
    cli("space", "new", "team")
    said = cli("skill", "add", "x.zip", "--space", "team")
    assert said == (
        "added notes: 2 files, 69 B\n  Writes release notes.\nSKILL.md        63 B\nscripts/run.sh  6 B\n"
        "added other: 2 files, 69 B\n  Writes release notes.\nSKILL.md        63 B\nscripts/run.sh  6 B\n"
        "a foreign skill is instructions to your agent: read it before an agent does\n"
        "next: acontext skill show notes --space team\n"
    )
    assert (cli.root / "skills_store/team/notes/scripts/run.sh").read_bytes() == b"echo\xff\n"


def test_the_ledger_knows_what_came_in(cli: Cli, tmp_path: Path) -> None:
    cli("skill", "add", foreign(tmp_path / "in", "notes"))
    run = json.loads(cli("log", "--json"))[0]
    assert run["run"].startswith("hand-")
    shown = cli("log", run["run"])
    assert "notes/SKILL.md" in shown
    assert "notes/scripts/run.sh" in shown
    assert json.loads(cli("skill", "show", "notes", "--json"))["files"] == {
        "SKILL.md": TEXT.format("notes"),
        "scripts/run.sh": None,
    }
    assert "notes" in cli("skill", "list")
    assert cli("skill", "check") == "3 skills checked, all is well\n"
    cli("skill", "delete", "notes", "--yes")
    assert "notes" not in store(cli)


def test_a_taken_name_takes_nothing_in(cli: Cli, tmp_path: Path) -> None:
    cli("skill", "new", "other")
    before = store(cli)
    folder = foreign(tmp_path / "in", "notes", "other")
    assert cli.refused("skill", "add", folder) == (
        "acontext: there is a skill 'other' already: nothing was taken; --name gives another\n"
    )
    assert "one name does for one skill" in cli.refused("skill", "add", folder, "--name", "third")
    assert store(cli) == before
    cli("skill", "add", folder / "other", "--name", "third")
    assert store(cli) == sorted([*before, "third"])


@pytest.mark.parametrize("what", ["folder", "file", "link", "dangling"])
def test_whatever_has_the_name_already_stays(cli: Cli, tmp_path: Path, what: str) -> None:
    place = cli.root / "skills_store/default/notes"
    if what == "folder":
        place.mkdir()
    elif what == "file":
        place.write_text("x")
    else:
        place.symlink_to(tmp_path if what == "link" else tmp_path / "nowhere")
    assert "there is a skill 'notes' already" in cli.refused("skill", "add", foreign(tmp_path / "in", "notes"))
    assert names(tmp_path) == ["in", "work"]


def test_ids_of_entries_that_are_taken_are_not_taken_twice(cli: Cli, tmp_path: Path) -> None:
    folder = foreign(tmp_path / "in", "notes")
    (folder / "notes/errors.md").write_text("## One (date: 2026-01-01) <!-- id: aa11bb -->\n- x\n")
    cli("skill", "add", folder)
    cli("skill", "add", folder, "--name", "again")
    texts = [cli("skill", "show", name, "errors.md") for name in ("notes", "again")]
    assert texts == ["## One (date: 2026-01-01) <!-- id: aa11bb -->\n- x\n", "## One (date: 2026-01-01)\n- x\n"]


def test_a_skill_with_a_link_in_it_is_not_packed(cli: Cli) -> None:
    cli("skill", "new", "ops")
    (cli.root / "skills_store/default/ops/key.md").symlink_to("/etc/passwd")
    assert "'key.md' is a link" in cli.refused("skill", "pack", "ops", "-o", "x.zip")
    assert "'key.md' is a link" in cli.refused("link", "--copy", "--to", "agents")
    assert not (cli.root / "x.zip").exists()


def test_what_is_not_there_is_one_line(cli: Cli) -> None:
    assert cli.refused("skill", "add", "no.zip") == "acontext: 'no.zip' cannot be read: No such file or directory\n"
    assert "there is no skill 'no'" in cli.refused("skill", "pack", "no", "-o", "x.zip")
    cli("skill", "new", "ops")
    assert "was not written" in cli.refused("skill", "pack", "ops", "-o", "no/x.zip")
