"""What `learn` does to a space: one attempt at a run on a draft, and what came of it as a value to show."""

from acontext_cli.learned.attempt import Attempt
from acontext_cli.learned.result import Learned, LearnedBuilder, Written
from acontext_cli.learned.shares import Share, shares
from acontext_cli.learned.view import SpaceView

__all__ = ["Attempt", "Learned", "LearnedBuilder", "Share", "SpaceView", "Written", "shares"]
