import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traces import asks

from acontext_cli.trace.recalls import by_tool, recalls

SKILLS = {"gateway": ("SKILL.md", "limits.md"), "daily-logs": ("SKILL.md", "2026-03.md")}


def found(tool: str, arguments: object) -> list[str]:
    message = asks("a", tool, arguments, "c")
    return ["/".join(each) for each in recalls(message, lambda name: SKILLS.get(name, ()))]


def shell(command: object) -> list[str]:
    return found("Bash", {"command": command})


@pytest.mark.parametrize("tool", ["get_skill", "mcp__acontext__get_skill", "acontext_get_skill", "acontext-get_skill"])
def test_the_tools_for_it_are_known_whatever_server_they_stand_behind(tool: str) -> None:
    assert found(tool, {"skill_name": "gateway"}) == ["gateway/SKILL.md"]
    assert found(f"{tool}_file", {"skill_name": "gateway", "file_path": "./limits.md"}) == ["gateway/limits.md"]
    assert by_tool(asks("a", tool, {}, "c"))
    assert not by_tool(asks("a", f"{tool}s", {}, "c"))


@pytest.mark.parametrize(
    "named", [{"skill": "gateway"}, {"command": "/gateway"}, {"skill": "team:gateway", "args": "x"}]
)
def test_claude_codes_tool_for_skills_is_known(named: dict[str, str]) -> None:
    assert found("Skill", named) == ["gateway/SKILL.md"]


@pytest.mark.parametrize(
    ("tool", "named"),
    [
        ("Read", {"file_path": "/home/me/.claude/skills/gateway/limits.md"}),
        ("read_file", {"path": "skills_store/default/gateway/limits.md"}),
        ("view", {"path": "C:\\work\\skills\\gateway\\limits.md"}),
        ("str_replace_editor", {"command": "view", "path": "/x/gateway/limits.md"}),
        ("read_many_files", {"paths": ["gateway/limits.md"]}),
    ],
)
def test_so_is_a_file_that_is_read(tool: str, named: dict[str, object]) -> None:
    assert found(tool, named) == ["gateway/limits.md"]


@pytest.mark.parametrize(
    "command",
    [
        "cat .claude/skills/gateway/limits.md",
        "cd /x && head -50 skills/gateway/limits.md 2>/dev/null",
        "npm test; sed -n 1,40p 'skills/gateway/limits.md'",
        "ls; grep -i timeout skills/gateway/limits.md | head",
        ["bash", "-lc", "cat gateway/limits.md 2>&1"],
        "type skills\\gateway\\limits.md",
    ],
)
def test_so_is_one_that_a_command_shows(command: object) -> None:
    assert shell(command) == ["gateway/limits.md"]


def test_a_pattern_stands_for_every_file() -> None:
    assert shell("cat skills/gateway/*.md") == ["gateway/SKILL.md", "gateway/limits.md"]
    assert shell("cat skills/gateway/*") == ["gateway/SKILL.md", "gateway/limits.md"]


@pytest.mark.parametrize(
    "command",
    [
        "ls skills/gateway/limits.md",
        "echo x > skills/gateway/limits.md",
        "cat a > skills/gateway/limits.md",
        "sed -i s/a/b/ skills/gateway/limits.md",
        "git add skills/gateway/limits.md",
        "cat skills/my-gateway/limits.md",
        "cat skills/gateway/other.md",
        "acontext recall gateway limits.md",
    ],
)
def test_naming_or_writing_one_is_not_reading_it(command: str) -> None:
    assert shell(command) == []


@pytest.mark.parametrize(
    ("tool", "named"),
    [
        ("Write", {"file_path": "skills/gateway/limits.md", "content": "x"}),
        ("Edit", {"file_path": "skills/gateway/limits.md"}),
        ("Glob", {"pattern": "skills/gateway/limits.md"}),
        ("get_skill", {"skill_name": "../gateway"}),
        ("get_skill", {"skill_name": 5}),
        ("get_skill", "no JSON"),
        ("get_skill_file", {"skill_name": "gateway"}),
        ("Skill", {}),
        ("Skill", "[]"),
    ],
)
def test_nor_is_anything_else(tool: str, named: object) -> None:
    assert found(tool, named) == []


def test_a_message_that_reads_the_same_twice_reads_it_once() -> None:
    assert shell("cat gateway/limits.md && cat gateway/limits.md") == ["gateway/limits.md"]


@given(st.text(max_size=200), st.sampled_from(["Bash", "Read", "Skill", "get_skill", "x"]))
def test_whatever_a_call_says_only_what_is_there_is_found(text: str, tool: str) -> None:
    for arguments in (text, {"command": text, "file_path": text, "skill": text, "skill_name": text}):
        assert set(found(tool, arguments)) <= {
            "gateway/SKILL.md",
            "gateway/limits.md",
            "daily-logs/SKILL.md",
            "daily-logs/2026-03.md",
        }


@pytest.mark.parametrize("unit", ["a/", "a", "/.md", "sed ", "sed -n -i", "cat a/b.md ", "-i ", ">", " ", "'", "\\"])
def test_a_call_of_a_megabyte_takes_no_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    for tool in ("Bash", "Read", "Skill", text):
        found(tool, {"command": f"cat {text}.md", "file_path": f"{text}.md", "skill": text})
        found(tool, json.dumps(text))
    assert time.process_time() - start < 2
