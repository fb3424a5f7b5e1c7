"""What every lesson must pass before it is written, for either engine: small functions from a proposal to a verdict.

A gate refuses what must not be written, drops what a fault of the moment taught, holds what a person should look at, or
lets pass.
"""

from collections.abc import Sequence

from acontext_cli.engines.engine import Hold, Proposal
from acontext_cli.gates.anchors import anchored, anchors
from acontext_cli.gates.claim import not_only_claimed
from acontext_cli.gates.comparison import not_contradicted
from acontext_cli.gates.duplicate import not_a_duplicate, not_deleted
from acontext_cli.gates.format import well_formed
from acontext_cli.gates.gate import Evidence, Gate, Verdict
from acontext_cli.gates.general import of_this_case
from acontext_cli.gates.injection import no_foreign_act, not_told_by_output
from acontext_cli.gates.passing import not_passing
from acontext_cli.gates.secret import no_secret, secret_in

__all__ = [
    "GATES",
    "Evidence",
    "Gate",
    "Verdict",
    "anchored",
    "anchors",
    "first_objection",
    "no_foreign_act",
    "no_secret",
    "not_a_duplicate",
    "not_contradicted",
    "not_deleted",
    "not_only_claimed",
    "not_passing",
    "not_told_by_output",
    "of_a_hold",
    "of_this_case",
    "secret_in",
    "well_formed",
]

GATES: Sequence[Gate] = (
    no_secret,
    no_foreign_act,
    well_formed,
    not_deleted,
    not_passing,
    anchored,
    not_told_by_output,
    not_contradicted,
    not_a_duplicate,
    of_this_case,
    not_only_claimed,
)


def first_objection(proposal: Proposal, evidence: Evidence, gates: Sequence[Gate] = GATES) -> Verdict | None:
    """What the first gate that refuses or drops says, else the first that holds; None where all let it pass."""
    held: Verdict | None = None
    for gate in gates:
        verdict = gate(proposal, evidence)
        if verdict and verdict.decision != "hold":
            return verdict
        held = held or verdict
    return held


def of_a_hold(hold: Hold, evidence: Evidence) -> Verdict | None:
    """What stands against showing a held lesson to a person, or what they should know besides."""
    secret = secret_in(hold.title, hold.text, hold.reason)
    return secret or no_foreign_act(hold, evidence) or not_told_by_output(hold, evidence)
