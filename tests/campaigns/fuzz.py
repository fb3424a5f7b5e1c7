"""Files that are broken in every way are read by the commands that read them: no traceback, no hang, bounded memory,
and at most one clear line.

`python tests/campaigns/fuzz.py [--cases N] [--seed N] [--kind KIND] [--jobs N]`: N cases of each kind.
"""

import argparse
import contextlib
import io
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import faults
from faults import _MINE, Place

SECONDS = 20
"""So long a case may take on a slow machine; most take some milliseconds."""
MEMORY = 1_500_000_000
"""Bytes that a process may have, the program and its libraries included."""
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**30, -(10**400), 1.5, float("inf"), float("nan"), "", "x", "\x00", "\ud800",
    "\u2028",
    "../../etc/passwd", "a/b", "@last", "9999-99-99", "0001-01-01T00:00:00Z", "2026-03-26", "<secret:x:1>", "x" * 5000,
    [], {}, [[]], [None], {"": ""}, {"a": {"b": []}}, ["x"] * 50, [{"type": "text", "text": 1}], [{"type": "text"}],
)  # fmt: skip
BYTES = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\n", b"\xe2\x80\xa8", b"\xc2\x85", b"---\n", b"{",
    b"}", b"[",
    b'"', b"\\", b"\\ud800", b"1e400", b"NaN", b"-", b": ", b"&a *a ", b"!!python/object:os.system ", b"<!-- id: x -->",
    b"9" * 5000, b"[" * 3000, b'{"a":' * 3000, b"#" * 300, b"\t", b"`", b"\x1b[31m", b"<<: *a\n", b"? ", b"- " * 300,
)  # fmt: skip
BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(9)
)


# What becomes of bytes


def flipped(data: bytes, random: Random) -> bytes:
    found = bytearray(data or b" ")
    for _ in range(random.choice((1, 1, 3, 20))):
        found[random.randrange(len(found))] = random.randrange(256)
    return bytes(found)


def cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def without(data: bytes, random: Random) -> bytes:
    start, end = sorted(random.randrange(len(data) + 1) for _ in range(2))
    return data[:start] + data[end:]


def doubled(data: bytes, random: Random) -> bytes:
    start, end = sorted(random.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:end] * random.choice((1, 2, 30)) + data[end:]


def pierced(data: bytes, random: Random) -> bytes:
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice(BYTES) + data[at:]
    return data


def swollen(data: bytes, random: Random) -> bytes:
    """A line of many bytes."""
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    middle = len(lines[at]) // 2
    lines[at] = (
        lines[at][:middle] + random.choice((b"a", b"ab ", b"<", b"`", b"\\n", b"1", b" ")) * 30_000 + lines[at][middle:]
    )
    return b"\n".join(lines)


def ended_otherwise(data: bytes, random: Random) -> bytes:
    return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\xe2\x80\xa8", b"\n\n", b" ")))


def bombed(data: bytes, random: Random) -> bytes:
    return random.choice((BOMB + data, data + BOMB, b"a: &a\n  b: *a\n" + data, b"- " * 5000 + data))


def shuffled(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    random.shuffle(lines)
    return b"\n".join(lines)


def retyped(data: bytes, random: Random) -> bytes:
    """A field of a line of JSON is another value, or gone, or doubled."""
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    try:
        record = json.loads(lines[at] if b"\n{" in data or data.count(b"\n") < 2 else data)
    except (ValueError, RecursionError):
        return pierced(data, random)
    spots = list(_spots(record))
    if not spots:
        return pierced(data, random)
    for holder, key in random.sample(spots, min(len(spots), random.choice((1, 1, 2, 4)))):
        if isinstance(holder, dict) and random.random() < 0.2:
            holder.pop(key, None)
        elif isinstance(holder, dict) and random.random() < 0.2:
            holder[random.choice(("", "v", "id", "role", "content", "x" * 300, "\ud800"))] = random.choice(ODD)
        else:
            holder[key] = random.choice(ODD)
    try:
        text = json.dumps(record).encode()
    except (ValueError, RecursionError):
        return data
    if b"\n{" not in data and data.count(b"\n") >= 2:
        return text + b"\n"
    return b"\n".join([*lines[:at], text, *lines[at + 1 :]])


def nested(data: bytes, random: Random) -> bytes:
    """A value is a thousand deep."""
    deep = random.choice((50, 990, 10_000, 100_000))
    value = random.choice((b"[" * deep + b"]" * deep, b'{"a":' * deep + b"1" + b"}" * deep))
    at = data.find(b":", random.randrange(len(data) + 1))
    return data[: at + 1] + value + data[at + 1 :] if at >= 0 else value


def _spots(value: Any, deep: int = 8) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        if deep:
            yield from _spots(value[key], deep - 1)


MUTATORS: Sequence[Callable[[bytes, Random], bytes]] = (
    flipped, cut, without, doubled, pierced, swollen, ended_otherwise, bombed, shuffled, nested,
    retyped, retyped, retyped, retyped,
)  # fmt: skip


def mutated(data: bytes, random: Random) -> bytes:
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        data = random.choice(MUTATORS)(data, random)
    return data


# What reads it


@dataclass(frozen=True, slots=True)
class Kind:
    """A file, and the commands that read it."""

    path: str
    commands: tuple[tuple[str, ...], ...]


_SESSION = "work/.acontext/sessions/*"
_STORE = "work/skills_store/default"
_READS = (("status",), ("session", "tasks", "tuesday"), ("learn", "tuesday"))
KINDS = {
    "messages": Kind(
        f"{_SESSION}/messages.jsonl",
        (
            ("session", "show", "tuesday"),
            ("session", "excerpt", "tuesday"),
            ("session", "export", "tuesday", "--format", "atif"),
            *_READS,
        ),
    ),
    "record": Kind("tuesday.jsonl", (("record", "monday", f"{_MINE}/tuesday.jsonl"), ("learn", "monday"))),
    "tasks": Kind(f"{_SESSION}/tasks.jsonl", _READS),
    "distillations": Kind(f"{_SESSION}/distillations.jsonl", (("distill", "tuesday"), *_READS)),
    "outcomes": Kind(f"{_SESSION}/outcomes.jsonl", _READS),
    "answers": Kind(f"{_SESSION}/answers.jsonl", _READS),
    "session": Kind(f"{_SESSION}/session.json", (("session", "list"), ("learn",), ("status",))),
    "ledger": Kind(f"{_STORE}/.ledger.jsonl", (("log",), ("skill", "check"), ("learn", "monday"), ("status",))),
    "skill": Kind(
        f"{_STORE}/config-service-patterns/SKILL.md",
        (
            ("skill", "list"),
            ("skill", "show", "config-service-patterns"),
            ("skill", "check"),
            ("learn", "monday"),
            ("recall",),
        ),
    ),
    "entries": Kind(
        f"{_STORE}/config-service-patterns/procedures.md",
        (("skill", "check"), ("recall", "config-service-patterns", "procedures.md"), ("learn", "monday")),
    ),
    "foreign": Kind("foreign/notes/SKILL.md", (("skill", "add", f"{_MINE}/foreign"), ("skill", "check"))),
    "config": Kind("work/.acontext/config.yaml", (("config",), ("status",), ("learn", "monday"))),
    "held": Kind("work/.acontext/spaces/default/held.jsonl", (("status",), ("learn", "monday"))),
    "journal": Kind("work/.acontext/spaces/default/commit.journal", (("skill", "list"), ("status",))),
    "secrets": Kind("work/.acontext/secrets.jsonl", (("record", "monday", f"{_MINE}/more.jsonl"), ("status",))),
    "links": Kind("work/.acontext/links.jsonl", (("link", "--list"), ("link",), ("unlink",))),
    "scenario": Kind(
        "scenario.yaml", (("demo", "run", "--scenario", f"{_MINE}/scenario.yaml", "--dir", f"{_MINE}/demo"),)
    ),
    "claude": Kind(
        "claude.jsonl", (("import", f"{_MINE}/claude.jsonl", "--yes"), ("import", f"{_MINE}/claude.jsonl", "--dry-run"))
    ),
}
SEEDS = {
    "outcomes": b'{"v": 1, "status": "failed", "reason": "no", "task": 1, "upto": 100, "at": "2026-03-26T12:00:00Z"}\n',
    "answers": b'{"v": 1, "key": "k", "answer": {"text": "", "calls": [], "echo": {}, "usage": {}}}\n',
    "held": b'{"v": 1, "lesson": "l", "entry": "e", "session": "s", "reason": "r", '
    b'"text": "## T\\n- x\\n", "fields": {}, "date": "2026-03-26", "state": "held"}\n',
    "secrets": b'{"format": 1, "salt": "00ff"}\n{"kind": "openai-key", "number": 1, "mark": "ab"}\n',
    "config": b"engine: offline\nsuccess: it works\nforget_after: 90d\njobs: 1\ntimeout: 20\nmodel: m\n"
    b"headers:\n  X-Title: a\nimport_space: project\n",
    "entries": b"",
}


@dataclass
class Fuzzing:
    """Cases of one kind, in one process."""

    name: str
    folder: Path

    def run(self, cases: range, seed: int) -> list[str]:
        place = Place(self.folder / "case", self.folder / "template")
        if not place.kept.exists():
            place = Place.made(self.folder)
        kind, found = KINDS[self.name], []
        os.environ["HOME"] = str(place.root / "home")
        for number in cases:
            random = Random(f"{self.name}-{seed}-{number}")
            place.reset()
            path = self._path(place, kind.path)
            data = mutated(self._seed(path), random)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.chdir(place.work)
            for command in kind.commands:
                args = [arg.replace(_MINE, str(place.root)) for arg in command]
                if wrong := _tried(args):
                    found.append(f"{self.name}, case {number} of seed {seed}, {' '.join(command)}: {wrong}")
                    if keep := os.environ.get("FUZZ_KEEP"):
                        Path(keep, f"{self.name}-{seed}-{number}").write_bytes(data)
                    break
        return found

    def _seed(self, path: Path) -> bytes:
        if self.name == "scenario":
            return (Path(__file__).parents[2] / "scenarios/devops-502/scenario.yaml").read_bytes()
        return SEEDS.get(self.name) or path.read_bytes()

    def _path(self, place: Place, name: str) -> Path:
        sessions = (place.root / "work/.acontext/sessions").iterdir()
        about = {json.loads((each / "session.json").read_bytes())["name"]: each.name for each in sessions}
        return place.root / name.replace("*", about["tuesday"])


class TooLong(BaseException):
    """A command that came to no end."""


def _too_long(*_: object) -> None:
    raise TooLong


def _tried(args: Sequence[str]) -> str:
    """What is wrong with how a command ends; empty: nothing."""
    from acontext_cli.cli import app

    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            app(list(args), prog_name="acontext")
    except SystemExit as ended:
        code = ended.code
    except TooLong:
        return f"took more than {SECONDS} s: {traceback.format_exc()[-1500:]}"
    except BaseException:  # noqa: BLE001, whatever escapes is what is looked for
        return traceback.format_exc()[-1500:]
    finally:
        signal.alarm(0)
    return _unclear(code, err.getvalue())


def _unclear(code: object, said: str) -> str:
    lines = said.splitlines()
    if code not in (0, 1, None):
        return f"ended with {code}: {said[-300:]!r}"
    if code == 1 and (not lines or len(lines) > 4):
        return f"{len(lines)} lines: {said[:400]!r}"
    if any(len(line) > 2000 or faults._UNCLEAR.search(line) for line in lines):
        return f"not clear: {said[:300]!r}"
    return ""


def _parts(seed: int, parts: Sequence[tuple[str, range]]) -> list[str]:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        found = [each for kind, cases in parts for each in Fuzzing(kind, Path(folder)).run(cases, seed)]
        os.chdir("/")
        return found


def campaign(*, kinds: Sequence[str], cases: int, seed: int, jobs: int) -> list[str]:
    step = max(1, min(250, -(-cases // jobs)))
    parts = [(kind, range(start, min(cases, start + step))) for kind in kinds for start in range(0, cases, step)]
    if jobs == 1:
        return _parts(seed, parts)
    with ProcessPoolExecutor(jobs, max_tasks_per_child=1) as pool:
        done = [pool.submit(partial(_parts, seed), [part]) for part in parts]
        return [each for one in done for each in one.result()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", choices=list(KINDS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    kinds = asked.kind or list(KINDS)
    found = campaign(kinds=kinds, cases=asked.cases, seed=asked.seed, jobs=asked.jobs)
    for problem in found:
        print(problem)
    print(
        f"{asked.cases} cases of each of {len(kinds)} kinds: {len(found)} problems"
        if found
        else f"{asked.cases} cases of each of {len(kinds)} kinds: all was well"
    )
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
