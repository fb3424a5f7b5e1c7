import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.errors import AcontextError
from acontext_cli.ledger import Ledger, Line, Record, Run

RUN = Run(id="r1", time="2026-03-26T10:00:00Z", session="s1", engine="offline")


class Entries:
    def __init__(self, *ids: str) -> None:
        self.ids = ids

    def holds(self, entry: str) -> bool:
        return entry in self.ids


def line(action: str = "add", entry: str = "e1", *, time: str = "1", session: str = "s1", run: str = "r1") -> str:
    return Line(
        run=run, time=time, session=session, action=action, lesson=f"l-{entry}", skill="k", file="f.md", entry=entry
    ).json()


def ledger(path: Path, *texts: str) -> Ledger:
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return Ledger(path)


def test_a_line_says_what_is_known_and_leaves_out_the_rest() -> None:
    record = Record(action="add", lesson="l1", skill="k", file="f.md", entry="e1")
    assert json.loads(Line.of(RUN, record, before="", after="ab").json()) == {
        "v": 1,
        "run": "r1",
        "time": "2026-03-26T10:00:00Z",
        "session": "s1",
        "engine": "offline",
        "lesson": "l1",
        "action": "add",
        "skill": "k",
        "file": "f.md",
        "entry": "e1",
        "after": "ab",
    }
    assert Line.of(RUN, Record(action="source", session="s2")).session == "s2"


def test_a_ledger_knows_lessons_sources_and_deletions(tmp_path: Path) -> None:
    found = ledger(
        tmp_path / "l",
        line(),
        line("source", session="s2", time="2"),
        line("add", "e2"),
        line("deleted", "e2", session="", time="3"),
        line("skip", ""),
        line("add", "e3"),
        line("remove", "e3", time="2"),
    )
    assert found.lessons == {"l-e1", "l-e2", "l-e3", "l-"}
    assert [found.sources(entry) for entry in ("e1", "e2", "nobody")] == [{"s1", "s2"}, {"s1"}, set()]
    assert found.deleted == {"e2"}
    assert found.missing(Entries("e1")) == set()
    assert found.missing(Entries()) == {"e1"}
    assert found.place("e1") == ("k", "f.md")


def test_an_entry_that_is_added_again_is_not_deleted_any_more(tmp_path: Path) -> None:
    assert ledger(tmp_path / "l", line(), line("deleted", time="2"), line(time="3")).deleted == set()


@given(
    st.permutations(
        [line(), line("deleted", time="2"), line("add", "e2", session="s3"), line("source", time="2"), line()]
    )
)
def test_ledgers_of_two_clones_merge_in_any_order(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    found = ledger(tmp_path_factory.getbasetemp() / "merged", *texts)
    assert (found.lessons, found.sources("e1"), found.deleted) == ({"l-e1", "l-e2"}, {"s1"}, {"e1"})
    assert found.missing(Entries("e2")) == set()
    assert len(list(found.lines())) == 4


def test_runs_come_newest_first_with_what_they_did(tmp_path: Path) -> None:
    found = ledger(tmp_path / "l", line(run="r2", time="5"), line(time="1"), line("source", time="1"))
    assert [run.id for run in found.runs()] == ["r2", "r1"]
    assert [each.action for each in found.lines("r1")] == ["add", "source"]


def test_what_others_append_is_read_and_nothing_is_read_twice(tmp_path: Path) -> None:
    path = tmp_path / "l"
    found = ledger(path, line())
    Ledger(path).append([line("add", "e2")])
    found.refresh()
    assert found.lessons == {"l-e1", "l-e2"}
    with path.open("r+b") as file:  # the part that was read already: nobody looks
        file.write(b"{")
    Ledger(path).append([line("add", "e3")])
    found.refresh()
    assert (found.lessons, found.broken) == ({"l-e1", "l-e2", "l-e3"}, 0)


@pytest.mark.parametrize("texts", [(), (line("add", "e2"),), (line("add", "e2"), line("add", "e3"), line("add", "e4"))])
def test_another_ledger_in_its_place_is_read_anew(tmp_path: Path, texts: tuple[str, ...]) -> None:
    found = ledger(tmp_path / "l", line(), line("add", "e5"))
    other = ledger(tmp_path / "l", *texts)
    found.refresh()
    assert found.lessons == other.lessons
    (tmp_path / "l").unlink()
    found.refresh()
    assert found.lessons == set()


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "7", "{}", '{"v": 1}', '{"v": 1, "run": "r", "time": 5, "action": "add"}', '{"v": "1"}', "[" * 5000],
)
def test_a_broken_line_is_passed_over_and_counted(tmp_path: Path, text: str) -> None:
    found = ledger(tmp_path / "l", line(), text, line("add", "e2"))
    assert (found.lessons, found.broken) == ({"l-e1", "l-e2"}, 1)


def test_a_torn_last_line_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "l"
    path.write_text(line() + "\n" + line("add", "e2")[:30], encoding="utf-8")
    found = Ledger(path)
    assert (found.lessons, found.broken) == ({"l-e1"}, 0)
    found.append([line("add", "e3")])
    found.refresh()
    assert found.lessons == {"l-e1", "l-e3"}


def test_a_newer_ledger_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(AcontextError, match="line 2: written by a newer acontext; update this one"):
        ledger(tmp_path / "l", line(), '{"v": 2, "run": "r"}')


def test_fields_of_later_versions_are_passed_over(tmp_path: Path) -> None:
    assert ledger(tmp_path / "l", line()[:-1] + ', "also": [1]}').lessons == {"l-e1"}


def test_half_a_character_in_an_id_is_written_as_json_says_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    ledger.append([Line(run="r", time="0", action="add", entry="\ud800").json()])
    ledger.refresh()
    assert ledger.stands("\ud800")
