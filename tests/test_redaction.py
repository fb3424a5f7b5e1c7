"""Placeholders for secrets: stable, unreadable on disk, whole as JSON."""

import json
import multiprocessing
import stat
from pathlib import Path

import pytest
from conftest import Cli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acontext_cli.errors import AcontextError
from acontext_cli.messages import Message
from acontext_cli.redaction import Placeholders, Redactor, redactor_of

TOKEN = "gh" + "p_" + "x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo"
OTHER = "gh" + "p_" + "Zk4Wq8RtN2mXv6Lp0Ys3Hd7Jf1GcB5aEuTo9"
LINES = ("aB3dE6gH9kLmN2pQ" * 4,) * 3
KEY = "\n".join(["-----BEGIN RSA PRIV" + "ATE KEY-----", *LINES, "-----END RSA PRIV" + "ATE KEY-----"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(TOKEN) | st.just(f'password="{TOKEN}"\n'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def redactor(tmp_path: Path) -> Redactor:
    return Redactor(Placeholders(tmp_path / "secrets.jsonl"))


class TestPlaceholders:
    def test_the_same_secret_gets_the_same_and_another_another(self, tmp_path: Path) -> None:
        placeholders = Placeholders(tmp_path / "secrets.jsonl")
        assert placeholders.of(TOKEN, "github-token") == "<secret:github-token:1>"
        assert placeholders.of(OTHER, "github-token") == "<secret:github-token:2>"
        assert placeholders.of(TOKEN, "github-token") == "<secret:github-token:1>"

    def test_a_secret_keeps_its_placeholder_whatever_it_is_taken_for_later(self, tmp_path: Path) -> None:
        assert Placeholders(tmp_path / "secrets.jsonl").of(TOKEN, "github-token") == "<secret:github-token:1>"
        assert Placeholders(tmp_path / "secrets.jsonl").of(TOKEN, "password") == "<secret:github-token:1>"

    def test_the_file_holds_no_secret_and_is_for_its_owner(self, tmp_path: Path) -> None:
        path = tmp_path / "secrets.jsonl"
        Placeholders(path).of(TOKEN, "github-token")
        text = path.read_text(encoding="utf-8")
        head, mark = map(json.loads, text.splitlines())
        assert (set(head), set(mark)) == ({"format", "salt"}, {"kind", "number", "mark"})
        assert TOKEN not in text
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_two_workspaces_mark_the_same_secret_differently(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            Placeholders(tmp_path / name).of(TOKEN, "github-token")
        assert (tmp_path / "a").read_text().splitlines()[1] != (tmp_path / "b").read_text().splitlines()[1]

    def test_it_is_the_same_secret_however_deep_in_json_it_stands(self, tmp_path: Path) -> None:
        placeholders = Placeholders(tmp_path / "secrets.jsonl")
        texts = [KEY, json.dumps(KEY)[1:-1], json.dumps(json.dumps(KEY)[1:-1])[1:-1]]
        assert {placeholders.of(text, "private-key") for text in texts} == {"<secret:private-key:1>"}

    def test_a_file_that_is_none_is_refused_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "secrets.jsonl"
        path.write_text("{}\n", encoding="utf-8")
        with pytest.raises(AcontextError, match=r"secrets\.jsonl' is not what acontext wrote"):
            Placeholders(path).of(TOKEN, "github-token")

    def test_several_processes_agree(self, tmp_path: Path) -> None:
        context = multiprocessing.get_context("fork")
        with context.Pool(4) as pool:
            told = pool.map(numbered, [(tmp_path / "secrets.jsonl", number) for number in range(4)])
        assert told[0] == told[1] == told[2] == told[3]
        assert len(set(told[0])) == 5


def numbered(asked: tuple[Path, int]) -> list[str]:
    path, number = asked
    placeholders = Placeholders(path)
    names = [f"{TOKEN}{name}" for name in range(5)]
    found = {name: placeholders.of(name, "github-token") for name in names[number:] + names[:number]}
    return [found[name] for name in names]


class TestTexts:
    def test_a_text_without_secrets_is_the_same_object(self, redactor: Redactor) -> None:
        text = "".join(["the token count of the password ", "field is 12"])
        assert redactor.text(text) is text
        assert not redactor.cut

    def test_what_is_cut_is_counted_by_kind(self, redactor: Redactor) -> None:
        text = f"A={TOKEN} B={OTHER}\npostgres://app:hunter2x@db/x {TOKEN}"
        assert redactor.text(text) == (
            "A=<secret:github-token:1> B=<secret:github-token:2>\n"
            "postgres://app:<secret:url-password:3>@db/x <secret:github-token:1>"
        )
        assert redactor.cut == {"github-token": 3, "url-password": 1}

    def test_twice_changes_nothing(self, redactor: Redactor) -> None:
        once = redactor.text(f"curl -u bob:hunter2x -H 'Authorization: Bearer {OTHER}' --password=Hunter2x!\n{KEY}")
        assert redactor.text(once) is once


class TestValues:
    def test_a_value_without_secrets_is_the_same_object(self, redactor: Redactor) -> None:
        value = {"content": ["a", {"b": 1}], "usage": {"input_tokens": 12}}
        assert redactor.value(value) is value

    def test_names_and_texts_are_cut_at_any_depth(self, redactor: Redactor) -> None:
        assert redactor.value({TOKEN: [{"password": "hunter2x", "n": 1}], "x": None}) == {
            "<secret:github-token:1>": [{"password": "<secret:password:2>", "n": 1}],
            "x": None,
        }

    @pytest.mark.parametrize("depth", range(4))
    def test_json_within_json_stays_json(self, redactor: Redactor, depth: int) -> None:
        value: object = {"command": f'export A="{TOKEN}"\nmysql -pHunter2x! db', "key": KEY, "path": "C:\\new"}
        cut: object = {
            "command": 'export A="<secret:github-token:1>"\nmysql -p<secret:password:2> db',
            "key": "<secret:private-key:3>",
            "path": "C:\\new",
        }
        for _ in range(depth):
            value = {"arguments": json.dumps(value)}
        found = redactor.value(value)
        for _ in range(depth):
            assert isinstance(found, dict)
            found = json.loads(found["arguments"])
        assert found == cut

    def test_a_picture_is_left_alone(self, redactor: Redactor) -> None:
        picture = {"url": "data:image/png;base64,iVBORw0KGgo" + "Ab+/9kZ" * 20_000}
        assert redactor.value(picture) is picture

    def test_what_is_nested_too_deep_is_refused_in_words(self, redactor: Redactor) -> None:
        deep: list[object] = [TOKEN]
        for _ in range(100_000):
            deep = [deep]
        with pytest.raises(AcontextError, match="nested too deep"):
            redactor.value(deep)

    @given(value=ANY_JSON, depth=st.integers(0, 2))
    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_whatever_json_is_given_no_secret_is_left_and_it_is_json(
        self, redactor: Redactor, value: object, depth: int
    ) -> None:
        for _ in range(depth):
            value = {"a": json.dumps(value)}
        cut = redactor.value(value)
        assert TOKEN not in json.dumps(cut)
        assert redactor.value(cut) is cut

    def test_of_a_message_body_and_meta_are_cut_and_the_rest_kept(self, tmp_path: Path) -> None:
        message = Message({"role": "user", "content": TOKEN}, "m1", "2026", {"file": TOKEN})
        mark = "<secret:github-token:1>"
        expected = Message({"role": "user", "content": mark}, "m1", "2026", {"file": mark})
        assert redactor_of(tmp_path).message(message) == expected
        clean = Message({"role": "user", "content": "x"})
        assert redactor_of(tmp_path).message(clean) is clean


class TestCommand:
    LINE = json.dumps({"role": "user", "content": f"Use {TOKEN} for postgres://app:hunter2x@db/x and {OTHER}."}) + "\n"

    def transcript(self, cli: Cli) -> str:
        return next((cli.root / ".acontext/sessions").glob("*/messages.jsonl")).read_text(encoding="utf-8")

    def test_record_says_what_it_cut(self, cli: Cli) -> None:
        cli("session", "new", "--name", "monday")
        printed = cli("record", "monday", "-", input=self.LINE)
        assert printed == "recorded 1 message, cut 3 secrets: github-token 2, url-password 1\n"
        assert TOKEN not in self.transcript(cli)
        assert "<secret:github-token:1>" in self.transcript(cli)

    def test_kept_secrets_are_said_loudly_and_never_reach_a_skill(self, cli: Cli) -> None:
        cli("session", "new", "--name", "monday")
        said = json.dumps({"role": "user", "content": f"Always use the token {TOKEN} here."}) + "\n"
        result = cli.run("record", "monday", "-", "--keep-secrets", input=said)
        assert (result.exit_code, result.stdout) == (0, "recorded 1 message\n")
        assert "SECRETS ARE KEPT" in result.stderr
        assert TOKEN in self.transcript(cli)
        cli("learn", "monday")
        stores = [cli.root / "skills_store", cli.root / ".acontext" / "history", cli.root / ".acontext" / "spaces"]
        found = [path.read_bytes() for store in stores for path in store.rglob("*") if path.is_file()]
        assert found
        assert all(TOKEN.encode() not in data for data in found)
        tasks = next((cli.root / ".acontext/sessions").glob("*/tasks.jsonl")).read_text(encoding="utf-8")
        assert "<secret:github-token:1>" in tasks
        assert TOKEN not in tasks

    def test_a_workspace_may_keep_them_and_is_told_each_time(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ACONTEXT_KEEP_SECRETS", "yes")
        cli("session", "new", "--name", "monday")
        for _ in range(2):
            assert "SECRETS ARE KEPT" in cli.run("record", "monday", "-", input=self.LINE).stderr
        assert TOKEN in self.transcript(cli)

    def test_the_name_of_a_session_holds_no_secret(self, cli: Cli) -> None:
        cli("session", "new", "--name", f"try {TOKEN}")
        assert "try <secret:github-token:1>" in cli("session", "list")
