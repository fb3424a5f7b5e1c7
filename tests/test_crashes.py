"""A small part of the campaigns in benchmarks/crashes.py: the whole ones run in `.ci/run long`."""

import os
import subprocess
import sys

from conftest import ROOT

# Each of these is missed within a second; `--controls` switches off all.
QUICK = (
    "last-byte-check",
    "torn-cut",
    "torn-kept",
    "write-all",
    "whole-batch",
    "append-sync-seen",
    "journal",
    "journal-recovery",
    "half-made-swept",
    "history-first",
    "commit-sync-seen",
    "keys-from-transcripts",
    "file-sync",
    "append-sync",
    "journal-sync",
    "rename-sync",
)


def campaign(*args: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "crashes.py", *args],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.returncode, done.stdout + done.stderr


def test_nothing_is_lost_when_what_writes_is_killed_or_loses_its_power() -> None:
    status, said = campaign("--kills", "16", "--cuts", "40")
    assert (status, said.count(": nothing lost")) == (0, 12), said


def test_safeguards_that_are_switched_off_are_missed() -> None:
    status, said = campaign(*(word for name in QUICK for word in ("--without", name)))
    assert (status, said.splitlines()[-1]) == (0, f"{len(QUICK)} of {len(QUICK)} safeguards are missed"), said
