import json

from acontext_cli.demo.play import Played, Step, play
from acontext_cli.demo.scenario import find_scenario, load_scenario
from acontext_cli.demo.tools import TOOLS
from acontext_cli.messages import ToolCall
from acontext_cli.model import Reply, ScriptedModel
from acontext_cli.recall import Recall
from acontext_cli.skills import parse_skill

SCENARIO = load_scenario(find_scenario("devops-502"))
ACT1 = SCENARIO.acts[0]
CATALOG = [("incidents", "502 <errors>")]


INCIDENTS = parse_skill(
    "incidents",
    {"SKILL.md": "---\nname: incidents\ndescription: 502 <errors>\n---\nRead gateway.md.", "gateway.md": "## 502"},
)


def says(tool, **arguments):
    return Reply(calls=(ToolCall(id="", name=tool, arguments=json.dumps(arguments)),))


def nobody_listens(_):
    pass


def played(*lines, recall=None, record=nobody_listens, show=nobody_listens, turns=15):
    model = lines[0] if isinstance(lines[0], ScriptedModel) else ScriptedModel(*lines)
    return play(ACT1, model, system="Be careful.", recall=recall, record=record, show=show, turns=turns)


def recall(*catalog):
    return Recall(catalog, {"incidents": INCIDENTS}.__getitem__)


TIMEOUT = {"service_name": "api-gateway", "key": "upstream_timeout_ms", "value": "10000"}
CURE = (says("update_config", **TIMEOUT), says("restart_service", service_name="api-gateway"), Reply(text="Fixed."))


def test_a_cured_act_is_resolved():
    assert played(*CURE) == Played(
        act="act1",
        skills="none",
        calls=2,
        skill_reads=0,
        resolved=True,
        why_not=(),
        steps=(
            Step("update_config", TIMEOUT, "Updated api-gateway: upstream_timeout_ms = 10000"),
            Step(
                "restart_service", {"service_name": "api-gateway"}, "Service 'api-gateway' restarted. Status: healthy"
            ),
        ),
        answer="Fixed.",
    )


def test_an_agent_that_only_says_so_has_not_resolved_it():
    assert played(Reply(text="Fixed.")) == Played(
        act="act1",
        skills="none",
        calls=0,
        skill_reads=0,
        resolved=False,
        why_not=("'upstream_timeout_ms' of 'api-gateway' is 5000, which does not cure it",),
        steps=(),
        answer="Fixed.",
    )


def test_the_recording_begins_with_the_request_and_grows_step_by_step():
    recorded, sizes = [], []
    played(*CURE, record=recorded.append, show=lambda _: sizes.append(len(recorded)))
    assert [message["role"] for message in recorded] == ["user", "assistant", "tool", "assistant", "tool", "assistant"]
    assert (recorded[0], sizes) == ({"role": "user", "content": ACT1.request}, [3, 5])


def test_every_step_is_shown():
    shown = []
    result = played(*CURE, show=shown.append)
    assert tuple(shown) == result.steps


def test_without_skills_the_agent_has_its_system_prompt_and_the_five_tools():
    model = ScriptedModel(Reply())
    played(model)
    (asked,) = model.history
    assert asked.messages[0] == {"role": "system", "content": "Be careful."}
    assert asked.tools == TOOLS


def test_with_skills_it_is_told_to_check_them_first():
    model = ScriptedModel(Reply())
    skills = recall(*CATALOG)
    played(model, recall=skills)
    (asked,) = model.history
    told = f"Be careful.\n\nYou have skills from previous incidents. Check skills first.\n\n{skills.prompt()}"
    assert asked.messages[0] == {"role": "system", "content": told}
    assert asked.tools == (*TOOLS, *skills.openai_tools())


def test_an_empty_store_offers_nothing_and_is_still_the_arm_with_skills():
    model = ScriptedModel(Reply())
    result = played(model, recall=recall())
    assert (model.history[0].tools, model.history[0].messages[0]["content"]) == (TOOLS, "Be careful.")
    assert result.skills == "learned"


def test_skill_reads_are_counted_apart():
    reads = (
        says("get_skill", skill_name="incidents"),
        says("get_skill_file", skill_name="incidents", file_path="gateway.md"),
    )
    result = played(*reads, *CURE, recall=recall(*CATALOG))
    assert (result.skills, result.calls, result.skill_reads, len(result.steps)) == ("learned", 2, 2, 4)
    assert result.steps[1].result == "## 502"


def test_a_tool_that_nobody_has_is_answered_and_not_counted():
    result = played(says("get_skill", skill_name="incidents"), says("rm"), Reply(text="Hm."))
    assert (result.calls, result.skill_reads) == (0, 0)
    assert [step.result for step in result.steps] == ["Unknown tool: get_skill", "Unknown tool: rm"]


def test_arguments_that_are_no_json_object_are_answered_and_counted():
    broken = Reply(calls=(ToolCall(id="a", name="check_logs", arguments="{service"),))
    result = played(broken, Reply(text="Hm."))
    assert (result.calls, result.steps) == (
        1,
        (Step("check_logs", {}, "check_logs: the arguments are no JSON object."),),
    )


def test_an_agent_that_never_ends_is_stopped():
    result = played(*[says("check_logs", service_name="api-gateway")] * 4, turns=4)
    assert (result.calls, result.resolved, result.answer) == (4, False, "")


def test_the_faults_are_told_neither_to_the_agent_nor_to_the_recording():
    model, recorded = ScriptedModel(*CURE), []
    played(model, recall=recall(*CATALOG), record=recorded.append)
    told = json.dumps([model.history[-1].messages, model.history[-1].tools, recorded])
    assert not [word for word in ("cured_by", "faults", "60000", "6000,") if word in told]
