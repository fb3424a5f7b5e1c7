import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transcripts import REQUEST, SICK, called, incident, placed, ran, read, said, task, user

from acontext_cli.distillations import Facts, Failure, Skip, Success
from acontext_cli.engines.engine import Finding
from acontext_cli.engines.offline import OfflineEngine
from acontext_cli.messages import Json, Message
from acontext_cli.tasks import Known

ENGINE = OfflineEngine()
SAID = Known(source="user", because="the user said so")
SEEN = Known(source="seen", because="a tool result shows it")


def findings(*messages: Json, known: Known | None = None) -> tuple[Finding, ...]:
    """What the first task of these messages teaches, its outcome told where `known` is given."""
    first = next(iter(ENGINE.extract(placed(messages), 1)))
    if known:
        first = task("success", known, signs=first.signs, goal=first.goal)
    return ENGINE.distill(first, read(messages))


def kinds(*messages: Json) -> list[str]:
    return [type(finding.verdict).__name__ for finding in findings(*messages)]


def test_a_checked_incident_teaches_a_procedure_with_its_evidence() -> None:
    (finding,) = findings(*incident())
    assert isinstance(finding.verdict, Success)
    assert finding.verdict.title == "API gateway 502 — upstream timeout too low"
    assert finding.known == Known(source="check", because="error_rate_pct went from 34 to 0 after `restart_service`")
    assert finding.messages == tuple(f"m{number}" for number in range(2, 16))


def test_a_failed_incident_teaches_what_turns_an_entry_into_a_warning() -> None:
    (finding,) = findings(*incident(after=SICK))
    assert isinstance(finding.verdict, Failure)
    assert finding.verdict.title == "API gateway 502 — upstream timeout too low"
    assert finding.verdict.failure_point == "`check_service_status` still shows the symptom after the last change"


def test_a_rule_is_quoted() -> None:
    rule = "Always use tabs for indentation."
    facts = Facts(task_goal=rule, title=f"User: “{rule}”", facts=(f"The user said: “{rule}”",), about="user")
    assert findings(user(rule), said("I will.")) == (Finding(verdict=facts, known=SAID, messages=("m1",)),)


def test_a_correction_is_quoted_as_one() -> None:
    (finding,) = findings(user("Lint it"), said("Which way, flake8?"), user("No, use ruff."), said("Done."))
    assert isinstance(finding.verdict, Facts)
    assert finding.verdict.facts == ("The user corrected the agent (asked: “Lint it”): “No, use ruff.”",)


def test_a_passing_command_is_a_fact_that_two_sessions_must_show() -> None:
    (finding,) = findings(user("Run the tests"), *ran("pytest -q", "3 passed"), said("They pass."))
    assert isinstance(finding.verdict, Facts)
    assert (finding.verdict.sessions_needed, finding.known, finding.messages) == (2, SEEN, ("m2", "m3"))


def test_one_task_teaches_at_most_five_facts() -> None:
    rules = " ".join(f"Always use {word}." for word in ("tabs", "ruff", "pytest", "mypy", "git", "vim"))
    assert kinds(user(rules), said("I will.")) == ["Facts"] * 5


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([user("What is it?"), said("A parser.")], "nothing was changed, so there is no procedure"),
        (
            [*incident()[:-3], said("Done.")],
            "the result was neither checked after the last change nor told from outside",
        ),
        (
            [user("Fix it"), *ran("sed -i s/a/b/ x", ""), *ran("pytest tests/test_x.py", "1 passed"), said("Done.")],
            "a coding session's edits are no procedure",
        ),
    ],
)
def test_everything_else_is_skipped_with_its_reason(messages: list[Json], reason: str) -> None:
    (finding,) = findings(*messages)
    assert finding.verdict == Skip(reason=reason)


def test_an_outcome_told_from_outside_is_evidence() -> None:
    told = Known(source="outside", because="told from outside: checkout works")
    (finding,) = findings(*incident()[:-3], said("Done."), known=told)
    assert isinstance(finding.verdict, Success)
    assert finding.known == told


@pytest.mark.parametrize("source", ["user", "seen", "claim"])
def test_no_other_word_makes_a_procedure(source: str) -> None:
    known = Known(source=source, because="it works now")  # type: ignore[arg-type]
    assert [type(found.verdict) for found in findings(*incident(), known=known)] == [Skip]


def test_a_task_of_words_alone_is_not_read() -> None:
    def unread():  # type: ignore[no-untyped-def]
        raise AssertionError("the transcript was read")
        yield

    assert [type(found.verdict) for found in ENGINE.distill(task(), unread())] == [Skip]


def test_the_same_transcript_says_the_same() -> None:
    assert findings(*incident()) == findings(*incident())


CONTENT = (
    st.none() | st.text(max_size=30) | st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9)), max_size=2)
)
ARGUMENTS = st.text(max_size=20) | st.sampled_from(
    ['{"a": [1, {"b": "c"}]}', '{"command": ["bash", "-lc", "pytest"]}', "[1]"]
)
STEP = st.sampled_from(
    [*incident(), *called("restart_service", "x", service_name="y"), user(REQUEST), user("Always use tabs.")]
)


@st.composite
def any_message(draw: st.DrawFn) -> Json:
    role = draw(st.sampled_from(["user", "assistant", "tool", "function", "system", "other"]))
    message: dict[str, object] = {"role": role, "content": draw(CONTENT)}
    if role == "assistant" and draw(st.booleans()):
        name = draw(st.sampled_from(["bash", "update_config", "check_logs"]) | st.text(max_size=8))
        function = {"name": name, "arguments": draw(ARGUMENTS)}
        message["tool_calls"] = [{"id": draw(st.sampled_from(["", "a", "b"])), "function": function}]
    if role in ("tool", "function"):
        message["tool_call_id"] = draw(st.sampled_from(["", "a", "b", "check_logs"]))
    return message


@given(st.lists(STEP | any_message(), max_size=25), st.sampled_from(["success", "failed"]))
@settings(max_examples=50, deadline=None)
def test_any_transcript_is_told_in_tasks_and_each_teaches_something_or_says_why_not(
    messages: list[Json], outcome: str
) -> None:
    lines: list[Message] = read(messages)
    tasks = list(ENGINE.extract(placed(messages), 1))
    assert [found.number for found in tasks] == list(range(1, len(tasks) + 1))
    assert [found.end for found in tasks[:-1]] == [found.start for found in tasks[1:]]
    for found in tasks:
        told = task(outcome, Known(source="outside", because="told"), goal=found.goal, signs=found.signs)  # type: ignore[arg-type]
        for each in (found, told):
            taught = ENGINE.distill(each, lines[found.start // 10 : found.end // 10])
            assert taught
            assert len(taught) == 1 or not any(isinstance(finding.verdict, Skip) for finding in taught)


def test_what_followed_a_skill_is_no_new_evidence() -> None:
    (learned,) = findings(*incident())
    assert isinstance(learned.verdict, Success)
    entry = f"## {learned.verdict.title} (date: 2026-03-26)\n- Steps: …"
    messages = incident()
    messages[1:1] = called("get_skill_file", entry, skill_name="config-service-patterns", file_path="procedures.md")
    (finding,) = findings(*messages)
    assert finding.verdict == Skip(reason="it followed a skill that says this already, so it is no new evidence")


def test_from_now_on_begins_a_rule() -> None:
    (finding,) = findings(user("Lint it. From now on use ruff for linting."), said("Done."))
    assert isinstance(finding.verdict, Facts)
    assert finding.verdict.facts == ("The user said: “From now on use ruff for linting.”",)
