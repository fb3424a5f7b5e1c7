import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acontext_cli.distillations import Distillation, Facts, Failure, Skip, Success
from acontext_cli.errors import AcontextError
from acontext_cli.records import decode, encode
from acontext_cli.tasks import Known, Outcome, Task

TASK = Task(number=1, goal="Mend it", status="running", first="m1", last="m2", start=0, end=90, at="2026-03-26")
SKIP = Distillation(id="d", session="s", task=TASK, verdict=Skip(reason="small talk"), known=None, date="2026-03-26")
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
VALUES = st.one_of(*map(st.from_type, (Task, Outcome, Distillation)))


@settings(max_examples=40)
@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    line = encode(value)
    assert line.index(b"\n") == len(line) - 1
    assert decode(type(value), line) == value


@pytest.mark.parametrize("verdict", [Success, Facts, Failure, Skip])
@settings(max_examples=10)
@given(data=st.data())
def test_each_verdict_is_read_back_as_itself(verdict: type, data: st.DataObject) -> None:
    value = replace(data.draw(st.from_type(Distillation)), verdict=data.draw(st.from_type(verdict)))
    assert decode(Distillation, encode(value)) == value


def test_a_record_is_plain_json_with_its_version() -> None:
    line = encode(Outcome(status="failed", reason="nö", at="2026-03-26T10:00:00.000Z"))
    assert line.decode() == (
        '{"v": 1, "status": "failed", "reason": "nö", "task": null, "upto": 0, "at": "2026-03-26T10:00:00.000Z"}\n'
    )


def test_a_verdict_is_written_under_the_name_that_a_model_gives() -> None:
    assert json.loads(encode(SKIP))["verdict"] == {"verdict": "skip_learning", "reason": "small talk"}


def test_half_a_surrogate_pair_is_kept() -> None:
    task = replace(TASK, goal="\ud800", known=Known(source="user", because="\udfff"))
    assert decode(Task, encode(task)) == task


def edited(**changes: object) -> bytes:
    record = {**json.loads(encode(TASK)), **changes}
    return json.dumps({name: value for name, value in record.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"goal": ...}, "'goal' is missing"),
        ({"colour": 1, "shape": 2}, "unknown 'colour', unknown 'shape'"),
        ({"number": "1"}, "number: '1' is no int"),
        ({"number": True}, "number: True is no int"),
        ({"goal": None}, "goal: None is no str"),
        ({"status": "done"}, "status: 'done' is none of pending, running, success, failed"),
        ({"status": ["done"]}, "status: ['done'] is none of pending, running, success, failed"),
        ({"progress": "did"}, "progress: 'did' is no list"),
        ({"progress": [1]}, "progress: 1 is no str"),
        ({"known": {"source": "user"}}, "known: 'because' is missing"),
        ({"known": "user"}, "known: 'user' is no object"),
        ({"v": 2}, "form 2 of a newer acontext; update acontext to read it"),
        ({"v": ...}, "the form's version is None, not 1"),
        ({"v": "x"}, "the form's version is 'x', not 1"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_in_words(changes: Mapping[str, object], reason: str) -> None:
    with pytest.raises(AcontextError) as refusal:
        decode(Task, edited(**changes))
    assert str(refusal.value) == f"no record of a task: {reason}"


def test_fields_that_have_a_default_may_be_missing() -> None:
    assert decode(Task, edited(progress=..., known=...)) == TASK


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000, b'{"v": 1e999}', b"9" * 5000])
def test_what_is_no_record_is_refused(line: bytes) -> None:
    with pytest.raises(AcontextError, match=r"^no record of a task: "):
        decode(Task, line)


@pytest.mark.parametrize("verdict", [None, {}, {"verdict": "praise"}, {"verdict": []}, {"verdict": "skip_learning"}])
def test_a_verdict_of_no_known_kind_is_refused(verdict: object) -> None:
    with pytest.raises(AcontextError, match=r"^no record of a distillation: verdict: "):
        decode(Distillation, json.dumps({**json.loads(encode(SKIP)), "verdict": verdict}).encode())


@given(ANY_JSON)
def test_any_json_is_a_record_or_an_error_of_ours(value: object) -> None:
    with pytest.raises(AcontextError):
        decode(Task, json.dumps({"v": 1, "goal": value}).encode())


def test_a_version_that_nobody_wrote_is_shown_cut() -> None:
    for version in ("x" * 5000, 10**400):
        with pytest.raises(AcontextError) as error:
            decode(Task, json.dumps({"v": version}).encode())
        assert len(str(error.value)) < 300
