"""Which of the lines read say why something fails, so that settings are worth reading: a number that may come up to a
limit, or what is expected in the place of something else."""

from collections.abc import Sequence

from acontext_cli.demo.agent.contradictions import tells_what_is_expected
from acontext_cli.demo.agent.lines import Line, bearing
from acontext_cli.demo.agent.seen import Seen
from acontext_cli.demo.agent.vocabulary import tells_of_a_limit
from acontext_cli.trace.quantities import Quantity


def telling(seen: Seen, chain: Sequence[str]) -> bool:
    """Whether any line of a chain's logs says why."""
    return any(line.log and _says_why(line) for line in bearing(seen, chain))


def _says_why(line: Line) -> bool:
    if line.severity < 2:
        return any(number.bound and number.kind != "count" for number in line.quantities)
    return tells_what_is_expected(line.text) or any(_counts(number, line) for number in line.quantities)


def _counts(number: Quantity, line: Line) -> bool:
    if number.kind == "count":
        return tells_of_a_limit(line.text)
    return number.bound or (number.work and not number.waits)
