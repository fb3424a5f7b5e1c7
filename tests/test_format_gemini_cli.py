"""The reader of Gemini CLI sessions, in both of their forms."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import cut, human, lines, mutated, nested, taken, told

from acontext_cli.formats import Origin, Piece, Source, gemini_cli
from acontext_cli.messages import problem

CORPUS = ROOT.parent / "shared" / "corpus"
FILES = [CORPUS / "fixtures" / "gemini" / "small.json"]
HEADER = {"sessionId": "s-1", "projectHash": "0b7d", "startTime": "2026-01-16T18:34:00.000Z", "kind": "main"}


def message(kind: str, id: str, content: Any = "", **fields: Any) -> dict[str, Any]:
    return {"id": id, "timestamp": "2026-01-16T18:34:01.000Z", "type": kind, "content": content, **fields}


def typed(id: str, text: Any) -> dict[str, Any]:
    return message("user", id, text)


def call(id: str, status: str = "success", output: Any = "ok", **fields: Any) -> dict[str, Any]:
    response = {"functionResponse": {"id": id, "name": "read_file", "response": {"output": output}}}
    return {"id": id, "name": "read_file", "args": {"path": "a.py"}, "status": status, "result": [response], **fields}


def read_lines(*records: dict[str, Any]) -> list[Origin | Piece]:
    return told(gemini_cli, lines([HEADER, *records]))


def document(*messages: Any, **fields: Any) -> bytes:
    return json.dumps({**HEADER, "messages": list(messages), **fields}, indent=2).encode()


def only_pieces(given_: list[Origin | Piece]) -> list[Piece]:
    return [piece for piece in given_ if isinstance(piece, Piece)]


def pieces(*records: dict[str, Any]) -> list[Piece]:
    return only_pieces(read_lines(*records))


def results(given_: list[Piece]) -> list[tuple[str, Any, Any, Any]]:
    """Of each result: uid, the call's id, content, whether it failed."""
    found = [piece for piece in given_ if piece.body["role"] == "tool"]
    return [(one.uid, one.body["tool_call_id"], one.body["content"], one.meta.get("is_error")) for one in found]


CONVERSATION = [
    typed("m1", [{"text": "look at a.py"}]),
    message(
        "gemini",
        "m2",
        "I look.",
        model="gemini-3",
        tokens={"input": 9, "output": 4, "cached": 2},
        thoughts=[{"subject": "Plan", "description": "read it"}],
        toolCalls=[call("c1"), call("c2", "error", "no")],
    ),
    message("gemini", "m3", "Done."),
]


def test_both_forms_tell_the_same() -> None:
    as_document = told(gemini_cli, document(*CONVERSATION))
    assert as_document == read_lines(*CONVERSATION)
    assert as_document[0] == Origin(session="s-1", agent="gemini-cli")
    assert [
        gemini_cli.recognises(Source(BytesIO(data)).sample)
        for data in (document(*CONVERSATION), lines([HEADER, *CONVERSATION]))
    ] == [True, True]


def test_calls_come_with_their_message_and_results_after_it() -> None:
    person, asked, *_ = pieces(*CONVERSATION)
    assert (person.body, person.uid, person.at) == (
        {"role": "user", "content": "look at a.py"},
        "m1",
        "2026-01-16T18:34:01.000Z",
    )
    function = {"name": "read_file", "arguments": '{"path": "a.py"}'}
    assert asked.body == {
        "role": "assistant",
        "content": "I look.",
        "tool_calls": [{"id": id, "type": "function", "function": function} for id in ("c1", "c2")],
        "reasoning_content": "Plan: read it",
    }
    assert asked.meta == {"model": "gemini-3", "usage": {"input": 9, "output": 4, "cached": 2}}
    assert results(pieces(*CONVERSATION)) == [("m2/c1", "c1", "ok", False), ("m2/c2", "c2", "no", True)]


@pytest.mark.parametrize(
    ("made", "content"),
    [
        (call("c", output=""), ""),
        (call("c", "cancelled", result=None, resultDisplay="cancelled by the user"), "cancelled by the user"),
        (call("c", result=[{"functionResponse": {"response": {"error": "no such file"}}}]), "no such file"),
        (call("c", result=[{"functionResponse": {"response": {"lines": 3}}}]), '{"lines": 3}'),
        (call("c", result=[{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]), "[image]"),
        (call("c", result="plain"), "plain"),
    ],
)
def test_a_result_in_any_form_is_a_text(made: dict[str, Any], content: str) -> None:
    assert [one[2] for one in results(pieces(message("gemini", "m", toolCalls=[made])))] == [content]


def test_a_call_without_a_result_stays_open() -> None:
    asked = pieces(message("gemini", "m", toolCalls=[call("c", "executing", result=None)]))
    assert [piece.body["role"] for piece in asked] == ["assistant"]


def test_a_message_that_is_written_again_counts_as_it_was_last() -> None:
    early = message("gemini", "m2", "", toolCalls=[call("c1", "executing", result=None)])
    late = message("gemini", "m2", "I looked.", toolCalls=[call("c1")])
    given_ = pieces(typed("m1", "go"), early, typed("m3", "well?"), late)
    assert [piece.body["content"] for piece in given_] == ["go", "I looked.", "ok", "well?"]


def test_what_is_written_again_too_late_adds_only_the_results_that_were_missing() -> None:
    early = message("gemini", "m", "I look.", toolCalls=[call("c1"), call("c2", "executing", result=None)])
    late = message("gemini", "m", "I looked.", toolCalls=[call("c1"), call("c2")])
    between = [message("gemini", f"x{number}", "…") for number in range(100)]
    given_ = pieces(early, *between, late, late)
    assert results(given_) == [("m/c1", "c1", "ok", False), ("m/c2", "c2", "ok", False)]
    assert [piece.body["content"] for piece in given_].count("I looked.") == 0


def test_changes_to_the_header_may_bring_messages_and_a_title() -> None:
    change = {"$set": {"summary": "Looking", "messages": [*CONVERSATION, typed("m4", "thanks")]}}
    given_ = read_lines(*CONVERSATION[:2], change)
    assert human(given_) == ["look at a.py", "thanks"]
    assert [one.title for one in given_ if isinstance(one, Origin)][-1] == "Looking"


def test_what_the_model_is_to_see_from_now_on_masks_no_result() -> None:
    masked = message("gemini", "m2", "", toolCalls=[call("c1", output="<tool_output_masked>"), call("c2", output="b")])
    asked = message("gemini", "m2", "", toolCalls=[call("c1", output="a")])
    assert results(pieces(asked, {"$set": {"messages": [masked]}})) == [("m2/c1", "c1", "a", False)]
    pending = message("gemini", "m2", "", toolCalls=[call("c1", "executing", result=None)])
    assert len(results(pieces(pending, {"$set": {"messages": [masked]}}))) == 2


def test_parallel_calls_keep_their_own_results() -> None:
    both = [part for id in ("c1", "c2") for part in call(id, output=f"of {id}")["result"]]
    photo = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    asked = message("gemini", "m", toolCalls=[call("c1", result=both), call("c2", result=[*both, photo])])
    assert [one[2] for one in results(pieces(asked))] == ["of c1", "of c2\n[image]"]


def test_turns_that_a_rewind_took_back_are_told_with_the_next() -> None:
    talk = [typed("m1", "one"), message("gemini", "m2", "1"), typed("m3", "two"), typed("m4", "three")]
    given_ = pieces(*talk, {"$rewindTo": "m3"}, typed("m5", "four"), {"$rewindTo": "m5"}, typed("m6", "five"))
    assert [(piece.body["content"], piece.meta.get("taken_back")) for piece in given_] == [
        ("one", None), ("1", None), ("two", None), ("three", None), ("four", 2), ("five", 1),
    ]  # fmt: skip
    assert pieces(*talk, {"$rewindTo": "m3"}, typed("m5", "four"), {"$rewindTo": "m1"}, typed("m6", "x"))[-1].meta == {
        "taken_back": 2
    }
    assert pieces(*talk, {"$rewindTo": "who"}, typed("m5", "four"))[-1].meta == {"taken_back": 3}


def test_what_stands_before_the_words_of_a_person_was_not_typed() -> None:
    context = "<session_context>\nToday is Friday.\n</session_context>\n\n"
    named = message("user", "m4", "see @a.py\n--- a.py ---\nx = 1", displayContent="see @a.py")
    records = [typed("m1", f"{context}fix it"), typed("m2", context), typed("m3", "<state_snapshot>…"), named]
    assert human(read_lines(*records)) == ["fix it", "see @a.py"]


def test_images_are_named_and_never_kept() -> None:
    photo = {"inlineData": {"mimeType": "image/png", "data": "A" * 500}}
    assert human(read_lines(typed("m1", [{"text": "look"}, photo]))) == ["look\n[image]"]


def test_text_out_of_a_skill_is_marked() -> None:
    path = {"path": "/r/.gemini/skills/pdf/forms.md"}
    calls = [call("c1", name="activate_skill", args={"name": "pdf"}), call("c2", args=path), call("c3")]
    given_ = pieces(message("gemini", "m", toolCalls=calls))
    assert [piece.meta.get("from_skill") for piece in given_[1:]] == ["pdf", "pdf", None]


def test_a_cancelled_request_is_kept_and_other_remarks_are_counted() -> None:
    source = Source(
        BytesIO(
            lines(
                [
                    HEADER,
                    message("info", "1", "Request cancelled."),
                    message("info", "2", "Update!"),
                    message("dream", "3"),
                ]
            )
        )
    )
    given_ = only_pieces(list(gemini_cli.read(source)))
    assert [piece.meta for piece in given_] == [{"kind": "interrupt"}]
    assert (source.tally.skipped, source.tally.left_out) == ({"unknown record dream": 1}, {"info": 1})


def test_a_sub_agent_knows_its_parent_where_the_header_tells() -> None:
    given_ = told(gemini_cli, lines([{**HEADER, "kind": "subagent", "parentSessionId": "s-0"}, typed("m1", "count")]))
    assert given_[0].parent == "s-0"  # type: ignore[union-attr]


TURNS = ["fix the broken test", "now publish it", "why did that fail?"]


@settings(max_examples=50)
@given(st.data(), st.booleans())
def test_whatever_becomes_of_a_session_it_is_read_to_its_end(data: st.DataObject, as_document: bool) -> None:
    records = [*CONVERSATION, {"$set": {"messages": CONVERSATION}}, {"$rewindTo": "m2"}, typed("m9", "hi")]
    changed = data.draw(mutated([HEADER, *records]))
    source = Source(BytesIO(data.draw(cut(document(*changed) if as_document else lines(changed)))))
    gemini_cli.recognises(source.sample)
    for piece in only_pieces(list(gemini_cli.read(source))):
        assert problem(piece.body) is None
        json.dumps([piece.body, dict(piece.meta)])


@settings(max_examples=50)
@given(st.data(), st.booleans())
def test_what_a_person_typed_survives_whatever_becomes_of_the_rest(data: st.DataObject, as_document: bool) -> None:
    records: list[Any] = []
    for turn in TURNS:
        records += [*data.draw(mutated(CONVERSATION)), typed(turn, turn)]
    said = human(told(gemini_cli, document(*records) if as_document else lines([HEADER, *records])))
    assert [turn for turn in TURNS if turn not in said] == []


def test_endless_nesting_does_no_harm() -> None:
    deep = message(nested(300), nested(300), nested(300), toolCalls=nested(300))
    assert human(read_lines(deep, {"$set": nested(300)}, {"$rewindTo": nested(300)}, typed("m1", "hi"))) == ["hi"]


def counted(path: Path) -> tuple[int, int, int, int]:
    """Calls, results, failed results, human turns: by the raw record alone."""
    messages = json.loads(path.read_text(encoding="utf-8"))["messages"]
    calls = [one for each in messages for one in each.get("toolCalls", [])]
    statuses = [one["status"] for one in calls]
    done = sum(status in ("success", "error", "cancelled") for status in statuses)
    return len(calls), done, done - statuses.count("success"), sum(each["type"] == "user" for each in messages)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_counts_of_a_real_session_agree_with_its_raw_record(path: Path) -> None:
    with path.open("rb") as file:
        source = Source(file)
        assert gemini_cli.recognises(source.sample)
        given_ = only_pieces(list(gemini_cli.read(source)))
    calls = sum(len(cast(list[Any], piece.body.get("tool_calls", []))) for piece in given_)
    ended = results(given_)
    assert (calls, len(ended), len([one for one in ended if one[3] is True]), len(human(given_))) == counted(path)
    assert source.tally.skipped == {}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_no_other_real_file_is_taken() -> None:
    assert taken(gemini_cli, CORPUS) == sorted(FILES)
