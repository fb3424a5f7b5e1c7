"""How the demo's offline agent reads: names of services, numbers and expected texts on a line, steps of an entry."""

import pytest

from acontext_cli.demo.agent.contradictions import contradicted
from acontext_cli.demo.agent.lines import Line, troubled
from acontext_cli.demo.agent.naming import best_match, named_on, subject
from acontext_cli.demo.agent.seen import Seen, settings
from acontext_cli.demo.agent.suspect import Setting
from acontext_cli.demo.agent.tools import by_role
from acontext_cli.demo.tools import TOOLS


def seen(request: str = "The ferry desk fails.", **more: object) -> Seen:
    return Seen(request=request, tools=by_role(TOOLS), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("ERROR refused by tide-table, retry", ["tide-table"]),
        ("ERROR upstream=gauges path=/tides", ["gauges"]),
        ("WARN content-length=512 from=tide-table", ["tide-table"]),
        ("ERROR out-of-memory, read-only now", []),
        ("ERROR see /var/log/tide-table.log and mail-out.example", []),
        ("INFO shipped parcel-4471 by tide-table", ["tide-table"]),
        ("ERROR harbour-cam, then tide-table", ["harbour-cam", "tide-table"]),
    ],
)
def test_services_are_named_on_a_line_in_its_order(line: str, named: list[str]) -> None:
    assert list(named_on(line, seen())) == named


def test_once_it_is_told_which_services_there_are_only_those_are_names() -> None:
    known = seen(available=("desk", "tide-table"), missing={"ferry-desk"})
    assert list(named_on("tide-table refused desk, see gauge-store", known)) == ["tide-table", "desk"]


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        ("Our ferry desk is returning errors.", "ferry-desk"),
        ("Please help, the ticket office keeps timing out.", "ticket-office"),
        ("tide-table gives 500 on /tides.", "tide-table"),
        ("Gauges: no data since noon.", "gauges"),
        ("Help!", "unknown"),
    ],
)
def test_the_subject_of_a_request_is_a_guess_at_a_name(request_: str, name: str) -> None:
    assert subject(request_) == name


def test_of_several_services_the_one_that_a_request_speaks_of_most_is_meant() -> None:
    services = ("tide-table", "ferry-ticket-desk", "ferry-cam")
    assert best_match("The desk of the ferry tickets fails", services) == "ferry-ticket-desk"


def test_codes_and_places_are_no_quantities() -> None:
    line = Line(text="E503 failed: errno 104 exit=137 pid=4121 after 900 ms", service="ferry-desk", codes=("503",))
    assert [(number.value, number.kind) for number in line.quantities] == [(0.9, "duration")]


@pytest.mark.parametrize(
    "line", ["ERROR x", "connection refused", "worker killed", "3 requests turned away", "E: full"]
)
def test_trouble_is_told_by_its_words(line: str) -> None:
    assert troubled(line)


def test_an_ordinary_line_speaks_of_no_trouble() -> None:
    assert not troubled("INFO ferry 12 left, 40 passengers, took=90ms")


@pytest.mark.parametrize(
    ("value", "line", "wanted"),
    [
        ("tide-v2", "WARN sent as tide-v2, expected tide-v3", ["tide-v3"]),
        ("v2", "WARN speaks v2, this build requires v3", ["v3"]),
        (
            "old.pier.example",
            "WARN asked for old.pier.example, the name here should be new.pier.example",
            ["new.pier.example"],
        ),
        ("eu-west", "WARN eu-west needs a new roof", []),
        ("tide-v2", "WARN needs tide-v2, and got it", []),
        ("v2", "WARN tide-v2-beta, expected v3", []),
        ("tide-v2", "WARN expected tide-v3", []),
    ],
)
def test_a_text_is_contradicted_by_another_of_its_form(value: str, line: str, wanted: list[str]) -> None:
    own = Setting(service="ferry-desk", key="table_format", value=value)
    found = contradicted(own, Line(text=line, service="tide-table", log=True))
    assert [suspect.new for suspect in found] == wanted


def test_only_plain_values_are_settings() -> None:
    text = '{"timeout_ms": 5000, "format": "v2", "debug": true, "routes": {"a": "b"}, "none": null, "share": 0.5}'
    assert settings(text) == {"timeout_ms": "5000", "format": "v2", "share": "0.5"}
    assert settings("timeout_ms: 5000\nformat: v2") == {"timeout_ms": "5000", "format": "v2"}
    assert settings("[1, 2]") == settings("No config for 'x'.") == {}
