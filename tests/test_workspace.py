import os
import stat
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from acontext_cli.errors import AcontextError
from acontext_cli.session import Session
from acontext_cli.workspace import WorkspaceFolder, user_folder

HELLO = {"role": "user", "content": "hello"}


def env(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), **more}


def made(folder: Path) -> WorkspaceFolder:
    return WorkspaceFolder.init(folder, "# engine: auto\n", env={})[0]


@pytest.fixture
def workspace(tmp_path: Path) -> WorkspaceFolder:
    return made(tmp_path / "work")


def sessions(workspace: WorkspaceFolder, *ids: str, **more: str) -> list[Session]:
    """Sessions of one minute each, in this order."""
    minutes = count()
    return [workspace.new_session(id=id, created=f"2026-03-26T10:{next(minutes):02}:00Z", **more) for id in ids]


def ids(found: list[Session]) -> list[str]:
    return [session.id for session in found]


def record_at(session: Session, time: int) -> None:
    session.record([HELLO])
    os.utime(session.transcript, (time, time))


class TestInit:
    def test_it_makes_a_workspace_once(self, tmp_path: Path) -> None:
        workspace, new = WorkspaceFolder.init(tmp_path / "deep" / "work", "# engine: auto\n", env={})
        assert (workspace, new) == (WorkspaceFolder(tmp_path / "deep" / "work"), True)
        workspace.config_file.write_text("engine: offline\n", encoding="utf-8")
        assert WorkspaceFolder.init(workspace.root, "# engine: auto\n", env={}) == (workspace, False)
        assert workspace.config_file.read_text(encoding="utf-8") == "engine: offline\n"

    def test_only_the_configuration_is_for_git(self, workspace: WorkspaceFolder) -> None:
        assert sorted(path.name for path in workspace.machine.iterdir()) == [
            ".gitignore",
            "config.yaml",
            "history",
            "sessions",
            "spaces",
        ]
        assert (workspace.machine / ".gitignore").read_text(encoding="utf-8") == "*\n!.gitignore\n!config.yaml\n"
        assert stat.S_IMODE(workspace.machine.stat().st_mode) == 0o700

    def test_what_is_missing_is_made_again(self, workspace: WorkspaceFolder) -> None:
        (workspace.machine / ".gitignore").unlink()
        workspace.sessions.rmdir()
        made(workspace.root)
        assert (workspace.machine / ".gitignore").is_file()
        assert workspace.sessions.is_dir()

    def test_the_home_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(AcontextError, match="acontext init --user"):
            WorkspaceFolder.init(tmp_path / "home", env=env(tmp_path))
        assert not (tmp_path / "home").exists()

    def test_a_file_in_the_way_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / ".acontext").write_text("", encoding="utf-8")
        with pytest.raises(AcontextError, match=r"\.acontext' was not written"):
            made(tmp_path)


class TestFind:
    def test_the_chosen_one_comes_first(self, tmp_path: Path) -> None:
        chosen, named, here = (made(tmp_path / name) for name in ("chosen", "named", "here"))
        settings = env(tmp_path, ACONTEXT_WORKSPACE=str(named.root))
        assert WorkspaceFolder.find(here.root, chosen=chosen.root, env=settings) == chosen
        assert WorkspaceFolder.find(here.root, chosen=None, env=settings) == named
        assert WorkspaceFolder.find(here.root, chosen=None, env=env(tmp_path, ACONTEXT_WORKSPACE="")) == here

    def test_the_working_folder_can_be_chosen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made(tmp_path)
        (tmp_path / "inner").mkdir()
        monkeypatch.chdir(tmp_path / "inner")
        with pytest.raises(AcontextError, match="is no workspace: acontext init there, or choose another"):
            WorkspaceFolder.find(Path.cwd(), chosen=Path(), env=env(tmp_path))
        assert WorkspaceFolder.find(Path.cwd(), chosen=Path(".."), env=env(tmp_path)).exists

    def test_the_nearest_upwards_is_taken(self, tmp_path: Path) -> None:
        made(tmp_path)
        inner = made(tmp_path / "inner")
        deep = tmp_path / "inner" / "a" / "b"
        deep.mkdir(parents=True)
        assert WorkspaceFolder.find(deep, chosen=None, env=env(tmp_path)) == inner

    def test_the_users_own_is_the_last_resort(self, tmp_path: Path) -> None:
        settings = env(tmp_path)
        (tmp_path / "here").mkdir()
        with pytest.raises(AcontextError, match=r"^no workspace here: acontext init$"):
            WorkspaceFolder.find(tmp_path / "here", chosen=None, env=settings)
        own = made(user_folder(settings)[0])
        assert WorkspaceFolder.find(tmp_path / "here", chosen=None, env=settings) == own

    def test_the_folder_of_another_program_in_the_home_is_no_workspace(self, tmp_path: Path) -> None:
        made(tmp_path / "home")
        (tmp_path / "home" / "project").mkdir()
        with pytest.raises(AcontextError, match="no workspace here"):
            WorkspaceFolder.find(tmp_path / "home" / "project", chosen=None, env=env(tmp_path))

    @pytest.mark.parametrize(
        ("settings", "platform", "expected"),
        [
            ({"HOME": "/h"}, "linux", ("/h/.local/share/acontext",)),
            ({"HOME": "/h", "XDG_DATA_HOME": "/data"}, "linux", ("/data/acontext",)),
            ({"HOME": "/h", "XDG_DATA_HOME": "data"}, "linux", ("/h/.local/share/acontext",)),
            ({"HOME": "/h", "XDG_DATA_HOME": "/data"}, "darwin", ("/h/Library/Application Support/acontext",)),
            ({}, "linux", ()),
        ],
    )
    def test_the_users_own_is_in_the_platforms_data_folder(
        self, settings: dict[str, str], platform: str, expected: tuple[str, ...]
    ) -> None:
        assert user_folder(settings, platform) == tuple(map(Path, expected))


class TestSessions:
    def test_they_are_listed_newest_first(self, workspace: WorkspaceFolder) -> None:
        assert (workspace.newest(), workspace.session_folders()) == ([], [])
        sessions(workspace, "a", "b", "c")
        assert (ids(workspace.newest()), workspace.session_count) == (["c", "b", "a"], 3)
        assert ids(workspace.newest(2)) == ["c", "b"]
        assert [folder.name[-1] for folder in workspace.session_folders()] == ["c", "b", "a"]

    def test_a_workspace_without_the_folder_has_none(self, tmp_path: Path) -> None:
        assert WorkspaceFolder(tmp_path).newest(20) == []

    def test_one_that_is_damaged_does_not_hide_the_others(self, workspace: WorkspaceFolder) -> None:
        _, damaged, newer = sessions(workspace, "a", "b", "c")
        (damaged.folder / "session.json").unlink()
        (newer.folder / "session.json").write_text('{"format": 9}', encoding="utf-8")
        (workspace.sessions / ".new-1234").mkdir()
        (workspace.sessions / "stray").mkdir()
        assert ids(workspace.newest(1)) == ["a"]
        at = str(workspace.sessions)
        assert workspace.problems() == [
            f"no session in '{at}/stray': acontext session list",
            f"'{newer.folder}/session.json' has form 9 of a newer acontext: update acontext to read it",
            f"no session in '{damaged.folder}': acontext session list",
        ]

    def test_a_new_one_is_known_by_a_random_uuid(self, workspace: WorkspaceFolder) -> None:
        session = workspace.new_session(name="monday", space="work", date="2026-03-26", source="codex")
        assert UUID(session.id).version == 4
        assert (session.name, session.space, session.date, session.source) == ("monday", "work", "2026-03-26", "codex")
        assert ids(workspace.newest()) == [session.id]

    @pytest.mark.parametrize("ref", ["abc-1", "abc", "monday", "ab"])
    def test_one_is_found_by_id_beginning_or_name(self, workspace: WorkspaceFolder, ref: str) -> None:
        sessions(workspace, "abc-1", name="monday")
        sessions(workspace, "b2", name="tuesday")
        assert workspace.find_session(ref).id == "abc-1"

    def test_a_whole_id_is_found_though_another_begins_with_it(self, workspace: WorkspaceFolder) -> None:
        sessions(workspace, "abc", "abcd")
        assert workspace.find_session("abc").id == "abc"

    def test_a_long_beginning_is_enough(self, workspace: WorkspaceFolder) -> None:
        sessions(workspace, "abcdefgh-1", "abcdefgi-2")
        assert workspace.find_session("abcdefgh").id == "abcdefgh-1"

    def test_what_could_be_several_is_refused_with_the_choices(self, workspace: WorkspaceFolder) -> None:
        sessions(workspace, "a1", name="monday")
        sessions(workspace, "a2")
        with pytest.raises(AcontextError) as refusal:
            workspace.find_session("a")
        assert str(refusal.value) == "'a' could be a2, a1 (monday): give more of the id"

    @pytest.mark.parametrize("name", ["a", "abcdefgh"])
    def test_a_name_wins_over_the_beginning_of_an_id(self, workspace: WorkspaceFolder, name: str) -> None:
        sessions(workspace, "abcdefgh-1", "a1")
        sessions(workspace, "b2", name=name)
        assert workspace.find_session(name).id == "b2"

    def test_a_name_that_several_have_is_refused_with_their_ids(self, workspace: WorkspaceFolder) -> None:
        sessions(workspace, "b1", "b2", name="a")
        sessions(workspace, "a3")
        with pytest.raises(AcontextError, match=r"^'a' is the name of b2 \(a\), b1 \(a\): give the id$"):
            workspace.find_session("a")

    def test_five_choices_are_enough(self, workspace: WorkspaceFolder) -> None:
        sessions(workspace, *"abcdefg", name="monday")
        with pytest.raises(AcontextError, match=r"f \(monday\), .* c \(monday\) or 2 more: give the id"):
            workspace.find_session("monday")

    @pytest.mark.parametrize(
        "ref", ["", "x", "../sessions", "..", "/", ".", "@first", "20260326T100000.000Z-abc-1", "*"]
    )
    def test_what_names_none_is_never_a_path(self, workspace: WorkspaceFolder, ref: str) -> None:
        sessions(workspace, "abc-1")
        with pytest.raises(AcontextError) as refusal:
            workspace.find_session(ref)
        assert str(refusal.value) == f"no session {ref!r}: acontext session list"

    def test_the_last_is_the_one_last_recorded_into(self, workspace: WorkspaceFolder) -> None:
        with pytest.raises(AcontextError, match="nothing is recorded yet"):
            workspace.find_session("@last")
        one, two, _ = sessions(workspace, "a", "b", "c")
        record_at(two, 2000)
        record_at(one, 3000)
        assert workspace.find_session("@last").id == "a"
        record_at(two, 4000)
        assert workspace.find_session("@last").id == "b"

    def test_an_empty_transcript_was_not_recorded_into(self, workspace: WorkspaceFolder) -> None:
        one, two = sessions(workspace, "a", "b")
        record_at(one, 2000)
        two.transcript.write_bytes(b"")
        assert workspace.find_session("@last").id == "a"
