"""What importing costs: speed against `json.loads` of the same lines, with and without redaction, and peak memory.

    python benchmarks/imports.py [--sizes 10 100 1000] [--file FILE]

Each size is imported in a process of its own: a Claude Code transcript made on the spot (or FILE, repeated with new
ids). The parse of the lines is timed before and after in the same process; processor time is compared.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

SESSION = "5f1c3a52-6a0e-4c0e-9d3a-0c8f6f0b7a11"


SIZES = (100, 200, 400, 700, 1300, 2000, 3500, 5000, 8000, 12000, 20000)
"""Of results, in characters. They, and how many records there are of each kind, are those of 3,000 real records."""


def records() -> Iterator[dict[str, object]]:
    """A Claude Code session that never ends: a request, eleven calls with progress and results, an answer."""
    number = 0
    while True:
        turn = number
        yield record(
            number := number + 1, "user", {"role": "user", "content": f"Please fix test {turn} of the parser."}
        )
        for step, size in enumerate(SIZES):
            command = {"command": f"make test-{step}", "description": "Run the tests of the parser. " * 8}
            tool = {"type": "tool_use", "id": f"toolu_{turn}_{step}", "name": "Bash", "input": command}
            yield response(number := number + 1, f"msg_{turn}_{step}", tool)
            for _ in range(1 + step % 2):
                data = {"type": "bash_progress", "output": "tests/test_parser.py::test_case PASSED\n" * 30}
                yield record(number := number + 1, "progress", {}, data=data, toolUseID=f"toolu_{turn}_{step}")
            text = f"tests/test_parser.py::test_case_{number} PASSED [{step}%]\n" * (size // 48 + 1)
            result = {"type": "tool_result", "tool_use_id": f"toolu_{turn}_{step}", "content": text}
            done = {"stdout": text, "stderr": "", "interrupted": False, "isImage": False}
            yield record(number := number + 1, "user", {"role": "user", "content": [result]}, toolUseResult=done)
        said = {"type": "text", "text": f"Test {turn} passes now. " + "The reason was a missing comma. " * 8}
        yield response(number := number + 1, f"msg_{turn}_end", said)


def record(number: int, kind: str, message: dict[str, object], **more: object) -> dict[str, object]:
    return {
        "parentUuid": str(UUID(int=number - 1 + (4 << 76))),
        "isSidechain": False,
        "userType": "external",
        "cwd": "/nowhere/parser",
        "sessionId": SESSION,
        "version": "2.1.29",
        "gitBranch": "main",
        "type": kind,
        "message": message,
        "uuid": str(UUID(int=number + (4 << 76))),
        "timestamp": "2026-02-03T03:49:43.026Z",
        **more,
    }


def response(number: int, id: str, block: dict[str, object]) -> dict[str, object]:
    usage = {
        "input_tokens": 9,
        "cache_read_input_tokens": 20_000,
        "cache_creation_input_tokens": 812,
        "output_tokens": 120,
    }
    message = {"id": id, "type": "message", "role": "assistant", "model": "claude-opus-4-5", "content": [block]}
    return record(
        number, "assistant", {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}, requestId=id
    )


def repeated(file: Path) -> Iterator[dict[str, object]]:
    """The records of a file again and again, each time with ids of their own."""
    turn = 0
    while True:
        turn += 1
        for line in file.read_text(encoding="utf-8").split("\n"):
            if line.strip():
                found = json.loads(line)
                if turn > 1 and "uuid" in found:
                    found["uuid"] = str(UUID(int=(UUID(found["uuid"]).int + turn) % (1 << 128)))
                yield found


def write_transcript(path: Path, size: int, source: Iterator[dict[str, object]]) -> int:
    """Write a transcript of about `size` bytes; how many records it has."""
    count = written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for each in source:
            count += 1
            written += file.write(json.dumps(each) + "\n")
            if written >= size:
                break
    return count


def measure(folder: Path, *, keep_secrets: bool) -> dict[str, float]:
    """Import the transcript in a folder; run in a process of its own, so that its memory is that of importing."""
    from acontext_cli.api import Workspace
    from acontext_cli.api.imports import Imports, Places
    from acontext_cli.importing.search import Search

    path = folder / "transcript"
    Workspace.init(folder / "work")
    found = Search().found([path])
    before = parse(path)
    with Imports(Places(folder / "work", "", {}), keep_secrets=keep_secrets, env={}) as imports:
        seconds = timed(lambda: imports.take(found[0]))
    base = (before + parse(path)) / 2
    peak = peak_memory()
    return {
        "base": base,
        "speed": base / seconds,
        "rate": path.stat().st_size / 1e6 / seconds,
        "peak": peak,
    }


def peak_memory() -> float:
    """Peak memory in MiB. (`ru_maxrss` would tell that of the process which started this one, where that is more.)"""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def parse(path: Path) -> float:
    def loads() -> None:
        with path.open("rb") as file:
            for line in file:
                json.loads(line)

    return timed(loads)


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000], help="megabytes")
    parser.add_argument("--file", type=Path, help="a Claude Code transcript to repeat")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, keep_secrets=options.keep)))
        return
    print("  MB  redaction  records  json.loads s  import, of json.loads' speed    MB/s  peak MiB")
    for size in options.sizes:
        for keep in (True, False):
            row = once(size, options.file, keep=keep)
            print(
                f"{size:4}  {'off' if keep else 'on':9}  {row['records']:7.0f}  {row['base']:12.2f}  "
                f"{row['speed']:28.2f}  {row['rate']:6.1f}  {row['peak']:8.1f}"
            )


def once(size: int, file: Path | None, *, keep: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="acontext-import-") as name:
        folder = Path(name)
        count = write_transcript(folder / "transcript", size * 1_000_000, repeated(file) if file else records())
        run = [sys.executable, __file__, "--one", name, *(["--keep"] if keep else [])]
        found = subprocess.run(run, check=True, capture_output=True, text=True)
    return {"records": count, **json.loads(found.stdout)}


if __name__ == "__main__":
    main()
