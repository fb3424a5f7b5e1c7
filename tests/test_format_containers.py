"""How conversations lie in a file (`formats/containers.py`), and the ids of their calls (`formats/calls.py`)."""

import tracemalloc
from collections.abc import Callable

import pytest
from sources import document, lines, of

from acontext_cli.formats import (
    Format,
    Origin,
    Piece,
    Source,
    anthropic,
    atif,
    langchain,
    openai,
    openai_responses,
    swe_agent,
)
from acontext_cli.formats.calls import Calls
from acontext_cli.formats.containers import Entry, Growing, entries, led, shown
from acontext_cli.messages import Json

A: Json = {"role": "user", "content": "a"}
B: Json = {"role": "assistant", "content": "b"}


def laid_out(source: Source) -> list[Entry]:
    return list(entries(source))


@pytest.mark.parametrize("source", [lines(A, B), document([A, B])], ids=["lines", "array"])
def test_messages_by_themselves_have_no_name(source: Source) -> None:
    assert laid_out(source) == [Entry("", "", A), Entry("", "", B)]
    assert list(shown(source.sample)) == [A, B]


def test_members_of_an_object_keep_their_names_and_order() -> None:
    source = document({"model": "m", "messages": [A, B], "n": {"x": 1}})
    assert laid_out(source) == [
        Entry("", "model", "m"),
        Entry("", "messages", A),
        Entry("", "messages", B),
        Entry("", "n", {"x": 1}),
    ]
    assert [each for each in shown(source.sample) if "role" in each] == [A, B]


@pytest.mark.parametrize("make", [lines, lambda *records: document(list(records))], ids=["lines", "array"])
def test_a_record_with_messages_is_a_conversation_and_what_is_said_of_it_comes_first(
    make: Callable[..., Source],
) -> None:
    source = make({"messages": [A], "model": "m"}, {"messages": [B]})
    assert laid_out(source) == [Entry("1", "model", "m"), Entry("1", "messages", A), Entry("2", "messages", B)]
    assert list(shown(source.sample)) == [A, B]


@pytest.mark.parametrize("make", [lambda pair: lines(pair, {}), document], ids=["lines", "document"])
def test_a_pair_is_the_members_of_its_request_and_then_its_response(make: Callable[[Json], Source]) -> None:
    found = laid_out(make({"at": 1, "response": B, "request": {"messages": [A], "model": "m"}}))
    assert [(each.name, each.value) for each in found if each.name in ("model", "messages", "response")] in (
        [("model", "m"), ("messages", A), ("response", B)],
        [("response", B), ("model", "m"), ("messages", A)],
    )


def test_requests_that_go_on_say_only_what_is_new() -> None:
    growing = Growing()

    def told(key: str, *bodies: Json) -> list[tuple[str, object]]:
        found = growing.rest(key, [Piece(body, key) for body in bodies])
        return [(each.key, each.body["content"]) for each in found if isinstance(each, Piece)]

    thought = {"role": "assistant", "content": None, "reasoning_content": "Hm"}
    assert told("1", A, thought, B) == [("1", "a"), ("1", None), ("1", "b")]
    assert told("2", A, {**B, "reasoning_content": "Hm"}, A) == [("1", "a")]
    assert told("3", A, B) == [("3", "a"), ("3", "b")]
    assert told("4") == []
    assert told("5", A) == [("5", "a")]


def test_an_origin_is_given_before_a_piece_and_again_when_it_says_more() -> None:
    more, piece = Origin(model="m"), Piece(A)
    assert list(led([Origin(), more, piece, more, piece, Origin(model="n")])) == [more, piece, piece, Origin(model="n")]
    assert list(led([Origin()])) == []


def test_calls_without_an_id_are_numbered_and_answered_in_order() -> None:
    calls = Calls()
    assert [calls.asked("x"), calls.asked(None), calls.asked(7), calls.asked([])] == ["x", "call_2", "7", "call_4"]
    assert [calls.answered("7"), calls.answered(""), calls.answered(None)] == ["7", "x", "call_2"]
    assert calls.open
    calls.settle()
    assert (calls.open, calls.answered(None)) == (False, "")


def test_calls_that_never_get_a_result_are_not_held_for_ever() -> None:
    calls = Calls()
    for number in range(3000):
        calls.asked(f"c{number}")
    assert calls.answered("") == "c2000"


TALKS: list[tuple[Format, bytes, bytes, bytes]] = [
    (openai, b"", b'{"role": "user", "content": "Mend it"}\n', b""),
    (openai, b"", b'{"messages": [{"role": "user", "content": "Mend it"}]}\n', b""),
    (openai, b'{"messages": [', b'{"role": "user", "content": "Mend it"},\n', b"7]}"),
    (langchain, b"[", b'{"type": "ai", "content": "", "tool_calls": [{"name": "look"}]},\n', b"7]"),
    (openai_responses, b"", b'{"type": "function_call", "name": "look"}\n', b""),
    (anthropic, b"", b'{"role": "assistant", "content": [{"type": "tool_use", "name": "look"}]}\n', b""),
    (atif, b'{"steps": [', b'{"step_id": 1, "source": "user", "message": "Mend it"},\n', b"7]}"),
    (swe_agent, b'{"history": [', b'{"role": "assistant", "content": "", "action": "ls"},\n', b"7]}"),
]


@pytest.mark.parametrize(("reader", "head", "each", "tail"), TALKS)
def test_memory_does_not_grow_with_the_file(reader: Format, head: bytes, each: bytes, tail: bytes) -> None:
    source = of(head + each * 4_000 + tail)
    tracemalloc.start()
    found = sum(isinstance(item, Piece) for item in reader.read(source))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == 4_000
    assert peak < 1 << 20


def test_a_log_of_requests_that_grow_holds_each_message_once() -> None:
    source = lines(*({"request": {"messages": [A, B] * number}, "response": A} for number in range(1, 60)))
    assert len([item for item in anthropic.read(source) if isinstance(item, Piece)]) == 119
