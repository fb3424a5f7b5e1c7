from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import bodies, damaged_around, damaged_file, document, holds, human, lines, of, pieces

from acontext_cli.formats import langchain
from acontext_cli.messages import Json

NAMES = {"system": "SystemMessage", "human": "HumanMessage", "ai": "AIMessageChunk", "tool": "ToolMessage"}
CALLS = [{"name": "look", "args": {"at": "api"}, "id": "c1", "type": "tool_call"}]
USED = {"input_tokens": 9, "output_tokens": 2, "input_token_details": {"cache_read": 5}}
FIELDS: list[tuple[str, Json]] = [
    ("system", {"content": "Be brief."}),
    (
        "human",
        {
            "content": [{"type": "text", "text": "Mend it"}, {"type": "image_url", "image_url": {"url": "data:"}}],
            "id": "h1",
        },
    ),
    (
        "ai",
        {
            "content": [{"type": "thinking", "thinking": "Look first."}, {"type": "tool_use", "id": "c1", "input": {}}],
            "tool_calls": CALLS,
            "id": "run-1",
            "response_metadata": {"model_name": "m"},
            "usage_metadata": USED,
        },
    ),
    ("tool", {"content": "no such thing", "tool_call_id": "c1", "status": "error", "id": "t1"}),
    ("ai", {"content": "Done.", "tool_calls": [], "id": None}),
]
PLAIN: list[Json] = [{"type": kind, **fields} for kind, fields in FIELDS]
DICTS: list[Json] = [{"type": kind, "data": {"type": kind, **fields}} for kind, fields in FIELDS]
DUMPED: list[Json] = [
    {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", NAMES[kind]], "kwargs": fields}
    for kind, fields in FIELDS
]
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": "api"}'}}
SAID = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Mend it\n[image]"},
    {"role": "assistant", "content": None, "tool_calls": [CALL], "reasoning_content": "Look first."},
    {"role": "tool", "tool_call_id": "c1", "content": "no such thing"},
    {"role": "assistant", "content": "Done."},
]
SHAPES = pytest.mark.parametrize("talk", [PLAIN, DICTS, DUMPED], ids=["model_dump", "messages_to_dict", "dumpd"])


@SHAPES
def test_each_shape_is_read_wherever_it_lies(talk: list[Json]) -> None:
    for source in (lines(*talk), document(talk), document({"messages": talk}), lines({"messages": talk}, {})):
        assert langchain.recognises(source.sample)
        assert bodies(langchain, source) == SAID


@SHAPES
def test_ids_states_and_tokens_are_kept(talk: list[Json]) -> None:
    found = pieces(langchain, lines(*talk))
    assert [piece.uid for piece in found] == ["", "h1", "run-1", "t1", ""]
    assert found[2].meta == {"model": "m", "usage": {"input": 9, "output": 2, "cached": 5}}
    assert found[3].meta == {"is_error": True}


def test_calls_in_the_older_forms_and_badly_written_ones_are_calls() -> None:
    function = {"name": "look", "arguments": "{}"}
    old = {"type": "ai", "content": "", "additional_kwargs": {"tool_calls": [{"id": "c1", "function": function}]}}
    oldest = {"type": "ai", "content": "", "additional_kwargs": {"function_call": function}}
    bad = {"type": "ai", "content": "", "invalid_tool_calls": [{"name": "look", "args": "{at", "id": "c3"}]}
    asked = [body["tool_calls"] for body in bodies(langchain, lines(old, oldest, bad))]
    assert [call["id"] for calls in asked for call in calls] == ["c1", "call_2", "c3"]  # type: ignore[attr-defined]
    assert asked[2][0]["function"]["arguments"] == "{at"  # type: ignore[index]


def test_a_chat_message_says_its_role() -> None:
    source = lines({"type": "chat", "role": "user", "content": "Mend it"}, {"type": "ai", "content": "Done."})
    assert [body["role"] for body in bodies(langchain, source)] == ["user", "assistant"]


def test_what_cannot_be_used_is_counted() -> None:
    source = lines({"type": "remove", "id": "x"}, {"type": "human", "content": ""}, {}, PLAIN[1])
    assert bodies(langchain, source) == [SAID[1]]
    assert source.tally.skipped == {"messages of type remove": 1, "messages without a type": 1}
    assert source.tally.left_out == {"messages that say nothing": 1}


def test_records_of_others_that_have_a_type_are_left_to_them() -> None:
    system = {"type": "system", "content": "x", "uuid": "u"}
    assert not langchain.recognises(lines(system, {"type": "tool", "content": "x"}, {"type": ["ai"]}).sample)


@SHAPES
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_file_ends_no_reading(talk: list[Json], random: Random) -> None:
    holds(langchain, damaged_file(random, talk, talk, {"messages": talk}))


@SHAPES
@given(random=st.randoms(use_true_random=False))
def test_what_a_person_typed_survives_damage_around_it(talk: list[Json], random: Random) -> None:
    data = damaged_around(random, talk, lambda each: each is talk[1])
    assert "Mend it\n[image]" in human(pieces(langchain, of(data)))
