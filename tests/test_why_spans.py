import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transcripts import calls, read, result, user

from acontext_cli.api.why.spans import WIDTH, asked_for, best, first, lines, spans, weights, words
from acontext_cli.messages import Json, Message


def said(asked: str, *messages: Json) -> list[tuple[str, ...]]:
    """What of each message bears out a line."""
    found = [spans(message, asked_for(asked)) for message in read(messages)]
    return [best(each, weights(found))[1] for each in found]


def test_the_lines_with_its_numbers_settings_and_names_bear_a_line_out() -> None:
    log = result("INFO started\nINFO request completed duration=4890ms\nINFO idle", "check_logs")
    config = result('{\n  "max_retries": 3,\n  "upstream_timeout_ms": 5000\n}', "read_config")
    asked = "  3. go on only if it comes within 20 % of its setting (there 4890ms against `upstream_timeout_ms` 5,000)"
    assert said(asked, log, config) == [
        ("INFO request completed duration=4890ms",),
        ('"upstream_timeout_ms": 5000',),
    ]


def test_a_call_is_a_line_with_its_arguments_and_those_of_many_lines_below() -> None:
    (message,) = read([calls("write_file", path="a.py", text="import os\nTIMEOUT = 30\n")])
    assert list(lines(message)) == ['write_file(path="a.py")', "import os", "TIMEOUT = 30"]
    assert said("- the TIMEOUT is 30", calls("write_file", path="a.py", text="import os\nTIMEOUT = 30\n")) == [
        ("TIMEOUT = 30",)
    ]


def test_a_second_line_is_quoted_only_where_it_adds_enough() -> None:
    text = "error_rate_pct: 34\nstatus: unhealthy since 09:12\nthe end"
    assert said("- error_rate_pct went from 34", result(text)) == [("error_rate_pct: 34",)]
    two = "error_rate_pct: 34\nnoise\nrestart_service answered"
    assert said("- error_rate_pct 34, then restart_service", result(two)) == [
        ("error_rate_pct: 34", "restart_service answered")
    ]


def test_a_number_a_name_and_what_is_rare_tell_more_than_other_words() -> None:
    asked = asked_for("- gateway 4890 api-gateway slow")
    told = weights([spans(message, asked) for message in read([user("gateway slow 4890 api-gateway"), user("slow")])])
    assert told["4890"] == told["api-gateway"] > told["gateway"] > told["slow"]


def test_what_an_entry_adds_of_itself_is_not_asked_for() -> None:
    assert asked_for("## Timeout (date: 2026-03-26) <!-- id: b54f9c -->") == {"timeout"}
    assert asked_for("- Known because: error_rate_pct fell (2 sessions)") == {"error_rate_pct", "fell"}


def test_words_without_spaces_between_them_are_known_by_two_signs() -> None:
    assert words("网关返回") == {"网关", "关返", "返回"}
    assert said("- 网关 502", user("错误\n我们的网关返回502错误")) == [("我们的网关返回502错误",)]


def test_a_long_line_is_quoted_in_the_piece_that_matters() -> None:
    text = "noise " * 500 + "duration=4890ms " + "noise " * 500
    ((quoted,),) = said("- there 4890ms", result(text))
    assert len(quoted) <= WIDTH
    assert "4890ms" in quoted
    assert (quoted[0], quoted[-1]) == ("…", "…")


def test_a_message_begins_with_its_first_two_lines() -> None:
    (message,) = read([user("one\n\ntwo\nthree")])
    assert first(message) == ("one", "two")


@pytest.mark.parametrize(
    "text", ["a-" * 500_000, "1," * 500_000, "_" * 1_000_000, "网" * 500_000, "a\n" * 500_000, "(" * 1_000_000]
)
def test_a_megabyte_of_anything_takes_no_more_than_the_time_to_read_it(text: str) -> None:
    start = time.process_time()
    spans(Message({"role": "tool", "content": text}), asked_for("- a 1 网关 `x_y`"))
    asked_for(text)
    assert time.process_time() - start < 20


@given(st.text(), st.lists(st.text(), max_size=4))
def test_what_is_quoted_stands_in_the_message_and_is_bounded(asked: str, texts: list[str]) -> None:
    messages = [user(text) for text in texts]
    for quoted, text in zip(said(asked, *messages), texts, strict=True):
        whole = " ".join(text.split())
        assert len(quoted) <= 2
        assert all((len(line) <= WIDTH and line.strip("…") in whole.replace("…", "")) or "…" in text for line in quoted)
