"""Processes that learn into one space are killed, and a person writes into its files in between. Nothing may be mixed.

`python benchmarks/kill_learn.py [--kills N] [--seed N] [--without SAFEGUARD]`. With a safeguard switched off the
campaign must find losses: that is how it is known that it would.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import kills

from acontext_cli.edits import AddEntry, CreateSkill
from acontext_cli.errors import AcontextError, Changed
from acontext_cli.files import DISK, Disk
from acontext_cli.ledger import Ledger, Record, Run
from acontext_cli.skills import entries, heading
from acontext_cli.store import SkillStore
from acontext_cli.store.journal import Change, Journal

OPERATIONS, SECONDS = 160, 0.06
"""A commit of six files is some ninety operations: kills must reach behind the first one."""
SKILLS = ("one", "two")
FILES = ("a.md", "b.md", "c.md")
PLACES = tuple((skill, file) for skill in SKILLS for file in FILES)


class NoJournal(Journal):
    def _begin(self, changes: Sequence[Change], lines: Sequence[str], size: int, held: Sequence[str]) -> None:
        pass


class Overwriting(Journal):
    def _settle(self, changes: Sequence[Change]) -> str:
        for change in changes:
            self._write(change.skill, change.file, change.after, self.now(change))
        return ""


class Repeating(Ledger):
    def present(self, texts: Iterable[str], start: int) -> set[str]:  # noqa: ARG002
        return set()


class Trusting(SkillStore):
    def _unchanged(self, changes: Iterable[Change]) -> None:
        pass


class Unrecorded(SkillStore):
    ledger_type = Repeating


class Unjournaled(SkillStore):
    journal_type = NoJournal


class Overriding(SkillStore):
    journal_type = Overwriting


def not_locked(disk: Disk) -> Disk:
    return replace(disk, flock=lambda *_: None)


def not_synced(disk: Disk) -> Disk:
    return replace(disk, sync=lambda _: None, sync_data=lambda _: None)


STORES: Mapping[str, type[SkillStore]] = {
    "journal": Unjournaled,
    "hash-check": Trusting,
    "person-check": Overriding,
    "ledger-check": Unrecorded,
}
DISKS: Mapping[str, Callable[[Disk], Disk]] = {"lock": not_locked, "sync": not_synced}


class Learning:
    """One space whose six files each get an entry in every run; one or two learners, and a person."""

    def __init__(self, home: Path, random: Random, *, without: str = "") -> None:
        self.writers = random.randint(1, 2)
        self.weakened = DISKS.get(without, lambda disk: disk)
        self._store = STORES.get(without, SkillStore)
        self._random = random
        self._home = home
        self._notes: list[tuple[Path, str]] = []
        store = self._open(DISK)
        draft = store.draft()
        for name in SKILLS:
            draft.apply(CreateSkill(name=name, description=f"Skill {name}.", body="# Notes\n\n## Index\n"))
        store.commit(draft, (), Run(id="first", time="0"))

    def write(self, name: str, disk: Disk, acknowledge: Callable[[str], None]) -> None:
        store = self._open(disk)
        number = 0
        while True:
            with suppress(Changed):
                number += 1
                self._learn(store, f"{name}-{number}")
                acknowledge(f"{name}-{number}")

    def losses(self, acknowledged: dict[str, list[str]]) -> list[str]:
        found = [f"{promise!r} was promised" for names in acknowledged.values() for promise in names if " " in promise]
        self._write_by_hand()
        try:
            store = self._open(DISK)
        except AcontextError as error:
            return [*found, f"the space cannot be opened: {error}"]
        promised = {promise.partition(" ")[0] for names in acknowledged.values() for promise in names}
        return found + self._mixed(store, promised) + self._forgotten(store) + self._overwritten()

    def _open(self, disk: Disk) -> SkillStore:
        machine = self._home / ".acontext"
        return self._store(self._home / "skills", machine / "spaces", machine / "history", disk)

    def _learn(self, store: SkillStore, run: str) -> None:
        draft = store.draft()
        for skill, file in PLACES:
            text = f"{heading(f'Run {run}', '2026-03-26', f'{run}-{skill}-{file[0]}')}\n- When to Apply: {run}\n"
            draft.apply(AddEntry(skill=skill, file=file, text=text))
        records = [Record(action="add", lesson=run, skill=skill, file=file) for skill, file in PLACES]
        store.commit(draft, records, Run(id=run, time=run))

    def _write_by_hand(self) -> None:
        """Now and then a person adds a line to a file before the next command runs."""
        skill, file = self._random.choice(PLACES)
        path = self._home / "skills" / skill / file
        if path.exists() and self._random.random() < 0.3:
            note = f"- a note {len(self._notes)}\n"
            with path.open("a", encoding="utf-8") as opened:
                opened.write(note)
            self._notes.append((path, note))

    def _mixed(self, store: SkillStore, promised: set[str]) -> list[str]:
        """Where files, ledger, and what was promised do not say the same."""
        lines = (self._home / "skills" / ".ledger.jsonl").read_bytes().splitlines()
        found = [f"{count} times in the ledger: {line!r}" for line, count in Counter(lines).items() if count > 1]
        runs = list(dict.fromkeys(line.lesson for line in store.ledger.lines() if line.lesson))
        found += [f"{run} is lost" for run in sorted(promised - set(runs))]
        for skill, file in PLACES:
            there = self._runs(skill, file)
            # What a person has saved over a file of a run that is then taken back stays, entry and all.
            noted = any(path == self._home / "skills" / skill / file for path, _ in self._notes)
            if sorted(there) != sorted(runs) and not (noted and set(there) > set(runs)):
                found.append(f"{skill}/{file} holds {len(there)} runs of {len(runs)}")
        return found + store.check() * (not self._notes)

    def _runs(self, skill: str, file: str) -> list[str]:
        try:
            text = (self._home / "skills" / skill / file).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [entry.title.removeprefix("Run ") for entry in entries(text)]

    def _forgotten(self, store: SkillStore) -> list[str]:
        """Contents that the ledger names and the history does not hold."""
        names = {name for line in store.ledger.lines() for name in (line.before, line.after) if name}
        found = []
        for name in sorted(names):
            try:
                store.history.get(name)
            except AcontextError as error:
                found.append(str(error))
        return found

    def _overwritten(self) -> list[str]:
        lost = [note for path, note in self._notes if note not in path.read_text(encoding="utf-8")]
        return [f"a person's line was overwritten: {note!r}" for note in lost]


def campaign(*, count: int, seed: int, folder: Path, without: str = "") -> kills.Report:
    kills.OPERATIONS, kills.SECONDS = OPERATIONS, SECONDS
    return kills.campaign(partial(Learning, without=without), kills=count, seed=seed, folder=folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", choices=[*STORES, *DISKS], default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = campaign(count=asked.kills, seed=asked.seed, folder=Path(folder), without=asked.without)
    print(report.said)
    sys.exit(bool(report.losses))


if __name__ == "__main__":
    main()
