"""Whole commands with a model behind them: a server on this machine that answers as it is told."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli
from learner import DATE, ENTRY, FILE, SKILL, SUCCESS, TITLE, adds, confirms, creates, entry_of, looks, tree
from llm import Pair, facts, report, skip
from misbehaving import Answer, At, Behaviour, answers, call, message, refuses, server, unless, used
from transcripts import incident

pytestmark = pytest.mark.usefixtures("loopback")

KEY = "local-key-9f2Kq7Lm4Zx8"
TASK = (report(), SUCCESS)


def turn(*moves: Pair, prompt: int = 5000) -> Behaviour:
    """An answer of calls, by a server that has read all it was sent."""
    listed = [call(name, arguments, id=f"c{number}") for number, (name, arguments) in enumerate(moves)]
    return answers(message(tool_calls=listed, usage=used(prompt, 50)))


def learns(body: dict[str, Any]) -> bool:
    """Whether a request is the learner's."""
    return "create_skill" in str(body["tools"])


def titled(day: str) -> str:
    return f"Gateway 502 on {day}"


def clerk() -> Behaviour:
    """Judges each session, and writes an entry for each lesson."""

    def judges(body: dict[str, Any]) -> Answer:
        (day,) = re.findall(r"please fix them. \((\w+)\)", body["messages"][1]["content"])
        return turn(report(goal=day), SUCCESS)(body)

    def writes(body: dict[str, Any]) -> Answer:
        text = body["messages"][1]["content"]
        days = re.findall(r"^- Asked for: (.*)$", text, re.MULTILINE)
        texts = [entry_of(titled(day)) for day in days]
        first = adds if f"<name>{SKILL}</name>" in text else creates
        more = (adds(each, lesson=number) for number, each in enumerate(texts[1:], 2))
        return turn(looks(), first(texts[0], lesson=1), *more)(body)

    return unless(learns, judges, writes)


def talks(text: str) -> Behaviour:
    return answers(message(content=text, usage=used(5000, 50)))


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Names a server as the model's."""

    def named(at: At) -> None:
        monkeypatch.setenv("OPENAI_BASE_URL", at.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)

    return named


def record(cli: Cli, *names: str, words: str = "502 errors, please fix them.") -> None:
    for name in names:
        request, *rest = incident(f"{words} ({name})")
        cli("session", "new", "--name", name, "--date", DATE)
        cli("record", name, input="".join(json.dumps(each) + "\n" for each in [request, *rest]))


def entry(cli: Cli) -> str:
    return (cli.root / "skills_store/default" / SKILL / FILE).read_text(encoding="utf-8")


def skills(cli: Cli) -> dict[str, bytes]:
    return tree(cli.root / "skills_store")


class TestLearn:
    def test_it_says_who_judges_what_was_written_and_what_it_took(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(turn(*TASK), turn(creates())) as at:
            ask(at)
            said = cli("learn", "monday")
        assert said == (
            f"engine: llm (gpt-4.1 at {at.url[7:-3]})\n"
            "monday\n"
            "  [success] goal 1\n"
            "    known because: 0 errors (check)\n"
            "  · noted in daily-logs/2026-03.md  goal 1\n"
            f"  + {SKILL}/{FILE}  {TITLE}\n"
            "1 finished task noted in daily-logs\n"
            "1 entry written: acontext skill list; acontext log shows each run\n"
            "2 calls, 10,100 tokens (10,000 read, 100 written)\n"
        )
        assert len(at.bodies) == 2
        assert cli("skill", "check").endswith("all is well\n")

    def test_a_second_run_asks_nothing(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(turn(*TASK), turn(creates())) as at:
            ask(at)
            cli("learn", "monday")
            assert "nothing new to learn from" in cli("learn")
            assert "nothing new to learn from" in cli("learn", "monday")

    def test_a_session_that_teaches_nothing_is_the_normal_answer(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(turn(report(), skip())) as at:
            ask(at)
            said = cli("learn")
        assert "nothing to learn from 1 session, which is the normal answer\n1 call, 5,050 tokens" in said
        assert "without a model" not in said

    def test_json_has_what_it_took(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(turn(*TASK), turn(creates())) as at:
            ask(at)
            (learned,) = json.loads(cli("learn", "monday", "--json"))
        assert learned["usage"] == {"calls": 2, "prompt": 10000, "completion": 100}
        assert [item["title"] for item in learned["written"]] == ["goal 1", TITLE]

    def test_no_key_reaches_the_disk(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(turn(*TASK), turn(creates())) as at:
            ask(at)
            cli("learn", "monday")
        assert at.headers[0]["authorization"] == f"Bearer {KEY}"
        assert [name for name, data in tree(cli.root).items() if KEY.encode() in data] == []

    def test_a_word_that_no_message_holds_is_mended_and_not_shown_as_refused(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        wrong = turn(creates(ENTRY.replace("check_logs(", "check_weather(")))
        with server(turn(*TASK), wrong, turn(creates())) as at:
            ask(at)
            said = cli("learn", "monday")
        assert ("refused" in said, "check_weather" in entry(cli)) == (False, False)
        assert "the transcript does not hold 'check_weather'" in at.bodies[2]["messages"][-1]["content"]

    def test_several_at_a_time_are_written_together(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday", "tuesday", "wednesday")
        with server(then=clerk()) as at:
            ask(at)
            said = cli("learn", "--jobs", "3")
        assert [learns(body) for body in at.bodies].count(True) == 1
        assert re.findall(r"^(\w+day)$", said, re.MULTILINE) == ["monday", "tuesday", "wednesday"]
        assert "3 entries written" in said
        assert entry(cli).count("## ") == 3

    def test_facts_about_the_user_go_to_the_space_for_them(self, cli: Cli, ask: Any) -> None:
        (cli.root / ".acontext/config.yaml").write_text("user_facts_space: everyone\n", encoding="utf-8")
        record(cli, "monday", words="502 errors. Always write ISO dates, please fix them.")
        wants = facts("The user wants ISO dates.", title="Dates", about="user")
        add = adds("## Dates\n- The user wants ISO dates.", skill="user-general-facts", file="dates.md")
        script = (turn(report(), SUCCESS, wants), turn(creates()), turn(looks("user-general-facts")), turn(add))
        with server(*script) as at:
            ask(at)
            cli("learn", "monday")
        assert "ISO dates" in cli("skill", "show", "user-general-facts", "dates.md", "--space", "everyone")
        assert TITLE in entry(cli)
        assert not (cli.root / "skills_store/default/user-general-facts/dates.md").exists()

    def test_an_outcome_told_later_makes_a_warning_and_asks_nobody_about_it(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(turn(*TASK), turn(creates()), turn(skip(None))) as at:
            ask(at)
            cli("learn", "monday")
            cli("session", "outcome", "monday", "failed", "it broke again")
            said = cli("learn")
            assert [learns(body) for body in at.bodies] == [False, True, False]
        assert f"! {SKILL}/{FILE}  goal 1: a warning now" in said
        assert entry(cli).startswith(f"## Warning: {TITLE} (date: {DATE})")


class TestDryRun:
    def test_it_writes_no_skill_and_the_run_behind_it_asks_nothing(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        before = skills(cli)
        with server(turn(*TASK), turn(creates())) as at:
            ask(at)
            said = cli("learn", "--dry-run")
            assert skills(cli) == before
            again = cli("learn")
            assert len(at.bodies) == 2
        assert f"+## {TITLE} (date: {DATE})" in said
        assert "1 entry would be written; without --dry-run they are" in said
        assert ("2 calls, " in said, " calls, " in again) == (True, False)
        assert TITLE in entry(cli)

    def test_it_shows_what_would_be_sent_to_the_byte_and_sends_nothing(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday", "tuesday")
        with server(then=clerk()) as at:
            ask(at)
            before = tree(cli.root)
            shown = cli.run("learn", "--dry-run", "--show-prompts")
            assert (at.raw, tree(cli.root)) == ([], before)
            cli("learn")
            first = [raw for raw, body in zip(at.raw, at.bodies, strict=True) if not learns(body)]
        assert shown.stdout_bytes == b"".join(raw + b"\n" for raw in first)
        size = sum(-(-len(raw) // 4) for raw in first)
        *named, sum_of_all, later = shown.stderr.splitlines()
        assert named == ["# monday", "# tuesday"]
        assert sum_of_all == f"# 2 calls, about {size:,} tokens to be read; nothing was sent"
        assert later == "# what is asked after an answer is not known before it"

    def test_the_learners_question_is_shown_once_it_is_known(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(turn(*TASK), refuses(400, "no"), turn(creates())) as at:
            ask(at)
            cli.refused("learn", "monday")
            shown = cli.run("learn", "monday", "--dry-run", "--show-prompts").stdout_bytes
            cli("learn", "monday")
            assert at.raw[2] + b"\n" == shown

    def test_a_transcript_about_a_learner_hides_no_question(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday", words="The tool create_skill fails, please fix it.")
        record(cli, "tuesday")
        with server(turn(*TASK), refuses(400, "no")) as at:
            ask(at)
            cli.refused("learn", "tuesday")
            shown = cli.run("learn", "--dry-run", "--show-prompts").stdout_bytes.splitlines()
            assert shown[1:] == [at.raw[1]]
        assert b"create_skill fails" in shown[0]

    def test_showing_prompts_goes_with_a_dry_run(self, cli: Cli, ask: Any) -> None:
        with server() as at:
            ask(at)
            result = cli.run("learn", "--show-prompts")
        assert (result.exit_code, at.raw) == (2, [])
        assert "--show-prompts sends nothing: give --dry-run" in " ".join(result.stderr.replace("│", " ").split())

    def test_without_a_model_nothing_would_be_sent(self, cli: Cli) -> None:
        record(cli, "monday")
        assert "no model is asked: the engine is offline" in cli.refused("learn", "--dry-run", "--show-prompts")


class TestErrors:
    def test_an_error_of_the_endpoint_is_one_line_that_names_the_session(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(then=refuses(400, "no such thing here")) as at:
            ask(at)
            first, last = cli.refused("learn").splitlines()
        assert first.startswith("monday: ")
        assert "no such thing here" in first
        assert last == "acontext: 1 session could not be learned from: see above"

    @pytest.mark.parametrize("at_call", [0, 1, 2])
    def test_what_was_answered_before_it_is_not_asked_again(self, cli: Cli, ask: Any, at_call: int) -> None:
        record(cli, "monday")
        script = [turn(*TASK), turn(looks("user-general-facts")), turn(creates())]
        with server(*script[:at_call], refuses(400, "the disk is full"), *script[at_call:]) as at:
            ask(at)
            assert "monday: " in cli.refused("learn")
            cli("learn")
            assert len(at.raw) == 4
            assert at.raw[at_call] == at.raw[at_call + 1]
            assert len(set(at.raw)) == 3
        assert TITLE in entry(cli)

    @pytest.mark.parametrize("jobs", [1, 3])
    def test_a_broken_session_is_named_and_the_others_are_learned_from(self, cli: Cli, ask: Any, jobs: int) -> None:
        record(cli, "monday")
        record(cli, "tuesday", words="BROKEN, please fix them.")
        record(cli, "wednesday")
        good, bad = clerk(), talks("I would rather not.")
        with server(then=unless(lambda body: "BROKEN" in str(body["messages"]) and not learns(body), good, bad)) as at:
            ask(at)
            result = cli.run("learn", "--jobs", jobs)
        assert result.exit_code == 1
        assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["tuesday", "acontext"]
        assert re.findall(r"^(\w+day)$", result.stdout, re.MULTILINE) == ["monday", "wednesday"]
        assert entry(cli).count("## ") == 2

    @pytest.mark.parametrize("jobs", [1, 3])
    @pytest.mark.parametrize("file", ["answers.jsonl", "tasks.jsonl", "distillations.jsonl"])
    def test_a_file_that_cannot_be_read_is_its_sessions_trouble_alone(
        self, cli: Cli, ask: Any, file: str, jobs: int
    ) -> None:
        record(cli, "monday", "tuesday", "wednesday")
        second = sorted((cli.root / ".acontext" / "sessions").iterdir())[1]
        (second / file).mkdir()
        with server(then=clerk()) as at:
            ask(at)
            result = cli.run("learn", "--jobs", jobs)
        assert result.exit_code == 1
        told, *_, last = result.stderr.splitlines()
        assert last == "acontext: 1 session could not be learned from: see above"
        assert "Is a directory" in told
        assert len(re.findall(r"^(\w+day)$", result.stdout, re.MULTILINE)) == 2
        assert entry(cli).count("## ") == 2

    def test_a_skill_that_cannot_be_read_keeps_nobody_from_learning(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        skill = cli.root / "skills_store" / "default" / "people" / "SKILL.md"
        skill.parent.mkdir(parents=True)
        skill.write_bytes(b"---\nname: people\ndescription: caf\xe9\n---\n# P\n")
        with server(turn(*TASK), turn(creates())) as at:
            ask(at)
            cli("learn")
        assert TITLE in entry(cli)

    def test_a_model_that_stops_half_way_leaves_what_it_wrote(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        second = ("report_factual_content", {"task": 1, "facts": ["It is 5000 ms."], "evidence": [9]})
        half = (turn(*TASK, second), turn(creates(lesson=1)), talks("Done."), talks("I am."))
        with server(*half, turn(looks(), adds("## Timeout\n- 5000 ms"))) as at:
            ask(at)
            said, _ = cli.refused("learn").splitlines()
            assert said.startswith("monday: the model 'gpt-4.1' left 1 of 2 lessons undecided (it said: 'I am.')")
            assert TITLE in entry(cli)
            cli("learn")
            assert [learns(body) for body in at.bodies] == [False, True, True, True, True]
        assert "## Timeout" in entry(cli)


class TestLimits:
    @pytest.mark.parametrize("jobs", [1, 2])
    def test_calls_are_bounded_and_the_next_run_goes_on(self, cli: Cli, ask: Any, jobs: int) -> None:
        record(cli, "monday", "tuesday")
        with server(then=clerk()) as at:
            ask(at)
            result = cli.run("learn", "--max-calls", "1", "--jobs", jobs)
            assert (result.exit_code, len(at.raw)) == (0, 1)
            assert re.fullmatch("acontext: stopped at 1 calls?, as --max-calls says; .*again to go on\n", result.stderr)
            cli("learn", "--jobs", jobs)
            assert len(set(at.raw)) == len(at.raw)
        assert entry(cli).count("## ") == 2

    def test_tokens_are_bounded(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday", "tuesday")
        with server(then=clerk()) as at:
            ask(at)
            result = cli.run("learn", "--spend", "6000")
            assert (result.exit_code, len(at.raw)) == (0, 2)
            assert result.stderr == "acontext: stopped at 10,100 tokens, as --spend says; run it again to go on\n"
            assert "1 entry written" in result.stdout
            cli("learn")
            assert len(set(at.raw)) == len(at.raw) == 4
        assert entry(cli).count("## ") == 2

    def test_json_stays_json(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(then=clerk()) as at:
            ask(at)
            result = cli.run("learn", "--max-calls", "1", "--json")
        (learned,) = json.loads(result.stdout)
        assert (result.exit_code, [item["skill"] for item in learned["written"]]) == (0, ["daily-logs"])
        assert "stopped at 1 call" in result.stderr


class TestLog:
    def learned(self, cli: Cli, ask: Any, *args: object) -> None:
        with server(then=clerk()) as at:
            ask(at)
            cli("learn", *args)

    def test_it_has_calls_and_tokens(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        self.learned(cli, ask)
        newest, *rest = json.loads(cli("log", "--json"))
        assert {name: newest[name] for name in ("engine", "model", "calls", "tokens", "did")} == {
            "engine": "llm",
            "model": "gpt-4.1",
            "calls": 2,
            "tokens": 10100,
            "did": {"add": 2, "edit": 1, "create": 1},
        }
        assert [each["calls"] for each in rest] == [0]
        assert "llm gpt-4.1 (2 calls, 10,100 tokens)" in cli("log")

    def test_a_run_tells_what_it_took_and_each_of_its_sessions(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday", "tuesday")
        self.learned(cli, ask, "--jobs", "2")
        run = json.loads(cli("log", "--json"))[0]["run"]
        said = cli("log", run)
        ids = [each["id"] for each in reversed(json.loads(cli("session", "list", "--json")))]
        assert "3 calls, 15,150 tokens\n" in said
        assert sorted(re.findall(r"^session (\S+)$", said, re.MULTILINE)) == sorted(ids)
        told = json.loads(cli("log", run, "--json"))
        assert (told["run"]["calls"], told["run"]["tokens"]) == (3, 15150)
        assert f"+## {titled('monday')} (date" in told["diff"]

    def test_a_run_without_a_model_tells_of_none(self, cli: Cli) -> None:
        record(cli, "monday")
        cli("learn")
        run = json.loads(cli("log", "--json"))[0]
        assert (run["calls"], run["tokens"], run["model"]) == (0, 0, "")
        assert "call" not in cli("log", run["run"]).partition("  add")[0]


class TestOneStageAtATime:
    def test_extract_distill_and_learn_ask_no_more_than_learn_alone(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday")
        with server(turn(*TASK), turn(creates())) as at:
            ask(at)
            assert "goal 1" in cli("extract", "monday")
            assert TITLE in cli("distill", "monday")
            assert len(at.raw) == 1
            cli("learn", "monday")
        assert TITLE in entry(cli)

    def test_a_second_session_confirms_what_the_first_has_taught(self, cli: Cli, ask: Any) -> None:
        record(cli, "monday", "tuesday")
        with server(turn(*TASK), turn(creates()), turn(*TASK)) as at:
            ask(at)
            cli("learn", "monday")
            cli.refused("learn", "tuesday")
        id = re.findall(r"<!-- id: (\w+) -->", entry(cli))[0]
        with server(turn(looks(), confirms(id))) as at:
            ask(at)
            said = cli("learn", "tuesday")
        assert f"  = {SKILL}/{FILE}  {TITLE}\n" in said
        assert "(2 sessions)" in entry(cli)


def sessions(cli: Cli) -> Sequence[Path]:
    return sorted((cli.root / ".acontext/sessions").iterdir())


def kept(cli: Cli) -> Iterator[dict[str, Any]]:
    for folder in sessions(cli):
        for line in (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def test_answers_are_kept_beside_their_session(cli: Cli, ask: Any) -> None:
    record(cli, "monday", "tuesday")
    with server(then=clerk()) as at:
        ask(at)
        cli("learn")
    answered = [each for each in kept(cli) if "text" in each.get("answer", {})]
    assert len(answered) == len(at.raw) == 4
