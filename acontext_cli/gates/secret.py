"""Secrets in what is to be written."""

from dataclasses import asdict

from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.secrets import find


def no_secret(proposal: Proposal, _evidence: Evidence) -> Verdict | None:
    """Nothing that is to be written holds a secret; placeholders pass."""
    told = (field for edit in proposal.edits for field in asdict(edit).items())
    new = (text for name, text in told if isinstance(text, str) and name != "old")
    return secret_in(proposal.title, proposal.text, *new)


def secret_in(*texts: str) -> Verdict | None:
    """An objection where one of the texts holds a secret."""
    kind = next((secret.kind for text in texts for secret in find(text)), "")
    return Verdict(gate="secret", decision="refuse", reason=f"it holds a secret ({kind})") if kind else None
