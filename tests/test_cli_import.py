"""`acontext import` as it is typed, and `acontext learn` after it."""

import json
import os
import re
import time
from pathlib import Path

import pytest
from conftest import ROOT, Cli
from foreign import chat, claude_code, codex, gemini

from acontext_cli.formats import Piece, Source, named

CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Commands in a folder that is no workspace."""
    folder = tmp_path / "anywhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Cli(folder)


def file(text: str, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def sessions(cli: Cli, *more: object) -> list[dict[str, str]]:
    return list(json.loads(cli("session", "list", "--all", "--json", *more)))


def texts(cli: Cli, session: str) -> list[str]:
    return [message["content"] for message in json.loads(cli("session", "show", session, "--json"))]


class TestWithoutArguments:
    def test_it_looks_where_the_agents_keep_their_sessions(self, anywhere: Cli, own_home: Path) -> None:
        file(claude_code("Fix it"), own_home / ".claude/projects/-nowhere-shop/S1.jsonl")
        file(codex("Ship it"), own_home / ".codex/sessions/2026/06/18/rollout-1.jsonl")
        said = anywhere("import")
        assert "found 2 transcripts (1 of codex, 1 of claude-code)" in said
        assert said.index("Ship it") < said.index("Fix it")  # newest first
        assert sorted(each["name"] for each in sessions(anywhere)) == ["Fix it", "Ship it"]

    def test_it_looks_where_the_environment_says(
        self, anywhere: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file(claude_code("Fix it"), tmp_path / "claude/projects/p/S1.jsonl")
        monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
        assert "found 1 transcript (1 of claude-code)" in anywhere("import")

    def test_a_dry_run_takes_nothing_and_leaves_nothing(self, anywhere: Cli, own_home: Path) -> None:
        file(claude_code("Fix it"), own_home / ".claude/projects/p/S1.jsonl")
        assert "Fix it" in anywhere("import", "--dry-run")
        assert not (own_home / ".local").exists()

    def test_nothing_to_be_found_is_said(self, anywhere: Cli) -> None:
        assert anywhere("import") == "no transcripts found: name files or folders, as in acontext import FOLDER\n"

    def test_gemini_tells_the_project_beside_its_sessions(self, anywhere: Cli, own_home: Path) -> None:
        kept = own_home / ".gemini/tmp/0b7d"
        file(gemini("Fix it"), kept / "chats/session-2026-01-16T18-34-3739ef95.json")
        file("/nowhere/shop\n", kept / ".project_root")
        anywhere("import")
        assert [each["space"] for each in sessions(anywhere)] == ["shop"]

    def test_a_sub_agent_of_gemini_knows_its_parent_by_the_folder(self, anywhere: Cli, own_home: Path) -> None:
        parent, child = "5f1c3a52-6a0e-4c0e-9d3a-0c8f6f0b7a11", "5f1c3a52-6a0e-4c0e-9d3a-0c8f6f0b7a12"
        kept = own_home / ".gemini/tmp/0b7d/chats"
        file(gemini("Look", child, kind="subagent"), kept / parent / f"{child}.json")
        anywhere("import")
        (found,) = (own_home / ".local/share/acontext/.acontext/sessions").glob(f"*-{child}/session.json")
        assert json.loads(found.read_text(encoding="utf-8"))["parent"] == parent

    def test_cursor_tells_the_project_by_the_folder(self, anywhere: Cli, tmp_path: Path, own_home: Path) -> None:
        (tmp_path / "my.shop" / ".git").mkdir(parents=True)
        there = re.sub(r"[^A-Za-z0-9]+", "-", str(tmp_path / "my.shop")).strip("-")
        for number, folder in enumerate([there, "nowhere-mail"]):
            said = {"role": "user", "message": {"content": [{"type": "text", "text": f"Ask {number}"}]}}
            text = f"{json.dumps(said)}\n" * 2
            file(text, own_home / f".cursor/projects/{folder}/agent-transcripts/{number}/{number}.jsonl")
        anywhere("import")
        found = {each["name"]: (each["space"], each["project"]) for each in sessions(anywhere)}
        shop = ("my-shop", str(tmp_path / "my.shop"))
        assert found == {"Ask 0": shop, "Ask 1": ("nowhere-mail", "nowhere-mail")}

    def test_what_lies_in_a_database_is_named_with_the_way_out(self, anywhere: Cli, own_home: Path) -> None:
        file("", own_home / ".local/share/opencode/opencode.db")
        said = anywhere.run("import").stderr
        assert said.startswith("OpenCode keeps its sessions in ~/.local/share/opencode/opencode.db: opencode export")

    def test_one_agent_alone(self, anywhere: Cli, own_home: Path) -> None:
        file(claude_code("Fix it"), own_home / ".claude/projects/p/S1.jsonl")
        file(codex("Ship it"), own_home / ".codex/sessions/rollout-1.jsonl")
        anywhere("import", "--agent", "codex")
        assert [each["name"] for each in sessions(anywhere)] == ["Ship it"]

    def test_an_agent_that_is_not_known(self, anywhere: Cli) -> None:
        assert "'hal' keeps its sessions is not known" in anywhere.refused("import", "--agent", "hal")


class TestWhichWorkspace:
    def test_that_of_the_project(self, anywhere: Cli, tmp_path: Path) -> None:
        shop = tmp_path / "shop"
        (shop / ".git").mkdir(parents=True)
        (shop / "api").mkdir()
        anywhere("init", "--workspace", shop)
        anywhere("import", file(claude_code("Fix it", cwd=str(shop / "api")), tmp_path / "a"))
        assert [each["space"] for each in sessions(anywhere, "--workspace", shop)] == ["default"]

    def test_the_nearest_one_in_the_project(self, anywhere: Cli, tmp_path: Path) -> None:
        api = tmp_path / "shop" / "api"
        (tmp_path / "shop" / ".git").mkdir(parents=True)
        anywhere("init", "--workspace", tmp_path / "shop")
        anywhere("init", "--workspace", api)
        anywhere("import", file(claude_code("Fix it", cwd=str(api)), tmp_path / "a"))
        assert [each["space"] for each in sessions(anywhere, "--workspace", api)] == ["default"]

    def test_a_home_that_is_a_repository_is_not_the_project_of_all_in_it(self, anywhere: Cli, own_home: Path) -> None:
        (own_home / ".git").mkdir()
        for name in ("shop", "mail"):
            (own_home / name).mkdir()
            anywhere("import", file(claude_code(f"Fix {name}", session=name, cwd=str(own_home / name)), own_home / "a"))
        assert {(each["name"], each["space"]) for each in sessions(anywhere)} == {
            ("Fix shop", "shop"),
            ("Fix mail", "mail"),
        }

    def test_else_ones_own_with_a_space_for_each_project(self, anywhere: Cli, tmp_path: Path, own_home: Path) -> None:
        for number, cwd in enumerate(["/nowhere/shop", "/nowhere/mail", "/elsewhere/shop"]):
            anywhere(
                "import", file(claude_code(f"Fix {number}", session=f"S{number}", cwd=cwd), tmp_path / str(number))
            )
        found = {each["name"]: each["space"] for each in sessions(anywhere)}
        assert (found["Fix 0"], found["Fix 1"]) == ("shop", "mail")
        assert found["Fix 2"].startswith("shop-")
        assert (own_home / ".local/share/acontext/skills_store/mail/user-general-facts/SKILL.md").is_file()

    def test_a_workspace_above_several_projects_has_a_space_for_each(self, anywhere: Cli, tmp_path: Path) -> None:
        for name in ("shop", "mail"):
            (tmp_path / "work" / name / ".git").mkdir(parents=True)
        anywhere("init", "--workspace", tmp_path / "work")
        for name in ("shop", "mail"):
            text = claude_code(f"Fix {name}", session=name, cwd=str(tmp_path / "work" / name))
            anywhere("import", file(text, tmp_path / name))
        found = sessions(anywhere, "--workspace", tmp_path / "work")
        assert {(each["name"], each["space"]) for each in found} == {("Fix shop", "shop"), ("Fix mail", "mail")}

    def test_the_one_that_is_named(self, anywhere: Cli, tmp_path: Path, own_home: Path) -> None:
        anywhere("init", "--workspace", tmp_path / "mine")
        anywhere("import", file(claude_code("Fix it"), tmp_path / "a"), "--workspace", tmp_path / "mine")
        assert [each["space"] for each in sessions(anywhere, "--workspace", tmp_path / "mine")] == ["shop"]
        assert not (own_home / ".local/share/acontext/.acontext").exists()

    def test_a_space_that_is_named(self, cli: Cli, tmp_path: Path) -> None:
        cli("space", "new", "team")
        where = ("--workspace", cli.root)
        cli("import", file(claude_code("Fix it"), tmp_path / "a"), "--space", "team", *where)
        assert [each["space"] for each in sessions(cli)] == ["team"]

    def test_a_space_that_is_named_and_not_there(self, cli: Cli, tmp_path: Path) -> None:
        said = cli.refused(
            "import", file(claude_code("Fix it"), tmp_path / "a"), "--space", "team", "--workspace", cli.root
        )
        assert "there is no space 'team': acontext space new team" in said

    def test_the_space_of_the_config(self, cli: Cli, tmp_path: Path) -> None:
        file("import_space: default\n", cli.root / ".acontext/config.yaml")
        cli("import", file(claude_code("Fix it"), tmp_path / "a"), "--workspace", cli.root)
        assert [each["space"] for each in sessions(cli)] == ["default"]

    def test_what_tells_no_project_goes_where_one_stands(self, cli: Cli, tmp_path: Path) -> None:
        cli("import", file(chat("Fix it"), tmp_path / "a"))
        assert [each["space"] for each in sessions(cli)] == ["default"]

    def test_lessons_do_not_leak_from_one_project_to_another(self, anywhere: Cli, tmp_path: Path) -> None:
        for name in ("shop", "mail"):
            for number in range(2):
                said, where = f"Always call {name} by its name.", f"/nowhere/{name}"
                text = claude_code(said, session=f"{name}{number}", cwd=where, day=3 + number)
                anywhere("import", file(text, tmp_path / f"{name}{number}"))
        anywhere("learn")
        assert "call shop" in anywhere("skill", "show", "user-general-facts", "facts.md", "--space", "shop")
        assert "call mail" not in anywhere("skill", "show", "user-general-facts", "facts.md", "--space", "shop")
        assert "make test" in anywhere("skill", "show", "project-commands", "commands.md", "--space", "mail")


class TestAgain:
    def test_a_file_that_did_not_change_is_passed_over(self, cli: Cli, tmp_path: Path) -> None:
        path = file(chat("Fix it"), tmp_path / "a")
        cli("import", path)
        assert "taken in already and did not change" in cli("import", path)

    def test_a_session_that_went_on_adds_only_what_is_new(self, cli: Cli, tmp_path: Path) -> None:
        where = ("--workspace", cli.root)
        cli("import", file(claude_code("One"), tmp_path / "a"), *where)
        cli("import", file(claude_code("One", "Two"), tmp_path / "a"), *where)
        (found,) = sessions(cli)
        assert texts(cli, found["id"]).count("Two") == texts(cli, found["id"]).count("One") == 1

    def test_a_session_resumed_in_another_file_adds_only_what_is_new(self, cli: Cli, tmp_path: Path) -> None:
        where = ("--workspace", cli.root)
        cli("import", file(claude_code("One", session="S1"), tmp_path / "a"), *where)
        cli("import", file(claude_code("One", "Two", session="S2"), tmp_path / "b"), *where)
        said = [text for each in sessions(cli) for text in texts(cli, each["id"])]
        assert (said.count("One"), said.count("Two")) == (1, 1)

    def test_a_copy_under_another_name_adds_nothing(self, cli: Cli, tmp_path: Path) -> None:
        cli("import", file(chat("Fix it"), tmp_path / "a"))
        assert "nothing new" in cli("import", file(chat("Fix it"), tmp_path / "b.png"))
        assert len(sessions(cli)) == 1

    def test_a_file_that_was_read_as_the_wrong_format_is_read_again(self, cli: Cli, tmp_path: Path) -> None:
        source = file(claude_code("Fix it"), tmp_path / "a")
        assert "nothing new" in cli("import", source, "--format", "codex", "--workspace", cli.root)
        cli("import", source, "--workspace", cli.root)
        assert len(sessions(cli)) == 1


class TestWhatIsTaken:
    def test_a_folder_is_looked_through_and_what_is_no_transcript_counted(self, cli: Cli, tmp_path: Path) -> None:
        file(chat("Fix it"), tmp_path / "in/deep/down.txt")
        file("# Notes\n", tmp_path / "in/notes.md")
        file('{"name": "shop"}', tmp_path / "in/package.json")
        said = cli("import", tmp_path / "in")
        assert "2 files are no transcripts" in said
        assert len(sessions(cli)) == 1

    def test_what_is_recorded_already_is_not_looked_through(self, cli: Cli, tmp_path: Path) -> None:
        cli("import", file(chat("Fix it"), tmp_path / "a"))
        cli("import", cli.root)
        assert len(sessions(cli)) == 1

    def test_a_pipe_in_a_folder_is_not_waited_for(self, cli: Cli, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        os.mkfifo(tmp_path / "in/pipe")
        assert cli("import", tmp_path / "in") == "no transcript among 1 file\n"

    def test_broken_lines_are_counted_and_the_others_taken(self, cli: Cli, tmp_path: Path) -> None:
        one, two = chat("One"), chat("Two")
        said = cli("import", file(one + '{"role": "user", "cont\n' + two, tmp_path / "a"))
        assert "records that could not be read: 1 (broken lines 1)" in said
        assert texts(cli, "@last") == ["One", "Done.", "Two", "Done."]

    @pytest.mark.parametrize(
        "roles", [("admin", "editor"), ("button", "link"), ("tool", "tool"), ("web", "user", "db")]
    )
    def test_what_only_has_roles_and_contents_is_no_transcript(
        self, cli: Cli, tmp_path: Path, roles: tuple[str, ...]
    ) -> None:
        listed = json.dumps([{"role": role, "content": "Hammers"} for role in roles])
        assert "no transcript" in cli.refused("import", file(listed, tmp_path / "a"))

    def test_only_newer_ones(self, cli: Cli, tmp_path: Path) -> None:
        path = file(claude_code("Fix it"), tmp_path / "a")
        assert "no transcript" in cli("import", path, "--since", "2026-02-04", "--workspace", cli.root)
        assert "1 " in cli("import", path, "--since", "2026-02-01", "--workspace", cli.root)

    @pytest.mark.parametrize("when", ["yesterday", "30x", "2026-13-01", "99999999d", "-1d"])
    def test_a_time_that_is_none(self, cli: Cli, when: str) -> None:
        assert f"'{when}' is no time" in cli.refused("import", f"--since={when}")

    def test_a_format_may_be_named(self, cli: Cli, tmp_path: Path) -> None:
        cli("import", file(chat("Fix it"), tmp_path / "a"), "--format", "openai")
        assert "there is no format 'word': the formats are" in cli.refused("import", tmp_path / "a", "--format", "word")

    def test_what_is_named_and_no_transcript_is_refused_and_the_rest_taken(self, cli: Cli, tmp_path: Path) -> None:
        result = cli.run("import", file("{}", tmp_path / "no"), file(chat("Fix it"), tmp_path / "yes"))
        assert result.exit_code == 1
        assert "no' is no transcript of a known form" in result.stderr
        assert len(sessions(cli)) == 1

    def test_what_is_not_there(self, cli: Cli) -> None:
        assert cli.refused("import", "nowhere") == "acontext: there is no file or folder 'nowhere'\n"

    def test_programs_are_told_what_came_of_it(self, cli: Cli, tmp_path: Path) -> None:
        path = file(claude_code("Fix it"), tmp_path / "a")
        (found,) = json.loads(cli("import", path, "--dry-run", "--json", "--workspace", cli.root))
        assert (found["format"], found["project"], found["space"], found["new"]) == (
            "claude-code",
            "/nowhere/shop",
            "shop",
            True,
        )
        (done,) = json.loads(cli("import", path, "--json", "--workspace", cli.root))["files"]
        assert (done["human"], done["calls"], done["results"], done["failed"]) == (1, 1, 1, 0)

    def test_where_a_session_comes_from_is_shown(self, cli: Cli, tmp_path: Path) -> None:
        cli("import", file(claude_code("Fix it"), tmp_path / "a"), "--workspace", cli.root)
        shown = cli("session", "show", "@last").splitlines()[1]
        assert shown == "claude-code 2.1.29, claude-opus-4-5, /nowhere/shop (main)"
        (found,) = sessions(cli)
        assert (found["agent"], found["project"], found["model"]) == ("claude-code", "/nowhere/shop", "claude-opus-4-5")


class TestSecrets:
    TOKEN = "ghp_" + "Zm9vYmFyYmF6cXV4" + "c3VyZWx5bm90MTIz"

    def test_they_are_cut_out_and_counted(self, cli: Cli, tmp_path: Path) -> None:
        said = cli("import", file(chat(f"Push with {self.TOKEN}"), tmp_path / "a"))
        assert "secrets cut out: 1 (github-token 1)" in said
        assert self.TOKEN not in everything(cli.root)
        assert texts(cli, "@last")[0] == "Push with <secret:github-token:1>"

    def test_they_are_cut_out_of_names_too(self, cli: Cli, tmp_path: Path) -> None:
        path = file(claude_code(self.TOKEN, cwd=f"/nowhere/{self.TOKEN}"), tmp_path / "a")
        cli("import", path, "--workspace", cli.root)
        assert self.TOKEN.lower() not in everything(cli.root).lower()

    def test_to_keep_them_is_said_loudly(self, cli: Cli, tmp_path: Path) -> None:
        result = cli.run("import", file(chat(f"Push with {self.TOKEN}"), tmp_path / "a"), "--keep-secrets")
        assert "secrets were left in the transcripts on disk" in result.stderr
        assert self.TOKEN in texts(cli, "@last")[0]

    def test_the_config_may_keep_them(self, cli: Cli, tmp_path: Path) -> None:
        file("keep_secrets: 'yes'\n", cli.root / ".acontext/config.yaml")
        result = cli.run("import", file(chat(f"Push with {self.TOKEN}"), tmp_path / "a"))
        assert "secrets were left in the transcripts on disk" in result.stderr
        assert self.TOKEN in texts(cli, "@last")[0]

    def test_kept_ones_reach_no_skill(self, cli: Cli, tmp_path: Path) -> None:
        text = chat(f"Always push with {self.TOKEN}, please.")
        cli("import", file(text, tmp_path / "a"), "--keep-secrets")
        cli("learn")
        assert self.TOKEN not in everything(cli.root / "skills_store")
        assert self.TOKEN not in everything(cli.root / ".acontext" / "history")


def everything(folder: Path) -> str:
    """Every name and every file's text below a folder."""
    found = list(folder.rglob("*"))
    return "\n".join(
        f"{path}\n{path.read_bytes().decode('utf-8', 'replace') if path.is_file() else ''}" for path in found
    )


class TestLearn:
    def test_it_takes_every_workspace_that_was_written_to(self, anywhere: Cli, tmp_path: Path) -> None:
        (tmp_path / "shop" / ".git").mkdir(parents=True)
        anywhere("init", "--workspace", tmp_path / "shop")
        anywhere("import", file(claude_code("Always be kind.", cwd=str(tmp_path / "shop")), tmp_path / "a"))
        anywhere("import", file(claude_code("Never be rude.", session="S2"), tmp_path / "b"))
        said = anywhere("learn")
        assert "Always be kind." in said
        assert "Never be rude." in said
        assert said.count("workspace  ") == 2  # and ends with what `status` says of each

    def test_a_workspace_that_is_gone_is_forgotten(self, anywhere: Cli, tmp_path: Path) -> None:
        (tmp_path / "shop" / ".git").mkdir(parents=True)
        anywhere("init", "--workspace", tmp_path / "shop")
        anywhere("import", file(claude_code("Be kind.", cwd=str(tmp_path / "shop")), tmp_path / "a"))
        (tmp_path / "shop").rename(tmp_path / "moved")
        assert "no workspace here" in anywhere.refused("learn")


class TestInTheProject:
    """A project without a workspace: in its folder a command means its space of one's own workspace."""

    @pytest.fixture
    def shop(self, anywhere: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "shop/.git").mkdir(parents=True)
        (tmp_path / "shop/api").mkdir()
        for day in (3, 4):
            text = claude_code("Always ask first.", session=f"S{day}", cwd=str(tmp_path / "shop"), day=day)
            anywhere("import", file(text, tmp_path / str(day)))
        anywhere("learn")
        monkeypatch.chdir(tmp_path / "shop/api")
        return tmp_path / "shop"

    def test_its_skills_are_recalled(self, anywhere: Cli, shop: Path) -> None:
        assert "project-commands" in anywhere("recall")
        assert "project-commands" not in anywhere("recall", "--space", "default")

    def test_elsewhere_they_are_not(self, anywhere: Cli, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(shop.parent)
        assert "project-commands" not in anywhere("recall")

    def test_they_are_linked_into_the_project(self, anywhere: Cli, shop: Path) -> None:
        anywhere("link")
        for kept in (".claude/skills", ".agents/skills"):
            assert "make test" in (shop / kept / "project-commands/commands.md").read_text(encoding="utf-8")
        assert "ok" in anywhere("link", "--list")
        anywhere("unlink")
        assert sorted(path.name for path in shop.iterdir()) == [".git", "api"]

    def test_for_the_user_they_are_linked_where_that_is_asked_for(
        self, anywhere: Cli, shop: Path, own_home: Path
    ) -> None:
        anywhere("link", "--user")
        assert (own_home / ".claude/skills/project-commands/SKILL.md").is_file()
        assert not (shop / ".claude").exists()

    def test_new_sessions_teach_its_space(self, anywhere: Cli, shop: Path) -> None:
        anywhere("session", "new", "--name", "monday")
        assert {each["name"]: each["space"] for each in sessions(anywhere)}["monday"] == "shop"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real transcripts is not here")
def test_first_use_with_months_of_history(anywhere: Cli, own_home: Path) -> None:
    kept = own_home / ".claude" / "projects"
    for path in CORPUS.glob("claude-code/*/*.jsonl"):
        file(path.read_text(encoding="utf-8"), kept / path.parent.name / path.name)
    began = time.monotonic()
    found, learned = anywhere("import"), anywhere("learn")
    assert time.monotonic() - began < 60
    assert "found 19 transcripts (19 of claude-code)" in found
    assert "next: acontext learn" in found
    assert "project-commands/commands.md" in learned
    assert "a model would read these too" in learned
    assert "next: acontext recall --space agents-md-evaluator; in a project's folder acontext recall" in learned
    assert "skills checked, all is well" in anywhere("skill", "check", "--space", "agents-md-evaluator")
    assert "nothing new" in anywhere("learn")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real transcripts is not here")
def test_all_that_a_reader_gives_of_a_real_transcript_is_taken(anywhere: Cli) -> None:
    taken = json.loads(anywhere("import", *filter(Path.is_dir, CORPUS.iterdir()), "--json"))["files"]
    assert len(taken) >= 30
    for each in taken:
        with Path(each["path"]).open("rb") as opened:
            given = [item for item in named(each["format"]).read(Source(opened)) if isinstance(item, Piece)]
        calls = sum(len(piece.body.get("tool_calls") or ()) for piece in given)  # type: ignore[arg-type]
        results = sum(piece.body["role"] == "tool" for piece in given)
        human = sum(piece.body["role"] == "user" and "kind" not in piece.meta for piece in given)
        assert (each["human"], each["calls"], each["results"]) == (human, calls, results), each["path"]
