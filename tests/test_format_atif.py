from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import bodies, damaged_around, damaged_file, document, holds, human, lines, of, origins, pieces

from acontext_cli.formats import Origin, Source, atif
from acontext_cli.messages import Json

AT = "2026-03-26T12:00:00Z"
CALLS = [{"tool_call_id": "c1", "function_name": "look", "arguments": {"at": "api"}}]
STEPS: list[Json] = [
    {"step_id": 1, "source": "system", "message": "Be brief."},
    {
        "step_id": 2,
        "source": "user",
        "message": [{"type": "text", "text": "Mend it"}, {"type": "image", "source": {"path": "a.png"}}],
    },
    {
        "step_id": 3,
        "source": "agent",
        "timestamp": AT,
        "model_name": "m2",
        "message": "I look.",
        "reasoning_content": "Look first.",
        "tool_calls": CALLS,
        "observation": {"results": [{"source_call_id": "c1", "content": "502", "extra": {"is_error": True}}]},
        "metrics": {"prompt_tokens": 9, "completion_tokens": 2, "cached_tokens": 5, "cost_usd": 0.1},
    },
    {"step_id": 4, "source": "agent", "message": "Done.", "llm_call_count": 1},
]
AGENT = {"name": "harness", "version": "1.2", "model_name": "m1"}
WHOLE: Json = {"schema_version": "ATIF-v1.7", "session_id": "s1", "agent": AGENT, "steps": STEPS, "final_metrics": {}}
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": "api"}'}}
SAID = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Mend it\n[image]"},
    {"role": "assistant", "content": "I look.", "tool_calls": [CALL], "reasoning_content": "Look first."},
    {"role": "tool", "tool_call_id": "c1", "content": "502"},
    {"role": "assistant", "content": "Done."},
]
ORIGIN = Origin(session="s1", agent="harness", version="1.2", model="m1")


def test_steps_become_messages_with_the_results_behind_the_calls() -> None:
    source = document(WHOLE)
    assert atif.recognises(source.sample)
    assert bodies(atif, source) == SAID
    assert origins(atif, source) == [ORIGIN]
    assert source.tally.skipped == {}


def test_what_is_known_of_a_step_is_kept() -> None:
    found = pieces(atif, document(WHOLE))
    assert [piece.uid for piece in found] == ["s1/1", "s1/2", "s1/3", "s1/3/1", "s1/4"]
    assert found[2].meta == {"model": "m2", "usage": {"input": 9, "output": 2, "cached": 5}}
    assert (found[3].meta, found[3].at) == ({"is_error": True}, AT)


def test_a_document_whose_agent_comes_last_is_given_its_origin_again() -> None:
    source = document({"steps": STEPS, "session_id": "s1", "agent": AGENT})
    assert atif.recognises(source.sample)
    assert origins(atif, source) == [Origin(), ORIGIN]


def test_sub_agents_are_conversations_that_know_their_parent() -> None:
    within = {"trajectory_id": "t2", "session_id": "s1", "steps": STEPS[1:2]}
    sub = {"trajectory_id": "t1", "agent": AGENT, "steps": STEPS[3:], "subagent_trajectories": [within]}
    source = document({**WHOLE, "subagent_trajectories": [sub, {"steps": STEPS[3:]}]})
    found = [(origin.key, origin.session, origin.parent) for origin in origins(atif, source)]
    assert found == [("", "s1", ""), ("0.1", "t1", "s1"), ("0.1.1", "t2", "t1"), ("0.2", "", "s1")]
    assert [(piece.key, piece.uid) for piece in pieces(atif, source)][5:] == [
        ("0.1", "t1/4"),
        ("0.1.1", "t2/2"),
        ("0.2", ""),
    ]


def test_steps_copied_for_context_are_left_out() -> None:
    source = document({**WHOLE, "steps": [{**STEPS[0], "is_copied_context": True}, STEPS[1]]})
    assert bodies(atif, source) == SAID[1:2]
    assert source.tally.left_out == {"steps copied from another trajectory": 1}


def test_what_nobody_called_for_is_an_output_and_no_human_turn() -> None:
    observed = {"step_id": 1, "source": "system", "message": "", "observation": {"results": [{"content": "up again"}]}}
    (piece,) = pieces(atif, document({**WHOLE, "steps": [observed]}))
    assert (piece.body, piece.meta) == ({"role": "user", "content": "up again"}, {"kind": "output"})


def test_lines_of_trajectories_are_conversations() -> None:
    source = lines(WHOLE, {**WHOLE, "session_id": "s2"})
    assert atif.recognises(source.sample)
    assert [(origin.key, origin.session) for origin in origins(atif, source)] == [("1", "s1"), ("2", "s2")]


def test_a_step_that_cannot_be_used_is_counted_and_the_next_one_read() -> None:
    source = document({**WHOLE, "steps": [7, {"step_id": 1, "source": ["user"]}, STEPS[1]]})
    assert bodies(atif, source) == SAID[1:2]
    assert source.tally.skipped == {"steps without a source that is known": 2}


@pytest.mark.parametrize("source", [document({"steps": [{"id": 1}]}), lines({"schema_version": 1}, {"steps": 7})])
def test_other_steps_are_left_to_others(source: Source) -> None:
    assert not atif.recognises(source.sample)


@given(st.randoms(use_true_random=False))
def test_a_damaged_file_ends_no_reading(random: Random) -> None:
    whole = {**WHOLE, "subagent_trajectories": [{**WHOLE, "subagent_trajectories": [WHOLE]}]}
    holds(atif, damaged_file(random, [whole, WHOLE], whole, [whole]))


def test_sub_agents_of_sub_agents_to_any_depth_end_no_reading() -> None:
    deep: Json = WHOLE
    for _ in range(150):
        deep = {"steps": STEPS[:1], "subagent_trajectories": [deep]}
    assert len(pieces(atif, document(deep))) == 155


@given(st.randoms(use_true_random=False))
def test_trajectories_around_a_damaged_one_are_whole(random: Random) -> None:
    data = damaged_around(random, [WHOLE, {**WHOLE, "session_id": "s2"}, WHOLE], lambda each: each is WHOLE)
    assert len(human(pieces(atif, of(data)))) >= 2
