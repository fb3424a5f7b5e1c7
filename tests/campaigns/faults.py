"""Every call of the system that a command makes about a file goes wrong in turn, as on a full, broken, read-only or
vanished disk. Each time there is one clear line, nothing is lost, and the command repeated ends as if nothing had been.

`python tests/campaigns/faults.py [--cases N] [--seed N] [--only COMMAND] [--without-demo] [--lines]`: N cases
chosen by chance, all of them without it. `--lines` prints what was said.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import system  # before the program
from commands import Ended, load, run
from system import CHANGES, ERRORS, Fault

SECRET = "sk-proj-" + "Zx81kQpL0vTn4RbY7cUa" * 2
NOON = "2026-03-26T12:00:00Z"
_LEFT = re.compile(r"\.tmp$|^\.new-|^\.gone-")
_MINE = "~"
"""Stands in a command for the folder that the case plays in."""


def _call(tool: str, answer: str, **arguments: object) -> list[dict[str, Any]]:
    function = {"name": tool, "arguments": json.dumps(arguments)}
    asked = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": tool, "type": "function", "function": function}],
    }
    return [asked, {"role": "tool", "tool_call_id": tool, "content": answer}]


def transcript(service: str) -> list[dict[str, Any]]:
    """A small one from which something is learned without a model."""
    log = "[2026-03-26 09:12:03] ERROR  502 Bad Gateway  path=/api/orders  upstream=backend"
    given = [
        {"role": "user", "content": f"Our {service} returns 502 errors. Always answer in British English. Fix it."},
        *_call(
            "check_service_status",
            f"Service: {service}\n  status: unhealthy\n  error_rate_pct: 34",
            service_name=service,
        ),
        *_call("check_logs", log, service_name=service),
        *_call("check_logs", "INFO  request completed  path=/api/orders  duration=4890ms", service_name="backend"),
        *_call("read_config", '{"upstream_timeout_ms": 5000}', service_name=service),
        *_call("update_config", "Config updated", service_name=service, key="upstream_timeout_ms", value="10000"),
        *_call("restart_service", f"{service} restarted", service_name=service),
        *_call(
            "check_service_status", f"Service: {service}\n  status: healthy\n  error_rate_pct: 0", service_name=service
        ),
        {"role": "assistant", "content": f"{service} works again: the timeout is 10 s now."},
        {"role": "user", "content": "It works now, thanks. Never restart it at noon. Which key did we use?"},
        {"role": "assistant", "content": "upstream_timeout_ms."},
    ]
    return [{**message, "at": NOON} for message in given]


@dataclass(frozen=True, slots=True)
class Command:
    """What is tried."""

    name: str
    args: tuple[str, ...]
    most_lines: int = 1
    """Lines on stderr: a command about many things says one of each, and one at last."""
    reads: bool = False
    """Whether it changes nothing."""


COMMANDS = (
    Command("init", ("init", "--workspace", f"{_MINE}/new")),
    Command("init-user", ("init", "--user")),
    Command("record", ("record", "tuesday", f"{_MINE}/more.jsonl")),
    Command("record-kept", ("record", "tuesday", f"{_MINE}/more.jsonl", "--keep-secrets"), 2),
    Command("extract", ("extract", "monday")),
    Command("distill", ("distill", "tuesday")),
    Command("learn", ("learn", "monday"), 2),
    Command("learn-all", ("learn",), 4),
    Command("learn-dry", ("learn", "monday", "--dry-run"), 2),
    Command("outcome", ("session", "outcome", "tuesday", "failed", "the tests fail")),
    Command("session-new", ("session", "new", "--name", "friday")),
    Command("session-delete", ("session", "delete", "tuesday", "--yes")),
    Command("export", ("session", "export", "tuesday", "-o", f"{_MINE}/out.json")),
    Command("skill-new", ("skill", "new", "team-rules")),
    Command("skill-add", ("skill", "add", f"{_MINE}/foreign")),
    Command("skill-delete", ("skill", "delete", "own-rules", "--yes")),
    Command("skill-pack", ("skill", "pack", "own-rules", "-o", f"{_MINE}/out.zip")),
    Command("space-new", ("space", "new", "other")),
    Command("space-delete", ("space", "delete", "team", "--yes")),
    Command("import", ("import", f"{_MINE}/claude.jsonl", "--yes"), 3),
    Command("link", ("link", "--to", "claude-code"), 4),
    Command("unlink", ("unlink",), 4),
    Command("demo", ("demo", "run", "--dir", f"{_MINE}/demo")),
    Command("status", ("status",), 1, True),
    Command("config", ("config",), 1, True),
    Command("log", ("log",), 1, True),
    Command("session-list", ("session", "list"), 4, True),
    Command("session-show", ("session", "show", "monday"), 1, True),
    Command("session-tasks", ("session", "tasks", "tuesday"), 1, True),
    Command("skill-list", ("skill", "list"), 1, True),
    Command("skill-show", ("skill", "show", "own-rules"), 1, True),
    Command("skill-check", ("skill", "check"), 1, True),
    Command("recall", ("recall", "own-rules"), 1, True),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in which commands are tried: a workspace, a home, and what the commands read."""

    root: Path
    kept: Path
    """The same as it was made."""

    @property
    def work(self) -> Path:
        return self.root / "work"

    @classmethod
    def made(cls, folder: Path) -> "Place":
        load()
        place = cls(folder / "case", folder / "template")
        for name in ("work", "home", "foreign/notes"):
            (place.root / name).mkdir(parents=True)
        _write(place.root / "foreign/notes/SKILL.md", "---\nname: notes\ndescription: Notes.\n---\n\n# Notes\n")
        _write(place.root / "foreign/notes/deploys.md", "# Deploys\n\n## Deploy on Monday\n- Principle: early.\n")
        _write_lines(place.root / "monday.jsonl", transcript("api-gateway"))
        _write_lines(place.root / "tuesday.jsonl", transcript("search-service"))
        more = {"role": "user", "content": f"The key is {SECRET}.", "at": NOON}
        _write_lines(place.root / "more.jsonl", [more, {"role": "assistant", "content": "Noted.", "at": NOON}])
        _write_lines(place.root / "claude.jsonl", _of_claude(place.work))
        for args in (
            ("init",),
            ("session", "new", "--name", "tuesday"),
            ("record", "tuesday", f"{_MINE}/tuesday.jsonl"),
            ("learn",),
            ("session", "new", "--name", "monday"),
            ("record", "monday", f"{_MINE}/monday.jsonl"),
            ("skill", "new", "own-rules"),
            ("space", "new", "team"),
            ("link", "--to", "codex"),
        ):
            ended = place.run(args)
            assert ended.code == 0, (args, ended)
        place.root.rename(place.kept)
        return place

    def reset(self) -> None:
        """As it was made."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.kept, self.root, symlinks=True)

    def run(self, args: Sequence[str], fault: Fault | None = None) -> Ended:
        return self._run(args, lambda: system.watch(self.root, fault) if fault else None, lambda: None)

    def calls(self, args: Sequence[str]) -> list[str]:
        """The kinds of calls that a command makes, in order."""
        told = self.root.with_name("calls.json")
        seen: list[list[str]] = []

        def last() -> None:
            told.write_text(json.dumps(list(seen[0])), encoding="utf-8")

        ended = self._run(args, lambda: seen.append(system.watch(self.root)), last)
        assert ended.code == 0, (args, ended)
        return list(json.loads(told.read_text(encoding="utf-8")))

    def _run(self, args: Sequence[str], first: Callable[[], object], last: Callable[[], object]) -> Ended:
        def begun() -> None:
            os.environ["HOME"] = str(self.root / "home")
            first()

        return run([arg.replace(_MINE, str(self.root)) for arg in args], within=self.work, first=begun, last=last)

    def state(self) -> dict[str, Any]:
        """All that is there, without what differs from one run to the next: random ids, times, caches."""
        found: dict[str, Any] = {}
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if path.is_symlink():
                found[name] = f"-> {path.readlink()}"
            elif path.is_file() and not _CACHE.search(name):
                found[_stable(name, path)] = _content(path)
        return found

    def left(self) -> list[str]:
        """Half-made things that were left behind."""
        return [path.name for path in self.root.rglob(".*") if _LEFT.search(path.name)]


_CACHE = re.compile(
    r"/history/|imported\.sqlite|lock$|commit\.journal$|\.tmp$|/\.(?:new|gone)-|\.torn$|/\.acontext-old-"
)
_CHANGING = {"id", "at", "created", "run", "time", "salt", "mark", "lesson"}
"""`lesson`: what a run could not learn is learned by the next, whose records name it otherwise."""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _write_lines(path: Path, records: Sequence[object]) -> None:
    _write(path, "".join(f"{json.dumps(record)}\n" for record in records))


def _of_claude(folder: Path) -> list[dict[str, Any]]:
    """A transcript as Claude Code keeps it."""
    common = {"sessionId": "5f2c1a7e-0000-4000-8000-000000000001", "cwd": str(folder), "version": "2.0.1"}
    said = [("user", "Say hello, and always sign with a dash."), ("assistant", "Hello. -")]
    return [
        {**common, "type": role, "uuid": f"u{n}", "parentUuid": f"u{n - 1}" if n else None, "timestamp": NOON}
        | {"isSidechain": False, "userType": "external", "message": {"role": role, "content": text}}
        for n, (role, text) in enumerate(said)
    ]


def _stable(name: str, path: Path) -> str:
    """The name, a session by what it is called."""
    match = re.match(r"(.*/sessions/)([^/]+)(/.*)", name)
    if not match:
        return name
    try:
        about = json.loads((path.parent / "session.json").read_bytes())
    except (OSError, ValueError):
        return name
    return f"{match[1]}{about['name'] or about['source']}{match[3]}"


def _content(path: Path) -> object:
    if path.suffix == ".jsonl":
        lines = [_record(line) for line in path.read_bytes().split(b"\n") if line]
        if path.name == "links.jsonl":  # which empty folders were made for links is told as far as it is known
            lines = [line for line in lines if '"name": ""' not in line]
        return sorted(lines) if path.name == ".ledger.jsonl" else lines
    if path.name == "session.json":
        return _record(path.read_bytes())
    return path.read_bytes().decode("utf-8", "replace") if path.suffix != ".zip" else path.stat().st_size


def _record(line: bytes) -> str:
    try:
        record = json.loads(line)
    except ValueError:
        return line.decode("utf-8", "replace")
    if not isinstance(record, dict):
        return json.dumps(record)
    return json.dumps({key: value for key, value in record.items() if key not in _CHANGING}, sort_keys=True)


@dataclass
class Report:
    cases: int = 0
    problems: list[str] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> str:
        wrong = f"{len(self.problems)} problems, the first: {self.problems[0]}" if self.problems else "all was well"
        return f"{self.cases} faults: {wrong}"


@dataclass
class Trial:
    """One command, and what it leaves when nothing goes wrong."""

    place: Place
    command: Command
    report: Report
    before: dict[str, Any] = field(default_factory=dict)
    good: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.place.reset()
        self.before = self.place.state()
        self.calls = self.place.calls(self.command.args)
        self.good = self.place.state()

    def faults(self) -> Iterator[Fault]:
        """All that can go wrong with each call."""
        for at, kind in enumerate(self.calls):
            for error in ERRORS[kind]:
                yield Fault(at=at, error=error)
                if kind in CHANGES:
                    yield Fault(at=at, error=error, lasts=True)
            for folder in ("work", "work/.acontext", "work/skills_store/default"):
                yield Fault(at=at, error="gone", folder=self.place.root / folder)

    def play(self, fault: Fault) -> None:
        self.place.reset()
        self.report.cases += 1
        ended = self.place.run(self.command.args, fault)
        wrong = list(self._wrong(ended))
        self.report.said.update(_shape(line) for line in ended.lines)
        if not wrong and fault.error != "gone":
            wrong = list(self._lost(ended, fault))
        kind = self.calls[fault.at]
        self.report.problems += [f"{self.command.name}, {fault.said} ({kind}): {each}" for each in wrong]

    def _wrong(self, ended: Ended) -> Iterator[str]:
        """What a person should not see."""
        if ended.code not in (0, 1) or "Traceback" in ended.err:
            yield f"ended with {ended.code}: {ended.err[-600:]!r}"
        elif ended.code == 1 and not 1 <= len(ended.lines) <= self.command.most_lines:
            yield f"{len(ended.lines)} lines: {ended.err[:300]!r}"
        elif any(_UNCLEAR.search(line) for line in ended.lines):
            yield f"says nothing to act on: {ended.err[:300]!r}"

    def _lost(self, ended: Ended, fault: Fault) -> Iterator[str]:
        """What is lost, half made, or not made when it is tried again."""
        told = self.command.name == "demo"  # an agent in it is told what it cannot read, and goes on without
        if (
            ended.code == 0
            and not self.command.reads
            and not told
            and (odd := _differing(self.good, self.place.state()))
        ):
            yield f"went well, but not all was done: {odd}"
        looked = self.place.run(("skill", "list"))
        if looked.code:
            yield f"the next command fails: {looked.err!r}"
        now = self.place.state()
        for name in self.before.keys() & self.good.keys():
            was, new = self.before[name], now.get(name)
            if new not in (was, self.good[name]) and not _grown(was, new) and "links.jsonl" not in name:
                yield f"{name} is neither as before nor as it should be: {now.get(name)!r:.200}"
        if ended.code == 0 or told:
            return
        again = self.place.run(self.command.args)
        if "acontext demo clean" in again.err:
            self.place.run(("demo", "clean", "--yes", "--dir", f"{_MINE}/demo"))
            again = self.place.run(self.command.args)
        if odd := _differing(self.good, self.place.state()):
            yield f"repeated ({again.code}, {again.err!r:.200}) it ends otherwise: {odd}; first {ended.err!r:.200}"
        if fault.error != "short" and not fault.lasts and self.calls[fault.at] not in _SWEEPING and self.place.left():
            yield f"left behind: {self.place.left()}"


_SWEEPING = ("unlink", "list", "open")
"""Calls by which is taken away what nobody needs; what stays is taken away the next time."""
_UNCLEAR = re.compile(r"^acontext: [^:]{0,12}$|\[Errno|None\b.*:|Error\(|object at 0x")


def _grown(before: object, now: object) -> bool:
    """Whether lines were added, and none was lost."""
    return isinstance(before, list) and isinstance(now, list) and set(before) <= set(now)


def _differing(good: dict[str, Any], now: dict[str, Any]) -> str:
    names = [name for name in sorted(good.keys() | now.keys()) if good.get(name) != now.get(name)]
    return "; ".join(f"{name}: {now.get(name)!r:.160} instead of {good.get(name)!r:.160}" for name in names[:2])


def _shape(line: str) -> str:
    """A line without names and numbers."""
    return re.sub(r"'[^']*'", "'…'", re.sub(r"[0-9a-f-]{8,}|\d+", "#", line))


def campaign(*, cases: int, seed: int, folder: Path, commands: Sequence[Command] = COMMANDS) -> Report:
    report, random = Report(), Random(seed)
    place = Place.made(folder)
    chosen = random.sample(commands, min(len(commands), cases // 3)) if cases else commands
    trials = [Trial(place, command, report) for command in chosen]
    faults = [(trial, fault) for trial in trials for fault in trial.faults()]
    for trial, fault in random.sample(faults, min(cases, len(faults))) if cases else faults:
        trial.play(fault)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=[command.name for command in COMMANDS])
    parser.add_argument("--without-demo", action="store_true", help="which makes most calls, and slow ones")
    parser.add_argument("--lines", action="store_true")
    asked = parser.parse_args()
    left = [each for each in COMMANDS if not (asked.without_demo and each.name == "demo")]
    commands = [each for each in left if each.name in (asked.only or [each.name])]
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        report = campaign(cases=asked.cases, seed=asked.seed, folder=Path(folder), commands=commands)
    if asked.lines:
        print("\n".join(f"{count:6} {line}" for line, count in report.said.most_common()))
        print("\n".join(report.problems))
    print(report.told)
    sys.exit(bool(report.problems))


if __name__ == "__main__":
    main()
