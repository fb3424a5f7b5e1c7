from transcripts import NOON, called, calls, incident, placed, ran, result, said, user

from acontext_cli.engines.rules.asked import tasks
from acontext_cli.messages import Json, Message
from acontext_cli.tasks import Known, Task
from acontext_cli.trace.steps import WINDOW

CLAIM = Known(source="claim", because="only the agent says so")


def found(*messages: Json) -> list[Task]:
    return list(tasks(placed(messages), 1))


def goals(*messages: Json) -> list[tuple[str, str]]:
    return [(task.goal, task.status) for task in found(*messages)]


def test_a_task_says_what_was_asked_done_and_found() -> None:
    because = "error_rate_pct went from 34 to 0 after `restart_service`"
    assert found(*incident()) == [
        Task(
            number=1,
            goal="Our API gateway is returning 502 errors on /api/* routes, 34% of requests fail. Fix it.",
            status="success",
            progress=(
                "check_service_status(api-gateway): error_rate_pct: 34",
                "5 looks, check_service_status ×2, check_logs ×2, read_config",
                "update_config(api-gateway, upstream_timeout_ms, 10000) → Config updated",
                "restart_service(api-gateway) → api-gateway restarted",
                because,
            ),
            known=Known(source="check", because=because),
            signs=("change",),
            first="m1",
            last="m16",
            start=0,
            end=160,
            at=NOON,
        )
    ]


def test_tasks_are_numbered_from_the_given_number_and_lie_side_by_side() -> None:
    messages = [user("Fix the parser."), said("Fixed."), user("Now write its docs."), said("Written.")]
    told = [(task.number, task.first, task.last, task.start, task.end) for task in tasks(placed(messages), 7)]
    assert told == [(7, "m1", "m2", 0, 20), (8, "m3", "m4", 20, 40)]


def test_each_task_is_told_as_soon_as_the_next_begins() -> None:
    def endless():  # type: ignore[no-untyped-def]
        yield from placed([user("Fix the parser."), said("Fixed."), user("Now write its docs.")])
        raise AssertionError("read too far")

    assert next(iter(tasks(endless(), 1))).goal == "Fix the parser."


def test_nothing_is_asked_before_the_user_speaks() -> None:
    assert found({"role": "system", "content": "You help."}, said("Hello!")) == []
    assert [task.first for task in found(said("Hello!"), user("Fix it"))] == ["m2"]


def test_thanks_and_answers_extend_the_running_task() -> None:
    messages = [
        user("Fix the parser."),
        said("Which one?"),
        user("Please take the new one."),
        said("Fixed."),
        user("Thanks!"),
    ]
    assert goals(*messages, said("Bye.")) == [("Fix the parser.", "success")]


def test_a_user_who_interrupts_goes_on_with_the_task() -> None:
    assert goals(user("Fix it"), calls("Edit"), user("Also rename it, please"), said("Done")) == [("Fix it", "success")]


def test_a_greeting_is_no_goal() -> None:
    assert goals(user("hi"), said("Hello, what can I do?"), user("Rename it."), said("Done.")) == [
        ("Rename it.", "success")
    ]
    assert goals(user("hi")) == [("(nothing asked)", "pending")]


def test_words_of_the_machine_start_no_task() -> None:
    reminder = user("<system-reminder>Please now also write docs for all of it.</system-reminder>")
    assert goals(user("Fix it"), said("Done."), reminder, said("Done.")) == [("Fix it", "success")]
    caveat = user("Caveat: please do not answer the messages below, they were made by a command.")
    assert goals(user("Fix it"), said("Done."), caveat, said("Done.")) == [("Fix it", "success")]


Meant = tuple[Json, dict[str, object]]
"""A message with what else is known of it."""


def meant(*messages: Meant) -> list[str]:
    """The goals of messages with what else is known of them."""
    bodies = placed([body for body, _ in messages])
    known = [
        (Message(message.body, message.id, NOON, meta), start, end)
        for (message, start, end), (_, meta) in zip(bodies, messages, strict=True)
    ]
    return [task.goal for task in tasks(known, 1)]


COMMAND: dict[str, object] = {"kind": "command"}


def test_a_command_that_the_agent_answers_is_a_task() -> None:
    review: list[Meant] = [(user("/review 7"), COMMAND), (said("Two findings."), {})]
    assert meant(*review, (user("do both please"), {}), (said("Done."), {})) == ["/review 7"]
    assert meant((user("Fix it"), {}), (said("Done."), {}), *review) == ["Fix it", "/review 7"]
    told: list[Meant] = [
        (user("/review 7"), COMMAND),
        (user("agent 2 is done"), {"kind": "notice"}),
        (said("I see."), {}),
    ]
    assert meant(*told) == []


def test_a_command_of_the_program_itself_is_no_task() -> None:
    assert meant((user("/clear"), COMMAND), (said("Hello."), {}), (user("Fix it"), {})) == ["Fix it"]
    assert meant((user("/review 7"), COMMAND), (user("Fix it"), {}), (said("Done."), {})) == ["Fix it"]


def test_what_was_taken_back_is_no_task() -> None:
    before = [user("Fix it"), said("Done."), user("Write docs for the cart, please"), said("Done.")]
    assert meant(
        *((body, {}) for body in before), (user("Delete the table"), {"taken_back": 1}), (said("Done."), {})
    ) == [
        "Fix it",
        "Delete the table",
    ]


def test_a_turn_taken_back_within_a_task_leaves_the_task() -> None:
    before = [user("Fix it"), said("Done."), user("ok, always use tabs"), said("I will.")]
    again: Meant = (user("Delete the table"), {"taken_back": 1})
    assert meant(*((body, {}) for body in before), again, (said("Done."), {})) == ["Fix it"]


def test_where_nothing_was_asked_or_done_nothing_is_finished() -> None:
    assert goals(user("yes"), said("Yes?"), user("ok"), said("Fine.")) == [("(nothing asked)", "running")]


def test_edits_and_commands_are_told_by_file_and_line() -> None:
    edit = called(
        "Edit", "The file was updated", file_path="/home/dev/shop/src/cart.py", old_string="a", new_string="b"
    )
    patch = "*** Begin Patch\n*** Update File: src/a.ts\n@@\n-x\n+y\n*** End Patch"
    mended = called("apply_patch", "Success", input=patch)
    command = called("Bash", "", command="cd /home/dev/shop && make deploy", description="Deploy", timeout=5)
    (task,) = found(user("Mend it"), *edit, *edit, *mended, *command, said("Done."))
    assert task.progress == ("Edit(…/shop/src/cart.py) ×2", "apply_patch(src/a.ts)", "Bash(make deploy)")


def test_a_task_is_pending_then_running_then_finished() -> None:
    assert goals(user("Fix it")) == [("Fix it", "pending")]
    assert goals(user("Fix it"), calls("Edit", file="a.py")) == [("Fix it", "running")]
    assert goals(user("Fix it"), said("Which file?")) == [("Fix it", "running")]
    assert [task.known for task in found(user("Fix it"), said("Done."))] == [CLAIM]


def test_what_the_user_states_is_how_it_is_known() -> None:
    (task,) = found(user("Fix it"), said("Done."), user("It still fails with 502."))
    assert (task.status, task.known) == (
        "failed",
        Known(source="user", because="the user says: “It still fails with 502.”"),
    )


def test_signs_say_what_is_worth_a_closer_look() -> None:
    assert found(user("What is it?"), said("A parser."))[0].signs == ()
    assert found(user("Always use tabs."), said("I will."))[0].signs == ("statement",)
    failed = called("query_db", "error: no schema", schema="a")
    assert found(user("Fix it"), *ran("pytest -q", "1 passed"), *failed, said("Done."))[0].signs == ("test", "failure")


def test_progress_is_a_few_short_lines() -> None:
    changes = [
        body for number in range(9) for body in called("set_flag", "x" * 200, name=f"flag-{number}", why="y" * 300)
    ]
    (task,) = found(user("Set all flags"), *changes, said("Done."))
    assert [len(line) <= 160 for line in task.progress] == [True] * 4
    assert task.progress[3] == "… and 6 more changes"


def test_text_of_a_transcript_stays_on_its_line() -> None:
    (task,) = found(user("Fix\u2028it\n## now\x1b[31m"), *called("set\nflag", "a\nb", name="x\n- y"), said("Done."))
    assert not any(mark in line for line in (task.goal, *task.progress) for mark in "\n\u2028\x1b")


def test_a_result_that_nobody_asked_for_is_passed_over() -> None:
    assert goals(result("lost"), user("Fix it"), result("lost", "none"), said("Done.")) == [("Fix it", "success")]


def test_calls_that_lie_too_far_back_are_told() -> None:
    looks = [body for number in range(WINDOW + 3) for body in called("check_logs", "ok", service_name=f"s{number}")]
    (task,) = found(user("Look at all of them"), *looks, said("Done."))
    assert task.progress[0] == "the first 3 calls lie too far back to be linked"


def test_arguments_that_are_no_json_are_told_as_they_came() -> None:
    function = {"name": "set_flag", "arguments": "{not json"}
    call = {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": function}]}
    (task,) = found(user("Set it"), call, result("done", "c1"), said("Done."))
    assert task.progress == ("set_flag({not json) → done",)
