import json
import sys
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from conftest import Cli

from acontext_cli.api.model_check import ADD, QUESTION, Checked, tried
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json, ToolCall
from acontext_cli.model import Reply, ScriptedModel, Usage

KEY = "local-key-9f2Kq7Lm4Zx8"
RIGHT = '{"a": 17, "b": 25}'


def call(arguments: str = RIGHT, *, name: str = "add", id: str = "c1") -> Reply:
    return Reply(
        calls=(ToolCall(id=id, name=name, arguments=arguments),), usage=Usage(calls=1, prompt=85, completion=18)
    )


def checked(*lines: Reply) -> Checked:
    return tried(ScriptedModel(*lines), where="scripted here")


def test_it_asks_once_for_one_call() -> None:
    model = ScriptedModel(call())
    assert tried(model, where="here").able
    ((asked,),) = [[(each.messages, each.tools) for each in model.history]]
    assert asked == (({"role": "user", "content": QUESTION},), (ADD,))


def test_a_model_that_calls_the_tool_as_asked_can_do_the_job() -> None:
    found = checked(call())
    assert (found.able, found.problem) == (True, "")
    assert found.answered.endswith("s, with a tool call")
    assert (found.call, found.usage) == ("add(a=17, b=25)", "85 tokens read, 18 written")


def test_a_call_that_was_read_from_the_text_is_told_apart() -> None:
    found = checked(call(id=""))
    assert found.able
    assert found.answered.endswith("with a call that stood in the text, or that has no id")


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(text="It is 42."), "it made no tool call ('It is 42.'): take a model that can call tools"),
        (Reply(), "it made no tool call: take a model that can call tools"),
        (call(name="sum"), "it called 'sum', which it was not offered: take"),
        (call("17, 25"), "the arguments of its call are no JSON object: take"),
        (call('{"a": 17}'), "the arguments of its call are not those that it was asked for: take a larger model"),
        (call('{"a": "17", "b": "25"}'), "the arguments of its call are not those that it was asked for"),
        (call('{"a": 25, "b": 17}'), "the arguments of its call are not those that it was asked for"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(reply: Reply, problem: str) -> None:
    found = checked(reply)
    assert not found.able
    assert found.problem.startswith(problem)


class Refusing:
    name = "refusing"

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        raise AcontextError(f"https://host refused the key {KEY}")


def test_an_error_is_the_verdict_and_holds_no_key() -> None:
    found = tried(Refusing(), where="here", heard=[f"note {KEY}"], key=KEY)
    assert (found.able, found.answered) == (False, "")
    assert (found.problem, found.notes) == ("https://host refused the key ****", ("note ****",))


class Server(ThreadingHTTPServer):
    """Answers every request with one body, and keeps what it was sent."""

    daemon_threads = True
    body: Json
    got: list[tuple[str, Json]]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server.got.append((str(self.headers["authorization"]), sent))
        content = json.dumps(server.body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


def answer(**usage: int) -> Json:
    asked = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": RIGHT}}
    choice = {"message": {"role": "assistant", "content": None, "tool_calls": [asked]}, "finish_reason": "tool_calls"}
    return {"choices": [choice], **({"usage": usage} if usage else {})}


@pytest.fixture
def server(loopback: None, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.body, server.got = answer(prompt_tokens=85, completion_tokens=18), []
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_server_is_asked_and_the_verdict_is_the_last_line(cli: Cli, server: Server) -> None:
    shown = cli.run("config", "check")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["model", "answered", "call", "usage"]
    assert lines[0] == f"model     gpt-4.1 at 127.0.0.1:{server.server_port}"
    assert lines[3] == "usage     85 tokens read, 18 written"
    assert lines[-1] == "this model can do the job"
    ((key, sent),) = server.got
    assert (key, sent["tool_choice"]) == (f"Bearer {KEY}", "required")
    assert KEY not in shown.output


def test_usage_that_is_not_told_is_said_to_be_estimated(cli: Cli, server: Server) -> None:
    server.body = answer()
    assert "written; estimated, it does not tell\n" in cli("config", "check")


def test_as_json_it_is_one_object(cli: Cli, server: Server) -> None:
    found = json.loads(cli.run("config", "check", "--json").stdout)
    assert (found["able"], found["call"], found["problem"]) == (True, "add(a=17, b=25)", "")


def test_a_model_that_only_talks_ends_with_one(cli: Cli, server: Server) -> None:
    server.body = {"choices": [{"message": {"role": "assistant", "content": f"My key is {KEY}."}}]}
    shown = cli.run("config", "check")
    assert shown.exit_code == 1
    assert shown.stdout.splitlines()[-1].startswith("it made no tool call ('My key is ****.'): take a model")


def test_a_server_that_is_not_there_is_named(cli: Cli, loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(("127.0.0.1", 0), Handler) as taken:
        port = taken.server_port
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    shown = cli.run("config", "check")
    assert shown.exit_code == 1
    assert f"nothing answers at http://127.0.0.1:{port}/v1: is the server running" in shown.stdout


def test_a_command_is_asked_in_words(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Path("answers.py")
    calls = {"calls": [{"name": "add", "arguments": json.loads(RIGHT)}]}
    program.write_text(f"import sys; sys.stdin.read(); print({json.dumps(calls)!r})", encoding="utf-8")
    monkeypatch.setenv("ACONTEXT_MODEL_COMMAND", json.dumps([sys.executable, str(program.absolute())]))
    shown = cli("config", "check")
    assert "with a call that stood in the text" in shown
    assert shown.endswith("this model can do the job\n")


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({}, "no model is configured: set OPENAI_API_KEY, or OPENAI_BASE_URL"),
        ({"ACONTEXT_ENGINE": "offline"}, "the engine is set to offline, so no model is asked: set engine to"),
    ],
)
def test_with_nobody_to_ask_it_says_how_to_configure_one(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], reason: str
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    shown = cli.run("config", "check")
    assert (shown.exit_code, shown.stdout.startswith(reason)) == (1, True)
    assert json.loads(cli.run("config", "check", "--json").stdout)["problem"].startswith(reason)


def test_anything_but_check_is_a_usage_error(cli: Cli) -> None:
    result = cli.run("config", "chek")
    assert result.exit_code == 2
    assert "'chek' is not known here" in result.stderr
