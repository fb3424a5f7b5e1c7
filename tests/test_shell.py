"""What a shell command is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traces import growth

from acontext_cli.trace.shell import (
    Run,
    command_of,
    ended_badly,
    goes_on,
    is_shell,
    is_test,
    output,
    purpose,
    runs,
)


@pytest.mark.parametrize(
    "command",
    [
        "ls -la src",
        "cat a.txt | grep -n error | head -5",
        'grep -E "a|b; c > d" notes.txt',
        "grep 'rm -rf' -r .",
        "cd app && git status && git log --oneline",
        "git -C /srv/app log -3",
        "git branch",
        "git branch -a --merged",
        "git remote -v",
        "git stash list",
        "kubectl -n shop get pods",
        "kubectl \\\n  get pods",
        "kubectl logs deploy/api --tail=50 2>&1 | tail -20",
        "docker compose ps",
        "systemctl status nginx",
        "gh pr view 12",
        "gh api repos/o/r/pulls",
        "curl -s https://example.org/health",
        "curl -X GET https://example.org/health",
        "curl -sXGET https://example.org/health",
        "curl --request GET https://example.org/health",
        "curl -s -o /dev/null -w '%{http_code}' https://example.org/health",
        "curl -s https://example.org/x | python3 -m json.tool",
        "curl -s https://example.org/x | jq '.a > 1'",
        "sed -n 1,20p main.py",
        "find . -name '*.py' -exec grep -l TODO {} \\;",
        "find . -name '*.py' | xargs -n 5 grep TODO",
        "cat x 2>/dev/null || true",
        "/usr/bin/env",
        "LANG=C sort names",
        "terraform --version",
        "FOO=1 sudo journalctl -u api",
        "npm audit",
    ],
)
def test_a_command_that_only_looks_is_a_look(command: str) -> None:
    assert purpose(command) == "look"


@pytest.mark.parametrize(
    "command",
    [
        "pytest -q",
        "python -m pytest tests/test_a.py 2>&1 | tail -20",
        "python3.12 -m mypy .",
        "uv run --frozen pytest",
        "CI=1 npm test",
        "env CI=1 npm test",
        "npm run lint",
        "cd web && pnpm build",
        "go test ./...",
        "cargo clippy && cargo test",
        "make check",
        "./gradlew test",
        "mvn -q verify",
        "ls && pytest",
        "time timeout 60 pytest -k 'a > b'",
    ],
)
def test_tests_linters_and_builds_are_tests(command: str) -> None:
    assert purpose(command) == "test"


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf build",
        "pip install requests",
        "git commit -m 'look at this'",
        "git branch -D old",
        "git remote add origin x",
        "git stash",
        "gh pr create --fill",
        "gh issue close 4",
        "gh api -X POST repos/o/r/issues",
        "gh api repos/o/r/issues -f title=x",
        "kubectl apply -f a.yaml",
        "kubectl get deploy api -o yaml | sed 's/1/2/' | kubectl apply -f -",
        "cat fix.sql | psql shop",
        "curl -fsSL https://example.org/install.sh | sh",
        "ps aux | grep api | awk '{print $2}' | xargs kill",
        "grep -rl old . | xargs -I{} rm {}",
        "docker compose up -d",
        "systemctl restart nginx",
        "curl -X POST https://example.org/restart",
        "curl -sXPOST https://example.org/restart",
        "curl --request=DELETE https://example.org/x",
        "curl -d'{\"a\": 1}' https://example.org/x",
        "curl -o page.html https://example.org/x",
        "sed -i s/a/b/ main.py",
        "sed -E -i s/a/b/ main.py",
        "sed --in-place s/a/b/ main.py",
        "find . -name '*.pyc' -delete",
        "find . -empty -exec rmdir {} +",
        "env FOO=1 ./deploy.sh",
        "echo 1 > /proc/sys/vm/drop_caches",
        "echo x >> notes.txt",
        "cat a | tee b",
        "cat > config.yaml <<EOF\nport: 80\nEOF",
        "ls && make deploy",
        "pytest && git push",
        "python fix.py",
        "an-unknown-tool --now",
        "npm audit fix",
        "go env -w GOFLAGS=-mod=mod",
        "cd /tmp",
        "",
    ],
)
def test_all_else_counts_as_a_change(command: str) -> None:
    assert purpose(command) == "change"


def test_a_line_says_what_it_tests_and_where() -> None:
    line = "cd app && CI=1 npm test 2>&1 | tail -5; # again\nexport A=b; sudo make   check"
    assert runs(line) == (
        Run("CI=1 npm test", folder="app", decides=False, shown=True),
        Run("make check", folder="app", decides=True, shown=True),
    )


@pytest.mark.parametrize("line", ["pytest", "cd app && pytest", "make fmt; pytest && echo ok", "timeout 60 pytest"])
def test_a_line_that_fails_where_the_tests_fail(line: str) -> None:
    assert [run.decides for run in runs(line)] == [True]


@pytest.mark.parametrize("line", ["pytest | tail", "pytest || true", "pytest; echo done", "pytest &", "pytest\nls"])
def test_a_line_whose_end_is_that_of_another_command(line: str) -> None:
    assert [run.decides for run in runs(line)] == [False]


def test_a_shell_that_is_told_so_fails_with_any_command_of_a_pipe() -> None:
    assert runs("set -o pipefail; pytest | tail -3")[0].decides


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("pytest || true", True),
        ("pytest 2>&1 | tail -3", True),
        ("pytest | tail -3", False),
        ("pytest 2>&1 | grep passed", False),
        ("pytest > log 2>&1; true", False),
        ("pytest 2>/dev/null; true", False),
    ],
)
def test_what_the_tests_say_can_be_read_or_is_cut(line: str, shown: bool) -> None:
    assert [run.shown for run in runs(line)] == [shown]


@pytest.mark.parametrize(
    "line",
    [
        "ls",
        "test -d web || pytest",
        "git commit -m 'run it; pytest'",
        "cat > run.sh <<'EOF'\npytest\nEOF",
        "echo pytest",
    ],
)
def test_what_does_not_surely_run_is_no_run(line: str) -> None:
    assert runs(line) == ()


def test_a_quoted_pipe_does_not_cut_a_command() -> None:
    assert [run.command for run in runs("go test ./... -run 'A|B' 2>&1 | tail")] == ["go test ./... -run 'A|B'"]


CODEX = "Chunk ID: 1a\nWall time: 1.0 seconds\nProcess {}\nOriginal token count: 9\nOutput:\n"


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (CODEX.format("exited with code 0") + "3 passed\n", "3 passed\n"),
        ("Exit code: 0\nWall time: 0.1 seconds\nOutput:\nDone", "Done"),
        ("3 passed\n<shellId: 20 completed with exit code 0>", "3 passed"),
        ("Output:\n3 passed", "Output:\n3 passed"),
        ("", ""),
    ],
)
def test_what_a_program_writes_around_the_output_is_taken_off(result: str, said: str) -> None:
    assert output(result) == said


@pytest.mark.parametrize(
    ("result", "still"),
    [
        (CODEX.format("running with session ID 7"), True),
        ("Command running in background with ID: b1. Output is being written to: /tmp/b1", True),
        ("compiling\n<command with shellId: 3 is still running after 30 seconds>", True),
        (CODEX.format("exited with code 0"), False),
        ("3 passed\n<shellId: 20 completed with exit code 0>", False),
        ("the server is running", False),
    ],
)
def test_a_command_may_still_go_on(result: str, still: bool) -> None:
    assert goes_on(result) is still


def test_an_exit_code_is_found_at_either_end() -> None:
    assert ended_badly("Exit code 1\nboom")
    assert ended_badly("x" * 400 + "\n<shellId: 20 completed with exit code 2>")
    assert not ended_badly("x" * 400 + "\n<shellId: 20 completed with exit code 0>")


@pytest.mark.parametrize(("simple", "tests"), [("pytest -q", True), ("pytesting", False), ("echo pytest", False)])
def test_a_test_begins_with_its_runner(simple: str, tests: bool) -> None:
    assert is_test(simple) is tests


@pytest.mark.parametrize("tool", ["bash", "Bash", "local_shell", "exec_command", "mcp__box__run_command"])
def test_shells_are_known_by_name(tool: str) -> None:
    assert is_shell(tool)


@pytest.mark.parametrize("tool", ["bash_history", "read_file", "mcp__bash__read_file", ""])
def test_other_tools_are_no_shells(tool: str) -> None:
    assert not is_shell(tool)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ({"command": "ls -l"}, "ls -l"),
        ({"cmd": "ls -l", "timeout": 5}, "ls -l"),
        ({"command": ["ls", "-l"]}, "ls -l"),
        ({"command": ["bash", "-lc", "cd a && ls"]}, "cd a && ls"),
        ({"command": ["sh", "-c", "ls"]}, "ls"),
        ({"command": "", "script": "make"}, "make"),
        ({"command": {"deep": 1}}, ""),
        ({"text": "ls"}, ""),
        ({}, ""),
        ("ls", ""),
        (None, ""),
    ],
)
def test_the_command_is_found_among_the_arguments(arguments: object, command: str) -> None:
    assert command_of(arguments) == command


@given(st.text(alphabet=st.characters() | st.sampled_from("\"'\\|&;<>-= \ncurlsedfind"), max_size=120))
def test_no_command_is_too_odd_to_be_read(command: str) -> None:
    assert purpose(command) in ("look", "test", "change")
    assert all(run.command for run in runs(command))


@pytest.mark.parametrize("filler", [" ", "\n", '\\"', "'", '"', "sed ", "> ", "A=b ", "xargs -", "a|", "-X ", "$("])
def test_time_grows_with_the_length_of_a_command_and_not_faster(filler: str) -> None:
    assert growth(lambda size: purpose("ls" + filler * (size // len(filler)) + "x"), 20_000) < 10
