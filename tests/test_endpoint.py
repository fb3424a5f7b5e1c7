"""Every way in which a server bends the form or breaks it, played by a server that does."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from misbehaving import (
    NOBODYS,
    Answer,
    answers,
    call,
    calls,
    drips,
    hangs_up,
    late,
    message,
    refuses,
    says,
    server,
    unless,
    used,
)

from acontext_cli.conversation import Conversation
from acontext_cli.errors import AcontextError, Unavailable
from acontext_cli.messages import ToolCall
from acontext_cli.model import Reply, Usage
from acontext_cli.models.endpoint import Endpoint, EndpointModel
from acontext_cli.models.in_text import instructions
from acontext_cli.models.sdk import LARGEST

pytestmark = pytest.mark.usefixtures("loopback", "one_certificate")

SYSTEM = {"role": "system", "content": "You look."}
USER = {"role": "user", "content": "Look."}
PARAMETERS = {"type": "object", "properties": {"path": {"type": "string"}}}
TOOLS = [{"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": PARAMETERS}}]
LOOK = ToolCall(id="call_1", name="look", arguments='{"path": "a"}')
LOOKS = calls(("look", {"path": "a"}))
DONE = Reply(text="Done.", usage=Usage(calls=1, prompt=10, completion=5))
KEY = "sk-a-key-of-nobody"


@pytest.fixture(scope="module")
def one_certificate(tmp_path_factory):
    """No server here has one, and reading those of all the world takes longer than most of these tests."""
    file = tmp_path_factory.mktemp("certificates") / "one.pem"
    file.write_text(NOBODYS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield


def model(at, warned=None, slept=None, retries=3, **settings):
    """A model at this server; what it warns of and sleeps goes into the lists."""
    warned, slept = [] if warned is None else warned, [] if slept is None else slept
    endpoint = Endpoint(**{"model": "m", "base_url": at.url if at else "", "key": KEY} | settings)
    return EndpointModel(endpoint, warn=warned.append, retries=retries, sleep=slept.append)


def reply(at, *, required=False, tools=TOOLS, messages=(USER,), **settings):
    return model(at, **settings).reply(messages, tools, required=required)


def refused(at, **settings):
    """The one line with which a call ended."""
    with pytest.raises(AcontextError) as caught:
        reply(at, **settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def converse(at, **settings):
    """A conversation that answers every call, to its end."""
    conversation = Conversation(model(at, **settings), TOOLS, [USER])
    for asked in conversation:
        conversation.answer(asked, "seen")
    return conversation


def ids(messages):
    """The ids under which calls were asked, and those under which they were answered."""
    asked = [entry["id"] for message in messages for entry in message.get("tool_calls", [])]
    return asked, [message["tool_call_id"] for message in messages if message["role"] == "tool"]


# What is sent


def test_what_is_sent_is_the_model_the_messages_the_tools_and_the_limit():
    with server(LOOKS) as at:
        reply(at)
    assert at.bodies == [{"model": "m", "messages": [USER], "tools": TOOLS, "max_tokens": 4096}]
    assert (at.paths, at.headers[0]["authorization"]) == (["/v1/chat/completions"], f"Bearer {KEY}")


def test_nothing_is_streamed_and_no_form_of_the_answer_is_asked_for():
    with server(LOOKS) as at:
        reply(at, required=True)
    refused_by_some = {"stream", "response_format", "chat_template_kwargs", "parallel_tool_calls", "n", "seed"}
    assert at.bodies[0].keys() & refused_by_some == set()
    assert at.bodies[0]["tool_choice"] == "required"  # a word: LM Studio and others refuse the form that names a tool


def test_a_required_call_a_temperature_and_headers_are_sent_too():
    with server(LOOKS) as at:
        reply(at, required=True, temperature=0.0, headers={"X-Team": "seven"}, max_output_tokens=0)
    assert at.bodies == [
        {"model": "m", "messages": [USER], "tools": TOOLS, "tool_choice": "required", "temperature": 0.0}
    ]
    assert at.headers[0]["x-team"] == "seven"


def test_without_tools_none_are_sent_and_none_is_required():
    with server(says("Done.")) as at:
        assert reply(at, tools=[], required=True) == DONE
    assert at.bodies == [{"model": "m", "messages": [USER], "max_tokens": 4096}]


def test_a_server_of_ones_own_wants_no_key():
    with server(says("Done.")) as at:
        assert reply(at, key="") == DONE
    assert at.headers[0]["authorization"] == "Bearer none"


def test_openai_is_told_the_limit_by_its_newer_name_and_nothing_is_sent_to_show_it():
    shown = EndpointModel(Endpoint(model="gpt-4.1"), warn=print).request([USER], [])
    assert json.loads(shown) == {"model": "gpt-4.1", "messages": [USER], "max_completion_tokens": 4096}


def test_what_is_shown_is_what_is_sent_byte_for_byte():
    with server(LOOKS) as at:
        asking = model(at, temperature=0.5)
        messages = [SYSTEM, {"role": "user", "content": 'Schau: 日本 \u2028 \\ "x" 😀'}]
        shown = asking.request(messages, TOOLS, required=True)
        assert at.raw == []
        asking.reply(messages, TOOLS, required=True)
    assert at.raw == [shown]


def test_half_a_character_is_mended_before_it_is_sent():
    with server(says("Done.")) as at:
        reply(at, messages=[{"role": "user", "content": "cut \ud83d, whole \ud83d\ude00"}])
    assert at.bodies[0]["messages"] == [{"role": "user", "content": "cut \ufffd, whole 😀"}]


def test_a_key_that_cannot_be_sent_is_said_without_it():
    with server() as at:
        assert refused(at, key="sk-a b\n") == "OPENAI_API_KEY holds a blank or a sign that no key has: set it anew"


def test_without_key_and_address_nothing_is_asked():
    with pytest.raises(AcontextError, match="set OPENAI_API_KEY, or base_url"):
        EndpointModel(Endpoint(model="m"), warn=print).reply([USER], [])


def test_threads_share_one_model():
    with server(then=late(LOOKS, 0.05)) as at:
        asking = model(at)
        start = threading.Barrier(8)

        def ask(_):
            start.wait()
            return asking.reply([USER], TOOLS).calls

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, range(8))) == [(LOOK,)] * 8


def test_threads_that_are_refused_alike_change_the_way_once_and_say_it_once():
    warned = []
    good = says('{"calls": [{"name": "look", "arguments": {"path": "a"}}]}')
    with server(then=late(unless(lambda body: "tools" not in body, refuses(400, "no tools"), good), 0.02)) as at:
        asking = model(at, warned)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: asking.reply([USER], TOOLS).calls, range(8)))
    assert (found, len(warned)) == ([(ToolCall(id="", name="look", arguments='{"path": "a"}'),)] * 8, 1)


# What a client must survive: calls


@pytest.mark.parametrize("id", [None, ""])
def test_a_missing_call_id_is_made_up_once_and_used_for_call_and_result(id):
    entry = {**call("look"), "id": id}
    with server(
        answers(message(tool_calls=[entry])), answers(message(tool_calls=[call("look", id=None)])), says(".")
    ) as at:
        converse(at)
    asked, answered = ids(at.bodies[-1]["messages"])
    assert len(set(asked)) == 2
    assert all(asked)
    assert asked == answered


def test_a_call_id_used_again_in_a_later_turn_is_told_apart():
    with server(*[answers(message(tool_calls=[call("look", id="terminal_46")]))] * 3, says("Done.")) as at:
        converse(at)
    assert ids(at.bodies[-1]["messages"]) == (["terminal_46", "terminal_46_2", "terminal_46_3"],) * 2


@pytest.mark.parametrize(("arguments", "text"), [({"path": "a"}, '{"path": "a"}'), (["a"], '["a"]')])
def test_arguments_that_are_no_string_are_read_and_sent_back_as_one(arguments, text):
    entry = {"id": "x", "type": "function", "function": {"name": "look", "arguments": arguments}}
    with server(answers(message(tool_calls=[entry])), says("Done.")) as at:
        converse(at)
    assert at.bodies[1]["messages"][1]["tool_calls"][0]["function"]["arguments"] == text


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("", {}),
        ('```json\n{"path": "a"}\n```', {"path": "a"}),
        ('{"path": "a"}\n\nDone.', {"path": "a"}),
        ('{"path": "a', None),
        ("look at a", None),
        ('"a"', None),
    ],
)
def test_invalid_arguments_are_read_where_they_can_be_and_else_told_as_none(arguments, named):
    entry = {"id": "x", "type": "function", "function": {"name": "look", "arguments": arguments}}
    with server(answers(message(tool_calls=[entry]))) as at:
        assert reply(at).calls[0].named == named


@pytest.mark.parametrize("reason", ["stop", "tool_call", "error", None, 3])
def test_calls_count_whatever_the_finish_reason_is(reason):
    with server(answers(message(tool_calls=[call("look", {"path": "a"}, id="call_1")], finish_reason=reason))) as at:
        assert reply(at).calls == (LOOK,)


@pytest.mark.parametrize("empty", [[], None])
def test_words_count_where_the_finish_reason_promises_calls_that_are_not_there(empty):
    with server(answers(message(content="Done.", tool_calls=empty, finish_reason="tool_calls", usage=used()))) as at:
        assert reply(at, required=True) == DONE


def test_several_calls_of_one_turn_are_all_given_in_order():
    with server(calls(("look", {"n": 1}), ("look", {"n": 2}), ("look", {"n": 3}))) as at:
        assert [asked.named for asked in reply(at).calls] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert "parallel_tool_calls" not in at.bodies[0]


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "look", "arguments": {"path": "a"}}\n</tool_call>',
        '```json\n{"name": "look", "arguments": {"path": "a"}}\n```',
        "<function=look><parameter=path>a</parameter></function>",
        '<think>{"name": "look"}?</think>{"name": "look", "parameters": {"path": "a"}}',
    ],
)
def test_calls_that_were_printed_as_text_are_calls(text):
    with server(says(text)) as at:
        assert reply(at, required=True).calls == (ToolCall(id="", name="look", arguments='{"path": "a"}'),)


def test_a_required_call_that_the_server_did_not_enforce_comes_back_as_words():
    with server(says("Done.")) as at:
        assert reply(at, required=True) == DONE


# What a client must survive: words and thoughts


@pytest.mark.parametrize("fields", [{"content": None}, {"content": ""}, {"content": []}])
def test_a_turn_of_calls_without_content_is_sent_back_with_an_empty_one(fields):
    with server(answers(message(tool_calls=[call("look")], **fields)), says("Done.")) as at:
        converse(at)
    assert at.bodies[1]["messages"][1]["content"] == ""


def test_content_as_parts_is_one_text():
    parts = [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Done."}]
    with server(answers(message(content=parts, usage=used()))) as at:
        assert reply(at) == DONE


def test_a_thought_before_the_answer_is_no_answer():
    with server(says("<think>Is it done?</think>\nDone.")) as at:
        assert reply(at) == DONE


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "reasoning_details"])
def test_a_thought_is_sent_back_unchanged_with_its_turn(key):
    thought = [{"type": "reasoning.encrypted", "data": "x"}] if key.endswith("details") else "Hm."
    with server(answers(message(tool_calls=[call("look")], **{key: thought})), says("Done.")) as at:
        converse(at)
    assert at.bodies[1]["messages"][1][key] == thought


@pytest.mark.parametrize(
    "words",
    [
        "Extra inputs are not permitted: body.messages.1.reasoning_content",
        "Cannot pass both content and thinking in an assistant message with tool calls!",
    ],
)
def test_a_thought_that_the_server_does_not_want_back_is_left_out_from_then_on(words):
    def without_thought(body):
        return all("reasoning_content" not in message for message in body["messages"])

    looks = answers(message(tool_calls=[call("look")], reasoning_content="Hm."))
    good = iter([looks, looks, says("Done.")])
    then = unless(without_thought, refuses(400, words), lambda body: next(good)(body))
    with server(then=then) as at:
        assert converse(at).text == "Done."
    assert [without_thought(body) for body in at.bodies] == [True, False, True, True]


# What a client must survive: parameters


def test_a_required_call_that_the_server_cannot_ask_for_becomes_auto_and_then_nothing():
    refusal = refuses(400, "Invalid tool_choice type: 'string'. Supported string values: none")
    with server(refusal, refusal, LOOKS, LOOKS) as at:
        asking = model(at)
        for _ in range(2):
            assert asking.reply([USER], TOOLS, required=True).calls == (LOOK,)
    assert [body.get("tool_choice") for body in at.bodies] == ["required", "auto", None, None]


def test_a_temperature_that_is_refused_is_left_out_and_the_person_is_told():
    warned = []
    words = "Unsupported value: 'temperature' does not support 0.2 with this model."
    with server(refuses(400, words), says("Done."), says("Done.")) as at:
        asking = model(at, warned, temperature=0.2)
        assert [asking.reply([USER], []), asking.reply([USER], [])] == [DONE, DONE]
    assert ["temperature" in body for body in at.bodies] == [True, False, False]
    assert warned == [f"'m' at {at.url} takes no temperature of 0.2 ({words}): it is left out"]


def test_the_limit_of_an_answer_goes_by_its_other_name_and_then_by_none():
    other = refuses(400, "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.")
    none = answers(
        {"detail": [{"loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted"}]}, 422
    )
    with server(other, none, says("Done.")) as at:
        assert reply(at, tools=[]) == DONE
    assert [sorted(set(body) - {"model", "messages"}) for body in at.bodies] == [
        ["max_tokens"],
        ["max_completion_tokens"],
        [],
    ]


def test_a_limit_that_is_too_large_is_left_out_at_once():
    with server(refuses(400, "max_tokens is too large: 4096. At most 2048 are supported."), says("Done.")) as at:
        assert reply(at, tools=[]) == DONE
    assert "max_completion_tokens" not in at.bodies[1]


NO_TOOLS = [
    (400, "registry.ollama.ai/library/gemma:2b does not support tools"),
    (500, "tools param requires --jinja flag"),
    (500, "Unsupported param: tools"),
    (404, "No endpoints found that support tool use. To learn more, visit: https://example.com"),
    (405, "Tool calling is not supported for model: m"),
    (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    (400, "Function call is missing a thought_signature in functionCall parts."),
]


@pytest.mark.parametrize(("status", "words"), NO_TOOLS)
def test_a_server_without_tools_is_asked_for_json_in_text_and_the_person_is_told_once(status, words):
    warned = []
    looks, done = '{"calls": [{"name": "look", "arguments": {"path": "a"}}]}', '{"text": "Done."}'
    with server(refuses(status, words), says(looks), says(done)) as at:
        conversation = converse(at, warned=warned)
    assert (conversation.text, len(warned)) == ("Done.", 1)
    assert words.partition(".")[0] in warned[0]
    assert ["tools" in body for body in at.bodies] == [True, False, False]
    assert at.bodies[2]["messages"] == [
        {"role": "system", "content": instructions(TOOLS, required=False)},
        USER,
        {"role": "assistant", "content": looks},
        {"role": "user", "content": "Result of look (call_1):\nseen"},
    ]


def test_what_cannot_be_changed_is_not_tried_for_ever():
    with server(then=refuses(400, "temperature, max_tokens, tool_choice and tools are bad")) as at:
        assert "refused the request (400: temperature" in refused(at, required=True, temperature=0.1)
    assert len(at.bodies) < 10


# What a client must survive: no answer


@pytest.mark.parametrize(
    "bad",
    [
        answers({"error": {"message": "busy", "code": 502}}),
        answers({"error": "busy", "choices": None}),
        answers({"id": "c"}),
        answers({"choices": []}),
        answers({"choices": None}),
        answers(message(content=None)),
        answers(message(content="", finish_reason="MALFORMED_FUNCTION_CALL")),
        answers(b"<html>busy</html>"),
        answers(b""),
        answers([1]),
    ],
)
def test_a_reply_that_says_nothing_is_asked_for_again(bad):
    slept = []
    with server(bad, bad, says("Done.")) as at:
        assert reply(at, slept=slept).usage == Usage(calls=3, prompt=10, completion=5)
    assert slept == [0.5, 2.0]


def test_an_error_with_status_200_is_asked_about_three_times_and_told_in_its_words():
    with server(then=answers({"error": {"message": "Provider\nreturned\x1b[31m " + "x" * 5000}})) as at:
        words = refused(at)
    assert words.startswith(f"'m' at {at.url} gave no answer: it answered with an error: Provider returned xxx")
    assert (len(at.bodies), len(words) < 400) == (3, True)


def test_an_answer_that_was_cut_before_its_first_word_is_not_asked_for_again():
    with server(answers(message(content="", reasoning="Hm", finish_reason="length"))) as at:
        assert "cut at max_output_tokens before its first word: raise it" in refused(at)
    assert len(at.bodies) == 1


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_a_busy_server_is_asked_again(status):
    with server(refuses(status, "overloaded"), refuses(status, "overloaded"), says("Done.")) as at:
        assert reply(at) == DONE


def test_a_broken_connection_is_tried_again():
    with server(hangs_up(), says("Done.")) as at:
        assert reply(at, retries=1) == DONE


def test_a_server_that_stays_busy_is_given_up():
    with server(then=refuses(503, "overloaded")) as at:
        assert refused(at, retries=2) == f"{at.url} fails (503: overloaded): try again later"
    assert len(at.bodies) == 3


@pytest.mark.parametrize(
    "words",
    ["Unsupported param: logits", "the request exceeds the available context size", "no user query found in messages"],
)
def test_a_refusal_that_looks_like_a_fault_is_not_repeated(words):
    with server(then=refuses(500, words.replace("logits", "reasoning"))) as at:
        refused(at)
    assert len(at.bodies) == 1


def test_no_answer_in_time_names_the_setting():
    with server(late(says("Done."), 0.3)) as at:
        words = refused(at, timeout=0.05, retries=0)
    assert words == f"'m' at {at.url} did not answer within 0.05 s: raise timeout in the config, or use a smaller model"


def test_an_answer_that_comes_drop_by_drop_ends_with_the_time():
    with server(drips(message(content="x" * 500), 0.01)) as at:
        assert "did not answer within 0.1 s" in refused(at, timeout=0.1, retries=0)


def test_a_head_that_comes_drop_by_drop_ends_with_the_time():
    over = threading.Event()

    def drip(listener):
        client, _ = listener.accept()
        with client:
            while not over.wait(0.02):
                client.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=(listener,))
        dripping.start()
        asked = model(None, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}/v1", timeout=0.1, retries=0)
        try:
            with pytest.raises(AcontextError, match=r"did not answer within 0\.1 s"):
                asked.reply([USER], TOOLS)
        finally:
            over.set()
            dripping.join()


def test_a_redirect_is_followed():
    with server(redirects(), says("Done.")) as at:
        assert model(at).reply([USER], TOOLS) == DONE


def test_a_redirect_without_end_is_not_read_to_its_end():
    def endless(body):
        return Answer(iter(lambda: b"x" * 65536, b""), 307, {"location": "/v1/chat/completions"})

    with server(endless, says("Done.")) as at:
        assert model(at, timeout=30).reply([USER], TOOLS) == DONE


def test_redirects_without_end_are_an_error():
    with server(then=redirects()) as at:
        assert "sends from one address to the next, more than 10 times" in refused(at, retries=0)
    assert len(at.bodies) == 11


def redirects():
    return answers(b"", 307, location="/v1/chat/completions")


def test_an_error_that_comes_drop_by_drop_ends_with_the_time():
    slow = drips({"error": {"message": "x" * 500}}, 0.01)

    def slow_error(body):
        answer = slow(body)
        answer.status = 400
        return answer

    with server(slow_error) as at:
        assert "did not answer within 0.1 s" in refused(at, timeout=0.1, retries=0)


def test_an_answer_beyond_all_measure_is_refused():
    with server(answers(b" " * (LARGEST + 1))) as at:
        assert refused(at, retries=0) == f"'m' at {at.url}: it answered with more than 8 MB"


def test_an_answer_may_be_compressed():
    import gzip

    body = gzip.compress(json.dumps(message(content="Done.", usage=used())).encode())
    with server(answers(body, content_encoding="gzip")) as at:
        assert reply(at) == DONE


def test_nothing_at_the_address_is_told():
    with server() as at:
        url = at.url
    with pytest.raises(AcontextError) as caught:
        EndpointModel(Endpoint(model="m", base_url=url), warn=print, retries=0).reply([USER], [])
    assert str(caught.value) == f"nothing answers at {url}: is the server running, and is base_url right?"


@pytest.mark.parametrize("url", ["http://a..b/v1", "http://user:pass@a..b/v1?key=secret"])
def test_an_address_of_no_good_form_is_told_without_what_is_secret(url):
    with pytest.raises(AcontextError, match=r"^no connection to http://a\.\.b/v1 \(.*check base_url$"):
        EndpointModel(Endpoint(model="m", base_url=url), warn=print, retries=0).reply([USER], [])


@pytest.mark.parametrize("url", ["http://999.1.1.1/v1", "http://[v1.a]/"])
def test_what_is_no_address_is_told(url):
    with pytest.raises(AcontextError, match="base_url is no address, use one like http://localhost"):
        EndpointModel(Endpoint(model="m", base_url=url), warn=print).reply([USER], [])


@pytest.mark.parametrize(("name", "value"), [("ALL_PROXY", "socks9://127.0.0.1:1"), ("SSL_CERT_FILE", "/dev/null")])
def test_a_proxy_or_certificates_that_cannot_be_used_are_told(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with server() as at:
        assert "the proxy or certificates of the environment cannot be used" in refused(at)


# Errors in words


@pytest.mark.parametrize(
    ("status", "said", "words"),
    [
        (401, "Incorrect API key provided", "does not take the key (401): set OPENAI_API_KEY to one that holds there"),
        (403, "no access", "gives no access (403: no access): set OPENAI_API_KEY to a key that may use 'm'"),
        (404, "model not found", "set ACONTEXT_MODEL or base_url"),
        (400, "This model's maximum context length is 8192 tokens", "lower max_input_tokens"),
        (413, "Payload Too Large", "lower max_input_tokens"),
        (402, "Insufficient Balance", "add credit, or use another model"),
        (429, "slow down", "wait a while, or use fewer --jobs"),
        (400, "no such field", "refused the request (400: no such field)"),
    ],
)
def test_a_refusal_says_what_to_do(status, said, words):
    with server(then=refuses(status, said)) as at:
        line = refused(at, retries=1)
    assert words in line
    assert at.url in line or "lower max_input_tokens" in line


def test_a_prompt_that_is_too_long_is_not_blamed_on_the_tools_in_it():
    with server(then=refuses(400, "context window exceeded by messages and tools")) as at:
        assert "lower max_input_tokens" in refused(at)
    assert len(at.bodies) == 1


def test_a_missing_model_and_its_address_are_both_named():
    with server(refuses(404, "page not found")) as at:
        words = f"there is no model 'm' at {at.url}, or the address is wrong (404: page not found)"
        assert refused(at).startswith(words)


def test_a_spent_quota_is_not_waited_for():
    body = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
    with server(then=answers(body, 429)) as at:
        assert "nothing is left to pay with" in refused(at)
    assert len(at.bodies) == 1


def test_neither_key_nor_headers_are_repeated_to_the_person():
    words = f"unknown key {KEY} of team-number-seven with another-secret"
    headers = {"X-Team": "team-number-seven", "X-Key": "Bearer another-secret"}
    with server(refuses(400, f"no tools: {words}"), refuses(403, words), answers({"error": words})) as at:
        warned = []
        said = refused(at, warned=warned, headers=headers)
    told = said + "".join(warned)
    assert "unknown key … of … with" in said
    assert "unknown key … of … with" in warned[0]
    assert not [secret for secret in (KEY, "team-number-seven", "another-secret") if secret in told]
    assert KEY not in repr(Endpoint(model="m", key=KEY, headers=headers))
    assert "seven" not in repr(Endpoint(model="m", key=KEY, headers=headers))


# A prompt that was cut

LONG = [{"role": "user", "content": "word " * 4000}]
"""About 5,000 tokens."""


def test_a_prompt_that_the_server_cut_is_said_once():
    warned = []
    with server(then=answers(message(content="Done.", usage=used(2048)))) as at:
        asking = model(at, warned)
        asking.reply(LONG, [])
        asking.reply(LONG, [])
    (words,) = warned
    assert words.startswith(f"{at.url} read 2,048 of about 5,0")
    assert "OLLAMA_CONTEXT_LENGTH" in words
    assert "max_input_tokens" in words


@pytest.mark.parametrize(
    ("messages", "usage"),
    [
        (LONG, used(4000)),
        (LONG, None),
        (LONG, used(1000, prompt_tokens_details={"cached_tokens": 3500})),
        ([USER], used(1)),
    ],
)
def test_a_prompt_that_was_read_is_not_said_to_be_cut(messages, usage):
    warned = []
    with server(answers(message(content="Done.", usage=usage))) as at:
        model(at, warned).reply(messages, [])
    assert warned == []


def test_neither_key_nor_headers_are_kept_of_an_answer():
    headers = {"X-Team": "Bearer team-number-seven", "HTTP-Referer": "https://example.com"}
    with server(says(f"I saw {KEY}, team-number-seven and https://example.com")) as at:
        assert reply(at, headers=headers).text == "I saw ****, **** and https://example.com"


@pytest.mark.parametrize(
    ("behaviour", "lasting"),
    [
        (refuses(403, "Your input was flagged by moderation"), False),
        (refuses(404, "No endpoints found that support this input"), False),
        (hangs_up(), False),
        (refuses(403, "no access"), True),
        (refuses(404, "model not found"), True),
        (refuses(401, "Incorrect API key provided"), True),
    ],
)
def test_what_is_wrong_with_one_question_is_told_from_what_is_wrong_with_all(behaviour, lasting):
    with server(then=behaviour) as at, pytest.raises(AcontextError) as caught:
        reply(at, retries=0)
    assert isinstance(caught.value, Unavailable) is lasting
    assert "OPENAI_API_KEY" not in str(caught.value) or lasting
