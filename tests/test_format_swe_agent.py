import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import (
    CORPUS,
    NO_CORPUS,
    bodies,
    corpus,
    counts,
    damaged_file,
    document,
    holds,
    human,
    lines,
    of,
    origins,
    pieces,
)

from acontext_cli.formats import swe_agent
from acontext_cli.messages import Json

BRIEF: Json = {"role": "system", "content": "Be brief."}
DEMO: Json = {"role": "user", "content": "A demonstration", "is_demo": True}
ASKED: Json = {"role": "user", "content": "Mend it", "agent": "primary"}
TEXT: list[Json] = [
    BRIEF,
    DEMO,
    ASKED,
    {"role": "assistant", "content": "I look.\n```\nls -F\n```", "thought": "I look.", "action": "ls -F\n"},
    {"role": "user", "content": "README.md"},
    {"role": "assistant", "content": "Hm", "action": ""},
    {"role": "user", "content": "Your output was not formatted correctly"},
    {"role": "assistant", "content": "```\nsubmit\n```", "action": "submit\n"},
]
LOOK = {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": '{"command":"ls"}'}}
TOOLS: list[Json] = [
    BRIEF,
    {**ASKED, "content": [{"type": "text", "text": "Mend it"}], "message_type": "observation"},
    {"role": "assistant", "content": "I look.", "action": "ls", "tool_calls": [LOOK], "message_type": "action"},
    {"role": "tool", "content": "README.md", "tool_call_ids": ["c1"], "message_type": "observation"},
]
STEP = {"action": "ls", "observation": "README.md", "response": "I look.", "thought": "", "state": "{}"}
INFO = {"exit_status": "submitted", "submission": "x", "swe_agent_version": "1.1.0"}
MINI_INFO = {"exit_status": "Submitted", "mini_version": "2.1", "config": {"model": {"model_name": "m"}}}


def trajectory(history: list[Json]) -> Json:
    return {"environment": "main", "trajectory": [STEP] * 50, "history": history, "info": INFO}


def called(id: str, command: str) -> list[Json]:
    function = {"name": "bash", "arguments": json.dumps({"command": command})}
    return [{"id": id, "type": "function", "function": function}]


def test_an_action_in_the_text_is_a_call_and_what_follows_its_result() -> None:
    source = document(trajectory(TEXT))
    assert swe_agent.recognises(source.sample)
    found = pieces(swe_agent, source)
    assert [piece.body for piece in found] == [
        BRIEF,
        {"role": "user", "content": "A demonstration"},
        {"role": "user", "content": "Mend it"},
        {"role": "assistant", "content": "I look.\n```\nls -F\n```", "tool_calls": called("call_1", "ls -F")},
        {"role": "tool", "tool_call_id": "call_1", "content": "README.md"},
        {"role": "assistant", "content": "Hm"},
        {"role": "user", "content": "Your output was not formatted correctly"},
        {"role": "assistant", "content": "```\nsubmit\n```", "tool_calls": called("call_2", "submit")},
    ]
    assert [piece.meta.get("kind") for piece in found if piece.body["role"] == "user"] == ["context", None, "notice"]


def test_calls_of_tools_are_kept() -> None:
    source = document({"history": TOOLS})
    assert swe_agent.recognises(source.sample)
    assert bodies(swe_agent, source) == [
        BRIEF,
        {"role": "user", "content": "Mend it"},
        {"role": "assistant", "content": "I look.", "tool_calls": [LOOK]},
        {"role": "tool", "tool_call_id": "c1", "content": "README.md"},
    ]


def test_a_call_whose_result_is_missing_takes_no_later_one() -> None:
    calls = [{"role": "assistant", "content": "x", "action": action} for action in ("ls", "pwd")]
    found = bodies(swe_agent, document(trajectory([ASKED, *calls, {"role": "user", "content": "/"}])))
    assert found[-1] == {"role": "tool", "tool_call_id": "call_2", "content": "/"}


def test_the_program_and_its_version_are_told() -> None:
    assert [(each.agent, each.version) for each in origins(swe_agent, document(trajectory(TEXT)))] == [
        ("swe-agent", ""),
        ("swe-agent", "1.1.0"),
    ]


def test_the_outcome_that_the_program_claims_is_not_taken_in() -> None:
    assert "ubmitted" not in str(pieces(swe_agent, document(trajectory(TEXT))))


def test_mini_swe_agent_with_calls_of_tools() -> None:
    answer = {
        "role": "tool",
        "tool_call_id": "c1",
        "content": "no such file",
        "extra": {"returncode": 2, "timestamp": 0},
    }
    asked = {"role": "assistant", "content": None, "tool_calls": [LOOK], "extra": {"actions": [{"command": "ls"}]}}
    talk = [BRIEF, ASKED, asked, answer, {"role": "exit", "content": "x"}]
    source = document({"info": MINI_INFO, "messages": talk, "trajectory_format": "mini-swe-agent-1.1"})
    assert swe_agent.recognises(source.sample)
    found = pieces(swe_agent, source)
    assert [piece.body["role"] for piece in found] == ["system", "user", "assistant", "tool"]
    assert (found[3].meta, found[3].at) == ({"is_error": True}, "1970-01-01T00:00:00.000Z")
    assert [(each.agent, each.version, each.model) for each in origins(swe_agent, source)] == [
        ("mini-swe-agent", "2.1", "m")
    ]


def test_mini_swe_agent_with_actions_in_the_text() -> None:
    talk = [
        ASKED,
        {"role": "assistant", "content": "I look.\n\n```bash\nls\n```"},
        {"role": "user", "content": "<returncode>0</returncode>\n<output>README.md</output>"},
        {"role": "assistant", "content": "Hm", "extra": {"actions": [{"command": "pwd"}]}},
        {"role": "user", "content": "/", "extra": {"returncode": 1}},
        {"role": "user", "content": "No, the other one", "extra": {"interrupt_type": "UserInterruption"}},
    ]
    found = pieces(swe_agent, document({"info": MINI_INFO, "messages": talk}))
    assert counts(found) == {"calls": 2, "results": 2, "failed": 1, "human turns": 2}
    assert found[1].body["tool_calls"] == called("call_1", "ls")


def test_lines_of_trajectories_are_conversations() -> None:
    source = lines(trajectory(TEXT), trajectory(TOOLS))
    assert swe_agent.recognises(source.sample)
    assert human(pieces(swe_agent, source)) == ["Mend it", "Mend it"]


def test_chat_messages_are_left_to_others() -> None:
    assert not swe_agent.recognises(document({"messages": [BRIEF, ASKED], "info": {"x": 1}}).sample)
    assert not swe_agent.recognises(lines(BRIEF, ASKED).sample)


@given(st.randoms(use_true_random=False))
def test_a_damaged_file_ends_no_reading(random: Random) -> None:
    mini = {"info": MINI_INFO, "messages": TEXT, "trajectory_format": "mini-swe-agent-1.1"}
    short = {"history": [*TEXT, *TOOLS], "info": INFO}
    holds(swe_agent, damaged_file(random, [short, mini], short, mini, [short]))


@pytest.mark.skipif(not CORPUS.exists(), reason=NO_CORPUS)
@pytest.mark.parametrize("path", corpus("swe-agent/*.traj"), ids=lambda path: path.name[:30])
def test_the_counts_of_real_trajectories_agree_with_a_count_of_their_own(path: Path) -> None:
    data = path.read_bytes()
    said = json.loads(data)["history"]
    acted = [at for at, each in enumerate(said) if each["role"] == "assistant"]
    observed = [at for at in acted if said[at + 1 : at + 2] and said[at + 1]["role"] in ("user", "tool")]
    assert all(said[at]["action"].strip() for at in acted), "every turn of these acts"
    source = of(data)
    assert counts(pieces(swe_agent, source)) == {
        "calls": len(acted),
        "results": len(observed),
        "failed": 0,  # nothing in this form says so
        "human turns": sum(each["role"] == "user" and not each.get("is_demo") for each in said)
        - sum(said[at + 1]["role"] == "user" for at in observed),
    }
    assert source.tally.skipped == {}
