"""Settings that explain what was seen: a limit too low or too high, or a text that a log contradicts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from acontext_cli.demo.agent.contradictions import contradicted
from acontext_cli.demo.agent.limits import pressed
from acontext_cli.demo.agent.lines import Line, bearing
from acontext_cli.demo.agent.seen import Seen
from acontext_cli.demo.agent.suspect import WEAK, Setting, Suspect, Why
from acontext_cli.trace.quantities import setting


def suspects(seen: Seen, chain: Sequence[str], beyond: Sequence[str] = (), hint: str = "") -> list[Suspect]:
    """What explains the symptom among the settings that were read, along its chain and beyond, the weightiest first."""
    lines = list(bearing(seen, chain, beyond))
    codes = [token for token in seen.symptom.tokens if token.replace("_", "").isalpha()]
    hint = " ".join((hint, *codes))
    found = [suspect for own in _settings(seen, (*chain, *beyond)) for suspect in _best(_against(own, lines, hint))]
    return sorted(found, key=_order, reverse=True)


def _best(told: Iterable[Suspect]) -> Iterator[Suspect]:
    """Of what is told against one setting the weightiest in each direction; a limit is raised for the largest need."""
    by_why: dict[Why, list[Suspect]] = {}
    for suspect in told:
        by_why.setdefault(suspect.why, []).append(suspect)
    for why, alike in by_why.items():
        first = max(alike, key=lambda suspect: suspect.weight)
        needs = [suspect for suspect in alike if suspect.weight >= WEAK] if why == "too low" else []
        largest = max((first, *needs), key=lambda suspect: suspect.need)
        yield replace(first, new=largest.new, need=largest.need)


def _settings(seen: Seen, services: Iterable[str]) -> Iterator[Setting]:
    for service in services:
        for key, value in seen.configs.get(service, {}).items():
            yield Setting(service=service, key=key, value=seen.originals.get((service, key), value))


def _order(suspect: Suspect) -> tuple[int, bool]:
    return suspect.weight, suspect.why != "too low"


def _against(own: Setting, lines: Iterable[Line], hint: str) -> Iterator[Suspect]:
    limit = setting(own.key, own.value)
    for line in lines:
        yield from contradicted(own, line) if limit is None else pressed(own, limit, line, hint)
