"""How a transcript is shown within a size."""

import importlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traces import act_one, said, stamped, transcript, user

from acontext_cli.messages import Message
from acontext_cli.trace.excerpt import CHARACTERS_PER_TOKEN, GAP, excerpt, render

ROOT = Path(__file__).resolve().parent.parent
AIRLINE = ROOT.parent / "shared" / "corpus" / "tau-bench" / "airline.jsonl"


def shown(messages: list[Message], budget: int) -> dict[str, str]:
    return dict(excerpt(messages, budget))


def size(parts: list[tuple[str, str]]) -> int:
    return sum(len(text) for _, text in parts)


def needle_in_a_log() -> list[Message]:
    """A long log of which one line leads to the next call."""
    noise = stamped(*[f"INFO request {number} served quickly and well" for number in range(58)])
    log = f"{noise}\nWARN  lease held by worker-zeta-9 for too long\n{noise}"
    return transcript(
        "Why are the jobs stuck?",
        ("check_logs", {"of": "jobs"}, log),
        ("restart_worker", {"worker": "worker-zeta-9"}, "restarted"),
    )


def needle_in_json() -> list[Message]:
    rows = [{"flight_number": f"HAT{number}", "seats": {"economy": number}} for number in range(100, 200)]
    return transcript(
        "Book me a flight.",
        ("search_flights", {}, json.dumps({"flights": rows})),
        ("book_flight", {"flight": "HAT157"}, "booked"),
    )


def test_with_room_enough_everything_is_shown() -> None:
    messages = act_one()
    assert excerpt(messages, 10_000) == [(message.id, render(message)) for message in messages]


def test_a_message_is_rendered_with_its_words_and_calls() -> None:
    call = {"id": "c", "function": {"name": "get_user", "arguments": '{"id": 1}'}}
    assert render(Message({"role": "assistant", "content": "I look.", "tool_calls": [call, call]})) == (
        'I look.\n→ get_user({"id": 1})\n→ get_user({"id": 1})'
    )


def test_the_line_that_a_link_uses_is_kept_whole() -> None:
    messages = needle_in_a_log()
    found = shown(messages, 200)
    assert "WARN  lease held by worker-zeta-9 for too long" in found["r1"]
    assert len(found["r1"]) < len(messages[2].text) / 5


def test_in_json_a_value_is_kept_with_its_key() -> None:
    found = shown(needle_in_json(), 120)
    assert '"flight_number": "HAT157"' in found["r1"]
    assert '"flight_number": "HAT150"' not in found["r1"]


def test_of_a_very_long_line_the_field_is_kept_that_matters() -> None:
    rows = [{"id": f"row-{number}", "took_ms": number} for number in range(100)]
    log = json.dumps({"rows": rows, "slowest_took_ms": 4890, "more": rows})
    change = {"key": "timeout_ms", "value": 9000}
    looks = ("check_logs", {}, log), ("read_config", {}, "timeout_ms: 5000")
    text = shown(transcript("Go.", *looks, ("update_config", change, "ok")), 100)["r1"]
    assert '"slowest_took_ms": 4890' in text
    assert len(text) < 300


def test_of_a_nested_value_the_nearest_key_is_kept() -> None:
    people = {"passengers": [f"person-{number:03}" for number in range(200)]}
    messages = transcript("Go.", ("get_list", {}, json.dumps(people)), ("call_one", {"who": "person-002"}, "ok"))
    assert '"passengers": ["person-000", "person-001", "person-002"' in shown(messages, 60)["r1"]


def test_what_a_check_found_at_last_is_kept() -> None:
    messages = transcript(
        "Mend the api.",
        ("list_news", {}, "x" * 4000),
        ("restart_service", {"service": "api"}, "ok"),
        ("check_status", {"service": "api"}, "the api is well again: " + "error rate nought, " * 28),
    )
    assert shown(messages, 250)["r3"] == messages[-1].text


def test_errors_are_kept_at_both_ends() -> None:
    error = "Error: cannot connect" + " to the database" * 100 + ": password expired"
    messages = transcript("Go.", ("get_x", {}, error), ("list_news", {}, "x" * 8000))
    text = shown(messages, 300)["r1"]
    assert text.startswith(error[:600])
    assert text.endswith(error[-300:])


def test_the_words_of_the_user_and_the_arguments_are_kept() -> None:
    request = "Please move my booking, " * 20
    messages = transcript(request, ("list_news", {"topic": "weather " * 20}, "x" * 8000))
    found = shown(messages, 250)
    assert found["u"] == request
    assert found["a1"] == render(messages[1])
    assert found["r1"].count("x") < 400


def test_very_long_arguments_are_kept_at_both_ends() -> None:
    messages = transcript("Go.", ("write_file", {"path": "a.py", "text": "x" * 9000, "mode": "w"}, "y" * 9000))
    found = shown(messages, 1000)
    text = found["a1"]
    assert len(found["r1"]) > 1000
    assert text.startswith('→ write_file({"path": "a.py"')
    assert text.endswith('"mode": "w"})')
    assert GAP in text


def test_each_of_several_calls_is_kept_whole() -> None:
    calls = [{"id": name, "function": {"name": name, "arguments": '{"x": 1}'}} for name in ("get_a", "get_b")]
    both = Message({"role": "assistant", "content": "Let me see. " * 100, "tool_calls": calls}, "a")
    assert shown([user("Go."), both], 10) == {"u": "Go.", "a": '→ get_a({"x": 1})\n→ get_b({"x": 1})'}


def test_of_the_rest_every_message_gets_head_and_tail() -> None:
    messages = transcript("Go.", ("list_a", {}, "a" * 3000 + "z"), ("list_b", {}, "b" * 3000 + "y"))
    found = shown(messages, 200)
    assert [found["r1"][0], found["r1"][-1], found["r2"][0], found["r2"][-1]] == ["a", "z", "b", "y"]
    assert len(found["r1"]) == len(found["r2"])


def test_the_room_is_used() -> None:
    messages = [*needle_in_a_log(), *[said("words " * 300, f"s{number}") for number in range(5)]]
    assert 0.95 < size(excerpt(messages, 800)) / (800 * CHARACTERS_PER_TOKEN) <= 1


@pytest.mark.parametrize("budget", [0, 1, 2, 10, 40, 100])
def test_no_budget_is_too_small(budget: int) -> None:
    for messages in (act_one(), needle_in_a_log(), needle_in_json()):
        found = excerpt(messages, budget)
        assert size(found) <= CHARACTERS_PER_TOKEN * budget
        assert all(text for _, text in found)


def test_what_must_be_kept_is_cut_alike_where_it_is_too_much() -> None:
    found = excerpt([user("a" * 1000, "u1"), user("b" * 1000, "u2")], 100)
    assert [(id, len(text)) for id, text in found] == [("u1", 200), ("u2", 200)]
    assert found[0][1].startswith("aaa")
    assert found[0][1].endswith("aaa")


def test_of_nothing_nothing_is_shown() -> None:
    assert excerpt([], 100) == []
    assert excerpt([said(""), user("")], 100) == []


def test_other_writing_systems_are_characters_as_any() -> None:
    messages = transcript(
        "请修复订单服务 🚀", ("检查", {"服务": "订单"}, "错误：超时 " * 500), ("重启", {"服务": "订单"}, "好")
    )
    found = excerpt(messages, 120)
    assert size(found) <= 480
    assert dict(found)["u"] == "请修复订单服务 🚀"


TEXTS = st.text(max_size=300) | st.sampled_from(
    ["ORD-4711 failed", '{"id": "ORD-4711"}', "Error: no\n" * 90, "x" * 3000]
)
ROLES = st.sampled_from(["user", "assistant", "tool", "system"])


@given(st.lists(st.tuples(ROLES, TEXTS), max_size=8), st.integers(min_value=0, max_value=800))
def test_never_more_is_shown_than_there_is_room_for(turns: list[tuple[str, str]], budget: int) -> None:
    messages = []
    for place, (role, text) in enumerate(turns):
        body: dict[str, object] = {"role": role, "content": text}
        if role == "assistant":
            body["tool_calls"] = [{"id": "c", "function": {"name": "get_order", "arguments": json.dumps({"id": text})}}]
        messages.append(Message(body | ({"tool_call_id": "c"} if role == "tool" else {}), f"m{place}"))
    found = excerpt(messages, budget)
    assert size(found) <= CHARACTERS_PER_TOKEN * budget
    whole = {message.id: render(message) for message in messages}
    order = [message.id for message in messages]
    assert [id for id, _ in found] == sorted((id for id, _ in found), key=order.index)
    if sum(map(len, whole.values())) <= CHARACTERS_PER_TOKEN * budget:
        assert dict(found) == {id: text for id, text in whole.items() if text}


@pytest.mark.skipif(not AIRLINE.exists(), reason="tau-bench's episodes are not beside this checkout")
def test_on_real_episodes_what_is_used_later_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    report = importlib.import_module("tau_bench")
    uses, kept, _ = report.floor(report.episodes(AIRLINE))
    assert uses > 500
    assert kept / uses >= 0.99
