"""Why a service is not well and what cures it. For the checker alone: neither agent nor learner is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from acontext_cli.demo.part import Part, did_you_mean
from acontext_cli.demo.scalars import meaning, same


@dataclass(frozen=True, slots=True)
class Within:
    """A cure that leaves room: any number between two bounds, these included."""

    low: float = -inf
    high: float = inf

    def holds(self, value: object) -> bool:
        number = meaning(value)
        return isinstance(number, int | float) and not isinstance(number, bool) and self.low <= number <= self.high


@dataclass(frozen=True, slots=True)
class Equals:
    """A cure that is one value."""

    value: object

    def holds(self, value: object) -> bool:
        return same(self.value, value)


Cure = Within | Equals


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a service is not well."""

    service: str
    """The service that suffers, and is to be restarted after the cure."""
    config: tuple[str, str]
    """The service and the setting that are the cause."""
    cured_by: Cure


def fault(part: Part, services: Mapping[str, object], configs: Mapping[str, Mapping[str, object]]) -> Fault:
    keys = ("service", "config", "cured_by")
    fields = part.fields(*keys, needed=keys)
    where = fields["config"].items
    if len(where) != 2:
        fields["config"].refuse("a service and one of its settings are expected here: [service, setting]")
    owner = _known(where[0], configs, "config of a service")
    return Fault(
        service=_known(fields["service"], services, "service"),
        config=(owner, _known(where[1], configs[owner], f"setting of {owner!r}")),
        cured_by=_cure(fields["cured_by"]),
    )


def _known(part: Part, names: Mapping[str, object], what: str) -> str:
    if part.text not in names:
        part.refuse(f"no {what} is called {part.text!r}{did_you_mean(part.text, tuple(names))}")
    return part.text


def _cure(part: Part) -> Cure:
    fields = part.fields("between", "at_least", "at_most", "equals")
    if len(fields) != 1:
        part.refuse("a cure is one of between, at_least, at_most, equals")
    kind, bound = next(iter(fields.items()))
    if kind == "equals":
        return Equals(bound.scalar)
    if kind == "between":
        return _between(bound)
    return Within(low=bound.number) if kind == "at_least" else Within(high=bound.number)


def _between(part: Part) -> Within:
    bounds = [item.number for item in part.items]
    if len(bounds) != 2:
        part.refuse(f"between takes two numbers, not {len(bounds)}")
    if not bounds[0] <= bounds[1]:
        part.refuse(f"the bounds are reversed: {bounds[0]} is not below {bounds[1]}")
    return Within(*bounds)
