"""Everything that writes is killed and has its power cut: `python benchmarks/crashes.py [record | learn | …]`.

`--kills N` and `--cuts N`: of each campaign. `--without SAFEGUARD` switches one off, and `--controls` one after the
other: losses must be found then, which is how it is known that they would be.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import kill_import
import kill_keep
import kill_learn
import kill_record
import kills
import power_cuts
from kills import Safeguard, Trial
from power import MODELS
from power_cuts import Kept

LOSSES = 5
"""So many are shown."""
KILLS: dict[str, Callable[[Path, Random], Trial]] = {
    "record": kill_record.Recording,
    "learn": kill_learn.Learning,
    "keep": kill_keep.Keeping,
    "import": kill_import.Importing,
}
CUTS: dict[str, Callable[[Path, Random], Kept]] = {
    "record-cuts": kill_record.Recording,
    "torn-cuts": kill_record.Torn,
    "learn-cuts": kill_learn.Learning,
    "keep-cuts": kill_keep.Keeping,
}
NAMES = (*KILLS, *CUTS)
SAFEGUARDS = (
    *kill_record.SAFEGUARDS,
    *kill_learn.SAFEGUARDS,
    *kill_keep.SAFEGUARDS,
    *kill_import.SAFEGUARDS,
    *power_cuts.SAFEGUARDS,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help=f"any of {', '.join(NAMES)}; default: all")
    parser.add_argument("--kills", type=int, default=1000, help="of each campaign (default: 1000)")
    parser.add_argument("--cuts", type=int, default=1000, help="of each campaign and model (default: 1000)")
    parser.add_argument("--seed", type=int, default=1)
    names = [each.name for each in SAFEGUARDS]
    parser.add_argument("--without", choices=names, action="append", metavar="SAFEGUARD", help=", ".join(names))
    parser.add_argument("--controls", action="store_true", help="without each of them, one after the other")
    asked = parser.parse_args()
    if unknown := set(asked.campaigns) - {*NAMES}:
        parser.error(f"there is no campaign {', '.join(sorted(unknown))}")
    campaigns = Campaigns(asked.kills, asked.cuts, asked.seed)
    if asked.controls or asked.without:
        chosen = [each for each in SAFEGUARDS if each.campaign in (asked.campaigns or NAMES)]
        wanted = [each for each in chosen if not asked.without or each.name in asked.without]
        unmissed = [each.name for each in wanted if not campaigns.miss(each)]
        print(f"{len(wanted) - len(unmissed)} of {len(wanted)} safeguards are missed", *unmissed)
        sys.exit(bool(unmissed))
    found = [loss for name in asked.campaigns or NAMES for loss in campaigns.run(name)]
    sys.exit(bool(found))


@dataclass(frozen=True)
class Campaigns:
    """Each is run so long."""

    kills: int
    cuts: int
    seed: int

    def run(self, name: str, *, patient: bool = True) -> list[str]:
        """What was lost."""
        if name in KILLS:
            report = kills.campaign(KILLS[name], kills=self.kills, seed=self.seed, patient=patient)
            return self._show(name, report)
        found: list[str] = []
        for model in MODELS:
            if patient or not found:
                cut = power_cuts.campaign(CUTS[name], cuts=self.cuts, seed=self.seed, model=model, patient=patient)
                found += self._show(f"{name} {model}", cut)
        return found

    def miss(self, safeguard: Safeguard) -> bool:
        """Whether its campaign misses a safeguard; in a process of its own, which it is switched off in."""
        print(f"without {safeguard.name} ({safeguard.says}):", flush=True)
        pid = os.fork()
        if not pid:
            status = 2
            try:
                safeguard.switch_off()
                status = 0 if self.run(safeguard.campaign, patient=False) else 1
            finally:
                sys.stdout.flush()
                os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

    def _show(self, name: str, report: kills.Report | power_cuts.Report) -> list[str]:
        print(f"  {name}: {report.said:.300}", flush=True)
        for loss in report.losses[1:LOSSES]:
            print(f"    {loss:.300}", flush=True)
        return report.losses


if __name__ == "__main__":
    main()
