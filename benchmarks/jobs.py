"""How near `learn --jobs N` comes to the best that the order of its calls allows.

    python benchmarks/jobs.py [--jobs 1 4 8 16] [--sessions 64] [--seconds 0.1]

A server on this machine takes the same time for every call. Each session holds one task. In the first series none
teaches anything (the normal answer): one call a session, and the ideal is calls / N. In the second each teaches an
entry: the learner sees the lessons of N sessions together, and cannot begin before these are read nor before it has
written those before; the ideal is that schedule with nothing in between. Two things are measured apart and not counted:
the import of the model's client, which is loaded while transcripts are read, and what the command takes where nothing
is new (its start, and a look at every session).
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from acontext_cli.api import Workspace

LIMIT = 1.3
HELD = 4
"""Up to so many jobs the limit is held; with more, two cores that serve too have no time left to wait in."""
SKILL = "service-cache-patterns"
TIMED = """
import sys, time
began = time.perf_counter()
import openai
loaded = time.perf_counter() - began
from acontext_cli.cli import main
sys.argv = ["acontext", "learn", "--jobs", sys.argv[1]]
began = time.perf_counter()
try:
    main()
except SystemExit as end:
    code = end.code
print("TIMED", loaded, time.perf_counter() - began, file=sys.stderr)
sys.exit(code)
"""


class Server(ThreadingHTTPServer):
    """Answers as a model would that finds one task in each session, and an entry in it or nothing."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, seconds: float, *, teaches: bool) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seconds, self.teaches = seconds, teaches
        self.calls: list[str] = []
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else head and body of an answer lie 40 ms apart
    server: Server

    def do_POST(self) -> None:
        began = time.perf_counter()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        judging = any(tool["function"]["name"] == "report_task" for tool in body["tools"])
        calls = judged(body, self.server.teaches) if judging else written(body)
        with self.server.lock:
            self.server.calls.append("judge" if judging else "write")
        data = json.dumps(completion(calls)).encode()
        time.sleep(max(0.0, self.server.seconds - (time.perf_counter() - began)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


def judged(body: dict[str, object], teaches: bool) -> list[tuple[str, dict[str, object]]]:
    text = body["messages"][1]["content"]  # type: ignore[index]
    last = max(int(number) for number in re.findall(r"^\[(\d+)\] ", text, re.MULTILINE))
    service = re.search(r"The (\S+) service", text)[1]  # type: ignore[index]
    task = {"number": 1, "first": 1, "last": last, "goal": f"Speed up {service}", "status": "success"}
    task |= {"known": "check", "evidence": [last - 1], "because": "the service answers fast again"}
    if not teaches:
        return [("report_task", task), ("skip_learning", {"task": 1, "reason": "nothing new"})]
    lesson = {"task": 1, "title": f"{service} slow: cache too small", "task_goal": "g", "approach": "a"}
    lesson |= {"generalizable_pattern": "p", "applies_when": "slow", "steps": ["look"], "evidence": [2]}
    return [("report_task", task), ("report_success_analysis", lesson)]


def written(body: dict[str, object]) -> list[tuple[str, dict[str, object]]]:
    text = body["messages"][1]["content"]  # type: ignore[index]
    titles = re.findall(r"^- title: (.*)$", text, re.MULTILINE)
    there = f"<name>{SKILL}</name>" in text
    if there and len(body["messages"]) == 2:  # type: ignore[arg-type]
        return [("get_skill", {"skill": SKILL})]
    return [entry(number, title, create=number == 1 and not there) for number, title in enumerate(titles, 1)]


def entry(number: int, title: str, *, create: bool) -> tuple[str, dict[str, object]]:
    file = re.sub(r"[^a-z0-9]+", "-", title.split()[0].lower()) + ".md"
    text = f"## {title}\n- Principle: p\n- When to Apply: slow"
    if create:
        made = {
            "name": SKILL,
            "description": "Slow services",
            "body": "# Caches\n\n## File Structure\n\n- one a service",
        }
        return "create_skill", {"lesson": number, "file": file, "text": text, **made}
    return "add_entry", {"lesson": number, "skill": SKILL, "file": file, "text": text}


def completion(calls: list[tuple[str, dict[str, object]]]) -> dict[str, object]:
    made = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
        for n, (name, given) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": None, "tool_calls": made}
    return {"id": "c", "object": "chat.completion", "choices": [{"index": 0, "message": message}]}


def fill(folder: Path, sessions: int) -> None:
    workspace, _ = Workspace.init(folder)
    for number in range(sessions):
        service = f"service{number}"
        session = workspace.new_session(name=service, date="2026-03-26")
        session.record(
            {"role": "user", "content": f"The {service} service answers slowly. Please set its cache to 200 MB."},
            called(f"{number}a", "check_logs", service=service),
            {"role": "tool", "tool_call_id": f"{number}a", "content": "duration=4890ms\n" * 40},
            called(f"{number}b", "update_config", service=service, key="cache_mb", value="200"),
            {"role": "tool", "tool_call_id": f"{number}b", "content": "updated"},
            called(f"{number}c", "check_status", service=service),
            {"role": "tool", "tool_call_id": f"{number}c", "content": "healthy, p99 40 ms"},
            {"role": "assistant", "content": "Done."},
        )


def called(id: str, name: str, **given: str) -> dict[str, object]:
    function = {"name": name, "arguments": json.dumps(given)}
    return {"role": "assistant", "tool_calls": [{"id": id, "type": "function", "function": function}]}


def ideal(calls: list[str], sessions: int, jobs: int, seconds: float) -> float:
    """The end of the best schedule: N judgements at a time; the writing of each N sessions behind those before it."""
    groups = -(-sessions // jobs)
    if jobs == 1:
        return len(calls) * seconds
    writing = calls.count("write")
    ready = [min(sessions, (group + 1) * jobs) / jobs * seconds for group in range(groups)]
    if not writing:
        return sessions / jobs * seconds
    each = [1] + [(writing - 1) / (groups - 1)] * (groups - 1) if groups > 1 else [writing]
    end = 0.0
    for at, count in zip(ready, each, strict=True):
        end = max(at, end) + count * seconds
    return end


@contextmanager
def served(seconds: float, *, teaches: bool) -> Iterator[Server]:
    server = Server(seconds, teaches=teaches)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()


def measure(template: Path, jobs: int, sessions: int, seconds: float, *, teaches: bool) -> tuple[str, float]:
    with served(seconds, teaches=teaches) as server, tempfile.TemporaryDirectory() as folder:
        home = shutil.copytree(template, Path(folder, "w"))
        env = {**os.environ, "OPENAI_BASE_URL": f"http://127.0.0.1:{server.server_port}/v1", "OPENAI_API_KEY": "none"}
        env |= {"HOME": folder, "ACONTEXT_WORKSPACE": str(home)}
        (loaded, took), (_, start) = (timed(jobs, env, folder) for _ in range(2))
        best = ideal(server.calls, sessions, jobs, seconds)
        ratio = (took - start) / best
        line = f"  jobs {jobs:3}: {len(server.calls):3} calls, {took:5.2f} s less {start:.2f} s, ideal {best:5.2f} s"
        return f"{line}: {ratio:4.2f}  (import {loaded:.2f} s)", ratio


def timed(jobs: int, env: dict[str, str], folder: str) -> tuple[float, float]:
    """Seconds for the client's import, and for `acontext learn` in the same process."""
    command = [sys.executable, "-c", TIMED, str(jobs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=folder)
    if done.returncode:
        sys.exit(f"acontext learn failed: {done.stderr[-2000:]}")
    loaded, took = re.search(r"TIMED (\S+) (\S+)", done.stderr).groups()  # type: ignore[union-attr]
    return float(loaded), float(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 4, 8, 16])
    parser.add_argument("--sessions", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=0.1)
    options = parser.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "template")
        template.mkdir()
        fill(template, options.sessions)
        for teaches in (False, True):
            print(f"{options.sessions} sessions of one task, each teaches {'an entry' if teaches else 'nothing'}:")
            for jobs in options.jobs:
                line, ratio = measure(template, jobs, options.sessions, options.seconds, teaches=teaches)
                worst = max(worst, ratio if jobs <= HELD else 0.0)
                print(line)
    if worst > LIMIT:
        sys.exit(f"{worst:.2f} is more than {LIMIT} times the ideal")


if __name__ == "__main__":
    main()
