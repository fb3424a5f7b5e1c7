"""The form of an entry."""

from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.skills import ENTRY_TOKENS, entries, tokens


def well_formed(proposal: Proposal, _evidence: Evidence) -> Verdict | None:
    """An entry has one heading with its id and keeps to its budget. A file of a person's own form is no entry."""
    if not proposal.entry:
        return None
    found = entries(proposal.text)
    if len(found) != 1 or found[0].id != proposal.entry:
        return Verdict(gate="format", decision="refuse", reason="the text is not one entry with its heading and id")
    size = tokens(proposal.text)
    if size > ENTRY_TOKENS:
        return Verdict(
            gate="format", decision="refuse", reason=f"the entry has {size} tokens, {ENTRY_TOKENS} are allowed"
        )
    return None
