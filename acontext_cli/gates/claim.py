"""How a lesson is known."""

from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.gate import Evidence, Verdict


def not_only_claimed(_proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """What only the agent says waits for a person."""
    if evidence.known is not None and evidence.known.source != "claim":
        return None
    return Verdict(gate="claim", decision="hold", reason="only the agent says that it worked")
