from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import bodies, damaged_around, damaged_file, document, holds, human, lines, of, origins, pieces

from acontext_cli.formats import Source, anthropic
from acontext_cli.messages import Json

ASKED: Json = {"role": "user", "content": "Mend the gateway"}
CALLED: Json = {
    "role": "assistant",
    "content": [
        {"type": "thinking", "thinking": "Look first.", "signature": "s"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "api"}},
        {"type": "tool_use", "id": "t2", "name": "look", "input": {}},
    ],
}
FOUND: Json = {
    "role": "user",
    "content": [
        {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "502"}]},
        {"type": "tool_result", "tool_use_id": "t2", "content": "no such thing", "is_error": True},
        {"type": "text", "text": "And hurry"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
    ],
}
TALK = [ASKED, CALLED, FOUND, {"role": "assistant", "content": "Done."}]
CALL_1 = {"id": "t1", "type": "function", "function": {"name": "look", "arguments": '{"at": "api"}'}}
CALL_2 = {"id": "t2", "type": "function", "function": {"name": "look", "arguments": "{}"}}
SAID = [
    ASKED,
    {"role": "assistant", "content": "I look.", "tool_calls": [CALL_1, CALL_2], "reasoning_content": "Look first."},
    {"role": "tool", "tool_call_id": "t1", "content": "502"},
    {"role": "tool", "tool_call_id": "t2", "content": "no such thing"},
    {"role": "user", "content": "And hurry\n[image]"},
    {"role": "assistant", "content": "Done."},
]
BRIEF: Json = {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize(
    "source",
    [lines(*TALK), document(TALK), document({"messages": TALK})],
    ids=["lines", "array", "object"],
)
def test_blocks_become_messages_of_the_chat_form(source: Source) -> None:
    assert anthropic.recognises(source.sample)
    assert bodies(anthropic, source) == SAID
    assert [piece.meta for piece in pieces(anthropic, source)][2:4] == [{"is_error": False}, {"is_error": True}]


@pytest.mark.parametrize("system", ["Be brief.", [{"type": "text", "text": "Be"}, {"type": "text", "text": "brief."}]])
def test_the_system_prompt_comes_first(system: object) -> None:
    source = document({"model": "m", "system": system, "messages": [ASKED]})
    assert anthropic.recognises(source.sample)
    assert [str(body["content"]).split() for body in bodies(anthropic, source)] == [
        ["Be", "brief."],
        ["Mend", "the", "gateway"],
    ]
    assert [origin.model for origin in origins(anthropic, source)] == ["m"]


def test_plain_talk_without_a_mark_of_this_api_is_left_to_others() -> None:
    assert not anthropic.recognises(lines(ASKED, {"role": "assistant", "content": "Hi"}).sample)
    assert not anthropic.recognises(lines({"system": "x", "messages": [BRIEF, ASKED]}).sample)


def test_lines_with_messages_are_conversations() -> None:
    source = lines({"messages": TALK}, {"system": "Be brief.", "messages": TALK})
    assert anthropic.recognises(source.sample)
    assert bodies(anthropic, source) == [*SAID, BRIEF, *SAID]
    assert [origin.key for origin in origins(anthropic, source)] == ["1", "2"]


def test_requests_that_grow_are_one_conversation_told_once() -> None:
    marked = {**FOUND, "content": [{**block, "cache_control": {}} for block in FOUND["content"]]}  # type: ignore[attr-defined]
    answer = {"type": "message", "model": "m", "usage": {"input_tokens": 5, "cache_read_input_tokens": 90}, **CALLED}
    first = {"request": {"system": "Be brief.", "messages": [ASKED]}, "response": answer}
    unthought = {**CALLED, "content": CALLED["content"][1:]}  # type: ignore[index]
    second = {"request": {"system": "Be brief.", "messages": [ASKED, unthought, marked]}, "response": TALK[3]}
    other = {"request": {"messages": [{"role": "user", "content": "Something else"}]}, "response": TALK[3]}
    source = lines(first, second, other)
    assert anthropic.recognises(source.sample)
    found = pieces(anthropic, source)
    assert [piece.body for piece in found] == [BRIEF, *SAID, {"role": "user", "content": "Something else"}, SAID[-1]]
    assert [piece.key for piece in found] == ["1"] * 7 + ["3"] * 2
    assert found[2].meta == {"model": "m", "usage": {"input": 95, "cached": 90}}


def test_what_the_tools_of_the_server_found_stands_between_what_is_said() -> None:
    page = {"type": "web_search_result", "title": "Gateways", "url": "https://example.com"}
    blocks = [
        {"type": "text", "text": "I search."},
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "gateway"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [page]},
        {"type": "text", "text": "Found."},
    ]
    found = bodies(anthropic, lines(ASKED, {"role": "assistant", "content": blocks}))
    assert [body["role"] for body in found] == ["user", "assistant", "tool", "assistant"]
    assert "https://example.com" in str(found[2]["content"])


def test_calls_without_an_id_get_one_that_their_results_know() -> None:
    called = {"role": "assistant", "content": [{"type": "tool_use", "name": "look", "input": {}}] * 2}
    found = {"role": "user", "content": [{"type": "tool_result", "content": "502"}] * 2}
    (asked, *results) = bodies(anthropic, lines(called, found))
    assert [call["id"] for call in asked["tool_calls"]] == ["call_1", "call_2"]  # type: ignore[attr-defined]
    assert [body["tool_call_id"] for body in results] == ["call_1", "call_2"]


def test_what_cannot_be_used_is_counted() -> None:
    secret = {"role": "assistant", "content": [{"type": "redacted_thinking", "data": "x"}]}
    source = lines({"role": "narrator", "content": "x"}, secret, {"messages": [7]}, ASKED)
    assert bodies(anthropic, source) == [ASKED]
    assert source.tally.skipped == {"messages without a role that is known": 2}
    assert source.tally.left_out == {"thoughts that are encrypted": 1}


@given(st.randoms(use_true_random=False))
def test_a_damaged_file_ends_no_reading(random: Random) -> None:
    pair = {"request": {"system": "Be brief.", "messages": TALK[:3]}, "response": TALK[3]}
    holds(anthropic, damaged_file(random, [*TALK, pair, pair], TALK, {"system": "x", "messages": TALK}))


@given(st.randoms(use_true_random=False))
def test_what_a_person_typed_survives_damage_around_it(random: Random) -> None:
    data = damaged_around(random, TALK, lambda each: each["role"] == "user")
    assert human(pieces(anthropic, of(data)))[:2] == ["Mend the gateway", "And hurry\n[image]"]
