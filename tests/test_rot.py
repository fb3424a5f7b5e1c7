"""What `skill check` notes besides problems: nothing of it is changed."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import Cli
from hypothesis import given
from hypothesis import strategies as st
from transcripts import called, ran, result, said, user

from acontext_cli.api.check import check
from acontext_cli.api.workspace import Workspace
from acontext_cli.files import lines
from acontext_cli.ledger import Line
from acontext_cli.messages import Json
from acontext_cli.reads import Read
from acontext_cli.rot import Note
from acontext_cli.rot.signs import signs

WRITTEN = "2026-03-26"
LATER = "2026-04-02"
TODAY = "2026-04-10T12:00:00.000Z"
HEAD = "---\nname: {name}\ndescription: {about}\n---\n\n# Title\n\n## Index\n"


@dataclass
class Desk:
    """A workspace with a skill whose entry says something."""

    workspace: Workspace
    days: dict[str, int] = field(default_factory=dict)

    def skill(self, name: str = "gateway", about: str = "502 and its causes", **files: str) -> None:
        folder = self.workspace.root / "skills_store/default" / name
        folder.mkdir(exist_ok=True)
        (folder / "SKILL.md").write_text(HEAD.format(name=name, about=about), encoding="utf-8")
        for stem, text in files.items():
            (folder / f"{stem}.md").write_text(text, encoding="utf-8")

    def entry(self, text: str, date: str = WRITTEN, id: str = "aaaaaa", title: str = "What to do") -> None:
        dated = f" (date: {date})" if date else ""
        self.skill(limits=f"## {title}{dated} <!-- id: {id} -->\n{text}\n")

    def session(self, *messages: Json, date: str = LATER, space: str = "", name: str = "tuesday") -> str:
        made = self.workspace.new_session(name=name, date=date, space=space)
        made.record(user("Do it"), *messages)
        return made.id

    def notes(self, kind: str = "", today: str = TODAY, skill: str = "") -> list[Note]:
        found = check(self.workspace, "default", skill, lambda: today).notes
        return [note for note in found if kind in ("", note.kind)]

    def read(self, skill: str, file: str, at: str) -> None:
        self.workspace.space().store.reads.note(Read(skill=skill, file=file, at=at, how="recall"))

    def written(self, entry: str, time: str, session: str = "") -> None:
        line = Line(run="r", time=time, session=session, action="add", skill="gateway", file="limits.md", entry=entry)
        self.workspace.space().store.ledger.append([line.json()])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Workspace.init(tmp_path)[0])


GONE = [
    ("`terraform apply`", ran("terraform plan", "bash: line 1: terraform: command not found")),
    ("`terraform apply`", ran("terraform plan", "zsh: command not found: terraform")),
    ("`make deploy`", ran("make deploy", "make: *** No rule to make target 'deploy'.  Stop.")),
    ("`deploy`, with `make`", ran("make deploy", "make: *** No rule to make target 'deploy'.  Stop.")),
    ("`kube diff`", ran("kube diff", 'Error: unknown command "diff" for "kube"')),
    ("`frob --all`", ran("frob", "fish: Unknown command: frob")),
    ("`npm run build:css`", ran("npm run build:css", 'npm error Missing script: "build:css"')),
    ("`check_logs(<gateway>)`", called("check_logs", "Error: Unknown tool: check_logs", service="api")),
    ("`cat conf/app.yaml`", ran("cat conf/app.yaml", "cat: conf/app.yaml: No such file or directory")),
    (
        "`scripts/deploy.sh`",
        ran("sh /srv/a/scripts/deploy.sh", "sh: 0: cannot open /srv/a/scripts/deploy.sh: No such file"),
    ),
    ("`src/old.py`", called("Read", "File does not exist.", file_path="/srv/app/src/old.py")),
    ("`pytest --cov-old tests`", ran("pytest --cov-old tests", "pytest: error: unrecognized arguments: --cov-old")),
    ("`uv sync --frozen`", ran("uv sync --frozen", "error: unexpected argument '--frozen' found")),
    ("`worker_count`", ran("app check", "Error: unknown setting 'worker_count'")),
    ("`worker_count: 4`", ran("app check", "error: exit code 2\nunknown configuration key `worker_count`")),
    ("`worker_count`", ran("app run", "`worker_count` has been renamed to `workers`")),
    ("`--legacy`, of `app`", ran("app run --legacy", "The --legacy flag has been removed, use --new")),
    ("`GET /api/v1/orders`", ran("curl -i http://host/api/v1/orders", "HTTP/1.1 404 Not Found")),
    ("`python -m tools.seed`", ran("python -m tools.seed", "/usr/bin/python: No module named tools.seed")),
    (
        "`from shop.cart import total`",
        ran("python a.py", "Traceback (most recent call last):\nModuleNotFoundError: No module named 'shop.cart'"),
    ),
]


class TestGone:
    @pytest.mark.parametrize(("says", "shows"), GONE, ids=[f"{number}" for number in range(len(GONE))])
    def test_what_a_later_session_found_missing(self, desk: Desk, says: str, shows: list[Json]) -> None:
        desk.entry(f"- Use {says} first.")
        session = desk.session(*shows)
        (note,) = desk.notes("gone")
        assert (note.place, note.entry, note.session) == ("gateway/limits.md:1", "aaaaaa", session)
        assert "in session 'tuesday' (2026-04-02): mend the entry, or delete it" in note.text
        assert note.quote in " ".join(str(shows[-1]["content"]).split())

    @pytest.mark.parametrize(("says", "shows"), GONE, ids=[f"{number}" for number in range(len(GONE))])
    def test_not_what_an_earlier_one_found_missing(self, desk: Desk, says: str, shows: list[Json]) -> None:
        desk.entry(f"- Use {says} first.")
        desk.session(*shows, date="2026-03-25")
        desk.session(*shows, space=desk.workspace.new_space("elsewhere").name)
        assert desk.notes() == []

    @pytest.mark.parametrize(("says", "shows"), GONE[:6], ids=[f"{number}" for number in range(6)])
    def test_not_what_worked_again_afterwards(self, desk: Desk, says: str, shows: list[Json]) -> None:
        desk.entry(f"- Use {says} first.")
        desk.session(*shows)
        call = str(shows[0]["tool_calls"])
        again = [shows[0], result("done", "check_logs" if "check_logs" in call else "bash")]
        desk.session(*again, date="2026-04-05", name="friday")
        assert desk.notes() == []

    @pytest.mark.parametrize(
        ("says", "shows"),
        [
            ("`terraform apply`", ran("cat old.log", "bash: terraform: command not found")),
            (
                "`terraform apply`",
                ran("grep -rn 'terraform: command not found' .", "x.log:1: terraform: command not found"),
            ),
            ("`terraform apply`", ran("pulumi up", "bash: pulumi: command not found")),
            ("`terraform apply`", ran("terraform apply", "resource 'x' not found in state")),
            ("`conf/app.yaml`", ran("cat other/app.yaml", "cat: other/app.yaml: No such file or directory")),
            ("`pytest --cov tests`", ran("ruff --cov", "error: unexpected argument '--cov' found")),
            ("`/api/v1/orders`", ran("curl -i http://host/api/v1/orders/7", "HTTP/1.1 404 Not Found")),
            ("`/api/v1/orders`", ran("cat notes", "HTTP/1.1 404 Not Found /api/v1/orders")),
            ("`bun test`", ran("rtk bun test", "error: unrecognized subcommand 'bun'")),
            ("`deploy`, with `make`", ran("just deploy", "error: unknown command 'deploy'")),
            ("`port`", ran("app", "unknown setting 'port_name'")),
            ("terraform", ran("terraform", "bash: terraform: command not found")),
            ("`<tool> apply`", ran("terraform", "bash: terraform: command not found")),
        ],
    )
    def test_not_what_is_about_something_else(self, desk: Desk, says: str, shows: list[Json]) -> None:
        desk.entry(f"- Use {says} first.")
        desk.session(*shows)
        assert desk.notes() == []

    def test_what_a_skill_says_is_no_finding(self, desk: Desk) -> None:
        desk.entry("- Use `terraform apply` first.")
        desk.session(*called("get_skill", "Error: terraform: command not found", skill_name="terraform"))
        assert desk.notes() == []

    def test_on_the_same_day_it_counts_behind_the_sessions_that_taught_it(self, desk: Desk) -> None:
        missing = ran("terraform plan", "bash: terraform: command not found")
        first = desk.session(*missing, date=WRITTEN, name="first")
        taught = desk.session(*missing, date=WRITTEN, name="taught")
        desk.entry("- Use `terraform apply` first.")
        desk.written("aaaaaa", f"{WRITTEN}T12:00:00.000Z", taught)
        assert (first != taught, desk.notes("gone")) == (True, [])
        after = desk.session(*missing, date=WRITTEN, name="after")
        assert [note.session for note in desk.notes("gone")] == [after]

    def test_an_entry_of_no_day_is_older_than_nothing(self, desk: Desk) -> None:
        desk.entry("- Use `terraform apply` first.", date="")
        desk.session(*ran("terraform plan", "bash: terraform: command not found"))
        assert desk.notes() == []
        desk.written("aaaaaa", "2026-03-26T12:00:00.000Z")
        assert len(desk.notes("gone")) == 1

    def test_a_transcript_that_cannot_be_read_is_passed_over(self, desk: Desk) -> None:
        desk.entry("- Use `terraform apply` first.")
        missing = ran("terraform plan", "bash: terraform: command not found")
        desk.session(*missing, name="broken")
        with desk.workspace.session("broken").folder.transcript.open("ab") as file:
            file.write(b"terraform: command not found\n")
        session = desk.session(*missing, name="whole")
        assert [note.session for note in desk.notes("gone")] == [session]

    def test_a_secret_is_not_quoted(self, desk: Desk) -> None:
        desk.entry("- Use `terraform apply` first.")
        key = "ghp_" + "a1B2" * 9
        made = desk.workspace.new_session(name="tuesday", date=LATER)
        shows = ran("terraform plan", f"{key} bash: terraform: command not found")
        made.record(user("Do it"), *shows, keep_secrets=True)
        (note,) = desk.notes("gone")
        assert key not in note.quote


@pytest.mark.parametrize(
    "unit",
    [": not found", "unknown option ", "'", "is ", "-", "not found: ", "no such file ", "404 ", "status:", "a.b/"],
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_megabyte_of_signs_takes_a_moment(unit: str, end: str) -> None:
    line = unit * (390 // len(unit)) + end
    start = time.process_time()
    list(signs(line * (1_000_000 // len(line))))
    assert time.process_time() - start < 3


@given(st.text(max_size=400))
def test_whatever_is_printed_a_sign_is_a_word_of_it(text: str) -> None:
    assert all(sign.subject in sign.line for sign in signs(f"{text}: command not found\nunknown option {text}"))


class TestChanged:
    @pytest.mark.parametrize(
        ("says", "shows"),
        [
            ("`db_port: 5432`", "db_port: 5433"),
            ("`db_port=5432`", '{"db_port": 5433}'),
            ("`DB_PORT=5432`", "DB_PORT=5433"),
            ("`upstream.timeout: 5432`", "upstream.timeout = 5433"),
        ],
    )
    def test_a_value_that_a_later_look_shows_otherwise(self, desk: Desk, says: str, shows: str) -> None:
        desk.entry(f"- In `billing-db` {says}.")
        session = desk.session(*called("read_config", shows, service="billing-db"))
        (note,) = desk.notes()
        assert (note.kind, note.session) == ("changed", session)
        assert " is 5432 here and 5433 in session 'tuesday' (2026-04-02): " in note.text

    @pytest.mark.parametrize(
        "shows",
        [
            called("read_config", "db_port: 5433", service="orders-db"),
            called("read_config", "db_port: 5433\ndb_port: 5434", service="billing-db"),
            called("read_config", "db_port: primary", service="billing-db"),
            called("read_config", "old_db_port: 5433", service="billing-db"),
            called("read_config", "db_port: 5432", service="billing-db"),
            [
                *called("read_config", "db_port: 5433", service="billing-db"),
                *called("read_config", "db_port: 5432", service="billing-db"),
            ],
        ],
    )
    def test_not_another_things_value_nor_one_that_holds_again(self, desk: Desk, shows: list[Json]) -> None:
        desk.entry("- In `billing-db` `db_port: 5432`.")
        desk.session(*shows)
        assert desk.notes() == []


class TestExpired:
    def test_a_warning_whose_day_is_over(self, desk: Desk) -> None:
        desk.entry("- Do not.\n- Forget after: 2026-04-09", title="Warning: It stays")
        assert [note.kind for note in desk.notes(today="2026-04-09T23:59:00.000Z")] == []
        (note,) = desk.notes()
        assert (note.kind, note.place) == ("expired", "gateway/limits.md:1")
        assert note.text == "expired on 2026-04-09: delete it, or confirm it with a later day"


class TestUnread:
    LONG_AFTER = "2026-05-30T12:00:00.000Z"

    def test_what_nobody_read_since_it_was_written(self, desk: Desk) -> None:
        desk.entry("- a")
        desk.read("gateway", "SKILL.md", "2026-04-02T12:00:00.000Z")
        (note,) = desk.notes(today=self.LONG_AFTER)
        assert (note.kind, note.place) == ("unread", "gateway/limits.md")
        assert note.text.startswith("its entry was never read since 2026-03-26: ")

    def test_not_while_it_is_new_nor_where_nobody_is_seen_reading(self, desk: Desk) -> None:
        desk.entry("- a")
        assert desk.notes(today=self.LONG_AFTER) == []
        desk.read("gateway", "SKILL.md", "2026-03-20T12:00:00.000Z")
        assert desk.notes(today=self.LONG_AFTER) == []
        desk.read("gateway", "SKILL.md", "2026-04-02T12:00:00.000Z")
        assert desk.notes() == []

    def test_not_what_was_read_since(self, desk: Desk) -> None:
        desk.entry("- a")
        desk.read("gateway", "limits.md", "2026-03-26T01:00:00.000Z")
        assert desk.notes(today=self.LONG_AFTER) == []

    def test_it_counts_from_when_it_was_written_not_from_its_day(self, desk: Desk) -> None:
        desk.entry("- a")
        desk.read("gateway", "limits.md", "2026-03-27T01:00:00.000Z")
        desk.read("gateway", "SKILL.md", "2026-04-02T12:00:00.000Z")
        desk.written("aaaaaa", "2026-03-28T12:00:00.000Z")
        (note,) = desk.notes(today=self.LONG_AFTER)
        assert "never read since 2026-03-28" in note.text


class TestCrowded:
    def test_skills_whose_descriptions_are_nearly_the_same(self, desk: Desk) -> None:
        desk.skill("gateway-errors", "502 bad gateway, upstream timeout, error rate, api routes")
        desk.skill("gateway-trouble", "Bad gateway 502: upstream timeouts and the error rate on api routes")
        desk.skill("payments", "Refunds, chargebacks, invoices and the ledger of payments")
        (note,) = desk.notes()
        assert (note.kind, note.skill) == ("crowded", "gateway-errors")
        assert (
            "nearly that of gateway-trouble (all say 502, api, bad, error, gateway, rate, route, timeout)" in note.text
        )

    def test_not_what_shares_a_few_words(self, desk: Desk) -> None:
        desk.skill("gateway-errors", "502 bad gateway, upstream timeout, error rate, api routes")
        desk.skill("payments", "Error rate of refunds, chargebacks, invoices, ledger, api routes")
        assert desk.notes() == []

    def test_many_doubles_are_one_note(self, desk: Desk) -> None:
        for number in range(300):
            desk.skill(f"skill-{number:03}", "502 bad gateway, upstream timeout, error rate")
        (note,) = desk.notes()
        assert "and 292 more" in note.text


def test_notes_are_no_problems_and_change_nothing(cli: Cli) -> None:
    folder = cli.root / "skills_store/default/gateway"
    cli("skill", "new", "gateway")
    (folder / "limits.md").write_text(
        "## Warning: w (date: 2020-01-01)\n- Forget after: 2020-02-01\n", encoding="utf-8"
    )
    before = {path: path.read_bytes() for path in cli.root.rglob("*") if path.is_file()}
    shown = cli("skill", "check")
    assert shown.startswith("3 skills checked, all is well\n\n1 note, for you to decide on (nothing was changed):\n")
    assert "  gateway/limits.md:1: expired on 2020-02-01: " in shown
    found = json.loads(cli("skill", "check", "gateway", "--json"))
    assert (found["problems"], [note["kind"] for note in found["notes"]]) == ([], ["expired"])
    assert {path: path.read_bytes() for path in cli.root.rglob("*") if path.is_file()} == before


def test_problems_still_fail_and_stand_first(cli: Cli) -> None:
    cli("skill", "new", "gateway")
    (cli.root / "skills_store/default/gateway/SKILL.md").write_text("broken", encoding="utf-8")
    result = cli.run("skill", "check", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (len(found["problems"]), found["notes"]) == (1, [])


def test_a_quote_cannot_steer_the_terminal(cli: Cli) -> None:
    cli("skill", "new", "gateway")
    text = "## Entry (date: 2020-01-01)\n- `terraform apply`\n"
    (cli.root / "skills_store/default/gateway/limits.md").write_text(text, encoding="utf-8")
    cli("session", "new", "--name", "monday")
    shows = ran("terraform plan", "\x1b[2J\u202e bash: terraform: command not found")
    cli("record", "monday", "-", input="".join(json.dumps(each) + "\n" for each in (user("x"), *shows, said("y"))))
    shown = cli("skill", "check")
    assert "terraform: command not found" in shown
    assert not {"\x1b", "\u202e"} & set(shown)
    assert len(list(lines(Workspace.find(cli.root).session("monday").folder.transcript))) == 4
