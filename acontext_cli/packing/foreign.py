"""Skills among foreign files, checked whole before one of them is taken. A skill is named by its front matter, never
by where it lay."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.injection import risks
from acontext_cli.packing.folders import FolderSource
from acontext_cli.packing.limits import DEEPEST_FILE, DEEPEST_SKILL, MOST_FILES, MOST_IN_ALL, mib
from acontext_cli.packing.paths import clash
from acontext_cli.packing.source import Source
from acontext_cli.packing.zips import ZipSource
from acontext_cli.skills import SKILL, Skill, entries, invalid, name_problem, parse_skill

_NAME = re.compile(r"^name:[^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A skill that fits the format and is not in a space yet."""

    name: str
    description: str
    texts: Mapping[str, str]
    """Markdown, by path in the skill."""
    assets: Mapping[str, bytes]
    """Everything else, byte for byte."""

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes by path."""
        texts = {file: len(text.encode("utf-8")) for file, text in self.texts.items()}
        return dict(sorted({**texts, **{file: len(data) for file, data in self.assets.items()}}.items()))

    @property
    def risks(self) -> tuple[str, ...]:
        """What in it would lead an agent astray, a sentence each with its place."""
        read = {file: text for file, data in self.assets.items() if (text := _plain(data)) is not None}
        return tuple(risks(self.name, {**self.texts, **read}))

    def renamed(self, name: str) -> "Foreign":
        """The same skill by another name."""
        if problem := name_problem(name):
            raise AcontextError(problem)
        texts = {**self.texts, SKILL: _NAME.sub(f"name: {name}", self.texts[SKILL], count=1)}
        return replace(self, name=name, texts=_valid(name, texts).files)


def incoming(path: Path) -> tuple[Foreign, ...]:
    """The skills in a zip or a folder."""
    if "\0" in str(path):
        raise AcontextError("a path cannot hold a NUL: name a zip or a folder")
    if path.is_dir():
        with FolderSource.at(path) as source:
            return foreign(source)
    return foreign(ZipSource.at(path))


def foreign(source: Source) -> tuple[Foreign, ...]:
    """The skills of a source: that of its root, or those in folders below. All are right, or it is refused."""
    files = taken(source)
    places = _places(files)
    if not places:
        raise AcontextError(f"{source.name!r} holds no skill: a folder with a {SKILL} in it, written so")
    skills = [_skill(source.name, place, _below(files, place)) for place in places]
    names = [skill.name for skill in skills]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise AcontextError(f"{source.name!r} holds two skills by the name {twice!r}: nothing was taken")
    return tuple(skills)


def copied(space: Path, name: str) -> dict[str, bytes]:
    """The files of a skill of our own as they are."""
    with FolderSource.at(space) as source, source.below(name) as skill:
        return taken(skill)


def packed(space: Path, name: str) -> dict[str, bytes]:
    """The files of a skill of our own, by the rules for foreign ones: what is packed can be taken in."""
    files = copied(space, name)
    _skill(name, "", files)
    return files


def taken(source: Source) -> dict[str, bytes]:
    """Every file of every skill of a source, by its path there."""
    entries = source.entries()
    if both := clash(path for path, kind in entries if kind != "folder"):
        raise AcontextError(f"{source.name!r}: {both}; nothing was taken")
    places = _places(path for path, kind in entries if kind == "file")
    wanted = [(path, kind) for path, kind in entries if _place(path, places) is not None]
    for path, kind in wanted:
        if kind in ("link", "other"):
            what = "a link" if kind == "link" else "no file and no folder"
            raise AcontextError(f"{source.name!r}: {path!r} is {what}: put the file itself there; nothing was taken")
    return _contents(source, [path for path, kind in wanted if kind == "file"])


def unmarked(text: str, is_taken: Callable[[str], bool]) -> str:
    """A data file without the ids of entries that are taken: such an entry counts as a person's own."""
    for entry in entries(text):
        if entry.id and is_taken(entry.id):
            heading = entry.text.partition("\n")[0]
            text = text.replace(heading, heading.replace(f" <!-- id: {entry.id} -->", ""), 1)
    return text


def _contents(source: Source, paths: Sequence[str]) -> dict[str, bytes]:
    if len(paths) > MOST_FILES:
        raise AcontextError(f"{source.name!r} holds {len(paths):,} files of skills, at most {MOST_FILES} are taken")
    files: dict[str, bytes] = {}
    size = 0
    for path in paths:
        files[path] = source.read(path)
        size += len(files[path])
        if size > MOST_IN_ALL:
            raise AcontextError(f"{source.name!r} holds more than {mib(MOST_IN_ALL)}: add its skills one by one")
    return files


def _places(files: Iterable[str]) -> list[str]:
    """The folders that hold a SKILL.md, empty for the root; what lies in a skill is a part of it."""
    found = {file[: -len(SKILL)].rstrip("/") for file in files if file.rpartition("/")[2] == SKILL}
    near = {folder for folder in found if len(_parts(folder)) <= DEEPEST_SKILL}
    return sorted(
        folder for folder in near if _place(folder.rpartition("/")[0] if folder else "", near, folder) is None
    )


def _place(path: str, places: Collection[str], but: str | None = None) -> str | None:
    """The skill's folder that a path lies in."""
    parts = _parts(path)
    above = ("/".join(parts[:count]) for count in range(len(parts) + 1))
    return next((folder for folder in above if folder in places and folder != but), None)


def _parts(path: str) -> list[str]:
    return path.split("/") if path else []


def _below(files: Mapping[str, bytes], place: str) -> dict[str, bytes]:
    start = len(place) + 1 if place else 0
    return {path[start:]: data for path, data in files.items() if _place(path, (place,)) is not None}


def _skill(source: str, place: str, files: Mapping[str, bytes]) -> Foreign:
    where = f"{source}/{place}" if place else source
    deep = next((file for file in files if file.count("/") >= DEEPEST_FILE), None)
    if deep:
        raise AcontextError(f"{where!r}: {deep!r} lies more than {DEEPEST_FILE - 1} folders deep: nothing was taken")
    texts = dict(_texts(where, files))
    assets = {file: data for file, data in files.items() if file not in texts}
    said = parse_skill(where.rpartition("/")[2], texts).front.get("name")
    if not isinstance(said, str) or not said:
        raise AcontextError(f"{where!r}: its {SKILL} has no name: write 'name: …' into its front matter")
    if problem := name_problem(said):
        raise AcontextError(f"{where!r}: {problem}; nothing was taken")
    skill = _valid(said, texts)
    return Foreign(name=said, description=skill.description, texts=texts, assets=assets)


def _texts(where: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for file, data in files.items():
        if not file.lower().endswith(".md"):
            continue
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise AcontextError(
                f"{where!r}: {file!r} is not UTF-8 (byte {error.start}): save it as UTF-8; nothing was taken"
            ) from error
        if "\0" in text:
            raise AcontextError(f"{where!r}: {file!r} holds a NUL, which no Markdown does; nothing was taken")
        yield file, text


def _plain(data: bytes) -> str | None:
    """The text of a file that is no Markdown; None where it is no text."""
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _valid(name: str, texts: Mapping[str, str]) -> Skill:
    skill = parse_skill(name, texts)
    for problem in invalid(skill):
        raise AcontextError(f"{problem}; nothing was taken")
    return skill
