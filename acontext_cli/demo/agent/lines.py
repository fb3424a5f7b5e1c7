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
        return tuple(number for number in quantities(self.text) if number.text not in self.codes)

    @cached_property
    def severity(self) -> int:
        return 2 if self.log and (self.carries or troubled(self.text)) else 1


def bearing(seen: Seen, chain: Sequence[str]) -> Iterator[Line]:
    """What the services of a chain say: their status, and the log lines that speak of themselves or of one another."""
    for service in chain:
        for text in seen.status.get(service, "").splitlines():
            yield Line(text=text, service=service)
        for text in seen.logs.get(service, "").splitlines():
            others, carries = tuple(name for name in named_on(text, seen) if name != service), seen.symptom.on(text)
            if not others or carries or set(others) & set(chain):
                yield Line(
                    text=text, service=service, log=True, carries=carries, names=others, codes=seen.symptom.tokens
                )


def measured(seen: Seen, chain: Sequence[str]) -> bool:
    """Whether work of something behind the front was measured anywhere yet."""
    behind = set(chain[1:])
    lines = (line for line in bearing(seen, chain) if line.service in behind or behind & set(named_on(line.text, seen)))
    return any(number.kind != "count" and number.work for line in lines for number in line.quantities)
