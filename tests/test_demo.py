"""`acontext demo`, as typed."""

import json
import re
from pathlib import Path
from typing import Literal

import pytest
from conftest import ROOT, Cli

from acontext_cli.api.demo import play_demo
from acontext_cli.demo.play import Played, Step
from acontext_cli.demo.run import Demo
from acontext_cli.model import NOTHING
from acontext_cli.show.demo import Silent
from acontext_cli.show.report import as_reported, report


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The demo, played once for the tests that only look at it."""
    folder = tmp_path_factory.mktemp("demo") / "acontext-demo"
    return as_reported(play_demo("devops-502", folder, Silent()))


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


def test_a_hasty_lesson_is_held_and_the_entry_says_it_right(demo: dict[str, object], cli: Cli) -> None:
    told = demo["doubtful"]
    assert told["decision"] == "held"  # type: ignore[index]
    assert "p99_latency_ms was 4,200, upstream_timeout_ms 5,000" in told["reason"]  # type: ignore[index]
    assert "within 20 % of its setting" in told["instead"]  # type: ignore[index]
    held = Path(str(demo["workspace"]), ".acontext/spaces/default/held.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["reason"] for line in held.splitlines()] == [told["reason"]]  # type: ignore[index]
    shown = cli("demo", "run")
    assert "A hasty learner would have written of act 1:" in shown
    assert "held: “the upstream's p99 above the timeout”: p99_latency_ms was 4,200," in shown
    assert "The entry says instead: go on only if one of them comes within 20 % of its" in shown


def test_a_true_condition_is_not_held_and_without_a_hasty_lesson_nothing_is_said(cli: Cli) -> None:
    text = (ROOT / "scenarios/devops-502/scenario.yaml").read_text(encoding="utf-8")
    true = text.replace("p99 above the timeout", "p99 within 20 % of the timeout")
    true = true.replace("p99 is above `upstream", "p99 is near `upstream")
    (cli.root / "true.yaml").write_text(true, encoding="utf-8")
    assert played(cli, "--scenario", "true.yaml")["doubtful"]["decision"] == "written"  # type: ignore[index]
    head, _, rest = text.partition("doubtful:")
    (cli.root / "none.yaml").write_text(head + rest[rest.index("acts:") :], encoding="utf-8")
    assert played(cli, "--scenario", "none.yaml")["doubtful"] is None
    assert "hasty" not in cli("demo", "run", "--scenario", "none.yaml")


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


def test_what_a_person_did_in_the_demo_is_not_played_over(cli: Cli) -> None:
    played(cli)
    cli("--workspace", "acontext-demo", "status")
    cli("--workspace", "acontext-demo", "skill", "check")
    played(cli)
    notes = cli.root / "acontext-demo/skills_store/default/daily-logs/notes.md"
    notes.write_text("mine", encoding="utf-8")
    assert cli.refused("demo", "run") == (
        "acontext: 'acontext-demo' was changed since the demo made it: acontext demo clean removes it\n"
    )
    assert notes.read_text(encoding="utf-8") == "mine"
    cli("demo", "clean", "--yes")
    played(cli)


def test_a_demo_that_was_broken_off_is_played_anew(cli: Cli) -> None:
    with pytest.raises(KeyboardInterrupt):
        play_demo("devops-502", Path("acontext-demo"), Interrupting())
    assert len(list((cli.root / "acontext-demo/.acontext/sessions").iterdir())) == 1
    played(cli)


class Interrupting(Silent):
    """Somebody presses Ctrl-C at the first call."""

    def step(self, step: Step) -> None:
        raise KeyboardInterrupt


def test_the_command_that_is_told_removes_the_demo_from_elsewhere_too(cli: Cli) -> None:
    shown = cli("demo", "run", "--dir", "my demo")
    assert (
        "\nLook around:  acontext --workspace 'my demo' status\nRemove it:    acontext demo clean --dir 'my demo'\n"
        in (shown)
    )
    (cli.root / "my demo/notes.txt").write_text("mine", encoding="utf-8")
    assert "acontext demo clean --dir 'my demo' removes it" in cli.refused("demo", "run", "--dir", "my demo")
    assert "next: " in cli("--workspace", "my demo", "status")


def test_a_symbolic_link_is_no_place_for_a_demo(cli: Cli) -> None:
    played(cli)
    (cli.root / "link").symlink_to("acontext-demo")
    refusal = "acontext: 'link' is a symbolic link: name the folder itself with --dir\n"
    assert cli.refused("demo", "run", "--dir", "link") == refusal
    assert cli.refused("demo", "clean", "--dir", "link", "--yes") == refusal
    assert (cli.root / "acontext-demo").is_dir()


def test_the_sessions_of_a_demo_differ_in_their_short_ids(demo: dict[str, object], cli: Cli) -> None:
    listed = json.loads(cli("--workspace", demo["workspace"], "session", "list", "--json"))
    ids = [each["id"] for each in listed]
    assert len({id[:8] for id in ids}) == len(ids) == 7
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", id) for id in ids)


def run_of(act: str, skills: Literal["none", "learned"], calls: int, *, resolved: bool) -> Played:
    return Played(
        act=act, skills=skills, calls=calls, skill_reads=0, resolved=resolved, why_not=(), steps=(), answer=""
    )


@pytest.mark.parametrize(("first", "second"), [(False, True), (True, False)])
def test_what_is_not_resolved_saves_nothing(capsys: pytest.CaptureFixture[str], first: bool, second: bool) -> None:
    runs = (
        run_of("act1", "none", 10, resolved=first),
        run_of("act2", "none", 8, resolved=first),
        run_of("act2", "learned", 3, resolved=second),
    )
    demo = Demo(
        scenario="s", engine="e", agent="a", repeat=1, usage=NOTHING, workspace=Path("w"), runs=runs, learned=()
    )
    report(demo, Path("w"))
    shown = capsys.readouterr().out
    assert "%" not in shown
    assert f"Act 1 (no prior knowledge):  10 tool calls{'' if first else ', not resolved'}\n" in shown
    assert f"Act 2 (with learned skills): 3 tool calls{'' if second else ', not resolved'}\n" in shown
