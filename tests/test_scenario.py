import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seed_script import data, needs_seed, requests

from acontext_cli.demo.faults import Equals, Fault, Within
from acontext_cli.demo.scenario import SYSTEM_PROMPT, Act, Scenario, bundled, find_scenario, load_scenario
from acontext_cli.errors import AcontextError

SMALL = """\
title: Queue
date: 2026-05-01
acts:
  - name: act1
    request: Jobs are stuck.
    world:
      services:
        worker: {status: unhealthy}
      configs:
        worker: {slots: 2}
      logs:
        worker:
          - "[10:00] ERROR no slot"
    faults:
      - service: worker
        config: [worker, slots]
        cured_by: {at_least: 4}
"""


def write(tmp_path, text, name="scenario.yaml"):
    file = tmp_path / "queue" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def small(act=None, **changes):
    act = act or small_act()
    return Scenario(
        **{"name": "queue", "title": "Queue", "date": "2026-05-01", "system": SYSTEM_PROMPT, "acts": (act,)} | changes
    )


def small_act(**changes):
    fault = Fault(service="worker", config=("worker", "slots"), cured_by=Within(low=4))
    fields = {
        "name": "act1",
        "request": "Jobs are stuck.",
        "services": {"worker": {"status": "unhealthy"}},
        "configs": {"worker": {"slots": 2}},
        "logs": {"worker": ("[10:00] ERROR no slot",)},
        "faults": (fault,),
    }
    return Act(**fields | changes)


def outcome(file):
    try:
        return repr(load_scenario(file))
    except AcontextError as error:
        return str(error)


def refusal(file):
    with pytest.raises(AcontextError) as caught:
        load_scenario(file)
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(str(file))


def test_a_scenario_is_read_whole(tmp_path):
    assert load_scenario(write(tmp_path, SMALL)) == small()


def test_it_may_hold_what_a_hasty_learner_would_write(tmp_path):
    told = "doubtful:\n  title: Slots\n  applies_when: jobs above slots\n  principle: more\n  steps: [look, raise]\n"
    doubtful = load_scenario(write(tmp_path, told + SMALL)).doubtful
    assert (doubtful.title, doubtful.applies_when, doubtful.generalizable_pattern) == (
        "Slots",
        "jobs above slots",
        "more",
    )
    assert (doubtful.steps, doubtful.verify) == (("look", "raise"), "")
    assert refusal(write(tmp_path, told.replace("steps", "step") + SMALL)) == (
        ", line 5: unknown key 'step' (did you mean 'steps'?)"
    )


def test_the_system_prompt_may_be_its_own(tmp_path):
    assert load_scenario(write(tmp_path, SMALL + "system: Be brief.\n")) == small(system="Be brief.")


def test_faults_configs_and_logs_may_be_missing(tmp_path):
    text = SMALL[: SMALL.index("      configs")]
    assert load_scenario(write(tmp_path, text)) == small(small_act(faults=(), configs={}, logs={}))


def test_a_file_of_another_name_names_its_scenario(tmp_path):
    assert load_scenario(write(tmp_path, SMALL, "stuck.yaml")).name == "stuck"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    assert load_scenario(write(tmp_path, b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())) == small()


def test_an_unquoted_date_in_a_setting_stays_the_text_it_is(tmp_path):
    text = SMALL.replace("slots: 2", "slots: 2, renewed: 2026-01-31, ratio: 0.5, on_call: ~, tls: yes")
    configs = {"worker": {"slots": 2, "renewed": "2026-01-31", "ratio": 0.5, "on_call": None, "tls": True}}
    assert load_scenario(write(tmp_path, text)) == small(small_act(configs=configs))


def test_an_alias_stands_for_its_value(tmp_path):
    text = SMALL.replace("{slots: 2}", "&base {slots: 2}\n        other: *base")
    configs = {"worker": {"slots": 2}, "other": {"slots": 2}}
    assert load_scenario(write(tmp_path, text)) == small(small_act(configs=configs))


@pytest.mark.parametrize(
    ("cure", "expected"),
    [
        ("between: [4, 8.5]", Within(4, 8.5)),
        ("at_least: 4", Within(low=4)),
        ("at_most: 4", Within(high=4)),
        ("equals: on", Equals(True)),
        ("equals: round-robin", Equals("round-robin")),
    ],
)
def test_a_cure_is_bounds_or_a_value(tmp_path, cure, expected):
    fault = Fault(service="worker", config=("worker", "slots"), cured_by=expected)
    assert load_scenario(write(tmp_path, SMALL.replace("at_least: 4", cure))) == small(small_act(faults=(fault,)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: Queue", "titel: Queue", ", line 1: unknown key 'titel' (did you mean 'title'?)"),
        ("title: Queue", "titel:\n  - Queue", ", line 1: unknown key 'titel' (did you mean 'title'?)"),
        ("title: Queue\n", "", ", line 1: 'title' is missing"),
        ("title: Queue", "title: [Queue]", ", line 1: a text is expected here, not a list"),
        ("title: Queue", "title: ' '", ", line 1: a text is expected here, not an empty text"),
        ("2026-05-01", "yesterday", ", line 2: 'yesterday' is no date: write YYYY-MM-DD"),
        ("2026-05-01", "2026-02-30", ", line 2: '2026-02-30' is no date: write YYYY-MM-DD"),
        ("2026-05-01", "2026-W18-5", ", line 2: '2026-W18-5' is no date: write YYYY-MM-DD"),
        ("2026-05-01", "20", ", line 2: a text is expected here, not a number"),
        (
            "act1",
            "../act1",
            ", line 4: '../act1' is no name of an act: up to 40 letters, digits, spaces, '.', '_' or '-'",
        ),
        ("request: Jobs are stuck.", "request:", ", line 5: a text is expected here, not nothing"),
        ("{status: unhealthy}", "unhealthy", ", line 8: a mapping is expected here, not a text"),
        ("\n        worker: {status: unhealthy}", " {}", ", line 7: no services: at least one is needed"),
        ("worker: {slots: 2}", "1: {slots: 2}", ", line 10: a name is expected here, not a number: put it in quotes"),
        ("slots: 2", "slots: 2, slots: 3", ", line 10: 'slots' stands here twice"),
        ("slots: 2", "slots: !!bool maybe", ", line 10: 'maybe' does not fit its tag or is no number"),
        ("slots: 2", "slots: !!python/name:os.system x", ", line 10: an explicit tag (!…) is not read"),
        ("{slots: 2}", "!!set {slots}", ", line 10: an explicit tag (!…) is not read"),
        ("{slots: 2}", "{<<: {slots: 2}}", ', line 10: merge keys ("<<") are not read: write the values out'),
        ("{slots: 2}", "&a [*a]", ", line 10: the alias *a stands for nothing complete before it"),
        ('- "[10:00] ERROR no slot"', "- 7", ", line 13: a text is expected here, not a number"),
        (
            "      - service: worker",
            "      - service: wroker",
            ", line 15: no service is called 'wroker' (did you mean 'worker'?)",
        ),
        (
            "[worker, slots]",
            "[wroker, slots]",
            ", line 16: no config of a service is called 'wroker' (did you mean 'worker'?)",
        ),
        (
            "[worker, slots]",
            "[worker, slot]",
            ", line 16: no setting of 'worker' is called 'slot' (did you mean 'slots'?)",
        ),
        ("[worker, slots]", "[worker, tls]", ", line 16: no setting of 'worker' is called 'tls' (known: slots)"),
        (
            "[worker, slots]",
            "[worker]",
            ", line 16: a service and one of its settings are expected here: [service, setting]",
        ),
        ("[worker, slots]", "worker", ", line 16: a list is expected here, not a text"),
        ("{at_least: 4}", "{}", ", line 17: a cure is one of between, at_least, at_most, equals"),
        ("at_least: 4", "at_least: 4, at_most: 9", ", line 17: a cure is one of between, at_least, at_most, equals"),
        ("at_least: 4", "atleast: 4", ", line 17: unknown key 'atleast' (did you mean 'at_least'?)"),
        ("at_least: 4", "at_least: four", ", line 17: a number is expected here, not a text"),
        ("at_least: 4", "at_most: yes", ", line 17: a number is expected here, not a yes or no"),
        ("at_least: 4", "between: [8, 4]", ", line 17: the bounds are reversed: 8 is not below 4"),
        ("at_least: 4", "between: [4]", ", line 17: between takes two numbers, not 1"),
        ("at_least: 4", "between: 4", ", line 17: a list is expected here, not a number"),
        ("at_least: 4", "equals: [4]", ", line 17: a single value is expected here, not a list"),
        ("Jobs are stuck.", "*jobs", ", line 5: the alias *jobs stands for nothing complete before it"),
        (
            "cured_by: {at_least: 4}",
            "cured_by: {at_least: 4}\n---\na: b",
            ", line 18: a second document begins here; a file holds one",
        ),
    ],
)
def test_a_broken_scenario_is_refused_with_line_and_reason(tmp_path, old, new, said):
    assert SMALL.count(old) == 1
    assert refusal(write(tmp_path, SMALL.replace(old, new))) == said


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("date: 2026-05-01", "date 2026-05-01", 3),
        ("Jobs are stuck.", "Jobs: are stuck.", 5),
        ("Jobs are", "Jobs\x00are", 5),
        ("cured_by: {at_least: 4}", "cured_by: {at_least: 4", 18),
        ("    faults", "  faults", 14),
    ],
)
def test_broken_yaml_is_refused_with_its_line(tmp_path, old, new, line):
    assert refusal(write(tmp_path, SMALL.replace(old, new))).startswith(f", line {line}: no valid YAML: ")


def test_two_acts_of_one_name_are_refused(tmp_path):
    act = textwrap.dedent("""\
          - name: act1
            request: Again.
            world: {services: {worker: {status: unhealthy}}}
    """)
    assert refusal(write(tmp_path, SMALL + textwrap.indent(act, "  "))) == ", line 18: two acts are called 'act1'"


def test_no_acts_are_refused(tmp_path):
    assert (
        refusal(write(tmp_path, "title: Queue\ndate: 2026-05-01\nacts: []\n"))
        == ", line 3: no acts: at least one is needed"
    )


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
def test_an_empty_file_is_refused(tmp_path, text):
    assert refusal(write(tmp_path, text)) == ": the file is empty"


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    text = SMALL.replace("stuck", "stück").encode("latin-1")
    assert refusal(write(tmp_path, text)) == ", line 5: not UTF-8: save it as UTF-8"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refusal(tmp_path / "none.yaml") == ": cannot be read: No such file or directory"


def test_a_folder_is_refused(tmp_path):
    assert refusal(tmp_path) == ": cannot be read: Is a directory"


def test_a_huge_file_is_refused(tmp_path):
    assert refusal(write(tmp_path, b"#" * 2_000_000)) == ": larger than 1,000,000 bytes, no scenario is"


@pytest.mark.parametrize("level", ["[{0}, {0}, {0}, {0}]", "{{a: {0}, b: {0}, c: {0}, d: {0}}}"])
def test_aliases_that_multiply_are_refused(tmp_path, level):
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} {level.format(f'*a{n - 1}')}\n" for n in range(1, 60))
    assert refusal(write(tmp_path, bomb)) == ", line 9: holds more than 50,000 values"


def test_endless_nesting_is_refused(tmp_path):
    assert refusal(write(tmp_path, "a: " + "[" * 300_000)) == ", line 1: nested more than 40 deep"


@given(st.binary(max_size=200) | st.text(st.sampled_from(" \n-:[]{}&*!|>'\"#,<%@ab01.~"), max_size=80).map(str.encode))
@settings(max_examples=300)
def test_no_file_is_a_traceback(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content)
    refusal(file)


@given(st.data())
@settings(max_examples=200)
def test_no_damage_to_a_scenario_is_a_traceback(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "damaged.yaml"
    start = data.draw(st.integers(0, len(SMALL)))
    junk = data.draw(st.text(st.sampled_from(" \n-:[]{}&*!'\"#,<0x.~é"), max_size=4))
    end = data.draw(st.integers(start, min(len(SMALL), start + 12)))
    file.write_text(SMALL[:start] + junk + SMALL[end:], encoding="utf-8")
    assert outcome(file).startswith(("Scenario(", str(file)))


def test_a_bundled_scenario_is_found_by_name():
    assert find_scenario("devops-502") == bundled()["devops-502"]


def test_a_file_and_a_folder_are_found(tmp_path):
    file = write(tmp_path, SMALL)
    assert (find_scenario(str(file)), find_scenario(str(file.parent))) == (file, file)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(AcontextError, match=r"^no scenario 'devops-503': name a file or one of devops-502"):
        find_scenario("devops-503")


def test_every_bundled_scenario_can_be_read():
    assert {name: load_scenario(path).name for name, path in bundled().items()} == {name: name for name in bundled()}


@needs_seed
def test_the_first_two_acts_are_those_of_the_description():
    scenario = load_scenario(find_scenario("devops-502"))
    worlds = [{"services": act.services, "configs": act.configs, "logs": lists(act.logs)} for act in scenario.acts[:2]]
    assert [act.request for act in scenario.acts[:2]] == requests()
    # repr tells the order of settings too, and 0 from False
    assert repr(worlds) == repr([data("ACT1_ENV"), data("ACT2_ENV")])


def lists(logs):
    return {name: list(lines) for name, lines in logs.items()}


@needs_seed
def test_the_system_prompt_is_that_of_the_description():
    assert load_scenario(find_scenario("devops-502")).system == SYSTEM_PROMPT == data("SYSTEM_PROMPT")
