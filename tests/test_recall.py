import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.errors import AcontextError
from acontext_cli.recall import Recall
from acontext_cli.skills import parse_skill


def skill(name, description, body="", **files):
    text = f"---\nname: {name}\ndescription: {json.dumps(description)}\n---\n{body}"
    return parse_skill(name, {"SKILL.md": text} | {f"{file}.md": content for file, content in files.items()})


INDEX = "# DevOps Incident Patterns\n\n## Index\n\n- 502 → [gateway.md](gateway.md)\n"
INCIDENTS = skill(
    "devops-incident-patterns", "502, upstream timeout: incidents & cures", INDEX, gateway="## API Gateway 502\n"
)
FACTS = skill("user-facts", "What the <user> said")


def recall(*skills):
    by_name = {skill.name: skill for skill in skills}
    return Recall([(skill.name, skill.description) for skill in skills], by_name.__getitem__)


def test_the_catalog_is_escaped_and_in_order():
    assert recall(INCIDENTS, FACTS).prompt() == (
        "<available_skills><skill><name>devops-incident-patterns</name>"
        "<description>502, upstream timeout: incidents &amp; cures</description></skill>"
        "<skill><name>user-facts</name><description>What the &lt;user&gt; said</description></skill></available_skills>"
    )


def test_no_skills_are_no_block():
    assert recall().prompt() == ""


def test_the_two_tools_name_what_they_need():
    functions = [tool["function"] for tool in recall(FACTS).openai_tools()]
    assert [(function["name"], function["parameters"]["required"]) for function in functions] == [
        ("get_skill", ["skill_name"]),
        ("get_skill_file", ["skill_name", "file_path"]),
    ]
    assert all(
        list(function["parameters"]["properties"]) == function["parameters"]["required"] for function in functions
    )


def test_only_its_own_tools_are_its_tools():
    skills = recall(FACTS)
    names = ("get_skill", "get_skill_file", "check_logs")
    assert [skills.is_tool(name) for name in names] == [True, True, False]


def test_a_skill_is_shown_with_description_files_and_body():
    assert recall(INCIDENTS).call("get_skill", {"skill_name": "devops-incident-patterns"}) == (
        "# devops-incident-patterns\n\n502, upstream timeout: incidents & cures\n\n"
        "Files:\n- gateway.md\n\n"
        "# DevOps Incident Patterns\n\n## Index\n\n- 502 → [gateway.md](gateway.md)\n"
    )


def test_arguments_may_be_json_text():
    skills = recall(INCIDENTS)
    arguments = {"skill_name": "devops-incident-patterns", "file_path": "./gateway.md"}
    assert skills.call("get_skill_file", json.dumps(arguments)) == "## API Gateway 502\n"


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("get_skill", {"skill_name": "nope"}, "There is no skill 'nope'. Available: devops-incident-patterns"),
        ("get_skill", {"skill_name": 5}, "get_skill needs skill_name as text."),
        ("get_skill", {}, "get_skill needs skill_name as text."),
        ("get_skill", "no JSON", "get_skill needs skill_name as text."),
        ("get_skill", "[" * 100_000, "get_skill needs skill_name as text."),
        ("get_skill", "[]", "get_skill needs skill_name as text."),
        (
            "get_skill_file",
            {"skill_name": "devops-incident-patterns"},
            "get_skill_file needs skill_name and file_path as text.",
        ),
        (
            "get_skill_file",
            {"skill_name": "devops-incident-patterns", "file_path": "../../etc/passwd"},
            "The skill 'devops-incident-patterns' has no file '../../etc/passwd'. Files: SKILL.md, gateway.md",
        ),
        ("check_logs", {}, "Unknown tool: check_logs"),
    ],
)
def test_what_cannot_be_read_is_answered_in_words(name, arguments, answer):
    assert recall(INCIDENTS).call(name, arguments) == answer


def test_a_skill_outside_the_catalog_is_not_read():
    only = Recall([("user-facts", "…")], {"secret": INCIDENTS}.__getitem__)
    assert only.call("get_skill", {"skill_name": "secret"}) == "There is no skill 'secret'. Available: user-facts"


def test_a_broken_skill_is_answered_in_words():
    def broken(name):
        raise AcontextError(f"{name}/SKILL.md: no front matter")

    assert Recall([("user-facts", "…")], broken).call("get_skill", {"skill_name": "user-facts"}) == (
        "The skill 'user-facts' cannot be read: user-facts/SKILL.md: no front matter"
    )


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda children: st.lists(children), max_leaves=3
)


@given(st.sampled_from(["get_skill", "get_skill_file", "x"]), st.text() | st.dictionaries(st.text(), _json))
def test_no_arguments_are_an_exception(name, arguments):
    assert isinstance(recall(INCIDENTS).call(name, arguments), str)


@given(st.text())
def test_a_description_never_ends_its_tag(text):
    prompt = Recall([("x", text)], {}.__getitem__).prompt()
    assert (prompt.count("<"), prompt.count("</description>")) == (8, 1)
