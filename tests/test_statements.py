import pytest
from transcripts import called, ran, read, said, told, user

from acontext_cli.engines.rules.statements import Statement, may_state, statements
from acontext_cli.messages import Json


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


def test_long_pasted_text_states_nothing() -> None:
    assert may_state("Always use tabs.")
    assert not may_state("Always use tabs. " + "x" * 1500)
    assert not may_state("Fix the parser.")
