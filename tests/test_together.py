"""A short run of benchmarks/together.py: the whole one runs in `.ci/run long`."""

import os
import subprocess
import sys

from conftest import ROOT


def test_recorders_learners_an_undo_and_an_editor_lose_nothing_to_one_another() -> None:
    crew = ["--recorders", "6", "--learners", "3", "--editors", "1"]
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "together.py", "--seconds", "2", *crew],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["nothing lost"]), done.stdout + done.stderr
