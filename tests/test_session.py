import json
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acontext_cli.distillations import Distillation, Skip
from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK
from acontext_cli.messages import Json, Message
from acontext_cli.session import Distilled, Recorded, Session, lines_of, parse_batch
from acontext_cli.tasks import Known, Outcome, Status, Task

ANY_JSON = st.recursive(st.none() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists, max_leaves=4)
FDS = Path("/proc/self/fd")
NOON = "2026-03-26T12:00:00.000Z"
TOKEN = "gh" + "p_" + "x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo"


def made(folder: Path, id: str = "s1", created: str = NOON, **more: Any) -> Session:
    """A session whose ids count up and whose clock stands."""
    found = Session.create(folder, id=id, created=created, **more)
    ids = map("m{}".format, count(1))
    return Session.open(found.folder, clock=lambda: NOON, new_id=lambda: next(ids))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = made(tmp_path)
    yield session
    session.close()


def user(content: object = "Fix the gateway", **more: object) -> Json:
    return {"role": "user", "content": content, **more}


def messages(session: Session, start: int = 0) -> list[Message]:
    return [message for message, _, _ in session.messages(start)]


def task(number: int, status: Status = "running", start: int = 0, **more: object) -> Task:
    fields = {"goal": "g", "first": "m1", "last": "m2", "end": start + 100, "at": NOON, **more}
    return Task(number=number, status=status, start=start, **fields)  # type: ignore[arg-type]


def skip(of: Task) -> Distillation:
    return Distillation(id="d1", session="s1", task=of, verdict=Skip(reason="r"), known=None, date="2026-03-26")


def known(reason: str) -> Known:
    return Known(source="outside", because=f"told from outside: {reason}")


class TestRecording:
    def test_a_message_comes_back_as_it_came_with_id_and_time(self, session: Session) -> None:
        assert session.record([user(), {"role": "assistant", "content": None}]) == Recorded(("m1", "m2"), 0)
        assert messages(session) == [
            Message(user(), "m1", NOON),
            Message({"role": "assistant", "content": None}, "m2", NOON),
        ]

    def test_its_line_is_one_that_others_read(self, session: Session) -> None:
        session.record([user("ä\u2028\n")])
        assert session.transcript.read_bytes() == (
            '{"role": "user", "content": "ä\u2028\\n", "id": "m1", "at": "2026-03-26T12:00:00.000Z"}\n'.encode()
        )

    def test_a_message_value_keeps_its_id_time_and_meta(self, session: Session) -> None:
        told = Message(user(), "call-1", "2020-01-01", {"is_error": True})
        session.record([told, Message(user())])
        assert messages(session) == [told, Message(user(), "m1", NOON)]

    def test_an_id_that_comes_with_a_message_is_kept_in_its_meta(self, session: Session) -> None:
        session.record(
            [user(id="x", meta={"model": "o"}), user(id="x"), user(id=None, at="2020"), user(at=7, meta=[1])]
        )
        assert messages(session) == [
            Message(user(), "m1", NOON, {"model": "o", "source_id": "x"}),
            Message(user(), "m2", NOON, {"source_id": "x"}),
            Message(user(), "m3", "2020"),
            Message(user(), "m4", NOON, {"source_meta": [1], "source_at": 7}),
        ]

    def test_what_is_given_is_not_changed(self, session: Session) -> None:
        given = user(id="x", meta={"a": 1})
        session.record([given])
        assert given == user(id="x", meta={"a": 1})

    def test_half_a_surrogate_pair_is_recorded(self, session: Session) -> None:
        session.record([user(json.loads('"\\ud800"')), Message(user("\udfff ä"))])
        assert [message.text for message in messages(session)] == ["\ud800", "\udfff ä"]
        session.transcript.read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("bad", "reason"),
        [
            ({"content": "x"}, "no role"),
            ([user()], "a JSON array, not a message (one message a line is expected)"),
            ("user", "not a JSON object"),
            (Message({"role": ""}), "no role"),
            (user({1, 2}), "content is no JSON, not text, null or a list of parts"),
            (user("x", extra={1}), "Object of type set is not JSON serializable"),
        ],
    )
    def test_nothing_of_a_call_with_a_bad_message_is_recorded(self, session: Session, bad: Json, reason: str) -> None:
        with pytest.raises(AcontextError) as refusal:
            session.record([user(), bad, user()])
        assert str(refusal.value) == f"message 2: {reason}; nothing of this call was recorded"
        assert (messages(session), session.size) == ([], 0)

    def test_what_cannot_be_written_as_json_is_refused_in_words(self, session: Session) -> None:
        deep: list[object] = []
        for _ in range(100_000):
            deep = [deep]
        with pytest.raises(AcontextError, match="message 1: maximum recursion depth exceeded"):
            session.record([user("x", extra=deep)])

    def test_placeholders_stand_for_secrets_and_are_counted(self, tmp_path: Path) -> None:
        session = made(tmp_path / ".acontext" / "sessions")
        told = Message(user(f"export GITHUB_TOKEN={TOKEN}"), "call-1", NOON, {"source_file": f"/tmp/{TOKEN}"})
        call = {"function": {"name": "Bash", "arguments": json.dumps({"command": f"curl -u bob:hunter2x '{TOKEN}'"})}}
        recorded = session.record([told, {"role": "assistant", "tool_calls": [call]}])
        assert recorded == Recorded(("call-1", "m1"), 0, {"github-token": 3, "password": 1})
        first, second = messages(session)
        mark = "<secret:github-token:1>"
        assert first == Message(user(f"export GITHUB_TOKEN={mark}"), "call-1", NOON, {"source_file": f"/tmp/{mark}"})
        assert second.calls[0].named == {"command": f"curl -u bob:<secret:password:2> '{mark}'"}
        session.close()

    def test_half_a_surrogate_pair_beside_a_secret_is_recorded(self, tmp_path: Path) -> None:
        session = made(tmp_path / ".acontext" / "sessions")
        session.record([user(f"\udfff {TOKEN}")])
        assert messages(session)[0].text == "\udfff <secret:github-token:1>"
        session.close()

    def test_kept_secrets_are_said_in_session_json_and_not_shown_to_an_engine(self, tmp_path: Path) -> None:
        session = made(tmp_path / ".acontext" / "sessions")
        assert session.is_cut
        assert session.record([user(f"it is {TOKEN}")], keep_secrets=True).secrets == {}
        assert TOKEN in messages(session)[0].text
        assert Session.open(session.folder).about.secrets == "kept"
        assert not session.is_cut
        assert [message.text for message, _, _ in session.safe_messages()] == ["it is <secret:github-token:1>"]
        session.close()

    def test_it_is_said_before_the_first_secret_is_on_disk(self, tmp_path: Path) -> None:
        folder = made(tmp_path / ".acontext" / "sessions").folder

        def full(fd: int, data: bytes | memoryview) -> int:
            raise OSError(28, "No space left on device")

        with pytest.raises(AcontextError, match="No space left"):
            Session.open(folder, disk=replace(DISK, write=full)).record([user(TOKEN)], keep_secrets=True)
        assert not (folder / "messages.jsonl").exists()
        assert Session.open(folder).is_cut

    def test_an_older_session_that_says_nothing_is_shown_without_secrets(self, tmp_path: Path) -> None:
        session = made(tmp_path / ".acontext" / "sessions", more={"secrets": "", "branch": "main"})
        session.record([user(f"it is {TOKEN}")], keep_secrets=True)
        line = json.dumps({"number": 1, "status": "running", "goal": f"use {TOKEN}", "start": 0, "end": 9})
        assert not session.is_cut
        assert session.safe(f"with {TOKEN}") == "with <secret:github-token:1>"
        assert TOKEN not in session._safe(line.encode()).decode()
        session.close()

    def test_what_is_told_of_a_session_holds_no_secret(self, tmp_path: Path) -> None:
        session = made(tmp_path / ".acontext" / "sessions", name=f"try {TOKEN}", more={"branch": f"fix-{TOKEN}"})
        session.tell(Outcome(status="success", reason=f"works with {TOKEN}"))
        assert session.name == "try <secret:github-token:1>"
        assert session.about.branch == "fix-<secret:github-token:1>"
        assert session.outcomes()[0].reason == "works with <secret:github-token:1>"

    def test_no_message_is_no_write(self, session: Session) -> None:
        assert session.record([]) == Recorded((), 0)
        assert not session.transcript.exists()

    def test_a_torn_last_line_is_set_aside_and_told(self, session: Session) -> None:
        session.record([user("one")])
        with session.transcript.open("ab") as file:
            file.write(b'{"role": "us')
        assert len(messages(session)) == 1
        assert session.record([user("two")]) == Recorded(("m2",), 12)
        assert [message.text for message in messages(session)] == ["one", "two"]
        assert (session.folder / "messages.jsonl.torn").read_bytes() == b'{"role": "us\n'

    def test_a_deleted_session_takes_no_messages(self, session: Session) -> None:
        session.record([user()])
        Session.open(session.folder).delete()
        with pytest.raises(AcontextError, match="its folder is gone"):
            session.record([user()])

    def test_ids_and_times_are_its_own_where_none_are_given(self, tmp_path: Path) -> None:
        session = Session.create(tmp_path, id="s", created=NOON)
        ids = session.record([user()] * 50).ids
        assert len(set(ids)) == 50
        assert all(len(id) == 13 and id[0] == "m" and int(id[1:], 16) >= 0 for id in ids)
        assert all(len(m.at) == 24 and m.at[10] == "T" and m.at[-1] == "Z" for m in messages(session))

    @settings(max_examples=25)
    @given(st.lists(st.dictionaries(st.text(), ANY_JSON, max_size=3), max_size=3))
    def test_any_message_comes_back_as_it_came(
        self, tmp_path_factory: pytest.TempPathFactory, found: list[dict[str, object]]
    ) -> None:
        ours = ("id", "at", "meta", "role", "content", "tool_calls")
        bodies = [{"role": "tool", **{key: body[key] for key in body if key not in ours}} for body in found]
        session = made(tmp_path_factory.mktemp("sessions"))
        session.record(bodies)
        assert [message.body for message in messages(session)] == bodies


class TestReading:
    def test_places_lead_back_to_messages(self, session: Session) -> None:
        session.record([user("one"), user("zwö"), user("three")])
        places = [(at, end) for _, at, end in session.messages()]
        assert places[0][0] == 0
        assert [end for _, end in places[:-1]] == [at for at, _ in places[1:]]
        assert places[-1][1] == session.size
        assert [message.text for message in messages(session, places[1][0])] == ["zwö", "three"]

    @pytest.mark.parametrize("line", [b"{}", b"[]", b"not json", b"\xff", b'{"role": 1}', b"[" * 100_000])
    def test_a_line_that_is_no_message_is_named(self, session: Session, line: bytes) -> None:
        session.record([user(), user()])
        second = [at for _, at, _ in session.messages()][1]
        with session.transcript.open("ab") as file:
            file.write(line + b"\n")
        for start in (0, second):
            with pytest.raises(AcontextError, match=r"messages.jsonl', line 3: no message \(.*\); mend this line"):
                messages(session, start)

    def test_blank_lines_are_passed_over(self, session: Session) -> None:
        session.record([user("one")])
        with session.transcript.open("ab") as file:
            file.write(b"\n  \n")
        session.record([user("two")])
        assert [message.text for message in messages(session)] == ["one", "two"]


class TestTasks:
    def test_the_last_record_of_a_task_counts(self, session: Session) -> None:
        session.add_tasks([task(1), task(2, start=100)])
        session.add_tasks([task(2, "failed", start=100), task(3, start=200)])
        session.add_tasks([])
        assert list(session.tasks()) == [task(1), task(2, "failed", start=100), task(3, start=200)]
        assert session.last_task() == task(3, start=200)

    def test_a_task_written_again_after_later_ones_changes_nothing(self, session: Session) -> None:
        session.add_tasks([task(1), task(2), task(1), task(2, "failed")])
        assert list(session.tasks()) == [task(1), task(2, "failed")]

    def test_there_are_none_before_they_are_found(self, session: Session) -> None:
        assert (list(session.tasks()), session.last_task(), session.outcomes()) == ([], None, ())

    def test_a_damaged_record_is_named(self, session: Session) -> None:
        session.add_tasks([task(1), task(2)])
        path = session.folder / "tasks.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"number": 2', b'"number": "2"'))
        message = r"tasks.jsonl', line 2: no record of a task: number: '2' is no int; take the line out, or mend it"
        with pytest.raises(AcontextError, match=message):
            list(session.tasks())
        with pytest.raises(AcontextError, match=message):
            session.last_task()

    def test_records_of_a_newer_form_are_refused_in_words(self, session: Session) -> None:
        session.add_tasks([task(1)])
        path = session.folder / "tasks.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"v": 1', b'"v": 2'))
        with pytest.raises(AcontextError, match="form 2 of a newer acontext; update acontext"):
            list(session.tasks())


class TestOutcomes:
    def test_what_is_told_is_bound_to_the_transcript_as_it_is(self, session: Session) -> None:
        session.record([user()])
        told = session.tell(Outcome(status="failed", reason="500 again"))
        assert told == Outcome(status="failed", reason="500 again", upto=session.size, at=NOON)
        session.tell(Outcome(status="success", task=2, upto=7, at="2020"))
        assert session.outcomes() == (told, Outcome(status="success", task=2, upto=7, at="2020"))

    def test_a_torn_line_is_not_what_was_told_about(self, session: Session) -> None:
        session.record([user()])
        whole = session.size
        with session.transcript.open("ab") as file:
            file.write(b'{"role"')
        assert session.tell(Outcome(status="failed")).upto == whole

    def test_it_holds_for_the_task_that_was_the_last_one_then(self, session: Session) -> None:
        session.add_tasks([task(1, start=0), task(2, start=100), task(3, start=200)])
        session.tell(Outcome(status="failed", reason="no", upto=200))
        assert list(session.tasks()) == [
            task(1, start=0),
            task(2, "failed", start=100, known=known("no")),
            task(3, start=200),
        ]
        assert session.last_task() == task(3, start=200)

    def test_it_may_be_told_before_its_task_is_found(self, session: Session) -> None:
        session.record([user()])
        session.tell(Outcome(status="success"))
        session.add_tasks([task(1)])
        assert [found.status for found in session.tasks()] == ["success"]

    def test_it_may_name_its_task(self, session: Session) -> None:
        session.add_tasks([task(1), task(2, start=100)])
        session.tell(Outcome(status="success", reason="test 12 passes", task=1, upto=500))
        assert list(session.tasks()) == [task(1, "success", known=known("test 12 passes")), task(2, start=100)]

    @pytest.mark.parametrize("last", [Outcome(status="success", task=1, upto=9), Outcome(status="success", upto=9)])
    def test_the_last_told_wins(self, session: Session, last: Outcome) -> None:
        session.add_tasks([task(1)])
        for told in (Outcome(status="failed", upto=50), Outcome(status="failed", task=1, upto=60), last):
            session.tell(told)
        assert list(session.tasks()) == [task(1, "success", known=known("it succeeded"))]

    def test_of_a_session_without_messages_nothing_can_be_told(self, session: Session) -> None:
        session.tell(Outcome(status="failed"))
        session.record([user()])
        session.add_tasks([task(1)])
        assert list(session.tasks()) == [task(1)]

    @settings(max_examples=30)
    @given(st.data())
    def test_each_outcome_holds_for_one_task(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        session = made(tmp_path_factory.mktemp("sessions"))
        starts = sorted(data.draw(st.sets(st.integers(0, 20), min_size=1, max_size=6)))
        session.add_tasks(task(number, start=start) for number, start in enumerate(starts, 1))
        uptos = data.draw(st.lists(st.tuples(st.integers(1, 25), st.none() | st.integers(1, 7)), max_size=6))
        for place, (upto, number) in enumerate(uptos):
            session.tell(Outcome(status="failed", reason=str(place), upto=upto, task=number))
        expected: dict[int, str] = {}
        for place, (upto, number) in enumerate(uptos):
            expected[number or sum(start < upto for start in starts)] = str(place)
        told = {one.number: one.known.because.rpartition(" ")[2] for one in session.tasks() if one.known}
        assert told == {number: place for number, place in expected.items() if 0 < number <= len(starts)}

    @pytest.mark.parametrize(("source", "expected"), [("check", "success"), ("user", "success"), ("claim", "failed")])
    def test_a_failed_task_that_went_on_succeeds_once_that_is_seen(
        self, session: Session, source: str, expected: str
    ) -> None:
        session.tell(Outcome(status="failed", reason="500 again", upto=60))
        session.add_tasks([task(1, "success", known=Known(source=source, because="it works"))])  # type: ignore[arg-type]
        assert [found.status for found in session.tasks()] == [expected]

    def test_a_failure_told_of_a_whole_task_stands(self, session: Session) -> None:
        session.tell(Outcome(status="failed", reason="500 again", upto=100))
        session.add_tasks([task(1, "success", known=Known(source="check", because="it works"))])
        assert [found.status for found in session.tasks()] == ["failed"]


class TestDistillations:
    def test_they_are_kept_in_order(self, session: Session) -> None:
        items = [skip(task(1)), replace(skip(task(2)), id="d2")]
        session.add_distillations(items)
        assert list(session.distillations()) == items

    def test_a_task_is_distilled_at_its_outcome(self, session: Session) -> None:
        session.add_distillations([skip(task(1, "failed")), skip(task(3, "success"))])
        distilled = session.distilled()
        assert task(1, "failed") in distilled
        assert task(1, "success") not in distilled
        assert task(1, "failed", last="m9") not in distilled
        assert task(2, "failed") not in distilled
        assert task(3, "success") in distilled
        assert task(4) not in distilled
        assert distilled.has(1, task(1, "failed").outcome)

    def test_the_last_distillation_of_a_task_counts(self) -> None:
        distilled = Distilled([skip(task(1, "failed")), skip(task(1, "success"))])
        assert task(1, "failed") not in distilled
        assert task(1, "success") in distilled


class TestFolder:
    def test_it_is_named_by_time_and_id(self, tmp_path: Path) -> None:
        session = Session.create(tmp_path / "sessions", id="a1-b", created="2026-03-26T12:00:00+02:00", name="Monday")
        assert session.folder == tmp_path / "sessions" / "20260326T100000.000Z-a1-b"
        assert json.loads((session.folder / "session.json").read_text(encoding="utf-8")) == {
            "format": 1,
            "id": "a1-b",
            "name": "Monday",
            "space": "default",
            "date": "",
            "created": "2026-03-26T10:00:00.000Z",
            "source": "record",
            "secrets": "cut",
        }

    def test_it_is_opened_as_it_was_created(self, tmp_path: Path) -> None:
        about = {"id": "a", "created": NOON, "name": "Tü", "space": "work", "date": "2026-01-31", "source": "codex"}
        session = Session.open(Session.create(tmp_path, **about).folder)
        assert {name: getattr(session, name) for name in about} == about

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"id": "../x"}, "'../x' cannot be a session's id"),
            ({"id": ""}, "'' cannot be a session's id"),
            ({"id": "x" * 65}, "cannot be a session's id"),
            ({"space": ".."}, "'..' cannot be a session's space"),
            ({"space": "a/b"}, "'a/b' cannot be a session's space"),
            ({"name": "@last"}, "'@last' cannot be a session's name"),
            ({"name": "a\nb"}, "cannot be a session's name"),
            ({"date": "20260131"}, "'20260131' is no date: write it as YYYY-MM-DD"),
            ({"date": "2026-02-30"}, "'2026-02-30' is no date"),
            ({"created": "../../x"}, "'../../x' is no time"),
            ({"created": "0001-01-01T00:00:00+10:00"}, "is no time"),
        ],
    )
    def test_what_does_not_fit_makes_no_folder(self, tmp_path: Path, wrong: dict[str, str], reason: str) -> None:
        with pytest.raises(AcontextError, match=reason):
            Session.create(tmp_path, **{"id": "s", "created": NOON, **wrong})
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("stopped", ["open", "write", "sync", "rename"])
    def test_a_folder_made_half_is_no_session(self, tmp_path: Path, stopped: str) -> None:
        def stop(*_: object) -> object:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            Session.create(tmp_path, id="s", created=NOON, disk=replace(DISK, **{stopped: stop}))
        assert [path.name[:5] for path in tmp_path.iterdir()] == [".new-"]
        Session.create(tmp_path, id="s", created=NOON)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b'{"format": 2}', "form 2 of a newer acontext: update acontext to read it"),
            (b"{", "is no JSON"),
            (b"\xff", "is no JSON"),
            (b"[]", "is no JSON object"),
            (b'{"format": 1, "id": "s"}', "is not what acontext wrote"),
        ],
    )
    def test_a_damaged_one_is_refused_in_words(self, session: Session, data: bytes, reason: str) -> None:
        (session.folder / "session.json").write_bytes(data)
        with pytest.raises(AcontextError, match=reason):
            Session.open(session.folder)

    def test_a_space_that_would_be_a_path_is_refused_when_read_too(self, session: Session) -> None:
        path = session.folder / "session.json"
        path.write_bytes(path.read_bytes().replace(b'"default"', b'"../.."'))
        with pytest.raises(AcontextError, match="cannot be a session's space"):
            Session.open(session.folder)

    def test_a_folder_without_one_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(AcontextError, match="no session in"):
            Session.open(tmp_path)

    def test_it_is_deleted_whole(self, session: Session) -> None:
        session.record([user()])
        session.delete()
        session.delete()
        assert list(session.folder.parent.iterdir()) == []

    def test_a_kill_while_deleting_leaves_it_whole_or_gone(self, session: Session) -> None:
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        session.record([user()])
        halted = Session.open(session.folder, disk=replace(DISK, sync=stop))
        with pytest.raises(KeyboardInterrupt):
            halted.delete()
        assert not session.folder.exists()
        made(session.folder.parent, "other").delete()
        assert list(session.folder.parent.iterdir()) == []


class TestBatch:
    def test_it_is_one_message_a_line(self) -> None:
        lines = [b'\xef\xbb\xbf{"role": "user", "content": "hi"}\r\n', b"\n", b" \r\n", b'{"role": "tool"}']
        assert parse_batch("f", lines) == [{"role": "user", "content": "hi"}, {"role": "tool"}]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b"{'role': 1}", "not JSON (Expecting property name enclosed in double quotes at character 2)"),
            (b'{"role": "user"} {', "not JSON (Extra data at character 18)"),
            (b"\xfe\xff", "not UTF-8 (byte 1); save the file as UTF-8"),
            (b'{"role": "\xe4"}', "not UTF-8 (byte 11); save the file as UTF-8"),
            (b"[", "a JSON array over several lines; one message a line is expected: jq -c '.[]' FILE"),
            (b"{", "a JSON object over several lines; one message a line is expected: jq -c . FILE"),
            (
                b'[{"role": "user"}]',
                "a JSON array; one message a line is expected: jq -c '.[]' FILE",
            ),
            (b'{"messages": []}', "no role; one message a line is expected: jq -c '.messages[]' FILE"),
            (b"7", "not a JSON object"),
            (b'{"role": "user", "content": 7}', "content is a number, not text, null or a list of parts"),
            (b'{"role": "user", "content": true}', "content is true or false, not text, null or a list of parts"),
            (b'{"role": "user", "content": {}}', "content is an object, not text, null or a list of parts"),
            (b'{"role": 7}', "the role is no text"),
            (b'{"role": null}', "no role"),
            (b'{"a":' * 100_000, "not JSON that can be read (nested too deep, or a number too long)"),
            (b"9" * 5000, "not JSON that can be read (nested too deep, or a number too long)"),
        ],
    )
    def test_the_first_bad_line_is_named_with_its_reason(self, line: bytes, reason: str) -> None:
        with pytest.raises(AcontextError) as refusal:
            parse_batch("my.jsonl", [b'{"role": "user"}\n', b"\n", line + b"\n", b"worse\n"])
        assert str(refusal.value) == f"my.jsonl, line 3: {reason}"

    def test_any_number_that_json_in_python_knows_survives(self, session: Session) -> None:
        session.record(parse_batch("f", [b'{"role": "user", "x": [1e400, 12345678901234567890123, 0.1]}']))
        assert messages(session)[0].body["x"] == [math.inf, 12345678901234567890123, 0.1]

    @given(st.lists(st.binary(max_size=30), max_size=3))
    def test_any_bytes_are_messages_or_an_error_of_ours(self, lines: list[bytes]) -> None:
        try:
            found = parse_batch("f", lines)
        except AcontextError:
            return
        assert found == [] or any(line.strip() for line in lines)


@pytest.mark.skipif(not FDS.is_dir(), reason="no /proc here")
def test_open_files_do_not_pile_up(session: Session) -> None:
    before = len(list(FDS.iterdir()))
    for _ in range(20):
        Session.open(session.folder).record([user()])
        assert list(session.messages())
        session.last_task()
    assert len(list(FDS.iterdir())) == before


def test_a_message_that_holds_itself_is_refused(session: Session) -> None:
    body: dict[str, object] = {"role": "user", "content": "x"}
    body["extra"] = body
    with pytest.raises(AcontextError, match=r"message 1: .*nothing of this call was recorded"):
        session.record([body])
    assert messages(session) == []


@pytest.mark.parametrize("fields", [{"at": ["noon"]}, {"at": 1.5}, {"id": {}}, {"meta": ["x"]}, {"meta": "x"}])
def test_a_message_whose_own_fields_are_of_another_type_is_none(session: Session, fields: Json) -> None:
    session.transcript.write_text(json.dumps({**user(), **fields}) + "\n", encoding="utf-8")
    with pytest.raises(AcontextError, match=r"line 1: no message .*; mend this line"):
        messages(session)


@pytest.mark.parametrize("calls", ["look", ["look", 1, None], [{"function": "look"}], {"a": 1}])
def test_calls_of_no_form_are_none_or_nameless(calls: object) -> None:
    found = Message({"role": "assistant", "tool_calls": calls, "function_call": "look"}).calls
    assert [call.name for call in found] in ([], [""])


@pytest.mark.parametrize("number", [-1, 10**9, 10**30])
def test_a_distillation_of_a_task_that_cannot_be_is_told_with_its_line(session: Session, number: int) -> None:
    session.add_distillations([skip(task(number, "success"))])
    with pytest.raises(AcontextError, match=r"line 1: no task has the number .*; take the line out, or mend it"):
        session.distilled()


def test_a_line_without_end_is_not_read_to_its_end() -> None:
    with Path("/dev/zero").open("rb") as endless, pytest.raises(AcontextError, match=r"x, line 1: longer than 64 MB"):
        list(lines_of("x", endless))
