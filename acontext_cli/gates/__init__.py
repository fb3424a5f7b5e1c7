"""What every lesson must pass before it is written, for either engine: small functions from a proposal to a verdict.

A gate refuses what must not be written, holds what a person should look at, or lets pass.
"""

from collections.abc import Sequence

from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.anchors import anchored, anchors
from acontext_cli.gates.claim import not_only_claimed
from acontext_cli.gates.format import well_formed
from acontext_cli.gates.gate import Evidence, Gate, Verdict
from acontext_cli.gates.secret import no_secret, secret_in

__all__ = [
    "GATES",
    "Evidence",
    "Gate",
    "Verdict",
    "anchored",
    "anchors",
    "first_objection",
    "no_secret",
    "not_only_claimed",
    "secret_in",
    "well_formed",
]

GATES: Sequence[Gate] = (no_secret, well_formed, anchored, not_only_claimed)


def first_objection(proposal: Proposal, evidence: Evidence, gates: Sequence[Gate] = GATES) -> Verdict | None:
    """What the first gate that objects says; None where all let the proposal pass."""
    return next((verdict for gate in gates if (verdict := gate(proposal, evidence))), None)
