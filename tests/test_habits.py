import pytest
from transcripts import called, ran, told, user

from acontext_cli.engines.rules.habits import Habit, passing_commands, remedies
from acontext_cli.messages import Json


def commands(*messages: Json) -> list[str]:
    return [habit.title for habit in passing_commands(told(user("x"), *messages))]


def remedied(error: str, wrong: dict[str, object], right: dict[str, object], tool: str = "query_db") -> list[Habit]:
    steps = [*called(tool, error, **wrong), *called(tool, "3 rows", **right)]
    return list(remedies(told(user("x"), *steps)))


def test_a_passing_test_command_is_a_fact_about_the_project() -> None:
    assert list(passing_commands(told(user("x"), *ran("pytest -q 2>&1 | tail -5", "12 passed")))) == [
        Habit(
            title="Test command: `pytest -q`",
            fact="`pytest -q` runs the tests of this project and was seen passing.",
            tool="bash",
            messages=("m2", "m3"),
        )
    ]


def test_linters_type_checkers_and_builds_are_told_apart() -> None:
    ran_all = [
        *ran("ruff check .", "ok"),
        *ran("mypy", "ok"),
        *ran("npm run build", "built"),
        *ran("cargo test", "ok"),
        *ran("make check", "ok"),
    ]
    assert commands(*ran_all) == [
        "Lint command: `ruff check .`",
        "Type-check command: `mypy`",
        "Build command: `npm run build`",
        "Test command: `cargo test`",
        "Check command: `make check`",
    ]


def test_a_command_is_told_once() -> None:
    assert commands(*ran("pytest  -q", "ok"), *ran("pytest -q", "ok")) == ["Test command: `pytest -q`"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("pytest -q", "1 failed, 3 passed"),
        ("pytest -q", "exit code 1"),
        ("pytest -k one", "1 passed"),
        ("pytest tests/test_one.py", "1 passed"),
        ("pytest tests::one", "1 passed"),
        ("pytest $ARGS", "1 passed"),
        ("pytest /tmp/x", "1 passed"),
        ("pytest " + "x" * 120, "1 passed"),
        ("ls", "a.py"),
    ],
)
def test_what_failed_or_is_too_special_is_no_habit(command: str, answer: str) -> None:
    assert commands(*ran(command, answer)) == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ruff check . || true", "a.py:1:1: F401 unused"),
        ("mypy | tail -3", "Success"),
        ("mypy 2>&1 | tail -3", "a.py:3: error: bad\nFound 1 error in 1 file"),
        ("cargo clippy 2>&1 | grep warning", ""),
        ("bun test src/ 2>&1 | grep Ran", "Ran 12 tests"),
        ("npm run build", "Command running in background with ID: b1"),
        ("npm test -- --updateSnapshot", "3 passed"),
        ("CI=1 npm test", "3 passed"),
        ("cd /src/shop/web && npm test", "3 passed"),
        ("ruff check . ; pytest | tail -1", "3 passed"),
    ],
)
def test_what_was_not_seen_to_pass_or_is_not_the_projects_is_no_habit(command: str, answer: str) -> None:
    assert commands(*ran(command, answer)) == []


@pytest.mark.parametrize(
    ("command", "answer", "kept"),
    [
        ("pytest -q 2>&1 | tail -3", "a\nerror: printed by a test\n12 pass\n0 fail", "pytest -q"),
        ("go build ./... 2>&1 | head", "", "go build ./..."),
        ("mise run lint 2>&1 | tail -3", "[lint] $ golangci-lint run\n0 issues.", "mise run lint"),
        ("cd web && npm run test:ci", "5 passing", "cd web && npm run test:ci"),
        ("make fmt && make lint", "ok", "make lint"),
    ],
)
def test_what_was_printed_tells_where_the_exit_code_is_hidden(command: str, answer: str, kept: str) -> None:
    assert [title.partition("`")[2] for title in commands(*ran(command, answer))] == [f"{kept}`"]


def test_an_argument_that_had_to_change_is_a_remedy() -> None:
    error = "error: unknown schema main"
    assert remedied(error, {"table": "users", "schema": "main"}, {"table": "users", "schema": "public"}) == [
        Habit(
            title=f"`query_db` fails with “{error}”: `schema`",
            fact=f"Where `query_db` fails with “{error}”, another `schema` is the remedy: "
            "“main” failed, “public” worked.",
            tool="query_db",
            messages=("m2", "m3", "m4", "m5"),
        )
    ]


@pytest.mark.parametrize(
    ("error", "wrong", "right", "tool"),
    [
        ("error: it broke", {"schema": "a"}, {"schema": "b"}, "query_db"),
        ("error: bad schema", {"schema": "a", "x": "1"}, {"schema": "b", "x": "2"}, "query_db"),
        ("error: bad schema", {"schema": "a"}, {"schema": "a"}, "query_db"),
        ("error: bad schema", {}, {"schema": "a"}, "query_db"),
        ("error: bad schema", {"schema": "48213"}, {"schema": "48214"}, "query_db"),
        ("error: bad schema", {"schema": ["a"]}, {"schema": ["b"]}, "query_db"),
        ("error 429: too many requests, schema quota", {"schema": "a"}, {"schema": "b"}, "query_db"),
        ("error: permission for schema was not granted", {"schema": "a"}, {"schema": "b"}, "query_db"),
        ("error: bad gateway for schema", {"schema": "a"}, {"schema": "b"}, "query_db"),
        ("error: schema lookup timed out", {"schema": "a"}, {"schema": "b"}, "query_db"),
        ("error: string to replace not found in schema", {"schema": "a"}, {"schema": "b"}, "query_db"),
        ("error: bad command", {"command": "a"}, {"command": "b"}, "bash"),
        ("error: bad file", {"file": "a"}, {"file": "b"}, "Edit"),
        ("fine, schema", {"schema": "a"}, {"schema": "b"}, "query_db"),
    ],
)
def test_what_the_failure_does_not_speak_of_is_no_remedy(
    error: str, wrong: dict[str, object], right: dict[str, object], tool: str
) -> None:
    assert remedied(error, wrong, right, tool) == []


def test_a_failure_that_passed_by_itself_is_no_remedy() -> None:
    same = called("query_db", "3 rows", schema="main")
    assert list(remedies(told(user("x"), *called("query_db", "error: bad schema", schema="main"), *same))) == []


def test_a_remedy_comes_soon_after() -> None:
    wrong, right = called("query_db", "error: bad schema", schema="a"), called("query_db", "ok", schema="b")
    others = [body for number in range(5) for body in called("look", "ok", at=f"place {number}")]
    assert len(list(remedies(told(user("x"), *wrong, *others[:-2], *right)))) == 1
    assert list(remedies(told(user("x"), *wrong, *others, *right))) == []
