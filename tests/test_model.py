import pytest

from acontext_cli.errors import AcontextError
from acontext_cli.messages import ToolCall
from acontext_cli.model import Asked, Reply, ScriptedModel

HELLO = {"role": "user", "content": "Hello"}
LOOK = {"type": "function", "function": {"name": "look"}}


def test_a_scripted_model_says_its_lines_in_order():
    call = ToolCall(id="1", name="look", arguments="{}")
    model = ScriptedModel(Reply(calls=(call,)), Reply(text="Done."))
    assert [model.reply([HELLO], []), model.reply([HELLO], [])] == [Reply(calls=(call,)), Reply(text="Done.")]


def test_a_line_may_be_a_function_of_the_messages():
    model = ScriptedModel(lambda messages: Reply(text=f"You said {messages[-1]['content']}."))
    assert model.reply([HELLO], []) == Reply(text="You said Hello.")


def test_the_history_keeps_what_was_asked_though_the_messages_go_on():
    model = ScriptedModel(Reply(text="Hi."))
    messages = [HELLO]
    model.reply(messages, [LOOK])
    messages.append({"role": "assistant", "content": "Hi."})
    assert model.history == [Asked((HELLO,), (LOOK,))]


def test_lines_can_be_queued_later():
    model = ScriptedModel()
    model.enqueue(Reply(text="Late."))
    assert model.reply([HELLO], []) == Reply(text="Late.")


def test_running_out_of_lines_says_how_many_there_were():
    model = ScriptedModel(Reply(text="Once."), name="parrot")
    model.reply([HELLO], [])
    with pytest.raises(AcontextError, match=r"'parrot' was asked 2 times and has 1 lines: queue one more"):
        model.reply([HELLO], [])
