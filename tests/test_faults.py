"""A small part of the campaign in campaigns/faults.py: the whole one runs in `.ci/run long`."""

import os
import subprocess
import sys

from conftest import ROOT


def campaign(*args: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "campaigns" / "faults.py", *args],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.returncode, done.stdout + done.stderr


def test_a_disk_that_fails_anywhere_costs_nothing() -> None:
    status, said = campaign("--cases", "16", "--without-demo")
    assert (status, said.rpartition(": ")[2]) == (0, "all was well\n"), said
