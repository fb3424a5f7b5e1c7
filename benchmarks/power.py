"""What a power cut may leave: operations of real code are recorded, and the states that may come back made of them.

Two models. `ext4`: names change in the order in which they were changed, and so does the length of files; what was
appended is there up to some point. `posix`: what was not synced may be there or not, block by block and name by name.
"""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Literal

from acontext_cli.files import Disk

Model = Literal["ext4", "posix"]
MODELS: tuple[Model, ...] = ("ext4", "posix")
_BLOCKS = (512, 4096)


@dataclass(frozen=True, slots=True)
class Event:
    """One operation on a node: a file or a folder, by a number of its own."""

    kind: Literal["file", "folder", "link", "move", "swap", "drop", "write", "cut", "sync", "sync_data", "told"]
    node: int = -1
    name: str = ""
    other: str = ""
    child: int = -1
    at: int = 0
    data: bytes = b""


class Recorder:
    """Records what is done below a folder by its disk."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self.events: list[Event] = []
        self._below = disk
        self._nodes: dict[int, int] = {}
        self._count = 0
        self.before = Volume(self._node(root))
        self._scan(root, self.before)

    @property
    def disk(self) -> Disk:
        calls = ("open", "write", "truncate", "sync", "sync_data", "make_folder", "rename", "unlink", "remove_folder")
        return replace(self._below, **{name: getattr(self, f"_{name}") for name in (*calls, "link", "exchange")})

    def told(self, text: str) -> None:
        self.events.append(Event("told", name=text))

    def _node(self, path: Path) -> int:
        return self._new(path.lstat().st_ino)

    def _new(self, inode: int) -> int:
        self._nodes[inode] = self._count
        self._count += 1
        return self._count - 1

    def _scan(self, folder: Path, volume: "Volume") -> None:
        here = volume.tree[self._nodes[folder.lstat().st_ino]]
        for path in folder.iterdir():
            node = here[path.name] = self._node(path)
            if path.is_dir():
                volume.tree[node] = {}
                self._scan(path, volume)
            else:
                volume.files[node] = _File([path.read_bytes()])

    def _of(self, fd: int) -> int:
        return self._nodes[os.fstat(fd).st_ino]

    def _place(self, path: Path, at: int | None) -> int:
        return self._of(at) if at is not None else self._nodes[path.parent.stat().st_ino]

    def _open(self, path: Path, flags: int, mode: int, at: int | None = None) -> int:
        there = _is_there(path, at)
        fd = self._below.open(path, flags, mode, at)
        if not there:
            child = self._new(os.fstat(fd).st_ino)
            self.events.append(Event("file", self._place(path, at), path.name, child=child))
        elif flags & os.O_TRUNC:
            self.events.append(Event("cut", self._of(fd)))
        return fd

    def _write(self, fd: int, data: bytes | memoryview) -> int:
        size = self._below.write(fd, data)
        start = os.lseek(fd, 0, os.SEEK_CUR) - size
        self.events.append(Event("write", self._of(fd), at=start, data=bytes(data[:size])))
        return size

    def _truncate(self, fd: int, size: int) -> None:
        self._below.truncate(fd, size)
        self.events.append(Event("cut", self._of(fd), at=size))

    def _sync(self, fd: int) -> None:
        self.events.append(Event("sync", self._of(fd)))

    def _sync_data(self, fd: int) -> None:
        self.events.append(Event("sync_data", self._of(fd)))

    def _make_folder(self, path: Path, mode: int, at: int | None = None) -> None:
        self._below.make_folder(path, mode, at)
        child = self._new(os.stat(path, dir_fd=at).st_ino)
        self.events.append(Event("folder", self._place(path, at), path.name, child=child))

    def _rename(self, old: Path, new: Path, at: int | None = None) -> None:
        here = self._place(old, at)
        if self._place(new, at) != here:
            raise NotImplementedError("a rename from one folder to another")
        child = self._nodes[os.stat(old, dir_fd=at, follow_symlinks=False).st_ino]
        self._below.rename(old, new, at)
        self.events.append(Event("move", here, old.name, new.name, child))

    def _link(self, old: Path, new: Path, at: int | None = None) -> None:
        self._below.link(old, new, at)
        child = self._nodes[os.stat(new, dir_fd=at, follow_symlinks=False).st_ino]
        self.events.append(Event("link", self._place(new, at), new.name, child=child))

    def _exchange(self, old: Path, new: Path, at: int | None = None) -> None:
        self._below.exchange(old, new, at)
        self.events.append(Event("swap", self._place(old, at), old.name, new.name))

    def _unlink(self, path: Path, at: int | None = None) -> None:
        here = self._place(path, at)
        self._below.unlink(path, at)
        self.events.append(Event("drop", here, path.name))

    def _remove_folder(self, path: Path, at: int | None = None) -> None:
        here = self._place(path, at)
        self._below.remove_folder(path, at)
        self.events.append(Event("drop", here, path.name))


def _is_there(path: Path, at: int | None) -> bool:
    try:
        os.stat(path, dir_fd=at, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@dataclass(slots=True)
class _File:
    """What a file has held since it was last synced, that first."""

    versions: list[bytes]
    cuts: dict[int, Event] = field(default_factory=dict)
    """The versions that came of cutting it, each with its event."""

    @property
    def now(self) -> bytes:
        return self.versions[-1]

    def settle(self, version: bytes) -> None:
        self.versions, self.cuts = [version], {}


class Volume:
    """Folders and files as they last, and what is under way to them."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.tree: dict[int, dict[str, int]] = {root: {}}
        self.files: dict[int, _File] = {}
        self._pending: list[Event] = []
        """Names that were changed and files that were cut, in order, not yet for good."""

    def take(self, event: Event, model: Model) -> None:
        if event.kind in ("write", "cut"):
            self._write(event)
        elif event.kind in ("sync", "sync_data"):
            self._sync(event, model)
        elif event.kind != "told":
            if event.kind == "folder":
                self.tree[event.child] = {}
            elif event.kind == "file":
                self.files[event.child] = _File([b""])
            self._pending.append(event)

    def _write(self, event: Event) -> None:
        file = self.files[event.node]
        now = file.now[: event.at] if event.kind == "cut" else file.now.ljust(event.at, b"\0")
        file.versions.append(
            now if event.kind == "cut" else now[: event.at] + event.data + now[event.at + len(event.data) :]
        )
        if event.kind == "cut":
            file.cuts[len(file.versions) - 1] = event
            self._pending.append(event)

    def _sync(self, event: Event, model: Model) -> None:
        node = event.node
        if model == "ext4":  # what is in the same transaction goes with it; here no more than what came before
            last = max((at for at, each in enumerate(self._pending) if node in (each.node, each.child)), default=-1)
            done, self._pending = self._pending[: last + 1], self._pending[last + 1 :]
            self._settle_cuts(each for each in done if each.kind == "cut" and each.node != node)
        else:
            done = [each for each in self._pending if each.node == node]
            self._pending = [each for each in self._pending if each.node != node]
        _rename(self.tree, done)
        if node in self.files:
            file = self.files[node]
            longest = max(file.versions, key=len)
            file.settle(file.now)
            if model == "posix" and event.kind == "sync_data" and len(longest) > len(file.now):
                file.versions.insert(0, file.now + longest[len(file.now) :])  # its length need not have changed

    def _settle_cuts(self, cuts: Iterable[Event]) -> None:
        for cut in cuts:
            file = self.files[cut.node]
            at = next((at for at, event in file.cuts.items() if event is cut), 0)
            file.versions = file.versions[at:]
            file.cuts = {each - at: event for each, event in file.cuts.items() if each > at}

    def after_cut(self, model: Model, random: Random) -> "Image":
        """A state that may come back if the power is cut now."""
        share = random.choice((0.0, 0.2, 0.5, 0.8, 1.0))
        if model == "ext4":
            kept = self._pending[: random.randint(0, len(self._pending))]
        else:
            kept = [each for each in self._pending if random.random() < share]
        tree = {node: dict(names) for node, names in self.tree.items()}
        _rename(tree, kept)
        content = _in_order if model == "ext4" else _in_blocks
        block = random.choice(_BLOCKS)
        here = {node: self.files[node] for names in tree.values() for node in names.values() if node in self.files}
        return Image(self.root, tree, {node: content(file, kept, block, random) for node, file in here.items()})


def _rename(tree: dict[int, dict[str, int]], events: Iterable[Event]) -> None:
    for event in events:
        names = tree[event.node] if event.kind != "cut" else {}
        if event.kind in ("file", "folder", "link"):
            names[event.name] = event.child
        elif event.kind == "drop":
            names.pop(event.name, None)
        elif event.kind == "move":
            _move(names, event)
        elif event.kind == "swap" and event.name in names and event.other in names:
            names[event.name], names[event.other] = names[event.other], names[event.name]


def _move(names: dict[str, int], event: Event) -> None:
    """Where the old name did not last, the new one still stands for what had it."""
    if names.get(event.name) == event.child:
        del names[event.name]
    names[event.other] = event.child


def _in_order(file: _File, kept: list[Event], block: int, random: Random) -> bytes:
    """One of its versions, between the cuts that lasted and those that did not, or a part of what came to it."""
    done = [at for at, event in file.cuts.items() if any(event is each for each in kept)]
    open_ = [at for at, event in file.cuts.items() if not any(event is each for each in kept)]
    low, high = max(done, default=0), min(open_, default=len(file.versions)) - 1
    at = random.randint(low, high)
    found = file.versions[at]
    before = file.versions[at - 1] if at > low else found
    if len(found) > len(before):
        ends = [len(before), *range(-(-len(before) // block) * block, len(found), block), len(found)]
        found = found[: random.choice(ends)]
    return _patched(found, file.versions[low : high + 1], block, random, len(file.versions[low]))


def _in_blocks(file: _File, kept: list[Event], block: int, random: Random) -> bytes:  # noqa: ARG001
    """The length of one version, or of a part of it, and each block of any."""
    how = random.random()
    if how < 0.1:
        return file.versions[0]
    if how < 0.3:
        return file.now
    sizes = [len(version) for version in file.versions]
    size = random.choice(sizes)
    if random.random() < 0.5:  # it grows step by step
        size = max(min(sizes), size // block * block)
    return _patched(b"\0" * size, file.versions, block, random, size)


def _patched(data: bytes, versions: list[bytes], block: int, random: Random, upto: int) -> bytes:
    """The data with each block up to an offset from any of some versions."""
    if len(versions) == 1 and len(data) <= len(versions[0]):
        return versions[0][: len(data)]
    same = min(_shared(versions), len(data)) // block * block
    starts = range(same, len(data), block)
    either, turn = [], 0
    if len(versions) > 1 and starts and random.random() < 0.5:  # all of one version up to some block, then of another
        either, turn = random.sample(versions, 2), random.choice(starts)
    parts = [versions[0][:same]]
    for at in starts:
        end = min(at + block, len(data))
        if end <= upto:
            version = either[at >= turn] if either else random.choice(versions)
            parts.append(version[at:end].ljust(end - at, b"\0"))
        else:
            parts.append(data[at:end])
    return b"".join(parts)


def _shared(versions: list[bytes]) -> int:
    """So many bytes all versions begin with."""
    one, other = min(versions), max(versions)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


@dataclass(frozen=True, slots=True)
class Image:
    """Folders and files after a power cut."""

    root: int
    tree: dict[int, dict[str, int]]
    files: dict[int, bytes]

    def put(self, folder: Path, node: int = -1) -> None:
        """Make them."""
        folder.mkdir()
        for name, child in self.tree[self.root if node < 0 else node].items():
            if child in self.tree:
                self.put(folder / name, child)
            else:
                (folder / name).write_bytes(self.files[child])


def is_folder(fd: int) -> bool:
    return stat.S_ISDIR(os.fstat(fd).st_mode)
