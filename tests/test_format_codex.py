"""The reader of Codex CLI rollouts."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import cut, human, lines, mutated, nested, taken, told

from acontext_cli.formats import Origin, Piece, Source, codex
from acontext_cli.messages import problem

CORPUS = ROOT.parent / "shared" / "corpus"
FILES = [*sorted(CORPUS.glob("codex/*/*.jsonl")), CORPUS / "fixtures" / "codex" / "small.jsonl"]
META = {"id": "thread-1", "cwd": "/p", "cli_version": "0.142.2", "source": "cli", "git": {"branch": "main"}}


def line(kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": "2026-06-18T01:00:00.000Z", "type": kind, "payload": payload}


def meta(**fields: Any) -> dict[str, Any]:
    return line("session_meta", **{**META, **fields})


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return line("event_msg", type=kind, **fields)


def item(kind: str, **fields: Any) -> dict[str, Any]:
    return line("response_item", type=kind, **fields)


def typed(text: str) -> dict[str, Any]:
    return event("user_message", message=text, images=[])


def written(*texts: str) -> dict[str, Any]:
    return item("message", role="user", content=[{"type": "input_text", "text": text} for text in texts])


def says(text: str) -> dict[str, Any]:
    return item("message", role="assistant", content=[{"type": "output_text", "text": text}])


def call(id: str, command: str = "ls") -> dict[str, Any]:
    return item("function_call", name="exec_command", arguments=json.dumps({"cmd": command}), call_id=id)


def output(id: str, text: Any) -> dict[str, Any]:
    return item("function_call_output", call_id=id, output=text)


def tokens(input: int, output: int) -> dict[str, Any]:
    return event("token_count", info={"last_token_usage": {"input_tokens": input, "output_tokens": output}})


def read(*records: dict[str, Any]) -> list[Origin | Piece]:
    return told(codex, lines(records))


def pieces(*records: dict[str, Any]) -> list[Piece]:
    return [piece for piece in read(*records) if isinstance(piece, Piece)]


def result(*records: dict[str, Any]) -> Piece:
    return next(piece for piece in pieces(*records) if piece.body["role"] == "tool")


def skipped(*records: dict[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    source = Source(BytesIO(lines(records)))
    list(codex.read(source))
    return source.tally.skipped, source.tally.left_out


def test_where_it_was_held_comes_before_what_was_said() -> None:
    records = [
        meta(),
        line("turn_context", model="gpt-5.5"),
        typed("hi"),
        event("thread_name_updated", thread_name="Greeting"),
    ]
    origin = {"session": "thread-1", "agent": "codex", "version": "0.142.2", "project": "/p", "branch": "main"}
    first, person, last = read(*records)
    assert first == Origin(**origin, model="gpt-5.5")
    assert isinstance(person, Piece)
    assert (person.body, person.at, person.uid) == ({"role": "user", "content": "hi"}, "2026-06-18T01:00:00.000Z", "")
    assert last == Origin(**origin, model="gpt-5.5", title="Greeting")


@pytest.mark.parametrize("order", [(typed, written), (written, typed)])
def test_what_an_event_and_an_item_tell_is_given_once(order: Any) -> None:
    turns = [tell(text) for text in ("fix the test", "and push") for tell in order]
    assert human(read(meta(), *turns, says("Done."), *[tell("and push") for tell in order])) == [
        "fix the test",
        "and push",
        "and push",
    ]


def test_a_turn_that_is_typed_again_is_given_again() -> None:
    assert human(read(meta(), typed("go"), written("go"), written("go"))) == ["go", "go"]
    assert human(read(meta(), typed("go"), written("go"), typed("go"), written("go"))) == ["go", "go"]


def test_what_three_records_tell_is_given_once() -> None:
    completed = event("item_completed", item={"type": "UserMessage", "content": [{"type": "text", "text": "go on"}]})
    assert human(read(meta(), completed, written("go on"), says("Yes."))) == ["go on"]
    assert human(read(meta(), typed("go on"), completed, written("go on"), says("Yes."))) == ["go on"]


def test_a_person_is_heard_in_a_file_without_events() -> None:
    environment = written(
        "# AGENTS.md instructions for /p\n\nBe brief.", "<environment_context>\n</environment_context>"
    )
    records = [meta(), environment, written("fix the test"), says("Done."), written("fix the test")]
    assert human(read(*records)) == ["fix the test", "fix the test"]
    assert skipped(*records) == ({}, {"context": 2})


def test_the_items_of_old_files_stand_without_an_envelope() -> None:
    header = {"id": "old-1", "timestamp": "2025-08-01T00:00:00Z", "instructions": None, "git": {"branch": "main"}}
    items = [
        one["payload"] for one in (written("<user_instructions>\nx\n</user_instructions>"), written("hi"), call("1"))
    ]
    data = lines([header, {"record_type": "state"}, *items])
    assert codex.recognises(Source(BytesIO(data)).sample)
    origin, person, asked = told(codex, data)
    assert isinstance(origin, Origin)
    assert isinstance(asked, Piece)
    assert (origin.session, origin.branch) == ("old-1", "main")
    assert human([person]) == ["hi"]
    assert asked.body["tool_calls"][0]["id"] == "1"  # type: ignore[index]


def test_what_an_editor_puts_before_a_request_was_not_typed() -> None:
    before = "# Context from my IDE setup:\n\n## Active file: a.py\n\n## My request for Codex:\nfix it"
    assert human(read(meta(), written(before), typed("fix it"), says("Done."), typed(before))) == ["fix it", "fix it"]


def test_images_are_named_and_never_kept() -> None:
    photo = "data:image/png;base64," + "A" * 5000
    shown = output("1", [{"type": "input_text", "text": "see"}, {"type": "input_image", "image_url": photo}])
    person = event("user_message", message="look", images=[photo], local_images=[])
    parts = item("message", role="user", content=[{"type": "input_text", "text": "<image name=[Image #1]>"}])
    given = pieces(meta(), parts, person, call("1"), shown, output("1", f'[{{"type":"text"}}] {photo}'))
    assert [piece.body["content"] for piece in given] == [
        "look\n[image]",
        None,
        "see\n[image]",
        '[{"type":"text"}] [image]',
    ]


def test_a_response_is_one_message_with_its_tokens_told_once() -> None:
    records = [
        typed("go"),
        says("First I look."),
        call("1"),
        call("2"),
        output("1", "a"),
        output("2", "b"),
        tokens(9, 4),
    ]
    given = pieces(meta(), *records, tokens(9, 4), call("3"), output("3", "c"), says("Done."), tokens(12, 2))
    joins = [piece.joins for piece in given if piece.body["role"] == "assistant"]
    assert len(set(joins[:3])) == 1
    assert all(joins)
    assert len(set(joins)) == 3
    assert [piece.meta.get("usage") for piece in given] == [
        None,
        {"input": 9, "output": 4},
        *[None] * 6,
        {"input": 12, "output": 2},
    ]


def test_the_next_response_begins_where_the_tokens_are_told() -> None:
    first, second = pieces(meta(), says("One."), tokens(1, 1), says("Two."), tokens(2, 2))
    assert first.joins != second.joins
    assert second.meta == {"usage": {"input": 2, "output": 2}}


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        ("Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\nExit code: 1", False),
        ("Wall time: 0.1 seconds\nProcess exited with code 127\nOutput:\nno such command", True),
        ("Exit code: 1\nWall time: 0 seconds\nOutput:\n", True),
        ("Process running with session ID 7\nOutput:\n", None),
        ("Process running with session ID 7\nOutput:\nExit code: 1", None),
        ("Plan updated", None),
        ('{"output":"boom","metadata":{"exit_code":2,"duration_seconds":0.1}}', True),
        ({"content": "boom", "success": False}, True),
    ],
)
def test_whether_a_call_failed_is_read_from_its_output(said: Any, failed: bool | None) -> None:
    assert result(meta(), call("1"), output("1", said)).meta.get("is_error") is failed


def test_the_output_of_earlier_versions_is_unwrapped() -> None:
    said = '{"output":"two\\nlines","metadata":{"exit_code":0}}'
    assert result(meta(), call("1"), output("1", said)).body["content"] == "two\nlines"


@pytest.mark.parametrize(
    ("ended", "failed"),
    [
        (event("patch_apply_end", call_id="1", success=False), True),
        (event("mcp_tool_call_end", call_id="1", result={"Err": "refused"}), True),
        (event("mcp_tool_call_end", call_id="1", result={"Ok": {"content": [], "isError": True}}), True),
        (event("mcp_tool_call_end", call_id="1", result={"Ok": {"content": []}}), False),
        (event("exec_command_end", call_id="1", exit_code=3), True),
        (event("patch_apply_end", call_id="another", success=False), None),
    ],
)
def test_whether_a_call_failed_is_told_by_the_event_of_its_end(ended: dict[str, Any], failed: bool | None) -> None:
    assert result(meta(), call("1"), ended, output("1", "…")).meta.get("is_error") is failed


def test_an_event_of_no_call_says_nothing_of_a_result_of_no_call() -> None:
    assert result(meta(), event("patch_apply_end", success=False), output("", "…")).meta == {}


def test_the_raw_text_of_a_patch_becomes_arguments() -> None:
    patch = item("custom_tool_call", name="apply_patch", input="*** Begin Patch\n", call_id="1")
    (asked,) = pieces(meta(), patch)
    function = asked.body["tool_calls"][0]["function"]  # type: ignore[index]
    assert function == {"name": "apply_patch", "arguments": '{"input": "*** Begin Patch\\n"}'}


def test_tools_that_codex_has_built_in_are_calls_too() -> None:
    found = [{"title": "Docs", "url": "https://example.invalid"}]
    given = pieces(
        meta(),
        item("local_shell_call", call_id="1", action={"type": "exec", "command": ["ls"]}),
        event("web_search_end", call_id="ws", results=found),
        item("web_search_call", id="ws", action={"type": "search", "query": "docs"}),
        item("tool_search_call", call_id="3", arguments={"query": "mail"}),
        item("tool_search_output", call_id="3", tools=[{"name": "mail"}]),
        item("image_generation_call", id="4", revised_prompt="a cat", result="A" * 900),
    )
    calls = [one["function"]["name"] for piece in given for one in piece.body.get("tool_calls", [])]  # type: ignore[attr-defined]
    results = [(piece.body["tool_call_id"], piece.body["content"]) for piece in given if piece.body["role"] == "tool"]
    assert calls == ["local_shell", "web_search", "tool_search", "image_generation"]
    assert results == [("ws", json.dumps(found)), ("3", '[{"name": "mail"}]'), ("4", "[image]")]


def test_text_out_of_a_skill_is_marked() -> None:
    body = written("<skill>\n<name>deploy</name>\n<path>/s/deploy/SKILL.md</path>\nSteps…\n</skill>")
    person, skill, _, shown, _, other = pieces(
        meta(),
        written("$deploy now"),
        body,
        typed("$deploy now"),
        call("1", "sed -n '1,200p' /home/me/.agents/skills/deploy/SKILL.md"),
        output("1", "Steps…"),
        call("2", "git add .agents/skills/deploy/SKILL.md"),
        output("2", ""),
    )
    assert human([person, skill]) == ["$deploy now"]
    assert skill.meta == {"kind": "context", "from_skill": "deploy"}
    assert (shown.meta, other.meta) == ({"from_skill": "deploy"}, {})


def test_an_interrupt_is_kept_and_given_once() -> None:
    aborted = written("<turn_aborted>\nThe user interrupted.\n</turn_aborted>")
    stop = event("turn_aborted", reason="interrupted")
    kinds = [
        piece.meta.get("kind") for piece in pieces(meta(), typed("go"), call("1"), stop, aborted, typed("stop that"))
    ]
    assert kinds == [None, None, "interrupt", None]


def test_what_codex_says_in_the_place_of_a_person_is_no_human_turn() -> None:
    shell = written("<user_shell_command>\n<command>ls</command>\n</user_shell_command>")
    agent = item("agent_message", author="/root/a", content=[{"type": "input_text", "text": "I am done"}])
    review = event("entered_review_mode", target={"type": "custom", "instructions": "look at a.py"})
    new = written("<something_new>\nx\n</something_new>")
    given = pieces(meta(), typed("go"), says("Yes."), shell, agent, review, new)
    assert [piece.meta.get("kind") for piece in given] == [None, None, "command", "notice", "command", "context"]


def test_turns_that_were_rolled_back_are_told_with_the_next() -> None:
    back = event("thread_rolled_back", num_turns=2)
    given = pieces(meta(), typed("one"), says("1"), typed("two"), says("2"), back, typed("three"), typed("four"))
    assert [piece.meta.get("taken_back") for piece in given] == [None, None, None, None, 2, None]


def test_a_fork_knows_what_it_went_on_from_and_a_sub_agent_its_parent() -> None:
    spawn = {"subagent": {"thread_spawn": {"parent_thread_id": "thread-0", "depth": 1}}}
    assert read(meta(), meta(id="thread-0"), typed("hi"))[0].forked == "thread-0"  # type: ignore[union-attr]
    assert read(meta(), meta(), typed("hi"))[0].forked == ""  # type: ignore[union-attr]
    assert read(meta(source=spawn), typed("hi"))[0].parent == "thread-0"  # type: ignore[union-attr]


def test_what_is_unknown_is_counted_and_what_is_no_conversation_too() -> None:
    records = [
        meta(),
        line("dream", x=1),
        event("hologram"),
        item("telepathy"),
        line("compacted", message="", replacement_history=[written("hi")["payload"]]),
        event("agent_message", message="Done."),
        item("reasoning", summary=[], encrypted_content="x"),
        {"timestamp": "", "type": "event_msg", "payload": None},
    ]
    known = {"compacted": 1, "agent_message": 1, "encrypted reasoning": 1}
    unknown = [
        "unknown record dream",
        "unknown record hologram",
        "unknown record telepathy",
        "event_msg without its payload",
    ]
    assert skipped(*records) == (dict.fromkeys(unknown, 1), known)


def test_thoughts_belong_to_the_response() -> None:
    thought = item("reasoning", summary=[{"type": "summary_text", "text": "Look first."}], encrypted_content="x")
    first, second = pieces(meta(), thought, call("1"))
    assert first.body == {"role": "assistant", "content": None, "reasoning_content": "Look first."}
    assert first.joins == second.joins != ""


def test_a_file_of_nothing_but_turns_is_read_in_little_memory() -> None:
    turns = [written(f"turn {number} of many") for number in range(300)]
    assert len(human(read(meta(), *turns))) == 300


TURNS = ["fix the broken test", "now publish it", "why did that fail?"]
SESSION = [
    meta(),
    line("turn_context", model="gpt-5.5", cwd="/p"),
    written("<environment_context>\n</environment_context>"),
    item("reasoning", summary=[{"type": "summary_text", "text": "hm"}]),
    says("I look."),
    call("1", "cat /a/skills/b/SKILL.md"),
    output("1", "Exit code: 1\nOutput:\nx"),
    event("mcp_tool_call_end", call_id="1", result={"Ok": {"content": [], "isError": False}}),
    event("item_completed", item={"type": "CommandExecution", "id": "1", "exit_code": 0}),
    item("custom_tool_call", name="apply_patch", input="*** Begin", call_id="2"),
    event("patch_apply_end", call_id="2", success=True),
    item("custom_tool_call_output", call_id="2", output='{"output":"x","metadata":{"exit_code":0}}'),
    item("web_search_call", id="3", action={"query": "q"}),
    event("web_search_end", call_id="3", results=[{"title": "t"}]),
    item("tool_search_output", call_id="3", tools=[]),
    item("image_generation_call", id="4", result="AAAA"),
    tokens(1, 2),
    event("turn_aborted", reason="interrupted"),
    event("thread_rolled_back", num_turns=1),
    event("entered_review_mode", target={"instructions": "x"}),
    item("agent_message", content=[{"type": "input_text", "text": "x"}]),
    event("thread_name_updated", thread_name="t"),
]


@settings(max_examples=50)
@given(st.data())
def test_whatever_becomes_of_a_rollout_it_is_read_to_its_end(data: st.DataObject) -> None:
    both = [tell(turn) for turn in TURNS for tell in (typed, written)]
    text = data.draw(cut(lines(data.draw(mutated([*SESSION, *both])))))
    source = Source(BytesIO(text))
    codex.recognises(source.sample)
    for piece in (one for one in codex.read(source) if isinstance(one, Piece)):
        assert problem(piece.body) is None
        json.dumps([piece.body, dict(piece.meta)])


@settings(max_examples=50)
@given(st.data(), st.booleans(), st.booleans())
def test_what_a_person_typed_survives_whatever_becomes_of_the_rest(
    data: st.DataObject, events: bool, items: bool
) -> None:
    records: list[Any] = []
    for turn in TURNS:
        records += data.draw(mutated(SESSION))
        records += [typed(turn)] if events or not items else []
        records += [written(turn)] if items else []
    said = human(told(codex, lines(records)))
    assert [turn for turn in TURNS if turn not in said] == []


def test_endless_nesting_does_no_harm() -> None:
    assert human(
        read(meta(), {"timestamp": nested(300), "type": nested(300), "payload": nested(300)}, typed("hi"))
    ) == ["hi"]


def counted(path: Path) -> tuple[int, int, int, int]:
    """Calls, results, failed results, human turns: by the raw records alone."""
    calls = results = failed = turns = 0
    for row in path.read_text(encoding="utf-8").split("\n"):
        payload = json.loads(row)["payload"] if row else {}
        kind = str(payload.get("type", ""))
        if kind.endswith("_call") and '"response_item"' in row[:120]:
            calls += 1
            results += kind == "image_generation_call"
        if kind in ("function_call_output", "custom_tool_call_output", "tool_search_output"):
            results += 1
            head = str(payload.get("output", "")).split("Output:")[0].split("\n")
            codes = [part.split()[-1] for part in head if part.startswith(("Exit code", "Process exited with code"))]
            failed += any(code != "0" for code in codes)
        turns += kind == "user_message" or (payload.get("item") or {}).get("type") == "UserMessage"
    return calls, results, failed, turns


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_counts_of_real_rollouts_agree_with_their_raw_records(path: Path) -> None:
    with path.open("rb") as file:
        source = Source(file)
        assert codex.recognises(source.sample)
        given_ = [piece for piece in codex.read(source) if isinstance(piece, Piece)]
    calls = sum(len(cast(list[Any], piece.body.get("tool_calls", []))) for piece in given_)
    results = [piece for piece in given_ if piece.body["role"] == "tool"]
    failed = len([one for one in results if one.meta.get("is_error") is True])
    assert (calls, len(results), failed, len(human(given_))) == counted(path)
    assert source.tally.skipped == {}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_no_other_real_file_is_taken() -> None:
    assert taken(codex, CORPUS) == sorted(FILES)
