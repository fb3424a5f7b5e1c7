"""What `skill check` costs: in a space of many skills, after many sessions; and what counting a reading costs.

Times are those of the processor. A session has about 400 KB: forty results, of which each fifth holds an error that
is about none of the entries; every tenth session contradicts one.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from acontext_cli.api.check import check
from acontext_cli.api.workspace import Workspace
from acontext_cli.messages import Json
from acontext_cli.reads import Read, Reads

_T = TypeVar("_T")

SOURCE = "x = compute(value)  # some source line of code that is read\n" * 150
ERRORS = "error: unknown thing\nbash: nosuch: command not found\nstatus 404"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--skills", type=int, default=50)
    parser.add_argument("--reads", type=int, default=20_000)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        here, _ = Workspace.init(Path(folder))
        write_skills(here, options.skills)
        write_sessions(here, options.sessions, options.skills)
        size = sum(path.stat().st_size for path in here.folder.sessions.rglob("messages.jsonl"))
        problems, _ = timed(here.space("default").skills.check)
        whole, found = timed(lambda: check(here, "default"))
        print(f"{options.skills:,} skills, {options.sessions:,} sessions of {size / 1e6:,.0f} MB")
        print(f"  problems {problems:.2f} s, with notes {whole:.2f} s: {len(found.notes)} notes")
        report_reads(Path(folder, "reads.jsonl"), options.reads)


def write_skills(here: Workspace, count: int) -> None:
    for number in range(count):
        folder = here.root / "skills_store/default" / f"skill-{number}"
        folder.mkdir()
        head = f"---\nname: skill-{number}\ndescription: topic{number} thing{number} matter{number}\n---\n\n# T\n"
        (folder / "SKILL.md").write_text(head, encoding="utf-8")
        (folder / "notes.md").write_text("\n".join(entries(number)), encoding="utf-8")


def entries(skill: int) -> Iterator[str]:
    for number in range(5):
        yield f"## E{number} (date: 2026-01-01) <!-- id: e{skill}x{number} -->"
        yield f"- `tool-{skill}-{number} run --all`, `conf/{skill}/{number}.yaml`, `max_{skill}_{number}_ms: 50`\n"


def write_sessions(here: Workspace, count: int, skills: int) -> None:
    for number in range(count):
        session = here.new_session(name=f"s{number}", date="2026-02-02")
        session.record({"role": "user", "content": "Do it"}, *calls(number, skills))
        session.folder.close()


def calls(number: int, skills: int) -> Iterator[Json]:
    for step in range(40):
        yield from ran(f"python step{step}.py", SOURCE + ERRORS * (step % 5 == 0))
    if number % 10 == 0 and skills:
        tool = f"tool-{number % skills}-1"
        yield from ran(f"{tool} run", f"bash: {tool}: command not found")


def ran(command: str, result: str) -> Iterator[Json]:
    function = {"name": "bash", "arguments": f'{{"command": "{command}"}}'}
    yield {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": function}]}
    yield {"role": "tool", "tool_call_id": "c", "content": result}


def report_reads(path: Path, count: int) -> None:
    reads, times = Reads(path), list[float]()
    for number in range(count):
        read = Read(skill=f"skill-{number % 50}", file="SKILL.md", at="2026-03-26T12:00:00.000Z", how="recall")
        start = time.perf_counter()
        reads.note(read)
        times.append(time.perf_counter() - start)
    times.sort()
    median, most = 1e6 * times[count // 2], 1e3 * times[-1]
    print(f"{count:,} readings counted: median {median:.0f} µs, most {most:.1f} ms, {path.stat().st_size:,} bytes")


def timed(work: Callable[[], _T]) -> tuple[float, _T]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


if __name__ == "__main__":
    main()
