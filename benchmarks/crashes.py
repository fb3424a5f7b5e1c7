"""Everything that writes is killed and has its power cut: `python benchmarks/crashes.py [record | learn | …]`.

`--kills N` and `--cuts N`: of each campaign. `--without SAFEGUARD` switches one off, and `--controls` one after the
other: losses must be found then, which is how it is known that they would be.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import kill_learn
import kill_record
import kills
from kills import NONE, Report, Safeguard, Trial

LOSSES = 5

KILLS: dict[str, Callable[[Path, Random], Trial]] = {
    "record": kill_record.Recording,
    "learn": kill_learn.Learning,
}
SAFEGUARDS = (*kill_record.SAFEGUARDS, *kill_learn.SAFEGUARDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help=f"any of {', '.join(KILLS)}; default: all")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", choices=[each.name for each in SAFEGUARDS], metavar="SAFEGUARD")
    parser.add_argument("--controls", action="store_true")
    asked = parser.parse_args()
    if unknown := set(asked.campaigns) - KILLS.keys():
        parser.error(f"there is no campaign {', '.join(sorted(unknown))}")
    chosen = [each for each in SAFEGUARDS if each.campaign in (asked.campaigns or KILLS)]
    if asked.controls:
        sys.exit(not all([caught(each, asked.kills, asked.seed) for each in chosen]))
    if asked.without:
        (only,) = (each for each in SAFEGUARDS if each.name == asked.without)
        sys.exit(bool(run(only.campaign, asked.kills, asked.seed, only).losses))
    sys.exit(any([run(name, asked.kills, asked.seed).losses for name in asked.campaigns or KILLS]))


def run(name: str, kills_: int, seed: int, without: Safeguard = NONE, *, patient: bool = True) -> Report:
    without.switch_off()
    start = time.monotonic()
    report = kills.campaign(KILLS[name], kills=kills_, seed=seed, patient=patient)
    print(f"{name:8} {report.said} ({time.monotonic() - start:.0f} s)", flush=True)
    for loss in report.losses[1:LOSSES]:
        print(f"         {loss}", flush=True)
    return report


def caught(safeguard: Safeguard, kills_: int, seed: int) -> bool:
    """Whether the campaign misses a safeguard; in a process of its own, which it is switched off in."""
    print(f"{safeguard.name:18} {safeguard.says}\n  ", end="", flush=True)
    pid = os.fork()
    if not pid:
        status = 2
        try:
            status = 0 if run(safeguard.campaign, kills_, seed, safeguard, patient=False).losses else 1
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


if __name__ == "__main__":
    main()
