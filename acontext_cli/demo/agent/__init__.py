"""The demo's offline agent: a small policy that decides from what it has read, behind the same seam as a real model."""

from acontext_cli.demo.agent.policy import PolicyModel

__all__ = ["PolicyModel"]
