import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from llm import call, calls, engine, facts, failure, last_told, report, skip, success, texts
from transcripts import called, incident, placed, read, said, user

from acontext_cli.distillations import Facts, Failure, Skip, Success
from acontext_cli.engines.engine import Finding
from acontext_cli.engines.llm import LlmEngine
from acontext_cli.engines.llm.context import Context
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import Reply
from acontext_cli.session.answers import Answers
from acontext_cli.skills import tokens
from acontext_cli.tasks import Known, Outcome, Task

WORDS = Reply(text="It teaches nothing.")
CHECKED = Known(source="check", because="0 errors")
DONE = Task(
    number=1, goal="fix it", status="success", known=CHECKED, first="m1", last="m16", start=0, end=160, at="2026"
)


def judged(
    *lines: Reply, task: Task = DONE, messages: list[Json] | None = None, context: Context | None = None
) -> tuple[Finding, ...]:
    """What a task teaches by calls of its own."""
    return engine(*lines, context=context)[0].distill(task, read(messages or incident()))


def found(judge: LlmEngine, messages: list[Json]) -> Task:
    """The first task."""
    return next(iter(judge.extract(placed(messages), 1)))


# With the extraction


def test_verdicts_that_came_with_the_task_are_not_asked_for_again() -> None:
    judge, model = engine(calls(report(), success(title="T", steps=["`check_logs(<gateway>)`"])))
    (finding,) = judge.distill(found(judge, incident()), read(incident()))
    assert isinstance(finding.verdict, Success)
    assert (finding.verdict.title, finding.verdict.steps) == ("T", ("`check_logs(<gateway>)`",))
    assert (finding.known, finding.messages) == (CHECKED, ("m2", "m3"))
    assert len(model.history) == 1


def test_a_skip_that_came_with_the_task_is_its_verdict() -> None:
    judge, model = engine(calls(report(), skip(reason="known anyway")))
    assert judge.distill(found(judge, incident()), read(incident())) == (
        Finding(verdict=Skip(reason="known anyway"), known=CHECKED),
    )
    assert len(model.history) == 1


def test_a_verdict_on_another_task_is_no_verdict_on_this_one() -> None:
    judge, model = engine(calls(report(), skip(task=2)), calls(skip(None, "asked anew")))
    (finding,) = judge.distill(found(judge, incident()), read(incident()))
    assert finding.verdict == Skip(reason="asked anew")
    assert len(model.history) == 2


def test_a_verdict_without_a_number_is_on_the_only_task() -> None:
    judge, model = engine(calls(report(), skip(None, "known anyway")))
    assert judge.distill(found(judge, incident()), ())[0].verdict == Skip(reason="known anyway")
    assert len(model.history) == 1


@pytest.mark.parametrize("early", [True, False])
def test_what_failed_is_no_procedure(early: bool) -> None:
    failed = report(status="failed")
    judge, model = engine(calls(failed, *([success()] if early else [])), calls(success(None)), calls(failure(None)))
    (finding,) = judge.distill(found(judge, incident()), read(incident()))
    assert isinstance(finding.verdict, Failure)
    assert last_told(model.history[2].messages).startswith("Error: the task failed")


def test_each_of_two_tasks_has_its_own_verdict() -> None:
    looked = [*called("check_logs", "fine"), said("All is well.")]
    messages = [user("Look at the logs"), *looked, user("Now look at the other logs"), *looked]
    judge, model = engine(calls(report(4, 1, 4), report(9, 5, 8), skip(9, "second"), skip(4, "first")))
    tasks = list(judge.extract(placed(messages), 1))
    assert [judge.distill(task, ())[0].verdict for task in tasks] == [Skip(reason="first"), Skip(reason="second")]
    assert len(model.history) == 1


def test_an_outcome_told_later_is_judged_anew() -> None:
    judge, model = engine(calls(report(), success()), calls(failure(None)))
    told = Known(source="outside", because="told from outside: it broke")
    task = replace(found(judge, incident()), status="failed", known=told)
    (finding,) = judge.distill(task, read(incident()))
    assert isinstance(finding.verdict, Failure)
    assert (finding.known, len(model.history)) == (told, 2)


def test_a_task_that_went_on_is_judged_anew() -> None:
    judge, model = engine(calls(report(), success()), calls(skip(None)))
    judge.distill(replace(found(judge, incident()), last="m20"), read(incident()))
    assert len(model.history) == 2


def test_an_outcome_told_before_is_the_one_that_the_verdict_is_kept_for() -> None:
    context = Context(outcomes=lambda: (Outcome(status="failed", reason="it broke", upto=160),))
    judge, model = engine(calls(report(), failure()), context=context)
    task = replace(found(judge, incident()), status="failed", known=Outcome(status="failed", reason="it broke").known)
    (finding,) = judge.distill(task, read(incident()))
    assert isinstance(finding.verdict, Failure)
    assert len(model.history) == 1


@pytest.mark.parametrize("status", ["running", "pending"])
def test_a_verdict_on_a_task_that_is_not_finished_is_not_kept(status: str) -> None:
    judge, model = engine(calls(report(status=status), skip()), calls(skip(None)))
    judge.distill(found(judge, incident()), read(incident()))
    assert len(model.history) == 2


def test_verdicts_are_kept_for_a_later_run(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    judge, _ = engine(calls(report(), success(), facts("The port is 8080.")), answers=Answers(path))
    task = found(judge, incident())
    first = judge.distill(task, read(incident()))
    again, model = engine(answers=Answers(path))
    assert again.distill(task, read(incident())) == first
    assert model.history == []


@pytest.mark.parametrize("broken", [{}, {"verdicts": 1}, {"verdicts": [{"name": "x", "report": {}, "messages": []}]}])
def test_kept_verdicts_that_cannot_be_read_are_asked_for_again(broken: Json, tmp_path: Path) -> None:
    answers = Answers(tmp_path / "answers.jsonl")
    judge, model = engine(calls(report(), success()), calls(skip(None)), answers=answers)
    task = found(judge, incident())
    last = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    key = re.search(r'"key": "(\w+)"', last)
    assert key
    answers.add(key[1], broken)
    assert judge.distill(task, read(incident()))[0].verdict == Skip(reason="nothing new")
    assert len(model.history) == 2


def test_a_task_that_was_seen_in_an_excerpt_with_others_is_judged_by_a_call_of_its_own() -> None:
    long = [user("Look at the logs"), *called("check_logs", "a line\n" * 4000), said("Fine.")]
    context = Context(input_tokens=6000)
    judge, model = engine(calls(report(1, 1, 4), report(2, 5, 8)), calls(skip(None)), context=context)
    first, _ = judge.extract(placed([*long, *long]), 1)
    judge.distill(first, read(long))
    assert len(model.history) == 2


def test_a_task_of_several_parts_is_judged_by_a_call_of_its_own() -> None:
    rounds = called("check_logs", "a line\n" * 900) * 30
    messages = [user("Look at the logs"), *rounds, user("And now?"), *called("check_logs", "fine"), said("Fine.")]

    def goes_on(asked: Sequence[Json]) -> Reply:
        last = "And now?" in last_told(asked)
        return calls(report(1, 1, 99), *([skip(1, "half of it seen")] if last else []))

    answers = Answers()
    judge, model = engine(*[goes_on] * 40, context=Context(input_tokens=6000), answers=answers)
    (task,) = judge.extract(placed(messages), 1)
    assert len(model.history) > 1
    assert "skip_learning" in str(model.history[-1].tools)
    again, model = engine(calls(skip(None, "all of it seen")), answers=answers)
    assert again.distill(task, read(messages))[0].verdict == Skip(reason="all of it seen")


def test_a_verdict_on_an_excerpt_of_one_task_is_kept() -> None:
    long = [user("Look at the logs"), *called("check_logs", "a line\n" * 4000), said("Fine.")]
    judge, model = engine(calls(report(1, 1, 4), skip(1)), context=Context(input_tokens=6000))
    judge.distill(found(judge, long), read(long))
    assert len(model.history) == 1


# By a call of its own


def test_a_task_is_judged_with_what_is_known_of_it() -> None:
    judge, model = engine(calls(success(None)))
    judge.distill(replace(DONE, progress=("raised the timeout",)), read(incident()))
    (text,) = texts(model)
    task = "The task: fix it\nHow it came out: success (0 errors)\n- raised the timeout"
    assert re.sub(r" [0-9a-f]{10}>", ">", text).startswith(
        f"<task>\n{task}\n</task>\nThe conversation took place on 2026-03-26.\n\n<transcript>\n[1] user: Our API"
    )
    assert "this finished task" in str(model.history[0].messages[0]["content"])


def test_the_tools_are_the_four_verdicts_and_do_not_ask_for_a_number() -> None:
    judge, model = engine(calls(skip(None)))
    judge.distill(DONE, read(incident()))
    tools = [tool["function"] for tool in model.history[0].tools]
    assert [tool["name"] for tool in tools] == [  # type: ignore[index]
        "skip_learning",
        "report_success_analysis",
        "report_factual_content",
        "report_failure_analysis",
    ]
    assert "'task'" not in str(tools)


@pytest.mark.parametrize("context", [Context(), Context(wanted=lambda: [("social-contacts", "People of $NAME")])])
def test_what_is_to_be_remembered_stands_in_the_prompt_and_no_name_is_left_open(context: Context) -> None:
    judge, model = engine(calls(skip(None)), context=context)
    judge.distill(DONE, read(incident()))
    system = str(model.history[0].messages[0]["content"])
    assert ("- social-contacts: People of $NAME\n" in system) is bool(context.wanted())
    assert not re.search(r"\$\w", system.replace("$NAME", ""))


def test_texts_of_skills_are_left_out() -> None:
    read_skill = called("get_skill", "## How it was fixed before", skill_name="a")
    judge, model = engine(calls(skip(None)))
    judge.distill(DONE, read([user("Fix it"), *read_skill, said("Done.")]))
    assert "How it was fixed" not in texts(model)[0]


def test_several_lessons_of_one_reply_are_all_taken() -> None:
    found = judged(calls(success(None), facts("A", task=None), facts("B", task=None, about="user")))
    assert [type(finding.verdict) for finding in found] == [Success, Facts, Facts]


def test_at_most_eight_lessons_are_taken_of_a_task() -> None:
    assert len(judged(calls(*[facts(str(number), task=None) for number in range(12)]))) == 8


def test_a_skip_beside_a_lesson_is_passed_over() -> None:
    assert [type(each.verdict) for each in judged(calls(skip(None), success(None), skip(None)))] == [Success]


def test_of_several_skips_the_last_is_left() -> None:
    assert judged(calls(skip(None, "a"), skip(None, "b"))) == (Finding(verdict=Skip(reason="b"), known=CHECKED),)


def test_a_lesson_of_the_same_title_is_sent_in_place_of_the_first() -> None:
    found = judged(calls(success(None, approach="a"), facts("A", task=None), success(None, approach="b")))
    assert [type(finding.verdict) for finding in found] == [Facts, Success]
    assert isinstance(found[1].verdict, Success)
    assert found[1].verdict.approach == "b"


def test_facts_without_a_title_are_told_apart_by_what_they_say() -> None:
    found = judged(calls(facts("A", task=None), facts("B", task=None), facts("A", task=None, about="user")))
    assert [finding.verdict.facts for finding in found if isinstance(finding.verdict, Facts)] == [("B",), ("A",)]


def test_a_procedure_is_known_as_its_task_is_and_by_a_claim_where_nothing_is_known() -> None:
    (finding,) = judged(calls(success(None)), task=replace(DONE, known=None))
    assert finding.known == Known(source="claim", because="only the agent says so")


def test_facts_are_known_by_the_messages_that_say_or_show_them() -> None:
    named = [facts(f"The gateway has the number {place}", task=None, evidence=[place]) for place in (1, 5, 16, 99)]
    assert [finding.known and finding.known.source for finding in judged(calls(*named))] == [
        "user",
        "seen",
        "claim",
        "claim",
    ]


def test_evidence_that_is_not_there_is_left_away() -> None:
    (finding,) = judged(calls(success(None, evidence=[3, 3, 0, -1, 17, 2])))
    assert finding.messages == ("m3", "m2")


def test_a_lesson_names_the_tools_of_the_task_by_the_transcript() -> None:
    (finding,) = judged(calls(success(None, tools=["rm_rf"])))
    assert isinstance(finding.verdict, Success)
    assert finding.verdict.tools == (
        "check_service_status",
        "check_logs",
        "read_config",
        "update_config",
        "restart_service",
    )


# A model that does not do as it is told


def test_a_reply_of_words_is_answered_once() -> None:
    judge, model = engine(WORDS, calls(skip(None)))
    assert judge.distill(DONE, read(incident()))[0].verdict == Skip(reason="nothing new")
    assert last_told(model.history[1].messages).startswith("That was no call.")


def test_no_verdict_is_an_error_and_never_nothing_to_learn() -> None:
    answers = Answers()
    judge, _ = engine(WORDS, WORDS, answers=answers)
    with pytest.raises(AcontextError, match=r"gave no verdict on task 1 \(it said: 'It teaches nothing.'\)"):
        judge.distill(DONE, read(incident()))
    again, model = engine(calls(skip(None)), answers=answers)
    again.distill(DONE, read(incident()))
    assert len(model.history) == 1


def test_what_was_found_before_is_not_forgotten_with_a_verdict_that_failed() -> None:
    answers = Answers()
    judge, _ = engine(calls(report()), WORDS, WORDS, answers=answers)
    task = found(judge, incident())
    with pytest.raises(AcontextError, match="gave no verdict"):
        judge.distill(task, read(incident()))
    assert found(engine(answers=answers)[0], incident()) == task


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (call("report_task", report()[1]), "Error: there is no tool 'report_task'"),
        (call("skip_learning", "nothing"), "Error: the arguments are no JSON"),
        (call("skip_learning", {}), "Error: reason: "),
        (call("skip_learning", {"reason": " "}), "Error: reason is empty"),
        (call("report_factual_content", facts("", " ", task=None)[1]), "Error: facts is empty"),
        (call("report_success_analysis", success(None, title="")[1]), "Error: title is empty"),
        (call("report_success_analysis", success(None, applies_when="\n")[1]), "Error: applies_when is empty"),
        (call("report_failure_analysis", failure(None, failure_point="")[1]), "Error: failure_point is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_answered_in_words_and_can_be_mended(wrong: object, told: str) -> None:
    judge, model = engine(Reply(calls=(wrong,)), calls(skip(None, "mended")))  # type: ignore[arg-type]
    assert judge.distill(DONE, read(incident()))[0].verdict == Skip(reason="mended")
    assert last_told(model.history[1].messages).startswith(told)


def test_a_lesson_with_a_mistake_can_be_mended_though_a_good_one_follows() -> None:
    found = judged(calls(success(None, title=""), facts("A", task=None)), calls(success(None)))
    assert [type(finding.verdict) for finding in found] == [Facts, Success]


def test_a_model_that_only_makes_mistakes_ends_in_one_error() -> None:
    judge, model = engine(*[calls(("finish", {}))] * 9)
    with pytest.raises(
        AcontextError, match=r"gave no verdict on task 1 \(in too many turns; its last call: there is no"
    ):
        judge.distill(DONE, read(incident()))
    assert len(model.history) == 3


# Sizes


@pytest.mark.parametrize("lines", [200, 40_000])
def test_a_prompt_keeps_within_the_window(lines: int) -> None:
    messages = [user("Look"), *called("check_logs", "a line of it\n" * lines), said("Fine.")] * 30
    judge, model = engine(calls(skip(None)), context=Context(input_tokens=5000))
    judge.distill(DONE, read(messages))
    (asked,) = model.history
    assert sum(tokens(str(message["content"])) for message in asked.messages) + tokens(str(list(asked.tools))) <= 5000


def test_of_a_very_long_task_the_beginning_and_the_end_are_read() -> None:
    rounds = [message for number in range(3000) for message in (user(f"request {number}"), said("Done." * 9))]
    judge, model = engine(calls(skip(None)), context=Context(input_tokens=4000))
    judge.distill(DONE, read(rounds))
    assert "request 0\n" in texts(model)[0]
    assert "request 2999\n" in texts(model)[0]
