"""What learning from a long transcript costs, offline: time as a multiple of `json.loads` of its lines, and memory.

    python benchmarks/learn.py [--sizes 1 10 100 300]

Each size is learned from in a process of its own, on a transcript of 1.4 KB a message made on the spot. The parse of
the lines is timed before and after each run in the same process; processor time is compared, so that a busy machine
changes little.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SERVICES = ("orders", "billing", "search-api", "mailer", "auth", "gateway", "reports", "inventory")


def messages() -> Iterator[dict[str, object]]:
    """An agent at work for ever: a request, nine looks and a change with their results, an answer, thanks."""
    number = 0
    while True:
        number += 1
        service = SERVICES[number % len(SERVICES)]
        wish = f"Please look into it and set its cache to {number % 900} MB."
        yield {"role": "user", "content": f"The {service} service of team {number} answers slowly since noon. {wish}"}
        for step in range(10):
            yield from look(number, step, service) if step < 9 else change(number, service)
        yield {
            "role": "assistant",
            "content": f"The cache of {service} is set to {number % 900} MB. " + "The log shows nothing unusual. " * 12,
        }
        yield {"role": "user", "content": "Thank you, that's all for now."}


def look(number: int, step: int, service: str) -> Iterator[dict[str, object]]:
    yield call(f"call_{number}_{step}", "check_logs", {"service_name": service, "lines": 20})
    lines = (
        f"[2026-03-26 09:{step:02}:{line:02}] INFO  request completed  path=/{service}/{number}  duration={line * 7}ms"
        for line in range(30)
    )
    yield {"role": "tool", "tool_call_id": f"call_{number}_{step}", "content": "\n".join(lines)}


def change(number: int, service: str) -> Iterator[dict[str, object]]:
    yield call(f"call_{number}_9", "update_config", {"service_name": service, "key": "cache_mb", "value": number % 900})
    yield {
        "role": "tool",
        "tool_call_id": f"call_{number}_9",
        "content": f"Updated {service}: cache_mb = {number % 900}",
    }


def call(id: str, name: str, arguments: dict[str, object]) -> dict[str, object]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": id, "type": "function", "function": function}]}


def write_transcript(path: Path, size: int) -> int:
    """Write a transcript of `size` bytes in recorded form; how many messages it has."""
    count = written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for message in messages():
            line = json.dumps({**message, "id": f"m{count}", "at": "2026-03-26T09:00:00.000Z"}) + "\n"
            written += file.write(line)
            count += 1
            if written >= size and message["role"] == "user":
                return count
    raise AssertionError("messages never end")


def measure(size: int, folder: Path) -> dict[str, float]:
    """Learn once; run in a process of its own."""
    from acontext_cli import pipeline
    from acontext_cli.engines.offline import OfflineEngine
    from acontext_cli.ledger import Run
    from acontext_cli.session import Session
    from acontext_cli.store import SkillStore

    session = Session.create(folder, id="00000000-0000-4000-8000-000000000001", created="2026-03-26T09:00:00Z")
    count = write_transcript(session.transcript, size)
    store = SkillStore(folder / "skills", folder / "machine", folder / "history")
    store.prepare()
    before = parse(session.transcript)
    seconds = timed(
        lambda: pipeline.learn(session, OfflineEngine(), store, run=Run(id="r", time="2026-03-26T10:00:00Z"))
    )
    base = (before + parse(session.transcript)) / 2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"messages": count, "base": base, "ratio": seconds / base, "peak": peak}


def parse(path: Path) -> float:
    def loads() -> None:
        with path.open(encoding="utf-8", newline="\n") as file:
            for line in file:
                json.loads(line)

    return timed(loads)


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 100, 300], help="megabytes")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        folder = Path(tempfile.mkdtemp(prefix="acontext-learn-"))
        try:
            print(json.dumps(measure(options.one * 1_000_000, folder)))
        finally:
            shutil.rmtree(folder)
        return
    print("  MB  messages  json.loads s  learn x  peak MiB")
    for size in options.sizes:
        found = subprocess.run(
            [sys.executable, __file__, "--one", str(size)], check=True, capture_output=True, text=True
        )
        row = json.loads(found.stdout)
        print(f"{size:4}  {row['messages']:8.0f}  {row['base']:12.2f}  {row['ratio']:7.2f}  {row['peak']:8.1f}")


if __name__ == "__main__":
    main()
