"""What is to be done about one skill in one place, and what came of it."""

from dataclasses import dataclass
from typing import Literal

from acontext_cli.linking.made import Made
from acontext_cli.linking.place import Place

Do = Literal["link", "copy", "remove", "keep", "leave"]
State = Literal["new", "ok", "missing", "changed", "not ours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One skill in one place."""

    place: Place
    name: str
    do: Do
    """`keep`: it is as it should be; `leave`: it is not, and not ours to change."""
    state: State
    """How it was found; `new` where it was not linked before."""
    why: str = ""
    """For a `leave`: what stands there, and the remedy."""
    old: tuple[Made, ...] = ()
    """What the record says of it."""
    new: Made | None = None
    """What the record says of it when the step is done."""
