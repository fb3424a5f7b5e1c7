"""Learning over several workspaces at once."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from test_command import wait_for
from transcripts import incident

from acontext_cli.api.learning import Learning
from acontext_cli.api.workspace import Workspace
from acontext_cli.cli.learning import Runs
from acontext_cli.errors import Unavailable
from acontext_cli.files import locked
from acontext_cli.messages import Json
from acontext_cli.model import Reply, ScriptedModel


def workspace(folder: Path) -> Workspace:
    here, _ = Workspace.init(folder)
    here.engines.model = ScriptedModel()
    return here


def test_workspaces_are_locked_in_one_order_wherever_it_is_begun(tmp_path: Path) -> None:
    first, second = (workspace(tmp_path / name) for name in ("a", "b"))
    locks = [each.folder.machine / "learn.lock" for each in (first, second)]
    runs = Runs([second, first], space="", dry_run=False)
    thread = threading.Thread(target=lambda: list(runs.runs(None)))
    with locked(locks[1]):
        thread.start()
        assert wait_for(locks[0].exists)  # the other way round it waits without
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize(("setting", "said"), [("10", ["- Forget after: 2026-04-05"]), ("never", [])])
def test_how_long_a_warning_holds_without_a_model_is_a_setting(tmp_path: Path, setting: str, said: list[str]) -> None:
    made, _ = Workspace.init(tmp_path)
    made.folder.config_file.write_text(f"engine: offline\nforget_after: {setting}\n", encoding="utf-8")
    here = Workspace.find(tmp_path)
    session = here.new_session(name="monday", date="2026-03-26")
    session.record(*incident())
    here.learn(session)
    session.failed("502 again")
    (learned,) = here.learn(session)
    (warning,) = learned.lessons
    text = here.space().skills.read(warning.skill, warning.file)
    assert ("## Warning: " in text, [line for line in text.split("\n") if "Forget" in line]) == (True, said)


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_model_that_cannot_be_asked_stops_those_that_ask_it_and_no_others(tmp_path: Path, jobs: int) -> None:
    def silent(_: Sequence[Json]) -> Reply:
        raise Unavailable("nothing answers")

    asks, other = workspace(tmp_path / "a"), Workspace.init(tmp_path / "b")[0]
    model = ScriptedModel(*[silent] * 4)
    asks.engines.model = model
    sessions = [(here, here.new_session()) for here in (asks, asks, other)]
    for _, session in sessions:
        session.record(*incident())
    learning = Learning(sessions, jobs=jobs)
    done = list(learning.run())
    assert [each.session for each in done if each.learned] == [sessions[2][1]]
    assert str(learning.stopped) == "nothing answers"
    assert len(model.history) <= jobs
