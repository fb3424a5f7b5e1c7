"""What git is told of a space: how two clones that both learned are merged."""

from pathlib import Path

from acontext_cli.files import Disk, write_whole
from acontext_cli.skills import DAILY

MERGING = ".gitattributes"
_MERGED = f"""# What only ever grows is merged by keeping the lines of both sides.
.ledger.jsonl merge=union
{DAILY}/*.md merge=union
""".encode()


def tell_git(folder: Path, disk: Disk) -> None:
    """Say in a new space how its ledger is to be merged; later somebody may not want that, and take it away."""
    if (folder / MERGING).exists():
        return
    for left in folder.glob(f".{MERGING}.*.tmp"):  # by a process that was killed
        left.unlink(missing_ok=True)
    write_whole(folder / MERGING, _MERGED, disk)
