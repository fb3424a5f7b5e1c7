import errno
import fcntl
import os
import resource
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acontext_cli.errors import AcontextError
from acontext_cli.files import (
    DISK,
    Appended,
    Appender,
    Disk,
    append,
    complete,
    content,
    digest,
    last_line,
    lines,
    locked,
    make_folders,
    remove_folder,
    write_folder,
    write_whole,
)


def watched(calls: list[str]) -> Disk:
    def told(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def operation(*args: object) -> object:
            calls.append(name)
            return call(*args)

        return operation

    return replace(DISK, **{each.name: told(each.name, getattr(DISK, each.name)) for each in fields(DISK)})


def with_room_for(room: int) -> Disk:
    """A disk that takes a part first and then refuses, as full disks do."""

    def write(fd: int, data: bytes | memoryview) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = DISK.write(fd, data[:room])
        room -= written
        return written

    return replace(DISK, write=write)


def refusing(name: str, number: int = errno.EIO) -> Disk:
    def refuse(*_: object) -> object:
        raise OSError(number, os.strerror(number))

    return replace(DISK, **{name: refuse})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def in_a_fork(work: Callable[[], None]) -> None:
    pid = os.fork()
    if not pid:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0


def test_lines_are_appended_and_their_place_is_told(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Appender(path) as appender:
        assert appender.append(b"one\n") == Appended(0, 0)
        assert appender.append(b"two\nthree\n") == Appended(4, 0)
    assert append(path, b"four\n") == Appended(14, 0)
    assert list(lines(path)) == [(0, b"one"), (4, b"two"), (8, b"three"), (14, b"four")]


def test_the_lock_is_given_back_before_the_disk_is_waited_for(tmp_path: Path) -> None:
    calls: list[str] = []
    with Appender(tmp_path / "log", watched(calls)) as appender:
        appender.append(b"one\n")
        assert calls == ["open", "flock", "write", "sync", "flock", "sync_data"]
        calls.clear()
        appender.append(b"two\n")
    assert calls == ["flock", "write", "flock", "sync_data"]


def test_a_torn_last_line_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\nthr")
    assert append(path, b"four\n") == Appended(8, 3)
    assert path.read_bytes() == b"one\ntwo\nfour\n"
    assert (tmp_path / "log.torn").read_bytes() == b"thr\n"


def test_a_line_torn_by_another_process_while_the_file_is_open_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Appender(path) as appender:
        appender.append(b"one\n")
        with path.open("ab") as other:
            other.write(b"tw")
        assert appender.append(b"three\n") == Appended(4, 2)
    assert path.read_bytes() == b"one\nthree\n"


def test_each_torn_line_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for torn in (b"on", b"tw" * 100_000):
        path.write_bytes(path.read_bytes() + torn if path.exists() else torn)
        append(path, b"whole\n")
    assert path.read_bytes() == b"whole\nwhole\n"
    assert (tmp_path / "log.torn").read_bytes() == b"on\n" + b"tw" * 100_000 + b"\n"


@given(st.binary(max_size=40), st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=4))
def test_whatever_stands_in_the_file_the_new_lines_are_whole(found: bytes, new: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(found)
        append(path, b"".join(line + b"\n" for line in new))
        kept = found[: found.rfind(b"\n") + 1]
        told = [*kept.split(b"\n")[:-1], *new]
        assert [line for _, line in lines(path)] == [line for line in told if b"\0" not in line]


@pytest.mark.parametrize("room", range(9))
def test_a_full_disk_leaves_no_part_of_a_line(tmp_path: Path, room: int) -> None:
    path = tmp_path / "log"
    append(path, b"one\n")
    with pytest.raises(AcontextError, match="log' was not written: No space left on device; free some space"):
        append(path, b"two\nthree\n"[:9] + b"\n", with_room_for(room))
    assert path.read_bytes() == b"one\n"
    append(path, b"four\n")
    assert path.read_bytes() == b"one\nfour\n"


def test_a_limit_on_the_size_of_files_leaves_no_part_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    append(path, b"one\n")

    def record() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        with pytest.raises(AcontextError, match="ulimit"):
            append(path, b"x" * 500 + b"\n")

    in_a_fork(record)
    assert path.read_bytes() == b"one\n"


def test_a_disk_that_cannot_be_waited_for_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match="Input/output error"):
        append(tmp_path / "log", b"one\n", refusing("sync_data"))


def test_what_may_not_last_is_taken_back_so_that_a_second_try_does_not_double_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    append(path, b"one\n")
    with pytest.raises(AcontextError):
        append(path, b"two\n", refusing("sync_data"))
    append(path, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"


def test_lines_of_others_behind_what_may_not_last_stay(tmp_path: Path) -> None:
    path = tmp_path / "log"

    def refuse(_: int) -> None:
        with path.open("ab") as other:
            other.write(b"other\n")
        raise OSError(errno.EIO, "broken")

    with pytest.raises(AcontextError):
        append(path, b"one\n", replace(DISK, sync_data=refuse))
    assert path.read_bytes() == b"one\nother\n"


def test_of_a_folder_that_cannot_be_made_nothing_is_left(tmp_path: Path) -> None:
    for name in ("write", "sync", "rename"):
        with pytest.raises(AcontextError):
            write_folder(tmp_path / "new", {"file": b"text"}, refusing(name))
        assert names(tmp_path) == []


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for read in (content, complete, last_line, lambda path: list(lines(path))):
        with pytest.raises(OSError, match="no regular file"):
            read(tmp_path / "pipe")


def test_what_cannot_be_set_aside_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntw")
    with pytest.raises(AcontextError):
        append(path, b"three\n", with_room_for(0))
    assert path.read_bytes() == b"one\ntw"


def test_a_file_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Appender(path) as appender:
        appender.append(b"one\n")
        write_whole(path, b"other\n")
        appender.append(b"two\n")
        path.unlink()
        assert append(path, b"again\n") == Appended(0, 0)
        appender.append(b"three\n")
    assert path.read_bytes() == b"again\nthree\n"


def test_a_torn_file_in_its_place_is_noticed_though_it_is_as_long(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Appender(path) as appender:
        appender.append(b"one\n")
        write_whole(path, b"torn")
        assert appender.append(b"two\n") == Appended(0, 4)


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match="its folder is gone"):
        append(tmp_path / "gone" / "log", b"one\n")


def test_an_appender_goes_on_in_a_forked_process_under_a_lock_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "log"
    opened: list[str] = []
    with Appender(path, watched(opened)) as appender:
        appender.append(b"parent\n")
        opened.clear()

        def child() -> None:
            appender.append(b"child\n")
            assert opened[0] == "open"

        in_a_fork(child)
        appender.append(b"parent\n")
    assert path.read_bytes() == b"parent\nchild\nparent\n"


def test_threads_that_share_an_appender_take_turns(tmp_path: Path) -> None:
    writing: list[str] = []
    overlaps: list[str] = []

    def write(fd: int, data: bytes | memoryview) -> int:
        overlaps.extend(writing)
        writing.append("here")
        sleep(0.001)
        written = DISK.write(fd, data)
        writing.pop()
        return written

    with Appender(tmp_path / "log", replace(DISK, write=write)) as appender:
        threads = [Thread(target=lambda: [appender.append(b"line\n") for _ in range(5)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ((tmp_path / "log").read_bytes(), overlaps) == (b"line\n" * 20, [])


def test_a_disk_that_takes_nothing_and_says_nothing_is_full(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match="No space left on device"):
        append(tmp_path / "log", b"one\n", replace(DISK, write=lambda *_: 0))


def test_an_incomplete_last_line_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes("one\u2028still one\n\ntwo\r\nthr".encode())
    assert list(lines(path)) == [(0, "one\u2028still one".encode()), (16, b""), (17, b"two\r")]
    assert list(lines(path, 17)) == [(17, b"two\r")]
    assert (last_line(path), complete(path)) == (b"two\r", 22)


@pytest.mark.parametrize("data", [None, b"", b"torn", b"torn" * 50_000])
def test_a_file_without_a_complete_line_has_none(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "log"
    if data is not None:
        path.write_bytes(data)
    assert (list(lines(path)), last_line(path), complete(path)) == ([], None, 0)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 150_000), min_size=1, max_size=3), st.integers(0, 70_000))
def test_the_last_line_is_found_from_the_end_however_long_it_is(sizes: list[int], torn: int) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(b"x" * size + b"\n" for size in sizes) + b"y" * torn)
        file.flush()
        assert last_line(Path(file.name)) == b"x" * sizes[-1]


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    calls: list[str] = []
    write_whole(path, b"old", watched(calls))
    path.chmod(0o640)
    write_whole(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert calls == ["open", "write", "sync", "rename", "sync"]
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("disk", [with_room_for(2), refusing("rename"), refusing("sync")], ids=["full", "name", "sync"])
def test_a_file_that_cannot_be_replaced_stays(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")
    with pytest.raises(AcontextError, match="file' was not written"):
        write_whole(path, b"newer", disk)
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["file"])


def test_a_folder_is_there_with_its_files_or_not_at_all(tmp_path: Path) -> None:
    write_folder(tmp_path / "all" / "one", {"a": b"1", "b": b"2"})
    assert {path.name: path.read_bytes() for path in (tmp_path / "all" / "one").iterdir()} == {"a": b"1", "b": b"2"}
    with pytest.raises(AcontextError, match="it is there already"):
        write_folder(tmp_path / "all" / "one", {"a": b"3"})
    with pytest.raises(AcontextError, match="free some space"):
        write_folder(tmp_path / "all" / "two", {"a": b"123", "b": b"456"}, with_room_for(4))
    assert [name for name in names(tmp_path / "all") if name[0] != "."] == ["one"]
    assert (tmp_path / "all" / "one" / "a").read_bytes() == b"1"


def test_a_folder_is_taken_away_with_what_killed_processes_left(tmp_path: Path) -> None:
    for name in ("one", "two", ".gone-before", ".new-lately", ".new-long-ago"):
        write_folder(tmp_path / name, {"file": b""})
    os.utime(tmp_path / ".new-long-ago", (0, 0))
    remove_folder(tmp_path / "one")
    remove_folder(tmp_path / "one")
    assert names(tmp_path) == [".new-lately", "two"]


def test_a_folder_that_cannot_be_taken_away_stays(tmp_path: Path) -> None:
    write_folder(tmp_path / "one", {"file": b""})
    with pytest.raises(AcontextError, match="check who may write there"):
        remove_folder(tmp_path / "one", refusing("rename", errno.EACCES))
    assert (tmp_path / "one" / "file").exists()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    with locked(tmp_path / "lock"):
        yield tmp_path / "lock"


def test_a_lock_is_held_by_one_at_a_time(held: Path) -> None:
    with held.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_lock_is_given_back(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"):
        pass
    with (tmp_path / "lock").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_lock_in_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match="its folder is gone"), locked(tmp_path / "gone" / "lock"):
        pass


def test_a_digest_is_sha256_in_hex() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_line_with_a_hole_in_it_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n\0\0wo\nthree\n\0\0\0\n")
    assert list(lines(path)) == [(0, b"one"), (9, b"three")]
    assert last_line(path) == b"three"
    assert last_line(tmp_path / "none") is None


@pytest.mark.parametrize("torn", [b"tw", b""])
def test_a_line_that_was_cut_off_is_cut_for_good_before_another_is_written(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n" + torn)
    calls: list[str] = []
    append(path, b"three\n", watched(calls))
    cut = ["open", "write", "sync_data", "truncate", "sync"] if torn else []
    assert [call for call in calls if call != "read_at"] == ["open", "flock", *cut, "write", "flock", "sync_data"]


def test_folders_are_made_to_last_with_those_above_them(tmp_path: Path) -> None:
    calls: list[str] = []
    make_folders(tmp_path / "a" / "b", disk=watched(calls))
    assert calls == ["make_folder", "make_folder", "sync", "make_folder", "sync"]
    calls.clear()
    make_folders(tmp_path / "a" / "b", disk=watched(calls))
    assert calls == []


def test_a_folder_of_a_name_is_taken_away_though_a_killed_process_has_left_another(tmp_path: Path) -> None:
    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    for _ in range(2):
        write_folder(tmp_path / "here", {"file": b"x"})
        with pytest.raises(KeyboardInterrupt):
            remove_folder(tmp_path / "here", replace(DISK, unlink=dying))
    write_folder(tmp_path / "here", {"file": b"x"})
    remove_folder(tmp_path / "here")
    assert names(tmp_path) == []


def test_a_lock_whose_file_was_taken_away_meanwhile_is_taken_on_the_one_that_has_the_name(tmp_path: Path) -> None:
    path, waited = tmp_path / "lock", []

    def flock(fd: int, how: int) -> None:
        if not waited:
            waited.append(fd)
            path.unlink()
        DISK.flock(fd, how)

    with locked(path, replace(DISK, flock=flock)):
        assert path.exists()
