"""A small part of each campaign in campaigns/: more of them runs in `.ci/run long`."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT


def campaign(name: str, *args: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "campaigns" / f"{name}.py", *args],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("faults", ("--cases", "9", "--without-demo")),
        ("oddities", ("--cases", "16")),
        ("fuzz", ("--cases", "6", "--jobs", "1")),
        ("bad_model", ("--cases", "1", "--timeout", "0.5")),
    ],
)
def test_a_part_of_each_campaign_finds_nothing(name: str, args: tuple[str, ...]) -> None:
    status, said = campaign(name, *args)
    assert (status, said.rpartition(": ")[2]) == (0, "all was well\n"), said
