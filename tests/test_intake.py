"""What an import records, and what it passes over because it is there already."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acontext_cli.formats import Origin, Piece
from acontext_cli.importing import conversation, intake, seen
from acontext_cli.importing.intake import Intake
from acontext_cli.importing.origins import describe, facts, name, session_id
from acontext_cli.importing.taken import Errand, Taken
from acontext_cli.messages import Message
from acontext_cli.session import Session
from acontext_cli.workspace import WorkspaceFolder

NOON = "2026-03-26T12:00:00Z"


class Shelf:
    """Sessions of one folder; nothing is redacted."""

    def __init__(self, folder: Path) -> None:
        self.workspace = WorkspaceFolder.init(folder, env={})[0]

    def session(self, id: str, origin: Origin, first: Message, said: str) -> tuple[Session, bool]:
        there = self.workspace.imported(id)
        called, more = name(origin, said, str), facts("codex", origin, str)
        made = there or self.workspace.new_session(id=id, created=first.at, name=called, more=more)
        return made, there is None

    def record(self, session: Session, messages: list[Message]) -> Mapping[str, int]:
        session.record(messages)
        return {}

    def describe(self, session: Session, origin: Origin) -> None:
        describe(session, "codex", origin, str)

    def take(self, *items: Origin | Piece, copies: bool = False) -> Taken:
        with seen.opened(self.workspace.machine) as known:
            return Intake(Errand(seen=known, shelf=self, format="codex", time=NOON, copies=copies)).take(items)

    def sessions(self) -> list[Session]:
        return self.workspace.newest()

    def texts(self, session: Session | None = None) -> list[str]:
        return [message.text for message in messages(session or self.sessions()[0])]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "work")


def messages(session: Session) -> list[Message]:
    return [message for message, _, _ in session.messages()]


def user(text: str, uid: str = "", **more: object) -> Piece:
    return Piece(body={"role": "user", "content": text}, uid=uid, at=NOON, **more)  # type: ignore[arg-type]


def answer(text: str | None, uid: str = "", joins: str = "", *calls: str, **meta: object) -> Piece:
    body: dict[str, object] = {"role": "assistant", "content": text}
    if calls:
        body["tool_calls"] = [
            {"id": call, "type": "function", "function": {"name": call, "arguments": "{}"}} for call in calls
        ]
    return Piece(body=body, uid=uid, joins=joins, at=NOON, meta=meta)


def talk(count: int, **more: object) -> list[Piece]:
    return [user(f"Ask {number}", **more) for number in range(count)]  # type: ignore[arg-type]


S1, S2 = Origin(session="s1", agent="codex"), Origin(session="s2", agent="codex")


class TestWhatIsRecorded:
    def test_a_message_comes_with_time_keys_and_what_else_is_known(self, shelf: Shelf) -> None:
        shelf.take(S1, user("Hi", "u1"), answer("Hello", "a1", model="m"))
        first, second = messages(shelf.sessions()[0])
        assert (first.body, first.at, first.meta["uid"]) == ({"role": "user", "content": "Hi"}, NOON, "u1")
        assert second.meta["model"] == "m"
        assert first.id == f"m{first.meta['keys'][0]}"  # type: ignore[index]

    def test_pieces_of_one_response_are_one_message(self, shelf: Shelf) -> None:
        shelf.take(
            S1, user("Hi"), answer("Look", "a1", "r1"), answer(None, "a2", "r1", "ls"), answer(None, "a3", "r1", "cat")
        )
        _, joined = messages(shelf.sessions()[0])
        assert joined.text == "Look"
        assert [call.name for call in joined.calls] == ["ls", "cat"]
        assert len(joined.meta["keys"]) == 3  # type: ignore[arg-type]

    def test_pieces_of_two_responses_stay_two_messages(self, shelf: Shelf) -> None:
        shelf.take(S1, user("Hi"), answer("One", "a1", "r1"), answer("Two", "a2", "r2"))
        assert shelf.texts() == ["Hi", "One", "Two"]

    def test_what_a_result_interrupts_stays_apart(self, shelf: Shelf) -> None:
        result = Piece(body={"role": "tool", "tool_call_id": "ls", "content": "a.py"}, uid="t1")
        shelf.take(S1, user("Hi"), answer(None, "a1", "r1", "ls"), result, answer(None, "a2", "r1", "cat"))
        assert [message.role for message in messages(shelf.sessions()[0])] == ["user", "assistant", "tool", "assistant"]

    def test_what_has_no_time_was_said_when_the_file_was_written(self, shelf: Shelf) -> None:
        shelf.take(S1, Piece(body={"role": "user", "content": "Hi"}, at="<b>yesterday</b>"))
        assert messages(shelf.sessions()[0])[0].at == NOON

    def test_a_session_says_where_it_comes_from(self, shelf: Shelf) -> None:
        shelf.take(Origin(session="s1", agent="codex", version="1", project="/p", parent="s0"), user("Fix it"))
        about = shelf.sessions()[0].about
        assert (about.agent, about.version, about.project, about.name) == ("codex", "1", "/p", "Fix it")
        assert about.parent == session_id("codex", "codex", "s0")

    def test_what_is_known_only_at_the_end_is_added(self, shelf: Shelf) -> None:
        shelf.take(S1, user("Fix it"), Origin(session="s1", agent="codex", title="The gateway", model="m2"))
        about = Session.open(shelf.sessions()[0].folder).about
        assert (about.name, about.model) == ("The gateway", "m2")

    def test_an_id_that_is_told_late_is_the_sessions(self, shelf: Shelf) -> None:
        shelf.take(Origin(agent="codex"), S1, user("Fix it"))
        assert shelf.sessions()[0].id == session_id("codex", "codex", "s1")

    def test_a_name_from_outside_is_one_plain_line(self, shelf: Shelf) -> None:
        shelf.take(S1, user("@last\x1b[31m\n../../etc " + "x" * 300))
        assert shelf.sessions()[0].name.startswith("last [31m ../../etc xxx")
        assert len(shelf.sessions()[0].name) <= 80

    def test_a_long_session_is_written_in_batches(self, shelf: Shelf) -> None:
        taken = shelf.take(S1, *talk(2 * conversation.BATCH + 1))
        assert taken.messages == 2 * conversation.BATCH + 1
        assert shelf.texts()[-1] == f"Ask {2 * conversation.BATCH}"

    def test_a_response_is_one_message_across_two_batches(self, shelf: Shelf) -> None:
        pieces = [*talk(conversation.BATCH - 1), answer("Look", "a1", "r1"), answer(None, "a2", "r1", "ls")]
        shelf.take(S1, *pieces, user("Thanks"))
        assert shelf.texts()[-2:] == ["Look", "Thanks"]
        assert len(messages(shelf.sessions()[0])[-2].calls) == 1

    def test_a_response_longer_than_a_batch_is_taken_whole(self, shelf: Shelf) -> None:
        shelf.take(S1, *(answer(None, f"a{n}", "r1", f"c{n}") for n in range(2 * conversation.BATCH + 5)))
        calls = [call.name for message in messages(shelf.sessions()[0]) for call in message.calls]
        assert calls == [f"c{n}" for n in range(2 * conversation.BATCH + 5)]

    def test_a_conversation_goes_on_after_many_others(self, shelf: Shelf) -> None:
        others = [
            (Origin(key=str(n), session=f"o{n}", agent="codex"), user("Hi", f"u{n}", key=str(n)))
            for n in range(intake.OPEN)
        ]
        shelf.take(S1, user("One", "a"), *(item for each in others for item in each), user("Two", "b"))
        found = shelf.workspace.imported(session_id("codex", "codex", "s1"))
        assert found is not None
        assert shelf.texts(found) == ["One", "Two"]

    def test_a_conversation_without_messages_makes_no_session(self, shelf: Shelf) -> None:
        assert shelf.take(S1).touched == set()
        assert shelf.sessions() == []

    def test_messages_are_counted(self, shelf: Shelf) -> None:
        failed = Piece(body={"role": "tool", "tool_call_id": "ls", "content": "no"}, meta={"is_error": True})
        command = user("/clear", meta={"kind": "command"})
        taken = shelf.take(S1, user("Hi"), command, answer(None, "", "", "ls", "cat"), failed)
        assert (taken.human, taken.calls, taken.results, taken.failed) == (1, 2, 1, 1)

    def test_a_call_in_the_older_form_counts(self, shelf: Shelf) -> None:
        call = {"role": "assistant", "content": None, "function_call": {"name": "ls", "arguments": "{}"}}
        assert shelf.take(S1, user("Look", "1"), Piece(call, uid="2", at=NOON)).calls == 1


class TestAgain:
    @pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without ids"])
    def test_importing_again_adds_nothing(self, shelf: Shelf, ids: bool) -> None:
        items = [S1, *(user(f"Ask {n}", f"u{n}" if ids else "") for n in range(3))]
        shelf.take(*items)
        taken = shelf.take(*items)
        assert (taken.messages, taken.known) == (0, 3)
        assert taken.touched == {shelf.sessions()[0].id}

    @pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without ids"])
    def test_what_was_added_since_is_added(self, shelf: Shelf, ids: bool) -> None:
        items = [S1, *(user(f"Ask {n}", f"u{n}" if ids else "") for n in range(5))]
        shelf.take(*items[:3])
        assert shelf.take(*items).messages == 3
        assert shelf.texts() == [f"Ask {n}" for n in range(5)]

    def test_the_same_words_said_twice_are_two_messages(self, shelf: Shelf) -> None:
        shelf.take(S1, user("yes"), user("yes"))
        assert shelf.texts() == ["yes", "yes"]

    def test_a_record_that_stands_twice_in_a_file_is_one(self, shelf: Shelf) -> None:
        shelf.take(S1, user("yes", "u1"), user("yes", "u1"))
        assert shelf.texts() == ["yes"]

    @pytest.mark.parametrize("copies", [True, False])
    def test_what_is_blackened_is_no_id(self, shelf: Shelf, copies: bool) -> None:
        items = [S1, *(user(f"Ask {n}", "[removed]") for n in range(3)), answer(None, "[removed]", "", "ls")]
        for _ in range(2):
            shelf.take(*items, copies=copies)
        assert shelf.texts() == ["Ask 0", "Ask 1", "Ask 2", ""]

    def test_two_sessions_may_use_the_same_ids(self, shelf: Shelf) -> None:
        shelf.take(S1, user("yes", "m1"))
        shelf.take(S2, user("yes", "m1"))
        assert [shelf.texts(session) for session in shelf.sessions()] == [["yes"], ["yes"]]

    def test_a_fork_that_says_so_adds_only_what_is_new(self, shelf: Shelf) -> None:
        shelf.take(S1, *talk(3))
        fork = Origin(session="s2", agent="codex", forked="s1")
        assert shelf.take(fork, *talk(3), user("Another way")).messages == 1
        forked = shelf.workspace.imported(session_id("codex", "codex", "s2"))
        assert forked is not None
        assert (shelf.texts(forked), forked.about.forked) == (["Another way"], session_id("codex", "codex", "s1"))

    def test_a_fork_whose_source_is_unknown_is_whole(self, shelf: Shelf) -> None:
        assert shelf.take(Origin(session="s2", agent="codex", forked="gone"), *talk(3)).messages == 3

    def test_copies_with_the_same_ids_and_words_are_known_in_every_session(self, shelf: Shelf) -> None:
        shelf.take(S1, user("One", "u1"), user("Two", "u2"), copies=True)
        assert shelf.take(S2, user("One", "u1"), user("Two", "u2"), user("Three", "u3"), copies=True).messages == 1

    def test_what_two_sessions_have_in_common_further_down_is_no_copy(self, shelf: Shelf) -> None:
        shelf.take(S1, user("One", "u1"), user("yes", "u2"), copies=True)
        for _ in range(2):
            shelf.take(S2, user("Else", "u1"), user("yes", "u2"), user("yes", "u2"), copies=True)
        assert sorted(map(shelf.texts, shelf.sessions())) == [["Else", "yes"], ["One", "yes"]]

    def test_an_id_that_stands_for_other_words_is_no_copy(self, shelf: Shelf) -> None:
        shelf.take(S1, user("One", "u1"), copies=True)
        assert shelf.take(S2, user("Else", "u1"), copies=True).messages == 1

    def test_a_deleted_session_comes_back_when_it_is_imported_again(self, shelf: Shelf) -> None:
        shelf.take(S1, *talk(3))
        shelf.sessions()[0].delete()
        assert shelf.take(S1, *talk(3)).messages == 3

    def test_without_the_cache_everything_is_known_from_the_transcripts(self, shelf: Shelf) -> None:
        shelf.take(S1, *talk(2), answer("One", "a1", "r"), answer("Two", "a2", "r"))
        (shelf.workspace.machine / seen.FILE).unlink()
        assert shelf.take(S1, *talk(2), answer("One", "a1", "r"), answer("Two", "a2", "r")).messages == 0

    def test_a_broken_cache_is_made_anew(self, shelf: Shelf) -> None:
        shelf.take(S1, *talk(2))
        (shelf.workspace.machine / seen.FILE).write_bytes(b"no database " * 500)
        assert shelf.take(S1, *talk(2)).messages == 0

    def test_what_could_not_be_recorded_is_taken_the_next_time(self, shelf: Shelf) -> None:
        class Full(Shelf):
            def record(self, session: Session, messages: list[Message]) -> Mapping[str, int]:
                raise OSError("the disk is full")

        with pytest.raises(OSError, match="full"):
            Full(shelf.workspace.root).take(S1, *talk(3))
        assert shelf.take(S1, *talk(3)).messages == 3

    def test_what_a_killed_import_has_recorded_is_known(self, shelf: Shelf) -> None:
        shelf.take(S1, *talk(1))
        with seen.opened(shelf.workspace.machine) as known:  # nothing of it lasts: the process ends before `keep`
            known.keep = lambda: None  # type: ignore[method-assign]
            Intake(Errand(seen=known, shelf=shelf, format="codex", time=NOON)).take([S1, *talk(3)])
        assert shelf.take(S1, *talk(3)).messages == 0
        assert shelf.texts() == ["Ask 0", "Ask 1", "Ask 2"]


class TestWithoutAnId:
    """Plain lists of messages: the conversation is known by what is said in it."""

    def test_a_copy_adds_nothing(self, shelf: Shelf) -> None:
        shelf.take(Origin(), *talk(3))
        assert shelf.take(Origin(key="other"), *talk(3, key="other")).messages == 0
        assert len(shelf.sessions()) == 1

    def test_one_that_has_grown_goes_on_in_its_session(self, shelf: Shelf) -> None:
        shelf.take(Origin(), *talk(3))
        assert shelf.take(Origin(), *talk(5)).messages == 2
        assert [shelf.texts(each) for each in shelf.sessions()] == [[f"Ask {n}" for n in range(5)]]

    def test_a_common_beginning_does_not_make_two_conversations_one(self, shelf: Shelf) -> None:
        shelf.take(Origin(), *talk(2), user("Left"))
        assert shelf.take(Origin(), *talk(2), user("Right")).messages == 3
        said = sorted(shelf.texts(each) for each in shelf.sessions())
        assert said == [["Ask 0", "Ask 1", "Left"], ["Ask 0", "Ask 1", "Right"]]

    def test_both_are_known_afterwards_and_both_may_grow(self, shelf: Shelf) -> None:
        left, right = [*talk(2), user("Left")], [*talk(2), user("Right")]
        shelf.take(Origin(), *left)
        shelf.take(Origin(), *right)
        assert shelf.take(Origin(), *left).messages == shelf.take(Origin(), *right).messages == 0
        assert shelf.take(Origin(), *right, user("More")).messages == 1
        assert len(shelf.sessions()) == 2

    def test_a_shorter_copy_adds_nothing(self, shelf: Shelf) -> None:
        shelf.take(Origin(), *talk(3))
        assert shelf.take(Origin(), *talk(2)).messages == 0

    def test_of_a_very_long_common_beginning_only_what_is_new_is_taken(self, shelf: Shelf) -> None:
        shelf.take(Origin(), *talk(conversation.HELD + 10), user("Left"))
        assert shelf.take(Origin(), *talk(conversation.HELD + 10), user("Right")).messages == 1

    def test_several_conversations_of_a_file_are_several_sessions(self, shelf: Shelf) -> None:
        said = [
            (Origin(key=str(n)), user("Hi", key=str(n)), user(f"I am {n}", key=str(n))) for n in range(intake.OPEN + 5)
        ]
        taken = shelf.take(*(item for each in said for item in each))
        assert len(taken.made) == intake.OPEN + 5


BODIES = st.sampled_from(["yes", "no", "go on"])


@settings(max_examples=60)
@given(st.lists(BODIES, min_size=1, max_size=12), st.data(), st.booleans())
def test_however_a_transcript_grows_each_message_is_taken_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], data: st.DataObject, named: bool
) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("grown"))
    origin = S1 if named else Origin()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(words)), max_size=3)))
    for cut in [*cuts, len(words)]:
        shelf.take(origin, *map(user, words[:cut]))
    assert [shelf.texts(each) for each in shelf.sessions()] == [words]


def test_ids_of_sessions_are_those_of_the_source_where_these_are_uuids() -> None:
    uuid = "019ED836-b1da-78f1-8a0c-e598363d10f4"
    assert session_id("codex", "codex", uuid) == uuid.lower()
    assert session_id("codex", "codex", "../../etc") != session_id("gemini-cli", "gemini-cli", "../../etc")
    assert len(session_id("codex", "codex", "../../etc")) == 36


def test_the_same_session_in_another_form_is_another_session() -> None:
    uuid = "019ed836-b1da-78f1-8a0c-e598363d10f4"
    assert session_id("atif", "codex", uuid) != uuid
