"""What the README shows is what happens: its commands are run in order and their output compared.

`…` on a line of its own stands for any lines, at the end of a line for the rest of it. The two commands that set up a
machine are run by `.ci/run`.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
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


def test_the_python_runs_as_printed(started: Cli) -> None:
    started("init")
    ((_, code),) = blocks("python")
    names: dict[str, object] = {}
    exec(code, names)
    assert names["session"].pending == 0  # type: ignore[attr-defined]
    assert "English" in str(names["answer"])


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
    from acontext_cli.config import SETTINGS

    for name, (default, about) in SETTINGS.items():
        assert f"| `{name}` | `ACONTEXT_{name.upper()}` | `{default}` |" in README
        assert about.split(":")[0] in README
