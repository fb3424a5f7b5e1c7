"""A small part of the campaign in benchmarks/kill_learn.py: the whole one runs in `.ci/run long`."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT


def campaign(*args: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "kill_learn.py", *args],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.returncode, done.stdout + done.stderr


def test_nothing_is_mixed_when_learners_are_killed() -> None:
    status, said = campaign("--kills", "24")
    assert (status, said.rpartition(": ")[2]) == (0, "nothing lost\n")


@pytest.mark.parametrize("safeguard", ["journal", "sync"])
def test_a_safeguard_that_is_switched_off_is_missed(safeguard: str) -> None:
    status, said = campaign("--kills", "24", "--without", safeguard)
    assert (status, " losses, the first: " in said) == (1, True)
