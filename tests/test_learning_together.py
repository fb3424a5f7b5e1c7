"""Several sessions learned from in one run: judged a few at a time, written in order, and nothing lost by any."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from learner import FILE, SKILL, SUCCESS, TITLE, Clerk, Desk, adds, creates, entry_of, leaves, looks, turn
from llm import calls, facts, report, skip
from transcripts import incident

from acontext_cli.api.learning import Done, Learning
from acontext_cli.errors import AcontextError
from acontext_cli.ledger import Run
from acontext_cli.messages import Json
from acontext_cli.model import Reply
from acontext_cli.models.spending import LimitReached, MeteredModel
from acontext_cli.pipeline import Prepared, prepare, write

DAYS = ("monday", "tuesday", "wednesday")
BROKEN = "This one is broken."


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


def week(desk: Desk, *days: str, broken: str = "", space: str = "", more: str = "") -> None:
    for day in days or DAYS:
        request, *rest = incident(f"{BROKEN if day == broken else ''} 502 errors on {day}, please fix them. {more}")
        desk.session(day, [request, *rest], space=space)


def day_of(text: str) -> str:
    return re.findall(r"502 errors on (\S+),", text)[0]


def judged(text: str) -> Reply:
    if BROKEN in text:
        return Reply(text="I would rather not.")
    return calls(report(goal=day_of(text)), SUCCESS)


def titled(day: str) -> str:
    return f"Gateway 502 on {day}"


def wrote(messages: Sequence[Json]) -> Reply:
    """Each lesson becomes an entry, in a skill that the first of them makes or that is there."""
    text = str(messages[1]["content"])
    days = re.findall(r"^- Asked for: (.*)$", text, re.MULTILINE)
    moves = [
        (adds if number > 1 or f"<name>{SKILL}</name>" in text else creates)(entry_of(titled(day)), lesson=number)
        for number, day in enumerate(days, 1)
    ]
    return turn(looks(), *moves)


def clerk(judges: Callable[[str], Reply] = judged, writes: Callable[[Sequence[Json]], Reply] = wrote) -> Clerk:
    return Clerk(judges, writes)


def run(desk: Desk, model: Clerk | MeteredModel, **more: object) -> tuple[list[Done], Learning]:
    desk.workspace.engines.model = model
    new = [(desk.workspace, each) for each in desk.workspace.sessions() if desk.workspace.is_new(each)]
    learning = Learning(new, **more)  # type: ignore[arg-type]
    return list(learning.run()), learning


def names(done: Sequence[Done]) -> list[tuple[str, bool]]:
    return [(each.session.name, each.error is None) for each in done]


def learning_runs(desk: Desk) -> list[Run]:
    return [each for each in reversed(desk.store.ledger.runs()) if each.engine == "llm"]


class TestInOneRun:
    def test_sessions_that_are_judged_together_are_written_in_one_conversation_and_one_run(self, desk: Desk) -> None:
        week(desk)
        model = clerk()
        done, _ = run(desk, model, jobs=3)
        assert names(done) == [(day, True) for day in DAYS]
        assert (model.count("judge"), model.count("learn")) == (3, 1)
        (only,) = learning_runs(desk)
        assert (only.calls, only.tokens) == (4, 440)
        assert [entry.title for entry in desk.entries()] == list(map(titled, DAYS))
        assert desk.store.check() == []

    def test_each_line_of_the_ledger_names_its_session(self, desk: Desk) -> None:
        week(desk)
        done, _ = run(desk, clerk(), jobs=3)
        lines = [line for line in desk.store.ledger.lines() if line.lesson and line.skill == SKILL]
        assert [line.session for line in lines] == [each.session.id for each in done]
        logged = [line for line in desk.store.ledger.lines() if line.lesson and line.skill == "daily-logs"]
        assert [line.session for line in logged] == [each.session.id for each in done]

    def test_each_session_has_what_it_came_to(self, desk: Desk) -> None:
        week(desk)
        done, _ = run(desk, clerk(), jobs=3)
        found = [each.learned for each in done if each.learned]
        assert [[item.title for item in each.lessons] for each in found] == [[titled(day)] for day in DAYS]
        assert len({item.entry for each in found for item in each.lessons}) == 3
        assert [len(each.tasks) for each in found] == [1, 1, 1]
        assert [each.usage.calls for each in found] == [2, 1, 1]  # the learner's with the first

    def test_an_entry_of_one_is_confirmed_by_the_next(self, desk: Desk) -> None:
        entry = desk.taught("sunday")
        week(desk, "monday", "tuesday")
        confirm = turn(looks(), *(("confirm_entry", {"entry": entry.id, "lesson": n}) for n in (1, 2)))
        run(desk, clerk(writes=lambda _: confirm), jobs=2)
        assert "- Known because: 0 errors (3 sessions)" in desk.text()

    def test_one_job_is_a_run_a_session(self, desk: Desk) -> None:
        week(desk)
        done, _ = run(desk, clerk(), jobs=1)
        assert [each.session for each in learning_runs(desk)] == [each.session.id for each in done]
        assert [entry.title for entry in desk.entries()] == list(map(titled, DAYS))

    @pytest.mark.parametrize("jobs", [1, 2, 3, 5])
    def test_how_many_at_a_time_decides_nothing_of_what_is_learned(self, desk: Desk, jobs: int) -> None:
        week(desk)
        done, _ = run(desk, clerk(), jobs=jobs)
        assert names(done) == [(day, True) for day in DAYS]
        assert [entry.title for entry in desk.entries()] == list(map(titled, DAYS))
        assert run(desk, clerk(), jobs=jobs)[0] == []

    def test_they_are_judged_at_the_same_time(self, desk: Desk) -> None:
        week(desk)
        together = threading.Barrier(3, timeout=10)

        def judges(text: str) -> Reply:
            together.wait()
            return judged(text)

        assert len(run(desk, clerk(judges), jobs=3)[0]) == 3

    def test_sessions_of_different_spaces_are_written_apart_and_in_order(self, desk: Desk) -> None:
        desk.workspace.new_space("shop")
        week(desk, "monday")
        week(desk, "tuesday", space="shop")
        week(desk, "wednesday")
        model = clerk()
        done, _ = run(desk, model, jobs=3)
        assert names(done) == [(day, True) for day in DAYS]
        assert model.count("learn") == 3
        assert len(desk.entries()) == 2
        assert SKILL in desk.workspace.space("shop").skills.names()

    def test_sessions_that_teach_nothing_ask_no_learner(self, desk: Desk) -> None:
        week(desk)
        model = clerk(lambda _: calls(report(), skip()))
        done, _ = run(desk, model, jobs=3)
        assert (model.count("judge"), model.count("learn")) == (3, 0)
        assert [each.learned.skipped for each in done if each.learned] == 3 * [((1, "nothing new"),)]

    def test_a_dry_run_writes_nothing_and_shows_the_diff_once(self, desk: Desk) -> None:
        week(desk)
        before = desk.text("daily-logs", "SKILL.md")
        done, _ = run(desk, clerk(), jobs=3, dry_run=True)
        diffs = [each.learned.diff for each in done if each.learned]
        assert [f"+## {titled('monday')}" in diff for diff in diffs] == [True, False, False]
        assert desk.entries() == ()
        assert (desk.text("daily-logs", "SKILL.md"), learning_runs(desk)) == (before, [])
        again = clerk()
        run(desk, again, jobs=3)
        assert again.asked == []
        assert len(desk.entries()) == 3

    def test_what_the_user_wants_goes_to_its_space_in_a_run_of_its_own(self, desk: Desk) -> None:
        desk.workspace.folder.config_file.write_text("user_facts_space: everyone\n", encoding="utf-8")
        desk.workspace.__dict__.pop("config", None)
        week(desk, "monday", "tuesday", more="Always write ISO dates.")

        def writes(messages: Sequence[Json]) -> Reply:
            if "facts about the user" not in str(messages[1]["content"]):
                return wrote(messages)
            add = [adds(f"## Dates {n}\n- ISO", skill="user-general-facts", file="dates.md", lesson=n) for n in (1, 2)]
            return turn(looks("user-general-facts"), *add)

        wants = facts("The user wants ISO dates.", title="Dates", about="user")
        done, _ = run(desk, clerk(lambda text: calls(report(goal=day_of(text)), SUCCESS, wants), writes), jobs=2)
        assert [[item.title for item in each.learned.lessons] for each in done if each.learned] == [
            [titled("monday"), "Dates 1"],
            [titled("tuesday"), "Dates 2"],
        ]
        everyone = desk.workspace.space("everyone").store
        lines = [line.session for line in everyone.ledger.lines() if line.lesson and line.action == "add"]
        assert lines == [each.session.id for each in done]


class TestOneThatIsBroken:
    @pytest.mark.parametrize("jobs", [1, 2, 3])
    @pytest.mark.parametrize("day", DAYS)
    def test_it_is_named_and_the_others_are_learned_from_in_order(self, desk: Desk, day: str, jobs: int) -> None:
        week(desk, broken=day)
        done, _ = run(desk, clerk(), jobs=jobs)
        assert names(done) == [(each, each != day) for each in DAYS]
        (error,) = [str(each.error) for each in done if each.error]
        assert error.startswith("the model 'clerk' reported no task (it said: 'I would rather not.')")
        assert len(desk.entries()) == 2

    def test_it_is_asked_about_again_and_nothing_else_is(self, desk: Desk) -> None:
        week(desk, broken="tuesday")
        run(desk, clerk(), jobs=3)
        again = clerk(lambda _: calls(report(goal="tuesday"), SUCCESS))
        assert names(run(desk, again, jobs=3)[0]) == [("tuesday", True)]
        assert [which for which, _ in again.asked] == ["judge", "learn"]
        assert len(desk.entries()) == 3

    def test_one_whose_space_is_gone_does_not_stop_them(self, desk: Desk) -> None:
        desk.workspace.new_space("shop")
        week(desk, "monday")
        gone = desk.session("tuesday", space="shop")
        week(desk, "wednesday")
        desk.workspace.delete_space("shop")
        desk.workspace.engines.model = clerk()
        chosen = [(desk.workspace, each) for each in (*desk.workspace.sessions(),)]
        done = list(Learning(chosen, jobs=3).run())
        assert names(done) == [("monday", True), ("tuesday", False), ("wednesday", True)]
        assert "its space 'shop' is gone" in str(next(each.error for each in done if each.session.id == gone.id))

    def test_a_learner_that_breaks_off_loses_nothing_of_several(self, desk: Desk) -> None:
        week(desk)

        def stops(messages: Sequence[Json]) -> Reply:
            return turn(creates(lesson=1)) if len(messages) == 2 else Reply(text="Enough.")

        done, _ = run(desk, clerk(writes=stops), jobs=3)
        assert [str(each.error).partition(" (")[0] for each in done] == [
            "None",  # of it nothing is left
            *2 * ["the model 'clerk' left 2 of 3 lessons undecided"],
        ]
        assert [len(each.learned.lessons) for each in done if each.learned] == [1, 0, 0]
        assert len(desk.entries()) == 1
        again = clerk()
        assert names(run(desk, again, jobs=3)[0]) == [("tuesday", True), ("wednesday", True)]
        assert [which for which, _ in again.asked] == ["learn"]
        assert len(desk.entries()) == 3
        assert len([line for line in desk.store.ledger.lines() if line.file.startswith("2026") and line.entry]) == 3


class TestALimit:
    @pytest.mark.parametrize("jobs", [1, 3])
    @pytest.mark.parametrize("calls", [1, 2, 3, 4, 5])
    def test_it_ends_the_run_and_the_next_goes_on(self, desk: Desk, jobs: int, calls: int) -> None:
        week(desk)
        model, asked = clerk(), 0
        for _ in range(8):
            done, learning = run(desk, MeteredModel(model, calls=calls), jobs=jobs)
            assert [each.error for each in done if each.error] == []
            assert len(model.asked) - asked <= calls
            asked = len(model.asked)
            if not learning.stopped:
                break
            told = f"stopped at {calls} call{'s' if calls > 1 else ''}, as --max-calls says; run it again to go on"
            assert str(learning.stopped) == told
        assert model.count("judge") == 3
        assert model.count("learn") <= 3
        assert [entry.title for entry in desk.entries()] == list(map(titled, DAYS))
        assert desk.store.check() == []

    def test_tokens_end_it_too(self, desk: Desk) -> None:
        week(desk)
        model = clerk()
        done, learning = run(desk, MeteredModel(model, tokens=250), jobs=1)
        assert names(done) == [("monday", True), ("tuesday", True)]
        assert [len(each.learned.lessons) for each in done if each.learned] == [1, 0]
        assert str(learning.stopped) == "stopped at 330 tokens, as --spend says; run it again to go on"
        assert len(model.asked) == 3

    def test_the_library_raises_it(self, desk: Desk) -> None:
        week(desk)
        desk.workspace.engines.model = MeteredModel(clerk(), calls=2)
        with pytest.raises(LimitReached):
            desk.workspace.learn()


class TestWrite:
    def prepared(self, desk: Desk, model: Clerk, *days: str) -> Iterator[Prepared]:
        desk.workspace.engines.model = model
        for day in days:
            session = desk.workspace.session(day)
            engine = desk.workspace.engine(session)
            yield Prepared(session=session.folder, tasks=prepare(session.folder, engine), usage=engine.usage)

    def test_preparing_writes_no_skill_and_finds_the_new_tasks_once(self, desk: Desk) -> None:
        week(desk, "monday")
        model, before = clerk(), desk.text("daily-logs", "SKILL.md")
        (first,) = self.prepared(desk, model, "monday")
        assert ([each.goal for each in first.tasks], first.usage.calls) == (["monday"], 1)
        (again,) = self.prepared(desk, model, "monday")
        assert (again.tasks, again.usage.calls) == ((), 0)
        assert (desk.there(), desk.text("daily-logs", "SKILL.md")) == ({"daily-logs", "user-general-facts"}, before)

    def test_more_lessons_than_a_conversation_holds_are_one_run(self, desk: Desk) -> None:
        days = [f"day-{number}" for number in range(9)]
        week(desk, *days)

        def none(messages: Sequence[Json]) -> Reply:
            return turn(*(leaves(lesson=n + 1) for n in range(str(messages[1]["content"]).count("## Lesson"))))

        model = clerk(writes=none)
        found = list(self.prepared(desk, model, *days))
        engine = desk.workspace.engine()
        learned, _ = write(found, engine, desk.store, run=Run(id="r", time="2026-03-27T00:00:00Z", engine="llm"))
        assert [each.skipped for each in learned] == 9 * [((1, "nothing new"),)]
        assert model.count("learn") == 2

    def test_nothing_prepared_is_nothing_learned(self, desk: Desk) -> None:
        before = desk.files()
        engine = desk.workspace.engine()
        assert write([], engine, desk.store, run=Run(id="r", time="2026-03-27T00:00:00Z", engine="llm")) == ((), None)
        assert desk.files() == before

    def test_an_edit_by_hand_meanwhile_leads_to_another_try_and_asks_only_what_is_new(self, desk: Desk) -> None:
        desk.taught("sunday")
        week(desk, "monday")
        (found,) = self.prepared(desk, clerk(), "monday")
        tries: list[int] = []

        def edited(messages: Sequence[Json]) -> Reply:
            tries.append(1)
            if len(tries) == 1:
                path = desk.skills / SKILL / FILE
                path.write_text(desk.text().replace("A limit", "A bound") + "\n## Mine\n- m\n", encoding="utf-8")
            return turn(looks(), adds("## Second\n- p"))

        desk.workspace.engines.model = clerk(writes=edited)
        engine = desk.workspace.engine(desk.workspace.session("monday"))
        run_ = Run(id="r", time="2026-03-27T00:00:00Z", session=found.session.id, engine="llm")
        write([found], engine, desk.store, run=run_)
        assert [entry.title for entry in desk.entries()] == [TITLE, "Mine", "Second"]


def test_the_library_learns_from_all_that_is_new(desk: Desk) -> None:
    week(desk)
    desk.workspace.engines.model = clerk()
    learned = desk.workspace.learn(jobs=2)
    assert [[item.title for item in each.lessons] for each in learned] == [[titled(day)] for day in DAYS]
    assert desk.workspace.learn(jobs=2) == []


def test_the_library_raises_what_a_broken_session_says_and_has_learned_from_the_others(desk: Desk) -> None:
    week(desk, broken="tuesday")
    desk.workspace.engines.model = clerk()
    with pytest.raises(AcontextError, match="reported no task"):
        desk.workspace.learn()
    assert len(desk.entries()) == 2


def test_learning_again_from_a_session_asks_nothing(desk: Desk) -> None:
    week(desk, "monday")
    model = clerk()
    desk.workspace.engines.model = model
    session = desk.workspace.session("monday")
    desk.workspace.learn(session)
    asked = len(model.asked)
    (again,) = desk.workspace.learn(session)
    assert (again.written, again.usage.calls, len(model.asked)) == ((), 0, asked)
    assert len(desk.entries()) == 1


def test_entries_are_named_in_the_order_of_their_sessions(desk: Desk) -> None:
    week(desk)

    def named(messages: Sequence[Json]) -> Reply:
        return turn(
            creates(entry_of("One"), lesson=1),
            adds(entry_of("Three"), lesson=3),
            adds(entry_of("Two"), lesson=2),
        )

    done, _ = run(desk, clerk(writes=named), jobs=3)
    assert [[item.title for item in each.learned.lessons] for each in done if each.learned] == [
        ["One"],
        ["Two"],
        ["Three"],
    ]
