"""A model that is a command: what reaches it, what is read from it, and what is said when it fails."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from a_command import ANSWER, MODES
from conftest import ROOT, Cli
from foreign import claude_code, codex
from hypothesis import example, given
from hypothesis import strategies as st
from transcripts import incident

from acontext_cli.errors import AcontextError
from acontext_cli.messages import MARK, Json
from acontext_cli.model import Reply, Usage
from acontext_cli.models.command import Command, CommandModel
from acontext_cli.models.envelope import Answer, opened
from acontext_cli.models.presets import PRESETS, command_of, with_model
from acontext_cli.models.refusals import Passing, last_words, one_line, refusal

FAKE = Path(__file__).with_name("a_command.py")
ASK: list[Json] = [{"role": "user", "content": "Why is the gateway down? 为什么"}]
LOOK: list[Json] = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
WORDS = ANSWER.strip()


def model(mode: str, *args: object, timeout: float = 20, folder: Path | None = None, **env: str) -> CommandModel:
    argv = (sys.executable, "-S", str(FAKE), mode, *map(str, args))
    return CommandModel(Command(argv=argv, timeout=timeout), env={**os.environ, **env}, folder=folder, pause=0)


def answer(mode: str, *args: object, **env: str) -> str:
    return model(mode, *args, **env).reply(ASK, []).text


def refused(mode: str, *args: object, timeout: float = 20) -> str:
    with pytest.raises(AcontextError) as caught:
        model(mode, *args, timeout=timeout).reply(ASK, [])
    return str(caught.value)


def installed(folder: Path, name: str, mode: str) -> CommandModel:
    """A preset whose program is the fake one."""
    program = folder / name
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{FAKE}" {mode} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return CommandModel(Command(argv=PRESETS[name]), env={"PATH": f"{folder}:/usr/bin:/bin"}, pause=0)


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if status.exists():  # one that has ended and that nobody has asked about is still listed
        return status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc").exists()


def wait_for(condition: object, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def pids(file: Path) -> list[int]:
    assert wait_for(lambda: file.exists() and len(file.read_text(encoding="utf-8").split()) == 2)
    return [int(each) for each in file.read_text(encoding="utf-8").split()]


def names(cli: Cli) -> list[str]:
    return [each["name"] for each in json.loads(cli("session", "list", "--all", "--json"))]


class TestWhatItAnswers:
    @pytest.mark.parametrize("mode", ["claude", "claude-list", "claude-stream"])
    def test_the_envelope_of_claude_is_read_in_all_its_forms(self, mode: str) -> None:
        assert model(mode).reply(ASK, []) == Reply(text=WORDS, usage=Usage(calls=1, prompt=2340, completion=25))

    def test_the_last_message_of_codex_is_its_answer(self) -> None:
        assert model("codex").reply(ASK, []) == Reply(text=WORDS, usage=Usage(calls=1, prompt=900, completion=30))

    def test_calls_are_read_from_plain_text_in_a_fence(self) -> None:
        reply = model("text").reply(ASK, LOOK, required=True)
        assert [(call.name, call.named) for call in reply.calls] == [("look", {"service": "api"})]

    def test_tokens_are_estimated_where_nobody_tells(self) -> None:
        asking = model("text")
        usage = asking.reply(ASK, LOOK).usage
        assert usage.prompt == -(-len(asking.request(ASK, LOOK).decode()) // 4)
        assert 20 <= usage.completion <= 40

    def test_an_answer_that_is_json_itself_is_no_envelope(self) -> None:
        text = '{"calls": [{"name": "look", "arguments": {"type": "result"}}]}'
        assert opened(text) == Answer(text=text)

    @given(st.text())
    @example("[" * 100_000)
    def test_whatever_is_printed_can_be_read(self, out: str) -> None:
        assert opened(out).text == out.strip()


class TestWhatItIsGiven:
    def test_the_prompt_reaches_it_byte_by_byte(self, tmp_path: Path) -> None:
        asking = model("prompt", tmp_path / "prompt")
        asking.reply(ASK, LOOK, required=True)
        assert (tmp_path / "prompt").read_bytes() == asking.request(ASK, LOOK, required=True)

    def test_the_prompt_begins_with_the_mark(self) -> None:
        assert model("claude").request(ASK, []).startswith(f"{MARK}\n\n".encode())

    def test_half_a_character_does_not_stop_it(self) -> None:
        assert b"a?b" in model("claude").request([{"role": "user", "content": "a\ud800b"}], [])

    def test_a_long_prompt_and_a_long_answer_do_not_wait_for_each_other(self) -> None:
        asking, long = model("length"), [{"role": "user", "content": "word " * 200_000}]
        assert asking.reply(long, []).text.endswith(f" {len(asking.request(long, []))}")

    def test_one_that_closes_its_stdin_may_still_answer(self) -> None:
        assert model("no-stdin").reply([{"role": "user", "content": "word " * 100_000}], []).text == WORDS

    def test_it_runs_in_an_empty_folder_that_is_gone_afterwards(self) -> None:
        folder, listed, told = answer("place").split()
        assert (listed, told) == ("[]", folder)
        assert not Path(folder).exists()

    def test_it_runs_in_another_folder_where_one_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "CLAUDE.md").touch()
        assert model("place", folder=tmp_path).reply(ASK, []).text.startswith(f"{tmp_path} ['CLAUDE.md']")

    def test_it_is_told_not_to_be_recorded(self) -> None:
        assert "ACONTEXT_NO_CAPTURE=1" in answer("environment").split()

    def test_it_does_not_learn_that_it_runs_inside_an_agent(self) -> None:
        told = answer("environment", CLAUDECODE="1", CLAUDE_CODE_ENTRYPOINT="cli", ANTHROPIC_BASE_URL="http://here")
        assert "CLAUDE_CODE" not in told
        assert "CLAUDECODE" not in told
        assert "ANTHROPIC_BASE_URL=http://here" in told.split()

    def test_a_relative_program_is_found_from_where_the_person_stands(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed(tmp_path, "claude", "claude")
        monkeypatch.chdir(tmp_path)
        asking = CommandModel(Command(argv=("./claude",)), env={"PATH": "/usr/bin:/bin"})
        assert asking.reply(ASK, []).text == WORDS


class TestWhatIsSaidWhenItFails:
    def test_a_command_that_is_not_there(self) -> None:
        asking = CommandModel(Command(argv=("claude", "-p")), env={"PATH": "/nowhere"})
        with pytest.raises(AcontextError) as caught:
            asking.reply(ASK, [])
        assert str(caught.value) == (
            "there is no command 'claude': install it, or set model_command in .acontext/config.yaml"
        )

    def test_a_program_that_cannot_be_run(self, tmp_path: Path) -> None:
        program = tmp_path / "claude"
        program.write_bytes(b"\0no program")
        program.chmod(0o755)
        with pytest.raises(AcontextError, match=r"claude' could not be started: Exec format error$"):
            CommandModel(Command(argv=(str(program),)), env={}).reply(ASK, [])

    @pytest.mark.parametrize(
        ("name", "mode", "said"),
        [
            (
                "claude",
                "claude-logged-out",
                "claude is not logged in (Invalid API key · Please run /login): run claude and type /login",
            ),
            (
                "claude",
                "claude-expired",
                "claude is not logged in (Failed to authenticate.): run claude and type /login",
            ),
            (
                "codex",
                "codex-logged-out",
                "codex is not logged in (unexpected status 401 Unauthorized: Missing bearer authentication): "
                "run codex login",
            ),
            (
                "claude",
                "claude-limit",
                "claude -p has reached its limit, try again later: "
                "Claude AI usage limit reached, until 2025-11-12 13:00 UTC",
            ),
            (
                "claude",
                "claude-session-limit",
                "claude -p has reached its limit, try again later: "
                "You've hit your session limit · resets 4:50pm (America/Denver)",
            ),
            (
                "codex",
                "codex-limit",
                "codex exec has reached its limit, try again later: "
                "You've hit your usage limit. Try again in 3 days 5 hours.",
            ),
            ("codex", "codex-model", "codex exec failed: The 'gpt-0' model is not supported."),
            ("claude", "claude-turns", "claude -p failed: error_max_turns"),
            ("claude", "claude-cut", "claude -p failed: it ended before its result"),
            ("codex", "codex-cut", "codex exec failed: it ended before its turn was complete"),
            (
                "claude",
                "old",
                "claude -p failed: error: unknown option '--no-session-persistence'; "
                "update claude, or name the flags it knows in model_command",
            ),
        ],
    )
    def test_an_agent_that_refuses(self, tmp_path: Path, name: str, mode: str, said: str) -> None:
        with pytest.raises(AcontextError) as caught:
            installed(tmp_path, name, mode).reply(ASK, [])
        assert str(caught.value) == said

    def test_its_words_are_cut_and_cannot_steer_a_terminal(self) -> None:
        said = refused("claude-broken")
        assert said.isprintable()
        assert "the prompt is too long word word" in said
        assert len(said) < 340

    def test_an_exit_code_brings_the_telling_line_of_its_stderr(self) -> None:
        assert refused("fail").endswith(" failed: Error: the disk is full")

    def test_an_exit_code_without_words_is_named(self) -> None:
        assert str(refusal("x", "x", "exit code 3")) == "x failed: exit code 3"
        asking = CommandModel(Command(argv=("sh", "-c", "exit 3")), env=os.environ)
        with pytest.raises(AcontextError, match=r"^sh -c failed: exit code 3$"):
            asking.reply(ASK, [])

    def test_an_empty_answer_is_an_error(self) -> None:
        assert refused("silent").endswith(" failed: it printed no answer")

    def test_an_empty_answer_brings_what_stands_on_its_stderr(self) -> None:
        assert refused("grumbling").endswith(" failed: it printed no answer: error: the model is asleep")

    def test_a_fault_that_may_pass_is_asked_again_once(self, tmp_path: Path) -> None:
        reply = model("once-overloaded", tmp_path / "calls").reply(ASK, [])
        assert (reply.text, reply.usage.calls) == (WORDS, 2)

    def test_a_fault_that_does_not_pass_is_asked_twice_and_no_more(self, tmp_path: Path) -> None:
        assert refused("overloaded", tmp_path / "calls").endswith(
            " failed twice, try again later: API Error: 529 Overloaded"
        )
        assert (tmp_path / "calls").read_text(encoding="utf-8") == ".."

    @pytest.mark.parametrize(
        "words", ["API Error: 500 {}", "503 Service Unavailable", "stream disconnected before completion", "ECONNRESET"]
    )
    def test_such_words_may_pass(self, words: str) -> None:
        assert isinstance(refusal("claude -p", "claude", words), Passing)

    @pytest.mark.parametrize("words", ["the prompt has 500 tokens too many", "no such file: error.py"])
    def test_such_words_do_not(self, words: str) -> None:
        assert str(refusal("claude -p", "claude", words)) == f"claude -p failed: {words}"

    def test_a_key_among_its_words_is_not_shown(self) -> None:
        key = "sk-proj-" + "aB3dE5gH7jK9" * 4
        assert one_line(f"Incorrect API key provided: {key}.").startswith("Incorrect API key provided: <")
        assert key not in one_line(f"Incorrect API key provided: {key}.")

    @given(st.text())
    @example("|9999999999")
    def test_all_words_become_one_line_of_bounded_length(self, words: str) -> None:
        assert len(one_line(words)) <= 300
        assert "\n" not in one_line(words)
        assert "\n" not in last_words(words)


class TestWhatIsStopped:
    def test_one_that_never_ends_is_ended_with_all_that_it_started(self, tmp_path: Path) -> None:
        said = refused("hang", tmp_path / "pids", timeout=0.5)
        assert said.endswith(
            " gave no answer within 0.5 seconds and was stopped: set a longer timeout in .acontext/config.yaml"
        )
        assert wait_for(lambda: not any(map(is_alive, pids(tmp_path / "pids"))))

    def test_one_that_prints_without_end_is_ended(self) -> None:
        assert refused("flood").endswith(" printed more than 8 MB and was stopped")

    def test_one_whose_child_holds_its_stdout_is_not_waited_for(self, tmp_path: Path) -> None:
        started = time.monotonic()
        assert model("leave", tmp_path / "pid").reply(ASK, []).text == WORDS
        assert time.monotonic() - started < 10
        os.kill(int((tmp_path / "pid").read_text(encoding="utf-8")), signal.SIGKILL)

    def test_calls_in_other_threads_are_ended(self, tmp_path: Path) -> None:
        asking, said = model("hang", tmp_path / "pids"), []

        def ask() -> None:
            with pytest.raises(AcontextError) as caught:
                asking.reply(ASK, [])
            said.append(str(caught.value))

        thread = threading.Thread(target=ask)
        thread.start()
        running = pids(tmp_path / "pids")
        asking.stop()
        thread.join()
        assert wait_for(lambda: not any(map(is_alive, running)))
        assert said[0].endswith(" failed: it was ended by signal 9")

    def test_ctrl_c_ends_it(self, tmp_path: Path) -> None:
        code = (
            "import os; from acontext_cli.models.command import Command, CommandModel; "
            f"argv = {(sys.executable, '-S', str(FAKE), 'hang', str(tmp_path / 'pids'))!r}; "
            "CommandModel(Command(argv=argv), env=os.environ).reply([{'role': 'user', 'content': 'Hello'}], [])"
        )
        asking = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE)
        running = pids(tmp_path / "pids")
        asking.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in asking.communicate(timeout=10)[1]
        assert wait_for(lambda: not any(map(is_alive, running)))

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_a_closed_terminal_and_kill_end_it_too(self, cli: Cli, tmp_path: Path, number: signal.Signals) -> None:
        talk = "".join(json.dumps(each) + "\n" for each in incident())
        cli("session", "new", "--name", "monday")
        cli("record", "monday", input=talk)
        argv = [sys.executable, "-S", str(FAKE), "hang", str(tmp_path / "pids")]
        env = {**os.environ, "ACONTEXT_MODEL_COMMAND": json.dumps(argv), "PYTHONPATH": str(ROOT)}
        learning = subprocess.Popen(
            [sys.executable, "-m", "acontext_cli", "learn"], cwd=cli.root, env=env, stderr=subprocess.PIPE
        )
        running = pids(tmp_path / "pids")
        learning.send_signal(number)
        assert b"Traceback" not in learning.communicate(timeout=10)[1]
        assert learning.returncode == 128 + number
        assert wait_for(lambda: not any(map(is_alive, running)))


def test_a_key_in_its_environment_is_not_kept_of_what_it_prints() -> None:
    said = answer("environment", TEAM_KEY="teamkeyvalue77", GIT_AUTHOR_NAME="Ann Lee Miller")
    assert "TEAM_KEY=****" in said
    assert "GIT_AUTHOR_NAME=Ann Lee Miller" in said


class TestItsName:
    @pytest.mark.parametrize(
        ("argv", "named", "name"),
        [
            (PRESETS["claude"], "", "claude -p"),
            (PRESETS["codex"], "", "codex exec"),
            (("/opt/bin/claude", "--print"), "sonnet", "claude --print sonnet"),
            (("llm", "--key=sk-1234"), "", "llm --key"),
            (("llm", "Answer this: who am I?"), "", "llm"),
            (("python3", "/home/me/answer.py"), "", "python3"),
            (("answer",), "", "answer"),
        ],
    )
    def test_it_holds_no_path_and_no_prompt(self, argv: tuple[str, ...], named: str, name: str) -> None:
        assert CommandModel(Command(argv=argv, model=named), env={}).name == name


class TestHowItIsWritten:
    def test_presets_are_known_by_name(self) -> None:
        assert {name: command_of(f" {name} ") for name in PRESETS} == PRESETS

    @pytest.mark.parametrize(
        "setting",
        [
            """mine --system 'two words' "" """,
            '["mine", "--system", "two words", ""]',
            ["mine", "--system", "two words", ""],
            ("mine", "--system", "two words", ""),
        ],
    )
    def test_a_command_is_a_line_a_list_or_a_list_in_json(self, setting: str | list[str]) -> None:
        assert command_of(setting) == ("mine", "--system", "two words", "")

    @pytest.mark.parametrize(
        ("setting", "said"),
        [
            ("", "model_command is empty: name claude or codex, or a command that reads a prompt on stdin"),
            ([], "model_command is empty"),
            ("''", "model_command is empty"),
            ("claude 'p", """model_command "claude 'p" cannot be read: no closing quotation"""),
            ('["claude", ', "is no JSON list: write it like"),
            ('["claude", 1]', "is no list of words: write it like"),
            ([["claude"]], "is no list of words"),
            ("a\0b", "holds a NUL character"),
        ],
    )
    def test_what_cannot_be_read_is_refused_in_words(self, setting: str, said: str) -> None:
        with pytest.raises(AcontextError) as caught:
            command_of(setting)
        assert said in str(caught.value)

    def test_a_model_is_named_before_the_sign_for_stdin(self) -> None:
        assert with_model(PRESETS["codex"], "gpt-5")[-3:] == ("--model", "gpt-5", "-")
        assert with_model(PRESETS["claude"], "sonnet")[-2:] == ("--model", "sonnet")

    @pytest.mark.parametrize(
        ("argv", "named"),
        [
            (("claude", "-p", "--model", "opus"), "sonnet"),
            (("claude", "-p", "--model=opus"), "sonnet"),
            (("codex", "exec", "-m", "gpt-5", "-"), "gpt-6"),
            (("ollama", "run", "qwen"), "sonnet"),
            (PRESETS["claude"], ""),
        ],
    )
    def test_a_model_is_not_named_where_there_is_one_or_its_flag_is_not_known(
        self, argv: tuple[str, ...], named: str
    ) -> None:
        assert with_model(argv, named) == argv


class TestThatNothingOfItIsLearned:
    def test_nothing_is_recorded_inside_a_command(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        cli("session", "new", "--name", "monday")
        monkeypatch.setenv("ACONTEXT_NO_CAPTURE", "1")
        done = cli.run("record", "monday", input='{"role": "user", "content": "Hello"}\n')
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr == "nothing was recorded: ACONTEXT_NO_CAPTURE is set\n"
        assert json.loads(cli("session", "show", "monday", "--json")) == []

    def test_nothing_is_taken_in_inside_a_command(
        self, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "S1.jsonl").write_text(claude_code("Fix it"), encoding="utf-8")
        monkeypatch.setenv("ACONTEXT_NO_CAPTURE", "1")
        done = cli.run("import", tmp_path / "S1.jsonl")
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr == "nothing was taken in: ACONTEXT_NO_CAPTURE is set\n"
        assert names(cli) == []

    def test_a_judgement_that_an_agent_kept_is_passed_over(self, cli: Cli, tmp_path: Path) -> None:
        ours, here = model("claude").request(ASK, LOOK).decode(), str(cli.root)
        (tmp_path / "S1.jsonl").write_text(claude_code(ours, cwd=here), encoding="utf-8")
        (tmp_path / "S2.jsonl").write_text(codex(ours, cwd=here), encoding="utf-8")
        (tmp_path / "S3.jsonl").write_text(claude_code("Fix it", session="S3", cwd=here), encoding="utf-8")
        files = sorted(tmp_path.glob("*.jsonl"))
        cli("import", *files)
        assert names(cli) == ["Fix it"]
        assert "what was found is taken in already" in cli("import", *files)

    def test_it_is_passed_over_with_what_stands_before_it(self, cli: Cli, tmp_path: Path) -> None:
        # So long that what is read is written before the end of the file.
        turns = [{"role": role, "content": f"{MARK}{' word' * 250_000}"} for role in ("system", "user")]
        (tmp_path / "chat.jsonl").write_text("".join(f"{json.dumps(turn)}\n" for turn in turns), encoding="utf-8")
        assert "nothing new" in cli("import", tmp_path / "chat.jsonl")
        assert names(cli) == []

    def test_a_session_that_speaks_of_a_judgement_is_taken_in(self, cli: Cli, tmp_path: Path) -> None:
        text = claude_code("Where is this from?", f"{MARK}\n\nWhat is this?", cwd=str(cli.root))
        (tmp_path / "S1.jsonl").write_text(text, encoding="utf-8")
        cli("import", tmp_path / "S1.jsonl")
        assert names(cli) == ["Where is this from?"]


def test_every_mode_of_the_command_is_tried() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [mode for mode in MODES if f'"{mode}"' not in text] == []
