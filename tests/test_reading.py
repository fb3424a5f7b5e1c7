import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from misbehaving import call, message, used

from acontext_cli.messages import ToolCall
from acontext_cli.model import Reply, Usage
from acontext_cli.models.reading import Unusable, parsed, reply_of, told

TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}]
USAGE = Usage(calls=1, prompt=10, completion=5)


def read(estimate=7, tools=TOOLS, usage=None, **fields):
    return reply_of(message(usage=used() if usage is None else usage, **fields), tools, estimate)


def arguments_read(arguments):
    function = {"name": "look", "arguments": arguments}
    (asked,) = read(tool_calls=[{"id": "a", "type": "function", "function": function}]).calls
    return asked.arguments


def test_a_good_reply_is_read_as_it_is():
    reply = read(content="Let me look.", tool_calls=[call("look", {"path": "a"}, id="x")])
    assert reply == Reply(
        text="Let me look.", calls=(ToolCall(id="x", name="look", arguments='{"path": "a"}'),), usage=USAGE
    )


# Calls


@pytest.mark.parametrize("id", [None, "", 3, {}])
def test_an_id_that_is_none_is_left_empty(id):
    assert read(tool_calls=[{"id": id, "function": {"name": "look", "arguments": "{}"}}]).calls[0].id == ""


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ({"a": "ü"}, '{"a": "ü"}'),
        ([1], "[1]"),
        ("", "{}"),
        (None, "{}"),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('{"a": 1}}', '{"a": 1}'),
        ('{"a": 1} I hope this helps.', '{"a": 1}'),
        ('{"a": {"b": 1}, "c', '{"a": {"b": 1}, "c'),
        ("look at it", "look at it"),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_arguments_are_read_as_text(arguments, text):
    assert arguments_read(arguments) == text


def test_a_call_without_a_function_around_it_is_read():
    assert read(tool_calls=[{"name": "look", "arguments": {}}]).calls == (ToolCall(id="", name="look", arguments="{}"),)


def test_one_call_that_is_no_list_is_read():
    assert read(tool_calls=call("look", id="x")).calls == (ToolCall(id="x", name="look", arguments="{}"),)


def test_the_older_function_call_is_read():
    assert read(function_call={"name": "look", "arguments": '{"a": 1}'}).calls == (
        ToolCall(id="", name="look", arguments='{"a": 1}'),
    )


@pytest.mark.parametrize("junk", [None, 3, "look", {}, {"function": None}, {"function": {"name": None}}, [[]]])
def test_what_is_no_call_is_left_out(junk):
    assert [item.name for item in read(tool_calls=[junk, call("look")]).calls] == ["look"]


def test_printed_calls_count_only_where_there_are_no_real_ones_and_tools_were_offered():
    printed = '{"name": "look", "arguments": {"path": "b"}}'
    assert read(content=printed).calls == (ToolCall(id="", name="look", arguments='{"path": "b"}'),)
    assert read(content=printed, tool_calls=[call("look")]).text == printed
    assert read(content=printed, tools=[]) == Reply(text=printed, usage=USAGE)


# Words


@pytest.mark.parametrize(
    "content",
    [
        "Done.",
        [{"type": "text", "text": "Done."}],
        ["Done."],
        [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "Done."}],
        [{"type": "reasoning", "text": "Hm."}, {"text": "Done."}, None, 3],
        "<think>Is it? It is.</think>\n\nDone.",
    ],
)
def test_words_are_read_and_thoughts_are_not(content):
    assert read(content=content) == Reply(text="Done.", usage=USAGE)


def test_a_thought_beside_calls_is_no_text():
    assert read(content="<think>Hm.</think>Let me look.", tool_calls=[call("look")]).text == "Let me look."


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "reasoning_details"])
def test_a_thought_is_kept_to_be_sent_back_and_is_no_text(key):
    thought = [{"type": "reasoning.text", "text": "Hm."}] if key.endswith("details") else "Hm."
    assert read(content="Done.", **{key: thought}) == Reply(text="Done.", echo={key: thought}, usage=USAGE)


def test_a_refusal_is_text():
    assert read(content=None, refusal="I cannot do that.").text == "I cannot do that."


# What says nothing


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([], "its answer is no JSON object"),
        (None, "its answer is no JSON object"),
        ({"error": {"message": "busy", "code": 502}}, "it answered with an error: busy"),
        ({"error": "busy", "choices": []}, "it answered with an error: busy"),
        ({"error": {"odd": 1}}, "it answered with an error: without a word"),
        ({}, "its answer has no choices"),
        ({"choices": None}, "its answer has no choices"),
        ({"choices": []}, "its answer has no choices"),
        ({"object": "error", "message": "busy"}, "its answer has no choices: busy"),
        ({"choices": ["x"]}, "its answer has no message"),
        ({"choices": [{"message": None}]}, "its answer has no message"),
        (message(content=None), "its answer is empty (finish_reason stop)"),
        (message(content=" \n"), "its answer is empty (finish_reason stop)"),
        (
            message(content="", finish_reason="MALFORMED_FUNCTION_CALL"),
            "its answer is empty (finish_reason MALFORMED_FUNCTION_CALL)",
        ),
        (message(reasoning_content="Hm.", finish_reason=None), "its answer is empty"),
        ({"choices": [{"message": {}, "error": {"message": "upstream"}}]}, "its answer is empty (upstream)"),
    ],
)
def test_an_answer_that_says_nothing_says_why(body, reason):
    with pytest.raises(Unusable) as caught:
        reply_of(body, TOOLS, 7)
    assert (str(caught.value), caught.value.again) == (reason, True)


def test_an_answer_that_was_all_thought_names_the_limit_and_is_not_asked_for_again():
    with pytest.raises(Unusable, match="cut at max_output_tokens") as caught:
        read(content="<think>Well", finish_reason="length")
    assert not caught.value.again


# Tokens


@pytest.mark.parametrize(
    ("usage", "prompt", "completion"),
    [
        ({}, 7, 2),
        ({"prompt_tokens": None, "completion_tokens": None}, 7, 2),
        ({"prompt_tokens": "11", "completion_tokens": 3.0}, 11, 3),
        ({"prompt_tokens": "many", "completion_tokens": -1}, 7, 2),
        ({"prompt_tokens": [], "completion_tokens": {}}, 7, 2),
        ({"input_tokens": 11, "output_tokens": 3}, 11, 3),
        ({"prompt_tokens": float("inf"), "completion_tokens": "9" * 5000}, 7, 2),
        ("none", 7, 2),
    ],
)
def test_tokens_are_estimated_where_they_are_not_told(usage, prompt, completion):
    assert read(content="Done.", usage=usage).usage == Usage(calls=1, prompt=prompt, completion=completion)


@pytest.mark.parametrize(
    ("read_", "cached", "prompt"),
    [
        (1000, 900, 1000),
        (100, 900, 1000),
        (700, 900, 1600),
        (500, 480, 980),
        (100, 20, 100),
        (500, None, 500),
        (500, "x", 500),
    ],
)
def test_cached_tokens_are_added_only_where_the_server_left_them_out(read_, cached, prompt):
    usage = used(read_, 5, prompt_tokens_details={"cached_tokens": cached})
    assert read(content="Done.", usage=usage, estimate=1000).usage.prompt == prompt


# Bodies and errors


def test_numbers_that_json_has_no_form_for_are_null():
    assert parsed(b'{"a": NaN, "b": 1e999, "c": 1.5}') == {"a": None, "b": None, "c": 1.5}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\xfd", b"[" * 100_000, b"data: {}"])
def test_what_is_no_json_is_told(content):
    with pytest.raises(Unusable, match="no JSON"):
        parsed(content)


def test_a_web_page_hints_at_the_address():
    with pytest.raises(Unusable, match="is base_url right"):
        parsed(b"<!doctype html><html>")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "no"}}, "no"),
        ({"error": "no"}, "no"),
        ({"message": "no", "code": "bad"}, "no: bad"),
        ({"detail": "no"}, "no"),
        ({"detail": [{"loc": ["body", "messages", 0], "msg": "no", "input": "a secret"}]}, "body.messages.0: no"),
        ({"error": {"message": "Provider returned error", "metadata": {"raw": "no"}}}, "Provider returned error: no"),
        ({"error": {"message": "no", "param": "temperature", "code": None}}, "no: temperature"),
        (3, ""),
    ],
)
def test_the_words_of_an_error_are_found_wherever_they_are(body, words):
    assert told(body) == words


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "look", "{}", "x"])
KEYS = st.sampled_from(
    ["error", "choices", "message", "content", "tool_calls", "function", "name", "arguments", "id", "usage", "type"]
)
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3))


@given(ANY, ANY, ANY, ANY)
def test_any_body_is_read_or_said_to_be_unusable(content, tool_calls, usage, thought):
    for body in (content, message(content=content, tool_calls=tool_calls, usage=usage, reasoning=thought)):
        try:
            reply = reply_of(body, TOOLS, 7)
        except Unusable:
            continue
        assert reply.text or reply.calls
        assert min(reply.usage.prompt, reply.usage.completion) >= 0


def test_values_as_deep_as_json_goes_are_read():
    deep = json.loads("[" * 900 + "]" * 900)
    reply = read(
        content=deep, reasoning=deep, usage=deep, tool_calls=[call("look"), {"name": "look", "arguments": deep}]
    )
    assert ([item.name for item in reply.calls], reply.echo) == (["look", "look"], {})
    assert isinstance(told({"error": deep, "detail": deep}), str)
