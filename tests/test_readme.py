"""What the README shows is what happens: its commands are run in order and their output compared.

`…` on a line of its own stands for any lines, at the end of a line for the rest of it. The two commands that set up a
machine are run by `.ci/run`.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agent_loop import call, calls, endpoint, says
from conftest import ROOT, Cli

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    return [(name, text) for kind, name, text in BLOCK.findall(README) if kind == language]


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command with the output that stands under it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def pattern(output: str) -> re.Pattern[str]:
    lines = [r"(?:.*\n)*?" if line == "…" else line_pattern(line) for line in output.splitlines()]
    return re.compile("".join(lines) + r"\Z")


def line_pattern(line: str) -> str:
    return re.escape(line.removesuffix("…")) + (r".*\n" if line.endswith("…") else r"\n")


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Where a reader is who follows the README: a folder with the transcript, and no workspace yet."""
    monkeypatch.chdir(tmp_path)
    for name, text in blocks("jsonl"):
        Path(name).write_text(text, encoding="utf-8")
    return Cli(tmp_path)


def test_the_commands_print_what_stands_there(started: Cli) -> None:
    told = [pair for _, text in blocks("console") for pair in commands(text)]
    assert len(told) >= 10
    for command, output in told:
        program, *words = shlex.split(command)
        assert program == "acontext"
        shown = started(*words)
        assert pattern(output).match(shown), f"$ {command}\n{shown}"


def test_the_agent_loop_runs_as_printed(
    started: Cli, loopback: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started("init")
    (_, code), _ = blocks("python")
    skill = call("s1", "get_skill", skill_name="user-general-facts")
    with endpoint() as server:
        server.lines = [calls(skill, call("h1", "health", service="checkout")), says("It is up.")]
        for name, value in {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ACONTEXT_ENGINE", "offline")
        names: dict[str, Any] = {}
        exec(code, names)
        names["client"].close()
    recorded = list(names["session"].messages())
    assert [each.role for each in recorded] == ["system", "user", "assistant", "tool", "tool", "assistant"]
    assert recorded[3].text.startswith("# user-general-facts")
    assert recorded[4].text == "checkout answers 200"
    assert [task.status for task in names["session"].tasks()] == ["success"]
    assert "Always answer in English" in started("skill", "show", "user-general-facts", "facts.md")
    assert capsys.readouterr().err == ""


def test_the_recording_by_hand_runs_as_printed(started: Cli) -> None:
    started("init")
    _, (_, code) = blocks("python")
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["session"].pending == 0
    assert "English" in names["answer"]


def test_the_two_setups_are_marked_for_the_checks() -> None:
    marked = re.findall(r"<!-- (setup-\w+) -->\n```bash\n(.+)\n```", README)
    assert [name for name, _ in marked] == ["setup-demo", "setup-tests"]


def test_the_demo_prints_what_stands_there(started: Cli) -> None:
    shown = started("demo", "run")
    block = README.partition("<!-- demo output -->\n```text\n")[2].partition("```\n")[0]
    act, report = block.split("  …\n")
    assert act.strip("\n") in shown, "python docs/build.py"
    assert shown.rstrip().endswith(report.strip()), "python docs/build.py"


def test_the_picture_shows_the_demo_as_it_is() -> None:
    picture = (ROOT / "docs" / "demo.svg").read_text(encoding="utf-8").replace("&#160;", " ")
    block = README.partition("<!-- demo output -->\n```text\n")[2].partition("```\n")[0]
    calls = re.findall(r"^ +\d+ (\w+\([\w, -]+\))$", block, re.MULTILINE)
    assert len(calls) >= 9
    assert [call for call in calls if call not in picture] == [], "python docs/build.py"


def test_every_command_named_exists(started: Cli) -> None:
    from acontext_cli.cli.tree import TREE

    named = set(re.findall(r"`acontext ([a-z]+)", README))
    assert named - set(TREE) == set()


def test_every_setting_is_named_with_its_default() -> None:
    from acontext_cli.config import SETTINGS, variable

    for name, known in SETTINGS.items():
        default = f" `{known.default}` " if known.default else " "
        assert f"| `{name}` | `{variable(name)}` |{default}| {known.about.split(':')[0]}" in README
