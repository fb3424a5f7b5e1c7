"""Edits that are not real yet: the skills of a space as they would be. Nothing is written from here."""

from collections.abc import Collection, Iterable, Iterator, KeysView, Mapping
from typing import TYPE_CHECKING

from acontext_cli.ledger import Ledger
from acontext_cli.skills import SKILL, Entry, Skill, entries, parse_skill, tokens
from acontext_cli.skills.rules import conflict
from acontext_cli.store.shelf import Key, Shelf

if TYPE_CHECKING:
    from acontext_cli.edits import SkillEdit

_parse = entries.__wrapped__  # a block that is added is seen once: no use to remember it


class Draft:
    """A space with edits on it. Files are read when they are needed, and stay for this draft as they were then."""

    def __init__(self, shelf: Shelf, ledger: Ledger) -> None:
        self._shelf = shelf
        self._ledger = ledger
        self._names = dict.fromkeys(shelf.names())
        self._before: dict[Key, str | None] = {}
        self._pages: dict[Key, _Page | None] = {}
        self._files: dict[str, dict[str, None]] = {}
        self._where: dict[str, Key] = {}
        self._ids: dict[Key, list[str]] = {}
        self._looked = False
        self._unlisted, self._troubles = shelf.unlisted, len(shelf.troubles)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Skills whose folders could not be listed, at first or since, and why: what is not seen must not be taken for
        gone."""
        return *self._unlisted, *self._shelf.troubles[self._troubles :]

    def names(self) -> KeysView[str]:
        """All skills."""
        return self._names.keys()

    def skill(self, name: str) -> Skill:
        """A skill as it would be. Its files are read when they are looked at."""
        return parse_skill(name, _Files(self, name))

    def files(self, skill: str) -> Collection[str]:
        """Names of a skill's files."""
        own = self._files.get(skill)
        return self._shelf.files(skill) if own is None else own

    def has(self, skill: str, file: str) -> bool:
        return file in self.files(skill)

    def text(self, skill: str, file: str) -> str:
        """A file as it would be."""
        page = self._pages.get((skill, file))
        if page is not None:
            return page.text()
        return self._was(skill, file) or ""

    def tokens(self, skill: str, file: str) -> int:
        """The size of a file; 0 where there is none. Costs nothing however often entries are added."""
        page = self._pages.get((skill, file))
        if page is not None:
            return -(-page.chars // 4)
        return tokens(self.text(skill, file)) if self.has(skill, file) else 0

    def apply(self, edit: "SkillEdit") -> None:
        """Apply one edit. Raises Refused with the reason, and then nothing has changed."""
        from acontext_cli import edits  # what only reads skills starts without them

        edits.apply(self, edit)

    def entry(self, id: str) -> tuple[str, Entry] | None:
        """The entry of this id with its skill, wherever it stands."""
        key = self._place(id)
        if key is None:
            return None
        found = (entry for entry in entries(self.text(*key), key[1]) if entry.id == id)
        return next(((key[0], entry) for entry in found), None)

    def holds(self, entry: str) -> bool:
        """Whether an entry of this id stands anywhere."""
        return self._place(entry) is not None

    def was_deleted(self, entry: str) -> bool:
        """Whether a person deleted the entry of this id, recorded or not: it is not to be taught again."""
        return entry in self._ledger.deleted or (self._ledger.stands(entry) and not self.holds(entry))

    @property
    def changed(self) -> dict[Key, tuple[str | None, str | None]]:
        """What would change: the text before and after by skill and file, None where there is no file."""
        found = {key: (self._before[key], page.text() if page else None) for key, page in sorted(self._pages.items())}
        return {key: (before, after) for key, (before, after) in found.items() if before != after}

    @property
    def touched(self) -> tuple[str, ...]:
        """The skills that were edited."""
        return tuple(sorted({skill for skill, _ in self._pages}))

    def is_new(self, skill: str) -> bool:
        """Whether the skill is made by this draft."""
        return self._before.get((skill, SKILL), "") is None

    @property
    def conflicts(self) -> Iterator[str]:
        """Where git has left a conflict in what would change, which is a person's to settle."""
        indexes = ((name, SKILL) for name in self.touched if self.has(name, SKILL))
        for skill, file in dict.fromkeys((*self.changed, *indexes)):
            if line := conflict(self._was(skill, file) or ""):
                yield f"{skill}/{file}:{line}"

    def diff(self) -> str:
        """What would change, as a unified diff."""
        return "".join(_diff("/".join(key), *texts) for key, texts in self.changed.items())

    def put(self, skill: str, file: str, text: str) -> None:
        self._was(skill, file)
        self._names.setdefault(skill)
        self._own_files(skill)[file] = None
        self._set((skill, file), _Page(text))
        self._learn((skill, file), entries(text))

    def extend(self, skill: str, file: str, text: str) -> None:
        key = (skill, file)
        if self._pages.get(key) is None:
            self.put(skill, file, self.text(skill, file) if self.has(skill, file) else "")
        page = self._pages[key] or _Page("")
        page.extend(text)
        self._learn(key, _parse(text))

    def remove(self, skill: str, file: str) -> None:
        self._was(skill, file)
        self._own_files(skill).pop(file, None)
        self._set((skill, file), None)

    def _set(self, key: Key, page: "_Page | None") -> None:
        for id in self._ids.pop(key, ()):
            if self._where.get(id) == key:
                del self._where[id]
        self._pages[key] = page

    def _learn(self, key: Key, found: Iterable[Entry]) -> None:
        if key[1] != SKILL:
            ids = [entry.id for entry in found if entry.id]
            self._ids.setdefault(key, []).extend(ids)
            self._where.update(dict.fromkeys(ids, key))

    def look_again(self) -> None:
        """See at once what a person or another process did to files that were read earlier."""
        if not self._looked:
            self._looked = True
            self._shelf.sweep()

    def _place(self, id: str) -> Key | None:
        if id in self._where:
            return self._where[id]
        key = self._shelf.where(id)
        if key is not None and not self._looked:
            self._shelf.see(*key)
            key = self._shelf.where(id)
        if key is None and self._ledger.stands(id):
            self.look_again()
            key = self._shelf.where(id)
        return self._shelf.elsewhere(id, self._pages) if key in self._pages else key

    def _was(self, skill: str, file: str) -> str | None:
        key = (skill, file)
        if key not in self._before:
            self._before[key] = self._shelf.text(skill, file) if self._shelf.has(skill, file) else None
        return self._before[key]

    def _own_files(self, skill: str) -> dict[str, None]:
        if skill not in self._files:
            self._files[skill] = dict(self._shelf.files(skill))
        return self._files[skill]


class _Page:
    """The text of one file in pieces, so that many entries can be added at no more than their own cost."""

    def __init__(self, text: str) -> None:
        self._pieces = [text]
        self.chars = len(text)

    def text(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def extend(self, text: str) -> None:
        last = self._pieces[-1]
        gap = "" if not self.chars or last.endswith("\n\n") else "\n" if last.endswith("\n") else "\n\n"
        self._pieces.append(gap + text)
        self.chars += len(gap) + len(text)


class _Files(Mapping[str, str]):
    """The files of a skill in a draft, each read when it is looked at."""

    def __init__(self, draft: Draft, skill: str) -> None:
        self._draft = draft
        self._skill = skill

    def __getitem__(self, file: str) -> str:
        if file not in self:
            raise KeyError(file)
        return self._draft.text(self._skill, file)

    def __contains__(self, file: object) -> bool:
        return file in self._draft.files(self._skill)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._draft.files(self._skill)))

    def __len__(self) -> int:
        return len(self._draft.files(self._skill))


def _diff(name: str, before: str | None, after: str | None) -> str:
    from difflib import unified_diff

    old = "/dev/null" if before is None else f"a/{name}"
    new = "/dev/null" if after is None else f"b/{name}"
    lines = unified_diff(_lines(before), _lines(after), old, new, lineterm="")
    return "".join(f"{line}\n" for line in lines)


def _lines(text: str | None) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []
