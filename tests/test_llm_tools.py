import json
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llm import call, facts, failure, report, skip, success

from acontext_cli.distillations import Skip, Success
from acontext_cli.engines.llm.reports import (
    TASK,
    FactsReport,
    Report,
    SkipReport,
    SuccessReport,
    TaskReport,
    empty_field,
    toolbox,
    verdict_of,
    verdicts,
)
from acontext_cli.engines.llm.tools import LONGEST, Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    __pydantic_config__: ClassVar[dict[str, object]] = {"use_attribute_docstrings": True, "extra": "forbid"}

    what: str
    """What is wanted."""
    size: Literal["small", "large"] = "small"
    count: int = 1
    """How many."""
    places: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    ours: str = "filled in"
    """Not asked for."""


ORDER = Tool("order", Order, "Order something.", ("ours",))
TOOLS: list[Tool[Any]] = [ORDER, *toolbox(extract=True, distill=True).tools, *verdicts(of_many=False)]


def ordered(**arguments: object) -> Order:
    return ORDER.read(json.dumps({"what": "tea", **arguments}))


def refused(arguments: str, tool: Tool[Any] = ORDER) -> str:
    with pytest.raises(ValueError, match=r".+") as caught:
        tool.read(arguments)
    return str(caught.value)


# The schema


def test_the_schema_is_made_of_the_fields_and_their_docstrings() -> None:
    assert ORDER.schema == {
        "type": "function",
        "function": {
            "name": "order",
            "description": "Order something.",
            "parameters": {
                "type": "object",
                "properties": {
                    "what": {"type": "string", "description": "What is wanted."},
                    "size": {"type": "string", "enum": ["small", "large"]},
                    "count": {"type": "integer", "description": "How many."},
                    "places": {"type": "array", "items": {"type": "integer"}},
                    "notes": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["what"],
            },
        },
    }


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_schema_is_plain_json_that_any_server_takes(tool: Tool[Any]) -> None:
    text = json.dumps(tool.schema)
    assert json.loads(text) == tool.schema
    assert not any(
        word in text for word in ("$ref", "$defs", "anyOf", "additionalProperties", "default", "prefixItems")
    )


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_what_is_left_out_of_a_schema_is_left_out_of_what_is_required(tool: Tool[Any]) -> None:
    given = tool.schema["function"]["parameters"]  # type: ignore[index]
    names = {field.name for field in fields(tool.kind)}
    assert {*given["properties"]} == names - {*tool.without}
    assert {*given["required"]} <= {*given["properties"]}


def _valued(part: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a part of a schema promises."""
    if "enum" in part:
        return st.sampled_from(part["enum"])
    if part["type"] == "array":
        return st.lists(_valued(part["items"]), max_size=4)
    return st.integers(-(10**9), 10**9) if part["type"] == "integer" else st.text(st.characters(codec="utf-8"))


@given(st.sampled_from(TOOLS), st.data())
def test_what_the_schema_promises_is_read(tool: Tool[Any], data: st.DataObject) -> None:
    given_ = tool.schema["function"]["parameters"]  # type: ignore[index]
    optional = {name: _valued(part) for name, part in given_["properties"].items() if name not in given_["required"]}
    needed = {name: _valued(given_["properties"][name]) for name in given_["required"]}
    arguments = data.draw(st.fixed_dictionaries(needed, optional=optional))
    value = tool.read(json.dumps(arguments))
    for name, said in arguments.items():
        meant = tuple(item for item in said if item != "") if isinstance(said, list) else said
        assert getattr(value, name) == meant


@pytest.mark.parametrize("pair", [report(), success(), facts("a"), failure(), skip()], ids=lambda pair: pair[0])
def test_every_report_of_the_builders_is_read(pair: tuple[str, Any]) -> None:
    value = toolbox(extract=True, distill=True).read(call(*pair))
    assert isinstance(value, TaskReport | Report)


# Reading


def test_the_arguments_become_a_value() -> None:
    assert ordered(size="large", count=2, places=[1, 2], notes=["hot"]) == Order(
        what="tea", size="large", count=2, places=(1, 2), notes=("hot",)
    )


def test_what_is_not_asked_for_is_left_away() -> None:
    assert ordered(ours="mine", reasoning="because") == Order(what="tea")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"notes": "hot"}, {"notes": ("hot",)}),
        ({"notes": "- hot\n- sweet\n"}, {"notes": ("hot", "sweet")}),
        ({"notes": ["hot", "", None, 3]}, {"notes": ("hot", "3")}),
        ({"notes": None}, {"notes": ()}),
        ({"notes": {"a": 1}}, None),
        ({"places": 3}, {"places": (3,)}),
        ({"places": ["[3]", "#4", " 5 "]}, {"places": (3, 4, 5)}),
        ({"places": "3\n4"}, {"places": (3, 4)}),
        ({"count": "7"}, {"count": 7}),
        ({"count": "seven"}, None),
        ({"count": "9" * 5000}, None),
        ({"count": 1.5}, None),
        ({"count": [1]}, None),
        ({"what": ["green", "tea"]}, {"what": "green\ntea"}),
        ({"what": None}, {"what": ""}),
        ({"what": 5}, {"what": "5"}),
        ({"what": {"a": 1}}, None),
        ({"size": "huge"}, None),
        ({"size": ["large"]}, None),
    ],
    ids=str,
)
def test_a_value_is_read_as_it_was_meant(said: dict[str, object], meant: dict[str, Any] | None) -> None:
    if meant is None:
        assert next(iter(said)) in refused(json.dumps({"what": "tea", **said}))
    else:
        assert ordered(**said) == Order(**{"what": "tea", **meant})


def test_a_list_is_read_to_its_fiftieth_item() -> None:
    assert ordered(places=[*range(5000)]).places == tuple(range(50))


def test_a_text_has_an_end() -> None:
    assert len(ordered(what="x" * 10**6, notes=["y" * 10**6]).what) == LONGEST


def test_half_of_a_surrogate_pair_can_be_written_to_a_file() -> None:
    order = ORDER.read('{"what": "a\\ud800b", "notes": ["\\udfff"]}')
    assert (order.what, order.notes) == ("a?b", ("?",))


@pytest.mark.parametrize("empty", ["", "  ", "{}"])
def test_no_arguments_are_an_empty_object(empty: str) -> None:
    assert refused(empty).startswith("what: ")


@pytest.mark.parametrize("text", ["{", "what: tea", "{'what': 1}", "[" * 100_000, '{"what": ' + "9" * 5000 + "}"])
def test_no_json_is_said_to_be_none(text: str) -> None:
    assert refused(text).startswith("the arguments are no JSON")
    assert len(refused(text)) < 300


@pytest.mark.parametrize("text", ["[]", '"tea"', "1", "null", "true"])
def test_arguments_have_names(text: str) -> None:
    assert refused(text) == "the arguments are no JSON object: send them by name"


def test_at_most_five_mistakes_are_told_at_a_time() -> None:
    told = refused(json.dumps({"what": {}, "count": "x", "size": "y", "places": ["a"] * 50}))
    assert told.count("; ") == 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def any_arguments(draw: st.DrawFn, tool: Tool[Any]) -> str:
    names = [field.name for field in fields(tool.kind)]
    return json.dumps(draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), JSON, max_size=9)))


@given(st.data())
@settings(max_examples=150)
def test_no_arguments_raise_anything_but_a_mistake_in_words(data: st.DataObject) -> None:
    tool = data.draw(st.sampled_from(TOOLS))
    arguments = data.draw(any_arguments(tool) | st.text() | JSON.map(json.dumps))
    try:
        assert isinstance(tool.read(arguments), tool.kind)
    except ValueError as error:
        assert str(error).strip()  # noqa: PT017


@pytest.mark.parametrize("depth", [10, 300, 900, 990, 3000])
@pytest.mark.parametrize("name", ["what", "notes", "places", "count"])
def test_however_deep_arguments_nest_they_are_read_or_refused(name: str, depth: int) -> None:
    try:
        ORDER.read(f'{{"what": "tea", "{name}": {"[" * depth}{"]" * depth}}}')
    except ValueError as error:
        assert str(error)  # noqa: PT017


# A closed set


def test_a_tool_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"there is no tool 'finish': the tools are skip_learning, report_success"):
        toolbox(extract=False, distill=True).read(call("finish", {}))


def test_an_endless_tool_name_is_cut() -> None:
    with pytest.raises(ValueError, match="no tool") as caught:
        toolbox(extract=True, distill=False).read(call("x" * 10_000))
    assert len(str(caught.value)) < 200


def test_the_verdicts_on_many_tasks_say_which_and_that_on_one_does_not() -> None:
    for of_many in (True, False):
        asked = [tool.schema["function"]["parameters"]["properties"] for tool in verdicts(of_many=of_many)]  # type: ignore[index]
        assert ["task" in each for each in asked] == [of_many] * 4


def test_what_the_program_fills_in_a_model_cannot() -> None:
    (_, tool, *_) = verdicts(of_many=True)
    value = tool.read(json.dumps({**success()[1], "tools": ["rm"], "sessions_needed": 0}))
    assert isinstance(value, SuccessReport)
    assert (value.tools, value.sessions_needed) == ((), 1)


def test_a_report_becomes_the_verdict_that_is_kept() -> None:
    assert verdict_of(SkipReport(reason="known", task=3, evidence=(1,))) == Skip(reason="known")
    (_, tool, *_) = verdicts(of_many=True)
    assert type(verdict_of(tool.read(json.dumps(success()[1])))) is Success


def test_a_verdict_that_says_nothing_is_told_by_its_empty_field() -> None:
    assert empty_field(SkipReport(reason=" ")) == "reason"
    assert empty_field(FactsReport(task_goal="g", facts=(" ",))) == "facts"
    assert empty_field(FactsReport(task_goal="", facts=("a",))) == ""


def test_what_a_model_is_told_to_give_is_forgiven_where_it_does_not() -> None:
    tool = Tool("order", Order, "Order something.", ("ours",), ("notes",))
    assert tool.schema["function"]["parameters"]["required"] == ["what", "notes"]  # type: ignore[index]
    assert tool.read('{"what": "tea"}') == Order(what="tea")


def test_a_task_is_read_by_its_number_its_place_its_goal_and_its_status() -> None:
    value = TASK.read('{"number": 1, "first": 1, "last": 2, "goal": "g", "status": "failed"}')
    assert value == TaskReport(number=1, first=1, last=2, goal="g", status="failed")
    assert value.known == "claim"
