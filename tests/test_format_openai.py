import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import (
    CORPUS,
    NO_CORPUS,
    bodies,
    counts,
    damaged_around,
    damaged_file,
    document,
    holds,
    human,
    lines,
    of,
    origins,
    pieces,
)

from acontext_cli.formats import Source, openai
from acontext_cli.messages import Json, Message

ASKED: Json = {"role": "user", "content": "Mend the gateway"}
CALLED: Json = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": "api"}'}}],
}
FOUND: Json = {"role": "tool", "tool_call_id": "c1", "name": "look", "content": "502"}
OLD: Json = {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": "{}"}}
OLD_FOUND: Json = {"role": "function", "name": "look", "content": "502"}
TALK = [{"role": "system", "content": "Be brief."}, ASKED, CALLED, FOUND, OLD, OLD_FOUND]


@pytest.mark.parametrize(
    "source",
    [lines(*TALK), document(TALK), document({"model": "m", "messages": TALK}), document({"messages": TALK, "n": [1]})],
    ids=["lines", "array", "object", "object with more"],
)
def test_messages_are_kept_as_they_came(source: Source) -> None:
    assert openai.recognises(source.sample)
    assert bodies(openai, source) == TALK
    assert source.tally.skipped == {}


def test_a_line_with_messages_is_a_conversation_of_its_own() -> None:
    source = lines({"task": 1, "messages": TALK[:2]}, {"model": "m", "messages": TALK})
    assert openai.recognises(source.sample)
    assert [(origin.key, origin.model) for origin in origins(openai, source)] == [("1", ""), ("2", "m")]
    assert [piece.key for piece in pieces(openai, source)] == ["1"] * 2 + ["2"] * len(TALK)


def test_an_array_of_conversations_is_read_like_lines_of_them() -> None:
    source = document([{"messages": TALK[:2]}, TALK])
    assert [piece.key for piece in pieces(openai, source)] == ["1"] * 2 + ["2"] * len(TALK)


def test_a_request_and_its_response_are_one_conversation() -> None:
    source = lines(*[{"request": {"messages": [ASKED]}, "response": {"choices": [{"message": CALLED}]}}] * 2)
    assert bodies(openai, source) == [ASKED, CALLED] * 2


@pytest.mark.parametrize("message", [ASKED, CALLED, {"role": "user", "content": [{"type": "text", "text": "Hi"}]}])
def test_a_single_line_is_a_message(message: Json) -> None:
    source = lines(message)
    assert openai.recognises(source.sample)
    assert bodies(openai, source) == [message]


def test_what_acontext_recorded_is_known_by_its_id() -> None:
    recorded = Message(FOUND, "m1", "2026-03-26T12:00:00.000Z", {"is_error": True, "kind": 7})
    (piece,) = pieces(openai, of(recorded.line() + "\n"))
    assert (piece.body, piece.uid, piece.at) == (FOUND, "m1", "2026-03-26T12:00:00.000Z")
    assert piece.meta == {"is_error": True}


def test_an_id_that_is_not_ours_tells_no_messages_apart() -> None:
    (piece, _) = pieces(openai, lines({**ASKED, "id": "x"}, ASKED))
    assert (piece.body, piece.uid, piece.meta) == (ASKED, "", {"source_id": "x"})


def test_an_image_that_is_in_the_file_is_only_named() -> None:
    inside = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    linked = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    (body,) = bodies(openai, document([{"role": "user", "content": [inside, linked, sound, "and"]}]))
    named = [{"type": "text", "text": "[image]"}, linked, {"type": "text", "text": "[input_audio]"}, "and"]
    assert body == {"role": "user", "content": named}


def test_a_message_that_cannot_be_used_is_counted_and_the_next_one_read() -> None:
    source = lines({"content": "x"}, {"role": "assistant", "tool_calls": [7]}, ASKED, {"messages": [7, ASKED]})
    assert human(pieces(openai, source)) == ["Mend the gateway"] * 2
    assert sum(source.tally.skipped.values()) == 3


@given(st.randoms(use_true_random=False))
def test_a_damaged_file_ends_no_reading(random: Random) -> None:
    holds(openai, damaged_file(random, TALK, TALK, {"messages": TALK}, [{"messages": TALK}]))


@given(st.randoms(use_true_random=False))
def test_what_a_person_typed_survives_damage_around_it(random: Random) -> None:
    talk = [*TALK, {"role": "user", "content": "And the logs?"}, *TALK[2:]]
    data = damaged_around(random, talk, lambda each: each["role"] == "user")
    assert {"Mend the gateway", "And the logs?"} <= set(map(str, human(pieces(openai, of(data)))))


@pytest.mark.skipif(not CORPUS.exists(), reason=NO_CORPUS)
def test_the_counts_of_real_episodes_agree_with_a_count_of_their_own() -> None:
    data = (CORPUS / "tau-bench" / "airline.jsonl").read_bytes()
    said = [message for line in data.split(b"\n") if line for message in json.loads(line)["messages"]]
    source = of(data)
    assert counts(pieces(openai, source)) == {
        "calls": sum(len(message.get("tool_calls") or ()) for message in said),
        "results": sum(message["role"] == "tool" for message in said),
        "failed": 0,  # nothing in this form says so
        "human turns": sum(message["role"] == "user" for message in said),
    }
    assert bodies(openai, source) == said
    assert source.tally.skipped == {}
