"""Skills that come from elsewhere or go there: as a zip or a folder in, as a zip out. Nothing is believed that was not
checked, and nothing is written here but a zip."""

from acontext_cli.packing.folders import FolderSource
from acontext_cli.packing.foreign import Foreign, copied, foreign, incoming, packed, taken, unmarked
from acontext_cli.packing.zips import ZipSource, zipped

__all__ = [
    "FolderSource",
    "Foreign",
    "ZipSource",
    "copied",
    "foreign",
    "incoming",
    "packed",
    "taken",
    "unmarked",
    "zipped",
]
