"""A few kills of importers; `benchmarks/kill_import.py` does many, and shows that they find what is not safe."""

import subprocess
import sys

from conftest import ROOT


def test_killed_importers_lose_and_double_nothing() -> None:
    run = [sys.executable, "benchmarks/kill_import.py", "--kills", "32"]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
