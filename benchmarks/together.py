"""Recorders, learners, one who takes runs back and a person with an editor work in one workspace at the same time.
None may lose anything.

`python benchmarks/together.py [--seconds N] [--recorders N] [--learners N] [--editors N] [--undoers N] [--seed N]`. At
the end:

* every message that was acknowledged stands in its session once, and those of a writer stand in their order;
* every run that was acknowledged is in the ledger, every line of a skill's file is one that somebody wrote, whole, and
  in the files that the person leaves alone every entry of every run stands;
* every line that the person has saved and not taken out again stands in its file. (The reverse is not asked for: an
  editor that saves an older text over an entry takes it out, as editors do.)
* each kind of process has come to something, and each process ends when it is told to.
"""

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import kills
from kill_learn import DAY, PLACES, learn

from acontext_cli.api import Workspace
from acontext_cli.errors import Changed
from acontext_cli.files import lines
from acontext_cli.messages import read
from acontext_cli.session import Session
from acontext_cli.skills import heading
from acontext_cli.undo import taken_back

SESSIONS = 4
"""Which all recorders share."""
EDITED = tuple(place for place in PLACES if place[1] != "c.md")
"""What the person edits; the rest is the learners' alone."""
PATIENCE = 20
"""So many seconds after the end a process hangs."""

_WHOLE = re.compile(r"## Run (learn\d+-\d+) \(date: [\d-]+\) <!-- id: \1-\w+-\w -->|- When to Apply: learn\d+-\d+")

Note = Callable[[str], None]


@dataclass(frozen=True)
class Desk:
    """Where everybody works, and until when."""

    root: Path
    end: float

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self.end

    @property
    def skills(self) -> Path:
        return self.root / "skills_store" / "default"

    def sessions(self) -> list[Session]:
        return sorted(Workspace.find(self.root).folder.newest(), key=lambda session: session.name)


def record(desk: Desk, name: str, random: Random, note: Note) -> None:
    """Messages into any of the sessions."""
    sessions, number = desk.sessions(), 0
    while desk.is_open:
        place = random.randrange(SESSIONS)
        batch = [{"role": "user", "content": f"{name} {number + more}"} for more in range(random.randint(1, 3))]
        sessions[place].record(batch)
        for message in batch:
            note(f"{place} {message['content']}")
        number += len(batch)
        time.sleep(random.uniform(0, 0.004))


def learn_on(desk: Desk, name: str, random: Random, note: Note) -> None:
    """Runs over the files of two skills, each again where somebody was faster."""
    store = Workspace.find(desk.root).space("default").store
    for number in range(1 << 30):
        if not desk.is_open:
            return
        with suppress(Changed):
            learn(store, f"{name}-{number}", random)
            note(f"{name}-{number}")


def edit(desk: Desk, name: str, random: Random, note: Note) -> None:
    """Open a file, write a line or take one's own out, and save: by a rename, or over the file as it lies there."""
    for number in range(1 << 30):
        if not desk.is_open:
            return
        skill, file = random.choice(EDITED)
        path = desk.skills / skill / file
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        own = [line for line in text.splitlines(keepends=True) if line.startswith(f"- {name} ")]
        if own and random.random() < 0.3:
            line = random.choice(own)
            said, text = f"- {path.parent.name}/{file}\t{line}", text.replace(line, "")
        else:
            line = f"- {name} {number}\n"
            said, text = f"+ {path.parent.name}/{file}\t{line}", text + line
        time.sleep(random.uniform(0, 0.01))
        renames = random.random() < 0.5
        (_save_by_rename if renames else _save_in_place)(path, text)
        note(f"{'by a rename' if renames else 'in place'}\t{said.rstrip()}")
        time.sleep(random.uniform(0, 0.02))


def _save_by_rename(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}~")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _save_in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def take_back(desk: Desk, name: str, random: Random, note: Note) -> None:  # noqa: ARG001
    """Any of the newest runs, but for what was changed since."""
    here = Workspace.find(desk.root)
    ledger = here.space("default").store.ledger
    while desk.is_open:
        time.sleep(random.uniform(0.05, 0.4))
        gone = taken_back(ledger.runs())
        runs = [run.id for run in ledger.runs() if run.id not in gone and not run.id.startswith("init")]
        with suppress(Changed):
            (done,) = here.undo(random.choice(runs[:6]), keep_mine=True)
            note(done.run.id)


WORK: Mapping[str, Callable[[Desk, str, Random, Note], None]] = {
    "record": record,
    "learn": learn_on,
    "edit": edit,
    "undo": take_back,
}
"""Who works here."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--recorders", type=int, default=16)
    parser.add_argument("--learners", type=int, default=4)
    parser.add_argument("--editors", type=int, default=1)
    parser.add_argument("--undoers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    crew = {"record": asked.recorders, "learn": asked.learners, "edit": asked.editors, "undo": asked.undoers}
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), crew, asked.seconds, asked.seed)
    for loss in found[:10]:
        print(f"  {loss}")
    print(f"{len(found)} losses" if found else "nothing lost")
    sys.exit(bool(found))


def run(folder: Path, crew: Mapping[str, int], seconds: float, seed: int) -> list[str]:
    """What was lost when all have worked for so long."""
    here, _ = Workspace.init(folder / "work")
    for number in range(SESSIONS):
        here.new_session(name=f"session-{number}")
    learn(here.space("default").store, "begin", Random(seed))
    desk = Desk(here.root, time.monotonic() + seconds)
    names = {f"{work}{number}": work for work, count in crew.items() for number in range(count)}
    pids = {name: _fork(desk, folder, name, work, Random(f"{seed} {name}")) for name, work in names.items()}
    found = [end for name, pid in pids.items() if (end := _ended(desk, folder, name, pid))]
    noted = {name: list(_notes(folder / f"noted-{name}")) for name in names}
    for work in crew:
        total = sum(len(noted[name]) for name in names if names[name] == work)
        if crew[work] and not total:
            found.append(f"{work} has come to nothing")
        print(f"{work}: {crew[work]} processes, {total} done in {seconds:g} s")
    return found + _messages(desk, noted) + _skills(desk, noted) + _edits(desk, noted)


def _fork(desk: Desk, folder: Path, name: str, work: str, random: Random) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:  # the child never returns into the parent's code
        status, file = 1, os.open(folder / f"noted-{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        WORK[work](desk, name, random, lambda text: os.write(file, f"{text}\n".encode()) and None)
        status = 0
    except BaseException as error:  # noqa: BLE001
        (folder / f"ended-{name}").write_text(kills.last_words(error), encoding="utf-8")
    finally:
        os._exit(status)


def _ended(desk: Desk, folder: Path, name: str, pid: int) -> str:
    while time.monotonic() < desk.end + PATIENCE:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            words = folder / f"ended-{name}"
            return f"{name} failed: {words.read_text(encoding='utf-8')}" if status else ""
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return f"{name} hangs"


def _notes(path: Path) -> Iterator[str]:
    with suppress(FileNotFoundError), path.open(encoding="utf-8", newline="\n") as file:
        yield from (line.rstrip("\n") for line in file)


def _messages(desk: Desk, noted: Mapping[str, list[str]]) -> list[str]:
    found: list[str] = []
    for place, session in enumerate(desk.sessions()):
        there = [str(read(text).body["content"]) for _, text in lines(session.transcript)]
        found += [f"{text!r} stands {count} times" for text, count in Counter(there).items() if count > 1]
        by_writer: dict[str, list[str]] = {}
        for text in there:
            by_writer.setdefault(text.partition(" ")[0], []).append(text)
        for name, said in noted.items():
            wanted = [text.removeprefix(f"{place} ") for text in said if text.startswith(f"{place} {name} ")]
            if wanted != by_writer.get(name, []):
                found.append(f"{session.name} holds {len(by_writer.get(name, []))} messages of {len(wanted)} of {name}")
    return found


def _skills(desk: Desk, noted: Mapping[str, list[str]]) -> list[str]:
    store = Workspace.find(desk.root).space("default").store
    runs = {line.run for line in store.ledger.lines()}
    told = [run for name, said in noted.items() if name.startswith(("learn", "undo")) for run in said]
    found = [f"the run {run} is lost" for run in told if run not in runs]
    texts = Counter(text for _, text in lines(desk.skills / ".ledger.jsonl"))
    found += [f"{count} times in the ledger: {text!r}" for text, count in texts.items() if count > 1]
    entered: dict[tuple[str, str, str], str] = {}
    for line in store.ledger.lines():
        if line.action == "add":  # by its run; an undo that is undone adds it again
            entered.setdefault((line.skill, line.file, line.entry), line.run)
    known = _known(entered)
    for skill, file in PLACES:
        there = (desk.skills / skill / file).read_text(encoding="utf-8").splitlines()
        odd = [line for line in there if line and line not in known and not line.startswith("- edit")]
        if (skill, file) in EDITED:  # a person may save what a run had written that is then taken back
            odd = [line for line in odd if not _WHOLE.fullmatch(line)]
        found += [f"{skill}/{file} holds {line!r}, which nobody wrote" for line in odd]
        if (skill, file) not in EDITED:
            ids = {line.partition("<!-- id: ")[2].removesuffix(" -->") for line in there if line.startswith("## ")}
            mine = {id for *place, id in entered if place == [skill, file] and store.ledger.stands(id)}
            found += [f"{skill}/{file} has lost {id}" for id in sorted(mine - ids)]
    return found


def _known(entered: Mapping[tuple[str, str, str], str]) -> set[str]:
    """All lines that runs have written."""
    headings = {heading(f"Run {run}", DAY, id) for (*_, id), run in entered.items()}
    return headings | {f"- When to Apply: {run}" for run in entered.values()}


def _edits(desk: Desk, noted: Mapping[str, list[str]]) -> list[str]:
    """Lines of the person that are gone, by the way in which they were saved."""
    saved: dict[tuple[str, str], str] = {}
    done = 0
    for said in (text for name, texts in noted.items() if name.startswith("edit") for text in texts):
        way, what, line = said.split("\t")
        done += 1
        if what[0] == "+":
            saved[what[2:], line] = way
        else:
            saved.pop((what[2:], line), None)
    there = {file: (desk.skills / file).read_text(encoding="utf-8").splitlines() for file in {key[0] for key in saved}}
    lost = {key: way for key, way in saved.items() if key[1] not in there[key[0]]}
    if done:
        ways = ", ".join(f"{count} saved {way}" for way, count in sorted(Counter(lost.values()).items()))
        print(f"hand edits: {done}, lost {len(lost)} {f'({ways})' if ways else ''}")
    return [f"a person's line {line!r} is gone from {file}" for (file, line) in lost]


if __name__ == "__main__":
    main()
