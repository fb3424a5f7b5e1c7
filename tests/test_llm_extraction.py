import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llm import call, calls, engine, last_told, report, skip, texts
from transcripts import called, incident, placed, said, user

from acontext_cli.distillations import VERDICTS
from acontext_cli.engines.engine import Placed
from acontext_cli.engines.llm import LlmEngine
from acontext_cli.engines.llm.context import Context
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import NOTHING, Line, Reply, ScriptedModel
from acontext_cli.session.answers import Answers
from acontext_cli.skills import tokens
from acontext_cli.tasks import Known, Outcome, Task

SMALL = Context(input_tokens=4200)
"""A window that holds a small part of `long`."""
WORDS = Reply(text="There is one task in it.")


def extracted(*lines: Line, messages: Sequence[Json] = (), context: Context | None = None) -> list[Task]:
    return list(engine(*lines, context=context)[0].extract(placed(messages or incident()), 1))


def spans(tasks: Sequence[Task]) -> list[tuple[int, str, str]]:
    return [(task.number, task.first, task.last) for task in tasks]


def two_requests() -> list[Json]:
    """Messages 1 to 4 and 5 to 8."""
    looked = [*called("check_logs", "fine"), said("All is well.")]
    return [user("Look at the logs"), *looked, user("Now look at the other logs"), *looked]


def long(rounds: int = 24) -> list[Json]:
    """Requests that are looked into with long results; about 900 tokens each."""
    text = "line of a log\n" * 250
    return [
        message
        for number in range(rounds)
        for message in (user(f"request {number} please"), *called("check_logs", text), said(f"answer {number}"))
    ]


def counted(messages: Sequence[Json]) -> Reply:
    """A reader that holds each part for one new task, by the number it is told."""
    told = re.search(r"next new task has number (\d+)", last_told(messages))
    number = int(told[1]) if told else 1
    return calls(report(number, 1, 9999, evidence=[], known="claim", progress=[f"looked at part {number}"]))


def goes_on(messages: Sequence[Json]) -> Reply:
    """A reader that holds the whole for one task."""
    return calls(report(1, 1, 9999, evidence=[], known="claim"))


# One part


def test_a_task_is_what_the_model_reports_with_the_place_of_its_messages() -> None:
    (task,) = extracted(calls(report(goal="fix the 502", progress=["raised the timeout"])))
    assert (task.goal, task.status, task.progress) == ("fix the 502", "success", ("raised the timeout",))
    assert (task.first, task.last, task.start, task.end) == ("m1", "m16", 0, 160)
    assert task.known == Known(source="check", because="0 errors")
    assert task.signs == ("change",)


def test_tasks_and_verdicts_of_one_reply_are_one_call() -> None:
    judge, model = engine(calls(report(), skip()))
    assert len(list(judge.extract(placed(incident()), 1))) == 1
    assert (len(model.history), judge.usage.calls) == (1, 1)


def test_a_report_and_the_call_of_a_second_reply_are_taken_together() -> None:
    judge, model = engine(calls(skip()), calls(report()))
    assert spans(list(judge.extract(placed(incident()), 1))) == [(1, "m1", "m16")]
    assert "report the tasks with report_task" in last_told(model.history[1].messages)


def test_a_second_report_of_a_task_corrects_the_first() -> None:
    (task,) = extracted(calls(report(goal="wrong"), report(goal="right")))
    assert task.goal == "right"


def test_tasks_are_numbered_in_the_order_of_their_messages_whatever_the_model_counts() -> None:
    tasks = extracted(calls(report(7, 5, 8, goal="second"), report(9, 1, 4, goal="first")), messages=two_requests())
    assert [(task.number, task.goal, task.last) for task in tasks] == [(1, "first", "m4"), (2, "second", "m8")]


def test_numbers_go_on_from_the_one_that_is_asked_for() -> None:
    judge, _ = engine(calls(report(1, 1, 4), report(2, 5, 8)))
    assert [task.number for task in judge.extract(placed(two_requests()), 5)] == [5, 6]


def test_a_goal_and_progress_are_one_line_each_and_not_endless() -> None:
    (task,) = extracted(calls(report(goal="a\nb " + "c " * 500, progress=["x\ny " * 400, " ", *["z"] * 30])))
    lines = (task.goal, *task.progress)
    assert not any("\n" in line or len(line) > 300 for line in lines)
    assert len(task.progress) == 8


def test_what_the_user_wants_in_general_is_carried_along_with_the_task() -> None:
    wishes = ["“use tabs”", "the user loves Haskell very much"]
    messages = [user("Fix it, and please always use tabs."), *called("check_logs", "fine"), said("Done.")]
    (task,) = extracted(calls(report(1, 1, 4, progress=["done"], preferences=wishes)), messages=messages)
    assert task.progress == ("done", "the user wants: “use tabs”")


@pytest.mark.parametrize("status", ["running", "pending"])
def test_a_task_that_is_not_finished_is_known_by_nothing(status: str) -> None:
    (task,) = extracted(calls(report(status=status)))
    assert (task.status, task.known) == (status, None)


# Every message belongs to a task


def test_what_no_task_covers_is_asked_about_once() -> None:
    judge, model = engine(calls(report(1, 1, 4)), calls(report(2, 5, 8)))
    assert spans(list(judge.extract(placed(two_requests()), 1))) == [(1, "m1", "m4"), (2, "m5", "m8")]
    assert "No task holds what is behind [4] yet" in last_told(model.history[1].messages)


def test_what_is_still_not_covered_belongs_to_the_task_before_it() -> None:
    judge, model = engine(calls(report(1, 1, 4)), calls(report(1, 1, 4)))
    assert spans(list(judge.extract(placed(two_requests()), 1))) == [(1, "m1", "m8")]
    assert len(model.history) == 2


def test_a_last_message_of_the_agent_alone_is_not_asked_about() -> None:
    judge, model = engine(calls(report(1, 1, 3), report(2, 5, 6)))
    assert spans(list(judge.extract(placed(two_requests()), 1))) == [(1, "m1", "m4"), (2, "m5", "m8")]
    assert len(model.history) == 1


def test_what_stands_between_two_tasks_belongs_to_the_one_before() -> None:
    tasks = extracted(calls(report(1, 1, 2), report(2, 5, 8)), messages=two_requests())
    assert spans(tasks) == [(1, "m1", "m4"), (2, "m5", "m8")]


def test_the_first_task_begins_with_the_first_request() -> None:
    tasks = extracted(calls(report(1, 4, 8)), messages=two_requests())
    assert spans(tasks) == [(1, "m1", "m8")]


def test_what_stands_before_the_first_request_is_no_task_of_anybody() -> None:
    messages: list[Json] = [{"role": "system", "content": "Be careful."}, said("Hello!"), *two_requests()]
    tasks = extracted(calls(report(1, 3, 10)), messages=messages)
    assert spans(tasks) == [(1, "m3", "m10")]


def test_of_two_tasks_that_begin_alike_one_is_left_and_the_model_is_told() -> None:
    told: list[str] = []

    def again(messages: Sequence[Json]) -> Reply:
        told.extend(str(message["content"]) for message in messages if message["role"] == "tool")
        return calls(report(2, 5, 8))

    tasks = extracted(calls(report(1, 1, 4), report(2, 1, 8)), again, messages=two_requests())
    assert told == ["Recorded.", "Error: task 1 begins at 1 already: what one message asks for is one task"]
    assert spans(tasks) == [(1, "m1", "m4"), (2, "m5", "m8")]


REPORTS = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 8), st.integers(0, 9)),
    min_size=1,
    max_size=5,
    unique_by=(lambda one: one[0], lambda one: one[1]),
)


@given(REPORTS, REPORTS)
def test_whatever_is_reported_the_tasks_cover_all_from_the_first_request_to_the_end(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]]
) -> None:
    replies = [calls(*(report(number, at, at + more) for number, at, more in each)) for each in (first, second)]
    tasks = extracted(*replies, *[WORDS] * 3, messages=two_requests())
    assert [task.number for task in tasks] == list(range(1, len(tasks) + 1))
    assert [tasks[0].start, *(task.end for task in tasks)] == [task.start for task in tasks] + [80]


# No call for nothing


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [said("Hello, I am your agent.")],
        [{"role": "system", "content": "Be careful."}, *called("check_logs", "fine"), said("It is fine.")],
    ],
)
def test_without_a_person_there_is_no_task_and_no_call(messages: list[Json]) -> None:
    judge, model = engine()
    assert list(judge.extract(placed(messages), 1)) == []
    assert model.history == []


@pytest.mark.parametrize(
    "messages",
    [
        [user("Please fix the gateway, it answers 502.")],
        [user("Please fix the gateway, it answers 502."), {"role": "assistant", "content": None}],
        [user("Hi there!"), said("Hello! What can I do for you?")],
        [user("Hi"), said("Hello!"), user("Thanks, bye"), said("Bye!")],
    ],
)
def test_where_nothing_happened_the_task_is_pending_and_nobody_is_asked(messages: list[Json]) -> None:
    judge, model = engine()
    (task,) = judge.extract(placed(messages), 1)
    assert (task.status, task.known, task.first, task.end) == ("pending", None, "m1", 10 * len(messages))
    assert model.history == []


@pytest.mark.parametrize(
    "messages",
    [
        [user("Always use tabs"), said("I will.")],
        [user("Which port does the gateway listen on?"), said("8080.")],
        [user("Go on"), *called("check_logs", "fine")],
    ],
)
def test_a_rule_an_answered_question_or_a_call_is_worth_a_look(messages: list[Json]) -> None:
    judge, model = engine(calls(report(1, 1, 2)))
    assert len(list(judge.extract(placed(messages), 1))) == 1
    assert len(model.history) == 1


NOBODY_ASKED = ("no_task", {"reason": "small talk"})


def test_a_model_may_say_that_nobody_asked_for_anything() -> None:
    messages = [user("Good morning, how do you do?"), said("Very well!")]
    (task,) = extracted(calls(NOBODY_ASKED), messages=messages)
    assert (task.status, task.known, task.first, task.last) == ("pending", None, "m1", "m2")


@pytest.mark.parametrize("pairs", [[report(), NOBODY_ASKED], [NOBODY_ASKED, report()]])
def test_beside_a_task_it_is_not_believed_that_nobody_asked(pairs: list[tuple[str, object]]) -> None:
    assert [task.status for task in extracted(calls(*pairs))] == ["success"]


def test_where_a_task_is_running_it_is_not_believed_that_nobody_asked() -> None:
    tasks, _, _ = parted(goes_on, calls(NOBODY_ASKED), *[goes_on] * 40)
    assert spans(tasks) == [(1, "m1", "m96")]


# A model that does not do as it is told


def test_a_reply_of_words_is_answered_once_with_the_tools() -> None:
    judge, model = engine(WORDS, calls(report()))
    assert len(list(judge.extract(placed(incident()), 1))) == 1
    assert "That was no call" in last_told(model.history[1].messages)
    assert "report_task" in last_told(model.history[1].messages)


def test_a_model_of_words_alone_ends_in_one_error_that_says_what_it_said() -> None:
    judge, model = engine(WORDS, WORDS)
    with pytest.raises(AcontextError, match=r"'scripted' reported no task .*There is one task in it.*config check"):
        list(judge.extract(placed(incident()), 1))
    assert len(model.history) == 2


def test_answers_that_led_nowhere_are_forgotten() -> None:
    answers = Answers()
    with pytest.raises(AcontextError):
        list(engine(WORDS, WORDS, answers=answers)[0].extract(placed(incident()), 1))
    judge, model = engine(calls(report()), answers=answers)
    assert len(list(judge.extract(placed(incident()), 1))) == 1
    assert len(model.history) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (call("finish", {}), "Error: there is no tool 'finish': the tools are report_task, "),
        (call("report_task", "{'goal': 1}"), "Error: the arguments are no JSON"),
        (call("report_task", "[1, 2]"), "Error: the arguments are no JSON object"),
        (call("report_task", report(status="done")[1]), "Error: status: "),
        (
            call("report_task", report(first=17, last=17)[1]),
            "Error: first is 17: the messages have the numbers 1 to 16",
        ),
        (call("report_task", report(first=0)[1]), "Error: first is 0"),
        (call("report_task", report(first=5, last=4)[1]), "Error: last is 4, before first"),
        (call("report_task", report(goal=" ")[1]), "Error: goal is empty"),
        (call("skip_learning", {"task": 1, "reason": ""}), "Error: reason is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_answered_in_words_and_can_be_mended(wrong: object, told: str) -> None:
    judge, model = engine(Reply(calls=(wrong,)), calls(report()))  # type: ignore[arg-type]
    assert len(list(judge.extract(placed(incident()), 1))) == 1
    assert last_told(model.history[1].messages).startswith(told)


def test_a_mistake_before_a_good_call_is_told_too() -> None:
    judge, model = engine(calls(report(1, 1, 4, status="done"), report(2, 5, 8)), calls(report(1, 1, 4)), WORDS)
    assert spans(list(judge.extract(placed(two_requests()), 1))) == [(1, "m1", "m4"), (2, "m5", "m8")]
    assert len(model.history) == 2


def test_a_model_that_only_makes_mistakes_ends_in_one_error_that_names_the_last() -> None:
    judge, model = engine(*[calls(("finish", {}))] * 20)
    with pytest.raises(AcontextError, match=r"reported no task \(in too many turns; its last call: there is no tool"):
        list(judge.extract(placed(incident()), 1))
    assert len(model.history) == 5


def test_a_reply_of_very_many_mistakes_is_not_read_to_its_end() -> None:
    judge, model = engine(calls(*[("finish", {})] * 5000))
    with pytest.raises(AcontextError, match="reported no task"):
        list(judge.extract(placed(incident()), 1))
    assert len(model.history) == 1


def test_a_model_that_never_stops_is_stopped() -> None:
    judge, model = engine(*[calls(*[skip()] * 1000)] * 20)
    with pytest.raises(AcontextError, match="reported no task"):
        list(judge.extract(placed(incident()), 1))
    assert len(model.history) == 1


def test_words_after_a_good_report_lose_nothing() -> None:
    judge, _ = engine(calls(report(1, 1, 4)), WORDS, WORDS)
    assert spans(list(judge.extract(placed(two_requests()), 1))) == [(1, "m1", "m8")]


# Asked once


def test_a_repeated_run_asks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    first = list(engine(calls(report(), skip()), answers=Answers(path))[0].extract(placed(incident()), 1))
    again, model = engine(answers=Answers(path))
    assert list(again.extract(placed(incident()), 1)) == first
    assert (model.history, again.usage) == ([], NOTHING)


def test_a_run_that_broke_off_between_two_parts_goes_on_with_the_second(tmp_path: Path) -> None:
    path, messages = tmp_path / "answers.jsonl", placed(long())
    with pytest.raises(AcontextError, match="has 1 lines"):
        list(engine(counted, context=SMALL, answers=Answers(path))[0].extract(messages, 1))
    again, model = engine(*[counted] * 40, context=SMALL, answers=Answers(path))
    tasks = list(again.extract(messages, 1))
    whole, all_of_it = engine(*[counted] * 40, context=SMALL)
    assert tasks == list(whole.extract(messages, 1))
    assert len(model.history) == len(all_of_it.history) - 1 > 1


def test_another_model_is_asked_anew() -> None:
    answers = Answers()
    list(engine(calls(report()), answers=answers)[0].extract(placed(incident()), 1))
    judge = LlmEngine(ScriptedModel(calls(report(goal="other")), name="another"), answers=answers)
    assert [task.goal for task in judge.extract(placed(incident()), 1)] == ["other"]


# Several parts


def parted(*lines: object, messages: Sequence[Json] | None = None) -> tuple[list[Task], list[str], ScriptedModel]:
    judge, model = engine(*(lines or [counted] * 40), context=SMALL)
    tasks = list(judge.extract(placed(long() if messages is None else messages), 1))
    return tasks, texts(model), model


def test_no_request_is_shown_twice_and_none_is_lost() -> None:
    _, prompts, _ = parted()
    assert len(prompts) > 2
    shown = [int(number) for prompt in prompts for number in re.findall(r"user: request (\d+) please", prompt)]
    assert shown == list(range(24))


def test_the_tasks_of_several_parts_cover_all_of_it_and_each_is_given_once() -> None:
    tasks, prompts, _ = parted()
    assert [task.number for task in tasks] == list(range(1, len(prompts) + 1))
    assert [task.end for task in tasks] == [*(task.start for task in tasks[1:]), 960]


def test_earlier_tasks_are_told_once_with_what_was_done() -> None:
    _, prompts, _ = parted()
    assert "Tasks found before" not in prompts[0]
    told = prompts[2].split("<transcript ")[0]
    assert re.findall(r"^(\d+)\. \[success\] goal (\d+)$", told, re.MULTILINE) == [("1", "1"), ("2", "2")]
    assert "   looked at part 2" in told


def test_of_many_earlier_tasks_the_last_ones_are_told() -> None:
    _, prompts, _ = parted(messages=long(100))
    told = re.findall(r"^(\d+)\. \[", prompts[-1].split("<transcript ")[0], re.MULTILINE)
    assert len(prompts) > 8
    assert told == [str(number) for number in range(len(prompts) - 6, len(prompts))]


def test_what_the_user_wants_is_told_to_the_next_part() -> None:
    wants = calls(report(1, 1, 9999, preferences=["“always use tabs”"]))
    _, prompts, _ = parted(wants, *[counted] * 40, messages=[user("Always use tabs, please"), *long()])
    assert "the user wants: “always use tabs”" in prompts[1]


def test_the_running_task_goes_on_under_its_number() -> None:
    tasks, prompts, _ = parted(*[goes_on] * 40)
    assert len(prompts) > 2
    assert spans(tasks) == [(1, "m1", "m96")]
    assert (tasks[0].start, tasks[0].end) == (0, 960)
    assert "Task 1 may go on below: then report it again under its number." in prompts[1]


def test_a_running_task_holds_what_a_later_part_begins_with_wherever_it_is_said_to_begin() -> None:
    def later(messages: Sequence[Json]) -> Reply:
        last = int(re.findall(r"^\[(\d+)\]", last_told(messages), re.MULTILINE)[-1])
        return calls(report(1, last, 9999, evidence=[], known="claim"))

    tasks, _, _ = parted(goes_on, *[later] * 40)
    assert spans(tasks) == [(1, "m1", "m96")]


def test_a_running_task_keeps_the_signs_of_what_was_done_in_it() -> None:
    messages = [user("Always use tabs. Fix it"), *called("update_config", "Config updated", key="a"), *long()]
    ((task,), prompts, _) = parted(*[goes_on] * 40, messages=messages)
    assert len(prompts) > 1
    assert task.signs == ("change", "statement")


def test_a_running_task_keeps_its_goal_and_what_was_done() -> None:
    def more(messages: Sequence[Json]) -> Reply:
        return calls(report(1, 1, 9999, goal="another", status="failed", progress=["then"], known="claim"))

    first = calls(report(1, 1, 9999, goal="the request", status="running", progress=["at first"]))
    tasks, _, _ = parted(first, *[more] * 40)
    assert [(task.goal, task.status, task.progress) for task in tasks] == [
        ("the request", "failed", ("at first", "then"))
    ]


def test_a_task_that_a_part_begins_with_ends_the_running_one_where_it_ended() -> None:
    tasks, _, _ = parted(counted, *[counted] * 40)
    assert tasks[0].end == tasks[1].start


def test_what_stands_before_a_new_task_belongs_to_the_running_one() -> None:
    def later(messages: Sequence[Json]) -> Reply:
        return calls(report(2, 5, 9999)) if "Tasks found" in last_told(messages) else goes_on(messages)

    tasks, prompts, _ = parted(goes_on, later, *[counted] * 40)
    cut = next(task for task in tasks if task.number == 2)
    assert [task.number for task in tasks] == list(range(1, len(prompts) + 1))
    assert tasks[0].end == cut.start
    assert tasks[0].progress == ()


def test_the_first_part_may_hold_no_person() -> None:
    messages: list[Json] = [*called("check_logs", "y" * 9000) * 8, *two_requests()]
    tasks, prompts, _ = parted(messages=messages)
    assert len(prompts) == 1
    assert tasks[0].start == 160


def test_tasks_of_an_earlier_run_are_told_and_those_to_be_found_again_are_not() -> None:
    before = tuple(
        Task(number=n, goal=f"earlier {n}", status="success", first="a", last="b", start=0, end=9, at="")
        for n in (1, 2)
    )
    judge, model = engine(calls(report(2, 1, 16)), context=Context(tasks=lambda: before))
    assert [task.number for task in judge.extract(placed(incident()), 2)] == [2]
    told = re.search(
        r"<tasks (\w+)>\n1\. \[success\] earlier 1\n</tasks \1>\nThe next new task has number 2\.", texts(model)[0]
    )
    assert told is not None
    assert "earlier 2" not in texts(model)[0]


@pytest.mark.parametrize("window", [4000, 8000, 20_000])
def test_a_prompt_keeps_within_the_window(window: int) -> None:
    judge, model = engine(*[counted] * 60, context=Context(input_tokens=window))
    list(judge.extract(placed(long()), 1))
    for asked in model.history:
        held = sum(tokens(str(message["content"])) for message in asked.messages) + tokens(str(list(asked.tools)))
        assert held <= window


def test_a_message_larger_than_the_window_is_cut() -> None:
    messages = [user("Look at this"), *called("check_logs", "no end of it " * 100_000), said("I see.")]
    _, prompts, _ = parted(goes_on, messages=messages)
    assert len(prompts) == 1
    assert " … " in prompts[0]
    assert tokens(prompts[0]) < 4200


# What else stands in the prompt


def asked_of(context: Context, messages: Sequence[Json] = ()) -> tuple[str, str]:
    """The system prompt and the text."""
    judge, model = engine(calls(report()), context=context)
    list(judge.extract(placed(messages or incident()), 1))
    return str(model.history[0].messages[0]["content"]), texts(model)[0]


def test_what_the_user_holds_for_success_and_failure_is_told() -> None:
    system, _ = asked_of(Context(success="the checkout costs $total or less", failure="a test is red"))
    assert "A task is a success when: the checkout costs $total or less" in system
    assert "A task has failed when: a test is red" in system
    assert "The user has said" not in asked_of(Context())[0]


def test_what_is_to_be_remembered_is_told_with_the_prompt() -> None:
    system, _ = asked_of(Context(wanted=lambda: [("social-contacts", "People the user knows")]))
    assert "- social-contacts: People the user knows" in system
    assert "wants such things remembered" not in asked_of(Context())[0]


@pytest.mark.parametrize("context", [Context(), Context(success="s", failure="f", wanted=lambda: [("a", "b")])])
def test_no_name_is_left_open_in_a_prompt(context: Context) -> None:
    system, _ = asked_of(context)
    assert not re.search(r"\$\w", system)
    assert "\n\n\n" not in system


def test_the_day_is_told_the_sessions_own_first() -> None:
    assert "The conversation took place on 2026-03-26." in asked_of(Context())[1]
    assert "The conversation took place on 2026-01-02." in asked_of(Context(date="2026-01-02"))[1]


def test_what_was_told_from_outside_stands_at_its_message() -> None:
    outcomes = (
        Outcome(status="success", upto=40, reason="the first works"),
        Outcome(status="failed", upto=80, reason="it  broke\nagain.", task=2),
    )
    _, text = asked_of(Context(outcomes=lambda: outcomes), two_requests())
    assert text.endswith(
        "settles the status:\n- the task at message 4: success. the first works\n- task 2: failed. it broke again"
    )


def test_what_was_told_at_the_end_is_told_with_the_last_part_only() -> None:
    told = Context(input_tokens=4200, outcomes=lambda: (Outcome(status="failed", upto=960, reason="all wrong"),))
    judge, model = engine(*[counted] * 40, context=told)
    list(judge.extract(placed(long()), 1))
    assert [number for number, text in enumerate(texts(model), 1) if "all wrong" in text] == [len(model.history)]


def test_texts_of_skills_are_left_out() -> None:
    messages: list[Json] = [
        user("Fix it"),
        *called("get_skill_file", "## How it was fixed before", skill_name="a", file_path="b.md"),
        *called("check_logs", "502 upstream"),
    ]
    judge, model = engine(calls(report(1, 1, 5)))
    list(judge.extract(placed(messages), 1))
    (text,) = texts(model)
    assert "How it was fixed" not in text
    assert "[3] result: (text of a skill: left out, it is no evidence)" in text
    assert "502 upstream" in text


def tools_of(model: ScriptedModel) -> list[str]:
    return [tool["function"]["name"] for tool in model.history[0].tools]  # type: ignore[index]


def test_the_tools_are_the_task_and_the_four_verdicts() -> None:
    judge, model = engine(calls(report()))
    list(judge.extract(placed(incident()), 1))
    assert tools_of(model) == ["report_task", "no_task", *VERDICTS]


def test_where_several_requests_are_shown_in_an_excerpt_no_verdict_is_asked_for() -> None:
    judge, model = engine(*[counted] * 40, context=SMALL)
    list(judge.extract(placed(long()), 1))
    assert not VERDICTS.keys() & {*tools_of(model)}
    assert "skip_learning" not in str(model.history[0].messages[0]["content"])


def test_an_excerpt_of_one_request_is_judged_in_the_same_call() -> None:
    judge, model = engine(counted, context=SMALL)
    list(judge.extract(placed([user("Look"), *called("check_logs", "a line\n" * 4000), said("Fine.")]), 1))
    assert VERDICTS.keys() <= {*tools_of(model)}


STEP = st.sampled_from([user("Fix it, please do"), said("Done."), *called("check_logs", "x" * 900), {"role": "tool"}])


@given(st.lists(STEP, max_size=60), st.lists(REPORTS, min_size=1, max_size=6))
@settings(max_examples=40)
def test_no_reports_on_no_transcript_leave_a_gap_between_tasks(
    messages: list[Json], replies: list[list[tuple[int, int, int]]]
) -> None:
    lines = [calls(*(report(number, at, at + more) for number, at, more in each)) for each in replies]
    judge, _ = engine(*lines * 40, context=Context(input_tokens=2000))
    found: list[Task] = []
    listed: list[Placed] = placed(messages)
    try:
        found.extend(judge.extract(listed, 1))
    except AcontextError as error:
        assert "reported no task" in str(error)  # noqa: PT017
        return
    assert [task.number for task in found] == list(range(1, len(found) + 1))
    assert [task.end for task in found] == [*(task.start for task in found[1:]), 10 * len(messages)][: len(found)]
