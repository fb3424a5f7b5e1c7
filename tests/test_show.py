import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.learned import Learned, Written
from acontext_cli.messages import Message
from acontext_cli.show.learned import show_run, show_sum
from acontext_cli.show.session import task_lines
from acontext_cli.show.text import as_json, counted, one_line, size, table, visible
from acontext_cli.show.transcript import transcript
from acontext_cli.tasks import Known, Task


def user(text: str) -> Message:
    return Message({"role": "user", "content": text}, "m1", "2026-03-26T09:12:03.250Z")


def calls(name: str, arguments: str, text: str | None = None) -> Message:
    call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return Message({"role": "assistant", "content": text, "tool_calls": [call]}, "m2", "2026-03-26T09:12:04.000Z")


def result(text: str, **meta: object) -> Message:
    body = {"role": "tool", "tool_call_id": "c1", "content": text}
    return Message(body, "m3", "2026-03-26T09:12:05.000Z", meta)


def shown(*messages: Message, full: bool = False) -> list[str]:
    return [text for _, text in transcript(messages, full=full)]


def test_a_transcript_says_who_when_and_what_was_called() -> None:
    assert shown(
        user("The gateway\nis down."), calls("read_config", '{"service": "api", "lines": 3}'), result("{}")
    ) == [
        "2026-03-26 09:12:03  user",
        "  The gateway",
        "  is down.",
        "",
        "2026-03-26 09:12:04  assistant",
        '  → read_config(service="api", lines=3)',
        "",
        "2026-03-26 09:12:05  result read_config",
        "  {}",
        "",
    ]


def test_results_of_repeated_call_ids_belong_to_the_oldest_open_call() -> None:
    both = [calls("read", "{}"), calls("write", "{}"), result("1"), result("2"), calls("run", "{}"), result("3")]
    assert [line[21:] for line in shown(*both, result("4")) if "result" in line] == [
        "result read",
        "result write",
        "result run",
        "result run",
    ]


def test_a_run_tells_notes_from_entries_and_new_ones_from_changed_ones(capsys: pytest.CaptureFixture[str]) -> None:
    run = Learned(
        session="s",
        run="r",
        written=(
            written("daily-logs", "add", "What was asked"),
            written("rules", "add", "New"),
            written("rules", "source", "Seen again"),
            written("rules", "warning", "Wrong"),
        ),
    )
    show_run("monday", run, ())
    show_sum([run], dry_run=False)
    show_sum([run], dry_run=True)
    assert capsys.readouterr().out.splitlines() == [
        "monday",
        "  · noted in daily-logs/a.md  What was asked",
        "  + rules/a.md  New",
        "  = rules/a.md  Seen again",
        "  ! rules/a.md  Wrong: a warning now",
        "1 finished task noted in daily-logs",
        "1 entry written, 2 updated: acontext skill list; acontext log shows each run",
        "1 finished task would be noted in daily-logs",
        "1 entry would be written, 2 updated; without --dry-run they are",
    ]


def written(skill: str, action: str, title: str) -> Written:
    return Written(skill=skill, file="a.md", title=title, action=action, entry="e1")


def test_where_sessions_failed_nothing_is_said_of_nothing_new(capsys: pytest.CaptureFixture[str]) -> None:
    show_sum([], dry_run=False, failed=1)
    show_sum([], dry_run=False)
    assert capsys.readouterr().out == "nothing new to learn from\n"


def test_a_long_result_is_folded_and_says_how_much_there_is() -> None:
    long = "\n".join(f"line {number}" for number in range(40))
    assert shown(result(long))[-3:] == ["  line 5", "  … 34 more lines", ""]
    assert len(shown(result(long), full=True)) == 42


def test_one_line_more_is_shown_rather_than_counted() -> None:
    assert shown(result("1\n2\n3\n4\n5\n6\n7"))[-2:] == ["  7", ""]


def test_a_long_line_is_cut() -> None:
    assert shown(result("x" * 1234))[1] == f"  {'x' * 200}… 1,034 more characters"
    assert shown(result("x" * 1234), full=True)[1] == f"  {'x' * 1234}"


def test_arguments_that_are_no_json_are_shown_as_they_came() -> None:
    assert shown(calls("run", "{not\njson"))[1] == "  → run({not json)"


def test_a_failed_result_says_so() -> None:
    assert (
        shown(calls("run", "{}"), result("no such file", is_error=True))[3] == "2026-03-26 09:12:05  result failed run"
    )


def test_tasks_are_shown_with_their_progress_and_how_the_status_is_known() -> None:
    task = Task(
        number=1,
        goal="Fix the\n502s",
        status="success",
        progress=("Gateway logs show 502s", "Raised the timeout"),
        known=Known(source="check", because="the error rate fell to 0"),
        first="m1",
        last="m9",
        start=0,
        end=10,
        at="",
    )
    assert [text for _, text in task_lines([task])] == [
        "[success] Fix the 502s",
        "  > Gateway logs show 502s",
        "  > Raised the timeout",
        "  known because: the error rate fell to 0 (check)",
    ]


@given(st.text())
def test_no_text_steers_a_terminal(text: str) -> None:
    allowed = {"\n", "\t"}
    assert not [char for char in visible(text) if char not in allowed and (ord(char) < 32 or 127 <= ord(char) < 160)]
    assert visible(text).encode("utf-8") is not None
    assert "\n" not in one_line(text)


def test_what_would_steer_a_terminal_is_written_out() -> None:
    assert visible("a\x1b[2Jb\r\x9b\u202e\ud800\tc\r\nd") == "a␛[2Jb␍\\x9b\\u202e\\ud800\tc\nd"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_json_reads_back_as_it_was(value: object) -> None:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        as_json(value)
    assert json.loads(out.getvalue()) == value
    assert out.getvalue().encode("utf-8")


def test_a_table_is_aligned_and_not_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    table([("a", "long " * 40), ("bcd", "x\ny")])
    assert capsys.readouterr().out == f"a    {('long ' * 40).strip()}\nbcd  x y\n"


def test_sizes_and_counts_are_said_as_a_person_would() -> None:
    assert [size(number) for number in (0, 999, 12_345, 5_000_000, 3 * 10**9)] == [
        "0 B",
        "999 B",
        "12.3 KB",
        "5.0 MB",
        "3.0 GB",
    ]
    assert [counted(1, "entry", "entries"), counted(2, "entry", "entries"), counted(1200, "task")] == [
        "1 entry",
        "2 entries",
        "1,200 tasks",
    ]
