from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import bodies, damaged_around, damaged_file, document, holds, human, lines, of, origins, pieces

from acontext_cli.formats import Source
from acontext_cli.formats import openai_responses as responses
from acontext_cli.messages import Json

BRIEF: Json = {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]}
ASKED: Json = {"role": "user", "content": [{"type": "input_text", "text": "Mend it"}, {"type": "input_image", "x": 1}]}
THOUGHT: Json = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Look first."}]}
SPOKE: Json = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "I look.", "annotations": []}],
}
CALL_1: Json = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "look", "arguments": '{"at": "api"}'}
CALL_2: Json = {"type": "custom_tool_call", "call_id": "c2", "name": "patch", "input": "*** Begin"}
FOUND_1: Json = {"type": "function_call_output", "call_id": "c1", "output": "502"}
FOUND_2: Json = {"type": "custom_tool_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "ok"}]}
DONE: Json = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
REQUEST = [BRIEF, ASKED]
RESPONSE = [THOUGHT, SPOKE, CALL_1, CALL_2]
ITEMS = [*REQUEST, *RESPONSE, FOUND_1, FOUND_2, DONE]


def called(id: str, name: str, arguments: str) -> Json:
    call = {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


SAID = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Mend it\n[image]"},
    {"role": "assistant", "content": None, "reasoning_content": "Look first."},
    {"role": "assistant", "content": "I look."},
    called("c1", "look", '{"at": "api"}'),
    called("c2", "patch", '{"input": "*** Begin"}'),
    {"role": "tool", "tool_call_id": "c1", "content": "502"},
    {"role": "tool", "tool_call_id": "c2", "content": "ok"},
    {"role": "assistant", "content": "Done."},
]


@pytest.mark.parametrize(
    "source",
    [lines(*ITEMS), document(ITEMS), document({"model": "m", "input": [*ITEMS[:-1]], "output": [DONE]})],
    ids=["lines", "array", "request and response"],
)
def test_items_become_messages_of_the_chat_form(source: Source) -> None:
    assert responses.recognises(source.sample)
    assert bodies(responses, source) == SAID
    assert source.tally.skipped == {}


def test_items_of_one_response_are_one_message() -> None:
    joins = [piece.joins for piece in pieces(responses, lines(*ITEMS))]
    assert len(set(joins[2:6])) == 1
    assert len({joins[2], joins[8], ""}) == 3
    assert set(joins[:2] + joins[6:8]) == {""}


def test_a_message_is_known_by_the_id_of_its_item() -> None:
    assert [piece.uid for piece in pieces(responses, lines(*ITEMS)) if piece.uid] == ["msg_1"]


def test_requests_that_grow_are_one_conversation_told_once() -> None:
    first = {"model": "m", "input": REQUEST, "output": RESPONSE, "usage": {"input_tokens": 9, "output_tokens": 2}}
    second = {"input": [*REQUEST, *RESPONSE[1:], FOUND_1, FOUND_2], "output": [DONE]}
    source = lines(first, second, {"input": "Something else", "output": [DONE]})
    assert responses.recognises(source.sample)
    found = pieces(responses, source)
    assert [piece.body for piece in found] == [*SAID, {"role": "user", "content": "Something else"}, SAID[-1]]
    assert {origin.key: origin.model for origin in origins(responses, source)} == {"1": "", "3": ""} | {"1": "m"}
    assert found[2].meta == {"usage": {"input": 9, "output": 2}}


def test_instructions_are_a_system_message() -> None:
    source = document({"instructions": "Be brief.", "input": "Mend it", "output": [SPOKE]})
    assert responses.recognises(source.sample)
    assert [body["role"] for body in bodies(responses, source)] == ["system", "user", "assistant"]


def test_calls_of_the_tools_of_the_api_hold_their_results() -> None:
    asked = {"type": "mcp_call", "id": "m1", "server_label": "s", "name": "look", "arguments": "{}", "output": "502"}
    refused = {**asked, "id": "m2", "output": None, "error": "no such tool"}
    searched = {"type": "web_search_call", "id": "w1", "action": {"query": "gateway"}}
    drawn = {"type": "image_generation_call", "id": "i1", "result": "AAAA"}
    found = pieces(responses, lines(asked, refused, searched, drawn))
    results = [(piece.body["content"], piece.meta) for piece in found if piece.body["role"] == "tool"]
    assert results == [("502", {"is_error": False}), ("no such tool", {"is_error": True}), ("[image]", {})]
    assert found[4].body == called("w1", "web_search", '{"query": "gateway"}')


def test_what_cannot_be_used_is_counted() -> None:
    source = lines({"type": "item_reference", "id": "x"}, {"type": "reasoning", "summary": []}, {}, SPOKE)
    assert len(bodies(responses, source)) == 1
    assert sum(source.tally.skipped.values()) == 2
    assert source.tally.left_out == {"thoughts that are encrypted": 1}


def test_chat_messages_are_left_to_others() -> None:
    assert not responses.recognises(
        lines({"role": "user", "content": "x"}, {"role": "assistant", "content": []}).sample
    )


@given(st.randoms(use_true_random=False))
def test_a_damaged_file_ends_no_reading(random: Random) -> None:
    pair = {"input": REQUEST, "output": RESPONSE, "usage": {"input_tokens": 9}}
    holds(responses, damaged_file(random, [*ITEMS, pair, pair], ITEMS, pair))


@given(st.randoms(use_true_random=False))
def test_what_a_person_typed_survives_damage_around_it(random: Random) -> None:
    data = damaged_around(random, ITEMS, lambda each: each.get("role") == "user")
    assert human(pieces(responses, of(data))) == ["Mend it\n[image]"]
