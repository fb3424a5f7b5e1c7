import pytest

from acontext_cli.engines.rules.turns import asked, asks_anew, awaits_answer, sentences, without_greetings

ANSWERED = "Done, it is deployed."


@pytest.mark.parametrize(
    "text",
    [
        "Please also add a test for the parser.",
        "What does the cache do?",
        "Thanks! Now rename the column in the users table.",
        "/clear",
        "Rename the users table.",
        "what is this?",
        "Great, now write the docs for it.",
        "Thanks, could you fix the parser?",
    ],
)
def test_what_asks_for_something_new_starts_a_task(text: str) -> None:
    assert asks_anew(text, ANSWERED)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "ok",
        "Yes, go ahead.",
        "No, use ruff instead.",
        "It is still failing.",
        "Works now.",
        "Ok, please go ahead.",
        "Great, thank you so much for your help!",
        "The second option",
        "do both please",
        "commit this",
        "Then fix them too.",
        "Could you double-check the totals?",
        "[Request interrupted by user]",
        "🎉",
        "",
    ],
)
def test_confirmations_answers_and_corrections_go_on_with_the_running_task(text: str) -> None:
    assert not asks_anew(text, ANSWERED)


def test_what_follows_a_question_of_the_agent_is_its_answer() -> None:
    assert not asks_anew("Please use the staging cluster for that run.", "Which cluster do you mean?")
    assert asks_anew("Please use the staging cluster for that run.", ANSWERED)


@pytest.mark.parametrize(
    "text", ["Which one?", "I can do both. Please provide the order id.", "Shall I go on? Yes or no."]
)
def test_the_agent_awaits_an_answer(text: str) -> None:
    assert awaits_answer(text)


@pytest.mark.parametrize("text", ["Done.", "Done. Is there anything else I can help you with?", "Released."])
def test_whether_there_is_anything_else_asks_for_nothing(text: str) -> None:
    assert not awaits_answer(text)


def test_greetings_are_taken_off_and_requests_stay() -> None:
    assert without_greetings("Hi there! Thanks, could you fix the parser? Great job.") == "could you fix the parser?"
    assert without_greetings("Good morning. Thank you!") == ""
    assert without_greetings("[[ TASK ]] Fix the parser") == "Fix the parser"


def test_a_goal_is_what_was_asked_without_what_stands_around_it() -> None:
    assert asked("Implement the following plan:\n\n# Plan: Split the parser\n\n## Context") == "Plan: Split the parser"
    assert asked("# Task: Split the parser\nIt is too long.") == "Split the parser It is too long."
    assert asked("[[ ## user_query ## ]]\n\nSplit the parser") == "Split the parser"


def test_a_full_stop_within_a_word_ends_no_sentence() -> None:
    assert sentences("Read config.yaml first. Then v1.2? Yes!\n\nGo") == [
        "Read config.yaml first.",
        "Then v1.2?",
        "Yes!",
        "Go",
    ]
