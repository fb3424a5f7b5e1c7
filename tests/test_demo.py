"""`acontext demo`, as typed."""

import json
from pathlib import Path

from conftest import ROOT, Cli


def played(cli: Cli, *args: object) -> dict[str, object]:
    demo: dict[str, object] = json.loads(cli("demo", "run", "--json", *args))
    return demo


def files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in found}


def test_every_act_is_resolved_and_those_after_the_first_are_played_twice(cli: Cli) -> None:
    demo = played(cli)
    runs = [(run["act"], run["skills"], run["resolved"]) for run in demo["runs"]]  # type: ignore[attr-defined]
    assert runs == [
        ("act1", "none", True),
        ("act2", "none", True),
        ("act2", "learned", True),
        ("sibling", "none", True),
        ("sibling", "learned", True),
        ("trap", "none", True),
        ("trap", "learned", True),
    ]
    assert (demo["scenario"], demo["engine"], demo["workspace"]) == (
        "devops-502",
        "offline",
        str(cli.root / "acontext-demo"),
    )


def test_the_numbers_are_those_of_the_seed(cli: Cli) -> None:
    runs = {(run["act"], run["skills"]): run for run in played(cli)["runs"]}  # type: ignore[attr-defined]
    assert 9 <= runs["act1", "none"]["calls"] <= 12
    assert 4 <= runs["act2", "learned"]["calls"] <= 6
    sibling, skilled = runs["sibling", "none"], runs["sibling", "learned"]
    assert skilled["calls"] + skilled["skill_reads"] <= sibling["calls"] * 2 / 3
    assert all(run["calls"] + run["skill_reads"] == len(run["steps"]) for run in runs.values())
    changed = [step["arguments"] for arm in ("none", "learned") for step in runs["trap", arm]["steps"]]
    assert not [each for each in changed if "timeout" in str(each.get("key", ""))]


def test_what_was_learned_is_there_to_browse(cli: Cli) -> None:
    learned = played(cli)["learned"]
    assert learned
    for entry in learned:  # type: ignore[attr-defined]
        assert (cli.root / "acontext-demo/skills_store/default" / entry["skill"] / entry["file"]).is_file()
    assert "act1" in cli("--workspace", "acontext-demo", "session", "list")
    assert cli("--workspace", "acontext-demo", "skill", "check").endswith("all is well\n")


def test_a_run_repeats_exactly(cli: Cli) -> None:
    assert {**played(cli), "workspace": ""} == {**played(cli, "--dir", "again"), "workspace": ""}
    assert files(cli.root / "acontext-demo/skills_store") == files(cli.root / "again/skills_store")


def test_the_committed_skills_are_what_the_demo_makes(cli: Cli) -> None:
    played(cli)
    assert files(ROOT / "skills_store") == files(cli.root / "acontext-demo/skills_store")


def test_the_report_fits_eighty_columns_and_is_plain_in_a_pipe(cli: Cli) -> None:
    shown = cli("demo", "run")
    assert "→ 50% fewer tool calls with learned skills" in shown
    assert "Was it the skill?" in shown
    assert "\x1b" not in shown
    assert [line for line in shown.splitlines() if len(line) > 80] == []


def test_clean_removes_what_the_demo_made_and_nothing_else(cli: Cli) -> None:
    played(cli)
    (cli.root / "acontext-demo/notes.txt").write_text("mine", encoding="utf-8")
    assert cli("demo", "clean", "--yes") == "removed acontext-demo; 1 file of yours stayed there\n"
    assert files(cli.root / "acontext-demo") == {"notes.txt": "mine"}
    assert "not the demo's" in cli.refused("demo", "run")
    assert "was not made by acontext demo run" in cli.refused("demo", "clean", "--dir", ".", "--yes")
    assert (cli.root / ".acontext/config.yaml").is_file()


def test_clean_asks(cli: Cli) -> None:
    played(cli)
    assert "add --yes" in cli.refused("demo", "clean")
    assert (cli.root / "acontext-demo").is_dir()


def test_a_demo_is_played_anew_where_one_was(cli: Cli) -> None:
    first = played(cli)
    assert played(cli) == first


def test_a_broken_scenario_is_refused_with_its_file_before_anything_is_made(cli: Cli) -> None:
    (cli.root / "mine.yaml").write_text("title: x\nacts: [\n", encoding="utf-8")
    assert cli.refused("demo", "run", "--scenario", "mine.yaml").startswith("acontext: mine.yaml, line ")
    assert "no scenario 'nothing'" in cli.refused("demo", "run", "--scenario", "nothing")
    assert not (cli.root / "acontext-demo").exists()
