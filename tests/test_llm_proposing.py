"""A learner's edits as proposals over a draft: what the program adds to them, and what cannot be."""

import json
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learner import BODY, DATE, ENTRY, FAST, FILE, LINES, OWN, SKILL, TITLE, tree
from mutations import VALUES
from transcripts import incident, read
from transcripts import task as told_task

from acontext_cli.distillations import Distillation, Facts, Failure, Lesson, Success
from acontext_cli.edits import AddEntry, CreateSkill, ReplaceText, WriteFile
from acontext_cli.engines.engine import Proposal
from acontext_cli.engines.llm import LlmEngine, moves
from acontext_cli.engines.llm.moves import MOVES, Edit
from acontext_cli.engines.llm.proposing import Proposer, Unfit
from acontext_cli.learned import Attempt, SpaceView
from acontext_cli.ledger import Record, Run
from acontext_cli.messages import ToolCall
from acontext_cli.model import Reply, ScriptedModel
from acontext_cli.skills import entries
from acontext_cli.store import SkillStore
from acontext_cli.tasks import Known

SEEN = Known(source="check", because="0 errors")
OLD = f"## {TITLE} (date: 2026-01-02) <!-- id: aaaaaa -->\n{LINES}\n- Known because: it went to 0 (1 session)"
WARNED = (
    "## Warning: It stays broken (date: 2026-01-02) <!-- id: bbbbbb -->\n- Failed Because: f\n"
    "- Forget after: 2026-04-02\n- Known because: it came back (1 session)"
)
NOTE = "## By hand\n- a person wrote this"
HELD = f"{OLD}\n\n{WARNED}\n\n{NOTE}\n"

SUCCESS = Success(title=TITLE, generalizable_pattern="p", applies_when="502")
FAILURE = Failure(
    title="It stays", failure_point="f", flawed_reasoning="", prevention_principle="p", applies_when="502"
)


def item(verdict: Lesson = SUCCESS, known: Known | None = SEEN) -> Distillation:
    return Distillation(id="d1", session="s1", task=told_task(), verdict=verdict, known=known, date=DATE)


def made(folder: Path) -> SkillStore:
    """A space with a learner's skill of three entries, one of them a person's, and a skill that a person wrote."""
    store = SkillStore(folder / "skills_store" / "default", folder / "machine", folder / "history", FAST)
    store.prepare(Run(id="r0", time="2026-01-01T00:00:00Z"))
    draft = store.draft()
    draft.apply(CreateSkill(name=SKILL, description="502", body=f"{BODY}\n## Index\n"))
    draft.put(SKILL, FILE, HELD)
    records = [Record(action="add", lesson="d0", skill=SKILL, file=FILE, entry=id) for id in ("aaaaaa", "bbbbbb")]
    store.commit(draft, records, Run(id="r1", time="2026-01-02T00:00:00Z", session="s0", engine="llm"))
    people = store.folder / "people"
    people.mkdir()
    (people / "SKILL.md").write_text(OWN.format(name="people", about="People we know"), encoding="utf-8")
    (people / "ada.md").write_text("# Ada\n\n- likes tea\n", encoding="utf-8")
    return store


@pytest.fixture
def store(tmp_path: Path) -> SkillStore:
    return made(tmp_path)


def view(store: SkillStore) -> SpaceView:
    return SpaceView(store.draft(), store.ledger, store.held())


def proposed(store: SkillStore, move: Edit, verdict: Lesson = SUCCESS, known: Known | None = SEEN) -> Proposal:
    return Proposer(view(store)).proposal(move, item(verdict, known))


def unfit(store: SkillStore, move: Edit, verdict: Lesson = SUCCESS, known: Known | None = SEEN) -> str:
    with pytest.raises(Unfit) as error:
        proposed(store, move, verdict, known)
    return str(error.value)


def add(text: str = ENTRY, skill: str = SKILL, file: str = FILE, **more: str) -> moves.AddEntry:
    return moves.AddEntry(skill=skill, file=file, text=text, **more)


def change(old: str, new: str, skill: str = SKILL, file: str = FILE) -> moves.ReplaceText:
    return moves.ReplaceText(skill=skill, file=file, old=old, new=new)


def create(text: str = ENTRY, body: str = BODY, name: str = "tides", file: str = "moon.md") -> moves.CreateSkill:
    return moves.CreateSkill(name=name, description="Tides", body=body, file=file, text=text)


def lines(proposal: Proposal) -> list[str]:
    return proposal.text.split("\n")


class TestANewEntry:
    def test_it_is_dated_numbered_and_says_how_it_is_known(self, store: SkillStore) -> None:
        found = proposed(store, add("## Second\n- p"))
        text = f"## Second (date: {DATE}) <!-- id: {found.entry} -->\n- p\n- Known because: 0 errors (1 session)"
        assert found == Proposal(
            edits=(AddEntry(skill=SKILL, file=FILE, text=text),),
            lesson="d1",
            entry=found.entry,
            action="add",
            title="Second",
            skill=SKILL,
            file=FILE,
            text=text,
        )

    def test_the_same_title_has_the_same_id_in_any_session_and_a_warning_too(self, store: SkillStore) -> None:
        id = proposed(store, add("## Second\n- p")).entry
        assert proposed(store, add("## second  \n- q"), FAILURE).entry == id
        assert proposed(store, add("## Third\n- p")).entry != id

    def test_an_entry_of_this_title_is_confirmed_or_changed_and_not_written_twice(self, store: SkillStore) -> None:
        draft = store.draft()
        draft.apply(proposed(store, add()).edits[0])
        store.commit(draft, [], Run(id="r2", time="2026-03-01T00:00:00Z", engine="llm"))
        assert unfit(store, add(file="new.md")) == (
            f"it stands in {SKILL}/{FILE} already, as 'Gateway 502: timeout below latency': "
            "confirm_entry, or replace_text there"
        )

    def test_a_warning_says_when_it_is_to_be_forgotten(self, store: SkillStore) -> None:
        found = proposed(store, add("## Warning: It stays\n- Failed Because: f"), FAILURE)
        assert (found.title, lines(found)[0][:25]) == ("Warning: It stays", "## Warning: It stays (dat")
        assert lines(found)[-2:] == ["- Forget after: 2026-06-24", "- Known because: 0 errors (1 session)"]

    @pytest.mark.parametrize(
        "heading",
        [
            "## Second (date: 1999-01-01) <!-- id: aaaaaa -->",
            "# Second",
            "### **Second** <!-- id: x -->",
            "## Second (date: tomorrow)",
        ],
    )
    def test_a_heading_of_the_models_is_a_title_and_nothing_else(self, store: SkillStore, heading: str) -> None:
        found = proposed(store, add(f"{heading}\n- p"))
        assert lines(found)[0] == f"## Second (date: {DATE}) <!-- id: {found.entry} -->"

    @pytest.mark.parametrize(
        "own",
        [
            "- Known because: I say so (9 sessions)",
            "  - Known because: I say so",
            "* Known because: I say so",
            "- **Known because:** I say so",
            "- known because: I say so",
            "- Forget after: 2099-01-01",
            "- **Forget after**: never",
        ],
    )
    @pytest.mark.parametrize("verdict", [SUCCESS, FAILURE], ids=["success", "failure"])
    def test_what_the_program_says_the_model_does_not(self, store: SkillStore, own: str, verdict: Lesson) -> None:
        found = proposed(store, add(f"## Second\n- p\n{own}\n- q"), verdict)
        forget = ["- Forget after: 2026-06-24"] if verdict is FAILURE else []
        assert lines(found)[1:] == ["- p", "- q", *forget, "- Known because: 0 errors (1 session)"]

    @pytest.mark.parametrize("text", ["", "\n", "- p", "##", "## ", "## <!-- id: aaaaaa -->", "####### Seven\n- p"])
    def test_a_text_without_a_title_is_no_entry(self, store: SkillStore, text: str) -> None:
        assert unfit(store, add(text)) == "text begins with the entry's heading, a line `## Title`"

    def test_what_a_person_deleted_is_not_written_again(self, store: SkillStore) -> None:
        found = proposed(store, add())
        draft = store.draft()
        draft.apply(found.edits[0])
        gone = Record(action="add", lesson="d1", skill=SKILL, file=FILE, entry=found.entry)
        store.commit(draft, [gone], Run(id="r2", time="2026-03-01T00:00:00Z", session="s1", engine="llm"))
        (store.folder / SKILL / FILE).write_text(HELD, encoding="utf-8")
        assert unfit(store, add()) == "a person deleted an entry of this title: skip_lesson"

    def test_a_full_file_names_another(self, store: SkillStore) -> None:
        (store.folder / SKILL / FILE).write_text(HELD + "\n## Long\n" + "words " * 720, encoding="utf-8")
        assert unfit(store, add()) == f"{FILE!r} is full: use another file, for example 'gateway-2.md'"
        (store.folder / SKILL / "gateway-9.md").write_text("## Long\n" + "words " * 780, encoding="utf-8")
        assert "for example 'gateway-10.md'" in unfit(store, add(file="gateway-9.md"))

    def test_a_new_file_is_never_full(self, store: SkillStore) -> None:
        assert proposed(store, add("## Long\n" + "word " * 1000, file="new.md")).file == "new.md"

    @pytest.mark.parametrize("skill", ["nothing", "", "../people", "daily-logs"])
    def test_it_goes_into_skills_that_are_there_and_not_into_the_log(self, store: SkillStore, skill: str) -> None:
        said = unfit(store, add(skill=skill))
        assert (
            "is kept by the program" if skill == "daily-logs" else f"there is no skill {skill!r}: the skills"
        ) in said


class TestANewSkill:
    def test_it_is_made_with_its_entry_and_an_index(self, store: SkillStore) -> None:
        found = proposed(store, create())
        skill, entry = found.edits
        assert skill == CreateSkill(name="tides", description="Tides", body=f"{BODY}\n## Index\n")
        assert entry == AddEntry(skill="tides", file="moon.md", text=found.text)
        assert (found.action, found.skill, found.file, found.title) == ("add", "tides", "moon.md", TITLE)

    def test_an_index_that_it_has_is_enough(self, store: SkillStore) -> None:
        skill, _ = proposed(store, create(body="# Tides\n\n## Index")).edits
        assert isinstance(skill, CreateSkill)
        assert skill.body == "# Tides\n\n## Index\n"

    def test_front_matter_is_not_the_models(self, store: SkillStore) -> None:
        said = unfit(store, create(body="---\nname: x\n---\n# Tides"))
        assert said == "body begins with front matter: leave that out, name and description are given apart"

    def test_its_links_lead_somewhere(self, store: SkillStore) -> None:
        said = unfit(store, create(body="# Tides\n\n- [moon](moon.md)\n- [sun](sun.md)"))
        assert said == "tides/SKILL.md:9: there is no file 'sun.md'"

    def test_a_description_is_made_one_that_every_reader_takes(self, store: SkillStore) -> None:
        asked = replace(create(), description="When <it>\nrises --- or falls " + "x" * 2000)
        skill, _ = proposed(store, asked).edits
        assert isinstance(skill, CreateSkill)
        assert (len(skill.description) <= 1024, set("<>\n") & set(skill.description)) == (True, set())


class TestAChange:
    def test_of_one_entry_it_replaces_the_whole_of_it(self, store: SkillStore) -> None:
        found = proposed(store, change("- When to Apply: 502 Bad Gateway", "- When to Apply: 502 or 504"))
        text = OLD.replace("502 Bad Gateway", "502 or 504").replace("(1 session)", "(2 sessions)")
        assert found == Proposal(
            edits=(ReplaceText(skill=SKILL, file=FILE, old=OLD, new=text),),
            lesson="d1",
            entry="aaaaaa",
            action="replace",
            title=TITLE,
            skill=SKILL,
            file=FILE,
            text=text,
            before=OLD,
        )

    def test_its_title_may_change(self, store: SkillStore) -> None:
        found = proposed(store, change(f"## {TITLE} (date", "## Gateway 502 (date"))
        assert (found.title, lines(found)[0]) == (
            "Gateway 502",
            "## Gateway 502 (date: 2026-01-02) <!-- id: aaaaaa -->",
        )

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("- Known because: it went to 0 (1 session)", ""),
            ("\n- Known because: it went to 0 (1 session)", ""),
            ("it went to 0 (1 session)", "I am sure (40 sessions)"),
            ("- Known because: it went to 0", "- How: it went to 0"),
            ("(date: 2026-01-02) <!-- id: aaaaaa", "(date: 2031-01-01) <!-- id: aaaaaa"),
            (" (date: 2026-01-02) <!-- id: aaaaaa", " <!-- id: aaaaaa"),
        ],
    )
    def test_what_the_program_says_stays(self, store: SkillStore, old: str, new: str) -> None:
        found = proposed(store, change(old, new))
        assert lines(found)[0] == OLD.split("\n")[0]
        known = [line for line in lines(found) if "Known because" in line]
        assert known == ["- Known because: it went to 0 (2 sessions)"]

    @pytest.mark.parametrize(("days", "said"), [(10, ["- Forget after: 2026-04-05"]), (0, [])])
    def test_how_long_it_holds_is_set(self, store: SkillStore, days: int, said: list[str]) -> None:
        found = Proposer(view(store), days).proposal(add("## Warned anew\n- p"), item(FAILURE))
        assert [line for line in lines(found) if "Forget" in line] == said

    @pytest.mark.parametrize("new", ["- Forget after: 2099-01-01", ""])
    def test_a_warning_keeps_the_day_on_which_it_is_to_be_forgotten(self, store: SkillStore, new: str) -> None:
        found = proposed(store, change("- Forget after: 2026-04-02", new))
        assert [line for line in lines(found) if "Forget" in line] == ["- Forget after: 2026-04-02"]

    @pytest.mark.parametrize("old", ["", "not there", "- p", "(1 session)"])
    def test_the_passage_stands_there_once(self, store: SkillStore, old: str) -> None:
        count = 0 if not old else HELD.count(old)
        said = unfit(store, change(old, "new"))
        assert said == f"old stands {count} times in {FILE!r}, and it must stand there once and differ from new"

    def test_it_changes_something(self, store: SkillStore) -> None:
        assert unfit(store, change("Principle", "Principle")).startswith("old stands 1 times")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (" <!-- id: aaaaaa -->", ""),
            ("aaaaaa", "cccccc"),
            (OLD, ""),
            (WARNED, "## New\n- p"),
            (f"{OLD}\n\n{WARNED}", f"{WARNED}\n\n{OLD}"),
            (NOTE, f"{NOTE}\n\n## Forged <!-- id: cccccc -->"),
        ],
    )
    def test_ids_stay_as_they_are(self, store: SkillStore, old: str, new: str) -> None:
        assert "take away an entry's <!-- id: … -->: leave these as they are" in unfit(store, change(old, new))

    def test_several_entries_are_not_changed_at_once(self, store: SkillStore) -> None:
        both = HELD.partition("- Steps")[2].partition("- Failed Because: f")[0]
        assert both in HELD
        new = both.replace("check_logs", "read_logs").replace("## Warning: It", "## Warning: This")
        assert unfit(store, change(both, new)) == "that changes several entries: one at a time"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("- Principle: a limit follows what it limits", "- p\n\n## Another\n- q"),
            (NOTE, f"{NOTE}\n\n## Another\n- q"),
            (f"\n\n{NOTE}", ""),
        ],
    )
    def test_it_adds_and_takes_away_no_whole_entry(self, store: SkillStore, old: str, new: str) -> None:
        said = unfit(store, change(old, new))
        assert said == "that adds or takes away a whole entry: change one with replace_text, add one with add_entry"

    def test_in_a_persons_own_form_it_may(self, store: SkillStore) -> None:
        found = proposed(store, change("- likes tea", "- likes tea\n\n## Work\n- the engine", "people", "ada.md"))
        assert (found.action, found.entry) == ("edit", "")

    @pytest.mark.parametrize("skill", [SKILL, "people"])
    def test_it_makes_no_file_that_is_too_long(self, store: SkillStore, skill: str) -> None:
        file, old = (FILE, "- a person wrote this") if skill == SKILL else ("ada.md", "- likes tea")
        assert "a data file at most 1,200: split it" in unfit(store, change(old, "- word\n" * 800, skill, file))
        (store.folder / skill / file).write_text(f"{HELD}{'# Long' * 900}", encoding="utf-8")  # a person's doing
        assert proposed(store, change("went to 0 (1", "went to 1 (1", skill, file)).entry == "aaaaaa"

    def test_a_warning_may_become_a_procedure_and_is_not_to_be_forgotten_then(self, store: SkillStore) -> None:
        found = proposed(store, change("## Warning: It stays broken (", "## It is mended ("))
        assert lines(found) == [
            "## It is mended (date: 2026-01-02) <!-- id: bbbbbb -->",
            "- Failed Because: f",
            "- Known because: it came back (2 sessions)",
        ]

    def test_a_procedure_may_become_a_warning_and_is_to_be_forgotten_then(self, store: SkillStore) -> None:
        found = proposed(store, change(f"## {TITLE}", f"## Warning: {TITLE}"))
        assert lines(found)[-2:] == ["- Forget after: 2026-06-24", "- Known because: it went to 0 (2 sessions)"]

    def test_an_entry_of_which_a_person_took_the_line_away_gets_none(self, store: SkillStore) -> None:
        bare = OLD.replace("\n- Known because: it went to 0 (1 session)", "")
        (store.folder / SKILL / FILE).write_text(f"{bare}\n", encoding="utf-8")
        assert proposed(store, change("502 Bad Gateway", "504")).text == bare.replace("502 Bad Gateway", "504")

    def test_what_a_person_wrote_may_be_gone_on_with(self, store: SkillStore) -> None:
        found = proposed(store, change("- a person wrote this", "- a person wrote this\n- and a model that"))
        assert (found.action, found.entry, found.text) == ("edit", "", "- a person wrote this\n- and a model that")

    @pytest.mark.parametrize("skill", [SKILL, "people", "user-general-facts"])
    def test_a_skill_md_is_not_the_models_to_change(self, store: SkillStore, skill: str) -> None:
        said = unfit(store, change("#", "##", skill=skill, file="SKILL.md"))
        assert said == "SKILL.md is not yours to change: only entries and files beside it are"

    @pytest.mark.parametrize("file", ["nothing.md", "../people/ada.md", "", "./gateway.md"])
    def test_a_file_that_is_not_there_is_said(self, store: SkillStore, file: str) -> None:
        assert unfit(store, change("a", "b", file=file)).endswith(f"in {SKILL!r}: its files are SKILL.md, {FILE}")


class TestAConfirmation:
    @pytest.mark.parametrize("id", ["aaaaaa", " aaaaaa ", "<!-- id: aaaaaa -->", "id: aaaaaa", "#aaaaaa"])
    def test_it_counts_the_session(self, store: SkillStore, id: str) -> None:
        found = proposed(store, moves.ConfirmEntry(entry=id))
        text = OLD.replace("(1 session)", "(2 sessions)")
        assert (found.action, found.entry, found.text, found.before) == ("source", "aaaaaa", text, OLD)
        assert found.edits == (ReplaceText(skill=SKILL, file=FILE, old=OLD, new=text),)

    def test_an_entry_that_is_not_there_is_said(self, store: SkillStore) -> None:
        said = unfit(store, moves.ConfirmEntry(entry="x" * 90))
        assert said == f"there is no entry {'x' * 40!r}: its id stands in the heading, <!-- id: … -->"

    @pytest.mark.parametrize("known", [None, Known(source="claim", because="it says so")], ids=["unknown", "claimed"])
    def test_a_claim_confirms_nothing(self, store: SkillStore, known: Known | None) -> None:
        said = unfit(store, moves.ConfirmEntry(entry="aaaaaa"), known=known)
        assert said == "only the agent says so, which confirms nothing: skip_lesson"


class TestAFile:
    def test_one_of_a_form_of_its_own_is_written_as_it_is(self, store: SkillStore) -> None:
        found = proposed(store, moves.WriteFile(skill="people", file="bob.md", text="\n# Bob\n- b\n\n"))
        assert found.edits == (WriteFile(skill="people", file="bob.md", text="# Bob\n- b\n"),)
        assert (found.action, found.entry, found.title) == ("edit", "", TITLE)

    def test_a_learners_skill_is_made_of_entries(self, store: SkillStore) -> None:
        said = unfit(store, moves.WriteFile(skill=SKILL, file="new.md", text="# New"))
        assert said == f"{SKILL!r} is made of entries: use add_entry"

    @pytest.mark.parametrize("file", ["ada.md", "SKILL.md"])
    def test_one_that_is_there_is_not_written_over(self, store: SkillStore, file: str) -> None:
        said = unfit(store, moves.WriteFile(skill="people", file=file, text="# Gone"))
        assert said == f"there is a file {file!r} already: read it, and use replace_text"

    def test_it_holds_no_id(self, store: SkillStore) -> None:
        said = unfit(store, moves.WriteFile(skill="people", file="bob.md", text="## Bob <!-- id: aaaaaa -->\n"))
        assert said == "an entry's <!-- id: … --> is added by add_entry alone: leave it away"

    @pytest.mark.parametrize("text", ["word " * 1000, "# Bob\n\n## Notes\n" + "word " * 300])
    def test_it_keeps_to_the_budgets(self, store: SkillStore, text: str) -> None:
        assert "tokens" in unfit(store, moves.WriteFile(skill="people", file="bob.md", text=text))

    def test_facts_without_a_title_are_named_after_the_first(self, store: SkillStore) -> None:
        known = moves.WriteFile(skill="people", file="bob.md", text="# Bob")
        assert proposed(store, known, Facts(facts=("Bob likes tea.",))).title == "Bob likes tea."


# Whatever a model sends


WORDS = (
    *(
        "",
        " ",
        "\n",
        "\n\n",
        "## ",
        "# ",
        "- ",
        "```\n",
        "~~~",
        "---\n",
        "\0",
        "\ud800",
        "\u2028",
        "\r",
        "é",
        "`x`",
        "`",
    ),
    *("title", "(date: 2031-01-01)", "<!-- id: aaaaaa -->", "<!-- id: bbbbbb -->", "<!--", "-->", "502", "word " * 90),
    *("- Known because: me (9 sessions)", "- Forget after: never", "[x](x.md)", "[y](../../y)", "../", "/etc/passwd"),
    *(SKILL, FILE, "people", "ada.md", "SKILL.md", "x.md", "a/b.md", ".ledger.jsonl", "daily-logs", "aaaaaa", "tides"),
    *(OLD, WARNED, NOTE, ENTRY, "# Ada", "- likes tea", "it went to 0", "user-general-facts", "sk-proj-a8Kd72hsKw93jf"),
)
TEXT = st.lists(st.sampled_from(WORDS), max_size=5).map("".join) | st.text(max_size=40)
NAME = st.sampled_from([*WORDS[-18:], "tides", "x" * 90]) | TEXT
FIELDS = {
    "skill": st.sampled_from([SKILL, SKILL, "people", "user-general-facts", "daily-logs"]) | NAME,
    "file": st.sampled_from([FILE, FILE, "ada.md", "new.md", "SKILL.md"]) | NAME,
    "old": st.sampled_from([OLD, WARNED, NOTE, "it went to 0", "- likes tea", "502 Bad Gateway", HELD]) | TEXT,
    "entry": st.sampled_from(["aaaaaa", "bbbbbb"]) | TEXT,
    "lesson": st.integers(-1, 3) | VALUES,
    "name": st.sampled_from(["tides", "moon-phases", SKILL]) | NAME,
    "text": st.sampled_from([ENTRY, "## New\n- p", "# Bob\n"]) | TEXT,
    "body": st.sampled_from([BODY, "# T"]) | TEXT,
}


@st.composite
def sent(draw: st.DrawFn) -> ToolCall:
    """A call of a move: its fields fit, or they are gone, of another type, or no JSON at all."""
    tool = draw(st.sampled_from(MOVES.tools))
    how = draw(st.sampled_from(["fits", "fits", "fits", "gone", "other", "no json"]))
    given = {field.name: draw(FIELDS.get(field.name, TEXT)) for field in fields(tool.kind)}
    if how == "gone":
        given.pop(draw(st.sampled_from(sorted(given))))
    elif how == "other":
        given[draw(st.sampled_from([*sorted(given), "more"]))] = draw(VALUES)
    arguments = draw(TEXT) if how == "no json" else json.dumps(given)
    return ToolCall(id=draw(st.sampled_from(["", "c1", "c2"])), name=tool.name, arguments=arguments)


def turns(calls: list[ToolCall]) -> list[Reply]:
    """Everything is read first, then the calls come two at a time."""
    names = (SKILL, "people", "user-general-facts", "daily-logs")
    looks = (ToolCall(id="", name="get_skill", arguments=json.dumps({"skill": name})) for name in names)
    return [Reply(calls=tuple(looks)), *(Reply(calls=tuple(calls[at : at + 2])) for at in range(0, len(calls), 2))]


def learned(folder: Path, calls: list[ToolCall], own_log: bool) -> SkillStore:
    """A run of a model that makes these calls for two lessons, committed."""
    store = made(folder)
    if own_log:
        about = "---\nname: daily-logs\ndescription: A diary\n---\n\n# Diary\n"
        (store.folder / "daily-logs/SKILL.md").write_text(about, encoding="utf-8")
    draft = store.draft()
    attempt = Attempt(SpaceView(draft, store.ledger, store.held()), lambda _: read(incident()))
    due = [item(), replace(item(FAILURE), id="d2", session="s2")]
    attempt.learn(LlmEngine(ScriptedModel(*turns(calls))), due, {"s1": "monday"})
    run = Run(id="r2", time="2026-03-26T13:00:00Z", engine="llm")
    store.commit(draft, attempt.all_records(run), run, held=attempt.all_held(run))
    return store


@given(st.lists(sent(), min_size=1, max_size=8), st.booleans())
def test_whatever_a_model_sends_skills_stay_skills(calls: list[ToolCall], own_log: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = learned(folder, calls, own_log)
        assert store.check() == []
        places = [Path(path).parts for path in tree(folder)]
        skills = [parts[2:] for parts in places if parts[:2] == ("skills_store", "default")]
        assert {parts[0] for parts in places} <= {"skills_store", "machine", "history"}
        ours = {(".ledger.jsonl",), (".gitattributes",)}
        assert all(parts in ours or (len(parts) == 2 and parts[1].endswith(".md")) for parts in skills)
        assert {line.session for line in store.ledger.lines("r2") if line.lesson} <= {"s1", "s2"}
        assert all(entry.id for entry in entries((store.folder / SKILL / FILE).read_text(), FILE)[:2])
