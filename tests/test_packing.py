"""Skills that come from elsewhere, as a zip or a folder, and skills of our own that go there."""

import io
import os
import stat
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.errors import AcontextError
from acontext_cli.packing import FolderSource, Foreign, ZipSource, foreign, incoming, unmarked, zipped
from acontext_cli.packing.limits import MOST_BYTES, MOST_FILES, MOST_IN_ALL
from acontext_cli.packing.paths import clash, path_problem


def skill(name: str = "release-notes", description: str = "Writes release notes.", more: str = "") -> bytes:
    return f"---\nname: {name}\ndescription: {description}\n{more}---\n# Notes\n".encode()


GOOD = {"release-notes/SKILL.md": skill(), "release-notes/scripts/run.py": b"print(1)\n"}


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip with these entries, whatever they are called."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zip:
        for name, data in files.items():
            zip.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def taken(data: bytes) -> tuple[Foreign, ...]:
    return foreign(ZipSource(data, "x.zip"))


def refused(data: bytes) -> str:
    with pytest.raises(AcontextError) as caught:
        taken(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def a_line(error: Exception) -> None:
    """What a person is told is one line."""
    assert "\n" not in str(error)


def unpacked(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_a_skill_comes_with_all_its_files() -> None:
    image = bytes(range(256))
    (came,) = taken(packed({**GOOD, "release-notes/assets/logo.png": image, "release-notes/notes.md": b"# \xc3\xa9\n"}))
    assert came == Foreign(
        name="release-notes",
        description="Writes release notes.",
        texts={"SKILL.md": skill().decode(), "notes.md": "# é\n"},
        assets={"scripts/run.py": b"print(1)\n", "assets/logo.png": image},
    )
    assert came.sizes == {"SKILL.md": 71, "assets/logo.png": 256, "notes.md": 5, "scripts/run.py": 9}


@pytest.mark.parametrize("above", ["", "release-notes/", "repo-main/skills/release-notes/", "a/b/c/d/anything/"])
def test_a_skill_is_found_at_the_root_or_below_and_named_by_its_front_matter(above: str, tmp_path: Path) -> None:
    files = {f"{above}SKILL.md": skill(), f"{above}notes.md": b"x\n", f"{above}.git/config": b"x"}
    expected = {"SKILL.md": skill().decode(), "notes.md": "x\n"}
    for source in (ZipSource(packed(files), "x"), FolderSource.at(unpacked(tmp_path, files))):
        assert [(came.name, came.texts) for came in foreign(source)] == [("release-notes", expected)]


def test_several_skills_come_together_and_what_lies_beside_them_stays_away() -> None:
    files = {"repo/README.md": b"\xff", "repo/skills/a/SKILL.md": skill("one"), "repo/skills/b/SKILL.md": skill("two")}
    assert [came.name for came in taken(packed(files))] == ["one", "two"]


def test_what_systems_leave_behind_is_left_out() -> None:
    left = {
        "__MACOSX/release-notes/._SKILL.md": b"x",
        "release-notes/.DS_Store": b"x",
        "release-notes/__pycache__/a": b"",
    }
    (came,) = taken(packed({**GOOD, **left}))
    assert sorted(came.sizes) == ["SKILL.md", "scripts/run.py"]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "holds no skill"),
        ({"a/skill.md": skill()}, "holds no skill"),
        ({"a/b/c/d/e/f/SKILL.md": skill()}, "holds no skill"),
        ({"a/SKILL.md": b"# no front matter\n"}, "a/SKILL.md has no front matter"),
        ({"a/SKILL.md": b"---\nname: a\n---\n"}, "has no description"),
        ({"a/SKILL.md": b"---\ndescription: x\n---\n"}, "has no name"),
        ({"a/SKILL.md": skill("Release Notes")}, "lower-case letters"),
        ({"a/SKILL.md": skill("../evil")}, "lower-case letters"),
        ({"a/SKILL.md": skill("con")}, "keeps the name"),
        ({"a/SKILL.md": skill(description="x" * 1_025)}, "1,025 characters"),
        ({"a/SKILL.md": skill(more="hooks: run\n")}, "unknown in front matter: 'hooks'"),
        ({"a/SKILL.md": "\ufeff".encode() + skill()}, "byte order mark"),
        ({"a/SKILL.md": skill() + b"\xff"}, "'SKILL.md' is not UTF-8"),
        ({"a/SKILL.md": skill(), "a/n.md": b"\xff"}, "'n.md' is not UTF-8"),
        ({"a/SKILL.md": skill(), "a/n.md": b"\0"}, "holds a NUL"),
        ({"a/SKILL.md": skill(), "b/SKILL.md": skill()}, "two skills by the name 'release-notes'"),
        ({"SKILL.md": skill(), "1/2/3/4/5/6/x": b""}, "deep"),
        ({"a/SKILL.md": skill(), "a/skill.md": b"x"}, "differ in case"),
        ({"A/SKILL.md": skill(), "a/x": b"x"}, "differ in case"),
        ({"a/SKILL.md": skill(), "a/Stra\u00dfe": b"", "a/STRASSE": b""}, "differ in case"),
        ({"a/SKILL.md": skill(), "a/x": b"", "a/x/y": b""}, "is a file and a folder"),
        ({"a/SKILL.md": skill(), "a/big": b"0" * (MOST_BYTES + 1)}, "larger than 1 MiB"),
        ({"a/SKILL.md": skill(), **{f"a/{n}": b"" for n in range(MOST_FILES)}}, "201 files of skills, at most 200"),
        ({"a/SKILL.md": skill(), **{f"a/{n}": b"0" * MOST_BYTES for n in range(10)}}, "more than 10 MiB"),
    ],
)
def test_a_skill_that_is_not_right_is_refused_in_one_line(files: Mapping[str, bytes], why: str, tmp_path: Path) -> None:
    assert why in refused(packed(files))
    if why in ("differ in case", "is a file and a folder"):
        return  # not every disk can hold both
    with (
        pytest.raises(AcontextError, match=why.replace("(", r"\(")),
        FolderSource.at(unpacked(tmp_path, files)) as source,
    ):
        foreign(source)


def test_a_zip_that_is_none_is_refused() -> None:
    for data in (b"", b"PK", b"not a zip", packed(GOOD)[:-30], packed(GOOD)[200:]):
        assert "it is no zip, or broken" in refused(data)


def test_a_wrong_checksum_is_refused() -> None:
    data = packed({"SKILL.md": skill(), "x": b"A" * 50})
    with zipfile.ZipFile(io.BytesIO(data)) as zip:
        at = zip.getinfo("x").header_offset + 14
        crc = zip.getinfo("x").CRC.to_bytes(4, "little")
    assert data[at : at + 4] == crc
    assert "broken" in refused(data.replace(crc, b"\0\0\0\0"))


def test_an_entry_that_is_longer_or_shorter_than_its_header_says_is_refused() -> None:
    for size in (10, 100_000_000, MOST_BYTES + 1):
        data = packed({"SKILL.md": skill(), "x": b"A" * 5_000})
        assert "broken" in refused(data.replace((5_000).to_bytes(4, "little"), size.to_bytes(4, "little")))


def test_a_bomb_is_counted_while_it_is_inflated() -> None:
    data = packed({"SKILL.md": skill(), "x": b"\0" * 60_000_000})
    assert len(data) < MOST_BYTES
    lies = data.replace((60_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    tracemalloc.start()
    assert "larger than 1 MiB" in refused(data)
    assert "broken" in refused(lies)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5 * MOST_BYTES


def test_entries_that_share_their_bytes_are_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zip:
        zip.writestr("SKILL.md", skill())
        zip.writestr("a", b"x" * 1_000)
        zip.writestr("b", b"y" * 1_000)
        zip.getinfo("b").header_offset = zip.getinfo("a").header_offset
    assert "overlap" in refused(made.getvalue())


def test_a_name_that_stands_in_it_twice_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zip:
        zip.writestr("SKILL.md", skill())
        with pytest.warns(UserWarning, match="Duplicate"):
            zip.writestr("SKILL.md", skill("other"))
    assert "stands in it twice" in refused(made.getvalue())


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR])
def test_what_is_no_regular_file_is_refused(mode: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zip:
        zip.writestr("a/SKILL.md", skill())
        info = zipfile.ZipInfo("a/x")
        info.external_attr, info.create_system = (mode | 0o777) << 16, 3
        zip.writestr(info, "/etc/passwd")
    assert "'a/x' is a" in refused(made.getvalue()) or "'a/x' is no file" in refused(made.getvalue())


def test_an_encrypted_entry_is_refused() -> None:
    data = packed({"SKILL.md": skill()})
    at = data.rindex(b"PK\x01\x02") + 8
    assert "is encrypted" in refused(data[:at] + b"\x01\0" + data[at + 2 :])


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused(how: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as zip:
        zip.writestr("SKILL.md", skill())
    assert "packed in a way that is not read here" in refused(made.getvalue())


def test_too_many_entries_are_refused_before_they_are_listed() -> None:
    assert "more than 10,000 files" in refused(packed(GOOD) + b"PK\x01\x02" * 10_001)


def test_a_name_with_a_nul_is_seen_whole() -> None:
    data = packed({"SKILL.md": skill(), "aXb": b""}).replace(b"aXb", b"a\0b")
    assert "NUL" in refused(data)


def test_two_names_for_one_entry_are_refused() -> None:
    data = packed({"a/SKILL.md": skill()})
    assert "no zip, or broken" in refused(data.replace(b"a/SKILL.md", b"b/SKILL.md", 1))


@given(st.data())
def test_no_broken_zip_is_more_than_a_line(data: st.DataObject) -> None:
    zip = bytearray(packed({**GOOD, "release-notes/a.md": b"# a\n" * 50, "two/SKILL.md": skill("two")}))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(zip) - 1))
        change = data.draw(st.sampled_from(["flip", "cut", "twice", "out", "big"]))
        if change == "flip":
            zip[at] ^= data.draw(st.integers(1, 255))
        elif change == "cut":
            zip = zip[: at + 1]
        elif change == "twice":
            zip[at:at] = zip[at : at + 40]
        elif change == "out":
            del zip[at : at + data.draw(st.integers(1, 60))]
        else:
            zip[at : at + 4] = b"\xff\xff\xff\x7f"
        if not zip:
            return
    try:
        came = taken(bytes(zip))
    except AcontextError as error:
        a_line(error)
    else:
        assert came


@given(st.binary(max_size=400))
def test_no_bytes_are_more_than_a_line(data: bytes) -> None:
    assert refused(data)


def test_a_zip_of_ours_is_the_same_every_time_and_can_be_taken() -> None:
    one, other = zipped(GOOD), zipped(dict(reversed(GOOD.items())))
    assert one == other
    assert [came.name for came in taken(one)] == ["release-notes"]


def test_links_in_a_folder_are_refused_and_not_followed(tmp_path: Path) -> None:
    outside = unpacked(tmp_path / "outside", {"secret.md": b"secret", "SKILL.md": skill("stolen")})
    for number, (name, target) in enumerate(
        {"x.md": "../../outside/secret.md", "sub": "../../outside", "self": ".", "none": "nowhere"}.items()
    ):
        folder = unpacked(tmp_path / str(number) / "in", {"SKILL.md": skill()})
        (folder / name).symlink_to(target)
        with pytest.raises(AcontextError, match=f"'{name}' is a link"):
            incoming(folder)
    beside = unpacked(tmp_path / "beside", {"a/SKILL.md": skill()})
    (beside / "b").symlink_to(outside)
    assert [came.name for came in incoming(beside)] == ["release-notes"]


def test_a_pipe_in_a_folder_is_refused_without_waiting(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "in", GOOD)
    os.mkfifo(folder / "release-notes/pipe")
    with pytest.raises(AcontextError, match="'release-notes/pipe' is no file and no folder"):
        incoming(folder)
    with pytest.raises(AcontextError, match="is no file and no folder"):
        incoming(folder / "release-notes/pipe")


def test_a_link_that_is_swapped_in_after_the_look_is_not_read(tmp_path: Path) -> None:
    outside = unpacked(tmp_path / "outside", {"run.py": b"secret", "secret": b"secret"})
    folder = unpacked(tmp_path / "in", GOOD)
    with FolderSource.at(folder) as source:
        source.entries()
        (folder / "release-notes/scripts").rename(tmp_path / "gone")
        (folder / "release-notes/scripts").symlink_to(outside)
        (folder / "release-notes/SKILL.md").unlink()
        (folder / "release-notes/SKILL.md").symlink_to(outside / "secret")
        for path in GOOD:
            with pytest.raises(AcontextError, match="cannot be read"):
                source.read(path)


def test_a_file_that_grows_is_read_up_to_the_limit(tmp_path: Path) -> None:
    folder = unpacked(tmp_path, {"SKILL.md": skill()})
    with (folder / "big").open("wb") as file:
        file.truncate(40 * MOST_IN_ALL)
    with pytest.raises(AcontextError, match="larger than 1 MiB"):
        incoming(folder)


def test_a_skill_takes_another_name_in_its_front_matter_only() -> None:
    (came,) = taken(packed({"SKILL.md": skill() + b"name: stays\n"}))
    other = came.renamed("notes-two")
    assert other.texts["SKILL.md"].startswith("---\nname: notes-two\n")
    assert other.texts["SKILL.md"].endswith("name: stays\n")
    with pytest.raises(AcontextError, match="lower-case"):
        came.renamed("../x")


def test_ids_that_are_taken_are_left_out_of_headings_only() -> None:
    text = "## A (date: 2026-01-01) <!-- id: aa11 -->\nsee <!-- id: aa11 -->\n\n## B <!-- id: bb22 -->\n"
    assert unmarked(text, lambda entry: entry == "aa11") == (
        "## A (date: 2026-01-01)\nsee <!-- id: aa11 -->\n\n## B <!-- id: bb22 -->\n"
    )


@pytest.mark.parametrize(
    "path", ["SKILL.md", "scripts/run it.py", "参考/指南.md", "a.b-c_d+e(1)/x.tar.gz", "LICENSE", "é.md"]
)
def test_names_that_work_everywhere_are_taken(path: str) -> None:
    assert path_problem(path) is None


@given(st.text(max_size=30))
def test_a_path_that_is_taken_stays_inside(path: str) -> None:
    if path_problem(path) is None:
        parts = path.split("/")
        assert not {"", ".", ".."} & set(parts)
        assert os.path.normpath(path) == path
        assert not path.startswith("/")
        assert not set(path) & set('\\:\0<>"|?*\n')
        assert clash([path]) is None
