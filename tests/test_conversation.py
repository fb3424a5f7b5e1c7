import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.conversation import UNANSWERED, Conversation
from acontext_cli.messages import Message, ToolCall
from acontext_cli.model import Reply, ScriptedModel

USER = {"role": "user", "content": "Fix it."}


def call(name, id="", arguments="{}"):
    return ToolCall(id=id, name=name, arguments=arguments)


def calls(*items):
    return Reply(calls=items)


def asked(id, name, arguments="{}"):
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": "", "tool_calls": [{"id": id, "type": "function", "function": function}]}


def answer(id, text):
    return {"role": "tool", "tool_call_id": id, "content": text}


def converse(*lines, turns=15, messages=(USER,), on_message=lambda _: None):
    return Conversation(ScriptedModel(*lines), [], messages, turns=turns, on_message=on_message)


def answer_all(conversation):
    for asked_for in conversation:
        conversation.answer(asked_for, f"{asked_for.name} done")


def test_it_ends_when_the_model_answers_without_a_call():
    conversation = converse(calls(call("look", "a")), Reply(text="It is fixed."))
    answer_all(conversation)
    assert (conversation.text, conversation.exhausted) == ("It is fixed.", False)
    assert conversation.messages == [
        USER,
        asked("a", "look"),
        answer("a", "look done"),
        {"role": "assistant", "content": "It is fixed."},
    ]


def test_it_is_exhausted_when_the_turns_are_used_up():
    conversation = converse(*[calls(call("look"))] * 3, turns=3)
    answer_all(conversation)
    assert (conversation.text, conversation.exhausted, len(conversation.messages)) == ("", True, 7)


def test_an_answer_in_the_last_turn_is_no_exhaustion():
    conversation = converse(Reply(text="Nothing to do."), turns=1)
    answer_all(conversation)
    assert (conversation.text, conversation.exhausted) == ("Nothing to do.", False)


def test_words_beside_a_call_are_kept():
    conversation = converse(Reply(text="Let me look.", calls=(call("look", "a"),)), Reply())
    answer_all(conversation)
    assert conversation.messages[1] == asked("a", "look") | {"content": "Let me look."}


def test_several_calls_of_one_reply_are_given_one_by_one():
    conversation = converse(calls(call("look", "a"), call("change", "b")), Reply(text="Done."))
    seen = []
    for item in conversation:
        seen.append((item.name, len(conversation.messages)))
        conversation.answer(item, "ok")
    assert seen == [("look", 2), ("change", 3)]


def test_repeated_and_empty_ids_are_told_apart():
    conversation = converse(
        calls(call("look", "x"), call("look", "x"), call("look")), calls(call("look", "x")), Reply()
    )
    answer_all(conversation)
    ids = [message["tool_call_id"] for message in conversation.messages if message["role"] == "tool"]
    assert ids == ["x", "x_2", "call_3", "x_3"]


def test_an_id_of_an_earlier_message_is_not_used_again():
    before = (USER, asked("x", "look"), answer("x", "seen"))
    conversation = converse(calls(call("look", "x")), Reply(), messages=before)
    answer_all(conversation)
    assert [message["tool_call_id"] for message in conversation.messages if message["role"] == "tool"] == ["x", "x_2"]


def test_a_call_that_nobody_answers_is_answered_with_an_error_before_the_model_goes_on():
    model = ScriptedModel(calls(call("look", "a"), call("change", "b")), Reply(text="Done."))
    conversation = Conversation(model, [], [USER])
    for item in conversation:
        if item.name == "change":
            conversation.answer(item, "ok")
    assert model.history[1].messages[2:] == (answer("b", "ok"), answer("a", UNANSWERED))


def test_a_call_that_nobody_answers_in_the_last_turn_is_answered_too():
    conversation = converse(calls(call("look", "a")), turns=1)
    for _ in conversation:
        pass
    assert conversation.messages == [USER, asked("a", "look"), answer("a", UNANSWERED)]


def test_a_conversation_that_was_left_in_the_middle_can_be_taken_up():
    conversation = converse(calls(call("look", "a"), call("change", "b")), Reply(text="Done."))
    for item in conversation:
        conversation.answer(item, "ok")
        break
    answer_all(conversation)
    assert conversation.messages[2:4] == [answer("a", "ok"), answer("b", UNANSWERED)]


def test_the_turns_are_those_of_the_whole_conversation():
    conversation = converse(*[calls(call("look"))] * 2, turns=2)
    for _ in conversation:
        break
    answer_all(conversation)
    assert (conversation.exhausted, sum(message["role"] == "assistant" for message in conversation.messages)) == (
        True,
        2,
    )


def test_a_call_is_answered_once():
    conversation = converse(calls(call("look", "a")), Reply())
    (item,) = conversation
    with pytest.raises(ValueError, match="call 'a' waits for no answer"):
        conversation.answer(item, "again")


def test_every_added_message_is_heard_at_once_and_the_given_ones_are_not():
    heard = []
    conversation = converse(calls(call("look", "a")), Reply(text="Done."), on_message=heard.append)
    for item in conversation:
        assert heard == [asked("a", "look")]
        conversation.answer(item, "ok")
    assert heard == conversation.messages[1:]


def test_the_model_sees_the_tools():
    model = ScriptedModel(Reply())
    answer_all(Conversation(model, [{"type": "function"}], [USER]))
    assert model.history[0].tools == ({"type": "function"},)


@given(st.lists(st.lists(st.tuples(st.sampled_from(["", "x", "x_2", "call_1", "call_2"]), st.booleans()), min_size=1)))
def test_every_call_has_its_own_id_and_one_answer(turns):
    conversation = converse(
        *[calls(*(call("look", id) for id, _ in turn)) for turn in turns], Reply(), turns=len(turns) + 1
    )
    answered = iter([wanted for turn in turns for _, wanted in turn])
    for item in conversation:
        if next(answered):
            conversation.answer(item, "ok")
    messages = [Message(body) for body in conversation.messages]
    ids = [item.id for message in messages for item in message.calls]
    assert len(set(ids)) == len(ids) == sum(map(len, turns))
    assert sorted(message.answers for message in messages if message.is_result) == sorted(ids)


def required(*lines, turns=15, nudge="Make a call."):
    return Conversation(ScriptedModel(*lines), [], [USER], turns=turns, required=True, nudge=nudge)


def test_a_model_that_makes_no_call_is_told_once_that_one_is_needed():
    conversation = required(Reply(text="Let me see."), calls(call("look", "a")), Reply(text="Done."))
    answer_all(conversation)
    assert conversation.messages == [
        USER,
        {"role": "assistant", "content": "Let me see."},
        {"role": "user", "content": "Make a call."},
        asked("a", "look"),
        answer("a", "look done"),
        {"role": "assistant", "content": "Done."},
    ]
    assert (conversation.text, conversation.exhausted) == ("Done.", False)


def test_a_nudge_in_the_last_turn_leaves_none_to_follow_it():
    conversation = required(Reply(text="Let me see."), turns=1)
    answer_all(conversation)
    assert (conversation.text, conversation.exhausted) == ("Let me see.", True)


def test_without_a_nudge_words_end_it():
    model = ScriptedModel(Reply(text="Done."))
    answer_all(Conversation(model, [], [USER], required=True))
    assert len(model.history) == 1


def test_it_says_how_many_calls_of_the_reply_wait_for_an_answer():
    conversation = converse(calls(call("look", "a"), call("look", "b"), call("look", "c")), Reply(text="Done."))
    assert conversation.waiting == 0
    waiting = []
    for asked_for in conversation:
        waiting.append(conversation.waiting)
        conversation.answer(asked_for, "seen")
    assert (waiting, conversation.waiting) == ([3, 2, 1], 0)


def test_whether_a_call_is_required_is_passed_on():
    heard = []

    class Hearing(ScriptedModel):
        def reply(self, messages, tools, *, required=False):
            heard.append(required)
            return super().reply(messages, tools, required=required)

    for wanted in (True, False):
        answer_all(Conversation(Hearing(Reply(text="Done.")), [], [USER], required=wanted))
    assert heard == [True, False]
