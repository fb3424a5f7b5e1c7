import pytest
from transcripts import REQUEST, SICK, WELL, called, incident, ran, said, status, told, user

from acontext_cli.distillations import Success
from acontext_cli.engines.rules.procedures import Procedure
from acontext_cli.engines.rules.roles import called as call_of
from acontext_cli.engines.rules.wording import lesson, title
from acontext_cli.messages import Json


def changed(before: str, after: str, found: str, key: str = "pool_size") -> list[Json]:
    """An incident in which one setting was changed after a look that showed a number or a value."""
    return [
        user("The order service answers 503 since noon, fix it"),
        *called("check_logs", f"09:00:01 ERROR 503 {found}", service_name="order-service"),
        *called("read_config", f"{key}: {before}", service_name="order-service"),
        *called("update_config", "ok", service_name="order-service", key=key, value=after),
        said("Done"),
    ]


def test_an_incident_becomes_a_procedure_in_roles_and_derivations() -> None:
    assert lesson(Procedure(told(*incident())), REQUEST) == Success(
        title="API gateway 502 — upstream timeout too low",
        task_goal=REQUEST,
        approach="`check_logs`, `check_logs`, `read_config`, `update_config`, `restart_service`",
        generalizable_pattern="A limit that the real durations come up to: it is too low.",
        applies_when="“Our API gateway is returning 502 errors on /api/* routes, 34% of requests…”; "
        "lines such as “ERROR 502 Bad Gateway path=/api/orders upstream=backend-api”",
        does_not_apply="What is measured lies more than 20 % below the setting; lines without 502 are another story.",
        steps=(
            "`check_logs(<service>)`: what else do the lines with 502 name?",
            "`check_logs(<service from step 1>)`: which durations (there duration 4890ms)?",
            "`read_config(<service>)`: go on only if one of them comes within 20 % of its setting or passes it "
            "(there 4890ms against `upstream_timeout_ms` 5000).",
            "`update_config(<service>, <setting>, <2 × the larger of the two>)`",
            "`restart_service(<service>)`",
        ),
        verify="`check_service_status(<service>)` no longer shows the symptom.",
        otherwise="Leave the setting; look at status, log and settings of what the failing lines name.",
        tools=("update_config", "restart_service", "check_logs", "read_config"),
    )


def test_a_detour_is_left_out() -> None:
    detour = called("check_logs", "ERROR SMTP relay refused, retrying in 30s", service_name="notification-service")
    messages = incident()
    messages[5:5] = detour
    assert lesson(Procedure(told(*messages)), REQUEST) == lesson(Procedure(told(*incident())), REQUEST)


def test_a_look_that_failed_measures_nothing() -> None:
    messages = incident()
    messages[3:3] = called("check_logs", "Error: 502 from backend-api, duration=9870ms", service_name="api-gateway")
    assert lesson(Procedure(told(*messages)), REQUEST).steps == lesson(Procedure(told(*incident())), REQUEST).steps


def test_a_limit_is_derived_from_what_lies_beyond_it() -> None:
    found = "request completed duration=6000ms"
    procedure = Procedure(told(*changed("5000", "12000", found, key="read_timeout_ms")))
    assert (
        call_of(procedure, procedure.changes[0]) == "update_config(<service>, <setting>, <2 × the larger of the two>)"
    )


def test_a_failed_call_and_a_change_taken_back_are_left_out() -> None:
    messages = incident()
    tried = [
        *called("update_config", "ok", service_name="api-gateway", key="max_retries", value="9"),
        *called("read_config", '{"max_retries": 9}', service_name="api-gateway"),
        *called("update_config", "ok", service_name="api-gateway", key="max_retries", value="3"),
        *called("check_logs", "Error: no such service", service_name="api-gatway"),
    ]
    messages[8]["content"] = '{"upstream_timeout_ms": 5000, "max_retries": 3}'
    messages[9:9] = tried
    procedure = Procedure(told(*messages))
    assert [change.key for change in procedure.settings] == ["upstream_timeout_ms"]
    assert [step.tool for step in procedure.changes] == ["update_config", "restart_service"]
    assert procedure.refused() is None


def test_the_same_incident_elsewhere_has_the_same_title() -> None:
    other = incident("Our API gateway has 502 errors again on /api/carts.", backend="cart-backend")
    assert title(Procedure(told(*other))) == title(Procedure(told(*incident())))


def test_a_limit_may_be_too_high() -> None:
    procedure = Procedure(
        told(*changed("200", "80", "too many connections: server allows at most 80", key="max_connections"))
    )
    assert title(procedure) == "order service 503 — max connections too high"
    assert procedure.measured != {}
    update = procedure.changes[0]
    assert call_of(procedure, update) == "update_config(<service>, <setting>, <1 × the smaller of the two>)"


def test_a_setting_that_is_no_number_is_contradicted() -> None:
    messages = changed("eu-west", "eu-central", "region eu-west, expected eu-central", key="region")
    found = lesson(Procedure(told(*messages)), "g")
    assert found.title == "order service 503 — region contradicted"
    assert found.generalizable_pattern == "A setting that what it talks to contradicts."
    assert found.steps[-1] == "`update_config(<service>, <setting>, <value from step 1>)`"
    assert (
        found.does_not_apply == "No look shows a value other than the setting's; lines without 503 are another story."
    )


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([user("x"), *status(WELL)], "nothing was changed"),
        ([user("x"), *ran("kubectl delete pod a", "ok")], "a coding session's edits are no procedure"),
        ([user("x"), *called("Edit", "ok", file="a")], "a coding session's edits are no procedure"),
        ([user("x"), *called("restart_service", "ok")], "a tool without named arguments"),
        (
            [user("restart api"), *status(SICK), *called("restart_service", "ok", service_name="api")],
            "too little in the changes was derived from what the looks found",
        ),
        (
            [user("x"), *(body for n in range(28) for body in called("set_flag", "ok", name=f"flag-{n}"))],
            "too many calls to be one procedure",
        ),
    ],
)
def test_what_is_not_safe_to_learn_is_refused(messages: list[Json], reason: str) -> None:
    assert Procedure(told(*messages)).refused() == reason


def test_a_setting_changed_before_anything_was_found_is_no_procedure() -> None:
    messages = changed("5", "9", "nothing to see")
    messages[2]["content"] = "all quiet"
    messages[4]["content"] = "Other: 1"
    assert Procedure(told(*messages)).refused() is not None


def test_a_value_that_nothing_explains_is_no_procedure() -> None:
    messages = changed("100", "200", "nothing free")
    assert Procedure(told(*messages)).refused() == "nothing that was seen explains the value that was set"


def test_a_name_of_a_service_is_no_setting() -> None:
    messages = incident()
    routes = '{"upstream_timeout_ms": 5000, "routes": {"/api/*": "http://backend-api:8080"}}'
    messages[5:7] = called("read_config", routes, service_name="api-gateway")
    assert [change.key for change in Procedure(told(*messages)).settings] == ["upstream_timeout_ms"]


def test_a_short_value_that_a_look_names_is_told_from_it() -> None:
    messages = [
        user("The order service answers 503 since noon, fix it"),
        *called("check_logs", "09:00:01 ERROR 503 upstream=stock-api", service_name="order-service"),
        *called("check_logs", "09:00:01 WARN client offered v2, expected v3", service_name="stock-api"),
        *called("read_config", "stock_protocol: v2", service_name="order-service"),
        *called("update_config", "ok", service_name="order-service", key="stock_protocol", value="v3"),
        said("Done"),
    ]
    assert lesson(Procedure(told(*messages)), "g").steps == (
        "`check_logs(<service>)`: what else do the lines with 503 name?",
        "`check_logs(<service from step 1>)`: which value is expected (there “WARN client offered v2, expected v3”)?",
        "`read_config(<service>)`: is the setting another (there `stock_protocol` was “v2”)?",
        "`update_config(<service>, <setting>, <value from step 2>)`",
    )


def test_a_change_of_something_else_is_another_story() -> None:
    messages = incident()
    messages[5:5] = called("restart_service", "restarted", service_name="cdn-purger")
    assert lesson(Procedure(told(*messages)), REQUEST).steps == lesson(Procedure(told(*incident())), REQUEST).steps


def test_steps_are_numbered_as_they_are_listed() -> None:
    messages = incident()
    look = called("check_service_status", "p99_latency_ms: 4700", service_name="backend-api")
    place = next(i for i, message in enumerate(messages) if "duration=4890ms" in str(message.get("content")))
    messages[place + 1 : place + 1] = look
    steps = lesson(Procedure(told(*messages)), REQUEST).steps
    assert steps[1].startswith("`check_logs(<service from step 1>)`, `check_service_status(<service from step 1>)`: ")
    assert not any("from step 3" in step or "from step 4" in step for step in steps)
