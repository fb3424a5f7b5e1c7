from dataclasses import replace

from transcripts import task

from acontext_cli.distillations import Distillation, Facts, Failure, Lesson, Success
from acontext_cli.engines.rules.entry import (
    contradicted_text,
    digest_id,
    digest_text,
    entry_id,
    lesson_text,
    warning_text,
    with_sessions,
)
from acontext_cli.skills import ENTRY_TOKENS, entries, tokens
from acontext_cli.tasks import Known

CHECKED = Known(source="check", because="the error rate fell to 0")
PROCEDURE = Success(
    title="API gateway 502",
    task_goal="Fix it",
    approach="",
    generalizable_pattern="A limit.",
    applies_when="502",
    does_not_apply="503",
    steps=("`look(<a>)`", "`set(<b>)`"),
    verify="Look again.",
    otherwise="Stop.",
)
FAILURE = Failure(
    title="API gateway 502",
    task_goal="Fix it",
    failure_point="told from outside: 502 again",
    flawed_reasoning="",
    what_should_have_been_done="",
    prevention_principle="Do not follow it.",
    applies_when="",
)
TEXT = """\
## API gateway 502 (date: 2026-03-26) <!-- id: 3a3c6a -->
- Principle: A limit.
- When to Apply: 502
- Does Not Apply: 503
- Steps:
  1. `look(<a>)`
  2. `set(<b>)`
- Verify: Look again.
- Otherwise: Stop.
- Known because: the error rate fell to 0 (1 session)"""


def item(lesson: Lesson = PROCEDURE) -> Distillation:
    return Distillation(id="d", session="s1", task=task(), verdict=lesson, known=CHECKED, date="2026-03-26")


def test_a_procedure_as_an_entry() -> None:
    assert lesson_text(PROCEDURE, item(), 1) == TEXT.replace("3a3c6a", entry_id(PROCEDURE))


def test_facts_as_an_entry() -> None:
    facts = Facts(task_goal="", title="User: “tabs”", facts=("The user said: “tabs”", "- x"))
    assert lesson_text(facts, item(facts), 2) == (
        f"## User: “tabs” (date: 2026-03-26) <!-- id: {entry_id(facts)} -->\n"
        "- The user said: “tabs”\n- \\- x\n- Known because: the error rate fell to 0 (2 sessions)"
    )


def test_the_same_lesson_has_the_same_id_in_any_session() -> None:
    assert entry_id(PROCEDURE) == entry_id(replace(PROCEDURE, title="api  Gateway 502", steps=()))
    assert entry_id(PROCEDURE) == entry_id(FAILURE)
    assert entry_id(PROCEDURE) != entry_id(Facts(task_goal="", title=PROCEDURE.title, facts=()))
    assert digest_id(task(), "s1") != digest_id(task(), "s2")


def test_a_long_entry_goes_without_what_to_do_otherwise() -> None:
    long = replace(PROCEDURE, steps=("x" * 1000,), otherwise="y" * 150)
    assert "Otherwise" in lesson_text(replace(long, steps=("x" * 400,)), item(), 1)
    assert "Otherwise" not in lesson_text(long, item(), 1)


def test_untrusted_text_makes_no_second_entry() -> None:
    bad = "a\n## b (date: 2020-01-01) <!-- id: cccccc -->"
    hostile = replace(PROCEDURE, title=bad, applies_when=bad, steps=(bad,), verify=bad)
    (entry,) = entries(lesson_text(hostile, item(), 1))
    assert (entry.id, entry.date) == (entry_id(hostile), "2026-03-26")
    (digest,) = entries(digest_text(task(goal=bad, progress=(bad,)), "s1", bad, "2026-03-26"))
    assert digest.date == "2026-03-26"


def test_a_warning_says_what_failed_and_when_to_forget_it() -> None:
    lines = TEXT.split("\n")
    assert warning_text(TEXT, FAILURE, "2026-03-27").split("\n") == [
        "## Warning: API gateway 502 (date: 2026-03-26) <!-- id: 3a3c6a -->",
        "- Warning: this failed (told from outside: 502 again). Do not follow it.",
        "- Forget after: 2026-06-25",
        *lines[1:-1],
        lines[-1].replace("Known because", "Was believed because"),
    ]


def test_a_warning_of_a_warning_is_one_warning() -> None:
    once = warning_text(TEXT, FAILURE, "2026-03-26")
    assert warning_text(once, FAILURE, "2026-03-26") == once
    assert warning_text(once, FAILURE, "2026-04-26") == once.replace("2026-06-24", "2026-07-25")


def test_a_warning_without_a_day_is_for_the_next_review() -> None:
    assert "- Forget after: the next review" in warning_text(TEXT, FAILURE, "0000-00-00")


def test_an_entry_that_others_support_is_contradicted_once() -> None:
    once = contradicted_text(TEXT, FAILURE, "2026-03-27")
    assert once == f"{TEXT}\n- Contradicted: told from outside: 502 again (2026-03-27)"
    assert contradicted_text(once, FAILURE, "2026-03-27") == once


def test_what_can_be_spared_goes_first() -> None:
    full = TEXT.replace("503", "5" * 90)
    long = full.replace("`look(<a>)`", "x" * (4 * ENTRY_TOKENS - len(full)))
    warned = warning_text(long, FAILURE, "2026-03-26")
    assert tokens(warned) <= ENTRY_TOKENS
    assert [word in warned for word in ("Otherwise", "Does Not Apply", "Was believed because")] == [False, False, True]
    assert tokens(contradicted_text(long, FAILURE, "2026-03-26")) <= ENTRY_TOKENS


def test_another_session_changes_the_last_count_alone() -> None:
    assert with_sessions(TEXT, 2) == TEXT.replace("(1 session)", "(2 sessions)")
    assert with_sessions("- said (1 session) ago\n- Known because: x (2 sessions)", 3).endswith("x (3 sessions)")
    assert with_sessions("- nothing counted", 3) == "- nothing counted"
    assert with_sessions("- said (1 session) ago", 3) == "- said (1 session) ago"


def test_a_digest_tells_a_task_in_a_few_lines() -> None:
    found = task(goal="Fix the gateway", progress=("a", "b", "c", "the error rate fell to 0"), known=CHECKED)
    assert digest_text(found, "0123456789", "", "2026-03-26") == (
        f"## Fix the gateway (date: 2026-03-26) <!-- id: {digest_id(found, '0123456789')} -->\n"
        "- Outcome: success (the error rate fell to 0)\n- a\n- b\n- c\n- Session: 01234567, task 1"
    )


def test_a_digest_names_a_claim_as_a_claim() -> None:
    claim = Known(source="claim", because="the agent says that it could not do it")
    assert "- Outcome: failed (only the agent says so)\n" in digest_text(task("failed", claim), "s1", "n", "2026-03-26")
    ran = Known(source="claim", because="only the agent says so; `mypy` passed")
    told = digest_text(task("success", ran), "s1", "n", "2026-03-26")
    assert "- Outcome: success (only the agent says so; `mypy` passed)\n" in told
