"""The table of formats: every reader has the same shape, and a file is known by its content alone."""

import json
from importlib.util import find_spec
from types import ModuleType

import pytest
from sources import CORPUS, NO_CORPUS, corpus, document, lines, of, pieces

from acontext_cli.formats import FORMATS, Source, recognised

CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
CHAT = [{"role": "user", "content": "Mend it"}, {"role": "assistant", "content": None, "tool_calls": [CALL]}]
CLAUDE = {"type": "user", "uuid": "u1", "parentUuid": None, "isSidechain": False, "sessionId": "s", "cwd": "/p"}
COPILOT = {"sessionId": "s", "version": 1, "producer": "copilot-agent", "copilotVersion": "1.0.64"}
GEMINI = {"id": "g1", "timestamp": "2026-03-26T12:00:00Z", "type": "user", "content": "Mend it"}
OPENCODE = {"info": {"id": "msg_1", "role": "user"}, "parts": [{"type": "text", "text": "Mend it"}]}
SWE = {"action": "ls", "observation": "README.md", "thought": "", "response": "", "state": "{}"}
USED = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "look", "input": {}}]}
ITEM = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"}
EXAMPLES: dict[str, list[Source]] = {
    "claude-code": [lines({"type": "mode"}, {**CLAUDE, "message": {"role": "user", "content": "Mend it"}})],
    "codex": [
        lines(
            {"timestamp": "t", "type": "session_meta", "payload": {"id": "s", "cwd": "/p", "originator": "codex-tui"}},
            {"timestamp": "t", "type": "event_msg", "payload": {"type": "user_message", "message": "Mend it"}},
        )
    ],
    "copilot-cli": [
        lines(
            {"type": "session.start", "data": COPILOT, "id": "e1", "timestamp": "t", "parentId": None},
            {"type": "user.message", "data": {"content": "Mend it"}, "id": "e2", "timestamp": "t", "parentId": "e1"},
        )
    ],
    "gemini-cli": [
        document({"sessionId": "s", "projectHash": "h", "startTime": "t", "lastUpdated": "t", "messages": [GEMINI]}),
        lines({"sessionId": "s", "projectHash": "h", "startTime": "t", "lastUpdated": "t"}, GEMINI),
    ],
    "opencode": [document({"info": {"id": "ses_1", "directory": "/p", "version": "1.2"}, "messages": [OPENCODE]})],
    "cursor": [
        lines(
            {"role": "user", "message": {"content": [{"type": "text", "text": "<user_query>Mend it</user_query>"}]}},
            {"role": "assistant", "message": {"content": [{"type": "text", "text": "Done."}]}},
        )
    ],
    "swe-agent": [
        document({"trajectory": [SWE], "history": [{"role": "user", "content": "Mend it", "agent": "primary"}]}),
        document({"info": {"exit_status": "x"}, "messages": CHAT, "trajectory_format": "mini-swe-agent-1.1"}),
    ],
    "atif": [
        document(
            {
                "schema_version": "ATIF-v1.7",
                "agent": {},
                "steps": [{"step_id": 1, "source": "user", "message": "Mend it"}],
            }
        )
    ],
    "langchain": [
        document([{"type": "human", "content": "Mend it"}]),
        lines({"type": "human", "data": {"content": "Mend it"}}, {"type": "ai", "data": {"content": "Done."}}),
    ],
    "openai-responses": [document([{"role": "user", "content": "Mend it"}, ITEM]), document({"output": [ITEM]})],
    "anthropic": [document([CHAT[0], USED]), document({"system": "Be brief.", "messages": CHAT[:1]})],
    "openai": [
        document(CHAT),
        lines(*CHAT),
        document({"messages": CHAT}),
        lines({"messages": CHAT}, {"messages": CHAT}),
    ],
}


def module(name: str) -> ModuleType:
    return pytest.importorskip(f"acontext_cli.formats.{name.replace('-', '_')}")  # type: ignore[no-any-return]


def all_are_there() -> None:
    missing = [name for name in FORMATS if not find_spec(f"acontext_cli.formats.{name.replace('-', '_')}")]
    if missing:
        pytest.skip(f"not there yet: {', '.join(missing)}")


def known_as(source: Source) -> str:
    found = recognised(source)
    return found.NAME if found else ""


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_the_same_shape(name: str) -> None:
    found = module(name)
    assert name == found.NAME
    assert found.__doc__
    assert found.recognises(()) is False
    for source in EXAMPLES[name]:
        assert found.recognises(source.sample) is True
        assert pieces(found, source)
    assert not pieces(found, of(""))


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_known_by_its_content(name: str) -> None:
    all_are_there()
    assert [known_as(source) for source in EXAMPLES[name]] == [name] * len(EXAMPLES[name])


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_takes_the_files_of_one_that_is_asked_after_it(name: str) -> None:
    found = module(name)
    others = [other for other in FORMATS[FORMATS.index(name) + 1 :] if any(map(_recognised_by(found), EXAMPLES[other]))]
    assert others == []


@pytest.mark.parametrize(
    "data",
    ["", "{}", "[]", "7", "Mend it", "# Notes\n\n- one\n", '{"name": "x", "version": "1"}', '{"a": 1}\n{"b": 2}\n'],
)
def test_other_files_are_of_no_format(data: str) -> None:
    all_are_there()
    assert known_as(of(data)) == ""


@pytest.mark.skipif(not CORPUS.exists(), reason=NO_CORPUS)
@pytest.mark.parametrize("folder", ["claude-code", "codex", "copilot-cli", "swe-agent", "tau-bench"])
def test_real_files_are_known_by_their_content(folder: str) -> None:
    all_are_there()
    files = [path for path in corpus(f"{folder}/**/*") if path.suffix in (".jsonl", ".traj")]
    assert {known_as(of(path.read_bytes())) for path in files} == {"openai" if folder == "tau-bench" else folder}


@pytest.mark.skipif(not CORPUS.exists(), reason=NO_CORPUS)
def test_what_lies_beside_real_files_is_of_no_format() -> None:
    all_are_there()
    beside = corpus("**/*.reference.json")
    assert [json.loads(path.read_bytes())["session_id"] for path in beside if known_as(of(path.read_bytes()))] == []


def _recognised_by(found: ModuleType):  # type: ignore[no-untyped-def]
    return lambda source: found.recognises(source.sample)
