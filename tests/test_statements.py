import pytest
from transcripts import called, ran, read, said, told, user

from acontext_cli.engines.rules.statements import Statement, may_state, statements
from acontext_cli.messages import Json, Message


def stated(*messages: Json) -> list[Statement]:
    return list(statements(read(messages), told(*messages)))


def quotes(text: str) -> list[tuple[str, str]]:
    return [(found.kind, found.quote) for found in stated(user(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Always use tabs for indentation.",
        "Please never push to main.",
        "I prefer short commit messages.",
        "Call me Sam.",
        "And please, always answer in French.",
        "Make sure to always run the linter.",
        "We never deploy on a weekend.",
        "Always write for Python 3.11 or later.",
        "From now on, answer in French.",
        "In future please run the linter before you commit.",
        "Just run the dashboard directly going forward.",
        "We should be using strong types instead of strings wherever we can.",
    ],
)
def test_a_rule_is_quoted_word_for_word(text: str) -> None:
    assert quotes(text) == [("rule", text)]


@pytest.mark.parametrize(
    "text", ["No, use ruff.", "Actually, use Python 3.12 for scripts.", "Wrong, it's called gateway."]
)
def test_a_correction_is_quoted_word_for_word(text: str) -> None:
    assert quotes(text) == [("correction", text)]


@pytest.mark.parametrize(
    "text",
    [
        "Never mind, I found it.",
        "Always works on my machine.",
        "Do you always use tabs?",
        "Always use order 48213.",
        "Always book HAT271X.",
        "Always write to sam@example.com.",
        "Always use this one.",
        "I prefer the flight on Monday.",
        "No, use that.",
        "Never " + "very " * 30 + "long.",
        "Always",
        "```\nAlways use tabs.\n```",
        "> Always use tabs.",
        "| Always use tabs |",
        "<note>Always use tabs.</note>",
        "Fix the parser.",
        "We always get a timeout.",
        "Never reached the handler.",
        "Always returns nothing.",
        "Always the same error.",
        "Never again!",
        "From now on it crashes.",
        "In future tests will fail.",
        "This will be fine going forward.",
        "Please never do that again.",
        "No, use the first one.",
        "No, use a dict.",
        "Should we always run the linter",
        "He said: always use tabs.",
        'The review says "This is bad. Always use tabs. Mend it."',
        "I got this from the log:\nalways use retries",
        "2026-01-01 WARN slow\nAlways use retries.",
        "# Rules\n- Always use tabs.",
        "Implement the following plan:\n\nAlways use the new helper.",
    ],
)
def test_what_belongs_to_its_task_or_was_pasted_is_no_rule(text: str) -> None:
    assert quotes(text) == []


def test_only_the_sentence_is_taken_with_the_message_it_stands_in() -> None:
    messages = [user("Fix the parser."), said("Always use tabs."), user("Good. I prefer tabs over spaces. Thanks!")]
    assert stated(*messages) == [Statement(kind="rule", quote="I prefer tabs over spaces.", message="m3")]


def test_what_a_result_contradicts_is_not_taken() -> None:
    rule, works = user("Always run tests with tox."), ran("tox -q", "ok")
    assert stated(rule, *ran("tox -q", "exit code 1")) == []
    assert [found.quote for found in stated(rule, *works)] == ["Always run tests with tox."]
    assert len(stated(rule, *called("run", "Error: no", what="the tests"))) == 1


@pytest.mark.parametrize("text", ["Sorry, wrong chat.", "Ignore my last message.", "Scratch that."])
def test_what_a_person_takes_back_in_words_is_no_rule(text: str) -> None:
    assert stated(user("Always use tabs."), said("I will."), user(text)) == []


def test_what_a_person_takes_back_by_a_rewind_is_no_rule() -> None:
    first, second, third = read([user("Always use tabs."), user("Never use tabs."), user("I prefer short names.")])
    back = Message(third.body, third.id, meta={"taken_back": 1})
    assert [found.message for found in statements([first, second, back], told())] == ["m1", "m3"]


def test_long_pasted_text_states_nothing() -> None:
    assert may_state("Always use tabs.")
    assert not may_state("Always use tabs. " + "x" * 1500)
    assert not may_state("Fix the parser.")
