"""Hostile names through every door: zips, folders, front matter, sessions, spaces, skills, files, records of links.

Beside the workspace lies a tree that nothing may read or write. It is compared after every door, what it holds must
turn up nowhere, and whoever opens something in it is told.
"""

import io
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acontext_cli import Workspace
from acontext_cli.api.links import Links
from acontext_cli.api.space import Skills
from acontext_cli.errors import AcontextError
from acontext_cli.files import DISK, digest
from acontext_cli.packing import Foreign, ZipSource, foreign, incoming
from acontext_cli.skills import name_problem
from acontext_cli.store import SkillStore

SECRET = "never-to-be-seen"
SKILL = "---\nname: {}\ndescription: Fine.\n---\n# x\n"

_UP = ["../outside/own", "../../outside/own", "../outside", "..", "../", "a/../../outside/own", "./../outside/own"]
_UP += ["a/b/../../../outside/own", "..//outside/own", "../outside/own/", ".../outside", "..;/outside", "....//outside"]
_SLASHES = [
    "..\\outside\\own",
    "a\\..\\..\\outside",
    "\\outside",
    "a\\b",
    "..\\/outside",
    "%2e%2e%2foutside",
    "..%5coutside",
]
_ABSOLUTE = [
    "/",
    "/etc/passwd",
    "//etc/passwd",
    "/outside",
    "~/outside",
    "~",
    "~root/x",
    "file:///etc/passwd",
    "{outside}",
]
_ABSOLUTE += [
    "{outside}/own",
    "/{outside}/own",
    "/proc/self/cwd/../outside/own",
    "/dev/stdin",
    "/dev/fd/0",
    "$HOME/x",
    "${HOME}",
]
_DRIVES = [
    "C:\\x",
    "C:/x",
    "c:x",
    "C:",
    "z:/../x",
    "\\\\server\\share\\x",
    "//server/share/x",
    "\\\\?\\C:\\x",
    "\\\\.\\nul",
    "//?/C:/x",
]
_NUL = ["a\0b", "\0", "../outside\0.md", "own.md\0.zip", "a/\0/b", "SKILL.md\0"]
_DOUBLE = ["./x", "a//b", "a/./b", "a/", "./", ".", "//", "a/.", "a//", "x/./../x", "/.", "./.acontext/config.yaml"]
_DOTS = [
    "a.",
    "a..",
    "a ",
    " a",
    "a. ",
    "a .",
    "a./b",
    "a /b",
    "a/ b",
    "...",
    "....",
    " ",
    "  ",
    "a.md.",
    "a.md ",
    ". .",
    ".. ",
]
_RESERVED = [
    "con",
    "CON",
    "nul",
    "NUL.md",
    "aux.md",
    "prn.txt",
    "com1",
    "COM9.md",
    "lpt1",
    "LPT9.md",
    "con.",
    "con .md",
]
_RESERVED += ["a/nul", "nul/a", "conin$", "CONOUT$", "clock$", "com0", "com¹", "lpt².md", "aux/../x", "Con.Tar.Gz"]
_CASE = [
    "skill.md",
    "Skill.md",
    "SKILL.MD",
    "skill.MD",
    "RELEASE-NOTES",
    "Release-Notes/x",
    "release-notes/skill.md",
    "NOTES.md",
]
_ALIKE = [
    "．．/outside",
    "‥/outside",
    "a／b",
    "a⧵b",
    "a∕b",
    "․․/x",
    "SKILL․md",
    "SKILL.md\u200b",
    "SK\u0406LL.md",
    "ſkill.md",
]
_ALIKE += [
    "skıll.md",
    "SKİLL.md",
    "ＳＫＩＬＬ.md",
    "e\u0301.md",
    "\u212b.md",
    "ﬁle.md",
    "a\u00adb",
    "a\u200db",
    "a\u2060b",
    "\ufeffa",
]
_ALIKE += [
    "a\ufe0f.md",
    "\u115fa",
    "\u3164",
    "\u202egnp.md",
    "a\u2028b",
    "a\u0085b",
    "a\u00a0b",
    "re\u200blease-notes/x",
    "пример/../x",
]
_CONTROL = [
    "a\nb",
    "a\rb",
    "a\tb",
    "\x1b[31m",
    "a\x7fb",
    "\x01",
    "a\x9bb",
    "line\r\nInjected: yes",
    "\ud800",
    "a\udcffb",
]
_SHELL = [
    "; rm -rf x",
    "$(touch x)",
    "`x`",
    "a|b",
    "a>b",
    "<a",
    "a*b",
    "a?b",
    '"',
    "'",
    "a:b",
    "a::$DATA",
    "-rf",
    "--help",
    "&",
    "!x",
    "#",
]
_OURS = [
    ".ledger.jsonl",
    ".acontext",
    ".acontext/links.jsonl",
    ".git/hooks/post-commit",
    ".gitignore",
    "commit.journal",
]
_OURS += [
    ".gone-x",
    ".new-x",
    ".acontext-old-1-x",
    ".acontext-new-1",
    "skills_store",
    "default",
    "daily-logs",
    "SKILL.md",
    "@last",
]
_SHORT = ["SKILL~1.MD", "GIT~1", "RELEAS~1/x", "a~9", "PROGRA~1"]
_LONG = [
    "a" * 65,
    "a" * 256,
    "a" * 5_000,
    "a/" * 60 + "x",
    "../" * 300 + "etc/passwd",
    "é" * 200,
    "a-" * 40,
    "x/" * 2_000,
]
_YAML = [
    "yes",
    "null",
    "1.0",
    "!!python/object:os.system",
    "&a",
    "*a",
    "{a: b}",
    "[x]",
    "a: b",
    "---",
    "--- ",
    "|",
    ">",
    "%TAG",
]
_KEBAB = ["-a", "a-", "a--b", "A", "a_b", "ä", "技能", "a.b", "", "1.", "a b"]

FAMILIES = (_UP, _SLASHES, _ABSOLUTE, _DRIVES, _NUL, _DOUBLE, _DOTS, _RESERVED, _CASE, _ALIKE, _CONTROL, _SHELL)
NAMES = list(dict.fromkeys(name for names in (*FAMILIES, _OURS, _SHORT, _LONG, _YAML, _KEBAB) for name in names))


class Watch:
    """Sees what is opened in the tree that nothing may open."""

    tree = ""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if self.tree and event in ("open", "os.listdir", "os.scandir") and isinstance(args[0], str | os.PathLike):
            try:
                path = os.path.realpath(args[0])
            except (OSError, ValueError):
                return
            if path.startswith(self.tree):
                self.opened.append(path)


watch = Watch()
sys.addaudithook(watch)


@pytest.fixture
def outside(tmp_path: Path, own_home: Path) -> Iterator[Path]:
    """The tree beside the workspace. When the test ends it must be as it was, and nobody has opened it."""
    tree = tmp_path / "outside"
    (tree / "own").mkdir(parents=True)
    (tree / "own/SKILL.md").write_text(SKILL.format("own") + SECRET)
    (tree / "secret.md").write_text(SECRET)
    (tree / "file").write_text(SECRET)
    before = contents(tmp_path)
    home = contents(own_home)
    watch.opened, watch.tree = [], str(tree)
    yield tree
    watch.tree = ""
    assert watch.opened == []
    assert contents(tmp_path) == before
    assert contents(own_home) == home
    work = tmp_path / "work"
    assert [path for path in work.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()] == []


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder but the workspace."""
    found = (path for path in folder.rglob("*") if path.relative_to(folder).parts[0] != "work")
    return {str(path): path.read_bytes() if path.is_file() else None for path in found}


def hostile(outside: Path) -> list[str]:
    return [name.replace("{outside}", str(outside)) for name in NAMES]


def tried(cli: Cli, *args: str) -> str:
    """A command with a hostile word in it does what it can or says one line; it never fails otherwise."""
    done = cli.run(*args)
    assert done.exit_code in (0, 1, 2), (args, done.output)
    if done.exit_code == 1:
        assert done.stderr.count("\n") == 1, (args, done.stderr)
    assert SECRET not in done.output, args
    return str(done.stdout)


def a_line(error: Exception) -> None:
    """What a person is told is one line."""
    assert "\n" not in str(error)


def test_there_are_enough_names() -> None:
    assert len(NAMES) >= 200


@pytest.mark.parametrize("form", ["{}", "{}/SKILL.md", "repo/skills/{}/notes.md"])
def test_names_in_a_zip(cli: Cli, outside: Path, form: str) -> None:
    for name in hostile(outside):
        looked_at(zipped(cli.root, form.format(name)))


def looked_at(path: Path) -> tuple[Foreign, ...]:
    """What would come in; nothing where it is refused in one line."""
    try:
        came = incoming(path)
    except AcontextError as error:
        a_line(error)
        return ()
    assert not any(name_problem(each.name) for each in came)
    assert not [file for each in came for file in each.sizes if ".." in file.split("/") or file.startswith("/")]
    return came


def test_names_in_a_zip_that_is_taken_in(cli: Cli, outside: Path) -> None:
    skills = Workspace.find(cli.root).space().skills
    for number, name in enumerate(hostile(outside)):
        path = zipped(cli.root, f"release-notes/{name}")
        if looked_at(path):
            if number % 4:
                continue  # one in four is enough to be written: it takes its time
            skills.add(path)
            skills.delete("release-notes")
        else:
            with pytest.raises(AcontextError):
                skills.add(path)
        assert skills.names() == ("daily-logs", "user-general-facts")


def zipped(folder: Path, name: str) -> Path:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zip:
        for entry in dict.fromkeys(("release-notes/SKILL.md", name)):
            info = zipfile.ZipInfo("x")
            info.filename = entry.encode("utf-8", "replace").decode()[:60_000]
            zip.writestr(info, SKILL.format("release-notes"))
    (folder / "x.zip").write_bytes(made.getvalue())
    return folder / "x.zip"


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_names_in_a_folder(cli: Cli, outside: Path, kind: str) -> None:
    for number, name in enumerate(hostile(outside)):
        if "/" in name or "\0" in name or "\ud800" in name or name in ("", ".", "..", "SKILL.md") or len(name) > 100:
            continue  # no disk holds it
        source = cli.root / "in" / str(number)
        source.mkdir(parents=True)
        (source / "SKILL.md").write_text(SKILL.format("release-notes"))
        place = source / name
        make = {
            "file": place.touch,
            "folder": place.mkdir,
            "link": lambda place=place: place.symlink_to(outside / "own"),
        }
        make[kind]()
        came = looked_at(source)
        assert kind != "link" or not came or name.startswith("."), name


def test_names_in_front_matter(outside: Path) -> None:
    for name in hostile(outside):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as zip:
            zip.writestr("SKILL.md", SKILL.format(name).encode("utf-8", "surrogatepass"))
        try:
            (came,) = foreign(ZipSource(made.getvalue(), "x"))
        except AcontextError as error:
            a_line(error)
        else:
            assert not name_problem(came.name)


DOORS = {
    "sessions": ["session new --name=", "session show ", "session delete --yes ", "session new --date="],
    "spaces": ["space new ", "skill list --space=", "space delete --yes ", "link --to=agents --space="],
    "skills": ["skill new ", "skill show ", "skill pack -o y.zip ", "skill delete --yes ", "skill add x.zip --name="],
    "files": ["skill show daily-logs ", "recall daily-logs ", "skill pack daily-logs --force -o ./"],
    "links": ["link --to=agents ", "link --to=", "unlink ", "unlink --to="],
}


@pytest.mark.parametrize("door", DOORS)
def test_names_as_they_are_typed(cli: Cli, outside: Path, door: str) -> None:
    zipped(cli.root, "release-notes/notes.md")
    for number, name in enumerate(hostile(outside)):
        command = DOORS[door][number % len(DOORS[door])]
        if command.endswith("./") and ".." in name:
            continue  # where a zip goes is the person's own choice
        *words, last = command.split(" ")
        tried(cli, *words, last + name)


def test_names_in_the_record_of_links(cli: Cli, outside: Path) -> None:
    here = Workspace.find(cli.root)
    log = cli.root / ".acontext/links.jsonl"
    for number, name in enumerate(hostile(outside)):
        forms = ({"folder": name, "name": "own"}, {"folder": ".agents/skills", "name": name}, {"folder": name})
        made = forms[number % 3]
        log.write_text(json_line(v=1, **made, source="x", copy="x" if "name" in made else ""))
        for act in (Links.of(here).unlink, Links.of(here).standing, Links.of(here).link):
            try:
                act()
            except AcontextError as error:
                a_line(error)


def test_names_in_a_journal_that_came_from_elsewhere(cli: Cli, outside: Path) -> None:
    store = Workspace.find(cli.root).space().store
    journal = cli.root / ".acontext/spaces/default/commit.journal"
    content = store.history.put(b"x")
    for number, name in enumerate(hostile(outside)):
        forms = ([name, "own", "", content], ["own", name, "", content], ["daily-logs", name, content, ""])
        plan = json_line(v=1, files=[forms[number % 3]], ledger=[], size=0).encode()
        journal.write_bytes(f"{digest(plan)} {len(plan)}\n".encode() + plan)
        try:
            store.recover()
        except (AcontextError, OSError) as error:
            a_line(error)


@pytest.mark.parametrize("call", ["open", "make_folder", "rename", "sync"])
def test_a_link_that_is_swapped_in_while_a_skill_is_written_leads_nowhere(
    cli: Cli, outside: Path, call: str, tmp_path: Path
) -> None:
    space = cli.root / "skills_store/default"
    for moment in range(12):
        real, left = space / "release-notes", moment

        def swapping(*args: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0 and real.is_dir():  # noqa: B023
                real.rename(cli.root / f"moved-{moment}")  # noqa: B023
                real.symlink_to(outside)  # noqa: B023
            return getattr(DISK, call)(*args)

        machine = cli.root / ".acontext"
        try:
            store = SkillStore(
                space, machine / "spaces/default", machine / "history", replace(DISK, **{call: swapping})
            )
            Skills(store).add(zipped(cli.root, "release-notes/scripts/run.py"))
        except (AcontextError, OSError) as error:
            a_line(error)
        if real.is_symlink():
            real.unlink()
        elif real.is_dir():
            shutil.rmtree(real)


def json_line(**record: object) -> str:
    return json.dumps(record) + "\n"


PARTS = st.sampled_from([*NAMES, "..", "/", "\\", "outside", "own", "SKILL.md", "release-notes", ".", " ", "\u0301"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.lists(PARTS, min_size=1, max_size=4), st.sampled_from(["", "/", "\\"]))
def test_names_put_together(cli: Cli, outside: Path, parts: list[str], between: str) -> None:
    name = between.join(parts).replace("{outside}", str(outside))
    looked_at(zipped(cli.root, name))
