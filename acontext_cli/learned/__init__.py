"""What `learn` does to a space: one attempt at a run on a draft, and what came of it as a value to show."""

from acontext_cli.learned.attempt import Attempt
from acontext_cli.learned.result import Learned, LearnedBuilder, Written
from acontext_cli.learned.shares import Asks, Share, shares
from acontext_cli.learned.view import SpaceView
from acontext_cli.learned.writing import BATCH, Prepared, is_due, rehearse_writing, write

__all__ = [
    "BATCH",
    "Asks",
    "Attempt",
    "Learned",
    "LearnedBuilder",
    "Prepared",
    "Share",
    "SpaceView",
    "Written",
    "is_due",
    "rehearse_writing",
    "shares",
    "write",
]
