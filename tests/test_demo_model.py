"""The demo with a model: it plays as agent, learns as engine, and its use is counted for both."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from conftest import ROOT, Cli
from learner import creates, leaves, task, tree, turn
from llm import skip
from misbehaving import Answer, call, message, server, used

from acontext_cli.api.demo import stage
from acontext_cli.demo.agent import PolicyModel
from acontext_cli.demo.play import Played
from acontext_cli.demo.run import Demo
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import Reply, ScriptedModel, Usage
from acontext_cli.session import Session
from acontext_cli.show.demo import Silent
from acontext_cli.show.report import as_reported, report

MUSEUM = str(ROOT / "tests/scenarios/museum-tickets.yaml")
SKILL = "turnstile-incidents"
TEXT = """\
## Tickets refused: their form is too new
- When to Apply: BAD_TICKET
- Steps:
  1. `check_logs` of both sides: which form does either want?"""
LESSON = {
    "task": 1,
    "title": "Tickets refused: their form is too new",
    "generalizable_pattern": "two sides must read one form",
    "applies_when": "BAD_TICKET",
    "steps": ["read both logs"],
    "evidence": [3],
}


class Player:
    """A model that plays as the scripted agent does, and learns one lesson."""

    name = "player"

    def __init__(self, *, verdict: str = "report_success_analysis") -> None:
        self.asked: list[str] = []
        self._verdict = verdict

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        names = str([tool["function"]["name"] for tool in tools])  # type: ignore[index]
        which = "judge" if "report_task" in names else "learn" if "create_skill" in names else "play"
        self.asked.append(which)
        if which == "play":
            return replace(PolicyModel().reply(messages, tools, required=required), usage=Usage(calls=1, prompt=100))
        said = self._judged(str(messages[1]["content"])) if which == "judge" else self._wrote()
        return replace(said, usage=Usage(calls=1, prompt=1000))

    def _judged(self, text: str) -> Reply:
        last = max(int(number) for number in re.findall(r"^\[(\d+)\] result", text, re.MULTILINE))
        verdict = skip() if self._verdict == "skip_learning" else (self._verdict, LESSON)
        return task(verdict, last=last + 1, evidence=[last], because="61 % went to 0")

    def _wrote(self) -> Reply:
        return turn(creates(TEXT, name=SKILL, file="tickets.md", description="BAD_TICKET at turnstiles"))


def played(folder: Path, model: Any, repeat: int = 1) -> Demo:
    return stage(MUSEUM, folder, Silent(), model=model, repeat=repeat).run()


def arms(demo: Demo) -> list[tuple[str, str, bool]]:
    return [(run.act, run.skills, run.resolved) for run in demo.runs]


class TestPlayedByAModel:
    def test_it_is_agent_and_engine(self, tmp_path: Path) -> None:
        model = Player()
        demo = played(tmp_path / "demo", model)
        assert arms(demo) == [("act1", "none", True), ("sibling", "none", True), ("sibling", "learned", True)]
        assert (demo.engine, demo.agent, demo.repeat) == ("llm", "player", 1)
        assert demo.learned == ((SKILL, "tickets.md"),)
        assert [model.asked.count(each) for each in ("judge", "learn")] == [1, 1]

    def test_its_use_is_counted_for_both(self, tmp_path: Path) -> None:
        model = Player()
        demo = played(tmp_path / "demo", model)
        plays = model.asked.count("play")
        assert demo.usage == Usage(calls=plays + 2, prompt=100 * plays + 2000)
        assert plays > sum(run.calls for run in demo.runs)

    def test_it_learns_from_the_first_act_before_it_plays_another(self, tmp_path: Path) -> None:
        model = Player()
        demo = played(tmp_path / "demo", model, repeat=2)
        first = demo.runs[0].calls + 1
        assert model.asked[first : first + 2] == ["judge", "learn"]
        assert set(model.asked[first + 2 :]) == {"play"}

    def test_what_it_learned_is_offered_to_it_in_the_runs_with_skills_only(self, tmp_path: Path) -> None:
        demo = played(tmp_path / "demo", Player(), repeat=2)
        assert [(run.skills, run.skill_reads > 0) for run in demo.runs if run.act == "sibling"] == 2 * [
            ("none", False),
            ("learned", True),
        ]

    def test_each_act_is_played_as_often_as_asked(self, tmp_path: Path) -> None:
        demo = played(tmp_path / "demo", Player(), repeat=3)
        assert demo.repeat == 3
        assert [(run.act, run.skills) for run in demo.runs] == [
            *3 * [("act1", "none")],
            *3 * [("sibling", "none"), ("sibling", "learned")],
        ]
        folders = sorted((tmp_path / "demo/.acontext/sessions").iterdir())
        assert sorted(Session.open(folder).name for folder in folders) == sorted(
            [
                *("act1", "act1-2", "act1-3", "sibling", "sibling-2", "sibling-3"),
                *("sibling-without", "sibling-without-2", "sibling-without-3"),
            ]
        )

    def test_it_repeats_exactly(self, tmp_path: Path) -> None:
        one, other = (played(tmp_path / name, Player(), repeat=2) for name in ("one", "other"))
        assert replace(one, workspace=other.workspace) == other
        assert tree(tmp_path / "one/skills_store") == tree(tmp_path / "other/skills_store")

    def test_the_ledger_has_what_learning_took_and_not_the_playing(self, tmp_path: Path) -> None:
        made = stage(MUSEUM, tmp_path / "demo", Silent(), model=Player())
        made.run()
        newest = made.store.ledger.runs()[0]
        assert (newest.id, newest.engine, newest.model) == ("demo-act1", "llm", "player")
        assert (newest.calls, newest.tokens) == (2, 2000)
        assert made.store.check() == []

    def test_one_that_learns_nothing_plays_on_with_the_first_skills(self, tmp_path: Path) -> None:
        model = Player(verdict="skip_learning")
        demo = played(tmp_path / "demo", model)
        assert (demo.learned, "learn" in model.asked) == ((), False)
        assert len(demo.runs) == 3

    def test_one_that_never_ends_has_fifteen_turns_for_an_act(self, tmp_path: Path) -> None:
        look = turn(("check_service_status", {"service_name": "cloakroom"}))
        lines = [*15 * [look], task(skip(), last=31, known="claim", status="failed"), *30 * [look]]
        model = ScriptedModel(*lines)
        demo = played(tmp_path / "demo", model)
        assert [(run.calls, run.resolved, run.answer) for run in demo.runs] == 3 * [(15, False, "")]
        assert len(model.history) == 46

    def test_one_that_gives_up_resolves_nothing_and_says_why(self, tmp_path: Path) -> None:
        gives_up = Reply(text="I cannot.")
        demo = played(tmp_path / "demo", ScriptedModel(gives_up, task(skip(), last=2), gives_up, gives_up))
        assert [(run.calls, run.resolved, run.answer) for run in demo.runs] == 3 * [(0, False, "I cannot.")]
        assert all(run.why_not for run in demo.runs)

    def test_one_that_breaks_off_ends_the_demo_in_one_error(self, tmp_path: Path) -> None:
        with pytest.raises(AcontextError, match="queue one more"):
            played(tmp_path / "demo", ScriptedModel(Reply(text="I cannot.")))

    def test_a_lesson_that_it_leaves_out_is_nothing_learned(self, tmp_path: Path) -> None:
        class Careful(Player):
            def _wrote(self) -> Reply:
                return turn(leaves("one case proves little"))

        assert played(tmp_path / "demo", Careful()).learned == ()


def times(*calls: int, reads: int = 0, act: str = "act2", skills: Literal["none", "learned"] = "none") -> list[Played]:
    """Runs of an act; a negative number of calls did not resolve it."""
    return [
        Played(
            act=act,
            skills=skills,
            calls=abs(count),
            skill_reads=reads,
            resolved=count > 0,
            why_not=(),
            steps=(),
            answer="",
        )
        for count in calls
    ]


def shown(capsys: pytest.CaptureFixture[str], runs: Sequence[Played], agent: str = "gpt-4.1 at here") -> str:
    report(demo_of(runs, agent), Path("w"))
    return str(capsys.readouterr().out)


def demo_of(runs: Sequence[Played], agent: str = "gpt-4.1 at here", repeat: int = 3) -> Demo:
    repeat = sum(run.act == "act1" for run in runs) or repeat
    return Demo(
        scenario="s",
        engine="llm",
        agent=agent,
        repeat=repeat,
        usage=Usage(calls=41, prompt=50_000, completion=1_234),
        workspace=Path("w"),
        runs=tuple(runs),
        learned=(("a", "b.md"),),
    )


class TestTheReport:
    def runs(self) -> list[Played]:
        return [
            *times(9, 12, 10, act="act1"),
            *times(8, 10, 9),
            *times(4, 5, 4, reads=2, skills="learned"),
        ]

    def test_several_runs_are_told_by_their_median_and_range(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = shown(capsys, self.runs())
        assert "  Act 1 (no prior knowledge):  10 (9-12) tool calls\n" in said
        assert "  Act 2 (with learned skills): 4 (4-5) tool calls\n" in said
        assert "  → 60% fewer tool calls with learned skills\n" in said

    def test_the_table_has_each_arm_with_how_often_it_was_resolved(self, capsys: pytest.CaptureFixture[str]) -> None:
        (row,) = [line for line in shown(capsys, self.runs()).splitlines() if line.startswith("  act2")]
        assert re.split(r"  +", row.strip()) == [
            "act2",
            "9 (8-10), resolved 3 of 3",
            "4 (4-5) + 2 reads, resolved 3 of 3",
            "-56%",
            "-33%",
        ]

    def test_an_arm_that_failed_once_saves_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        runs = [*times(9, 12, 10, act="act1"), *times(8, -10, 9), *times(4, 4, 4, skills="learned")]
        (row,) = [line for line in shown(capsys, runs).splitlines() if line.startswith("  act2")]
        assert re.split(r"  +", row.strip())[1:] == [
            "9 (8-10), resolved 2 of 3",
            "4 + 0 reads, resolved 3 of 3",
            "–",
            "–",
        ]

    def test_the_median_of_two_lies_between_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = shown(capsys, [*times(9, 10, act="act1"), *times(8, 8), *times(4, 4, skills="learned")])
        assert "  Act 1 (no prior knowledge):  9.5 (9-10) tool calls\n" in said

    def test_it_names_the_model_how_often_it_played_and_what_that_took(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        said = shown(capsys, self.runs())
        assert "Was it the skill? The same incident, gpt-4.1 at here, without and with it:\n" in said
        assert "gpt-4.1 at here played each act 3 times, and learned.\nIt took 41 calls, 51,234 tokens.\n" in said
        assert "scripted" not in said

    def test_a_single_run_says_that_it_says_little(self, capsys: pytest.CaptureFixture[str]) -> None:
        runs = [*times(9, act="act1"), *times(8), *times(4, reads=1, skills="learned")]
        said = shown(capsys, runs)
        assert "gpt-4.1 at here played each act once, and learned. One run says little: --repeat N.\n" in said
        assert "  act2  8, resolved    4 + 1 read, resolved" in said

    def test_a_reading_that_eats_what_it_saves_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        runs = [*times(9, 9, act="act1"), *times(8, 8), *times(6, 6, reads=2, skills="learned")]
        assert "With the reading counted, little or nothing is saved in act2." in shown(capsys, runs)

    def test_the_scripted_agent_is_not_taken_for_a_model(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = shown(capsys, [*times(9, act="act1"), *times(8), *times(4, skills="learned")], PolicyModel.name)
        assert "the same agent, without and with it" in said
        assert "A scripted agent played this: it shows the mechanics." in said
        assert "It took" not in said

    def test_for_programs_it_has_every_run(self) -> None:
        found = as_reported(demo_of(self.runs()))
        assert (found["agent"], found["repeat"]) == ("gpt-4.1 at here", 3)
        assert found["usage"] == {"calls": 41, "prompt": 50_000, "completion": 1_234}
        assert len(found["runs"]) == 9  # type: ignore[arg-type]


@pytest.mark.usefixtures("loopback")
class TestTheCommand:
    def answer(self, model: Player, body: dict[str, Any]) -> Answer:
        said = model.reply(body["messages"], body["tools"])
        listed = [call(each.name, each.arguments, id=f"c{n}") for n, each in enumerate(said.calls)]
        return Answer(message(content=said.text, tool_calls=listed, usage=used(6000, 40)))

    def run(self, cli: Cli, monkeypatch: pytest.MonkeyPatch, *args: str) -> tuple[str, list[dict[str, Any]]]:
        model = Player()
        with server(then=lambda body: self.answer(model, body)) as at:
            monkeypatch.setenv("OPENAI_BASE_URL", at.url)
            said = cli("demo", "run", "--scenario", MUSEUM, "--model", "gpt-x", "--repeat", "2", *args)
        return said, at.bodies

    def test_it_asks_the_model_of_this_name_for_everything(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        said, bodies = self.run(cli, monkeypatch)
        assert {body["model"] for body in bodies} == {"gpt-x"}
        assert "gpt-x played each act 2 times, and learned.\n" in said
        assert f"It took {len(bodies)} calls, {len(bodies) * 6040:,} tokens.\n" in said
        assert said.count("ACT 2 (sibling): with the learned skills") == 2
        assert said.count("ACT 1 (act1): learning run\n") == 1  # the first time alone is learned from
        assert said.count("ACT 1 (act1): without the learned skills, again (2)\n") == 1
        assert "resolved 2 of 2" in said

    def test_it_is_told_to_programs(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        said, bodies = self.run(cli, monkeypatch, "--json")
        demo = json.loads(said)
        assert (demo["agent"], demo["engine"], demo["repeat"]) == ("gpt-x", "llm", 2)
        assert demo["usage"] == {"calls": len(bodies), "prompt": 6000 * len(bodies), "completion": 40 * len(bodies)}
        assert [(run["act"], run["skills"]) for run in demo["runs"]] == [
            *2 * [("act1", "none")],
            *2 * [("sibling", "none"), ("sibling", "learned")],
        ]
        assert demo["learned"] == [{"skill": SKILL, "file": "tickets.md"}]

    def test_the_agent_sees_the_scenarios_prompt_and_tools(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        _, bodies = self.run(cli, monkeypatch)
        first = bodies[0]
        assert [each["role"] for each in first["messages"]] == ["system", "user"]
        assert "BAD_TICKET" in first["messages"][1]["content"]
        names = [tool["function"]["name"] for tool in first["tools"]]
        assert ("update_config" in names, "get_skill" in names) == (True, False)
        skilled = [body for body in bodies if "<available_skills>" in str(body["messages"][0]["content"])]
        assert {"get_skill", "get_skill_file"} <= {tool["function"]["name"] for tool in skilled[-1]["tools"]}


def test_repeating_goes_with_a_model(cli: Cli) -> None:
    assert cli.refused("demo", "run", "--repeat", "2") == (
        "acontext: the scripted agent plays the same every time: --repeat goes with --model NAME\n"
    )
    assert not (cli.root / "acontext-demo").exists()


def test_without_a_configured_model_nothing_is_made(cli: Cli) -> None:
    assert "no model is configured: set OPENAI_API_KEY" in cli.refused("demo", "run", "--model", "gpt-x")
    assert not (cli.root / "acontext-demo").exists()
