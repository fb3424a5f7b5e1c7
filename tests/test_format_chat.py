"""Messages in the OpenAI chat form out of loose records."""

import json
from typing import Any

import pytest
from mutations import nested

from acontext_cli.formats import chat


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ({"a": "ü"}, '{"a": "ü"}'),
        ("*** Begin Patch", '{"input": "*** Begin Patch"}'),
        ("", "{}"),
        (None, "{}"),
        ([1], '{"input": [1]}'),
    ],
)
def test_arguments_in_any_form_are_the_text_of_an_object(given: Any, arguments: str) -> None:
    made = chat.call("1", "f", given)
    assert made == {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}


def test_a_call_with_no_name_has_one_and_endless_arguments_are_given_up() -> None:
    made: Any = chat.call(None, [], nested(100_000))
    assert (made["id"], made["function"]) == ("", {"name": "unknown", "arguments": "{}"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hi", "hi"),
        (["a", {"type": "text", "text": "b"}, {"type": "tool_use"}], "a\nb"),
        ({"text": "a"}, "a"),
        ([{"type": "input_image", "image_url": "data:…"}, {"type": "input_image", "image_url": None}], "[image]"),
        (None, ""),
        (7, ""),
    ],
)
def test_the_words_of_a_content_in_any_form(content: Any, words: str) -> None:
    assert chat.words(content) == words


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (f"see data:image/png;base64,{'A' * 50}== there", "see [image] there"),
        (json.dumps([{"type": "image", "data": "A" * 900}]), '[{"type": "image", "data": "[image]"}]'),
        (json.dumps([{"type": "text", "text": "A" * 900}]), json.dumps([{"type": "text", "text": "A" * 900}])),
        ("A" * 900, "A" * 900),
    ],
)
def test_no_image_is_kept_in_a_result(content: str, kept: str) -> None:
    assert chat.result("1", content)["content"] == kept


@pytest.mark.parametrize(
    ("tool", "arguments", "skill"),
    [
        ("read_file", {"path": "/home/me/.agents/skills/pdf/SKILL.md"}, "pdf"),
        ("view", {"path": "/home/me/.codex/skills/.system/skill-creator/SKILL.md"}, "skill-creator"),
        ("shell", {"cmd": "cd /r && cat '/r/.claude/skills/pdf/forms.md'"}, "pdf"),
        ("shell", {"cmd": "git add /r/.claude/skills/pdf/forms.md"}, ""),
        ("shell", {"cmd": "cat notes.md | tee /r/skills/pdf/forms.md"}, ""),
        ("read_file", {"path": "/r/src/skills/index.ts"}, ""),
    ],
)
def test_a_call_that_reads_from_a_skill_shows_it(tool: str, arguments: Any, skill: str) -> None:
    assert chat.skill_shown(chat.call("1", tool, arguments)) == skill


@pytest.mark.parametrize("value", [None, "now", float("nan"), 10**30, [1]])
def test_what_is_no_point_in_time_is_empty(value: Any) -> None:
    assert chat.moment(value) == ""
    assert chat.moment(1_771_243_200_500) == "2026-02-16T12:00:00.500Z"


def test_a_memory_holds_the_last_ones_and_does_not_grow() -> None:
    memory: dict[str, int] = {}
    for number in range(100):
        chat.remember(memory, str(number), number, most=3)
        assert list(memory.values())[-3:] == list(range(max(number - 2, 0), number + 1))
        assert len(memory) <= 6
