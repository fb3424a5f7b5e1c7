"""acontext from Python, for people with their own agent loop; where engine, settings and folders are put together."""

from acontext_cli.api.session import Session
from acontext_cli.api.workspace import Workspace

__all__ = ["Session", "Workspace"]
