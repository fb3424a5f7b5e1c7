import pytest
from llm import call, report
from transcripts import SICK, called, incident, ran, read, said, status, task, user

from acontext_cli.engines.llm.belief import ONLY_ANSWERED, ONLY_SAID, known, known_fact
from acontext_cli.engines.llm.reports import TASK, TaskReport
from acontext_cli.messages import Json
from acontext_cli.tasks import Known, Task
from acontext_cli.trace.steps import trace

CHANGED = called("update_config", "Config updated", key="timeout_ms", value="9000")
LOOKED = called("read_config", '{"timeout_ms": 9000}', service_name="api-gateway")


def reported(**more: object) -> TaskReport:
    name, arguments = report()
    value = TASK.read(call(name, {**arguments, **more}).arguments)
    assert isinstance(value, TaskReport)
    return value


def source(
    said_by: str, messages: list[Json], *evidence: int, before: Task | None = None, came: str = "success"
) -> str:
    """How a task of these messages is known, of which a model says `said_by` and names these messages."""
    listed = read(messages)
    ids = {f"m{number}" for number in evidence}
    return known(reported(known=said_by, status=came), listed, trace(listed), ids, before).source


# A check


def test_a_look_after_a_change_is_a_check() -> None:
    assert source("check", [user("Fix it"), *CHANGED, *LOOKED], 5) == "check"


@pytest.mark.parametrize("evidence", [(), (1,), (2,), (3,), (4,), (99,)])
def test_a_check_needs_the_result_of_the_look(evidence: tuple[int, ...]) -> None:
    assert source("check", [user("Fix it"), *CHANGED, *LOOKED], *evidence) == "claim"


def test_the_echo_of_the_change_itself_is_no_check() -> None:
    assert source("check", [user("Fix it"), *LOOKED, *CHANGED, said("Done.")], 5) == "claim"


def test_a_look_before_the_change_is_no_check() -> None:
    assert source("check", [user("Fix it"), *LOOKED, *CHANGED, said("Done.")], 3) == "claim"


def test_a_look_that_failed_shows_no_success_but_may_show_a_failure() -> None:
    messages = [user("Fix it"), *CHANGED, *called("read_config", "Error: no such service", service_name="x")]
    assert source("check", messages, 5) == "claim"
    assert source("check", messages, 5, came="failed") == "check"


def test_a_test_after_a_change_is_a_check() -> None:
    assert (
        source("check", [user("Fix it"), *ran("sed -i s/a/b/ x.py", ""), *ran("pytest -q", "3 passed")], 5) == "check"
    )


def test_a_second_change_is_no_look_at_the_first() -> None:
    assert source("check", [user("Fix it"), *CHANGED, *called("restart_service", "restarted")], 5) == "claim"


def test_a_tool_without_a_known_verb_may_be_a_look() -> None:
    assert source("check", [user("Fix it"), *CHANGED, *called("weather_of", "sunny")], 5) == "check"


def test_a_shell_command_of_unknown_purpose_is_no_look() -> None:
    assert source("check", [user("Fix it"), *CHANGED, *ran("frobnicate --all", "ok")], 5) == "claim"


def test_reading_a_skill_is_no_check() -> None:
    messages = [user("Fix it"), *CHANGED, *called("get_skill", "the timeout is 9000", skill_name="a")]
    assert source("check", messages, 5) == "claim"


def test_a_check_without_a_change_is_only_seen() -> None:
    assert source("check", [user("Is it well?"), *LOOKED], 3) == "seen"


# The user


@pytest.mark.parametrize("words", ["It works now", "no, still 502", "Perfect, the checkout is back", "läuft wieder"])
def test_what_the_user_says_about_the_result_is_believed(words: str) -> None:
    assert source("user", [user("Fix it"), *CHANGED, user(words)], 4) == "user"


@pytest.mark.parametrize(
    "words",
    ["Thanks!", "thank you so much, have a great day", "OK, great. Bye", "Perfect!", "That's all, thx", "👍", ""],
)
def test_thanks_and_goodbye_confirm_nothing(words: str) -> None:
    assert source("user", [user("Fix it"), *CHANGED, user(words)], 4) == "claim"


def test_the_request_itself_is_no_word_about_the_result() -> None:
    assert source("user", [user("Fix it, it must work"), *CHANGED], 1) == "claim"


@pytest.mark.parametrize("words", ["Does it work now?", "And the checkout?"])
def test_a_question_of_the_user_confirms_nothing(words: str) -> None:
    assert source("user", [user("Fix it"), *CHANGED, user(words)], 4) == "claim"


def test_the_word_of_the_user_that_says_the_opposite_is_not_believed() -> None:
    messages = [user("Fix it"), *CHANGED, user("It works now")]
    assert source("user", messages, 4, came="failed") == "claim"


def test_what_is_committed_after_a_check_takes_nothing_from_it() -> None:
    edited, tested = ran("sed -i s/a/b/ x.py", ""), ran("pytest -q", "3 passed")
    assert source("check", [user("Fix it"), *edited, *tested, *ran("git commit -am x", "[main 1]")], 5) == "check"
    assert source("check", [user("Fix it"), *edited, *tested, *edited], 5) == "claim"


def test_the_word_of_the_user_counts_only_where_it_is_named() -> None:
    assert source("user", [user("Fix it"), *CHANGED, user("It works now")], 3) == "claim"


def test_what_a_harness_says_in_the_place_of_the_user_is_not_the_user() -> None:
    listed = read([user("Fix it"), *CHANGED, user("All tests pass")])
    object.__setattr__(listed[3], "meta", {"kind": "reminder"})
    assert known(reported(known="user"), listed, trace(listed), {"m4"}) == ONLY_SAID


def test_who_names_a_check_and_calls_it_the_user_is_believed_the_check() -> None:
    assert source("user", [user("Fix it"), *CHANGED, *LOOKED], 5) == "check"


# Seen, and all else


def test_a_result_shows_what_was_asked_where_nothing_was_changed() -> None:
    assert source("seen", [user("Which port?"), *LOOKED, said("9000")], 3) == "seen"


def test_seen_counts_only_without_a_change() -> None:
    assert source("seen", [user("Fix it"), *LOOKED, *CHANGED], 3) == "claim"


def test_a_result_that_failed_shows_no_success_but_why_a_task_failed() -> None:
    messages = [user("Which port?"), *called("read_config", "Error: no such service")]
    assert source("seen", messages, 3) == "claim"
    assert source("seen", messages, 3, came="failed") == "seen"


def test_a_claim_is_a_claim_whatever_is_named() -> None:
    assert source("claim", incident(), 15) == "claim"
    assert source("claim", [user("Which port?"), *LOOKED], 3) == "claim"


def test_a_whole_incident_is_known_by_its_last_look() -> None:
    listed = read(incident())
    found = known(reported(known="check", because="The rate fell to 0.\nGood."), listed, trace(listed), {"m15"})
    assert found == Known(source="check", because="The rate fell to 0. Good")


@pytest.mark.parametrize(
    ("messages", "because"),
    [
        ([user("Fix it"), *CHANGED, *LOOKED], "a separate look afterwards shows it"),
        ([user("Which port?"), *LOOKED, *LOOKED], "a tool result shows it"),
        ([user("Fix it"), *CHANGED, said("?"), user("It works now")], "the user says so"),
    ],
)
def test_where_the_model_does_not_say_why_it_is_said_plainly(messages: list[Json], because: str) -> None:
    listed = read(messages)
    assert known(reported(known="user", because=" "), listed, trace(listed), {"m5"}).because == because


def test_a_reason_that_is_not_believed_is_not_repeated() -> None:
    listed = read([user("Fix it"), *LOOKED, *CHANGED, said("It works.")])
    told = [known(reported(because="it works"), listed, trace(listed), {id}) for id in ("m3", "m5", "m6")]
    assert told == [ONLY_SAID, ONLY_ANSWERED, ONLY_SAID]


# A task that goes on from an earlier part


def test_a_look_after_a_change_of_an_earlier_part_is_a_check() -> None:
    assert source("check", [said("Now I look."), *LOOKED], 3, before=task("running", signs=("change",))) == "check"
    assert source("seen", [said("Now I look."), *LOOKED], 3, before=task("running", signs=("change",))) == "check"


def test_a_change_that_failed_shows_nothing_of_the_one_before() -> None:
    messages = [said("Once more."), *called("update_config", "Error: no such key", key="x")]
    assert source("seen", messages, 3, before=task("running", signs=("change",)), came="failed") == "claim"


def test_a_result_shows_what_was_asked_where_no_part_changed_anything() -> None:
    assert source("seen", [said("Now I look."), *LOOKED], 3, before=task("running", signs=("failure",))) == "seen"


def test_the_first_word_of_the_user_in_a_later_part_is_no_request() -> None:
    messages = [said("Done."), user("It works now")]
    assert source("user", messages, 2, before=task("running")) == "user"
    assert source("user", messages, 2) == "claim"


# Facts


def facts_of(messages: list[Json], *evidence: int) -> str:
    return known_fact(["The user prefers tabs."], read(messages), {f"m{number}" for number in evidence}).source


def shown_of(messages: list[Json], *evidence: int) -> str:
    named = {f"m{number}" for number in evidence}
    return known_fact(["The service is unhealthy."], read(messages), named).source


def test_a_fact_is_known_by_who_says_it() -> None:
    messages = [user("The service is unhealthy"), *status(SICK), said("The service is unhealthy.")]
    assert [shown_of(messages, number) for number in (1, 2, 3, 4, 99)] == ["user", "claim", "seen", "claim", "claim"]


def test_of_several_messages_the_word_of_the_user_counts_first() -> None:
    assert facts_of([user("I prefer tabs"), *status(SICK)], 1, 3) == "user"


def test_a_fact_without_evidence_is_a_claim() -> None:
    assert known_fact(["The user prefers tabs."], read([user("I prefer tabs")]), ()) == ONLY_SAID


def test_a_message_of_the_user_about_something_else_shows_no_fact() -> None:
    messages = [user("Fix the gateway"), *status(SICK)]
    assert shown_of(messages, 1) == "claim"
    assert shown_of(messages, 3) == "seen"


def test_a_result_about_something_else_shows_no_fact() -> None:
    assert facts_of([user("Fix the gateway"), *status(SICK)], 3) == "claim"


def test_of_facts_in_another_writing_system_the_word_of_the_user_is_taken() -> None:
    assert known_fact(["用户喜欢制表符"], read([user("我喜欢制表符")]), {"m1"}).source == "user"


def test_what_was_read_out_of_a_skill_shows_no_fact() -> None:
    assert facts_of([user("Fix it"), *called("get_skill", "The port is 9000", skill_name="a")], 3) == "claim"


def test_what_the_system_prompt_says_shows_no_fact() -> None:
    assert facts_of([{"role": "system", "content": "The port is 9000"}, user("Fix it")], 1) == "claim"
