import pytest
from hypothesis import given
from hypothesis import strategies as st
from transcripts import called, incident, read, result, said, user

from acontext_cli.messages import Json, Message
from acontext_cli.trace.steps import RECALL_TOOLS
from acontext_cli.trace.witness import OF_A_SKILL, OF_THE_SYSTEM, witnessed


def seen(*messages: Json) -> list[str]:
    """The words of the messages as witnesses."""
    return [message.text for message in witnessed(read(messages))]


def asks(id: str, *tools: str) -> Json:
    """Calls that all have this id."""
    listed = [{"id": id, "type": "function", "function": {"name": tool, "arguments": "{}"}} for tool in tools]
    return {"role": "assistant", "content": "", "tool_calls": listed}


def test_what_is_said_and_seen_bears_witness() -> None:
    messages = read(incident())
    assert list(witnessed(messages)) == messages


@pytest.mark.parametrize("role", ["system", "developer"])
def test_a_system_prompt_is_left_out_unless_it_is_wanted(role: str) -> None:
    rule = {"role": role, "content": "Use tabs"}
    assert seen(rule, user("Fix it")) == [OF_THE_SYSTEM, "Fix it"]
    assert [message.text for message in witnessed(read([rule]), system=True)] == ["Use tabs"]


@pytest.mark.parametrize("tool", sorted(RECALL_TOOLS))
@pytest.mark.parametrize("system", [True, False])
def test_what_was_read_out_of_a_skill_is_left_out(tool: str, system: bool) -> None:
    messages = read([user("Fix it"), *called(tool, "the recipe"), said("I know how.")])
    assert [message.text for message in witnessed(messages, system=system)] == ["Fix it", "", OF_A_SKILL, "I know how."]


def test_the_call_that_reads_a_skill_is_kept() -> None:
    (asked, _) = witnessed(read(called("get_skill", "the recipe", skill_name="a")))
    assert [(call.name, call.arguments) for call in asked.calls] == [("get_skill", '{"skill_name": "a"}')]


def test_what_is_marked_as_text_of_a_skill_is_left_out() -> None:
    marked = Message(result("the recipe", "cat"), "m1", meta={"from_skill": "a"})
    assert [message.text for message in witnessed([marked])] == [OF_A_SKILL]


def test_only_the_words_are_taken_away() -> None:
    marked = Message({**result("the recipe", "cat"), "name": "x"}, "m1", "2026-03-26", {"from_skill": "a"})
    (kept,) = witnessed([marked])
    assert kept == Message({**marked.body, "content": OF_A_SKILL}, "m1", "2026-03-26", {"from_skill": "a"})
    assert marked.text == "the recipe"


def test_results_may_come_later_and_in_any_order() -> None:
    one, other = asks("a", "get_skill"), asks("b", "check_logs")
    messages = [one, other, result("502", "b"), said("wait"), result("the recipe", "a")]
    assert seen(*messages)[2:] == ["502", "wait", OF_A_SKILL]


def test_an_id_that_is_used_again_is_another_call() -> None:
    looked = [asks("a", "check_logs"), result("502", "a")]
    recalled = [asks("a", "get_skill"), result("the recipe", "a")]
    assert seen(*recalled, *looked, *recalled) == ["", OF_A_SKILL, "", "502", "", OF_A_SKILL]


def test_calls_of_one_id_are_answered_in_their_order() -> None:
    messages = [asks("a", "check_logs", "get_skill", "get_skill"), *(result(text, "a") for text in "123")]
    assert seen(*messages) == ["", "1", OF_A_SKILL, OF_A_SKILL]


def test_a_second_result_of_a_reading_is_left_out_too() -> None:
    assert seen(asks("a", "get_skill"), result("1", "a"), result("2", "a")) == ["", OF_A_SKILL, OF_A_SKILL]


def test_a_call_without_an_id_is_known_by_its_name() -> None:
    named = {"role": "function", "name": "get_skill", "content": "the recipe"}
    assert seen(asks("", "get_skill"), named) == ["", OF_A_SKILL]


def test_a_result_that_nobody_asked_for_bears_witness() -> None:
    assert seen(result("502", "a"), result("503")) == ["502", "503"]


@given(st.lists(st.sampled_from(["get_skill", "check_logs"]), max_size=12))
def test_of_calls_and_results_in_turn_exactly_the_readings_are_left_out(tools: list[str]) -> None:
    messages = [message for tool in tools for message in (asks("same", tool), result(f"of {tool}", "same"))]
    assert seen(*messages)[1::2] == [OF_A_SKILL if tool == "get_skill" else "of check_logs" for tool in tools]
