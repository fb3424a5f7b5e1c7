"""What would be asked is known to the byte, and asking for it sends and writes nothing."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from learner import DATE, ENTRY, SKILL, SUCCESS, Desk, creates, looks, task, turn
from llm import calls, report, success
from transcripts import incident, said, user

from acontext_cli.api.rehearsal import Question, questions
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import Line, Reply, ScriptedModel


class Told(ScriptedModel):
    """A scripted model that can say what it would be sent, and keeps what it was sent."""

    def __init__(self, *lines: Line) -> None:
        super().__init__(*lines)
        self.sent: list[bytes] = []

    def request(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> bytes:
        return json.dumps([list(messages), list(tools), required]).encode()

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        self.sent.append(self.request(messages, tools, required=required))
        return super().reply(messages, tools, required=required)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


def asked(desk: Desk, *names: str) -> list[Question]:
    if desk.workspace.engines.model is None:
        desk.workspace.engines.model = Told()
    return list(questions((desk.workspace, desk.workspace.session(name)) for name in names))


def bodies(desk: Desk, name: str = "monday") -> list[bytes]:
    return [each.body for each in asked(desk, name)]


def learn(desk: Desk, *lines: Line, name: str = "monday") -> Told:
    """Learn from a session with these lines, as far as they go."""
    model = Told(*lines)
    desk.workspace.engines.model = model
    with suppress(AcontextError):
        desk.workspace.learn(desk.workspace.session(name))
    return model


def test_a_new_session_asks_for_its_tasks_with_the_bytes_that_are_sent_then(desk: Desk) -> None:
    desk.session()
    shown = bodies(desk)
    assert len(shown) == 1
    assert learn(desk, task(SUCCESS)).sent[0] == shown[0]


def test_nothing_is_sent_and_nothing_written(desk: Desk) -> None:
    desk.session()
    before = desk.files()
    bodies(desk)
    assert desk.files() == before
    assert isinstance(desk.workspace.engines.model, Told)
    assert desk.workspace.engines.model.sent == []


def test_the_learners_first_question_is_known_once_all_is_judged(desk: Desk) -> None:
    desk.session()
    learn(desk, task(SUCCESS))
    (shown,) = bodies(desk)
    assert f"## Lesson 1: a procedure (date: {DATE}" in shown.decode()
    assert learn(desk, turn(creates())).sent == [shown]


def test_an_answer_that_is_kept_leads_to_the_question_behind_it(desk: Desk) -> None:
    desk.taught("sunday")
    desk.session()
    learn(desk, task(SUCCESS), turn(looks()))
    (shown,) = bodies(desk)
    assert json.loads(shown)[0][-1]["content"].startswith(f"# {SKILL}")
    assert learn(desk, turn(("skip_lesson", {"reason": "no"}))).sent == [shown]


def test_tasks_without_a_verdict_are_asked_about_one_by_one(desk: Desk) -> None:
    desk.session("monday", [*incident(), user("Again, please."), *incident()[1:]])
    second = report(2, 17, 32, evidence=[31])
    model = Told(calls(report(), second))
    desk.workspace.engines.model = model
    with pytest.raises(AcontextError, match="queue one more"):
        desk.workspace.learn(desk.workspace.session("monday"))
    shown = bodies(desk)
    assert ["The task: goal" in each.decode() for each in shown] == [True, True]
    verdict = success(None)
    assert learn(desk, calls(verdict), calls(verdict)).sent[:2] == shown


def test_what_is_done_asks_nothing(desk: Desk) -> None:
    desk.session()
    learn(desk, task(SUCCESS), turn(creates()))
    assert bodies(desk) == []


def test_a_claim_and_an_empty_talk_ask_nothing_either(desk: Desk) -> None:
    desk.session("quiet", [user("Hello"), said("Hello!")])
    assert bodies(desk, "quiet") == []
    desk.session("claimed")
    learn(desk, task(SUCCESS, known="claim"), name="claimed")
    assert bodies(desk, "claimed") == []


def test_of_a_long_session_the_first_part_is_known(desk: Desk) -> None:
    desk.workspace.folder.config_file.write_text("max_input_tokens: 4000\n", encoding="utf-8")
    desk.session("monday", [each for n in range(12) for each in (user(f"Fix {n}."), *incident()[1:])])
    (shown,) = bodies(desk)
    first = report(last=5, evidence=[5])
    model = learn(desk, calls(first))
    assert model.sent[0] == shown
    assert len(model.sent) > 1


def test_questions_come_in_the_order_of_their_sessions(desk: Desk) -> None:
    desk.session("monday")
    desk.session("tuesday", [user("Something else, please."), *incident()[1:]])
    found = asked(desk, "tuesday", "monday")
    assert [each.session.name for each in found] == ["tuesday", "monday"]
    assert ["Something else" in each.body.decode() for each in found] == [True, False]


def test_without_a_model_there_is_nothing_to_show(desk: Desk) -> None:
    desk.session()
    with pytest.raises(AcontextError, match="no model is asked: the engine is offline"):
        list(questions([(desk.workspace, desk.workspace.session("monday"))]))


def test_a_model_that_cannot_say_what_it_is_sent_is_named(desk: Desk) -> None:
    desk.session()
    desk.workspace.engines.model = ScriptedModel(name="mute")
    with pytest.raises(AcontextError, match="the model 'mute' does not say what it would be sent"):
        asked(desk, "monday")


def test_an_entry_that_stands_already_is_not_written_by_a_rehearsal(desk: Desk) -> None:
    desk.session()
    learn(desk, task(SUCCESS))
    desk.workspace.engines.model = Told()
    skills = {name: data for name, data in desk.files().items() if name.startswith("skills_store")}
    bodies(desk)
    assert {name: data for name, data in desk.files().items() if name.startswith("skills_store")} == skills
    assert ENTRY not in str(skills)
