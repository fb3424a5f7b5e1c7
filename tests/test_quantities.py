"""Numbers in text and what they measure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traces import growth

from acontext_cli.trace.quantities import Quantity, nouns, plain, presses, quantities, setting, words


def only(line: str) -> Quantity:
    (found,) = quantities(line)
    return found


def held(key: str, value: object) -> Quantity:
    found = setting(key, value)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("line", "value", "kind"),
    [
        ("query took 4,890 ms", 4.89, "duration"),
        ("query took 4890ms", 4.89, "duration"),
        ("p99 latency: 1.5s", 1.5, "duration"),
        ("took 2 minutes", 120.0, "duration"),
        ("retained for 3 days", 259200.0, "duration"),
        ("body of 12 MB", 12 * 1024.0**2, "bytes"),
        ("read 512 bytes", 512.0, "bytes"),
        ("error rate 34 %", 34.0, "percent"),
        ("error_rate=34%", 34.0, "percent"),
        ("serving 250 rps", 250.0, "rate"),
        ("serving 120 req/min", 2.0, "rate"),
        ("connections in use: 48", 48.0, "count"),
        ("upstream_timeout_ms: 5000", 5.0, "duration"),
        ("cache_ttl_minutes = 5", 300.0, "duration"),
        ('"max_body_mb": 10', 10 * 1024.0**2, "bytes"),
        ("content_length=73400320", 73400320.0, "bytes"),
    ],
)
def test_a_number_is_read_with_its_unit(line: str, value: float, kind: str) -> None:
    found = only(line)
    assert (found.value, found.kind) == (pytest.approx(value), kind)


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-26T10:15:07.123Z connection lost",
        "[2026-03-26 10:15:07] connection lost",
        "peer 10.0.12.7 is gone",
        "running v2.14.3",
        "at 0x7ffe12",
        "order ORD-4711 is waiting",
        "commit abc123def",
        "GET /v2/users/42 failed",
        "111,222,333,444,555,666,777,888,999",
    ],
)
def test_time_stamps_addresses_versions_and_ids_measure_nothing(line: str) -> None:
    assert list(quantities(line)) == []


def test_a_line_is_kept_whole_with_each_of_its_numbers() -> None:
    line = "[10:15:07] pool: 48 of 50 connections in use"
    assert [(found.text, found.line, found.bound) for found in quantities(f"up\n  {line}\n")] == [
        ("48", line, False),
        ("50", line, True),
    ]


@pytest.mark.parametrize(
    ("line", "work"),
    [
        ("query took 4890ms", True),
        ("request duration 4.2s", True),
        ("p99: 4890ms", True),
        ("backend-api did not respond within 5000ms", True),
        ("timed out after 30s", True),
        ("gave up after 9 seconds", True),
        ("retrying in 30s", False),
        ("oldest=45s", False),
        ("oldest unanswered request 45s", False),
        ("uptime 4 days", False),
        ("session age 20 min", False),
        ("next run in 5m", False),
        ("took a nap; cooldown 30s", False),
    ],
)
def test_of_durations_only_those_of_work_done_count(line: str, work: bool) -> None:
    assert only(line).work is work


@pytest.mark.parametrize(
    ("line", "bound"),
    [
        ("message size exceeds limit of 10 MB", True),
        ("upstream only accepts 20 connections", True),
        ("load balancer closes idle connections after 60s", True),
        ("must be at most 30 seconds", True),
        ("query took 4890ms", False),
        ("read 12 MB", False),
    ],
)
def test_a_bound_is_what_a_line_says_something_else_sets(line: str, bound: bool) -> None:
    assert only(line).bound is bound


@pytest.mark.parametrize(
    ("key", "value", "kind", "base"),
    [
        ("upstream_timeout_ms", 5000, "duration", 5.0),
        ("upstream_timeout_ms", "5000", "duration", 5.0),
        ("upstreamTimeoutMs", "5000", "duration", 5.0),
        ("timeout", "30s", "duration", 30.0),
        ("timeout", 30, "duration", 30.0),
        ("session_ttl_h", 2, "duration", 7200.0),
        ("max_upload_mb", 10, "bytes", 10 * 1024.0**2),
        ("memory", "512Mi", "bytes", 512 * 1024.0**2),
        ("max_connections", 50, "count", 50.0),
        ("min_replicas", "1,000", "count", 1000.0),
    ],
)
def test_a_setting_is_a_quantity_by_its_name(key: str, value: object, kind: str, base: float) -> None:
    assert (held(key, value).kind, held(key, value).value) == (kind, base)


@pytest.mark.parametrize("value", [True, None, "fast", "5 of 7", "", ["5"], {"ms": 5}])
def test_a_setting_that_is_no_number_is_no_quantity(value: object) -> None:
    assert setting("timeout_ms", value) is None


def test_durations_and_sizes_compare_whatever_they_are_of() -> None:
    assert held("upstream_timeout_ms", 5000).same_kind(only("report took 4.89 seconds"))
    assert held("max_upload_mb", 10).same_kind(only("body of 12582912 bytes"))


def test_a_duration_is_never_a_size() -> None:
    assert not held("upstream_timeout_ms", 5000).same_kind(only("body of 5 bytes"))


def test_counts_compare_only_where_they_count_the_same() -> None:
    pool = held("max_connections", 50)
    assert pool.same_kind(only("49 connections in use"))
    assert pool.same_kind(only("active_conns=49"))
    assert not pool.same_kind(only("49 workers busy"))


@pytest.mark.parametrize(
    ("observed", "presses_on"), [(3.99, False), (4.0, True), (4.89, True), (5.0, True), (60, True)]
)
def test_a_value_presses_on_a_limit_from_a_fifth_below_it(observed: float, presses_on: bool) -> None:
    assert presses(observed, 5.0) is presses_on


def test_names_are_cut_into_words() -> None:
    assert words("upstreamTimeout_ms") == ("upstream", "timeout", "ms")
    assert words("HTTPServer-v2") == ("http", "server", "v", "2")


def test_nouns_are_singular_and_tell_something() -> None:
    assert nouns("max active DB connections of 3 boxes") == {"db", "connection", "box"}


def test_a_plain_line_has_no_stamps() -> None:
    assert plain("2026-03-26T10:15:07Z 10.0.0.1 took 12 ms").split() == ["took", "12", "ms"]


@given(st.text(alphabet=st.characters() | st.sampled_from("0123456789.,:%=-_/ \nmskKMGBh"), max_size=200))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    for found in quantities(text):
        assert found.value >= 0
        assert found.text in found.line or plain(found.line) != found.line


@given(st.text(max_size=40), st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none()))
def test_no_setting_is_too_odd_to_be_read(key: str, value: object) -> None:
    found = setting(key, value)
    assert found is None or found.label == key or not key


@pytest.mark.parametrize("part", ['{"n": 7}, ', "111,", "7 7 7 ", "9_"])
def test_time_grows_with_the_length_of_a_line_and_not_faster(part: str) -> None:
    assert growth(lambda size: list(quantities(part * (size // len(part)) + "x")), 6_000) < 10
