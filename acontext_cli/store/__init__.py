"""The skills of one space on disk: edits are made on a draft and become real all or nothing.

A person may change the same files at any time; what they wrote is never overwritten.
"""

from acontext_cli.store.draft import Draft
from acontext_cli.store.held import Decision, Held
from acontext_cli.store.runs import hand_run
from acontext_cli.store.space import SkillStore

__all__ = ["Decision", "Draft", "Held", "SkillStore", "hand_run"]
