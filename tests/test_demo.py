"""`acontext demo`, as typed."""

import json
from pathlib import Path

import pytest
from conftest import ROOT, Cli

from acontext_cli.api.demo import stage
from acontext_cli.show.demo import Silent
from acontext_cli.show.report import as_reported


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The demo, played once for the tests that only look at it."""
    folder = tmp_path_factory.mktemp("demo") / "acontext-demo"
    return as_reported(stage("devops-502", folder, Silent()).run())


def played(cli: Cli, *args: object) -> dict[str, object]:
    demo: dict[str, object] = json.loads(cli("demo", "run", "--json", *args))
    return demo


def files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in found}


def test_every_act_is_resolved_and_those_after_the_first_are_played_twice(demo: dict[str, object]) -> None:
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
    assert (demo["scenario"], demo["engine"]) == ("devops-502", "offline")


def test_the_numbers_are_those_of_the_seed(demo: dict[str, object]) -> None:
    runs = {(run["act"], run["skills"]): run for run in demo["runs"]}  # type: ignore[attr-defined]
    assert 9 <= runs["act1", "none"]["calls"] <= 12
    assert 4 <= runs["act2", "learned"]["calls"] <= 6
    sibling, skilled = runs["sibling", "none"], runs["sibling", "learned"]
    assert skilled["calls"] + skilled["skill_reads"] <= sibling["calls"] * 2 / 3
    assert all(run["calls"] + run["skill_reads"] == len(run["steps"]) for run in runs.values())
    changed = [step["arguments"] for arm in ("none", "learned") for step in runs["trap", arm]["steps"]]
    assert not [each for each in changed if "timeout" in str(each.get("key", ""))]


def test_what_was_learned_is_there_to_browse(demo: dict[str, object], cli: Cli) -> None:
    assert demo["learned"]
    for entry in demo["learned"]:  # type: ignore[attr-defined]
        assert Path(str(demo["workspace"]), "skills_store/default", entry["skill"], entry["file"]).is_file()
    assert "act1" in cli("--workspace", demo["workspace"], "session", "list")
    assert cli("--workspace", demo["workspace"], "skill", "check").endswith("all is well\n")


def test_a_run_repeats_exactly(demo: dict[str, object], cli: Cli) -> None:
    again = played(cli)
    assert {**again, "workspace": ""} == {**demo, "workspace": ""}
    sessions = [cli("--workspace", each["workspace"], "session", "list", "--json") for each in (demo, again)]
    assert sessions[0] == sessions[1]
    assert files(Path(str(again["workspace"]), "skills_store")) == files(Path(str(demo["workspace"]), "skills_store"))


def test_the_committed_skills_are_what_the_demo_makes(demo: dict[str, object]) -> None:
    assert files(ROOT / "skills_store") == files(Path(str(demo["workspace"]), "skills_store")), "python docs/build.py"


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
