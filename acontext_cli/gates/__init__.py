"""What every lesson must pass before it is written, for either engine: small functions from a proposal to a verdict.

A gate refuses what must not be written, drops what a fault of the moment taught, holds what a person should look at, or
lets pass.
"""

from collections.abc import Sequence

from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.anchors import anchored, anchors
from acontext_cli.gates.claim import not_only_claimed
from acontext_cli.gates.comparison import not_contradicted
from acontext_cli.gates.duplicate import not_a_duplicate, not_deleted
from acontext_cli.gates.format import well_formed
from acontext_cli.gates.gate import Evidence, Gate, Verdict
from acontext_cli.gates.general import of_this_case
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
    "no_secret",
    "not_a_duplicate",
    "not_contradicted",
    "not_deleted",
    "not_only_claimed",
    "not_passing",
    "of_this_case",
    "secret_in",
    "well_formed",
]

GATES: Sequence[Gate] = (
    no_secret,
    well_formed,
    not_deleted,
    not_passing,
    anchored,
    not_contradicted,
    not_a_duplicate,
    of_this_case,
    not_only_claimed,
)


def first_objection(proposal: Proposal, evidence: Evidence, gates: Sequence[Gate] = GATES) -> Verdict | None:
    """What the first gate that objects says; None where all let the proposal pass."""
    return next((verdict for gate in gates if (verdict := gate(proposal, evidence))), None)
