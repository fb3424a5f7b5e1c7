"""acontext: what an agent did, turned into skills it can read the next time."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acontext_cli.api import Workspace as Workspace

__version__ = "0.1.0"
__all__ = ["Workspace"]


def __getattr__(name: str) -> object:
    # The command line imports this package first: what it does not need must cost it nothing.
    if name == "Workspace":
        from acontext_cli.api import Workspace

        return Workspace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
