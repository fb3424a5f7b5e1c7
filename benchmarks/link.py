"""Linking 200 skills beside making as many links by hand, and the catalog of 10,000 skills beside reading the heads of
their files. Cases take turns; medians of per-round ratios.

`python benchmarks/link.py`
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from acontext_cli.api import Workspace
from acontext_cli.api.links import Links

LINKS = 200
SKILLS = 10_000
ROUNDS = 9
HEAD = 4096
MOST = 10
SKILL = """---
name: {name}
description: "Skill {number}: what to do when the gateway answers 502, the queue is full, or a deploy hangs."
---

# {name}

Purpose and guidelines.

## Index
"""


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def workspace(root: Path, skills: int) -> Workspace:
    root.mkdir()
    made, _ = Workspace.init(root)
    for number in range(skills):
        folder = root / "skills_store/default" / f"skill-{number:05}"
        folder.mkdir()
        text = SKILL.format(name=folder.name, number=number) + "filler " * 800
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
    return made


def by_hand(folder: Path) -> None:
    folder.mkdir()
    for number in range(LINKS):
        (folder / f"skill-{number:05}").symlink_to(f"../skills_store/default/skill-{number:05}")


def heads(space: Path) -> None:
    for folder in sorted(os.scandir(space), key=lambda entry: entry.name):
        if not folder.name.startswith("."):
            with Path(folder.path, "SKILL.md").open("rb") as file:
                file.read(HEAD)


def linking(root: Path) -> list[tuple[float, ...]]:
    """Seconds for: the links by hand, link, link again, link copies of all, unlink."""
    workspace(root, LINKS)
    rounds = []
    for _ in range(ROUNDS):
        least = timed(lambda: by_hand(root / "hand"))
        shutil.rmtree(root / "hand")

        def fresh() -> Links:
            return Links.of(Workspace.find(root), to=["agents"])

        steps = [lambda: fresh().link(), lambda: fresh().link(), lambda: fresh().unlink()]
        copies = [lambda: fresh().link(copy=True), lambda: fresh().link(), lambda: fresh().unlink()]
        rounds.append((least, *map(timed, steps), *map(timed, copies)))
    return rounds


def cataloging(root: Path, skills: int) -> list[tuple[float, ...]]:
    """Seconds for: the heads of the files, the catalog in a new process's store, the catalog once more."""
    space = workspace(root, skills).folder.skills_store / "default"
    rounds = []
    for number in range(ROUNDS + 1):
        store = Workspace.find(root).space().store
        first = timed(store.catalog)
        least = timed(lambda: heads(space))
        again = timed(store.catalog)
        if number:  # the first reads from the disk
            rounds.append((least, first, again))
    assert len(store.catalog()) == skills + 2, "a skill is missing"
    return rounds


def say(rounds: Sequence[tuple[float, ...]], names: Sequence[str], least: str, limits: Sequence[str]) -> None:
    for column, (name, limit) in enumerate(zip(names, limits, strict=True), 1):
        ratio = median(row[column] / row[0] for row in rounds)
        taken = 1000 * median(row[column] for row in rounds)
        print(f"{name:38} {taken:8.1f} ms  {ratio:6.2f} x {least}{limit}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skills", type=int, default=SKILLS, help="in the catalog")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        names = [f"link of {LINKS} skills", "again", "unlink", f"copies of {LINKS} skills", "again", "unlink"]
        say(linking(Path(place, "links")), names, "the bare links", [""] * 6)
        rounds = cataloging(Path(place, "catalog"), options.skills)
        names = [f"catalog of {options.skills:,} skills", "once more"]
        say(rounds, names, f"reading {HEAD:,} bytes of each", [f"  (at most {MOST})", ""])


if __name__ == "__main__":
    main()
