import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm import call, calls

from acontext_cli.errors import AcontextError
from acontext_cli.model import NOTHING, Reply, ScriptedModel, Usage
from acontext_cli.models.kept import KeptModel, key_of
from acontext_cli.session.answers import Answers

USER = {"role": "user", "content": "Fix it."}
TOOLS = [{"type": "function", "function": {"name": "look"}}]
SPENT = Usage(calls=1, prompt=100, completion=7)
REPLY = Reply(text="Ich sehe nach ✓", calls=(call("look", {"a": 1}, "c1"),), echo={"reasoning": "r"}, usage=SPENT)


def same(reply: Reply) -> Reply:
    """The same reply from the answers: it takes nothing."""
    return Reply(text=reply.text, calls=reply.calls, echo=reply.echo, usage=NOTHING)


def kept(path: Path | None, *lines: Reply) -> tuple[KeptModel, ScriptedModel]:
    model = ScriptedModel(*lines)
    return KeptModel(model, Answers(path)), model


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


# A model that is asked once


def test_the_same_question_is_asked_once(path: Path) -> None:
    judge, model = kept(path, REPLY)
    assert [judge.reply([USER], TOOLS), judge.reply([USER], TOOLS)] == [REPLY, same(REPLY)]
    assert (len(model.history), judge.usage) == (1, SPENT)


def test_a_later_run_has_the_whole_answer_and_it_takes_nothing(path: Path) -> None:
    kept(path, REPLY)[0].reply([USER], TOOLS)
    judge, model = kept(path)
    assert judge.reply([USER], TOOLS) == same(REPLY)
    assert (model.history, judge.usage) == ([], NOTHING)


@pytest.mark.parametrize("changed", ["messages", "tools", "required", "model"])
def test_another_question_is_asked(path: Path, changed: str) -> None:
    kept(path, REPLY)[0].reply([USER], TOOLS)
    model = ScriptedModel(Reply(text="new"), name="another" if changed == "model" else "scripted")
    messages = [USER, USER] if changed == "messages" else [USER]
    said = KeptModel(model, Answers(path)).reply(
        messages, [] if changed == "tools" else TOOLS, required=changed == "required"
    )
    assert said.text == "new"


def test_an_answer_is_on_disk_before_it_is_used(path: Path) -> None:
    kept(path, REPLY)[0].reply([USER], TOOLS)
    assert path.read_text(encoding="utf-8").count("\n") == 1


def test_a_model_that_fails_leaves_no_answer(path: Path) -> None:
    judge, model = kept(path)
    with pytest.raises(AcontextError):
        judge.reply([USER], TOOLS)
    model.enqueue(REPLY)
    assert judge.reply([USER], TOOLS) == REPLY


def test_what_led_nowhere_is_forgotten_from_the_beginning_of_the_work_on(path: Path) -> None:
    judge, model = kept(path, Reply(text="1"), Reply(text="2"), Reply(text="3"), Reply(text="2, anew"))
    judge.reply([USER], [])
    judge.begin()
    judge.reply([USER] * 2, [])
    judge.reply([USER] * 3, [])
    judge.fail()
    assert judge.reply([USER], []).text == "1"
    assert judge.reply([USER] * 2, []).text == "2, anew"
    assert len(model.history) == 4


def test_kept_answers_that_led_nowhere_are_forgotten_too(path: Path) -> None:
    kept(path, REPLY)[0].reply([USER], [])
    judge, _ = kept(path)
    judge.begin()
    judge.reply([USER], [])
    judge.fail()
    assert kept(path, Reply(text="new"))[0].reply([USER], []).text == "new"


def test_who_fails_twice_forgets_nothing_more(path: Path) -> None:
    judge, _ = kept(path, Reply(text="1"), Reply(text="2"))
    judge.begin()
    judge.reply([USER], [])
    judge.fail()
    judge.fail()
    assert judge.reply([USER], []).text == "2"
    assert Answers(path).get(key_of("scripted", [USER], [], False)) is not None


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"text": "x"},
        {"text": "x", "calls": 5, "echo": {}},
        {"text": "x", "calls": [{}], "echo": {}},
        {"text": "x", "calls": [5], "echo": {}},
        {"text": "x", "calls": [], "echo": 5},
    ],
    ids=json.dumps,
)
def test_an_answer_that_cannot_be_read_is_asked_for_again(path: Path, broken: dict[str, object]) -> None:
    Answers(path).add(key_of("scripted", [USER], [], False), broken)
    assert kept(path, REPLY)[0].reply([USER], []) == REPLY


TEXT = st.text() | st.just("\ud800 half a pair")
REPLIES = st.builds(
    Reply,
    text=TEXT,
    calls=st.lists(st.builds(call, TEXT, TEXT, TEXT), max_size=3).map(tuple),
    echo=st.dictionaries(st.text(max_size=5), TEXT | st.lists(st.integers(), max_size=3), max_size=2),
)


@given(REPLIES)
def test_any_reply_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, reply: Reply) -> None:
    path = tmp_path_factory.mktemp("kept") / "answers.jsonl"
    kept(path, reply)[0].reply([USER], [])
    assert kept(path)[0].reply([USER], []) == same(reply)


def test_a_question_is_the_same_whatever_the_order_of_its_fields() -> None:
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
    assert key_of([USER], [], True) != key_of([USER], [], False)


def test_a_question_may_hold_half_of_a_surrogate_pair() -> None:
    assert key_of("\ud800") != key_of("\udfff")


def test_with_nothing_to_keep_it_in_an_answer_lives_as_long_as_its_object() -> None:
    judge, model = kept(None, REPLY)
    judge.reply([USER], [])
    assert judge.reply([USER], []) == same(REPLY)
    assert len(model.history) == 1


def test_calls_without_a_reply_of_the_model_count_nothing() -> None:
    judge, _ = kept(None, calls(("look", {})), Reply(usage=SPENT))
    judge.reply([USER], [])
    judge.reply([USER] * 2, [])
    assert judge.usage == Usage(calls=2, prompt=100, completion=7)


# Answers on disk


def test_no_file_no_answers_and_none_is_made(path: Path) -> None:
    answers = Answers(path)
    assert answers.get("a") is None
    answers.forget(["a"])
    assert not path.exists()


def test_an_answer_is_a_line_and_the_last_one_counts(path: Path) -> None:
    answers = Answers(path)
    answers.add("a", {"text": "1"})
    answers.add("a", {"text": "2"})
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [
        {"v": 1, "key": "a", "answer": {"text": "1"}},
        {"v": 1, "key": "a", "answer": {"text": "2"}},
    ]
    assert Answers(path).get("a") == {"text": "2"}


def test_a_forgotten_answer_is_forgotten_by_later_runs_and_can_be_given_again(path: Path) -> None:
    answers = Answers(path)
    answers.add("a", {"text": "1"})
    answers.add("b", {"text": "2"})
    answers.forget(["a", "never there"])
    again = Answers(path)
    assert (answers.get("a"), again.get("a"), again.get("b")) == (None, None, {"text": "2"})
    again.add("a", {"text": "3"})
    assert Answers(path).get("a") == {"text": "3"}


def test_a_torn_last_line_is_asked_again_and_set_aside_at_the_next_write(path: Path) -> None:
    Answers(path).add("a", {"text": "1"})
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"v": 1, "key": "b", "answer": {"te')
    answers = Answers(path)
    assert (answers.get("a"), answers.get("b")) == ({"text": "1"}, None)
    answers.add("c", {"text": "3"})
    assert path.read_bytes().startswith(whole + b'{"v": 1, "key": "c"')
    assert (path.parent / "answers.jsonl.torn").read_bytes() == b'{"v": 1, "key": "b", "answer": {"te\n'


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"null", b"[]", b"5", b'"text"', b"{}", b"not json", b"\xff\xfe", b"[" * 100_000),
        *(b'{"key": 1, "answer": {}}', b'{"key": ["a"], "answer": {}}', b'{"answer": {}}', b'{"key": {"a": 1}}'),
    ],
    ids=lambda line: repr(line[:20]),
)
def test_a_broken_line_is_passed_over(path: Path, line: bytes) -> None:
    Answers(path).add("a", {"text": "1"})
    path.write_bytes(path.read_bytes() + line + b"\n")
    Answers(path).add("b", {"text": "2"})
    found = Answers(path)
    assert [found.get("a"), found.get("b")] == [{"text": "1"}, {"text": "2"}]


@pytest.mark.parametrize("answer", ["5", "null", '"text"', "[]"])
def test_an_answer_that_is_no_object_is_none(path: Path, answer: str) -> None:
    Answers(path).add("a", {"text": "1"})
    with path.open("a", encoding="utf-8") as file:
        file.write(f'{{"v": 1, "key": "a", "answer": {answer}}}\n')
    assert Answers(path).get("a") is None


def test_the_line_separators_of_unicode_cut_no_answer(path: Path) -> None:
    Answers(path).add("a", {"text": "1\u20282\u00853\n4"})
    assert Answers(path).get("a") == {"text": "1\u20282\u00853\n4"}
