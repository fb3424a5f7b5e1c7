"""Folders that are held open: nothing that is swapped in leads out of them."""

import os
import threading
import time
from pathlib import Path

import pytest

from acontext_cli.errors import AcontextError
from acontext_cli.files.inside import Folder, everything, opened
from acontext_cli.skills import SKILL
from acontext_cli.store import SkillStore


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder with a file two steps below, and a tree beside it."""
    (tmp_path / "outside/deep").mkdir(parents=True)
    (tmp_path / "outside/deep/file").write_text("secret")
    (tmp_path / "base/a/b").mkdir(parents=True)
    (tmp_path / "base/a/b/file").write_text("own")
    return tmp_path / "base"


def text(base: Path, path: str) -> str:
    with opened(base, path) as fd:
        return everything(fd).decode()


def test_a_file_below_is_read(base: Path) -> None:
    assert text(base, "a/b/file") == "own"


@pytest.mark.parametrize(("name", "target", "path"), [("c", "a", "c/b/file"), ("f", "a/b/file", "f")])
def test_a_link_that_stays_below_is_followed(base: Path, name: str, target: str, path: str) -> None:
    (base / name).symlink_to(target)
    assert text(base, path) == "own"


@pytest.mark.parametrize(
    ("name", "target", "path"),
    [
        ("c", "../outside", "c/deep/file"),
        ("f", "../outside/deep/file", "f"),
        ("g", "..", "g/base/../outside/deep/file"),
    ],
)
def test_a_link_that_leads_out_is_not(base: Path, name: str, target: str, path: str) -> None:
    (base / name).symlink_to(target)
    with pytest.raises(AcontextError):
        text(base, path)


def test_a_folder_stays_the_same_when_its_path_leads_elsewhere(base: Path) -> None:
    with Folder.at(base) as folder, folder.within("a/b") as below:
        (base / "a").rename(base / "gone")
        (base / "a").symlink_to("../outside")
        below.write_new("new", b"x")
        with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
            folder.enter("a")
    assert (base / "gone/b/new").read_bytes() == b"x"
    assert [path.name for path in (base / "../outside/deep").iterdir()] == ["file"]


def test_nothing_is_written_over_what_is_there_or_through_a_link(base: Path) -> None:
    (base / "link").symlink_to("../outside/deep/file")
    with Folder.at(base) as folder:
        for name in ("link", "a"):
            with pytest.raises(FileExistsError):
                folder.write_new(name, b"x")
            with pytest.raises(FileExistsError):
                folder.link(name, "x")
        assert not folder.put("link", b"own", lambda _: True)
        folder.remove("a")
    assert (base / "link").is_symlink()
    assert (base / "../outside/deep/file").read_text() == "secret"
    assert os.listdir(base) == ["link"]  # noqa: PTH208


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/", "a\0"])
def test_a_way_is_no_name(base: Path, name: str) -> None:
    with Folder.at(base) as folder:
        for act in (folder.enter, folder.kind, folder.remove, folder.target, folder.make):
            with pytest.raises(AcontextError, match="is no name in a folder"):
                act(name)


def test_a_skill_that_is_swapped_for_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / SKILL).write_text("---\nname: notes\ndescription: secret\n---\n")
    store = SkillStore(tmp_path / "space", tmp_path / "machine", tmp_path / "history")
    store.prepare()
    draft = store.draft()
    (tmp_path / "space/daily-logs").rename(tmp_path / "gone")
    (tmp_path / "space/daily-logs").symlink_to("../outside")
    with pytest.raises(AcontextError, match="leads out of"):
        draft.text("daily-logs", SKILL)
    assert "secret" not in str(store.catalog())


def test_a_file_that_was_just_emptied_is_waited_for(base: Path) -> None:
    path = base / "a/b/file"

    def save() -> None:
        time.sleep(0.05)
        path.write_text("saved")

    path.write_text("")
    editor = threading.Thread(target=save)
    editor.start()
    with Folder.at(base) as folder, folder.within("a/b") as here:
        assert here.settled("file") == b"saved"
        editor.join()
        path.write_text("")
        os.utime(path, (0, 0))
        assert here.settled("file") == b""
