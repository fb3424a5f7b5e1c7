"""The reader of Copilot CLI event logs."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import cut, human, lines, mutated, nested, taken, told

from acontext_cli.formats import Origin, Piece, Source, copilot_cli
from acontext_cli.messages import problem

CORPUS = ROOT.parent / "shared" / "corpus"
FILES = [*sorted(CORPUS.glob("copilot-cli/*/*.jsonl")), CORPUS / "fixtures" / "copilot" / "small.jsonl"]
CONTEXT = {"cwd": "/p/sub", "gitRoot": "/p", "branch": "main"}


def event(type: str, /, **data: Any) -> dict[str, Any]:
    return {"type": type, "data": data, "id": "e", "timestamp": "2026-06-23T23:33:08.406Z", "parentId": None}


def start() -> dict[str, Any]:
    return event("session.start", sessionId="s-1", copilotVersion="1.0.64", selectedModel="gpt-5", context=CONTEXT)


def typed(text: str, **fields: Any) -> dict[str, Any]:
    return event("user.message", content=text, transformedContent=f"<now/>\n\n{text}", **fields)


def says(text: str = "", *requests: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return event("assistant.message", content=text, toolRequests=list(requests), **fields)


def request(id: str, name: str = "bash", **arguments: Any) -> dict[str, Any]:
    return {"toolCallId": id, "name": name, "arguments": arguments, "type": "function"}


def done(id: str, content: str = "ok", success: Any = True, **fields: Any) -> dict[str, Any]:
    return event("tool.execution_complete", toolCallId=id, success=success, result={"content": content}, **fields)


def read(*records: dict[str, Any]) -> list[Origin | Piece]:
    return told(copilot_cli, lines(records))


def pieces(*records: dict[str, Any]) -> list[Piece]:
    return [piece for piece in read(*records) if isinstance(piece, Piece)]


def skipped(*records: dict[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    source = Source(BytesIO(lines(records)))
    list(copilot_cli.read(source))
    return source.tally.skipped, source.tally.left_out


def test_where_it_was_held_comes_before_what_was_said() -> None:
    origin, person = read(start(), event("session.model_change", newModel="opus"), typed("hi"))
    assert origin == Origin(
        session="s-1", agent="copilot-cli", version="1.0.64", model="opus", project="/p/sub", branch="main"
    )
    assert person == Piece({"role": "user", "content": "hi"}, uid="e", at="2026-06-23T23:33:08.406Z")


def test_a_resumed_session_keeps_its_id_and_tells_its_folder_anew() -> None:
    *_, origin, _ = read(start(), typed("hi"), event("session.resume", context={"cwd": "/q"}), typed("on"))
    assert isinstance(origin, Origin)
    assert (origin.session, origin.project, origin.branch) == ("s-1", "/q", "main")


def test_calls_and_their_results_are_given_with_the_ids_of_their_events() -> None:
    asked = says("I look.", request("1", command="ls"), request("2"), reasoningText="hm", model="opus", outputTokens=7)
    first, result = pieces(asked, done("1", "a.txt"))
    assert first.body == {
        "role": "assistant",
        "content": "I look.",
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "bash", "arguments": '{"command": "ls"}'}},
            {"id": "2", "type": "function", "function": {"name": "bash", "arguments": "{}"}},
        ],
        "reasoning_content": "hm",
    }
    assert first.meta == {"model": "opus", "usage": {"output": 7}}
    assert result.body == {"role": "tool", "tool_call_id": "1", "content": "a.txt"}
    assert result.meta == {"is_error": False}


def test_parts_of_one_response_are_joined_and_its_tokens_told_once() -> None:
    parts = [says("a", apiCallId="api-1", outputTokens=9), says("b", apiCallId="api-1", outputTokens=9)]
    given_ = pieces(*parts, says("c", apiCallId="api-2", outputTokens=3))
    assert [piece.joins for piece in given_] == ["api-1", "api-1", "api-2"]
    assert [piece.meta.get("usage") for piece in given_] == [{"output": 9}, None, {"output": 3}]


def test_a_call_that_failed_says_why() -> None:
    failed = event("tool.execution_complete", toolCallId="1", success=False, error={"message": "no such path"})
    *_, result = pieces(says("", request("1")), failed)
    assert (result.body["content"], result.meta) == ("no such path", {"is_error": True})


def test_the_start_of_a_call_is_told_again_only_where_nobody_told_it() -> None:
    started = [
        event("tool.execution_start", toolCallId=id, toolName="bash", arguments={"command": "ls"}) for id in "12"
    ]
    given_ = pieces(says("", request("1")), *started)
    assert [one["id"] for piece in given_ for one in piece.body["tool_calls"]] == ["1", "2"]  # type: ignore[attr-defined]


def test_thoughts_that_come_before_their_message_belong_to_it() -> None:
    (said,) = pieces(event("assistant.reasoning", content="hm"), says("Done."))
    assert said.body["reasoning_content"] == "hm"


def test_a_sub_agent_is_a_conversation_of_its_own_that_knows_its_parent() -> None:
    given_ = read(
        start(),
        says("", request("t-1", "task", prompt="count")),
        event("subagent.started", toolCallId="t-1", agentDisplayName="Counter"),
        says("", request("2"), parentToolCallId="t-1"),
        done("2", parentToolCallId="t-1"),
        done("t-1", "three"),
    )
    origins = {one.key: one for one in given_ if isinstance(one, Origin)}
    assert (origins["t-1"].parent, origins["t-1"].session, origins["t-1"].title) == ("s-1", "s-1/t-1", "Counter")
    assert [piece.key for piece in given_ if isinstance(piece, Piece)] == ["", "t-1", "t-1", ""]


def test_text_out_of_a_skill_is_marked() -> None:
    given_ = pieces(
        says("", request("1", "skill", skill="pdf"), request("2", "view", path="/r/.github/skills/pdf/forms.md")),
        done("1", "loaded"),
        done("2", "# Forms"),
        typed("Steps…", source="skill-pdf"),
    )
    context = {"kind": "context", "from_skill": "pdf"}
    assert [piece.meta.get("from_skill") for piece in given_] == [None, "pdf", "pdf", "pdf"]
    assert given_[-1].meta == context


def test_what_was_not_typed_is_no_human_turn() -> None:
    notice = event("system.notification", content="agent done", kind={"type": "agent_completed"})
    given_ = pieces(typed("go"), event("abort", reason="user_initiated"), notice, typed("go on", source="autopilot"))
    assert [piece.meta.get("kind") for piece in given_] == [None, "interrupt", "notice", "notice"]


def test_what_is_no_conversation_is_counted_and_what_is_unknown_too() -> None:
    records = [event("system.message", content="You are"), event("hook.start"), event("dream"), {"type": "abort"}]
    unknown = {"unknown record dream": 1, "record without its data": 1}
    assert skipped(*records) == (unknown, {"system.message": 1, "hook.start": 1})


TURNS = ["fix the broken test", "now publish it", "why did that fail?"]
SESSION = [
    start(),
    event("session.model_change", newModel="opus"),
    event("hook.start", hookType="preToolUse"),
    says("I look.", request("1", command="cat /skills/a/x"), request("2", "skill", skill="a"), apiCallId="1"),
    event("tool.execution_start", toolCallId="1", toolName="bash", arguments={"a": 1}),
    done("1"),
    event("tool.execution_complete", toolCallId="2", success=False, error={"message": "no"}),
    event("subagent.started", toolCallId="3", agentName="a"),
    says("x", request("4"), parentToolCallId="3", reasoningText="hm"),
    done("4", parentToolCallId="3"),
    event("assistant.reasoning", content="hm"),
    event("system.notification", content="x"),
    event("abort", reason="user"),
]


@settings(max_examples=50)
@given(st.data())
def test_whatever_becomes_of_a_log_it_is_read_to_its_end(data: st.DataObject) -> None:
    text = data.draw(cut(lines(data.draw(mutated([*SESSION, *map(typed, TURNS)])))))
    source = Source(BytesIO(text))
    copilot_cli.recognises(source.sample)
    for piece in (one for one in copilot_cli.read(source) if isinstance(one, Piece)):
        assert problem(piece.body) is None
        json.dumps([piece.body, dict(piece.meta)])


@settings(max_examples=50)
@given(st.data())
def test_what_a_person_typed_survives_whatever_becomes_of_the_rest(data: st.DataObject) -> None:
    records = [one for turn in TURNS for one in (*data.draw(mutated(SESSION)), typed(turn))]
    said = human(told(copilot_cli, lines(records)))
    assert [turn for turn in TURNS if turn not in said] == []


def test_endless_nesting_does_no_harm() -> None:
    deep = {"type": nested(300), "data": nested(300), "id": nested(300)}
    assert human(read(deep, says(request=nested(300)), typed("hi"))) == ["hi"]


def counted(path: Path) -> tuple[int, int, int, int]:
    """Calls, results, failed results, human turns: by the raw records alone."""
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").split("\n") if row]
    of = {kind: [row["data"] for row in rows if row["type"] == kind] for kind in {row["type"] for row in rows}}
    done = of.get("tool.execution_complete", [])
    calls = sum(len(data["toolRequests"]) for data in of["assistant.message"])
    return calls, len(done), sum(not data["success"] for data in done), len(of["user.message"])


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_counts_of_real_logs_agree_with_their_raw_records(path: Path) -> None:
    with path.open("rb") as file:
        source = Source(file)
        assert copilot_cli.recognises(source.sample)
        given_ = [piece for piece in copilot_cli.read(source) if isinstance(piece, Piece)]
    calls = sum(len(cast(list[Any], piece.body.get("tool_calls", []))) for piece in given_)
    results = [piece for piece in given_ if piece.body["role"] == "tool"]
    failed = len([one for one in results if one.meta.get("is_error") is True])
    assert (calls, len(results), failed, len(human(given_))) == counted(path)
    assert source.tally.skipped == {}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_no_other_real_file_is_taken() -> None:
    assert taken(copilot_cli, CORPUS) == sorted(FILES)
