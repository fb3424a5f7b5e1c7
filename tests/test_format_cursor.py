from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import CORPUS, NO_CORPUS, bodies, corpus, counts, damaged_file, holds, human, lines, origins, pieces

from acontext_cli.formats import Origin, Source, cursor, recognised
from acontext_cli.messages import Json


def line(role: str, *blocks: object) -> Json:
    return {
        "role": role,
        "message": {"content": [{"type": "text", "text": b} if type(b) is str else b for b in blocks]},
    }


ASKED = "<timestamp>Monday</timestamp>\n<user_query>\nRun the tests.\n</user_query>"
TALK = [
    line("user", ASKED),
    line("assistant", "I run them.", {"type": "tool_use", "name": "Shell", "input": {"command": "pytest"}}),
    line("assistant", "All pass."),
    {"type": "turn_ended", "status": "success"},
]


def test_lines_become_messages_of_the_chat_form() -> None:
    source = lines(*TALK)
    assert recognised(source) is cursor
    call = {"id": "", "type": "function", "function": {"name": "Shell", "arguments": '{"command": "pytest"}'}}
    assert bodies(cursor, source) == [
        {"role": "user", "content": "Run the tests."},
        {"role": "assistant", "content": "I run them.", "tool_calls": [call]},
        {"role": "assistant", "content": "All pass."},
    ]
    assert source.tally.left_out == {"turn_ended": 1}
    assert origins(cursor, source) == [Origin(agent="cursor")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain words", ["plain words"]),
        ("<open_files>a.py</open_files>\nplain words", ["plain words"]),
        ("<user_query>one</user_query><user_query>two</user_query>", ["one\ntwo"]),
        ("<user_query>cut off", ["cut off"]),
        ("<div>x</div> is not centred", ["<div>x</div> is not centred"]),
        ("<user_info>Linux</user_info>", []),
    ],
)
def test_a_persons_words_are_told_from_the_context(text: str, words: list[str]) -> None:
    source = lines(line("user", text), line("assistant", "x"))
    assert human(pieces(cursor, source)) == words
    assert len(pieces(cursor, source)) == 2


def test_results_are_kept_where_there_are_any() -> None:
    failed = {"type": "tool_result", "tool_use_id": "t", "content": "no", "is_error": True}
    silent = {"type": "tool_result", "tool_use_id": "u", "content": "so so"}
    found = pieces(cursor, lines(line("user", failed, silent), *TALK))
    assert [(piece.body["content"], piece.meta) for piece in found[:2]] == [("no", {"is_error": True}), ("so so", {})]


@pytest.mark.parametrize(
    "other",
    [
        {"role": "user", "content": "hi"},
        {"type": "user", "message": {"role": "user", "content": "hi"}},
        {"role": "user", "message": {"role": "user", "content": []}},
    ],
)
def test_other_formats_are_not_mistaken_for_this_one(other: Json) -> None:
    assert not cursor.recognises(lines(other, other).sample)
    assert cursor.recognises(lines(*TALK, other).sample)


@given(st.randoms(use_true_random=False))
def test_no_damage_ends_a_reading(random: Random) -> None:
    holds(cursor, damaged_file(random, TALK))


@pytest.mark.skipif(not CORPUS.is_dir(), reason=NO_CORPUS)
def test_the_example_is_read_and_nothing_else_is_taken_for_it() -> None:
    for path in corpus("*/**/*.*"):
        with path.open("rb") as file:
            source = Source(file)
            assert cursor.recognises(source.sample) == (path.parent.name == "cursor"), path
            if path.parent.name == "cursor":
                assert counts(pieces(cursor, source)) == {"calls": 1, "results": 0, "failed": 0, "human turns": 2}
