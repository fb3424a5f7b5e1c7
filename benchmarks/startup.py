"""What it costs to start: commands against `python -c pass` of the same environment.

Interleaved, every case once a round in rotated order; printed are medians of the ratios within a round.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from acontext_cli.api import Workspace

Case = tuple[list[str], Path]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--sessions", type=int, default=10_000, help="in the large workspace")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        fill(small, 3)
        fill(large, options.sessions)
        report(measured(cases(small, large, options.sessions), options.rounds))


def fill(folder: Path, sessions: int) -> None:
    folder.mkdir()
    workspace, _ = Workspace.init(folder)
    for number in range(sessions):
        day = f"2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}T{number % 24:02}:00:00.{number % 1000:03}Z"
        made = workspace.folder.new_session(name=f"session-{number}", created=day)
        (made.folder / "messages.jsonl").write_bytes(b'{"role": "user", "content": "x"}\n')


def cases(small: Path, large: Path, sessions: int) -> dict[str, Case]:
    acontext = [sys.executable, "-c", "from acontext_cli.cli import main; main()"]  # what the installed script does
    return {
        "python -c pass": ([sys.executable, "-c", "pass"], small),
        "import typer": ([sys.executable, "-c", "import typer"], small),
        "acontext --version": ([*acontext, "--version"], small),
        "acontext session list": ([*acontext, "session", "list"], small),
        "acontext record (one message)": ([*acontext, "record", "session-1", "m.jsonl"], small),
        "acontext status": ([*acontext, "status"], small),
        "acontext --help": ([*acontext, "--help"], small),
        f"acontext session list ({sessions:,} sessions)": ([*acontext, "session", "list"], large),
    }


def measured(cases: dict[str, Case], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in cases}
    names = list(cases)
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            taken = once(*cases[name])
            if number:  # the first round fills the caches
                times[name].append(taken)
    return times


def once(command: list[str], folder: Path) -> float:
    folder.joinpath("m.jsonl").write_bytes(b'{"role": "user", "content": "x"}\n')
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    # What is installed has been compiled; a checkout under PYTHONDONTWRITEBYTECODE would be compiled anew each time.
    environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled")}
    start = time.perf_counter()
    subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - start


def report(times: dict[str, list[float]]) -> None:
    bare = times["python -c pass"]
    for name, taken in times.items():
        ratio = statistics.median(one / other for one, other in zip(taken, bare, strict=True))
        print(f"{name:42} {1000 * statistics.median(taken):7.1f} ms  x {ratio:.2f}")


if __name__ == "__main__":
    main()
