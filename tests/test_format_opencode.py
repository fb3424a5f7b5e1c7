"""The reader of OpenCode exports."""

import json
from io import BytesIO
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import cut, human, mutated, nested, taken, told

from acontext_cli.formats import Origin, Piece, Source, opencode
from acontext_cli.messages import problem

CORPUS = ROOT.parent / "shared" / "corpus"
INFO = {"id": "ses_1", "projectID": "global", "directory": "/p", "title": "Tests", "version": "1.2.20"}
NOON = 1_771_243_200_000


def message(role: str, id: str, *parts: Any, **fields: Any) -> dict[str, Any]:
    return {"info": {"id": id, "role": role, "time": {"created": NOON}, **fields}, "parts": list(parts)}


def part(type: str, id: str = "prt", /, **fields: Any) -> dict[str, Any]:
    return {"id": id, "type": type, **fields}


def typed(text: str, id: str = "m") -> dict[str, Any]:
    return message("user", id, part("text", text=text))


def tool(call: str, status: str = "completed", name: str = "bash", **state: Any) -> dict[str, Any]:
    state = {"status": status, "input": {"command": "ls"}, "time": {"start": NOON, "end": NOON + 1500}, **state}
    return part("tool", f"prt_{call}", callID=call, tool=name, state=state)


def document(*messages: Any, info: Any = INFO) -> bytes:
    return json.dumps({"info": info, "messages": list(messages)}, indent=2).encode()


def read(*messages: Any) -> list[Origin | Piece]:
    return told(opencode, document(*messages))


def pieces(*messages: Any) -> list[Piece]:
    return [piece for piece in read(*messages) if isinstance(piece, Piece)]


def shape(*messages: Any) -> list[tuple[Any, ...]]:
    """Of each piece: its role, its text, the ids of its calls."""
    found: list[tuple[Any, ...]] = []
    for piece in pieces(*messages):
        calls = [one["id"] for one in piece.body.get("tool_calls", [])]  # type: ignore[attr-defined]
        found.append((piece.body["role"], piece.body["content"], *calls))
    return found


def test_where_it_was_held_comes_before_what_was_said() -> None:
    assert read(typed("hi")) == [
        Origin(session="ses_1", agent="opencode", version="1.2.20", project="/p", title="Tests"),
        Piece({"role": "user", "content": "hi"}, uid="m", at="2026-02-16T12:00:00.000Z"),
    ]


def test_an_export_is_recognised_and_other_documents_are_not() -> None:
    others = [{"messages": [{"role": "user", "content": "hi"}]}, {"info": {"exit_status": "submitted"}, "history": []}]
    assert opencode.recognises(Source(BytesIO(document(typed("hi")))).sample)
    assert not any(opencode.recognises(Source(BytesIO(json.dumps(other).encode())).sample) for other in others)


def test_a_sub_agent_knows_its_parent() -> None:
    data = document(typed("hi"), info={**INFO, "parentID": "ses_0"})
    assert told(opencode, data)[0].parent == "ses_0"  # type: ignore[union-attr]


def test_calls_come_before_their_results_and_words_after_them_are_the_next_response() -> None:
    parts = [part("step-start"), part("text", text="I look."), tool("1", output="a"), tool("2", output="b")]
    after = [part("text", "prt_t", text="Two files."), part("step-finish")]
    asked = message("assistant", "m", *parts, *after)
    assert shape(asked) == [
        ("assistant", "I look.", "1", "2"),
        ("tool", "a"),
        ("tool", "b"),
        ("assistant", "Two files."),
    ]
    assert [piece.uid for piece in pieces(asked)] == ["m", "m/1", "m/2", "m/prt_t"]


def test_thoughts_model_and_tokens_are_kept() -> None:
    tokens = {"input": 9, "output": 4, "reasoning": 1, "cache": {"read": 2, "write": 0}}
    thought = part("reasoning", text="hm")
    (said,) = pieces(message("assistant", "m", thought, part("text", text="Done."), modelID="gpt-5", tokens=tokens))
    assert said.body == {"role": "assistant", "content": "Done.", "reasoning_content": "hm"}
    assert said.meta == {"model": "gpt-5", "usage": {"input": 9, "output": 4, "cached": 2}}


@pytest.mark.parametrize(
    ("state", "content", "failed"),
    [
        ({"output": "a.txt", "metadata": {"exit": 0}}, "a.txt", False),
        ({"output": "boom", "metadata": {"exit": 2}}, "boom", True),
        ({"status": "error", "error": "no such tool"}, "no such tool", True),
        ({"output": "", "attachments": [{"mime": "image/png", "url": "data:image/png;base64,AA"}]}, "[image]", False),
    ],
)
def test_how_a_call_came_out(state: dict[str, Any], content: str, failed: bool) -> None:
    *_, result = pieces(message("assistant", "m", tool("1", **state)))
    assert (result.body["content"], result.meta) == (content, {"is_error": failed})
    assert result.at == "2026-02-16T12:00:01.500Z"


@pytest.mark.parametrize("status", ["pending", "running", "new", None, ["error"]])
def test_a_call_without_a_result_stays_open(status: Any) -> None:
    assert shape(message("assistant", "m", tool("1", status))) == [("assistant", None, "1")]


def test_text_out_of_a_skill_is_marked() -> None:
    skill = tool("1", name="skill", input={"name": "pdf"}, output="# PDF")
    file = tool("2", name="read", input={"filePath": "/r/.opencode/skills/pdf/forms.md"}, output="…")
    found = pieces(message("assistant", "m", skill, file, tool("3", output="")))
    assert [piece.meta.get("from_skill") for piece in found[1:]] == ["pdf", "pdf", None]


def test_what_nobody_typed_is_left_out() -> None:
    photo = part("file", mime="image/png", url="data:image/png;base64,AA")
    parts = [
        part("text", text="see @a.py"),
        part("text", text="x = 1", synthetic=True),
        part("file", mime="text/x"),
        photo,
    ]
    source = Source(BytesIO(document(message("user", "m", *parts), message("user", "m2", part("compaction")))))
    assert human(list(opencode.read(source))) == ["see @a.py\n[image]"]
    assert source.tally.left_out == {"synthetic text": 1, "file": 1, "compaction": 1}


def test_what_a_command_asks_a_sub_agent_is_kept_as_a_command() -> None:
    (asked,) = pieces(message("user", "m", part("subtask", prompt="review a.py", agent="reviewer")))
    assert (asked.body["content"], asked.meta, asked.uid) == ("review a.py", {"kind": "command"}, "m/command")


def test_an_interrupt_is_kept() -> None:
    stopped = message("assistant", "m", tool("1", "running"), error={"name": "MessageAbortedError"})
    assert [piece.meta.get("kind") for piece in pieces(stopped)] == [None, "interrupt"]


def test_what_is_unknown_is_counted() -> None:
    source = Source(
        BytesIO(document(message("wizard", "1"), message("user", "2", part("dream")), "text", {"info": {}}))
    )
    assert [piece for piece in opencode.read(source) if isinstance(piece, Piece)] == []
    assert source.tally.skipped == {
        "message of wizard": 1,
        "unknown record dream": 1,
        "message that is no object": 1,
        "message without parts": 1,
    }


TURNS = ["fix the broken test", "now publish it", "why did that fail?"]
TALK = [
    message("user", "m1", part("text", text="x", synthetic=True), part("file", mime="image/png")),
    message(
        "assistant",
        "m2",
        part("step-start"),
        part("reasoning", text="hm", time={"start": NOON}),
        tool("1", output="x", metadata={"exit": 1}, attachments=[{"mime": "image/png"}]),
        tool("2", "error", "skill", error="x", input={"name": "a"}),
        part("text", text="Done."),
        part("step-finish", tokens={"input": 1, "cache": {"read": 1}}),
        modelID="gpt-5",
        path={"cwd": "/p"},
        error={"name": "MessageAbortedError"},
    ),
]


@settings(max_examples=50)
@given(st.data())
def test_whatever_becomes_of_an_export_it_is_read_to_its_end(data: st.DataObject) -> None:
    (info, *messages) = data.draw(mutated([INFO, *TALK, *map(typed, TURNS)])) or [{}]
    source = Source(BytesIO(data.draw(cut(document(*messages, info=info)))))
    opencode.recognises(source.sample)
    for piece in (one for one in opencode.read(source) if isinstance(one, Piece)):
        assert problem(piece.body) is None
        json.dumps([piece.body, dict(piece.meta)])


@settings(max_examples=50)
@given(st.data())
def test_what_a_person_typed_survives_whatever_becomes_of_the_rest(data: st.DataObject) -> None:
    messages = [one for turn in TURNS for one in (*data.draw(mutated(TALK)), typed(turn))]
    said = human(read(*messages))
    assert [turn for turn in TURNS if turn not in said] == []


def test_endless_nesting_does_no_harm() -> None:
    deep = {"info": nested(300), "parts": nested(300)}
    assert human(read(deep, message("assistant", "m", nested(300)), typed("hi"))) == ["hi"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_no_other_real_file_is_taken() -> None:
    assert taken(opencode, CORPUS) == []
