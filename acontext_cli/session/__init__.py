"""A session on disk: what was recorded, what was found in it, what was told about it, what it taught."""

from acontext_cli.session.batch import parse_batch
from acontext_cli.session.distilled import Distilled
from acontext_cli.session.recording import Recorded
from acontext_cli.session.session import Session
from acontext_cli.session.sessions import Sessions

__all__ = ["Distilled", "Recorded", "Session", "Sessions", "parse_batch"]
