"""The lines that bear on the symptom, as evidence: what stands on them, and how much they say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from acontext_cli.demo.agent.naming import named_on
from acontext_cli.demo.agent.seen import Seen
from acontext_cli.trace.quantities import Quantity, quantities

_TROUBLE = re.compile(
    r"\b(?:error|err|warn(?:ing)?|fatal|critical|crit|panic|severe|alert|emerg|fail\w*|refus\w*|denied|reject\w*"
    r"|kill\w*|exhaust\w*|timeout|timed out|exceed\w*|dropp\w*|drops|turned away|invalid"
    r"|too (?:many|large|big|long|slow)|unhealthy|shed|throttl\w*|over|oom\w*|full|limit)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?:errno|code|exit|status|signal|pid|port|line)[\"':=\s]*$", re.IGNORECASE)
"""What stands before a number that names something and measures nothing."""


def troubled(line: str) -> bool:
    """Whether a log line speaks of something wrong."""
    return bool(_TROUBLE.search(line))


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line that bears on the symptom."""

    text: str
    service: str
    """Where it stands."""
    log: bool = False
    carries: bool = False
    """Whether it carries the symptom itself."""
    names: tuple[str, ...] = ()
    """Other services on it."""
    codes: tuple[str, ...] = ()
    """Numbers that are the symptom itself and measure nothing."""

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        numbers = (number for number in quantities(self.text) if number.text not in self.codes)
        return tuple(number for number in numbers if not _CODE.search(number.label))

    @cached_property
    def severity(self) -> int:
        return 2 if self.log and (self.carries or troubled(self.text)) else 1


def bearing(seen: Seen, chain: Sequence[str], beyond: Sequence[str] = ()) -> Iterator[Line]:
    """What the services of a chain say: their status, and the log lines that speak of themselves or of one another."""
    related = {*chain, *beyond}
    for service in (*chain, *beyond):
        for text in seen.status.get(service, "").splitlines():
            yield Line(text=text, service=service)
        for text in seen.logs.get(service, "").splitlines():
            others, carries = tuple(name for name in named_on(text, seen) if name != service), seen.symptom.on(text)
            if not others or carries or related.intersection(others):
                codes = seen.symptom.tokens
                yield Line(text=text, service=service, log=True, carries=carries, names=others, codes=codes)
