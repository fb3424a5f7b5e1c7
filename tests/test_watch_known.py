"""Which messages of a call are new: of any loop each message is recorded once, in order."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.api.watch.known import Known
from acontext_cli.api.watch.plain import Key, key_of, message_of, plain
from acontext_cli.messages import Json

SYSTEM: Json = {"role": "system", "content": "Be brief."}
WORDS = st.sampled_from(["yes", "go on", "done", "no"])
"""Few, so that the same is often said again."""


def user(text: str) -> Json:
    return {"role": "user", "content": text}


def said(text: str) -> Json:
    return {"role": "assistant", "content": text}


class Loop:
    """An agent loop that sends through the same client as others."""

    def __init__(self, known: Known, recorded: list[Json]) -> None:
        self.known = known
        self.recorded = recorded
        self.history: list[Json] = []

    def call(self, messages: Sequence[Json], reply: Json | None) -> None:
        keys: list[Key] = list(map(key_of, messages))
        new, node = self.known.sent(keys)
        self.recorded += [messages[number] for number in new]
        if reply and self.known.replied(node, key_of(reply)):
            self.recorded.append(reply)


def loop() -> Loop:
    return Loop(Known(), [])


turns = st.lists(st.tuples(WORDS, WORDS, st.booleans()), min_size=1, max_size=12)
"""What the user says, what the model replies, and whether the call fails before it is made again."""


@given(turns)
def test_a_growing_history_is_recorded_once_and_in_order(talk: list[tuple[str, str, bool]]) -> None:
    one = loop()
    history = [SYSTEM]
    for asked, replied, fails in talk:
        history.append(user(asked))
        if fails:
            one.call(history, None)
        one.call(history, said(replied))
        history.append(said(f" {replied}\n"))
    assert list(map(key_of, one.recorded)) == list(map(key_of, history))


@given(turns)
def test_replies_that_come_back_changed_are_not_recorded_again(talk: list[tuple[str, str, bool]]) -> None:
    one = loop()
    history, expected = [SYSTEM], [SYSTEM]
    for number, (asked, replied, fails) in enumerate(talk):
        history.append(user(asked))
        if fails:
            one.call(history, None)
        one.call(history, said(f"<think>{number}</think>{replied}"))
        expected += [user(asked), said(f"<think>{number}</think>{replied}")]
        history.append(said(replied))
    assert one.recorded == expected


@given(st.lists(st.tuples(st.integers(0, 2), WORDS, WORDS), max_size=20))
def test_conversations_through_one_client_do_not_disturb_each_other(talk: list[tuple[int, str, str]]) -> None:
    known = Known()
    recorded: list[Json] = []
    loops = [Loop(known, recorded) for _ in range(3)]
    expected: list[Json] = []
    for number, asked, replied in talk:
        each = loops[number]
        expected += [] if expected else [SYSTEM]
        expected += [] if each.history else [user(f"task {number}")]
        each.history = each.history or [SYSTEM, user(f"task {number}")]
        each.history.append(user(asked))
        each.call(each.history, said(replied))
        each.history.append(said(replied))
        expected += [user(asked), said(replied)]
    assert recorded == expected


@given(turns, st.integers(3, 6), st.booleans(), st.booleans())
def test_old_messages_that_are_cut_off_are_not_new(
    talk: list[tuple[str, str, bool]], window: int, keeps_system: bool, changes: bool
) -> None:
    one = loop()
    history: list[Json] = []
    expected = [SYSTEM] if keeps_system else []
    for number, (asked, replied, _) in enumerate(talk):
        history.append(user(asked))
        reply = f"{number} {replied}"
        head = [SYSTEM] if keeps_system else []
        one.call(head + history[-window:], said(f"<think/>{reply}" if changes else reply))
        history.append(said(reply))
        expected += [user(asked), said(f"<think/>{reply}" if changes else reply)]
    assert one.recorded == expected


@given(turns, st.integers(0, 8))
def test_a_summary_in_place_of_old_messages_is_all_that_is_new(talk: list[tuple[str, str, bool]], at: int) -> None:
    one = loop()
    history, expected = [SYSTEM], [SYSTEM]
    for number, (asked, replied, _) in enumerate(talk):
        if number and number == at:
            history = [SYSTEM, user("Summary: so far so good."), *history[-1:]]
            expected.append(history[1])
        history.append(user(asked))
        one.call(history, said(f"{number} {replied}"))
        history.append(said(f"{number} {replied}"))
        expected += [user(asked), said(f"{number} {replied}")]
    assert one.recorded == expected


@given(turns)
def test_a_reminder_that_always_stands_last_is_recorded_once(talk: list[tuple[str, str, bool]]) -> None:
    one, reminder = loop(), user("Remember the rules.")
    history, expected = [SYSTEM], [SYSTEM]
    for number, (asked, replied, _) in enumerate(talk):
        history.append(user(asked))
        one.call([*history, reminder], said(replied))
        history.append(said(replied))
        expected += [user(asked), *([] if number else [reminder]), said(replied)]
    assert one.recorded == expected


def test_a_system_prompt_that_changes_is_recorded_with_each_change_only() -> None:
    one, history = loop(), [user("Hello")]
    for number, today in enumerate(("Monday", "Tuesday", "Tuesday", "Monday")):
        one.call([{"role": "system", "content": today}, *history], said(f"reply {number}"))
        history += [said(f"reply {number}"), user(f"more {number}")]
    assert [each["content"] for each in one.recorded if each["role"] == "system"] == ["Monday", "Tuesday"]
    assert [each["content"] for each in one.recorded if each["role"] == "user"] == [
        "Hello",
        "more 0",
        "more 1",
        "more 2",
    ]


def test_a_system_message_that_is_moved_is_recorded_once() -> None:
    one = loop()
    one.call([SYSTEM, user("a")], said("b"))
    one.call([user("a"), said("b"), SYSTEM, user("c")], said("d"))
    assert one.recorded == [SYSTEM, user("a"), said("b"), user("c"), said("d")]


def test_the_same_call_made_twice_adds_its_second_reply_only() -> None:
    one = loop()
    one.call([SYSTEM, user("Guess.")], said("7"))
    one.call([SYSTEM, user("Guess.")], said("7"))
    assert one.recorded == [SYSTEM, user("Guess."), said("7"), said("7")]


def test_a_reply_that_was_sent_back_before_its_stream_ended_is_not_new() -> None:
    known = Known()
    _, node = known.sent([key_of(user("a"))])
    assert known.sent(list(map(key_of, [user("a"), said("b"), user("c")])))[0] == [1, 2]
    assert not known.replied(node, key_of(said("b")))


def test_what_was_recorded_before_is_known() -> None:
    known, history = Known(), [SYSTEM, user("yes"), said("ok")]
    known.begin(list(map(key_of, history)))
    assert known.sent(list(map(key_of, [*history, user("yes")])))[0] == [3]
    assert known.sent(list(map(key_of, [SYSTEM, said("ok"), user("yes"), user("no")])))[0] == [3]


def test_what_is_said_again_after_old_messages_were_cut_off_is_new() -> None:
    known = Known()
    known.begin(list(map(key_of, [SYSTEM, user("yes"), said("ok")])))
    assert known.sent(list(map(key_of, [SYSTEM, said("ok"), user("yes")])))[0] == [2]
    one = loop()
    one.call([SYSTEM, user("yes")], said("ok"))
    one.call([SYSTEM, said("ok"), user("yes")], None)
    assert one.recorded == [SYSTEM, user("yes"), said("ok"), user("yes")]
    one = loop()
    one.call([SYSTEM, user("hello"), user("yes")], said("ok"))
    one.call([SYSTEM, user("summary"), said("ok"), user("yes")], None)
    assert one.recorded[-2:] == [user("summary"), user("yes")]


def test_a_call_that_fails_and_is_made_again_shorter_adds_nothing() -> None:
    one = loop()
    one.call([SYSTEM, user("yes")], said("ok"))
    one.call([SYSTEM, user("yes"), said("ok"), user("go on")], None)
    one.call([SYSTEM, said("ok"), user("go on")], None)
    assert one.recorded == [SYSTEM, user("yes"), said("ok"), user("go on")]


def test_the_same_said_in_two_conversations_at_once_is_recorded_of_both() -> None:
    known = Known()
    one, other = [user("task 1")], [user("task 2")]
    for history in (one, other):
        known.replied(known.sent(list(map(key_of, history)))[1], key_of(said("ok")))
        history += [said("ok"), user("yes")]
    assert known.sent(list(map(key_of, one)))[0] == [2]
    assert known.sent(list(map(key_of, other)))[0] == [2]


@pytest.mark.parametrize("reminder", [user("Remember the rules."), SYSTEM], ids=["user", "system"])
def test_a_reminder_after_a_result_is_recorded_once(reminder: Json) -> None:
    one = loop()
    result: Json = {"role": "tool", "tool_call_id": "1", "content": "90"}
    history = [user("task"), said("look"), result]
    one.call([history[0], reminder], said("look"))
    one.call([*history, reminder], said("look again"))
    again: Json = {"role": "tool", "tool_call_id": "2", "content": "91"}
    one.call([*history, said("look again"), again, reminder], said("fine"))
    assert one.recorded == [user("task"), reminder, *history[1:], said("look again"), again, said("fine")]


@pytest.mark.parametrize(
    "echo",
    [
        {"content": "", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": '{"b":2, "a":1}'}}]},
        {"tool_calls": [{"function": {"name": "f", "arguments": {"a": 1, "b": 2}}}], "refusal": None, "audio": None},
    ],
)
def test_an_echo_in_another_form_has_the_same_key(echo: Json) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1, "b": 2}'}}
    assert key_of({"role": "assistant", **echo}) == key_of({**said(""), "content": None, "tool_calls": [call]})


def test_parts_of_text_are_the_text_and_images_are_told_apart() -> None:
    def shows(url: str) -> Json:
        return {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": url}]}

    assert key_of({"role": "user", "content": [{"type": "text", "text": "a"}]}) == key_of(user("a "))
    assert key_of(shows("x")) != key_of(shows("y"))


def test_results_are_told_apart_by_the_calls_they_answer() -> None:
    results = [{"role": "tool", "tool_call_id": id, "content": "ok"} for id in "ab"]
    assert key_of(results[0]) != key_of(results[1])


def test_any_value_has_a_plain_form() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert str(plain(deep)).count("[") < 200
    assert plain(10**5000) == hex(10**5000)
    assert plain({"a": (1, {2}), 3: None}) == {"a": [1, "{2}"], "3": None}
    assert message_of("hello") == {"content": "hello"}


def test_a_long_loop_is_matched_in_time_that_does_not_explode() -> None:
    """Sliding windows, one-shot calls and a long history; the square of 3000 would take many seconds."""
    begun, one = time.monotonic(), Known()
    system = key_of(SYSTEM)
    for number in range(3000):
        keys = [system, *(("user", str(each).encode()) for each in range(max(0, number - 5), number))]
        _, node = one.sent(keys)
        one.replied(node, ("assistant", str(number).encode()))
    assert time.monotonic() - begun < 1.5
