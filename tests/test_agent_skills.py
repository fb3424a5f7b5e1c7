"""What skills do for the demo's offline agent: learned ones, ones that a person wrote, and ones that do not fit."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_agent import TIDE, UPDATE, Service, act, calls, cured, desk

from acontext_cli.api.demo import TURNS, stage
from acontext_cli.conversation import Conversation
from acontext_cli.demo.agent import PolicyModel
from acontext_cli.demo.agent.advice import Advised, advice, looks
from acontext_cli.demo.agent.choice import best_file, best_skill, catalog, relevance
from acontext_cli.demo.play import Played, play
from acontext_cli.demo.run import Demo
from acontext_cli.demo.scenario import Act, find_scenario, load_scenario
from acontext_cli.demo.tools import TOOLS
from acontext_cli.recall import Recall
from acontext_cli.show.demo import Silent
from acontext_cli.skills import Skill, parse_skill

HERE = Path(__file__).parent
SCENARIO = load_scenario(find_scenario("devops-502"))
ACTS = {act.name: act for act in SCENARIO.acts}

ROLES = """\
## API Gateway 502 — Upstream Timeout Mismatch (date: 2026-03-26)
- Principle: A gateway gives up on an upstream that takes nearly as long as it is allowed to.
- When to Apply: a proxy or gateway returns 502 errors and its log names an upstream.
- Does Not Apply: workers that die; an upstream that answers fast.
- Steps:
  1. `check_logs(<gateway>)`: which upstream do the failing lines name, and how long did it take?
  2. `check_service_status(<upstream>)`: its p99 latency.
  3. `read_config(<gateway>)`: compare the latency with the timeout.
  4. `update_config(<gateway>, <timeout>, <2 × the larger of the two>)`
  5. `restart_service(<gateway>)`
- Verify: `check_service_status(<gateway>)` shows no errors.
"""
PROSE = """\
## API Gateway 502 — Upstream Timeout Mismatch (date: 2026-03-26)
- Principle: 502 errors from a reverse proxy often indicate the upstream
  timeout is lower than the backend's actual response time.
- When to Apply: API gateway returning 502s with upstream timeout errors in logs.
- Steps:
  1. Check gateway logs for "upstream timeout" errors — note which backend service
  2. Compare gateway's upstream_timeout_ms config against the backend's p99 latency
  3. If p99 > timeout, increase timeout to at least 3-5x the p99 latency
  4. Restart the gateway to apply the new config
  5. Verify error rate drops to 0%
"""
CONTACTS = """\
## Alice Fisher
- Works at the ferry desk; birthday 5 May; prefers to be called on 502 or 5000.
- Steps:
  1. Check the logs of the last call with her.
  2. Read the config of her phone.
"""


def skill(*files: str, name: str = "devops-incident-patterns", says: str = "502 errors and other incidents") -> Skill:
    """A skill whose data files hold these texts."""
    data = {f"entries-{number}.md": text for number, text in enumerate(files, 1)}
    return parse_skill(name, {"SKILL.md": f"---\nname: {name}\ndescription: {says}\n---\n# Notes\n", **data})


def played(act: Act, *skills: Skill) -> Played:
    known = {each.name: each for each in skills}
    recall = Recall([(each.name, each.description) for each in skills], known.__getitem__)
    quiet = {"record": lambda _: None, "show": lambda _: None}
    return play(act, PolicyModel(), system=SCENARIO.system, recall=recall, turns=TURNS, **quiet)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return stage("devops-502", tmp_path_factory.mktemp("demo") / "acontext-demo", Silent()).run()


def of(demo: Demo, act: str, skills: str) -> Played:
    return next(run for run in demo.runs if (run.act, run.skills) == (act, skills))


@pytest.mark.parametrize("act", ["act2", "sibling"])
@pytest.mark.parametrize("entry", [ROLES, PROSE], ids=["with roles", "in prose"])
def test_a_skill_that_a_person_wrote_serves_as_well_as_the_learned_one(learned: Demo, act: str, entry: str) -> None:
    attempt, by_learned = played(ACTS[act], skill(entry)), of(learned, act, "learned")
    assert (attempt.resolved, attempt.skill_reads) == (True, 2)
    assert attempt.calls <= by_learned.calls < of(learned, act, "none").calls


def test_with_a_skill_it_goes_straight_to_what_tells_and_asks_nothing_that_is_known() -> None:
    attempt = played(ACTS["act2"], skill(ROLES))
    assert [(step.tool, *step.arguments.values()) for step in attempt.steps[attempt.skill_reads :]] == [
        ("check_logs", "api-gateway"),
        ("read_config", "api-gateway"),
        ("update_config", "api-gateway", "upstream_timeout_ms", "60000"),
        ("restart_service", "api-gateway"),
        ("check_service_status", "api-gateway"),
    ]


def test_a_setting_is_tried_again_where_more_is_needed_than_was_known_at_first() -> None:
    told = {"api-gateway": ("ERROR 502 payment-service did not respond within 9000 ms",)}
    settings = {"api-gateway": {"upstream_timeout_ms": 9000}}
    act = replace(ACTS["act2"], logs={**ACTS["act2"].logs, **told}, configs=settings)
    services = {**act.services, "payment-service": {"status": "healthy", "p99_latency_ms": 30000}}
    logs = {**act.logs, "payment-service": ("INFO request completed duration=30000ms",)}
    attempt = played(replace(act, services=services, logs=logs), skill(ROLES))
    values = [step.arguments["value"] for step in attempt.steps if step.tool == "update_config"]
    assert (attempt.resolved, values) == (True, ["18000", "9000", "60000"])


def test_with_a_skill_a_wrong_first_guess_is_noticed_at_the_second_call() -> None:
    act = replace(ACTS["act2"], request="The API portal is returning 502 errors again. Please diagnose and fix.")
    attempt = played(act, skill(ROLES))
    assert [tuple(step.arguments.values()) for step in attempt.steps[2:5]] == [
        ("api-portal",),
        ("api-portal",),
        ("api-gateway",),
    ]
    assert attempt.resolved


E503 = "## Ferry desk E503\n- Steps:\n  1. `check_logs(<desk>)`\n  2. {}\n  3. `read_config(<desk>)`\n"


def test_logs_come_before_status_and_status_is_not_asked_where_they_tell() -> None:
    world = act(
        desk(TIDE, answer_timeout_ms=5000),
        Service("tide-table", ["WARN  slow answer took=4890ms"], more={"p99_latency_ms": 4800}),
    )
    entry = E503.format("`check_service_status(<upstream>)`, `check_logs(<upstream>)`: how long did it take?")
    assert calls(played(world, skill(entry, says="Ferry desk E503")))[2:6] == [
        ("check_logs", "ferry-desk"),
        ("check_logs", "tide-table"),
        ("read_config", "ferry-desk"),
        (UPDATE, "ferry-desk", "answer_timeout_ms", "10000"),
    ]


def test_before_any_line_says_why_the_logs_behind_are_read_rather_than_settings() -> None:
    world = act(desk(TIDE, answer_timeout_ms=5000), Service("tide-table", ["WARN  slow answer took=4890ms"]))
    entry = E503.format("`read_config(<desk>)`")
    assert calls(played(world, skill(entry, says="Ferry desk E503")))[2:5] == [
        ("check_logs", "ferry-desk"),
        ("check_logs", "tide-table"),
        ("read_config", "ferry-desk"),
    ]


def test_what_the_lines_of_the_chain_name_comes_before_other_stories_and_false_names_are_noticed() -> None:
    world = act(
        desk(TIDE, "ERROR label jammed  service=label-printer"),
        Service("tide-table", ["WARN  refused: max number of clients reached (400)", "INFO  plan-m: gull-counter 371"]),
        Service("gull-counter", ["INFO  more gulls"], {"client_pool_size": 600}),
        Service("label-printer", ["ERROR roll empty"]),
        faults=[cured("gull-counter", "client_pool_size", 10, 399)],
    )
    attempt = played(world, skill(E503.format("`check_logs(<upstream>)`"), says="Ferry desk E503"))
    assert attempt.resolved
    assert calls(attempt)[2:9] == [
        ("check_logs", "ferry-desk"),
        ("check_logs", "tide-table"),
        ("read_config", "ferry-desk"),
        ("read_config", "tide-table"),
        ("check_logs", "plan-m"),
        ("check_service_status", "plan-m"),
        ("check_logs", "gull-counter"),
    ]


@pytest.mark.parametrize("entry", [ROLES, PROSE], ids=["with roles", "in prose"])
def test_advice_that_does_not_hold_is_not_followed(entry: str) -> None:
    attempt = played(ACTS["trap"], skill(entry))
    assert attempt.resolved
    changed = [step.arguments["key"] for step in attempt.steps if step.tool == "update_config"]
    assert changed == ["memory_limit_mb"]


@pytest.mark.parametrize("act", ACTS)
def test_an_empty_store_and_an_unrelated_skill_leave_it_as_it_is_without(act: str) -> None:
    contacts = skill(CONTACTS, name="social-contacts", says="Who is who: birthdays, phones, preferences.")
    without = played(ACTS[act])
    assert played(ACTS[act], contacts).steps == without.steps
    assert without.resolved


def test_an_unrelated_skill_beside_the_right_one_is_not_read(learned: Demo) -> None:
    contacts = skill(CONTACTS, name="social-contacts", says="Who is who: birthdays, phones, preferences.")
    attempt = played(ACTS["act2"], contacts, skill(ROLES))
    assert attempt.steps[0].arguments == {"skill_name": "devops-incident-patterns"}
    assert attempt.calls <= of(learned, "act2", "learned").calls


def test_a_skill_without_an_entry_to_follow_costs_its_reads_alone() -> None:
    reads = 2
    attempt = played(ACTS["act1"], skill("## Gateway 502\nAsk somebody who knows.\n"))
    assert (attempt.skill_reads, attempt.steps[reads:]) == (reads, played(ACTS["act1"]).steps)


def test_a_warning_is_not_followed() -> None:
    warned = ROLES.replace("## API", "## Warning: API")
    assert advice("502 errors", warned) is None
    assert advice("502 errors", f"{warned}\n{PROSE}") == advice("502 errors", PROSE)


def test_a_code_says_more_of_a_symptom_than_words_do() -> None:
    request = "The gateway returns 502 errors on payments, orders and invoices"
    coded, wordy = "Errors such as 502", "Payments and orders"
    assert relevance(request, coded) > relevance(request, wordy) > relevance(request, "Errors such as 5020") == 0


def test_a_skill_that_says_only_what_kind_of_work_it_is_for_is_read(learned: Demo) -> None:
    broad = skill(PROSE, says="Reusable patterns for diagnosing and resolving infrastructure problems")
    assert played(ACTS["act2"], broad).calls == of(learned, "act2", "learned").calls


def test_of_several_entries_the_one_that_speaks_of_the_symptom_is_followed() -> None:
    other = "## Disk full\n- Steps:\n  1. `check_service_status(<host>)`\n  2. `read_config(<host>)`\n"
    found = advice("The API gateway returns 502 errors", f"{other}\n{ROLES}")
    assert found is not None
    assert found.title == "API Gateway 502 — Upstream Timeout Mismatch"


LOGS, STATUS, CONFIG = (
    Advised(role="logs", behind=0),
    Advised(role="status", behind=1),
    Advised(role="config", behind=0),
)


def test_calls_in_backticks_are_read_by_their_roles() -> None:
    assert looks(ROLES) == (LOGS, STATUS, CONFIG)


def test_plain_prose_is_read_by_its_words() -> None:
    steps = "1. Read the logs of the desk.\n2. Look at the health of the backend.\n3. Then its settings, at the desk.\n"
    assert looks(steps) == (LOGS, STATUS, CONFIG)


def test_the_catalog_is_read_with_its_escapes() -> None:
    offered = Recall([("a-b", "logs & <502>")], {}.__getitem__).prompt()
    assert catalog(offered) == [("a-b", "logs & <502>")]


def test_the_file_that_the_index_names_for_the_symptom_is_read() -> None:
    index = "- 502 from the gateway → [gateway.md](gateway.md)\n- disk full → [disks.md](disks.md)\n"
    assert best_file("The gateway returns 502 errors", index) == "gateway.md"
    assert best_file("The disk of the host is full", index) == "disks.md"
    assert best_file("Something else", "Files:\n- only.md\n") == "only.md"
    assert (
        best_file("The gateway returns 502 errors", "Files:\n- disks.md\n- gateway-errors.md\n") == "gateway-errors.md"
    )
    assert best_file("Something else", "Files:\n- disks.md\n- gateway-errors.md\n") == ""


def test_no_skill_is_read_that_says_nothing_of_the_request_or_the_tools() -> None:
    offered = Recall([("poems", "Verses in ten metres.")], {}.__getitem__).prompt()
    assert best_skill("The gateway returns 502 errors", offered, ["check_logs"]) == ""


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=80) | st.sampled_from(
    (
        "Service 'x' not found. Available: tide-table, ferry-desk",
        '{"timeout_ms": 5000, "pool": 20, "format": "v2", "nested": {"a": [1]}}',
        "ERROR 502 upstream=tide-table took=4900ms\nWARN in_use=20 full, expected v3",
        "status: unhealthy\n  p99_latency_ms: 4900",
        PROSE,
        "- [entries-1.md](entries-1.md) 502",
        "1e999 0 0.0 -5 " + "9" * 400,
        '{"max_wait_ms": ' + "9" * 400 + ', "wait_s": 0, "share_pct": 99.9}',
    )
)


@settings(max_examples=100)
@given(request=words, system=words, answers=st.lists(words, min_size=1, max_size=8), skilled=st.booleans())
def test_whatever_tools_answer_it_never_breaks_and_always_ends(
    request: str, system: str, answers: Sequence[str], skilled: bool
) -> None:
    offered = [*TOOLS, *Recall([], {}.__getitem__).openai_tools()] if skilled else TOOLS
    offer = Recall([("incidents", f"502 {request}")], {}.__getitem__).prompt() if skilled else ""
    messages = ({"role": "system", "content": system + offer}, {"role": "user", "content": request})
    conversation = Conversation(PolicyModel(), offered, messages, turns=TURNS)
    reads = 0
    for number, call in enumerate(conversation):
        reads += call.name.startswith("get_skill")
        conversation.answer(call, answers[number % len(answers)])
    assert reads <= 2
    assert conversation.text or conversation.exhausted


@pytest.mark.parametrize("file", sorted((HERE / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_scenarios_of_other_trades_are_resolved_with_and_without_what_was_learned(file: Path, tmp_path: Path) -> None:
    demo = stage(str(file), tmp_path / "acontext-demo", Silent()).run()
    assert [(run.act, run.skills, run.why_not) for run in demo.runs if not run.resolved] == []
    assert demo.learned
    sibling, skilled = of(demo, "sibling", "none"), of(demo, "sibling", "learned")
    assert skilled.calls + skilled.skill_reads < sibling.calls
