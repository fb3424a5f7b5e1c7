"""A file of a skill, line by line: what each line is, and which entry it stands in."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from acontext_cli.api.why.values import EntryRef, Kind
from acontext_cli.errors import AcontextError
from acontext_cli.skills import SKILL, Entry, entries, front
from acontext_cli.skills.index import is_row
from acontext_cli.skills.marks import mark, marks, owner, units


@dataclass(frozen=True)
class Page:
    """One file as it stands."""

    skill: str
    file: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        found = self.text.split("\n")
        return found if found[-1] else found[:-1]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return entries(self.text, self.file) if self.file.endswith(".md") and self.file != SKILL else ()

    @property
    def name(self) -> str:
        return f"{self.skill}/{self.file}"

    def check(self, line: int) -> None:
        if not 1 <= line <= len(self.lines):
            many = f"{len(self.lines):,} line{'' if len(self.lines) == 1 else 's'}"
            raise AcontextError(f"there is no line {line} in {self.name!r}: it has {many}")

    def line(self, number: int) -> str:
        return self.lines[number - 1]

    def kind(self, number: int) -> Kind:
        text = self.line(number).strip()
        if not text:
            return "blank"
        if number <= self._head:
            return "front matter"
        if self.file == SKILL and is_row(text):
            return "index row"
        return "heading" if text.startswith("#") else "line"

    def entry(self, number: int) -> Entry | None:
        """The entry that a line stands in."""
        return owner(self.entries, number)

    def place(self, number: int) -> str:
        """What the ledger knows the line by, besides its mark."""
        entry = self.entry(number)
        return entry.id if entry and entry.id else self.name

    def beside(self) -> list[int]:
        """The lines that stand in no entry, blank ones left out."""
        first = self.entries[0].line if self.entries else len(self.lines) + 1
        return [number for number in range(1, first) if self.line(number).strip()]

    @cached_property
    def marks(self) -> Counter[str]:
        return marks(self.text)

    @cached_property
    def units(self) -> dict[str, Counter[str]]:
        return units(self.skill, self.file, self.text)

    @cached_property
    def _head(self) -> int:
        """How many lines the front matter has, its fences included."""
        parts = front.split(self.text) if self.file == SKILL else None
        return self.text[: len(self.text) - len(parts[1])].count("\n") if parts else 0


def numbers(entry: Entry) -> range:
    """The lines of an entry."""
    return range(entry.line, entry.line + entry.text.count("\n") + 1)


def marked(page: Page, number: int) -> str:
    """The mark of a line."""
    return mark(page.line(number))


def ref(entry: Entry) -> EntryRef:
    return EntryRef(id=entry.id, title=entry.title, date=entry.date, file=entry.file, line=entry.line)
