"""Calls with their results as steps."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traces import Call, act_one, answers, asks, said, transcript, user

from acontext_cli.messages import Message
from acontext_cli.trace import steps
from acontext_cli.trace.steps import Kind, Step, Trace, TraceBuilder, failed, kind_of, trace, values


def numbers(found: tuple[Step, ...]) -> list[int]:
    return [step.number for step in found]


def traced(*calls: Call) -> Trace:
    return trace(transcript("Fix it.", *calls))


@pytest.mark.parametrize(
    ("tool", "kind"),
    [
        ("check_service_status", "look"),
        ("getUserDetails", "look"),
        ("search-flights", "look"),
        ("Read", "look"),
        ("calculate", "look"),
        ("think", "look"),
        ("update_config", "change"),
        ("restart_service", "change"),
        ("bookReservation", "change"),
        ("get_or_create_user", "change"),
        ("frobnicate", "change"),
        ("", "change"),
        ("run_tests", "test"),
        ("lint", "test"),
        ("delete_test_data", "change"),
        ("mcp__github__list_issues", "look"),
        ("mcp__deploy__list_releases", "look"),
        ("mcp__get__delete_issue", "change"),
        ("mcp__odd", "change"),
    ],
)
def test_the_verb_in_a_tools_name_says_what_it_does(tool: str, kind: Kind) -> None:
    assert kind_of(tool) == kind


def test_a_call_and_its_result_are_a_step() -> None:
    found = trace([user("Is it up?"), asks("a", "check_status", {"service": "api"}, "c"), answers("r", "c", "up")])
    step = Step(
        number=1,
        message="a",
        answer="r",
        tool="check_status",
        arguments={"service": "api"},
        raw='{"service": "api"}',
        result="up",
        kind="look",
    )
    assert found == Trace(request="Is it up?", steps=(step,))


def test_the_request_is_all_that_the_user_said() -> None:
    assert trace([user("One."), said("Yes?"), user("Two.")]).request == "One.\nTwo."


def test_a_shells_command_says_what_it_does() -> None:
    look = ("Bash", {"command": "ls"}, "a.txt")
    change = ("shell", {"command": ["bash", "-lc", "rm a.txt"]}, "")
    test = ("exec_command", {"cmd": "pytest"}, "1 passed")
    nothing = ("bash", {}, "")
    assert [step.kind for step in traced(look, change, test, nothing).steps] == ["look", "change", "test", "change"]


def test_an_agents_own_list_of_things_to_do_is_no_step() -> None:
    plan = {"plan": [{"step": "Fix it", "status": "completed"}]}
    notes: list[Call] = [
        ("TodoWrite", {"todos": []}, "ok"),
        ("TaskUpdate", {"taskId": "1"}, "ok"),
        ("update_plan", plan, "ok"),
    ]
    other = ("update_plan", {"customer": "Ann", "plan": "basic"}, "ok")
    assert [step.tool for step in traced(*notes, other).steps] == ["update_plan"]


def test_some_arguments_say_that_a_call_only_looks() -> None:
    explores = ("Task", {"subagent_type": "Explore", "prompt": "Find it"}, "found")
    works = ("Task", {"subagent_type": "general-purpose", "prompt": "Mend it"}, "mended")
    shows = ("BashOutput", {"bash_id": "b1"}, "compiling")
    waits, types = ("write_stdin", {"session_id": 1, "chars": ""}, ""), ("write_stdin", {"chars": "y"}, "")
    assert [step.kind for step in traced(explores, works, shows, waits, types).steps] == [
        "look",
        "change",
        "look",
        "look",
        "change",
    ]


def test_a_step_tells_whether_a_flag_says_how_it_ended() -> None:
    body = {"role": "tool", "tool_call_id": "c", "content": "up"}
    told = [Message(body, "r", meta={"is_error": False}), Message({**body, "is_error": True}, "r"), Message(body, "r")]
    found = [trace([asks("a", "check_status", {}, "c"), answer]).steps[0] for answer in told]
    assert [(step.told, step.failed) for step in found] == [(True, False), (True, True), (False, False)]


def test_repeated_call_ids_are_kept_apart() -> None:
    messages = [
        asks("a1", "get_user", {"id": 1}, "call"),
        answers("r1", "call", "Ann"),
        asks("a2", "get_user", {"id": 2}, "call"),
        answers("r2", "call", "Bob"),
    ]
    assert [(step.arguments, step.answer, step.result) for step in trace(messages).steps] == [
        ({"id": 1}, "r1", "Ann"),
        ({"id": 2}, "r2", "Bob"),
    ]


def test_the_same_id_twice_in_one_message_is_answered_in_order() -> None:
    calls = [{"id": "call", "function": {"name": "get_user", "arguments": f'{{"id": {n}}}'}} for n in (1, 2)]
    messages = [
        Message({"role": "assistant", "content": None, "tool_calls": calls}, "a"),
        answers("r1", "call", "Ann"),
        answers("r2", "call", "Bob"),
    ]
    assert [step.result for step in trace(messages).steps] == ["Ann", "Bob"]


def test_a_call_without_an_answer_is_a_step_without_a_result() -> None:
    (step,) = traced(("get_user", {"id": 1}, None)).steps
    assert (step.answer, step.result, step.failed) == ("", "", False)


def test_an_answer_to_nothing_is_no_step() -> None:
    assert trace([user("Hello."), answers("r", "nobody", "?")]).steps == ()


def test_the_older_form_is_answered_by_name() -> None:
    call = Message({"role": "assistant", "function_call": {"name": "get_user", "arguments": "{}"}}, "a")
    (step,) = trace([call, Message({"role": "function", "name": "get_user", "content": "Ann"}, "r")]).steps
    assert (step.tool, step.answer, step.result) == ("get_user", "r", "Ann")


@pytest.mark.parametrize("raw", ["id=1", "[1, 2]", '"id"', "{", "[" * 100_000, ""])
def test_arguments_that_are_no_json_object_are_kept_as_they_came(raw: str) -> None:
    (step,) = traced(("get_user", raw, "Ann")).steps
    assert (step.arguments, step.raw) == ({}, raw)


def test_a_result_may_come_in_parts() -> None:
    parts = [{"type": "text", "text": "up since"}, {"type": "text", "text": "Monday"}, {"type": "image_url"}]
    (step,) = traced(("check_status", {}, parts)).steps
    assert step.result == "up since\nMonday\n[image_url]"


def test_reading_a_skill_is_no_step() -> None:
    found = traced(("get_skill", {"skill_name": "x"}, "# x"), ("get_user", {}, "Ann"), ("get_skill_file", {}, "…"))
    assert [(step.number, step.tool) for step in found.steps] == [(2, "get_user")]


@pytest.mark.parametrize(
    "text",
    [
        "Error: no such user",
        "error: pathspec did not match",
        '{"error": "no such user"}',
        '{"success": false}',
        '{"code": 404, "error": {"message": "no such user"}}',
        '{"error": {"message": "cut off in the midd',
        "<tool_use_error>String not found</tool_use_error>",
        "Traceback (most recent call last):\n  File …",
        "bash: line 1: foo: command not found",
        "fatal: not a git repository",
        "Exit code 2",
        "Process exited with code 1",
        "Unknown tool 'x'",
    ],
)
def test_a_result_may_say_that_its_call_failed(text: str) -> None:
    assert failed(answers("r", "c", text))


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "",
        "no errors found",
        "0 failed, 3 passed",
        "ERROR  502 Bad Gateway returned to client  path=/api/orders",
        "ERROR 502 Bad Gateway\nINFO request completed",
        '{"error": null, "ok": true}',
        "Exit code 0",
        '{"error": "", "ok": true}',
        '{"ok": true, "error": false}',
        '{"rows": ' + "[" * 90_000,
    ],
)
def test_other_results_say_nothing_of_the_kind(text: str) -> None:
    assert not failed(answers("r", "c", text))


def test_a_flag_says_more_than_the_words() -> None:
    assert failed(Message({"role": "tool", "content": "ok"}, meta={"is_error": True}))
    assert not failed(Message({"role": "tool", "content": "Error: none", "is_error": False}))


def test_a_shells_exit_code_may_stand_within() -> None:
    def ran(tool: str) -> bool:
        (step,) = traced((tool, {"command": "make x"}, "compiling\nexited with code 2")).steps
        return step.failed

    assert (ran("bash"), ran("make_thing")) == (True, False)


def test_a_shell_may_fail_without_an_exit_code() -> None:
    flagged = Message({"role": "tool", "tool_call_id": "c", "content": "killed"}, "r", meta={"is_error": True})
    (step,) = trace([asks("a", "bash", {"command": "make x"}, "c"), flagged]).steps
    assert step.failed


def test_a_failed_change_changed_nothing() -> None:
    found = traced(("set_x", {"to": 1}, "Error: read-only"), ("set_x", {"to": 1}, "ok"))
    assert numbers(found.changes) == [2]


def test_checks_look_at_the_thing_changed_after_the_last_change() -> None:
    found = traced(
        ("check_status", {"service": "api"}, "down"),
        ("restart_service", {"service": "api"}, "ok"),
        ("check_status", {"service": "mail"}, "up"),
        ("check_status", {"service": "api"}, "Error: timeout"),
        ("check_status", {"service": "api"}, "up"),
        ("run_tests", {}, "passed"),
    )
    assert numbers(found.checks) == [5, 6]


def test_without_a_change_nothing_is_checked() -> None:
    assert traced(("check_status", {"service": "api"}, "up")).checks == ()


def test_the_kinds_of_the_first_act() -> None:
    found = trace(act_one())
    assert (numbers(found.changes), numbers(found.checks)) == ([8, 9], [10])


def test_nested_values_are_found_in_order() -> None:
    nested = {"a": "x", "b": [1, {"c": "y", "d": [2.5, "z"]}], "e": True, "f": None, "g": "last"}
    assert list(values(nested)) == ["x", "1", "y", "2.5", "z", "last"]


def test_values_may_lie_as_deep_as_they_like() -> None:
    deep: object = "found"
    for _ in range(100_000):
        deep = [deep]
    assert list(values({"a": deep})) == ["found"]


def test_links_reach_back_over_a_window_of_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "WINDOW", 3)
    found = traced(*[("get_user", {"id": number}, "Ann") for number in range(1, 6)])
    assert (numbers(found.steps), found.cut) == ([3, 4, 5], 2)


def test_and_over_a_window_of_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "WINDOW_TEXT", 250)
    found = traced(*[("get_user", {"id": number}, "x" * 100) for number in range(1, 6)])
    assert (numbers(found.steps), found.cut) == ([4, 5], 3)


def test_an_answer_to_a_call_out_of_the_window_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "WINDOW", 2)
    calls = [asks(f"a{number}", "get_user", {"id": number}, f"c{number}") for number in (1, 2, 3)]
    found = trace([*calls, answers("r1", "c1", "Ann"), answers("r3", "c3", "Cid")])
    assert [(step.number, step.result) for step in found.steps] == [(2, ""), (3, "Cid")]


def test_and_takes_no_room_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "WINDOW", 2)
    monkeypatch.setattr(steps, "WINDOW_TEXT", 250)
    calls = [asks(f"a{number}", "get_user", {"id": number}, f"c{number}") for number in (1, 2, 3)]
    found = trace([*calls, answers("r1", "c1", "x" * 200), answers("r3", "c3", "y" * 100)])
    assert (numbers(found.steps), found.cut) == ([2, 3], 1)


def test_of_a_very_long_result_head_and_tail_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "LONGEST_RESULT", 10)
    (step,) = traced(("get_log", {}, "abcdefghijklmno")).steps
    assert step.result == "abcde\n…\nklmno"


def test_a_builder_takes_messages_one_by_one() -> None:
    builder = TraceBuilder()
    for message in act_one():
        builder.add(message)
    assert builder.build() == trace(act_one())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_every_string_of_any_arguments_is_among_the_values(arguments: object) -> None:
    found = list(values(arguments))
    strings = [text for text in found if json.dumps(text) in json.dumps(arguments)]
    plain = json.dumps(arguments).count('"') // 2
    assert len(strings) <= len(found) <= plain + json.dumps(arguments).count(",") + 1
