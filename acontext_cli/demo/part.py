"""A value of a document that knows where it stands, so that whatever is wrong is told with file and line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from acontext_cli.errors import AcontextError


@dataclass(frozen=True, slots=True)
class Part:
    """A value of the document."""

    value: object
    """A scalar, a tuple of parts, or a mapping of names to parts."""
    file: str
    line: int
    """Where it begins; of a member, where its name stands."""
    weight: int = 1
    """How many values it holds once its aliases are followed."""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        if self.value is None:
            return "nothing"
        if isinstance(self.value, str) and not self.value.strip():
            return "an empty text"
        words = {dict: "a mapping", tuple: "a list", str: "a text", bool: "a yes or no"}
        return words.get(type(self.value), "a number")

    @property
    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse(f"a text is expected here, not {self.kind}")
        return self.value

    @property
    def number(self) -> int | float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse(f"a number is expected here, not {self.kind}")
        return self.value

    @property
    def scalar(self) -> object:
        if isinstance(self.value, dict | tuple):
            self.refuse(f"a single value is expected here, not {self.kind}")
        return self.value

    @property
    def items(self) -> tuple["Part", ...]:
        if not isinstance(self.value, tuple):
            self.refuse(f"a list is expected here, not {self.kind}")
        return self.value

    @property
    def members(self) -> dict[str, "Part"]:
        if not isinstance(self.value, dict):
            self.refuse(f"a mapping is expected here, not {self.kind}")
        return self.value

    @property
    def plain(self) -> object:
        """The value with all it holds, without its places."""
        if isinstance(self.value, dict):
            return {name: part.plain for name, part in self.value.items()}
        return [part.plain for part in self.value] if isinstance(self.value, tuple) else self.value

    def fields(self, *known: str, needed: tuple[str, ...] = ()) -> Mapping[str, "Part"]:
        """The members of a mapping that has these fields and no others."""
        for name, part in self.members.items():
            if name not in known:
                part.refuse(f"unknown key {name!r}{did_you_mean(name, known)}")
        for name in needed:
            if name not in self.members:
                self.refuse(f"{name!r} is missing")
        return self.members

    def refuse(self, reason: str) -> NoReturn:
        raise AcontextError(f"{self.file}, line {self.line}: {reason}")


def did_you_mean(name: str, known: tuple[str, ...]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else f" (known: {', '.join(known)})"
