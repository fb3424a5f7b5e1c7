"""Sessions and spaces are made, filled and deleted by processes that are killed. What is there is whole, or not there.

`python benchmarks/crashes.py keep [--kills N] [--without SAFEGUARD]` runs it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from kills import Acknowledge, Safeguard

from acontext_cli.api import Workspace
from acontext_cli.files import DISK, Disk, whole
from acontext_cli.session import session
from acontext_cli.store import Held, SkillStore, hand_run


@dataclass
class Expected:
    """What must be there and what may be, by what one writer has said."""

    sessions: dict[str, list[str] | None] = field(default_factory=dict)
    """The messages of each; None where it is or was being deleted."""
    gone: set[str] = field(default_factory=set)
    generation: str = ""
    """Of the writer's space, empty where there may be none."""
    is_there: bool | None = False
    """Its space; None where nobody can tell."""

    def take(self, said: str) -> None:
        what, _, rest = said.partition(" ")
        if what == "made":
            self.sessions[rest] = []
        elif what == "recorded" and (messages := self.sessions[rest.partition("/")[0]]) is not None:
            messages.append(rest)
        elif what == "ending":
            self.sessions[rest] = None
        elif what == "ended":
            self.gone.add(rest)
        elif what in ("opening", "opened"):
            self.generation, self.is_there = rest, True if what == "opened" else None
        elif what in ("closing", "closed"):
            self.is_there = False if what == "closed" else None


class Keeping:
    """A workspace of one or two writers, each with sessions and one space of its own."""

    operations, seconds = 250, 0.08

    def __init__(self, home: Path, random: Random) -> None:
        self.writers = random.randint(1, 2)
        self._random = random
        self._home = home
        Workspace.init(home / "work")

    def moved(self, home: Path) -> "Keeping":
        """The same in another folder."""
        other = object.__new__(Keeping)
        other.__dict__.update(self.__dict__, _home=home)
        return other

    def write(self, name: str, acknowledge: Acknowledge) -> None:
        random = Random(f"{name}{self._random.random()}")
        for number in range(1 << 30):
            here = Workspace.find(self._home / "work")
            if random.random() < 0.6:
                self._keep_session(here, f"{name}-{number}", random, acknowledge)
            else:
                self._keep_space(here, f"{name}-{number}", acknowledge)

    def losses(self, acknowledged: dict[str, list[str]]) -> list[str]:
        writers: dict[str, Expected] = {}
        for name, said in acknowledged.items():  # in the order of the waves
            expected = writers.setdefault(_space(name), Expected())
            for each in said:
                expected.take(each)
        here = Workspace.find(self._home / "work")
        found = [*here.folder.problems(), *self._half_made(here)]
        for space, expected in writers.items():
            found += [*_sessions(here, expected), *_spaces(here, space, expected)]
        return found

    def _keep_session(self, here: Workspace, id: str, random: Random, acknowledge: Acknowledge) -> None:
        made = here.folder.new_session(id=id)
        acknowledge(f"made {id}")
        for number in range(random.randint(0, 3)):
            made.record([{"role": "user", "content": f"{id}/{number}"}])
            acknowledge(f"recorded {id}/{number}")
        if random.random() < 0.5:
            acknowledge(f"ending {id}")
            here.folder.find_session(id).delete()
            acknowledge(f"ended {id}")

    def _keep_space(self, here: Workspace, generation: str, acknowledge: Acknowledge) -> None:
        space = _space(generation)
        if space in here.spaces():
            acknowledge(f"closing {generation}")
            here.delete_space(space)
            acknowledge(f"closed {generation}")
            return
        acknowledge(f"opening {generation}")
        store = here.new_space(space).store
        store.commit(store.draft(), (), hand_run(), held=[Held(lesson=generation, reason="only a claim")])
        acknowledge(f"opened {generation}")

    def _half_made(self, here: Workspace) -> Iterator[str]:
        for folder in here.folder.session_folders():
            if not (folder / "session.json").exists():
                yield f"the session {folder.name} is half made"


def _space(name: str) -> str:
    """The space of a writer in all waves: what one leaves the next one finds."""
    return f"space-{name.split('-')[1] if '-' in name else 0}"


def _sessions(here: Workspace, expected: Expected) -> Iterator[str]:
    there = {each.id: each for each in here.folder.newest()}
    for id, messages in expected.sessions.items():
        if id in expected.gone and id in there:
            yield f"the session {id} is there and was deleted"
        if messages is not None and id not in there:
            yield f"the session {id} is lost"
        elif id in there and id not in expected.gone:
            told = [message.text for message, _, _ in there[id].messages()]
            if told[: len(messages or [])] != (messages or []) or told != sorted(set(told)):
                yield f"the session {id} holds {told} and not {messages}"
    for id in there.keys() - expected.sessions.keys():
        if there[id].size and not any(True for _ in there[id].messages()):
            yield f"the session {id} holds what is no message"


def _spaces(here: Workspace, space: str, expected: Expected) -> Iterator[str]:
    is_there = space in here.spaces()
    if expected.is_there is not None and is_there != expected.is_there:
        yield f"the space {space} is {'there and was deleted' if is_there else 'lost'}"
    if not is_there:
        return
    store = here.space(space).store
    if expected.is_there and (problems := store.check()):
        yield f"the space {space}: {problems[0]}"
    held = {item.lesson for item in store.held()}
    if held - {expected.generation} or (expected.is_there and not held):
        yield f"{space} of {expected.generation} holds {held or 'nothing'}"


def make_in_place() -> None:
    def write(path: Path, files: Mapping[str, bytes], disk: Disk = DISK) -> None:
        whole.make_folders(path, disk=disk)
        for name, data in files.items():
            whole._write_new(path / name, data, 0o666, disk)

    session.write_folder = write


def remove_in_place() -> None:
    def remove(path: Path, disk: Disk = DISK) -> None:
        with whole_folder(path.parent) as folder:
            if folder.kind(path.name):
                folder.remove(path.name, disk)

    from acontext_cli.files.inside import Folder

    whole_folder = Folder.at
    session.remove_folder = remove


def remove_by_name() -> None:
    """What is taken away gets the name that it got when that was done before."""

    def remove(path: Path, disk: Disk = DISK) -> None:
        try:
            disk.rename(path, path.with_name(f".gone-{path.name}"))
        except FileNotFoundError:
            return
        whole._sweep(path.parent, disk)

    from acontext_cli.store import space

    space.remove_folder = remove


def sweep_all() -> None:
    whole._HOUR = -1


def keep_what_waits() -> None:
    def remove(self: SkillStore) -> None:
        whole.remove_folder(self.folder)
        whole.remove_folder(self._machine)

    SkillStore.remove = remove  # type: ignore[method-assign]


SAFEGUARDS = (
    Safeguard("folder-and-rename", "keep", "a session is made elsewhere and renamed", off=make_in_place),
    Safeguard("rename-and-remove", "keep", "a session is renamed before it is taken apart", off=remove_in_place),
    Safeguard("gone-by-chance", "keep", "what is taken away gets a name that nothing has", off=remove_by_name),
    Safeguard("new-for-an-hour", "keep", "what another process is making is left alone", off=sweep_all),
    Safeguard("waiting-first", "keep", "what a space of the same name must not find goes first", off=keep_what_waits),
)
