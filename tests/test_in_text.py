import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.messages import ToolCall
from acontext_cli.models.found import LONGEST
from acontext_cli.models.in_text import BEGIN, as_text, calls_in, instructions, rewritten

SYSTEM = {"role": "system", "content": "You learn."}
USER = {"role": "user", "content": "Fix it."}
DONE = {"role": "assistant", "content": "Done."}


def tool(name, **properties):
    schema = {"type": "object", "properties": {key: {"type": type} for key, type in properties.items()}}
    return {"type": "function", "function": {"name": name, "description": f"To {name}.", "parameters": schema}}


TOOLS = [tool("look", path="string", lines="integer"), tool("finish")]


def call(name, **arguments):
    return ToolCall(id="", name=name, arguments=json.dumps(arguments, ensure_ascii=False))


LOOK = call("look", path="a")
ASKED = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"path": "a"}'}},
        {"id": "c2", "type": "function", "function": {"name": "finish", "arguments": "{"}},
    ],
}
SEEN = {"role": "tool", "tool_call_id": "c1", "content": "empty"}
ENDED = {"role": "tool", "tool_call_id": "c2", "content": "no JSON"}


# What is told


def test_the_instructions_list_each_tool_with_the_schema_of_its_arguments():
    lines = instructions(TOOLS, required=True).split("\n")
    assert [json.loads(line) for line in lines[-2:]] == [item["function"] for item in TOOLS]


@pytest.mark.parametrize(("required", "told"), [(True, False), (False, True)])
def test_words_are_offered_only_where_a_call_is_not_required(required, told):
    assert ('{"text":' in instructions(TOOLS, required=required)) is told


def test_without_tools_there_is_nothing_to_tell():
    assert instructions([], required=True) == ""
    assert rewritten([SYSTEM, USER], [], required=False) == [SYSTEM, USER]


def test_calls_and_results_become_text_and_no_role_comes_twice_in_a_row():
    messages = rewritten([SYSTEM, USER, ASKED, SEEN, ENDED, DONE], TOOLS, required=True)
    told = {"role": "system", "content": f"You learn.\n\n{instructions(TOOLS, required=True)}"}
    calls = '{"calls": [{"name": "look", "arguments": {"path": "a"}}, {"name": "finish", "arguments": "{"}]}'
    assert messages == [
        told,
        USER,
        {"role": "assistant", "content": calls},
        {"role": "user", "content": "Result of look (c1):\nempty\n\nResult of finish (c2):\nno JSON"},
        {"role": "assistant", "content": '{"text": "Done."}'},
    ]


def test_words_beside_a_call_read_back_with_it():
    asked = {**ASKED, "content": "Let me look.", "tool_calls": ASKED["tool_calls"][:1]}
    assert calls_in(rewritten([USER, asked], TOOLS, required=True)[-1]["content"], TOOLS) == ("Let me look.", (LOOK,))


def test_a_conversation_that_nobody_began_gets_a_first_word():
    assert [m["role"] for m in rewritten([SYSTEM, DONE], TOOLS, required=True)] == ["system", "user", "assistant"]
    assert rewritten([SYSTEM], [], required=False) == [SYSTEM, {"role": "user", "content": BEGIN}]


def test_what_the_system_says_later_is_said_by_the_user():
    messages = rewritten([SYSTEM, USER, DONE, {"role": "system", "content": "Hurry."}], [], required=False)
    assert messages == [SYSTEM, USER, DONE, {"role": "user", "content": "Hurry."}]


def test_a_developer_is_the_system():
    assert rewritten([{"role": "developer", "content": "You learn."}, USER], [], required=False) == [SYSTEM, USER]


def test_the_older_form_of_a_call_and_its_result_is_told_too():
    old = {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": '{"path": "a"}'}}
    result = {"role": "function", "name": "look", "content": "empty"}
    messages = rewritten([USER, old, result], TOOLS, required=True)
    assert calls_in(messages[2]["content"], TOOLS) == ("", (LOOK,))
    assert messages[3] == {"role": "user", "content": "Result of look (look):\nempty"}


def test_as_one_text_every_turn_is_marked_and_the_last_word_says_how_to_answer():
    text = as_text([SYSTEM, USER, DONE, USER], TOOLS, required=True)
    assert text.startswith("<system>\nYou learn.\n\nYou act by calling tools.")
    assert '<user>\nFix it.\n</user>\n\n<assistant>\n{"text": "Done."}\n</assistant>\n\n<user>\nFix it.' in text
    assert text.endswith(
        '{"calls": [{"name": "<tool>", "arguments": {…}}]}. Call only the tools listed above; use none of your own.\n'
    )


def test_as_one_text_without_tools_an_answer_is_asked_for():
    assert as_text([USER], [], required=False) == (
        "<user>\nFix it.\n</user>\n\nNow give the assistant's next answer and nothing else.\n"
    )


# What is read

ONE = '{"name": "look", "arguments": {"path": "a"}}'


@pytest.mark.parametrize(
    "text",
    [
        f'{{"calls": [{ONE}]}}',
        f"  [{ONE}]\n",
        ONE,
        '{"tool": "look", "parameters": {"path": "a"}}',
        '{"function": "look", "arguments": {"path": "a"}}',
        '{"name": "look", "arguments": "{\\"path\\": \\"a\\"}"}',
        f'{{"type": "function", "function": {ONE}}}',
        f'{{"tool_calls": [{{"id": "x", "function": {ONE}}}]}}',
        f"```json\n{ONE}\n```",
        f"```\n[{ONE}]\n```\n",
        f"<tool_call>\n{ONE}\n</tool_call>",
        f"<tool_call>\n{ONE}",
        f"[TOOL_CALLS][{ONE}]",
        f"<|python_tag|>{ONE}<|eom_id|>",
        '<function=look>{"path": "a"}</function>',
        "<tool_call>\n<function=look>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>",
        "<function=look><parameter=path>a",
        f"<think>Shall I {{look}}? </think>\n\n{ONE}",
        f"<think></think><think>Yes.</think>{ONE}",
        f'Shall I call {{"name": "finish"}}? No.\n</think>\n{ONE}',
    ],
)
def test_a_call_is_found_in(text):
    assert calls_in(text, TOOLS) == ("", (LOOK,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"Let me look.\n```json\n{ONE}\n```", "Let me look."),
        (f'The 5" pipe {{ is broken, so:\n<tool_call>{ONE}</tool_call>', 'The 5" pipe { is broken, so:'),
        (f"{ONE}\nThat tells more.", "That tells more."),
        (f'{{"text": "Let me look.", "calls": [{ONE}]}}', "Let me look."),
        (f"{{ [ }} {ONE} }}", "{ [ }  }"),
        (f"I read [1] and {{}}: {ONE}", "I read [1] and {}:"),
    ],
)
def test_words_around_a_call_are_kept(text, words):
    assert calls_in(text, TOOLS) == (words, (LOOK,))


def test_several_calls_stand_in_their_order():
    finish = '<function=finish>{"ok": true}</function>'
    assert calls_in(f"{ONE}\n{finish}\n{ONE}", TOOLS) == ("", (LOOK, call("finish", ok=True), LOOK))


def test_parameters_in_tags_have_the_type_of_the_schema():
    text = "<function=look>\n<parameter=path>\n12\n</parameter>\n<parameter=lines>\n12\n</parameter>\n</function>"
    assert calls_in(text, TOOLS) == ("", (call("look", path="12", lines=12),))


def test_line_breaks_within_a_string_are_forgiven():
    assert calls_in('{"name": "look", "arguments": {"path": "a\nb"}}', TOOLS) == ("", (call("look", path="a\nb"),))


def test_the_end_of_a_thought_within_a_string_is_no_end():
    assert calls_in('{"name": "look", "arguments": {"path": "</think>"}}', TOOLS) == (
        "",
        (call("look", path="</think>"),),
    )


def test_words_in_the_asked_form_are_words():
    assert calls_in('{"text": "Nothing to do."}', TOOLS) == ("Nothing to do.", ())
    assert calls_in('```json\n{"text": "Nothing to do.", "calls": []}\n```', TOOLS) == ("Nothing to do.", ())


@pytest.mark.parametrize(
    "text",
    [
        "Nothing to do.",
        '{"name": "delete_all", "arguments": {}}',
        '<function=delete_all>{"path": "a"}</function>',
        'Use {"path": "look"} for that.',
        '{"calls": [{"name": "look", "argum',
        '{"calls": []}',
        "[]",
        "null",
        '{"text": 3}',
    ],
)
def test_all_else_is_text(text):
    assert calls_in(text, TOOLS) == (text, ())


def test_without_tools_nothing_is_a_call():
    assert calls_in(f"<think>Hm.</think>{ONE}", []) == (ONE, ())


def test_a_thought_that_was_cut_off_says_nothing():
    assert calls_in(f"<think>I could call {ONE} or", TOOLS) == ("", ())


def test_a_text_beyond_all_measure_is_text():
    text = " " * LONGEST + ONE
    assert calls_in(text, TOOLS) == (text, ())


HOSTILE = ["{", "[", '{"a":', '{"', '"\\', '\\"', "<function=", "<function=look>", "<parameter=", "<tool_call>", "}"]
HOSTILE += [
    "<think></think>",
    "<function=look><parameter=x>",
    '{"name":"look",',
    "[{}]",
    "{]",
    '{"a":[',
    " ",
    "<|a",
    "```a\n",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece):
    begun, text = time.process_time(), piece * (100_000 // len(piece))
    for tried in (text, "x" + text, "{" + text, '{"' + text, "<function=look>" + text):
        calls_in(tried, TOOLS)
    assert time.process_time() - begun < 5  # a hundredth of it is taken; one that looks back takes minutes


PIECES = ["{", "}", "[", "]", '"', "\\", ":", ",", "look", "name", "arguments", '{"name":"look","arguments":', "calls"]
PIECES += ["<think>", "</think>", "<tool_call>", "</tool_call>", "<function=look>", "</function>", "<parameter=path>"]
PIECES += ["</parameter>", "```json\n", "```", "\n", "{}", "NaN", "1e999", "9" * 5000, '"\\ud800"', "[" * 3000]


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_can_be_read(text):
    words, calls = calls_in(text, TOOLS)
    assert isinstance(words, str)
    assert {call.name for call in calls} <= {"look", "finish"}
    assert all(isinstance(call.arguments, str) for call in calls)


SIMPLE = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
VALUES = SIMPLE | st.lists(SIMPLE, max_size=3) | st.dictionaries(st.text(max_size=5), SIMPLE, max_size=2)
ARGUMENTS = st.dictionaries(st.text(max_size=8), VALUES, max_size=3)


@given(
    st.lists(st.tuples(st.sampled_from(["look", "finish"]), ARGUMENTS), min_size=1, max_size=3),
    st.sampled_from(["{}", "```json\n{}\n```", " {}\n", "<think>Hm.</think>\n{}"]),
    st.booleans(),
)
def test_the_calls_that_are_asked_for_read_back(wanted, around, ascii):
    listed = [{"name": name, "arguments": arguments} for name, arguments in wanted]
    words, calls = calls_in(around.replace("{}", json.dumps({"calls": listed}, ensure_ascii=ascii)), TOOLS)
    assert words == ""
    assert [(item.name, item.named) for item in calls] == wanted


@given(st.text())
def test_the_words_that_are_asked_for_read_back(words):
    assert calls_in(json.dumps({"text": words}), TOOLS) == (words, ())
