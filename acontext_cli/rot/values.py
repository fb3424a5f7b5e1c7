"""Settings that an entry names with a value, and what a later look shows of the same setting.

A value is compared only where the look is at something else that the entry names too, or the entry names nothing else:
other services have settings of the same name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from acontext_cli.gates.anchors import anchors, spans
from acontext_cli.rot.calls import Call
from acontext_cli.rot.note import Standing
from acontext_cli.skills import DAILY

_SAID = re.compile(
    r"[\"']?(?P<key>[A-Za-z_][\w.-]{2,60})[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<value>[\w./:@+-]{1,60})[\"']?[,;]?"
)
_TELLING = re.compile(r"[A-Za-z0-9]+(?:[_.-][A-Za-z0-9]+)+|[A-Z][A-Z0-9]{3,}|[a-z]+[A-Z]\w+|port", re.ASCII)
"""A name that is not that of everything: of several words, or of the environment."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting with the value that an entry names."""

    standing: Standing
    key: str
    value: str
    beside: tuple[str, ...]
    """What else the entry names."""

    def seen(self, call: Call) -> str:
        """The value that a look shows; empty where it shows none, or several, or not that of the same thing."""
        if call.failed or call.searches or self.key not in call.result:
            return ""
        if self.beside and not any(word in call.text for word in self.beside):
            return ""
        found = {match["value"] for match in _values(self.key).finditer(call.result)}
        value = found.pop().rstrip(".,;") if len(found) == 1 else ""
        return value if _kind(value) == _kind(self.value) else ""


class Settings:
    """All settings that some entries name with one value each."""

    def __init__(self, found: Iterable[Standing]) -> None:
        settings = (setting for each in found if each.skill != DAILY and each.date for setting in _settings(each))
        self._by_key: dict[str, list[Setting]] = {}
        for setting in settings:
            self._by_key.setdefault(setting.key, []).append(setting)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._by_key)

    def of(self, keys: Iterable[str]) -> Iterator[Setting]:
        for key in keys:
            yield from self._by_key.get(key, ())


def _settings(standing: Standing) -> Iterator[Setting]:
    named = anchors(standing.entry.text)
    said: dict[str, set[str]] = {}
    for span in spans(standing.entry.text):
        if (match := _SAID.fullmatch(span.strip())) and _TELLING.fullmatch(match["key"]) and _is_value(match["value"]):
            said.setdefault(match["key"], set()).add(match["value"])
    for key, values in said.items():
        if len(values) == 1:
            beside = tuple(each for each in named if " " not in each and key not in each and len(each) > 3)
            yield Setting(standing, key, values.pop(), beside)


def _is_value(text: str) -> bool:
    """A number, a switch, or a word; a longer address or path is named for other reasons."""
    return len(text) <= 40


def _kind(value: str) -> str:
    if _NUMBER.fullmatch(value):
        return "number"
    return "switch" if value.lower() in ("true", "false", "yes", "no", "on", "off") else "word" if value else ""


@lru_cache(maxsize=1024)
def _values(key: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.-])[\"']?{re.escape(key)}[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?(?P<value>[\w./:@+-]{{1,60}})"
    )
