"""What a person does about a held lesson: look at it as it would be written now, accept it or reject it."""

from collections.abc import Sequence

from acontext_cli.reviewing.anew import Gone
from acontext_cli.reviewing.behind import Behind, Quote
from acontext_cli.reviewing.desk import Accepted, Desk, Waiting

__all__: Sequence[str] = ["Accepted", "Behind", "Desk", "Gone", "Quote", "Waiting"]
