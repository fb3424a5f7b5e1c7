"""What a shell command is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traces import growth

from acontext_cli.trace.shell import command_of, is_shell, is_test, parts, purpose


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


def test_a_line_is_cut_into_simple_commands() -> None:
    line = "cd app && CI=1 npm test 2>&1 | tail -5; # again\nexport A=b; sudo systemctl   restart api >/dev/null"
    assert parts(line) == ["npm test", "systemctl   restart api"]


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
    assert all(parts(command))


@pytest.mark.parametrize("filler", [" ", "\n", '\\"', "'", '"', "sed ", "> ", "A=b ", "xargs -", "a|", "-X ", "$("])
def test_time_grows_with_the_length_of_a_command_and_not_faster(filler: str) -> None:
    assert growth(lambda size: purpose("ls" + filler * (size // len(filler)) + "x"), 20_000) < 10
