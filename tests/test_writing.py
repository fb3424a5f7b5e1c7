from dataclasses import replace

from space import Shown, facts, standing, success
from transcripts import task

from acontext_cli.distillations import Distillation, Failure, Lesson, Skip, Success
from acontext_cli.edits import AddEntry, CreateSkill, ReplaceText
from acontext_cli.engines.engine import Decline, Hold, Proposal
from acontext_cli.engines.rules.entry import (
    contradicted_text,
    digest_id,
    digest_text,
    entry_id,
    lesson_text,
    warning_text,
    with_sessions,
)
from acontext_cli.engines.rules.writing import learn
from acontext_cli.skills import FILE_TOKENS
from acontext_cli.tasks import Known

ID = entry_id(success())
SKILL = "config-patterns"


def item(verdict: Lesson | Skip, session: str = "s1", id: str = "d1") -> Distillation:
    known = Known(source="check", because="it went to 0")
    return Distillation(id=id, session=session, task=task(), verdict=verdict, known=known, date="2026-03-26")


def asked(space: Shown, *items: Distillation) -> list[Proposal | Hold]:
    return list(learn(items, space, {"s1": "monday"}))


def failure() -> Failure:
    return Failure(
        title="502",
        task_goal="",
        failure_point="it came back",
        flawed_reasoning="",
        what_should_have_been_done="",
        prevention_principle="Do not.",
        applies_when="",
    )


def there(text: str, *sessions: str, file: str = "procedures.md", size: int = 100) -> Shown:
    """A space in which the entry stands that these sessions taught."""
    return Shown(
        skills=(SKILL,),
        sizes={(SKILL, file): size},
        entries={ID: (SKILL, standing(text, file))},
        taught={ID: frozenset(sessions)},
    )


TEXT = lesson_text(success(), item(success()), 1)


def test_a_task_is_logged_once_whatever_it_taught() -> None:
    space = Shown(skills=("daily-logs",))
    text = digest_text(task(), "s1", "monday", "2026-03-26")
    assert asked(space, item(Skip(reason="a")), item(Skip(reason="b"), id="d2")) == [
        Proposal(
            edits=(AddEntry(skill="daily-logs", file="2026-03.md", text=text),),
            lesson="d1",
            entry=digest_id(task(), "s1"),
            action="add",
            title="Fix it",
            skill="daily-logs",
            file="2026-03.md",
        )
    ]


def test_a_digest_is_brought_up_to_date_and_never_judged() -> None:
    old, new = (
        digest_text(task("failed"), "s1", "monday", "2026-03-26"),
        digest_text(task(), "s1", "monday", "2026-03-26"),
    )
    id = digest_id(task(), "s1")
    space = Shown(skills=("daily-logs",), entries={id: ("daily-logs", standing(old, "2026-03.md"))})
    (proposal,) = asked(space, item(Skip(reason="a")))
    assert isinstance(proposal, Proposal)
    assert proposal.edits == (ReplaceText(skill="daily-logs", file="2026-03.md", old=old, new=new),)
    assert (proposal.action, proposal.text) == ("replace", "")
    space = replace(space, entries={id: ("daily-logs", standing(new, "2026-03.md"))})
    assert asked(space, item(Skip(reason="a"))) == []


def test_a_first_lesson_makes_its_skill() -> None:
    (proposal,) = asked(Shown(), item(success()))
    assert isinstance(proposal, Proposal)
    made, added = proposal.edits
    assert isinstance(made, CreateSkill)
    assert (made.name, added) == (SKILL, AddEntry(skill=SKILL, file="procedures.md", text=TEXT))
    assert (proposal.action, proposal.entry, proposal.text) == ("add", ID, TEXT)


def test_a_lesson_that_needs_two_sessions_is_held_in_the_first() -> None:
    fact = facts(needed=2)
    (hold,) = asked(Shown(), item(fact))
    assert hold == Hold(
        lesson="d1",
        entry=entry_id(fact),
        title=fact.title,
        reason="seen in 1 session; 2 are needed",
        text=lesson_text(fact, item(fact), 1),
    )
    (proposal,) = asked(Shown(taught={entry_id(fact): frozenset({"s0"})}), item(fact))
    assert isinstance(proposal, Proposal)
    assert proposal.text == lesson_text(fact, item(fact), 2)


def test_what_a_person_deleted_is_not_taught_again() -> None:
    (declined,) = asked(Shown(gone=frozenset({ID})), item(success()))
    assert isinstance(declined, Decline)
    assert declined.reason.endswith("you deleted this entry, so it is not taught again")
    assert asked(Shown(skills=("daily-logs",), gone=frozenset({digest_id(task(), "s1")})), item(Skip(reason="a"))) == []


def test_the_same_from_another_session_adds_itself() -> None:
    (proposal,) = asked(there(TEXT, "s0"), item(success()))
    assert isinstance(proposal, Proposal)
    new = with_sessions(TEXT, 2)
    assert proposal.edits == (ReplaceText(skill=SKILL, file="procedures.md", old=TEXT, new=new),)
    assert (proposal.action, "(2 sessions)" in new) == ("source", True)
    assert asked(there(TEXT, "s1"), item(success())) == []


def test_a_failure_of_the_only_session_makes_a_warning() -> None:
    (proposal,) = asked(there(TEXT, "s1"), item(failure()))
    assert isinstance(proposal, Proposal)
    assert (proposal.action, proposal.text) == ("warning", warning_text(TEXT, failure(), "2026-03-26"))


def test_a_failure_of_one_of_several_sessions_is_noted() -> None:
    (proposal,) = asked(there(TEXT, "s0", "s1"), item(failure()))
    assert isinstance(proposal, Proposal)
    assert (proposal.action, proposal.text) == ("warning", contradicted_text(TEXT, failure(), "2026-03-26"))


def test_a_failure_of_what_stands_nowhere_or_came_from_others_is_passed_over() -> None:
    reason = "it failed, and without a model a failure alone teaches nothing"
    assert asked(Shown(), item(failure())) == [Decline(lesson="d1", reason=reason)]
    assert asked(there(TEXT, "s0"), item(failure())) == [Decline(lesson="d1", reason=reason)]


def test_a_warning_that_another_session_bears_out_holds_for_longer() -> None:
    warned = warning_text(TEXT, failure(), "2026-01-02")
    (proposal,) = asked(there(warned), item(failure(), "s2"))
    renewed = warned.replace("2026-04-02", "2026-06-24")
    assert (proposal.action, proposal.text, proposal.before) == ("source", renewed, warned)
    assert proposal.edits == (ReplaceText(skill=SKILL, file="procedures.md", old=warned, new=renewed),)


def test_where_warnings_do_not_expire_they_say_no_day() -> None:
    def proposed(space: Shown, verdict: Lesson) -> str:
        return next(
            each for each in learn([item(verdict)], space, {}, 0) if isinstance(each, Proposal) and each.text
        ).text

    warned = proposed(there(TEXT, "s1"), failure())
    assert warned == warning_text(TEXT, failure(), "2026-03-26", 0)
    assert proposed(there(warning_text(TEXT, failure(), "2026-01-02")), failure()) == warned


def test_a_success_replaces_a_warning() -> None:
    warned = warning_text(TEXT, failure(), "2026-03-26")
    (proposal,) = asked(there(warned, "s1"), item(success()))
    assert isinstance(proposal, Proposal)
    assert (proposal.action, proposal.text) == ("replace", TEXT)
    edit = ReplaceText(skill=SKILL, file="procedures.md", old=warned, new=TEXT)
    assert proposal.edits == (edit,)


def test_an_entry_that_outgrows_its_file_moves_to_one_with_room() -> None:
    space = there(TEXT, "s1", file="procedures-2.md", size=FILE_TOKENS)
    (proposal,) = asked(space, item(failure()))
    assert isinstance(proposal, Proposal)
    text = warning_text(TEXT, failure(), "2026-03-26")
    assert proposal.edits == (
        ReplaceText(skill=SKILL, file="procedures-2.md", old=TEXT, new=""),
        AddEntry(skill=SKILL, file="procedures.md", text=text),
    )
    assert proposal.file == "procedures.md"


def test_an_entry_stays_in_a_file_that_a_person_made_too_long_or_named() -> None:
    for space in (there(TEXT, "s1", size=9 * FILE_TOKENS), there(TEXT, "s1", file="My Notes.md", size=FILE_TOKENS)):
        (proposal,) = asked(space, item(failure()))
        assert isinstance(proposal, Proposal)
        assert [type(edit) for edit in proposal.edits] == [ReplaceText]


def test_a_lesson_of_two_sessions_is_written_as_such() -> None:
    needs: Success = success(needed=2)
    (proposal,) = asked(Shown(taught={ID: frozenset({"s0"})}), item(needs))
    assert isinstance(proposal, Proposal)
    assert proposal.text.endswith("- Known because: it went to 0 (2 sessions)")
