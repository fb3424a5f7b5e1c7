"""What a person wrote into a skill stays: a learner adds beside it, and puts nothing back that they took out.

Whose a line is the ledger knows by its mark. A line that no run is known to have written is a person's.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from acontext_cli.engines.engine import Pins
from acontext_cli.errors import Refused
from acontext_cli.skills import Entry, one_line
from acontext_cli.skills.marks import Units, mark, marks, together, units

Changes = Mapping[tuple[str, str], tuple[str, str]]
"""The text of files before and after, by skill and file."""
Ours = Callable[[str], frozenset[str]]
"""The marks of the lines that runs wrote into an entry, or into `skill/file`."""

_NO = Counter[str]()


def pinned(entry: Entry, ours: frozenset[str]) -> Pins:
    """What of an entry is a person's."""
    lines = tuple(line for line in entry.text.split("\n") if (found := mark(line)) and found not in ours)
    return Pins(lines=lines, taken_out=ours - set(marks(entry.text)))


def check(changes: Changes, ours: Ours) -> None:
    """Raises Refused where a change takes a person's line away, or puts one back that they took out."""
    before, after = marked(changes)
    for place, counted in before.items():
        for gone in counted - after.get(place, _NO):
            if gone not in ours(place):
                raise Refused(_kept(changes, gone))
    for place, lines in _added(before, after):
        for back in lines:
            if back in ours(place):
                raise Refused(f"a person took this line out: “{_line(changes, back, 1)}”: leave it out")


def marked(changes: Changes) -> tuple[Units, Units]:
    """The marks of the files before and after."""
    texts = [(skill, file, *both) for (skill, file), both in changes.items()]
    return (
        together(units(skill, file, before) for skill, file, before, _ in texts),
        together(units(skill, file, after) for skill, file, _, after in texts),
    )


def _added(before: Units, after: Units) -> Iterator[tuple[str, set[str]]]:
    """What comes to places that are there already."""
    for place, counted in before.items():
        yield place, set(after.get(place, _NO)) - set(counted)


def _kept(changes: Changes, gone: str) -> str:
    return f"“{_line(changes, gone, 0)}” was written by hand: leave that line as it is, and add beside it"


def _line(changes: Changes, wanted: str, side: int) -> str:
    lines = (line for both in changes.values() for line in both[side].split("\n"))
    return one_line(next((line for line in lines if mark(line) == wanted), ""), 100)
