"""Claude Code transcripts, written here as the program writes them."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources import (
    CORPUS,
    NO_CORPUS,
    bodies,
    corpus,
    counts,
    damaged_around,
    damaged_file,
    holds,
    human,
    lines,
    of,
    origins,
    pieces,
)

from acontext_cli.formats import Origin, Piece, Source, claude_code, recognised
from acontext_cli.messages import Json

REMINDER = "<system-reminder>\nYou have no to-dos.\n</system-reminder>"
USAGE = {"input_tokens": 3, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 100}
NOON = "2026-02-03T12:00:00.000Z"


def record(type: str, uuid: str, parent: str | None, **more: object) -> Json:
    envelope = {"uuid": uuid, "parentUuid": parent, "isSidechain": False, "sessionId": "S", "timestamp": NOON}
    place = {"cwd": "/p", "version": "2.1.29", "gitBranch": "main"}
    return {"type": type, **envelope, **place, **more}


def user(uuid: str, parent: str | None, content: object, **more: object) -> Json:
    return record("user", uuid, parent, message={"role": "user", "content": content}, **more)


def assistant(uuid: str, parent: str, id: str, *blocks: Json, output: int = 0, **more: object) -> Json:
    message: dict[str, object] = {"id": id, "role": "assistant", "model": "claude-opus-4-5", "content": [*blocks]}
    if output:
        message["usage"] = {**USAGE, "output_tokens": output}
    return record("assistant", uuid, parent, message=message, **more)


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def use(id: str, name: str = "Bash", **arguments: object) -> Json:
    return {"type": "tool_use", "id": id, "name": name, "input": arguments}


def result(id: str, content: object, **more: object) -> Json:
    return {"type": "tool_result", "tool_use_id": id, "content": content, **more}


def said(*records: Json) -> list[tuple[str, object, str]]:
    """What stands in the user's place: content, kind and skill."""
    found = pieces(claude_code, lines(*records))
    return [
        (str(piece.body["content"]), piece.meta.get("kind", ""), str(piece.meta.get("from_skill", "")))
        for piece in found
        if piece.body["role"] == "user"
    ]


def turn(content: object, **more: object) -> list[tuple[str, object]]:
    """The same of one record, without the skill."""
    return [(words, kind) for words, kind, _ in said(user("u1", None, content, **more))]


def taken_back(*records: Json) -> list[object]:
    return [piece.meta["taken_back"] for piece in pieces(claude_code, lines(*records)) if "taken_back" in piece.meta]


def chain(*prompts: tuple[str, str | None], **more: object) -> list[Json]:
    """Prompts with the id of the answer that they follow (`a-` and the prompt's id), each answered."""
    return [
        each
        for uuid, parent in prompts
        for each in (
            user(uuid, parent, f"ask {uuid}", **more),
            assistant(f"a-{uuid}", uuid, f"msg-{uuid}", text(f"answer {uuid}"), **more),
        )
    ]


TALK = [
    {"type": "file-history-snapshot", "messageId": "u1", "snapshot": {}, "isSnapshotUpdate": False},
    user("u1", None, "fix the test"),
    assistant("a1", "u1", "msg_1", {"type": "thinking", "thinking": "Look first.", "signature": "x"}, output=1),
    assistant("a2", "a1", "msg_1", text("I run it."), output=1),
    assistant("a3", "a2", "msg_1", use("t1", command="pytest"), output=90),
    record("progress", "p1", "a3", data={"type": "bash_progress"}),
    user("u2", "p1", [result("t1", [text("1 failed"), {"type": "image", "source": {"data": "AAAA"}}], is_error=True)]),
    assistant("a4", "u2", "msg_2", use("t2", "Read", file_path="/p/a.py"), output=5),
    user("u3", "a4", [result("t2", "1\tpass")], toolUseResult={"stdout": "1\tpass"}),
    assistant("a5", "u3", "msg_3", text("Done."), output=7),
]
CALL = {"id": "t1", "type": "function", "function": {"name": "Bash", "arguments": '{"command": "pytest"}'}}


def test_records_become_messages_of_the_chat_form() -> None:
    source = lines(*TALK)
    assert recognised(source) is claude_code
    found = pieces(claude_code, source)
    assert [piece.body for piece in found[:5]] == [
        {"role": "user", "content": "fix the test"},
        {"role": "assistant", "content": None, "reasoning_content": "Look first."},
        {"role": "assistant", "content": "I run it."},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "t1", "content": "1 failed\n[image]"},
    ]
    assert found[0] == Piece({"role": "user", "content": "fix the test"}, key="S", uid="u1", at=NOON, meta={})
    assert [piece.joins for piece in found] == ["", "msg_1", "msg_1", "msg_1", "", "msg_2", "", "msg_3"]
    assert [piece.meta.get("is_error") for piece in found if piece.body["role"] == "tool"] == [True, False]
    assert counts(found) == {"calls": 2, "results": 2, "failed": 1, "human turns": 1}
    assert source.tally.left_out == {"file-history-snapshot": 1, "progress": 1}
    assert not source.tally.skipped


def test_the_origin_is_told_again_when_more_is_known() -> None:
    known = Origin(key="S", session="S", agent="claude-code", version="2.1.29", project="/p", branch="main")
    model = {**{name: getattr(known, name) for name in Origin.__slots__}, "model": "claude-opus-4-5"}
    titles = (
        {"type": "custom-title", "sessionId": "S", "customTitle": "Mine"},
        {"type": "ai-title", "sessionId": "S", "aiTitle": "A machine's"},
        {"type": "summary", "summary": "Of another file", "leafUuid": "elsewhere"},
    )
    assert origins(claude_code, lines(*TALK)) == [known, Origin(**model)]
    assert origins(claude_code, lines(*TALK, *titles))[-1] == Origin(**{**model, "title": "Mine"})
    summary = {"type": "summary", "summary": "A test mended", "leafUuid": "a5"}
    assert origins(claude_code, lines(*TALK, summary))[-1].title == "A test mended"


def test_tokens_are_counted_once_a_response_and_to_the_end() -> None:
    found = pieces(claude_code, lines(*TALK))
    assert [piece.meta.get("usage") for piece in found if piece.body["role"] == "assistant"] == [
        None,
        None,
        {"input": 123, "output": 90, "cached": 100},
        {"input": 123, "output": 5, "cached": 100},
        {"input": 123, "output": 7, "cached": 100},
    ]


def test_of_a_response_with_results_in_between_only_what_is_new_is_counted() -> None:
    records = [
        assistant("a1", "u1", "msg_1", use("t1"), output=4),
        user("u2", "a1", [result("t1", "x")]),
        assistant("a2", "a1", "msg_1", use("t2"), output=50),
        user("u3", "a2", [result("t2", "y")]),
        assistant("a3", "a1", "msg_1", use("t3"), output=50),
    ]
    usage = [piece.meta.get("usage") for piece in pieces(claude_code, lines(*records))]
    assert usage == [{"input": 123, "output": 4, "cached": 100}, None, {"output": 46}, None, None]


def test_what_the_program_answers_itself_is_left_out_and_counted() -> None:
    error = assistant("a6", "a5", "m", text("API Error: 529 overloaded"), isApiErrorMessage=True)
    synthetic = record("assistant", "a7", "a5", message={"model": "<synthetic>", "content": [text("No response.")]})
    empty = assistant("a8", "a5", "m2", {"type": "thinking", "thinking": "", "signature": "x"}, text("\n\n"))
    source = lines(error, synthetic, empty, *TALK)
    assert bodies(claude_code, source) == bodies(claude_code, lines(*TALK))
    assert source.tally.left_out["answers that no model gave"] == 2
    assert source.tally.left_out["empty answers"] == 1


def test_calls_that_run_at_the_provider_have_their_results_behind_them() -> None:
    search = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}
    found = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [{"type": "web_search_result"}]}
    got = pieces(claude_code, lines(user("u1", None, "x"), assistant("a1", "u1", "m", search, found, text("It is y."))))
    assert [piece.body["role"] for piece in got] == ["user", "assistant", "tool"]
    assert got[2].body == {"role": "tool", "tool_call_id": "s1", "content": "[web_search_result]"}
    assert [piece.uid for piece in got[1:]] == ["a1", "a1/1"]


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("Implement the following plan:\n\n# Plan", [("Implement the following plan:\n\n# Plan", "")]),
        (
            "<command-message>review</command-message>\n<command-name>/review</command-name>\n"
            "<command-args>167</command-args>",
            [("/review 167", "command")],
        ),
        ("<command-name>/clear</command-name>\n  <command-args></command-args>", [("/clear", "command")]),
        ("<local-command-stdout>Bye!</local-command-stdout>", [("Bye!", "output")]),
        ("<local-command-stdout></local-command-stdout>", []),
        ("<bash-input>git status</bash-input>", [("! git status", "command")]),
        ("<bash-stdout>clean</bash-stdout><bash-stderr></bash-stderr>", [("clean", "output")]),
        ("[Request interrupted by user for tool use]", [("[Request interrupted by user for tool use]", "interrupt")]),
        ("[Request interrupted by user]no, stop", [("[Request interrupted by user]", "interrupt"), ("no, stop", "")]),
        ("<task-notification>\n<task-id>b1</task-id>\n</task-notification>", [("<task-id>b1</task-id>", "notice")]),
        ('<teammate-message teammate_id="ann">Done</teammate-message>', [("Done", "notice")]),
        ("<user-memory-input>never push</user-memory-input>", [("never push", "")]),
        (REMINDER, []),
        (f"{REMINDER}\n\nNow mend the docs.", [("Now mend the docs.", "")]),
        (f"Now mend the docs.\n\n{REMINDER}\n{REMINDER}\n", [("Now mend the docs.", "")]),
        ("What does <system-reminder>x</system-reminder> do?", None),
        ("<div>x</div> is not centred", None),
        ("<system-reminder> is a strange tag, what is it?", None),
        ("<task-notification> should be hidden", None),
        ("Caveat: The messages below are old.", None),
        ("This session is being continued from a previous conversation: list the tests.", None),
        (text("a block without its list"), [("a block without its list", "")]),
        ("[image] is what I see", None),
        ("  mind the spaces ", None),
        ("<local-command-caveat>Caveat: The messages below …</local-command-caveat>", []),
        ("Caveat: The messages below were generated by the user while running local commands.", []),
        ("This session is being continued from a previous conversation that ran out of context.", []),
        ([text("this"), {"type": "image", "source": {"data": "AAAA"}}], [("this\n[image]", "")]),
        ([text(REMINDER), text("a"), text("b")], [("a\nb", "")]),
        ("   ", []),
    ],
)
def test_a_persons_words_are_told_from_the_programs(content: object, kept: list[tuple[str, object]] | None) -> None:
    assert turn(content) == ([(content, "")] if kept is None else kept)


@pytest.mark.parametrize("flag", ["isMeta", "isCompactSummary", "isVisibleInTranscriptOnly"])
def test_what_is_marked_as_the_programs_is_left_out(flag: str) -> None:
    source = lines(*TALK, user("u9", "a5", "You are an expert reviewer.", **{flag: True}))
    assert bodies(claude_code, source) == bodies(claude_code, lines(*TALK))
    assert sum(source.tally.left_out.values()) == 3


@pytest.mark.parametrize(("origin", "kind"), [("human", ""), ("task-notification", "notice"), ("new", "")])
def test_who_else_speaks_in_the_users_place_is_known_by_the_origin(origin: str, kind: str) -> None:
    assert turn("Agent 3 is done", origin={"kind": origin}) == [("Agent 3 is done", kind)]


def test_commands_that_newer_versions_keep_as_system_records_are_kept() -> None:
    local = "<command-name>/model</command-name><command-args>opus</command-args>"
    records = [
        record("system", "s1", "a5", subtype="local_command", content=local),
        record(
            "system", "s2", "s1", subtype="local_command", content="<local-command-stdout>Set</local-command-stdout>"
        ),
        record("system", "s3", "s2", subtype="turn_duration", durationMs=1),
    ]
    assert said(*records) == [("/model opus", "command", ""), ("Set", "output", "")]


def test_words_beside_a_result_are_a_turn_of_their_own() -> None:
    found = pieces(
        claude_code, lines(*TALK, user("u9", "a5", [result("t1", "x"), result("t2", "y"), text("and this?")]))
    )
    assert [(piece.uid, piece.body["content"]) for piece in found[-3:]] == [
        ("u9", "x"),
        ("u9/1", "y"),
        ("u9/2", "and this?"),
    ]
    assert human(found) == ["fix the test", "and this?"]


def enqueue(words: str, second: int = 0) -> Json:
    at = f"2026-02-03T12:00:{second:02}.000Z"
    return {"type": "queue-operation", "operation": "enqueue", "timestamp": at, "sessionId": "S", "content": words}


def queue(operation: str, **more: object) -> Json:
    return {"type": "queue-operation", "operation": operation, "timestamp": NOON, "sessionId": "S", **more}


NOISE = [record("progress", f"p{number}", None) for number in range(20)]
NOTICE = '{"task_id":"b1","task_type":"local_bash"}'


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([enqueue("commit this"), queue("dequeue"), user("u9", "a5", "commit this")], [("commit this", "", "")]),
        ([enqueue("one"), enqueue("two"), queue("dequeue"), queue("dequeue"), user("u9", "a5", "one\ntwo")], None),
        ([enqueue("use uv"), queue("remove"), *NOISE], [("use uv", "", "")]),
        ([enqueue("use uv"), queue("remove", content="use uv", reason="absorbed_mid_turn")], [("use uv", "", "")]),
        ([enqueue("/ide"), queue("remove")], [("/ide", "command", "")]),
        ([enqueue(NOTICE), enqueue("use uv"), queue("remove"), queue("remove")], [("use uv", "", "")]),
        ([enqueue("never sent")], [("never sent", "", "")]),
        ([enqueue("ls"), queue("dequeue"), user("u9", "a5", "<bash-input>ls</bash-input>")], [("! ls", "command", "")]),
        ([enqueue("fix"), queue("popAll"), *NOISE, user("u9", "a5", "fix\nit")], [("fix\nit", "", "")]),
        (
            [enqueue("fxi"), queue("popAll"), *NOISE, user("u9", "a5", "fix"), *NOISE, user("v", "u9", "thanks")],
            [("fix", "", ""), ("fxi", "", ""), ("thanks", "", "")],
        ),
    ],
)
def test_what_was_typed_while_the_agent_worked_is_said_once(
    records: list[Json], expected: list[tuple[str, str, str]] | None
) -> None:
    assert said(*records) == ([("one\ntwo", "", "")] if expected is None else expected)


def test_a_queued_text_that_is_in_no_record_stands_where_it_left_the_queue() -> None:
    found = pieces(claude_code, lines(enqueue("use uv", 7), queue("remove"), *NOISE, *TALK))
    assert (found[0].body["content"], found[0].at) == ("use uv", "2026-02-03T12:00:07.000Z")
    assert found[0].uid.startswith("queued 2026-02-03T12:00:07.000Z ")


@pytest.mark.parametrize(
    ("attached", "expected"),
    [
        ({"prompt": "use uv", "commandMode": "prompt"}, [("use uv", "", "")]),
        ({"prompt": [{"type": "image"}, text("this")], "origin": {"kind": "human"}}, [("[image]\nthis", "", "")]),
        ({"prompt": "<task-id>", "commandMode": "task-notification"}, [("<task-id>", "notice", "")]),
        ({"prompt": "x", "isMeta": True}, []),
        ({"prompt": "x", "type": "task_reminder"}, []),
    ],
)
def test_of_attachments_the_queued_words_are_kept(attached: Json, expected: list[tuple[str, str, str]]) -> None:
    attachment = record("attachment", "t1", "a5", attachment={"type": "queued_command", **attached})
    assert said(attachment) == expected


def test_queued_words_that_are_attached_too_are_said_once() -> None:
    pictured = {"type": "queued_command", "prompt": [{"type": "image"}, text("use uv")]}
    attachment = record("attachment", "t1", "a5", attachment=pictured)
    assert said(enqueue("use uv"), queue("remove"), attachment, *NOISE) == [("[image]\nuse uv", "", "")]
    first = [enqueue("use uv"), enqueue("and tox"), attachment, queue("remove"), *NOISE]
    assert said(*first, queue("dequeue"), user("u9", "a5", "and tox")) == [
        ("[image]\nuse uv", "", ""),
        ("and tox", "", ""),
    ]


def test_a_compaction_loses_nothing_that_came_before_it() -> None:
    boundary = record("system", "c1", None, subtype="compact_boundary", logicalParentUuid="a-2")
    summary = user("c2", "c1", "This session is being continued …", isCompactSummary=True)
    records = [*chain(("1", None), ("2", "a-1")), boundary, summary, *chain(("3", "c2"))]
    assert human(pieces(claude_code, lines(*records))) == ["ask 1", "ask 2", "ask 3"]
    assert taken_back(*records) == []


def test_a_prompt_that_goes_back_takes_back_the_turns_between() -> None:
    records = chain(("1", None), ("2", "a-1"), ("3", "a-2"), ("4", "a-1"), ("5", "a-4"), ("6", "a-4"))
    assert taken_back(*records) == [2, 1]
    found = pieces(claude_code, lines(*records))
    assert human(found) == [f"ask {number}" for number in range(1, 7)]
    assert [piece.uid for piece in found if "taken_back" in piece.meta] == ["4", "6"]
    assert taken_back(*records, *records) == [2, 1]


def test_parallel_calls_are_no_rewind() -> None:
    records = [
        user("u1", None, "look"),
        assistant("a1", "u1", "m1", use("t1")),
        assistant("a2", "a1", "m1", use("t2")),
        user("r1", "a1", [result("t1", "x"), text("and mind this")]),
        user("r2", "a2", [result("t2", "y")]),
        assistant("a3", "r2", "m2", text("seen")),
        user("u2", "a3", "go on"),
    ]
    assert taken_back(*records) == []


def test_a_sub_agent_of_its_own_file_knows_its_parent() -> None:
    sub = chain(("1", None), isSidechain=True, agentId="b7")
    assert said(*sub) == [("ask 1", "context", "")]
    assert {(origin.key, origin.session, origin.parent) for origin in origins(claude_code, lines(*sub))} == {
        ("S/b7", "S/b7", "S")
    }


def test_sub_agents_that_write_in_turn_do_not_mix() -> None:
    aside = {"isSidechain": True}
    one, two = chain(("x", "a3"), ("x2", "a-x"), **aside), chain(("y", "a3"), ("y2", "a-y"), **aside)
    lost = assistant("z", "unknown", "m", text("whose parent is lost"), **aside)
    woven = [each for pair in zip(one, two, strict=True) for each in pair]
    found = pieces(claude_code, lines(*TALK, *woven, lost))
    by_key = {key: [piece.uid for piece in found if piece.key == key] for key in ("S/x", "S/y")}
    assert by_key == {"S/x": ["x", "a-x", "x2", "a-x2"], "S/y": ["y", "a-y", "y2", "a-y2", "z"]}
    assert human(found) == ["fix the test"]
    assert {piece.key for piece in found} == {"S", "S/x", "S/y"}


def test_a_teammates_prompts_are_no_persons_and_the_leads_are() -> None:
    assert turn("write the tests", teamName="t", agentName="ann") == [("write the tests", "context")]
    assert turn("make a team", teamName="t") == [("make a team", "")]


def test_a_resumed_session_goes_on_from_the_one_it_replays() -> None:
    source = lines(*chain(("1", None)), *chain(("2", "a-1"), sessionId="T"))
    found = pieces(claude_code, source)
    assert [(piece.key, piece.uid) for piece in found] == [("S", "1"), ("S", "a-1"), ("T", "2"), ("T", "a-2")]
    assert {(origin.session, origin.forked) for origin in origins(claude_code, source)} == {("S", ""), ("T", "S")}
    first, last = chain(("1", None), gitBranch=""), chain(("3", "a-2"), gitBranch="")
    back = lines(*first, *chain(("2", "a-1"), sessionId="T"), *last)
    assert {(origin.session, origin.forked) for origin in origins(claude_code, back)} == {("S", ""), ("T", "S")}
    apart = lines(*chain(("1", None)), *chain(("2", None), sessionId="T"))
    assert {origin.forked for origin in origins(claude_code, apart)} == {""}


def test_a_fork_keeps_the_ids_of_the_records_it_copies() -> None:
    copied = user("n1", None, "ask", sessionId="T", forkedFrom={"sessionId": "S", "messageUuid": "u1"})
    source = lines(copied, *chain(("2", "n1"), sessionId="T"))
    assert [piece.uid for piece in pieces(claude_code, source)] == ["u1", "2", "a-2"]
    assert origins(claude_code, source)[0] == Origin(
        key="T", session="T", forked="S", agent="claude-code", version="2.1.29", project="/p", branch="main"
    )
    assert claude_code.COPIES


def test_text_that_came_out_of_a_skill_is_marked() -> None:
    loaded = "Base directory for this skill: /home/x/.claude/skills/pdf\n\n# PDF"
    records = [
        assistant("a1", "u1", "m1", use("t1", "Skill", skill="pdf", args="")),
        user("u2", "a1", [result("t1", "Launching skill: pdf")]),
        user("u3", "u2", [text(loaded)], isMeta=True),
        user("u4", "u3", "# PDF, told otherwise", isMeta=True, sourceToolUseID="t1"),
        assistant("a2", "u3", "m2", use("t2", "Read", file_path="/p/.claude/skills/gateway/errors.md")),
        user("u5", "a2", [result("t2", "text")]),
        assistant("a3", "u5", "m3", use("t3", command="cd x && cat ~/.agents/skills/gateway/SKILL.md | head -5")),
        user("u6", "a3", [result("t3", "text")]),
        assistant(
            "a4", "u6", "m4", use("t4", command="rm -r skills/gateway/old"), use("t5", "Read", file_path="/p/skills/x")
        ),
        user("u7", "a4", [result("t4", ""), result("t5", "")]),
    ]
    found = [piece for piece in pieces(claude_code, lines(*records)) if piece.body["role"] != "assistant"]
    assert [piece.meta.get("from_skill") for piece in found] == ["pdf", "pdf", "pdf", "gateway", "gateway", None, None]
    assert [piece.meta.get("kind") for piece in found[1:3]] == ["context", "context"]
    assert human(found) == []


@pytest.mark.parametrize(
    ("call", "skill"),
    [
        (use("t", "mcp__memory__get_skill_file", skill_name="gateway", file_path="errors.md"), "gateway"),
        (use("t", command="acontext recall gateway errors.md"), "gateway"),
        (use("t", command="sed -n 1,9p skills_store/default/gateway/SKILL.md"), "gateway"),
        (use("t", "Read", file_path="C:\\x\\skills\\gateway\\SKILL.md"), "gateway"),
        (use("t", command="acontext recall"), None),
        (use("t", command="grep -r skills/ . ; cat notes.md"), None),
        (use("t", "Write", file_path="/x/skills/gateway/SKILL.md"), None),
    ],
)
def test_a_skill_is_known_by_the_call_that_shows_it(call: Json, skill: str | None) -> None:
    found = pieces(claude_code, lines(assistant("a", "u", "m", call), user("u2", "a", [result("t", "text")])))
    assert found[-1].meta.get("from_skill") == skill


def test_unknown_records_and_blocks_are_counted() -> None:
    odd = assistant("a9", "a5", "m", {"type": "hologram"}, {"type": "fallback"}, use("t9", "") | {"name": None})
    source = lines(*TALK, {"type": "novelty"}, {"sessionId": "S"}, odd, user("u9", "a5", None), queue("shuffle"))
    assert counts(pieces(claude_code, source)) == {"calls": 3, "results": 2, "failed": 1, "human turns": 1}
    assert source.tally.skipped == {
        "unknown record novelty": 1,
        "records without a type": 1,
        "unknown block hologram": 1,
        "calls without a name": 1,
        "messages without content": 1,
        "unknown queue operations": 1,
    }


@pytest.mark.parametrize(
    "records",
    [
        [{"role": "user", "content": "hi"}],
        [{"type": "message", "id": "1", "parentId": None, "message": {"role": "user", "content": "hi"}}],
        [{"type": "user", "message": {"content": "hi"}, "session_id": "S", "uuid": "u"}],
        [{"type": "user.message", "data": {"content": "hi"}, "id": "1", "parentId": None}],
        [{"type": ["user"], "sessionId": "S"}],
    ],
)
def test_other_formats_are_not_mistaken_for_this_one(records: list[Json]) -> None:
    assert not claude_code.recognises(lines(*records, *records).sample)


@pytest.mark.parametrize("kept", [TALK[1:2], TALK[:1], [queue("remove")] * 2, [NOISE[0]]])
def test_a_file_is_recognised_by_any_of_its_records(kept: list[Json]) -> None:
    assert claude_code.recognises(lines(*kept).sample)
    assert pieces(claude_code, lines(*TALK[1:2]))


WHOLE = [
    *TALK,
    *chain(("1", "a5"), ("2", "a5")),
    *chain(("x", "a3"), isSidechain=True),
    *chain(("y", None), isSidechain=True, agentId="b7"),
    user("f", None, "copied", sessionId="T", forkedFrom={"sessionId": "S", "messageUuid": "u1"}),
    enqueue("use uv"),
    queue("remove"),
    record(
        "attachment", "t1", "a5", attachment={"type": "queued_command", "prompt": [text("x")], "origin": {"kind": "x"}}
    ),
    record("system", "s1", "a5", subtype="local_command", content="<command-name>/x</command-name>"),
    user("m", "a5", [text("Base directory for this skill: /skills/pdf")], isMeta=True),
    assistant("k", "m", "m9", use("t7", "Skill", skill="pdf"), use("t8", "Read", file_path="/skills/a/b"), output=3),
    {"type": "ai-title", "sessionId": "S", "aiTitle": "A title"},
]


@given(st.randoms(use_true_random=False))
def test_no_damage_ends_a_reading(random: Random) -> None:
    holds(claude_code, damaged_file(random, WHOLE))


@settings(max_examples=40)
@given(st.randoms(use_true_random=False))
def test_what_a_person_typed_survives_damage_around_it(random: Random) -> None:
    typed = {"fix the test", "ask 1", "ask 2"}
    data = damaged_around(random, WHOLE, lambda each: _words(each) in typed and not each["isSidechain"])
    assert typed <= set(map(str, human(pieces(claude_code, of(data)))))


def _words(each: Json) -> object:
    message = each.get("message")
    return message.get("content") if isinstance(message, dict) and isinstance(message.get("content"), str) else None


class Given(Source):
    """Records deeper than this interpreter may read them; another one may."""

    def __init__(self, *given: Json) -> None:
        super().__init__(BytesIO())
        self.given = given

    def records(self) -> Iterator[Json]:
        return iter(self.given)


def test_a_record_nested_too_deeply_is_counted_and_the_next_one_read() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    source = Given(user("d", None, [result("t", [deep])]), assistant("e", "d", "m", use("t", x=deep)), *TALK)
    assert human(pieces(claude_code, source)) == ["fix the test"]
    assert source.tally.skipped == {"records nested too deeply": 2}


# Beginnings by which FORMATS tells the program's texts.
PROGRAMS = (
    "<local-command-caveat>",
    "<command-name>",
    "<command-message>",
    "<local-command-stdout>",
    "<bash-input>",
    "<bash-stdout>",
    "<task-notification>",
    "<system-reminder>",
    "[Request interrupted by user",
    "Base directory for this skill:",
    "Caveat:",
)


def counted(path: Path) -> dict[str, int]:
    """What a transcript holds, from the raw records and by none of the reader's ways."""
    raw = [json.loads(line) for line in path.read_bytes().split(b"\n") if line]
    spoken = [each for each in raw if each["type"] in ("user", "assistant")]
    blocks = [
        block for each in spoken if isinstance(each["message"]["content"], list) for block in each["message"]["content"]
    ]
    results = [block for block in blocks if block["type"] == "tool_result"]
    return {
        "calls": len({block["id"] for block in blocks if block["type"] == "tool_use"}),
        "results": len(results),
        "failed": sum(block.get("is_error") is True for block in results),
        "human turns": sum(map(_typed, spoken)),
    }


def _typed(each: dict[str, object]) -> bool:
    if each["type"] != "user" or each.get("isMeta") or each.get("isCompactSummary") or each.get("isSidechain"):
        return False
    content = each["message"]["content"]  # type: ignore[index]
    texts = [content] if isinstance(content, str) else [block.get("text", "") for block in content]
    return any(words and not words.startswith(PROGRAMS) for words in texts)


FILES = corpus("claude-code/*/*.jsonl")


@pytest.mark.skipif(not CORPUS.is_dir(), reason=NO_CORPUS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_real_transcripts_hold_what_an_independent_count_finds(path: Path) -> None:
    with path.open("rb") as file:
        source = Source(file)
        assert claude_code.recognises(source.sample)
        assert counts(pieces(claude_code, source)) == counted(path)
        assert not source.tally.skipped


@pytest.mark.skipif(not CORPUS.is_dir(), reason=NO_CORPUS)
def test_no_other_real_transcript_is_taken_for_one() -> None:
    own = {*FILES, *corpus("fixtures/claude/*.jsonl")}
    for path in set(filter(Path.is_file, corpus("**/*"))) - own:
        with path.open("rb") as file:
            assert not claude_code.recognises(Source(file).sample), path
