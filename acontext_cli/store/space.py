"""The folder of a space: the one place where drafts become files, under the space's lock."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from acontext_cli.errors import AcontextError, Changed, Refused
from acontext_cli.files import DISK, Disk, digest, locked, make_folders, remove_folder
from acontext_cli.files.inside import Folder, contents, everything
from acontext_cli.ledger import Ledger, Line, Record, Run
from acontext_cli.reads import Reads
from acontext_cli.skills import DAILY, SKILL, USER, Skill, entries, front, indexed, invalid, problems
from acontext_cli.skills.rules import CONFLICT
from acontext_cli.store.draft import Draft
from acontext_cli.store.git import MERGING, tell_git
from acontext_cli.store.held import Decision, Held, HeldLessons, State
from acontext_cli.store.history import LIMIT, History
from acontext_cli.store.journal import Change, Journal
from acontext_cli.store.passed import passed_over
from acontext_cli.store.records import asset, completed, removed
from acontext_cli.store.runs import hand_run, in_order
from acontext_cli.store.schemas import TEMPLATES, by_hand
from acontext_cli.store.shelf import Key, Shelf

Files = Mapping[Key, tuple[bytes | None, bytes | None]]

STARTING = (DAILY, USER)
EMPTY = "(Empty so far.)"
_MOST_DELETED = 30
_HEAD = 4096
_LOCK = "lock"
_NONE: "Files" = {}


class SkillStore:
    """The skills of one space."""

    journal_type = Journal
    ledger_type = Ledger

    def __init__(
        self, folder: Path, machine: Path, history: Path, disk: Disk = DISK, history_limit: int = LIMIT
    ) -> None:
        self.folder = folder
        """`skills_store/<space>`: the person's part."""
        self._machine = machine
        self._disk = disk
        self.ledger = self.ledger_type(folder / ".ledger.jsonl", disk)
        self.history = History(history, disk, history_limit)
        self._held = HeldLessons(machine / "held.jsonl", disk)
        self._journal = self.journal_type(
            machine / "commit.journal", folder, self.ledger, self.history, self._held, disk
        )
        self.reads = Reads(machine / "reads.jsonl", disk)
        """Who read what of them."""
        self._shelf = Shelf(folder)
        self._losses = -1
        self.recovered = self.recover()
        """What had to be done about a run that was cut off, in words; empty where there was nothing."""

    def prepare(self, run: Run | None = None) -> None:
        """Make the skills that every space starts with, in a new space only: a person may delete them."""
        if not self.is_new:
            return
        draft = self.draft()
        for template in sorted(TEMPLATES.glob("*.md")):
            draft.put(template.stem, SKILL, template.read_text(encoding="utf-8"))
        self.commit(draft, (), run or hand_run())

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever written to it; a run that the disk refused may have left empty folders."""
        try:
            return all(_holds_nothing(self.folder / name) for name in os.listdir(self.folder))  # noqa: PTH208
        except FileNotFoundError:
            return True

    def names(self) -> list[str]:
        """All skills, those too that cannot be read."""
        self._shelf.refresh()
        return self._shelf.names()

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Skills whose folders cannot be listed, as far as was seen: nobody knows what is in them."""
        return self._shelf.unlisted

    def catalog(self) -> list[tuple[str, str]]:
        """Name and description of every skill that can be read; only heads of files are looked at."""
        found = ((name, self._head(name)) for name in self.names())
        return [(name, said) for name, said in found if said]

    def offered(self) -> list[tuple[str, str]]:
        """The catalog for an agent: of the skills that every space starts with it is told which hold nothing yet."""
        return [(name, f"{EMPTY} {said}" if self.is_empty(name) else said) for name, said in self.catalog()]

    def deleted_titles(self) -> list[str]:
        """Titles of the entries that a person took away or rejected, the latest last, as far as they are kept here."""
        draft = self.draft()
        draft.look_again()
        gone = self.ledger.deleted | self.ledger.missing(draft)
        last = {line.entry: line for line in self.ledger.lines() if line.entry in gone and line.after}
        titles = [title for line in list(last.values())[-_MOST_DELETED:] if (title := self._title(line))]
        rejected = [item.title for item in self.held("rejected") if self.ledger.is_rejected(item.entry)]
        return [*titles, *dict.fromkeys(filter(None, rejected[-_MOST_DELETED:]))]

    def _title(self, line: Line) -> str:
        """The title under which a run wrote an entry; empty where nobody knows any more."""
        try:
            text = self.history.get(line.after).decode("utf-8")
        except (AcontextError, UnicodeDecodeError):
            return ""
        return next((entry.title for entry in entries(text) if entry.id == line.entry), "")

    def is_empty(self, name: str) -> bool:
        """Whether it is a skill that every space starts with, and has no entry yet."""
        return name in STARTING and len(self.files(name)) == 1

    def wanted(self) -> list[tuple[str, str]]:
        """Name and description of the skills in which a person says what is to be remembered."""
        draft, readable = self.draft(), list[tuple[str, Skill]]()
        for name, _ in self.catalog():
            with suppress(AcontextError):  # one that cannot be read wants nothing; `skill check` tells of it
                readable.append((name, draft.skill(name)))
        return by_hand(readable, self.ledger)

    def read(self, name: str) -> Skill:
        """A skill as it stands. Its files are read when they are looked at."""
        draft = self.draft()
        if name not in draft.names():
            raise AcontextError(f"there is no skill {name!r}: see `acontext skill list`")
        return draft.skill(name)

    def files(self, name: str) -> list[str]:
        """Names of a skill's files."""
        return list(self.read(name).files)

    def read_file(self, name: str, file: str) -> str:
        """One file of a skill."""
        files = self.read(name).files
        if file not in files:
            raise AcontextError(f"there is no file {file!r} in {name!r}: its files are {', '.join(files)}")
        return files[file]

    def check(self, name: str | None = None) -> list[str]:
        """What is wrong with a skill, or with all of them and the ledger, a sentence each."""
        names = self.names() if name is None else [name]
        draft = self.draft()  # one for all: each looks at every folder
        found = [problem for each in names for problem in self._problems(draft, each)]
        found += passed_over(self.folder, () if name is None else names)
        if name is None and self.ledger.broken:
            found.append(f".ledger.jsonl: {self.ledger.broken} lines are no records and were passed over")
        return found

    def draft(self) -> Draft:
        """A draft of the space as it is now."""
        self._shelf.refresh()
        self.ledger.refresh()
        return Draft(self._shelf, self.ledger)

    def commit(
        self,
        draft: Draft,
        records: Sequence[Record],
        run: Run,
        assets: Files = _NONE,
        held: Sequence[Held] = (),
        decision: Decision | None = None,
        seen: int | None = None,
    ) -> tuple[Key, ...]:
        """Make a draft real, all or nothing, and record it; the files that changed. Assets are files that are no text,
        with what they held and are to hold; `held`: lessons that wait for a person now, or what became of some;
        `decision`: of the person who decided about one of them; `seen`: the size of the ledger that the draft was made
        by, for what another run's lines would make untrue.

        Raises Changed where a person has changed one of the files since the draft read it; then nothing is written.
        """
        for skill in draft.unlisted:
            raise AcontextError(f"a skill's folder cannot be read, nothing was written: {skill}; mend it first")
        for place in draft.conflicts:
            raise AcontextError(f"{place}: {CONFLICT}; nothing was written")
        with self._locked():
            if seen is not None and self.ledger.size != seen:
                raise Changed("another run has written meanwhile, nothing was written: run the command again")
            self._new_only(records, decision)
            self._ends_whole(draft, assets)
            missing = self._missing(draft)
            try:
                self._finish(draft, {self.ledger.place(entry)[0] for entry in missing})
            except AcontextError:
                self._losses = -1  # what is missing has not been recorded: look for it again
                raise
            changed: dict[Key, tuple[bytes | None, bytes | None]] = {
                key: (_bytes(before), _bytes(after)) for key, (before, after) in draft.changed.items()
            }
            changed |= assets
            told = [*records, *(asset(key, *both) for key, both in assets.items())]
            theirs = decision.lines if decision else ()
            self._write(changed, completed(draft, told, missing, self.ledger, theirs), run, held)
        return tuple(changed)

    def delete(self, name: str, run: Run | None = None) -> None:
        """Take a skill away with all its files. Its entries count as deleted by a person and are not taught again."""
        folder = self.folder / name
        with self._locked():
            if name not in self.names():
                raise AcontextError(f"there is no skill {name!r}: see `acontext skill list`")
            if folder.is_symlink():
                raise AcontextError(f"{name!r} is a link: remove the link {str(folder)!r} yourself")
            with Folder.at(self.folder) as space, space.enter(name) as skill:
                found = dict(contents(skill))
            files: Files = {(name, file): (data, None) for file, data in found.items()}
            self._write(files, removed(name, found), run or hand_run())

    def remove(self) -> None:
        """Take the space away with all that is in it, and the lessons that wait."""
        with self._locked():
            with Folder.at(self._machine) as machine:
                # First and for good: a space that gets the same name later must not find them. The lock goes last.
                for name in (name for name, _ in machine.entries() if name != _LOCK):
                    machine.remove(name, self._disk)
                machine.sync(self._disk)
            remove_folder(self.folder, self._disk)
            remove_folder(self._machine, self._disk)

    def held(self, state: State = "held") -> list[Held]:
        """The lessons that wait for a person, or those that were decided on."""
        return self._held.items(state)

    def held_by(self, run: str) -> list[Held]:
        """The lessons that a run held, whatever became of them."""
        return self._held.of_run(run) if run else []

    def content(self, skill: str, file: str) -> bytes | None:
        """What a file holds now, whatever it is; None where there is none."""
        try:
            with self._shelf.reading(skill, file) as fd:
                return everything(fd)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise AcontextError(f"{skill}/{file} cannot be read: {error.strerror}") from error

    def recover(self) -> str:
        """Finish what a killed process has begun, or take it back; in words, empty where there was nothing."""
        if not self._journal.is_open:
            return ""
        with locked(self._machine / _LOCK, self._disk):
            return self._journal.recover()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        for folder in (self._machine, self.folder):
            make_folders(folder, disk=self._disk)
        with locked(self._machine / _LOCK, self._disk):
            self.recovered = self._journal.recover() or self.recovered
            if not self.ledger.size:
                tell_git(self.folder, self._disk)
            yield

    def _new_only(self, records: Sequence[Record], decision: Decision | None) -> None:
        """Raises Changed where another run has dealt with one of the lessons since, or another review with the one that
        is decided about. (A lesson that was held before may come to stand in an entry now.)"""
        self.ledger.refresh()
        if decision:
            if not self._held.says(decision.was):
                raise Changed("something else was decided about it meanwhile: acontext review --list")
            return
        if any(each.lesson in self.ledger.lessons for each in records if each.lesson and each.action != "source"):
            raise Changed("another run has learned the same meanwhile, nothing was written: run the command again")
        if any(each.action == "add" and self.ledger.is_rejected(each.entry) for each in records):
            raise Changed("what was learned was rejected meanwhile, nothing was written: run the command again")

    def _ends_whole(self, draft: Draft, assets: Files) -> None:
        """Raises Changed where a skill is taken away into which somebody has put a file since."""
        ended = [skill for (skill, file), (_, after) in draft.changed.items() if file == SKILL and after is None]
        if ended:
            self._shelf.refresh()
        for skill in ended:
            known = {file for each, file in (*draft.changed, *assets) if each == skill}
            if more := self._shelf.files(skill).keys() - known:
                raise Changed(f"'{skill}/{min(more)}' has come meanwhile, nothing was written: run the command again")

    def diff(self, draft: Draft) -> str:
        """What committing a draft would change, as a unified diff: the indexes too."""
        self._finish(draft)
        return draft.diff()

    def _finish(self, draft: Draft, thinned: Collection[str] = ()) -> None:
        """Bring the index of every edited skill up to date, and of those that a person took entries out of."""
        names = dict.fromkeys((*draft.touched, *(name for name in sorted(thinned) if name in draft.names())))
        for name in (name for name in names if draft.has(name, SKILL)):
            if not draft.is_new(name) and not (self.folder / name / SKILL).exists():
                raise Changed(f"the skill {name!r} was taken away meanwhile: run the command again")
            if (name, SKILL) not in draft.changed and invalid(draft.skill(name)):
                continue  # a person's SKILL.md that is not valid: `check` tells of it, and nobody touches it
            self._index(draft, name)
            if (name, SKILL) in draft.changed and (wrong := invalid(draft.skill(name))):
                raise Refused(wrong[0])

    def _index(self, draft: Draft, name: str) -> None:
        skill = draft.skill(name)
        try:
            text = indexed(skill)
        except Changed:
            raise
        except AcontextError:
            return  # a file that cannot be read keeps its rows until it can; `check` tells of it
        if text != skill.text:
            draft.put(name, SKILL, text)

    def _missing(self, draft: Draft) -> set[str]:
        """Entries that a person deleted since it was last looked. While a file cannot be read, nobody can tell."""
        losses = self._shelf.losses
        if losses == self._losses:
            return set()
        # The ledger knows by now what other runs have added, so their files must be known too.
        self._shelf.refresh()
        self._shelf.sweep()
        missing = self.ledger.missing(draft)
        if self._shelf.unreadable:
            return set()
        self._losses = losses
        return missing

    def _write(self, files: Files, records: Sequence[Record], run: Run, held: Sequence[Held] = ()) -> None:
        changes = [Change(*key, _name(before), _name(after)) for key, (before, after) in files.items()]
        self._unchanged(changes)
        for data in (data for both in files.values() for data in both if data is not None):
            self.history.put(data)
        hashes = {(change.skill, change.file): (change.before, change.after) for change in changes}
        self.ledger.refresh()
        run = in_order(run, self.ledger.newest)
        lines = [Line.of(run, record, *hashes.get((record.skill, record.file), ("", ""))) for record in records]
        self._publish(changes, list(dict.fromkeys(line.json() for line in lines)), self._held.new(held))
        self.history.trim({name for both in hashes.values() for name in both})
        for key in files:
            self._shelf.see(*key)

    def _unchanged(self, changes: Iterable[Change]) -> None:
        names = [repr(change.name) for change in changes if self._journal.now(change) != change.before]
        if names:
            raise Changed(
                f"{', '.join(names)} was changed by hand meanwhile, nothing was written: run the command again"
            )

    def _publish(self, changes: Sequence[Change], lines: Sequence[str], held: Sequence[str]) -> None:
        if changes or held or len(lines) > 1:
            self._journal.run(changes, lines, held)
        elif lines:
            self.ledger.append(lines)  # one line is whole or not there: no journal needed

    def _head(self, name: str) -> str:
        """The description in the head of a SKILL.md; empty where it cannot be read."""
        try:
            with self._shelf.reading(name, SKILL) as fd:
                data = os.read(fd, _HEAD)
                text = data.decode("utf-8", "ignore")
                parts = front.split(text) or front.split((data + everything(fd)).decode("utf-8"))
        except (OSError, UnicodeDecodeError, AcontextError):
            return ""
        said = front.read(parts[0]).get("description") if parts else ""
        return " ".join(said.split()) if isinstance(said, str) else ""

    def _problems(self, draft: Draft, name: str) -> list[str]:
        from acontext_cli.injection import risks  # what only reads skills starts without it

        try:
            skill = draft.skill(name)
            return [*problems(skill), *risks(name, _texts(skill))]
        except AcontextError as error:
            return [str(error)]


def _texts(skill: Skill) -> dict[str, str]:
    """The files of a skill that are text; Markdown must be."""
    texts: dict[str, str] = {}
    for file in skill.files:
        with suppress(AcontextError):  # a picture or the like; of Markdown it is told already
            texts[file] = skill.files[file]
    return texts


def _holds_nothing(path: Path) -> bool:
    if path.is_dir():
        return not os.listdir(path)  # noqa: PTH208
    return path.name == MERGING or (path.name == ".ledger.jsonl" and not path.stat().st_size)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8")


def _name(data: bytes | None) -> str:
    return "" if data is None else digest(data)
