"""What a person decides about held lessons, and what becomes of lessons whose skill has changed meanwhile."""

import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from learner import ENTRY, FILE, SKILL, TITLE, Desk, creates, leaves, looks, replaces, turn
from learner import task as reported
from llm import success
from test_pipeline import FAST, PATTERNS, Home, Saying, green
from transcripts import incident, ran, said, user

from acontext_cli import Workspace
from acontext_cli.distillations import Skip
from acontext_cli.engines.engine import Finding
from acontext_cli.engines.offline import OfflineEngine
from acontext_cli.errors import AcontextError, Changed, Refused
from acontext_cli.files import Disk
from acontext_cli.learned import Asks, Learned
from acontext_cli.ledger import Run
from acontext_cli.messages import Message
from acontext_cli.pipeline import Prepared, learn, prepare, write
from acontext_cli.reviewing import Desk as Review
from acontext_cli.reviewing import Gone, Waiting
from acontext_cli.reviewing.words import accepted
from acontext_cli.session import Session
from acontext_cli.session.clock import now
from acontext_cli.skills import ENTRY_TOKENS, FILE_TOKENS, entries
from acontext_cli.skills.marks import mark
from acontext_cli.store import Held, SkillStore
from acontext_cli.tasks import Known, Outcome, Task
from acontext_cli.undo import undo

COMMANDS = "project-commands"
PYTEST = "Test command: `pytest -q`"
CLAIM = Known(source="claim", because="the agent says so")
KEY = "AKIAIOSFODNN7ABCDEFG"


@dataclass
class Room(Home):
    """A space in which some lessons wait."""

    def teach(self, session: Session, engine: OfflineEngine | None = None, asks: Asks = "risky") -> Learned:
        store = self.store()
        number = len(store.ledger.runs())
        run = Run(id=f"r{number}", time=f"2026-03-26T13:00:{number:02}Z", engine="offline")
        return learn(session, engine or OfflineEngine(), store, run=run, asks=asks)

    @property
    def review(self) -> Review:
        return Review(self.store(), self.find)

    def find(self, id: str) -> Session | None:
        folders = list((self.root / ".acontext" / "sessions").glob(f"*-{id}"))
        return self.again(id) if folders else None

    def held(self) -> Held:
        (held,) = self.review.held()
        return held

    def look(self) -> Waiting:
        return self.review.look(self.held())

    def claimed(self, title: str = "Odd", id: str = "s1", *steps: str) -> Learned:
        """A lesson that waits because only the agent claims it."""
        return self.teach(self.session(user("Fix it."), said("Done."), id=id), Saying(title, steps, CLAIM))

    def text(self, name: str) -> str:
        return (self.skills / name).read_text(encoding="utf-8")

    def states(self) -> dict[str, str]:
        """What became of each lesson, by its session."""
        store = self.store()
        states = ("held", "written", "rejected", "dropped")
        return {item.session: item.state for state in states for item in store.held(state)}  # type: ignore[arg-type]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


class TestAccepting:
    def test_a_lesson_that_nobody_has_placed_goes_where_the_rules_put_it(self, room: Room) -> None:
        room.teach(room.session(green()))
        done = room.review.accept(room.held())
        (entry,) = room.entries(COMMANDS, "commands.md")
        assert (done.skill, done.file, entry.title) == (COMMANDS, "commands.md", PYTEST)
        assert entry.text.endswith("- Known because: a tool result shows it; accepted in review (1 session)")
        assert f"- {PYTEST} → [commands.md]" in room.text(f"{COMMANDS}/SKILL.md")
        assert (room.states(), room.store().check()) == ({"s1": "written"}, [])

    def test_it_is_a_run_of_its_own_that_knows_lesson_and_session(self, room: Room) -> None:
        room.teach(room.session(green()))
        done = room.review.accept(room.held())
        ledger = room.store().ledger
        assert [(run.id, run.engine, run.session) for run in ledger.runs()][:1] == [(done.run, "review", "s1")]
        first = next(ledger.lines(done.run))
        assert (first.action, first.lesson, first.session) == ("add", room.store().held("written")[0].lesson, "s1")
        assert ledger.sources(first.entry) == {"s1"}

    def test_another_session_confirms_what_was_accepted(self, room: Room) -> None:
        room.teach(room.session(green()))
        room.review.accept(room.held())
        room.teach(room.session(green("Are the tests fine? Run them."), id="s2"))
        (entry,) = room.entries(COMMANDS, "commands.md")
        assert entry.text.endswith("; accepted in review (2 sessions)")

    def test_what_it_would_change_is_shown_and_nothing_is_written(self, room: Room) -> None:
        room.teach(room.session(green()))
        before = room.store().names()
        found = room.look()
        assert "+++ b/project-commands/commands.md\n@@ -0,0 +1,3 @@\n+## Test command: `pytest -q`" in found.diff
        assert "+- Test command: `pytest -q` → [commands.md](commands.md)\n" in found.diff  # the index
        assert (found.gone, found.refusal, room.store().names()) == ("", "", before)
        assert room.states() == {"s1": "held"}

    def test_its_evidence_is_shown_with_short_quotes(self, room: Room) -> None:
        noise = "\n".join(f"collected {number} items of noise" for number in range(500))
        room.teach(room.session(user("Make the tests pass."), ran("pytest -q", f"{noise}\n12 passed"), said("Done.")))
        found = room.look()
        assert found.behind.name == "name-of-s1"
        assert [(each.role, each.text) for each in found.behind.quotes("pytest -q; 12 passed")] == [
            ("assistant", 'bash({"command": "pytest -q"})'),
            ("tool", "12 passed"),
        ]

    def test_a_gate_that_holds_does_not_object_to_a_person(self, room: Room) -> None:
        room.claimed()
        room.review.accept(room.held())
        (entry,) = room.all_entries()
        assert entry.text.endswith("- Known because: the agent says so; accepted in review (1 session)")

    def test_a_gate_that_refuses_is_heard_and_the_lesson_waits_on(self, room: Room) -> None:
        room.claimed()
        held = room.held()
        reason = "the transcript does not hold 'wipe_disk'"
        bad = replace(held, text=held.text.replace("- Steps:", "- Steps:\n  1. `wipe_disk(now)`"), run="x")
        room.store().commit(room.store().draft(), (), Run(id="x", time="1"), held=[bad])
        assert room.look().refusal == reason
        with pytest.raises(Refused, match=reason):
            room.review.accept(room.held())
        assert (room.states(), room.all_entries()) == ({"s1": "held"}, [])

    def test_what_another_session_holds_of_the_same_counts_as_its_source(self, room: Room) -> None:
        room.claimed()
        room.claimed(id="s2")
        first, _ = room.review.held()
        room.review.accept(first)
        (entry,) = room.all_entries()
        assert entry.text.endswith("(2 sessions)")
        assert room.store().ledger.sources(entry.id) == {"s1", "s2"}
        assert room.states() == {"s1": "written", "s2": "written"}

    def test_without_its_session_it_is_placed_by_its_words(self, room: Room) -> None:
        room.teach(room.session(green()))
        room.teach(room.session(user("Always use ISO dates in tables."), said("Will do."), id="s2"), asks="all")
        shutil.rmtree(room.root / ".acontext" / "sessions")
        for held in room.review.held():
            assert room.review.look(held).behind.missing == "its transcript is not here"
            room.review.accept(held)
        assert {path.name for path in room.skills.iterdir()} >= {COMMANDS, "user-general-facts"}
        assert [entry.title for entry in room.entries("user-general-facts", "facts.md")] == [
            "User: “Always use ISO dates in tables.”"
        ]

    def test_a_distillation_that_cannot_be_read_is_no_reason_to_end(self, room: Room) -> None:
        room.teach(room.session(green()))
        (room.again().folder / "distillations.jsonl").write_text("{broken\n", encoding="utf-8")
        assert "distillations.jsonl', line 1" in room.look().behind.missing
        assert room.review.accept(room.held()).file == "commands.md"


class TestAPersonsWords:
    def test_only_the_lines_that_stood_in_the_lesson_are_the_programs(self, room: Room) -> None:
        room.teach(room.session(green()))
        held = room.held()
        mine = "- From the root only."
        room.review.accept(held, held.text.replace("\n- Known", f"\n{mine}\n- Known"))
        (entry,) = room.entries(COMMANDS, "commands.md")
        lines = entry.text.split("\n")
        ours = room.store().ledger.marks(entry.id)
        assert [line for line in lines if mark(line) not in ours] == [mine]

    def test_the_id_stays_whatever_becomes_of_the_heading(self, room: Room) -> None:
        room.claimed()
        held = room.held()
        room.review.accept(held, "## Something else\n- Principle: mine")
        (entry,) = room.all_entries()
        assert (entry.id, entry.title, entry.date) == (held.entry, "Something else", "2026-03-26")
        assert entry.text.endswith("- Known because: accepted in review")

    @pytest.mark.parametrize("text", ["no heading", "## One\n- a\n\n## Two\n- b", "# Title\n## One\n- a"])
    def test_what_is_not_one_entry_is_refused(self, room: Room, text: str) -> None:
        room.claimed()
        with pytest.raises(Refused, match="an entry begins with its heading"):
            room.review.accept(room.held(), text)
        assert room.states() == {"s1": "held"}

    def test_a_secret_is_refused_and_the_lesson_waits_on(self, room: Room) -> None:
        room.claimed()
        with pytest.raises(Refused, match="it holds a secret"):
            room.review.accept(room.held(), f"{room.held().text}\n- Key: {KEY}")
        assert (room.states(), room.all_entries()) == ({"s1": "held"}, [])

    def test_no_transcript_is_asked_about_the_commands_that_a_person_wrote(self, room: Room) -> None:
        room.claimed()
        room.review.accept(room.held(), f"{room.held().text}\n- Run `make everything` first.")
        assert "`make everything`" in room.all_entries()[0].text


class TestMadeForWhatStoodThere:
    def test_a_skill_that_was_made_meanwhile_is_not_made_again(self, room: Room) -> None:
        for id, title in (("s1", "Odd"), ("s2", "Even")):
            session = room.session(user("Fix it."), said("Done."), id=id)
            room.teach(session, Saying(title), asks="all")
        for held in room.review.held():
            assert [edit["kind"] for edit in held.edits] == ["CreateSkill", "AddEntry"]
            room.review.accept(held)
        assert [(entry.title, entry.file) for entry in room.all_entries()] == [
            ("Odd", "procedures.md"),
            ("Even", "procedures.md"),
        ]
        assert "Odd; Even. Procedures known" in room.text("odd-patterns/SKILL.md")
        assert room.store().check() == []

    def test_a_skill_that_is_gone_is_made_anew(self, room: Room) -> None:
        room.teach(room.session(user("Fix it."), said("Done."), id="s1"), Saying("First"))
        room.claimed(id="s2")
        assert [edit["kind"] for edit in room.held().edits] == ["ReplaceText", "AddEntry"]
        room.store().delete("odd-patterns")
        room.review.accept(room.held())
        assert [entry.title for entry in room.all_entries()] == ["Odd"]
        assert room.store().check() == []

    def test_a_file_that_is_full_is_followed_by_the_next(self, room: Room) -> None:
        room.claimed()
        folder = room.skills / "odd-patterns"
        room.review.accept(room.held())
        room.claimed("Even", "s2")
        (folder / "procedures.md").write_text("## Mine\n" + "- word\n" * FILE_TOKENS, encoding="utf-8")
        room.review.accept(room.held())
        assert [entry.title for entry in room.entries("odd-patterns", "procedures-2.md")] == ["Even"]

    def test_what_stands_already_is_dropped(self, room: Room) -> None:
        room.claimed()
        held = room.held()
        folder = room.skills / "mine"
        folder.mkdir()
        (folder / "SKILL.md").write_text("---\nname: mine\ndescription: Mine.\n---\n# M\n", encoding="utf-8")
        (folder / "notes.md").write_text(held.text, encoding="utf-8")
        assert room.look().gone == "it stands in mine/notes.md already"
        with pytest.raises(Gone, match=r"it stands in mine/notes\.md already"):
            room.review.accept(held)
        (dropped,) = room.store().held("dropped")
        assert (dropped.id, dropped.reason) == (held.id, "it stands in mine/notes.md already")

    def test_what_a_person_deleted_since_is_dropped(self, room: Room) -> None:
        room.teach(room.session(incident()))
        (entry,) = room.entries()
        held = Held(lesson="other", entry=entry.id, title="x", session="s9", reason="a claim", text=entry.text)
        room.store().commit(room.store().draft(), (), Run(id="x", time="1"), held=[held])
        (room.skills / PATTERNS / "procedures.md").unlink()
        assert room.look().gone == "you deleted its entry"

    def replaced(self, room: Room) -> str:
        """A lesson waits that would make a procedure of a warning; the warning."""
        session = room.session(incident())
        room.teach(session)
        session.tell(Outcome(status="failed"))
        room.teach(session)
        room.teach(room.session(incident(), id="s2"), asks="all")
        assert room.held().action == "replace"
        return room.entries()[0].text

    def test_a_text_that_still_stands_is_replaced(self, room: Room) -> None:
        self.replaced(room)
        assert "-## Warning: API gateway 502" in room.look().diff
        room.review.accept(room.held())
        (entry,) = room.entries()
        assert not entry.title.startswith("Warning")

    def test_a_text_that_was_changed_meanwhile_is_never_replaced(self, room: Room) -> None:
        warning = self.replaced(room)
        path = room.skills / PATTERNS / "procedures.md"
        path.write_text(f"{warning}\n- Mine: a line of a person's.\n", encoding="utf-8")
        before = path.read_bytes()
        with pytest.raises(Gone, match="it was made for a text that does not stand there any more"):
            room.review.accept(room.held())
        assert (path.read_bytes(), room.states()["s2"]) == (before, "dropped")

    def test_how_often_an_entry_was_confirmed_is_no_change_of_it(self, room: Room) -> None:
        warning = self.replaced(room)
        path = room.skills / PATTERNS / "procedures.md"
        path.write_text(warning.replace("(1 session)", "(7 sessions)"), encoding="utf-8")
        assert room.look().gone == ""

    def test_an_entry_that_was_moved_is_found(self, room: Room) -> None:
        self.replaced(room)
        (room.skills / PATTERNS / "procedures.md").rename(room.skills / PATTERNS / "gateways.md")
        assert room.review.accept(room.held()).file == "gateways.md"

    def test_an_edit_during_the_decision_leads_to_another_try(self, room: Room) -> None:
        room.teach(room.session(incident()))
        room.claimed(id="s2")
        page = room.skills / "daily-logs" / "SKILL.md"
        room.store_type = MeddledOnce
        room.review.accept(room.held())
        assert "odd-patterns" in {path.name for path in room.skills.iterdir()}
        assert page.exists()


class MeddledOnce(SkillStore):
    """Somebody writes between the draft and the commit, once."""

    done = False

    def commit(self, draft, records, run, **more):  # type: ignore[no-untyped-def]
        if run.engine == "review" and not MeddledOnce.done:
            MeddledOnce.done = True
            raise Changed("somebody was faster")
        return super().commit(draft, records, run, **more)


class TestRejecting:
    def test_it_is_neither_written_nor_held_again_from_any_session(self, room: Room) -> None:
        room.teach(room.session(green()))
        room.review.reject(room.held())
        for id in ("s2", "s3"):
            learned = room.teach(room.session(green("Are the tests fine? Run them."), id=id))
            assert (learned.held, learned.lessons) == ((), ())
            assert f"“{PYTEST}”: you rejected this" in [reason for _, reason in learned.skipped]
        assert (room.states(), room.all_entries()) == ({"s1": "rejected"}, [])

    def test_a_gate_holds_it_no_more_either(self, room: Room) -> None:
        room.claimed()
        room.review.reject(room.held())
        learned = room.claimed(id="s2")
        assert (learned.held, room.review.held()) == ((), [])

    def test_it_is_rejected_in_a_clone_too(self, room: Room, tmp_path: Path) -> None:
        room.teach(room.session(green()))
        room.review.reject(room.held())
        clone = Room(tmp_path.parent / f"{tmp_path.name}-clone")
        shutil.copytree(room.skills, clone.skills)
        for id in ("s2", "s3"):
            learned = clone.teach(clone.session(green(), id=id))
            assert (learned.held, learned.lessons) == ((), ())

    def test_a_change_that_was_rejected_is_not_proposed_again_and_the_entry_stays(self, room: Room) -> None:
        TestMadeForWhatStoodThere().replaced(room)
        room.review.reject(room.held())
        learned = room.teach(room.session(incident(), id="s3"), asks="all")
        assert (learned.held, [reason for _, reason in learned.refused]) == ((), ["you rejected this"])
        assert room.entries()[0].title.startswith("Warning")

    def test_those_of_other_sessions_are_rejected_with_it(self, room: Room) -> None:
        room.claimed()
        room.claimed(id="s2")
        assert len(room.review.reject(room.review.held()[0])) == 2
        assert room.states() == {"s1": "rejected", "s2": "rejected"}

    def test_a_person_may_change_their_mind(self, room: Room) -> None:
        room.teach(room.session(green()))
        room.review.reject(room.held())
        (rejected,) = room.review.rejected()
        room.review.accept(rejected)
        assert room.states() == {"s1": "written"}
        room.teach(room.session(green(), id="s2"))
        assert room.all_entries()[0].text.endswith("(2 sessions)")

    def test_it_waits_again_where_that_is_taken_back(self, room: Room) -> None:
        room.teach(room.session(green()))
        room.review.reject(room.held())
        store = room.store()
        undo(store, store.ledger.runs()[0], now())
        assert (room.states(), room.store().ledger.rejected) == ({"s1": "held"}, set())
        room.teach(room.session(green(), id="s2"))
        assert room.states() == {"s1": "written"}

    def test_what_was_accepted_waits_again_too_and_is_written_where_that_is_undone(self, room: Room) -> None:
        room.teach(room.session(green()))
        room.review.accept(room.held())
        store = room.store()
        before = room.all_entries()
        undone = undo(store, store.ledger.runs()[0], now())
        assert (room.states(), room.all_entries()) == ({"s1": "held"}, [])
        undo(room.store(), undone.run, now())
        assert (room.states(), room.all_entries()) == ({"s1": "written"}, before)

    def test_a_model_is_told_of_it_and_cannot_teach_it(self, tmp_path: Path) -> None:
        desk = Desk.at(tmp_path)
        desk.session()
        desk.learn("monday", reported(success(), known="claim"))
        Review(desk.store, lambda _: None).reject(desk.store.held()[0])
        desk.session("tuesday")
        assert desk.learn("tuesday", reported(success(), known="claim")).held == ()
        desk.session("wednesday")
        desk.learn("wednesday", reported(success()), turn(creates()), turn(leaves()))
        assert "A person deleted or rejected these entries: do not teach them again" in str(desk.model.history)
        assert desk.told() == ["Error: a person rejected an entry of this title: skip_lesson"]
        assert SKILL not in desk.there()


class TestATaskThatFailedSince:
    def claimed(self, room: Room) -> Session:
        session = room.session(user("Fix it."), said("Done."))
        room.teach(session, Saying("Odd", known=CLAIM))
        return session

    def test_its_lesson_is_dropped_at_the_next_learn(self, room: Room) -> None:
        session = self.claimed(room)
        session.tell(Outcome(status="failed"))
        room.teach(session)
        (dropped,) = room.store().held("dropped")
        assert (dropped.title, dropped.reason) == ("Odd", "its task turned out to have failed")

    def test_its_lesson_is_dropped_when_it_is_reviewed(self, room: Room) -> None:
        self.claimed(room).tell(Outcome(status="failed", reason="still 502"))
        reason = "its task turned out to have failed: told from outside: still 502"
        assert room.look().gone == reason
        with pytest.raises(Gone, match=reason):
            room.review.accept(room.held())
        assert (room.states(), room.all_entries()) == ({"s1": "dropped"}, [])

    def test_it_does_not_speak_for_the_same_lesson_of_another_session(self, room: Room) -> None:
        session = self.claimed(room)
        room.claimed(id="s2")
        session.tell(Outcome(status="failed"))
        room.review.accept(room.review.held()[1])
        assert room.all_entries()[0].text.endswith("(1 session)")
        assert room.states() == {"s1": "held", "s2": "written"}

    def test_it_is_no_source_of_what_is_learned_together_with_its_failure(self, room: Room) -> None:
        first, engine = self.claimed(room), SilentOfFailures("Odd")
        first.tell(Outcome(status="failed"))
        other = room.session(user("Fix it."), said("Done."), id="s2")
        both = [Prepared(session=each, tasks=prepare(each, engine)) for each in (first, other)]
        write(both, engine, room.store(), run=Run(id="r9", time="2026-03-26T14:00:00Z", engine="offline"))
        (entry,) = room.all_entries()
        assert room.store().ledger.sources(entry.id) == {"s2"}
        assert (entry.text.endswith("(1 session)"), room.states()) == (True, {"s1": "dropped"})

    def test_a_fact_does_not_fail_with_its_task(self, room: Room) -> None:
        session = room.session(green())
        room.teach(session)
        session.tell(Outcome(status="failed"))
        room.teach(session)
        assert room.states() == {"s1": "held"}


class SilentOfFailures(Saying):
    def distill(self, task: Task, messages: Iterable[Message]) -> tuple[Finding, ...]:
        if task.status == "failed":
            return (Finding(verdict=Skip(reason="it failed")),)
        return super().distill(task, messages)


class TestWhatIsAskedAbout:
    def test_all_lessons_wait_where_that_is_wanted_and_records_do_not(self, room: Room) -> None:
        learned = room.teach(room.session(incident()), asks="all")
        assert [reason for _, reason in learned.held] == ["review: all"]
        assert [item.skill for item in learned.written] == ["daily-logs"]
        room.review.accept(room.held())
        again = room.teach(room.session(incident(), id="s2"), asks="all")
        assert (again.held, [item.action for item in again.lessons]) == ((), ["source"])

    def test_what_a_gate_refuses_is_refused_all_the_same(self, room: Room) -> None:
        session = room.session(user("Fix it."), said("Done."))
        learned = room.teach(session, Saying(steps=("`wipe_disk(now)`",)), asks="all")
        assert (len(learned.refused), learned.held) == (1, ())

    def test_who_is_not_asked_has_what_looks_wrong_held(self, room: Room) -> None:
        session = room.session(user("Fix it."), said("Done."))
        assert len(room.teach(session, Saying(known=CLAIM), asks="none").held) == 1


class TestSeveralAtOnce:
    def test_the_second_of_two_reviews_is_told(self, room: Room) -> None:
        room.teach(room.session(green()))
        held, one, other = room.held(), room.review, room.review
        one.accept(held)
        for decide in (other.accept, other.reject):
            with pytest.raises(Changed, match="something else was decided about it meanwhile"):
                decide(held)
        assert (len(room.all_entries()), room.states()) == (1, {"s1": "written"})

    def test_of_many_that_accept_at_once_one_does(self, room: Room) -> None:
        room.teach(room.session(green()))
        held, came = room.held(), list[str]()

        def decide() -> None:
            try:
                came.append(room.review.accept(held).file)
            except AcontextError as error:
                came.append(type(error).__name__)

        threads = [threading.Thread(target=decide) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(came) == ["Changed", "Changed", "Changed", "commands.md"]
        assert len(room.entries(COMMANDS, "commands.md")) == 1

    def test_what_learn_wrote_meanwhile_is_not_written_again(self, room: Room) -> None:
        room.teach(room.session(green()))
        held, review = room.held(), room.review
        room.teach(room.session(green(), id="s2"))
        with pytest.raises(AcontextError, match=r"decided about it meanwhile|stands in project-commands"):
            review.accept(held)
        assert (len(room.all_entries()), room.states()) == (1, {"s1": "written"})

    def test_what_was_rejected_while_learn_was_at_work_is_not_written(self, room: Room) -> None:
        room.teach(room.session(green()))
        engine = RejectsMeanwhile(room)
        learned = room.teach(room.session(green(), id="s2"), engine)
        assert (learned.lessons, room.all_entries(), room.states()) == ((), [], {"s1": "rejected"})


class RejectsMeanwhile(OfflineEngine):
    """A person rejects what waits, just before the run's end."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def learn(self, items, space, names):  # type: ignore[no-untyped-def]
        yield from super().learn(items, space, names)
        for held in self.room.review.held():
            self.room.review.reject(held)


class Stops(Exception):
    """The process ends here."""


@pytest.mark.parametrize("accept", [True, False])
def test_a_decision_that_is_cut_off_anywhere_is_made_whole_or_not_at_all(tmp_path: Path, accept: bool) -> None:
    begun = Room(tmp_path / "begun")
    begun.teach(begun.session(green()))
    held, ends = begun.held(), set[tuple[str, int, int]]()
    for number in range(60):
        room = Room(Path(shutil.copytree(begun.root, tmp_path / str(number))))
        machine, left = room.root / ".acontext", [number]

        def count(*_: object, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Stops

        store = SkillStore(room.skills, machine / "spaces" / "default", machine / "history", counting(count))
        review = Review(store, room.find)
        with suppress(Stops):
            (review.accept if accept else review.reject)(held)
        after = room.store()
        state, lines = room.states()["s1"], sum(line.engine == "review" for line in after.ledger.lines())
        ends.add((state, len(room.all_entries()), min(lines, 1)))
        assert after.check() == []
    wanted = {("held", 0, 0), ("written", 1, 1)} if accept else {("held", 0, 0), ("rejected", 0, 1)}
    assert ends == wanted


def counting(count):  # type: ignore[no-untyped-def]
    """A disk that is switched off at some operation."""

    def before(operation):  # type: ignore[no-untyped-def]
        def run(*args, **more):  # type: ignore[no-untyped-def]
            count()
            return operation(*args, **more)

        return run

    names = set(Disk.__dataclass_fields__) - {"flock"}  # with a process its locks end
    return replace(FAST, **{name: before(getattr(FAST, name)) for name in names})


class TestOfAModel:
    def test_an_edit_of_a_persons_file_is_made_where_its_passage_stands_once(self, tmp_path: Path) -> None:
        desk = Desk.at(tmp_path)
        desk.person("people", ada="# Ada\n\n- likes tea\n")
        desk.session()
        said_of = replaces("- likes tea\n", "- likes tea\n- answers 502 Bad Gateway\n", skill="people", file="ada.md")
        self.all_of(desk, "monday", reported(success()), turn(looks("people"), said_of))
        review = Review(desk.store, lambda _: None)
        (held,) = review.held()
        (desk.skills / "people" / "ada.md").write_text("# Ada\n\n- likes tea\n- likes tea\n", encoding="utf-8")
        assert review.look(held).gone == "it was made for a text that does not stand there any more"
        (desk.skills / "people" / "ada.md").write_text("# Ada L.\n\n- likes tea\n", encoding="utf-8")
        review.accept(held)
        assert desk.text("people", "ada.md") == "# Ada L.\n\n- likes tea\n- answers 502 Bad Gateway\n"

    def test_an_entry_of_a_models_is_written_as_it_stood(self, tmp_path: Path) -> None:
        desk = Desk.at(tmp_path)
        desk.session()
        self.all_of(desk, "monday", reported(success()), turn(creates()))
        review = Review(desk.store, lambda _: None)
        done = review.accept(review.held()[0])
        assert (done.skill, done.file, done.title) == (SKILL, FILE, TITLE)
        (entry,) = desk.entries()
        assert ENTRY.partition("\n")[2] in entry.text

    def all_of(self, desk: Desk, *lines: object) -> None:
        config = desk.workspace.folder.config_file
        config.write_text("review: all\n", encoding="utf-8")
        desk.workspace = Workspace.find(desk.workspace.root)
        assert desk.learn(*lines).held  # type: ignore[arg-type]


def test_an_entry_without_room_for_it_does_not_say_that_it_was_accepted() -> None:
    text = "## T\n" + "x" * (4 * ENTRY_TOKENS - 5)
    assert accepted(text) == text
    assert accepted(accepted("## T\n- a")) == accepted("## T\n- a")
    assert entries(accepted("## T\n- a"))[0].text.endswith("- Known because: accepted in review")
