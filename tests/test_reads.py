"""Readings are counted on the side: nothing fails for them, and none of a transcript counts twice."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from errno import ENOSPC
from fcntl import LOCK_EX, flock
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import Cli
from hypothesis import given
from hypothesis import strategies as st
from transcripts import called, incident, ran, user

from acontext_cli.api.workspace import Workspace
from acontext_cli.files import Disk
from acontext_cli.messages import Json
from acontext_cli.reads import Read, Reads
from acontext_cli.reads.reads import LARGE
from acontext_cli.reads.transcripts import count
from acontext_cli.session import Session

NOON = "2026-03-26T12:00:00.000Z"


def read(skill: str = "gateway", file: str = "limits.md", **more: object) -> Read:
    return Read(**{"skill": skill, "file": file, "at": NOON, "how": "recall", **more})  # type: ignore[arg-type]


def of_session(message: str, end: int, **more: object) -> Read:
    return read(how="transcript", session="s1", message=message, end=end, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spaces" / "default" / "reads.jsonl"


def test_what_was_read_is_counted_by_file_with_the_last_time(path: Path) -> None:
    reads = Reads(path)
    reads.note(read(), read("daily-logs", "SKILL.md"))
    reads.note(read(at="2026-03-27T12:00:00.000Z", how="tool"))
    tally = reads.tally()
    assert (tally.times("gateway", "limits.md"), tally.last_of("gateway", "limits.md")) == (
        2,
        "2026-03-27T12:00:00.000Z",
    )
    assert (tally.times("gateway", "other.md"), tally.last_of("gateway", "other.md")) == (0, "")
    assert tally.last_of("gateway", "limits.md", "recall") == NOON
    assert tally.last == "2026-03-27T12:00:00.000Z"


def test_where_nothing_was_read_nothing_is_counted(path: Path) -> None:
    assert Reads(path).tally().reads == ()


def test_a_reading_in_a_transcript_counts_once(path: Path) -> None:
    reads = Reads(path)
    reads.note(of_session("m1", 10), of_session("m2", 20))
    reads.note(of_session("m1", 10), of_session("m2", 20), of_session("m2", 20, file="SKILL.md"))
    tally = reads.tally()
    assert (tally.times("gateway", "limits.md"), tally.times("gateway", "SKILL.md")) == (2, 1)
    assert tally.counted == {"s1": 20}


def test_a_large_file_is_summed_up_and_still_counts_nothing_twice(path: Path) -> None:
    reads = Reads(path)
    reads.note(of_session("m1", 10))
    line = path.read_bytes()
    many = 2 * LARGE // 80
    for _ in range(10):
        reads.note(*[read()] * (many // 10))
    assert path.stat().st_size < LARGE
    reads.note(of_session("m1", 10))
    with path.open("ab") as file:
        file.write(line)
    tally = reads.tally()
    assert tally.times("gateway", "limits.md") == 1 + 10 * (many // 10)
    assert tally.counted == {"s1": 10}


def test_many_files_are_not_summed_up_at_every_reading(path: Path) -> None:
    reads = Reads(path)
    reads.note(*(read(f"skill-{number}") for number in range(4000)))
    inode = path.stat().st_ino
    reads.note(read())
    assert path.stat().st_size > LARGE
    assert path.stat().st_ino == inode


LINE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"{}", b"[]", b"null", b'{"v": 1}', b'{"v": 2, "skill": "a"}', b"[" * 5000, b'{"v": 1, "limit": "x"}']
    ),
    st.dictionaries(
        st.sampled_from(["v", "skill", "file", "at", "how", "times", "session", "message", "end"]),
        st.one_of(
            st.integers(-2, 2),
            st.text(max_size=3),
            st.sampled_from(["recall", "tool", NOON]),
            st.none(),
            st.lists(st.none()),
        ),
    ).map(lambda value: json.dumps(value).encode()),
)


@given(st.lists(LINE, max_size=8), st.binary(max_size=30))
def test_whatever_stands_in_the_file_ours_is_counted(before: list[bytes], torn: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "reads.jsonl"
        path.write_bytes(b"".join(line.replace(b"\n", b"") + b"\n" for line in before) + torn.replace(b"\n", b""))
        reads = Reads(path)
        known = reads.tally().times("gateway", "limits.md")
        assert reads.note(read())
        assert reads.tally().times("gateway", "limits.md") == known + 1


def test_sixteen_at_once_lose_none_and_tear_none(path: Path) -> None:
    def note(number: int) -> int:
        reads = Reads(path)
        return sum(reads.note(read(f"skill-{number}")) for _ in range(50))

    with ThreadPoolExecutor(16) as pool:
        noted = list(pool.map(note, range(16)))
    tally = Reads(path).tally()
    assert [tally.times(f"skill-{number}", "limits.md") for number in range(16)] == noted
    assert sum(noted) > 400  # whoever finds no turn within milliseconds goes without
    assert not path.with_name("reads.jsonl.torn").exists()


def full(_fd: int, _data: bytes) -> int:
    raise OSError(ENOSPC, "full")


def test_where_it_cannot_be_written_nobody_is_told(path: Path, tmp_path: Path) -> None:
    assert not Reads(path, Disk(write=full)).note(read())
    (tmp_path / "file").write_bytes(b"")
    assert not Reads(tmp_path / "file" / "reads.jsonl").note(read())
    (tmp_path / "folder" / "reads.jsonl").mkdir(parents=True)
    assert not Reads(tmp_path / "folder" / "reads.jsonl").note(read())
    assert Reads(tmp_path / "folder" / "reads.jsonl").tally().reads == ()


def test_nobody_waits_long_for_another(path: Path) -> None:
    Reads(path).note(read())
    with path.open("rb") as file:
        flock(file.fileno(), LOCK_EX)
        start = time.monotonic()
        assert not Reads(path).note(read())
        assert time.monotonic() - start < 1
    assert Reads(path).note(read())


def test_it_is_written_without_waiting_for_the_disk(path: Path) -> None:
    def never(_fd: int) -> None:
        raise AssertionError("waited")

    assert Reads(path, Disk(sync=never, sync_data=never)).note(read())


class TestRecall:
    def test_the_command_counts(self, cli: Cli) -> None:
        cli("skill", "new", "team-rules")
        (cli.root / "skills_store/default/team-rules/a.md").write_text("## A\n- x\n", encoding="utf-8")
        cli("recall", "team-rules")
        cli("recall", "team-rules", "a.md")
        cli("recall")
        cli("skill", "show", "team-rules", "a.md")
        assert cli.run("recall", "team-rules", "b.md").exit_code == 1
        tally = tally_of(cli.root)
        assert {(each.key, each.how, each.times) for each in tally.reads} == {
            (("team-rules", "SKILL.md"), "recall", 1),
            (("team-rules", "a.md"), "recall", 1),
        }

    def test_the_python_tools_count(self, tmp_path: Path) -> None:
        here, _ = Workspace.init(tmp_path)
        recall = here.space().skills.recall()
        recall.call("get_skill", {"skill_name": "daily-logs"})
        recall.call("get_skill_file", {"skill_name": "daily-logs", "file_path": "./SKILL.md"})
        recall.call("get_skill_file", {"skill_name": "daily-logs", "file_path": "no.md"})
        recall.call("get_skill", {"skill_name": "nope"})
        (both,) = tally_of(tmp_path).reads
        assert (both.key, both.how, both.times) == (("daily-logs", "SKILL.md"), "tool", 2)

    def test_a_folder_that_cannot_be_written_is_read_all_the_same(self, cli: Cli) -> None:
        shown = cli("recall", "daily-logs")
        machine = cli.root / ".acontext/spaces/default"
        (machine / "reads.jsonl").unlink()
        machine.chmod(0o500)
        try:
            assert cli("recall", "daily-logs") == shown
        finally:
            machine.chmod(0o700)


def tally_of(root: Path):  # type: ignore[no-untyped-def]
    return Reads(root / ".acontext/spaces/default/reads.jsonl").tally()


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    made, _ = Workspace.init(tmp_path)
    skills = made.space().skills
    skills.new("gateway", "502 and its causes")
    (tmp_path / "skills_store/default/gateway/limits.md").write_text("## A\n- x\n", encoding="utf-8")
    return made


def recorded(here: Workspace, *messages: Json, name: str = "monday") -> Session:
    made = here.new_session(name=name)
    made.record(user("Fix it"), *messages)
    return made.folder


class TestTranscripts:
    def test_what_an_agent_reads_counts_when_it_is_learned_from_and_once(self, here: Workspace) -> None:
        session = here.new_session(name="monday")
        session.record(*incident(), *ran("cat .claude/skills/gateway/limits.md", "x"))
        here.learn(session)
        assert tally_of(here.root).times("gateway", "limits.md") == 1
        session.record(*ran("cat .claude/skills/gateway/limits.md", "x"), user("More"))
        here.learn(session)
        here.learn(session)
        count(session.folder)
        assert tally_of(here.root).times("gateway", "limits.md") == 2

    def test_what_a_tool_of_ours_answered_is_not_counted_again(self, here: Workspace) -> None:
        arguments = {"skill_name": "gateway", "file_path": "limits.md"}
        here.space().skills.recall().call("get_skill_file", arguments)
        session = recorded(here, *called("get_skill_file", "x", **arguments))
        count(session)
        assert tally_of(here.root).times("gateway", "limits.md") == 1
        count(
            recorded(
                here, *called("get_skill_file", "x", **arguments), *called("get_skill_file", "x", **arguments), name="b"
            )
        )
        assert tally_of(here.root).times("gateway", "limits.md") == 2

    def test_only_skills_of_its_space_count(self, here: Workspace) -> None:
        count(recorded(here, *ran("cat ../../etc/SKILL.md skills/other/SKILL.md skills/gateway/none.md", "x")))
        assert tally_of(here.root).reads == ()
        assert not (here.root / ".acontext/spaces/default/reads.jsonl").exists()

    def test_a_message_dates_its_reading(self, here: Workspace) -> None:
        count(recorded(here, {**called("get_skill", "x", skill_name="gateway")[0], "at": "2025-05-05T05:05:05Z"}))
        assert tally_of(here.root).last == "2025-05-05T05:05:05Z"


def test_the_demos_agent_counts(cli: Cli) -> None:
    cli("demo", "run")
    tally = tally_of(cli.root / "acontext-demo")
    assert {each.how for each in tally.reads} == {"transcript"}
    assert tally.times("config-service-patterns", "procedures.md") >= 1
    file = cli.root / "acontext-demo/.acontext/spaces/default/reads.jsonl"
    before = file.read_bytes()
    cli("--workspace", "acontext-demo", "learn")
    assert file.read_bytes() == before
