"""acontext: what an agent did, turned into skills it can read the next time."""

__version__ = "0.1.0"
