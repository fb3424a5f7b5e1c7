"""The learner of the LLM engine over a real space: what a model calls, what it is answered, and what comes of it."""

from pathlib import Path

import pytest
from learner import (
    DATE,
    ENTRY,
    FILE,
    LINES,
    SKILL,
    SUCCESS,
    TITLE,
    Desk,
    adds,
    confirms,
    creates,
    leaves,
    looks,
    reads,
    replaces,
    task,
    turn,
    writes,
)
from llm import Pair, facts, failure, last_told, report, skip, success
from llm import calls as replies
from transcripts import called, incident, said, user

from acontext_cli.api.workspace import Workspace
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import Reply

DATED = incident("502 errors since noon, please fix them. Always write ISO dates.")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


def titles(desk: Desk, skill: str = SKILL, file: str = FILE) -> list[str]:
    return [entry.title for entry in desk.entries(skill, file)]


def three(*verdicts: Pair) -> Reply:
    """One task that teaches several things."""
    return replies(report(), *verdicts)


class TestReadingFirst:
    def test_a_write_into_a_skill_that_was_not_read_is_answered_and_not_done(self, desk: Desk) -> None:
        desk.taught()
        desk.session("tuesday")
        learned = desk.learn("tuesday", task(SUCCESS), turn(adds()), turn(leaves()))
        assert learned.lessons == ()
        assert desk.told() == [
            f"Error: read {SKILL!r} first, with get_skill: its SKILL.md says what stands in it, its index what there is"
        ]
        assert titles(desk) == [TITLE]

    @pytest.mark.parametrize("first", [looks(), reads()], ids=["the skill", "a file of it"])
    def test_what_was_read_may_be_written_in_the_same_conversation(self, desk: Desk, first: Pair) -> None:
        desk.taught()
        desk.session("tuesday")
        learned = desk.learn("tuesday", task(SUCCESS), turn(first), turn(adds("## Another\n- p")))
        assert [(item.action, item.file) for item in learned.lessons] == [("add", FILE)]
        assert titles(desk) == [TITLE, "Another"]

    def test_reading_and_writing_may_stand_in_one_answer(self, desk: Desk) -> None:
        desk.taught()
        desk.session("tuesday")
        desk.learn("tuesday", task(SUCCESS), turn(looks(), adds("## Another\n- p")))
        assert titles(desk) == [TITLE, "Another"]
        assert len(desk.model.history) == 2

    def test_the_catalog_is_shown_and_no_skill_whole(self, desk: Desk) -> None:
        desk.taught()
        desk.session("tuesday")
        desk.learn("tuesday", task(SUCCESS), turn(leaves()))
        shown = str(desk.model.history[1].messages[1]["content"])
        assert f"<name>{SKILL}</name><description>502 Bad Gateway and its causes</description>" in shown
        assert "a limit follows what it limits\n- applies_when: 502" in shown  # the lesson
        assert "Known because" not in shown  # the entry

    def test_a_small_skill_is_read_with_its_files_and_a_large_one_by_its_index(self, desk: Desk) -> None:
        desk.person("people", ada_lovelace="# Ada\n\nlikes tea\n")
        desk.person("places", paris="# Paris\n\n" + "a river\n" * 1000)
        desk.session()
        desk.learn("monday", task(SUCCESS), turn(looks("people"), looks("places")), turn(leaves()))
        small, large = desk.told()
        assert "--- ada-lovelace.md ---\n# Ada\n\nlikes tea\n" in small
        assert ("Files:\n- paris.md" in large, "a river" in large) == (True, False)

    def test_a_file_is_read_by_its_name_and_what_is_not_there_is_said(self, desk: Desk) -> None:
        desk.person("people", ada="# Ada\n")
        desk.session()
        asked = turn(reads("people", "ada.md"), reads("people", "../../config.yaml"), reads("nobody"), looks("nobody"))
        desk.learn("monday", task(SUCCESS), asked, turn(leaves()))
        found, outside, *missing = desk.told()
        assert found == "# Ada\n"
        assert outside == "The skill 'people' has no file '../../config.yaml'. Files: SKILL.md, ada.md"
        assert missing == 2 * ["There is no skill 'nobody'. Available: daily-logs, people, user-general-facts"]

    def test_a_skill_that_has_a_word_in_common_is_to_be_read_before_another_is_made(self, desk: Desk) -> None:
        desk.taught()
        desk.session("tuesday")
        desk.learn("tuesday", task(SUCCESS), turn(creates(name="devops-gateways")), turn(leaves()))
        assert desk.told() == [
            f"Error: there is {SKILL!r} already: read it, and add to it; or name the new one after what sets it apart"
        ]
        assert "devops-gateways" not in desk.there()
        desk.session("wednesday")
        desk.learn("wednesday", task(SUCCESS), turn(looks()), turn(creates("## B\n- p", name="devops-gateways")))
        assert "devops-gateways" in desk.there()

    def test_words_that_say_nothing_make_no_two_names_alike(self, desk: Desk) -> None:
        desk.session()
        desk.learn("monday", task(SUCCESS), turn(creates(name="user-notes-and-logs")))
        assert "user-notes-and-logs" in desk.there()

    def test_a_skill_that_was_made_just_now_needs_no_reading(self, desk: Desk) -> None:
        desk.session()
        said = three(SUCCESS, facts("The timeout is 5000 ms.", evidence=[9]))
        desk.learn("monday", said, turn(creates(lesson=1), adds("## Timeouts\n- it is 5000 ms", lesson=2)))
        assert titles(desk) == [TITLE, "Timeouts"]


class TestEntries:
    def test_the_program_adds_date_id_and_how_it_is_known(self, desk: Desk) -> None:
        entry = desk.taught()
        assert entry.text == (
            f"## {TITLE} (date: {DATE}) <!-- id: {entry.id} -->\n{LINES}\n- Known because: 0 errors (1 session)"
        )
        assert len(entry.id) == 6

    def test_a_skill_is_made_with_its_first_entry_and_an_index(self, desk: Desk) -> None:
        desk.taught()
        assert desk.text(file="SKILL.md").endswith(
            f"- roles, not names\n\n## Index\n\n- 502 Bad Gateway → [{FILE}]({FILE}) “{TITLE}”\n"
        )
        assert desk.store.check() == []

    def test_confirming_counts_the_session_once(self, desk: Desk) -> None:
        entry = desk.taught()
        desk.session("tuesday")
        said = three(SUCCESS, success(title="The same"))
        again = turn(looks(), confirms(entry.id, lesson=1), confirms(f"<!-- id: {entry.id} -->", lesson=2))
        learned = desk.learn("tuesday", said, again)
        assert [item.action for item in learned.lessons] == ["source", "source"]
        assert "- Known because: 0 errors (2 sessions)" in desk.text()
        assert len(desk.entries()) == 1

    def test_what_was_not_read_is_not_confirmed(self, desk: Desk) -> None:
        entry = desk.taught()
        desk.session("tuesday")
        desk.learn("tuesday", task(SUCCESS), turn(confirms(entry.id)), turn(leaves()))
        assert desk.told() == [
            f"Error: read {SKILL!r} first, with get_skill: what it says is to be seen before it is confirmed"
        ]
        assert "(1 session)" in desk.text()

    def test_an_entry_that_is_changed_keeps_its_id_and_counts_the_session(self, desk: Desk) -> None:
        entry = desk.taught()
        desk.session("tuesday")
        change = replaces("a limit follows what it limits", "a limit lies above what it limits")
        learned = desk.learn("tuesday", task(SUCCESS), turn(looks(), change))
        assert [(item.action, item.entry) for item in learned.lessons] == [("replace", entry.id)]
        changed = entry.text.replace("follows", "lies above").replace("what it limits", "what it limits")
        assert desk.text() == changed.replace("(1 session)", "(2 sessions)") + "\n"

    @pytest.mark.parametrize(
        ("said", "stands"),
        [("502 Bad Gateway and 504, their causes", True), ("Everything about tides", False)],
        ids=["with what it was found by", "without"],
    )
    def test_the_description_of_a_learners_own_skill_may_be_said_anew(
        self, desk: Desk, said: str, stands: bool
    ) -> None:
        desk.taught()
        desk.session("tuesday")
        add = adds("## B\n- p", description=said, lesson=1)
        desk.learn("tuesday", three(SUCCESS, success(title="C")), turn(looks(), add), turn(leaves(lesson=2)))
        assert (said in desk.text(file="SKILL.md")) == stands
        assert ("stays as it is: yours leaves out" in desk.told()[-1]) == (not stands)

    def test_that_of_the_users_facts_stays_and_the_model_is_told(self, desk: Desk) -> None:
        desk.session("monday", DATED)
        before = desk.text("user-general-facts", "SKILL.md").partition("## Index")[0]
        said = three(facts("The user wants ISO dates.", about="user"), SUCCESS)
        add = adds("## Dates\n- ISO", skill="user-general-facts", file="dates.md", description="Mine", lesson=1)
        desk.learn("monday", said, turn(looks("user-general-facts"), add), turn(leaves(lesson=2)))
        assert desk.told()[-1] == "Done. The description of 'user-general-facts' stays as it is."
        assert desk.text("user-general-facts", "SKILL.md").partition("## Index")[0] == before


class TestWhatIsHeldOrRefused:
    def test_a_claim_is_held_without_any_call(self, desk: Desk) -> None:
        desk.session()
        learned = desk.learn("monday", task(SUCCESS, known="claim"))
        assert learned.held == ((TITLE, "only the agent says so"),)
        assert learned.usage.calls == 1
        (held,) = desk.store.held()
        assert f"## {TITLE} (date: {DATE})" in held.text

    def test_a_word_that_no_message_holds_is_refused_mended_and_no_refused_lesson(self, desk: Desk) -> None:
        desk.session()
        wrong = creates(ENTRY.replace("check_logs(", "check_weather("))
        learned = desk.learn("monday", task(SUCCESS), turn(wrong), turn(creates()))
        told = (
            "Error: refused, nothing was written: the transcript does not hold 'check_weather'. Mend it, or skip_lesson"
        )
        assert desk.told() == [told]
        assert (learned.refused, [item.title for item in learned.lessons]) == ((), [TITLE])
        assert desk.did() == ["add"]
        assert "check_weather" not in desk.text()

    def test_a_fault_that_passed_is_dropped_and_not_to_be_mended(self, desk: Desk) -> None:
        request, *rest = incident()
        busy, fine = called("get_quota", "Error: 503, try again", id="q"), called("get_quota", "quota: 9", id="q")
        desk.session("monday", [request, *rest[:-1], *busy, *fine, rest[-1]])
        text = (
            "## get_quota is down\n- When to Apply: `get_quota`\n- Failed Because: 503, try again\n- Do Instead: guess"
        )
        learned = desk.learn("monday", three(failure()), turn(creates(text)))
        reason = "passing: the same call succeeded later unchanged (`get_quota`)"
        assert learned.skipped == ((1, f"“Warning: get_quota is down”: {reason}"),)
        assert (learned.refused, learned.held, desk.did()) == ((), (), [])
        assert not desk.workspace.is_new(desk.workspace.session("monday"))

    def test_a_false_comparison_is_held_for_a_person(self, desk: Desk) -> None:
        request, *rest = incident()
        limits = called("read_limits", "p99_ms: 4200\nread_timeout_ms: 5000", id="q")
        desk.session("monday", [request, *rest[:-1], *limits, rest[-1]])
        text = ENTRY.replace("502 Bad Gateway", "502 Bad Gateway, and p99 above the timeout")
        learned = desk.learn("monday", task(SUCCESS), turn(creates(text)))
        reason = "“p99 above the timeout”: p99_ms was 4,200, upstream_timeout_ms 5,000"
        assert learned.held == ((TITLE, reason),)
        assert [held.reason for held in desk.store.held()] == [reason]

    def test_what_stays_refused_is_shown_and_given_up(self, desk: Desk) -> None:
        desk.session()
        wrong = creates(ENTRY.replace("check_logs(", "check_weather("))
        learned = desk.learn("monday", task(SUCCESS), *4 * [turn(wrong)])
        assert set(learned.refused) == {(TITLE, "the transcript does not hold 'check_weather'")}
        assert SKILL not in desk.there()
        assert not desk.workspace.is_new(desk.workspace.session("monday"))

    def test_what_is_refused_and_then_left_out_is_shown_as_refused(self, desk: Desk) -> None:
        desk.session()
        wrong = creates(ENTRY.replace("check_logs(", "check_weather("))
        learned = desk.learn("monday", task(SUCCESS), turn(wrong), turn(leaves("no name for it")))
        assert [reason for _, reason in learned.refused] == ["the transcript does not hold 'check_weather'"]
        assert learned.skipped == ((1, "no name for it"),)

    def test_the_text_of_a_skill_is_no_evidence(self, desk: Desk) -> None:
        read = called("get_skill_file", "Set `secret_knob` to 7.", skill_name="x", file_path="y.md")
        request, *rest = incident()
        desk.session("monday", [request, *rest, user("And again?"), *read, said("Yes, secret_knob.")][:-1])
        knob = creates(ENTRY + "\n- Verify: `secret_knob`")
        learned = desk.learn("monday", task(SUCCESS, last=19), turn(knob), turn(leaves()))
        assert [reason for _, reason in learned.refused] == ["the transcript does not hold 'secret_knob'"]

    @pytest.mark.parametrize(
        ("bad", "told"),
        [
            ({"name": "Devops Incidents"}, "a skill's name is lower-case letters"),
            ({"text": ENTRY.replace("check_logs(", "check_weather(")}, "does not hold 'check_weather'"),
            ({"file": "../gateway.md"}, "a skill's files lie flat beside SKILL.md, not in '..'"),
            ({"text": "no heading"}, "text begins with the entry's heading"),
            ({"text": f"{ENTRY}\n\n## Second\n- b"}, "text is one entry, with one line `## Title`"),
            ({"body": "---\nname: x\n---\n"}, "body begins with front matter"),
            ({"text": f"{ENTRY}\n- {'long ' * 300}"}, "tokens, 300 are allowed"),
        ],
        ids=["name", "anchor", "path", "heading", "two entries", "front matter", "length"],
    )
    def test_a_skill_and_its_first_entry_stand_or_fall_as_one(self, desk: Desk, bad: Json, told: str) -> None:
        desk.session()
        before = desk.there()
        desk.learn("monday", task(SUCCESS), turn(creates(**bad)), turn(leaves()))
        assert told in desk.told()[0]
        assert desk.there() == before

    @pytest.mark.parametrize(
        "file", ["../x.md", "/etc/x.md", "a/b.md", "x.txt", "SKILL.md", "skill.md", "..", "", "con.md"]
    )
    def test_no_path_leaves_the_skill(self, desk: Desk, file: str) -> None:
        desk.taught()
        desk.session("tuesday")
        before = {name for name in desk.files() if "skills_store" in name}
        desk.learn("tuesday", task(SUCCESS), turn(looks(), adds("## B\n- p", file=file)), turn(leaves()))
        assert desk.told()[1].startswith("Error: refused, nothing was written: ")
        assert {name for name in desk.files() if "skills_store" in name} == before


class TestSeveralLessons:
    def test_three_lessons_are_written_in_one_conversation_and_one_left_out_with_its_reason(self, desk: Desk) -> None:
        desk.session()
        fact = facts("The timeout is 5000 ms.", title="Timeouts", evidence=[9])
        said = three(SUCCESS, fact, success(title="Third"))
        moves = turn(
            creates(lesson=1), adds("## Timeouts\n- 5000 ms", lesson=2), leaves("it is in the first", lesson=3)
        )
        learned = desk.learn("monday", said, moves)
        assert len(desk.model.history) == 2
        assert titles(desk) == [TITLE, "Timeouts"]
        assert learned.skipped == ((1, "it is in the first"),)
        assert desk.did() == ["add", "add", "skip"]

    def test_a_lesson_may_become_several_entries(self, desk: Desk) -> None:
        desk.session()
        first = turn(creates(lesson=1), adds("## More\n- b", lesson=1))
        desk.learn("monday", three(SUCCESS, success(title="Second")), first, turn(leaves(lesson=2)))
        made = desk.entries()
        assert [entry.title for entry in made] == [TITLE, "More"]
        assert len({entry.id for entry in made}) == 2

    def test_what_stands_in_the_answer_that_settles_the_last_is_done_too(self, desk: Desk) -> None:
        desk.session()
        desk.learn("monday", task(SUCCESS), turn(creates(), adds("## More\n- b")))
        assert titles(desk) == [TITLE, "More"]

    @pytest.mark.parametrize("number", [0, 3, -1])
    def test_a_lesson_that_is_not_there_is_said(self, desk: Desk, number: int) -> None:
        desk.session()
        wrong = turn(creates(lesson=number), leaves(lesson=1), leaves(lesson=2))
        desk.learn("monday", three(SUCCESS, success(title="Second")), wrong)
        assert SKILL not in desk.there()

    def test_the_number_of_an_only_lesson_is_not_asked_for(self, desk: Desk) -> None:
        desk.session()
        desk.learn("monday", task(SUCCESS), turn(creates(lesson=7)))
        assert titles(desk) == [TITLE]

    def test_more_than_eight_are_written_in_two_conversations(self, desk: Desk) -> None:
        requests = [each for n in range(1, 4) for each in (user(f"Fix gateway {n}."), *incident()[1:])]
        desk.session("monday", requests)
        several = [
            pair
            for n in range(3)
            for pair in (
                report(n + 1, 1 + 16 * n, 16 * (n + 1), evidence=[15 + 16 * n]),
                *(success(n + 1, title=f"T{n}{k}", evidence=[3 + 16 * n]) for k in range(3)),
            )
        ]
        eight = turn(*(leaves(lesson=n) for n in range(1, 9)))
        learned = desk.learn("monday", replies(*several), eight, turn(leaves("the ninth")))
        assert learned.usage.calls == 3
        assert [reason for _, reason in learned.skipped] == [*8 * ["nothing new"], "the ninth"]

    def test_what_is_left_out_is_not_asked_about_again(self, desk: Desk) -> None:
        session = desk.session()
        desk.learn("monday", task(SUCCESS), turn(leaves()))
        assert not desk.workspace.is_new(session)
        assert desk.learn("monday").usage.calls == 0

    def test_a_skip_of_the_distillation_is_no_lesson(self, desk: Desk) -> None:
        desk.session()
        learned = desk.learn("monday", task(skip()))
        assert (learned.usage.calls, learned.skipped) == (1, ((1, "nothing new"),))
        assert [(item.skill, item.action) for item in learned.written] == [("daily-logs", "add")]


class TestAModelThatBreaksOff:
    def stopped(self, desk: Desk) -> str:
        """It writes the first of two lessons, and then only talks; the error."""
        desk.session()
        with pytest.raises(AcontextError) as error:
            desk.learn(
                "monday",
                three(SUCCESS, success(title="Second")),
                turn(creates(lesson=1)),
                Reply(text="I am done."),
                Reply(text="Really."),
            )
        return str(error.value)

    def test_what_it_wrote_is_kept_and_the_error_is_one_line(self, desk: Desk) -> None:
        assert self.stopped(desk) == (
            "the model 'scripted' left 1 of 2 lessons undecided (it said: 'Really.'): run it again, or try another "
            "model (acontext config check)"
        )
        assert titles(desk) == [TITLE]
        assert desk.did() == ["add"]
        assert desk.store.check() == []

    def test_the_rest_is_learned_by_the_next_run_and_nothing_else_is_asked(self, desk: Desk) -> None:
        self.stopped(desk)
        learned = desk.learn("monday", turn(looks(), adds("## Second\n- p")))
        assert learned.usage.calls == 1
        told = str(desk.model.history[0].messages[1]["content"])
        assert ("## Lesson 1: a procedure" in told, "## Lesson 2" in told) == (True, False)
        assert titles(desk) == [TITLE, "Second"]

    def test_a_model_that_only_talks_is_told_once_what_is_wanted(self, desk: Desk) -> None:
        desk.session()
        desk.learn("monday", task(SUCCESS), Reply(text="Well."), turn(leaves()))
        told = last_told(desk.model.history[-1].messages)
        assert told.startswith("That was no call. Answer with calls of these tools: get_skill, get_skill_file, confirm")

    def test_one_that_turns_in_circles_comes_to_an_end(self, desk: Desk) -> None:
        desk.session()
        with pytest.raises(AcontextError, match=r"left 1 of 1 lessons undecided, which are held .*in too many turns"):
            desk.learn("monday", task(SUCCESS), *20 * [turn(looks("daily-logs"))])
        assert len(desk.model.history) == 1 + 6
        assert [held.reason for held in desk.store.held()] == [
            "the model 'scripted' found no place for it in many tries"
        ]
        assert desk.learn("monday").held == ()  # and is not asked again

    def test_a_secret_in_what_a_model_says_reaches_neither_skill_nor_disk(self, desk: Desk) -> None:
        desk.session()
        key = "sk-proj-a8Kd72hsKw93jfLs02kdMs83"
        desk.learn("monday", task(SUCCESS), turn(creates(f"{ENTRY}\n- {key}")))
        (entry,) = desk.entries()
        assert "<secret:openai-key:1>" in entry.text
        assert not [
            path for path in desk.workspace.root.rglob("*") if path.is_file() and key in path.read_text("utf-8")
        ]

    def test_one_that_makes_only_mistakes_is_ended_with_the_last_of_them(self, desk: Desk) -> None:
        desk.session()
        with pytest.raises(AcontextError, match=r"its last call: there is no tool 'rm': the tools are get_skill"):
            desk.learn("monday", task(SUCCESS), *20 * [turn(("rm", {}), ("rm", {}), ("rm", {}))])

    def test_a_server_that_fails_in_the_middle_costs_no_answer(self, desk: Desk) -> None:
        desk.taught()
        desk.session("tuesday")
        with pytest.raises(AcontextError, match="queue one more"):
            desk.learn("tuesday", task(SUCCESS), turn(looks()))
        assert desk.learn("tuesday", turn(adds("## B\n- p"))).usage.calls == 1
        assert titles(desk) == [TITLE, "B"]

    def test_a_lesson_that_it_was_about_to_mend_is_not_lost(self, desk: Desk) -> None:
        desk.session()
        with pytest.raises(AcontextError, match="queue one more"):
            desk.learn("monday", task(SUCCESS), turn(creates(ENTRY.replace("check_logs(", "check_weather("))))
        learned = desk.learn("monday", turn(creates()))
        assert (titles(desk), learned.refused) == ([TITLE], ())

    def test_what_it_left_out_is_settled_and_the_daily_log_is_kept_once(self, desk: Desk) -> None:
        desk.session()
        with pytest.raises(AcontextError, match="queue one more"):
            desk.learn("monday", three(success(title="A"), SUCCESS), turn(leaves(lesson=1)))
        desk.learn("monday", turn(creates()))
        assert titles(desk) == [TITLE]
        assert desk.text("daily-logs", "2026-03.md").count("## ") == 1

    def test_a_dry_run_writes_no_skill_and_the_run_behind_it_asks_nothing(self, desk: Desk) -> None:
        desk.session()
        before = {name: data for name, data in desk.files().items() if name.startswith("skills_store")}
        learned = desk.learn("monday", task(SUCCESS), turn(creates()), dry_run=True)
        assert f"+## {TITLE} (date: {DATE})" in learned.diff
        assert {name: data for name, data in desk.files().items() if name.startswith("skills_store")} == before
        assert desk.learn("monday").usage.calls == 0
        assert titles(desk) == [TITLE]


class TestAPersonsOwnSkill:
    def test_files_of_its_own_form_are_written_as_they_are(self, desk: Desk) -> None:
        desk.person("people")
        desk.session()
        ada = "# Ada Lovelace\n\n- runs the gateway"
        learned = desk.learn("monday", task(SUCCESS), turn(looks("people"), writes("people", "ada.md", ada)))
        assert desk.text("people", "ada.md") == f"{ada}\n"
        assert [(item.action, item.file, item.entry) for item in learned.lessons] == [("edit", "ada.md", "")]

    def test_they_are_gone_on_with(self, desk: Desk) -> None:
        desk.person("people", ada="# Ada\n\n- runs the gateway\n")
        desk.session()
        more = replaces("- runs the gateway", "- runs the gateway\n- likes timeouts", skill="people", file="ada.md")
        desk.learn("monday", task(SUCCESS), turn(looks("people"), more))
        assert desk.text("people", "ada.md") == "# Ada\n\n- runs the gateway\n- likes timeouts\n"

    def test_a_file_that_is_there_is_not_written_over(self, desk: Desk) -> None:
        desk.person("people", ada="# Ada\n")
        desk.session()
        over = turn(looks("people"), writes("people", "ada.md", "# Gone"))
        desk.learn("monday", task(SUCCESS), over, turn(leaves()))
        assert desk.told()[1] == "Error: there is a file 'ada.md' already: read it, and use replace_text"
        assert desk.text("people", "ada.md") == "# Ada\n"

    def test_an_entry_of_it_has_no_line_of_the_programs(self, desk: Desk) -> None:
        desk.person("people")
        desk.session()
        failed = failure(title="Careful")
        text = "## Ada\n- runs the gateway\n- Known because: I say so (9 sessions)"
        desk.learn("monday", three(failed), turn(looks("people"), adds(text, skill="people", file="ada.md")))
        (entry,) = desk.entries("people", "ada.md")
        assert entry.text == f"## Ada (date: {DATE}) <!-- id: {entry.id} -->\n- runs the gateway"

    def test_its_description_stays(self, desk: Desk) -> None:
        desk.person("people")
        before = desk.text("people", "SKILL.md")
        desk.session()
        add = adds("## Ada\n- p", skill="people", file="ada.md", description="Everybody", lesson=1)
        desk.learn("monday", three(SUCCESS, success(title="B")), turn(looks("people"), add, leaves(lesson=2)))
        assert desk.text("people", "SKILL.md") == before

    def test_the_catalog_says_which_those_are(self, desk: Desk) -> None:
        desk.person("people")
        desk.session()
        desk.learn("monday", task(SUCCESS), turn(leaves()))
        shown = str(desk.model.history[1].messages[1]["content"])
        assert "\nSkills whose SKILL.md the user wrote: people.\n`daily-logs` is kept by the program.\n" in shown

    def test_a_file_of_words_that_no_message_holds_is_refused_too(self, desk: Desk) -> None:
        desk.person("people")
        desk.session()
        wrong = turn(looks("people"), writes("people", "ada.md", "# Ada\n\n- runs `check_weather`"))
        desk.learn("monday", task(SUCCESS), wrong, turn(leaves()))
        assert "does not hold 'check_weather'" in desk.told()[1]
        assert not (desk.skills / "people/ada.md").exists()


class TestTheDailyLog:
    def test_it_is_kept_without_a_model(self, desk: Desk) -> None:
        desk.session()
        learned = desk.learn("monday", task(skip()))
        assert [(item.skill, item.file) for item in learned.written] == [("daily-logs", "2026-03.md")]

    def test_a_model_writes_nothing_into_it(self, desk: Desk) -> None:
        desk.session()
        into = adds(skill="daily-logs", file="2026-03.md")
        desk.learn("monday", task(SUCCESS), turn(looks("daily-logs"), into), turn(leaves()))
        assert desk.told()[1] == (
            "Error: daily-logs is kept by the program: write the lesson elsewhere, or skip_lesson"
        )

    def own(self, desk: Desk) -> None:
        about = "---\nname: daily-logs\ndescription: A diary\n---\n\n# Diary\n\nOne file a day, prose.\n"
        (desk.skills / "daily-logs/SKILL.md").write_text(about, encoding="utf-8")

    def test_one_that_a_person_defined_is_the_models_to_write(self, desk: Desk) -> None:
        self.own(desk)
        desk.session()
        day = writes("daily-logs", f"{DATE}.md", "# Thursday\n\nThe gateway answers again.\n", lesson=1)
        learned = desk.learn("monday", task(SUCCESS), turn(looks("daily-logs"), day, leaves(lesson=2)))
        shown = str(desk.model.history[1].messages[1]["content"])
        assert "## Lesson 1: a finished task, to be recorded in `daily-logs` as its SKILL.md says" in shown
        assert "## Lesson 2: a procedure" in shown
        assert desk.text("daily-logs", f"{DATE}.md") == "# Thursday\n\nThe gateway answers again.\n"
        assert [item.skill for item in learned.written] == ["daily-logs"]

    def test_a_task_that_taught_twice_is_recorded_once(self, desk: Desk) -> None:
        self.own(desk)
        desk.session()
        left = turn(*(leaves(lesson=number) for number in (1, 2, 3)))
        desk.learn("monday", three(SUCCESS, success(title="B")), left)
        assert str(desk.model.history[1].messages[1]["content"]).count("a finished task") == 1

    def test_a_record_alone_does_not_settle_the_lesson(self, desk: Desk) -> None:
        self.own(desk)
        desk.session()
        day = writes("daily-logs", f"{DATE}.md", "# Thursday\n", lesson=1)
        with pytest.raises(AcontextError, match="queue one more"):
            desk.learn("monday", task(SUCCESS), turn(looks("daily-logs"), day))
        desk.learn("monday", turn(leaves(lesson=1), creates(lesson=2)))
        assert titles(desk) == [TITLE]

    def test_a_record_of_what_taught_nothing_is_asked_for_too(self, desk: Desk) -> None:
        self.own(desk)
        desk.session()
        learned = desk.learn("monday", task(skip()), turn(leaves("not worth a line")))
        assert [reason for _, reason in learned.skipped] == ["not worth a line", "nothing new"]


class TestAFailureToldLater:
    def test_what_the_session_taught_becomes_a_warning_without_a_question(self, desk: Desk) -> None:
        entry = desk.taught()
        session = desk.workspace.session("monday")
        session.failed("it broke again at noon")
        learned = desk.learn("monday", replies(skip(None)))  # the verdict on a task that has failed now
        assert len(desk.model.history) == 1
        assert [(item.action, item.entry) for item in learned.lessons] == [("warning", entry.id)]
        assert [item.action for item in learned.written if item.skill == "daily-logs"] == ["replace"]
        assert desk.text("daily-logs", "2026-03.md").startswith(f"## goal 1 (date: {DATE})")
        (warned,) = desk.entries()
        assert warned.title == f"Warning: {TITLE}"
        assert "this failed (told from outside: it broke again at noon)" in warned.text
        assert "- Forget after: 2026-06-24" in warned.text

    def test_one_that_another_session_supports_stays_with_the_failure_noted(self, desk: Desk) -> None:
        entry = desk.taught()
        desk.session("tuesday")
        desk.learn("tuesday", task(SUCCESS), turn(looks(), confirms(entry.id)))
        desk.workspace.session("tuesday").failed("no")
        desk.learn("tuesday", replies(skip(None)))
        (noted,) = desk.entries()
        assert noted.title == TITLE
        assert "(1 session)\n- Contradicted: told from outside: no (2026-03-26)" in noted.text

    def test_it_happens_in_whatever_words_the_failure_is_told(self, desk: Desk) -> None:
        desk.taught()
        desk.workspace.session("monday").failed("no")
        learned = desk.learn("monday", replies(failure(None, title="It does not last")), turn(leaves()))
        assert [item.action for item in learned.lessons] == ["warning"]
        assert titles(desk) == [f"Warning: {TITLE}"]


def test_a_warning_of_a_models_says_when_it_is_to_be_forgotten(desk: Desk) -> None:
    desk.session()
    text = "## It stays broken\n- When to Apply: 502\n- Failed Because: f\n- Do Instead: w"
    desk.learn("monday", three(failure()), turn(creates(text)))
    (entry,) = desk.entries()
    assert entry.title == "Warning: It stays broken"
    assert entry.text.endswith("- Do Instead: w\n- Forget after: 2026-06-24\n- Known because: 0 errors (1 session)")


@pytest.mark.parametrize(("setting", "said"), [("10", ["- Forget after: 2026-04-05"]), ("never", [])])
def test_how_long_a_warning_of_a_models_holds_is_a_setting(desk: Desk, setting: str, said: list[str]) -> None:
    desk.workspace.folder.config_file.write_text(f"forget_after: {setting}\n", encoding="utf-8")
    desk = Desk(Workspace.find(desk.workspace.root))
    desk.session()
    text = "## It stays broken\n- When to Apply: 502\n- Failed Because: f\n- Do Instead: w"
    desk.learn("monday", three(failure()), turn(creates(text)))
    (entry,) = desk.entries()
    assert [line for line in entry.text.split("\n") if "Forget" in line] == said


def test_the_catalog_is_cut_where_it_has_no_room(desk: Desk) -> None:
    (desk.workspace.folder.config_file).write_text("max_input_tokens: 4000\n", encoding="utf-8")
    for number in range(40):
        desk.person(f"skill-{number}", about=f"about {number} " + "word " * 100)
    desk.workspace.__dict__.pop("config", None)
    desk.session()
    desk.learn("monday", task(SUCCESS), turn(leaves()))
    shown = str(desk.model.history[1].messages[1]["content"]).partition("</available_skills>")[0]
    assert all(f"<name>skill-{number}</name><description>about {number}" in shown for number in range(40))
    assert len(shown) < 40 * 200


def test_facts_about_the_user_go_to_their_space_and_the_rest_stays(desk: Desk) -> None:
    (desk.workspace.folder.config_file).write_text("user_facts_space: everyone\n", encoding="utf-8")
    desk.workspace.__dict__.pop("config", None)
    desk.session("monday", DATED)
    wants = facts("The user wants ISO dates.", title="Dates", about="user")
    added = adds("## Dates\n- The user wants ISO dates.", skill="user-general-facts", file="dates.md")
    learned = desk.learn("monday", three(SUCCESS, wants), turn(creates()), turn(looks("user-general-facts"), added))
    everyone = desk.workspace.space("everyone").skills.read("user-general-facts", "dates.md")
    assert "The user wants ISO dates." in everyone
    assert not (desk.skills / "user-general-facts/dates.md").exists()
    assert titles(desk) == [TITLE]
    assert [item.title for item in learned.lessons] == [TITLE, "Dates"]
    assert "ISO" not in str(desk.model.history[1].messages[1]["content"])


def test_a_learner_of_the_users_facts_makes_no_other_skill(desk: Desk) -> None:
    (desk.workspace.folder.config_file).write_text("user_facts_space: everyone\n", encoding="utf-8")
    desk.workspace.__dict__.pop("config", None)
    desk.session("monday", DATED)
    wants = facts("The user wants ISO dates.", title="Dates", about="user")
    learned = desk.learn("monday", three(wants), turn(creates()), turn(leaves("no room")))
    assert desk.told() == [
        "Error: refused, nothing was written: only 'user-general-facts' is written to here. Mend it, or skip_lesson"
    ]
    assert SKILL not in desk.workspace.space("everyone").skills.names()
    assert (1, "no room") in learned.skipped
