"""The model of power cuts in benchmarks/power.py: it must allow what may happen, and nothing that cannot."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from conftest import ROOT

from acontext_cli.files import DISK, Disk, append, write_whole

sys.path.insert(0, str(ROOT / "benchmarks"))

from power import MODELS, Model, Recorder

States = set[tuple[tuple[str, bytes], ...]]


def states(home: Path, model: Model, work: Callable[[Disk], None]) -> States:
    """What may be in a folder after a power cut at the end of some work."""
    recorder = Recorder(home, replace(DISK))
    work(recorder.disk)
    for event in recorder.events:
        recorder.before.take(event, model)
    found: States = set()
    for seed in range(200):
        image = recorder.before.after_cut(model, Random(seed))
        names = image.tree[image.root]
        found.add(tuple(sorted((name, image.files[node]) for name, node in names.items())))
    return found


@pytest.mark.parametrize("model", MODELS)
def test_what_is_synced_lasts(tmp_path: Path, model: Model) -> None:
    def work(disk: Disk) -> None:
        append(tmp_path / "log", b"one\n", disk)
        write_whole(tmp_path / "file", b"old", disk)
        write_whole(tmp_path / "file", b"new", disk)

    assert states(tmp_path, model, work) == {(("file", b"new"), ("log", b"one\n"))}


@pytest.mark.parametrize("model", MODELS)
def test_an_append_that_is_not_synced_may_be_there_or_not(tmp_path: Path, model: Model) -> None:
    (tmp_path / "log").write_bytes(b"one\n")

    def work(disk: Disk) -> None:
        append(tmp_path / "log", b"two\n", replace(disk, sync_data=lambda _: None))

    found = states(tmp_path, model, work)
    assert {(("log", b"one\n"),), (("log", b"one\ntwo\n"),)} <= found
    holes = {(("log", b"one\n\0\0\0\0"),)} if model == "posix" else set()
    assert found - holes == {(("log", b"one\n"),), (("log", b"one\ntwo\n"),)}


@pytest.mark.parametrize("model", MODELS)
def test_a_name_may_last_before_what_it_stands_for(tmp_path: Path, model: Model) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def work(disk: Disk) -> None:
        write_whole(tmp_path / "file", b"new", replace(disk, sync=lambda _: None))

    found = states(tmp_path, model, work)
    ends = {dict(state).get("file") for state in found}
    assert {b"old", b"new", b""} <= ends


def test_names_change_in_order_in_one_model_only(tmp_path: Path) -> None:
    def left(model: Model) -> set[tuple[str, ...]]:
        home = tmp_path / model
        home.mkdir()
        for name in ("a.md", "b.md"):
            (home / name).touch()

        def work(disk: Disk) -> None:
            disk.unlink(home / "a.md")
            disk.unlink(home / "b.md")

        found = states(home, model, work)
        return {tuple(name for name, _ in state) for state in found}

    assert left("ext4") == {("a.md", "b.md"), ("b.md",), ()}
    assert left("posix") == {("a.md", "b.md"), ("a.md",), ("b.md",), ()}
