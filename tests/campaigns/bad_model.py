"""`acontext learn` asks a model that misbehaves: bounded time and memory, one clear error or a good result, and what
was done before is kept.

`python tests/campaigns/bad_model.py [--cases N] [--seed N] [--only NAME] [--timeout SECONDS]`: N cases by chance, all
of them without it.
"""

import argparse
import gzip
import itertools
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

from learner import SUCCESS, creates, looks
from llm import report
from misbehaving import Answer, Behaviour, answers, call, message, server, unless, used
from transcripts import incident

MEMORY = 450_000_000
"""Bytes that the command may have; it takes about 85 MB with a good model."""
TIMES = 16
"""So many timeouts a learn may take: a server is asked again some times, in each of its stages."""
MB = 1_000_000


def turn(*moves: Any, **more: Any) -> Behaviour:
    listed = [call(name, arguments, id=f"c{number}") for number, (name, arguments) in enumerate(moves)]
    return answers(message(tool_calls=listed, usage=used(5000, 50), **more))


def learns(body: dict[str, Any]) -> bool:
    return "create_skill" in str(body.get("tools"))


JUDGES, WRITES = turn(report(), SUCCESS), turn(creates())
GOOD = unless(learns, JUDGES, WRITES)


def endless(piece: bytes, seconds: float = 0.0) -> Iterator[bytes]:
    for _ in itertools.count():
        time.sleep(seconds)
        yield piece


def streams(make: Callable[[], Iterator[bytes]], status: int = 200, **headers: str) -> Behaviour:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(make(), status, named)


def many(count: int) -> Behaviour:
    return turn(*[looks() if n % 2 else ("get_skill", {"skill": "daily-logs"}) for n in range(count)])


def raw(*pieces: bytes, every: float = 0.0, reset: bool = False) -> "Raw":
    return Raw(pieces, every, reset)


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes sent as they are, the last of them for ever where there is a pause between them."""

    pieces: tuple[bytes, ...]
    every: float
    reset: bool

    def play(self, client: socket.socket) -> None:
        for piece in self.pieces:
            client.sendall(piece)
        while self.every:
            time.sleep(self.every)
            client.sendall(self.pieces[-1])
        if self.reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def listening(script: Raw) -> Iterator[str]:
    """The address of a server that knows nothing of HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(client,), daemon=True).start()

        def answer(client: socket.socket) -> None:
            with client, suppress(OSError):
                client.recv(1 << 16)
                script.play(client)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        listener.shutdown(socket.SHUT_RDWR)


OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
BODY = json.dumps(message(content="x", usage=used())).encode()
BOMB = gzip.compress(b" " * 200 * MB)
BAD: dict[str, Behaviour | Raw] = {
    "garbage": answers(b"\x00\xff garbage"),
    "nothing": answers(b""),
    "null": answers(b"null"),
    "html": answers(b"<html>" * 1000, content_type="text/html"),
    "truncated": answers(BODY[:-20]),
    "deep": answers(b"[" * 100_000),
    "infinite number": answers(BODY.replace(b'"created": 0', b'"created": 1e400')),
    "50 MB": answers(b'{"a": "' + b"x" * 50 * MB + b'"}'),
    "7 MB of text": answers(message(content="word " * 1_400_000, usage=used())),
    "7 MB of braces": answers(message(content="{" * 7 * MB, usage=used())),
    "endless": streams(lambda: endless(b"x" * 65536)),
    "endless spaces": streams(lambda: endless(b" " * 65536)),
    "dripping": streams(lambda: endless(b" ", 0.5)),
    "dripping head": raw(OK, b"x", every=0.5),
    "dripping status": raw(b"H", b"T", every=0.5),
    "endless head": raw(OK, *([b"x-a: " + b"b" * 1000 + b"\r\n"] * 5000)),
    "silence": raw(b"", every=0.0),
    "hanging": raw(OK + b"content-length: 100000\r\n\r\n{", b"", every=5.0),
    "reset": raw(OK + b"content-length: 100000\r\n\r\n{", reset=True),
    "short body": raw(OK + b"content-length: 100000\r\n\r\n{}"),
    "bad chunks": raw(OK + b"transfer-encoding: chunked\r\n\r\nzzz\r\n{}\r\n"),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "500 for ever": answers({"error": {"message": "it failed"}}, 500, retry_after_ms="1"),
    "429 for a year": answers({"error": {"message": "slow down"}}, 429, retry_after="31536000"),
    "429 for ever": answers({"error": {"message": "slow down"}}, 429, retry_after_ms="1"),
    "redirects": lambda body: Answer(b"", 307, {"location": "/v1/chat/completions"}),
    "endless redirect": streams(lambda: endless(b"x" * 65536), 307, location="/v1/chat/completions"),
    "redirect to nowhere": lambda body: Answer(b"", 307, {"location": "http://127.0.0.1:1/"}),
    "redirect to a file": lambda body: Answer(b"", 302, {"location": "file:///etc/passwd"}),
    "gzip bomb": answers(BOMB, content_encoding="gzip"),
    "no gzip": answers(b"no gzip", content_encoding="gzip"),
    "wrong type": answers(BODY, content_type="image/png"),
    "500 without end": streams(lambda: endless(b"x" * 65536), 500, retry_after_ms="1"),
    "no choices": answers({**message(), "choices": []}),
    "choices are text": answers({**message(), "choices": "x"}),
    "reasoning alone": answers(message(reasoning_content="Hm." * 1000, usage=used())),
    "calls are text": answers(message(tool_calls="look", usage=used())),
    "unknown tool": turn(("rm", {"path": "/"})),
    "wrong types": turn(("report_task", {"number": [], "first": {}, "last": None, "goal": 7, "status": "maybe"})),
    "arguments are no JSON": turn(("report_task", "{" * 1000)),
    "5 MB of arguments": turn(("report_task", {"goal": "x" * 5 * MB})),
    "5 MB of good arguments": turn(report(goal="x" * 5 * MB), SUCCESS),
    "1,000 calls": many(1000),
    "50,000 calls": many(50_000),
    "in a circle": many(1),
    "the same id": answers(message(tool_calls=[call(*report(), id="a"), call(*SUCCESS, id="a")], usage=used())),
    "no id": answers(message(tool_calls=[call(*report(), id=None)], usage=used())),
    "words alone": answers(message(content="I will look into it.", usage=used())),
    "endless usage": answers(message(content="x", usage={"prompt_tokens": 10**400, "completion_tokens": "many"})),
    "surrogates": answers(json.dumps(message(content="\ud800" * 100, usage=used())).encode()),
    "task of a billion": turn(report(last=10**9, number=10**12)),
    "many tasks": turn(*[report(number=n, first=n, last=n) for n in range(1, 2000)]),
}
_CODE = "import sys, os, time, subprocess\n"
COMMANDS: dict[str, str] = {
    "never ends": _CODE + "time.sleep(3600)",
    "ignores signals": _CODE + "import signal\nsignal.signal(15, signal.SIG_IGN); time.sleep(3600)",
    "1 GB on stdout": _CODE + "[os.write(1, b'x' * 65536) for _ in range(16384)]",
    "1 GB on stderr": _CODE + "[os.write(2, b'x' * 65536) for _ in range(16384)]",
    "drips": _CODE + "while True: os.write(1, b'x'); time.sleep(0.3)",
    "leaves a child": _CODE + "subprocess.Popen(['sleep', '3600']); print('{}')",
    "a child that writes": _CODE
    + "code = 'import time, os\\nwhile True: os.write(1, b\"x\"); time.sleep(0.1)'\n"
    + "subprocess.Popen([sys.executable, '-c', code]); print('hi')",
    "closes its streams": _CODE + "os.close(0); os.close(1); os.close(2); time.sleep(3600)",
    "reads nothing": _CODE + "print('no')",
    "dies": _CODE + "os.kill(os.getpid(), 11)",
    "no text": _CODE + "os.write(1, bytes(range(256)) * 100)",
    "deep JSON": _CODE + "print('[' * 100000)",
    "many braces": _CODE + "print('{' * 5000000)",
    "many lines": _CODE + "print('{}\\n' * 2000000)",
    "an error": _CODE + "print('boom', file=sys.stderr); sys.exit(3)",
}


@dataclass
class Report:
    cases: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class Trial:
    """A workspace with one session learned and one that is new."""

    folder: Path
    timeout: float
    report: Report

    def play(self, name: str, late: bool) -> None:
        """One way to misbehave, at once, or `late`: after the tasks were judged well."""
        work = self._made()
        before = _tree(work / "skills_store")
        with self._asked(name, late) as env:
            ended, seconds, memory = self._learn(work, env)
        self.report.cases += 1
        what = f"{name}{' late' if late else ''}"
        took = f"{seconds:5.1f} s {memory / MB:5.0f} MB"
        print(f"{took}  {what}: {ended.returncode} {ended.stderr[-220:]!r}", flush=True)
        assert before, "there is nothing that could be lost"
        wrong = [*self._wrong(ended, seconds, memory), *self._lost(work, before, late)]
        self.report.problems += [f"{what}: {each}" for each in wrong]

    @contextmanager
    def _asked(self, name: str, late: bool) -> Iterator[dict[str, str]]:
        if name in COMMANDS:
            script = self.folder / "model.py"
            script.write_text(COMMANDS[name], encoding="utf-8")
            yield {"ACONTEXT_MODEL_COMMAND": f"{sys.executable} {script}"}
        elif isinstance(bad := BAD[name], Raw):
            with listening(bad) as url:
                yield {"OPENAI_BASE_URL": url}
        else:
            with server(*([JUDGES] if late else []), then=bad) as at:
                yield {"OPENAI_BASE_URL": at.url}

    def _made(self) -> Path:
        """A copy of one that is made once."""
        kept = self.folder / "kept"
        if not kept.exists():
            kept.mkdir()
            self._fill(kept)
        return Path(shutil.copytree(kept, tempfile.mkdtemp(dir=self.folder), dirs_exist_ok=True))

    def _fill(self, work: Path) -> None:
        for name in ("monday", "tuesday"):
            if name == "monday":
                self._run(work, {}, "init")
            self._run(work, {}, "session", "new", "--name", name, "--date", "2026-03-26")
            given = "".join(f"{json.dumps(each)}\n" for each in incident(f"Fix the 502 errors of {name}."))
            self._run(work, {}, "record", name, "-", given=given)
            if name == "monday":
                self._run(work, {}, "learn", "monday")

    def _learn(self, work: Path, env: dict[str, str]) -> tuple[subprocess.CompletedProcess[str], float, int]:
        told = self.folder / "told.json"
        env = {"ACONTEXT_TIMEOUT": f"{self.timeout:g}", "ACONTEXT_ENGINE": "llm", **env}
        code = (
            "import json, os, resource, subprocess, sys\n"
            "done = subprocess.run(sys.argv[2:])\n"
            "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
            "json.dump(peak, open(sys.argv[1], 'w'))\n"
            "sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)"
        )
        begun = time.monotonic()
        ended = self._run(
            work,
            env,
            "learn",
            "tuesday",
            before=(sys.executable, "-c", code, str(told)),
            seconds=TIMES * self.timeout + 60,
        )
        peak = json.loads(told.read_text(encoding="utf-8")) if told.exists() else 0
        told.unlink(missing_ok=True)
        return ended, time.monotonic() - begun, peak * (1 if sys.platform == "darwin" else 1024)

    def _run(
        self,
        work: Path,
        env: dict[str, str],
        *args: str,
        given: str = "",
        before: tuple[str, ...] = (),
        seconds: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "ACONTEXT_"))}
        argv = [*before, sys.executable, "-m", "acontext_cli", *args]
        env = {
            **kept,
            "HOME": str(self.folder),
            "PYTHONPATH": str(HERE.parents[2]),
            "OPENAI_API_KEY": "no-key-1",
            **env,
        }
        with subprocess.Popen(
            argv, cwd=work, env=env, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            try:
                out, err = process.communicate(given, timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                out, err = process.communicate()
                err += f"\nit was still running after {seconds:g} s"
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def _wrong(self, ended: subprocess.CompletedProcess[str], seconds: float, memory: int) -> Iterator[str]:
        if ended.returncode not in (0, 1) or "Traceback" in ended.stderr:
            yield f"ended with {ended.returncode}: {ended.stderr[-500:]!r}"
        elif ended.returncode == 1 and not 1 <= len(ended.stderr.splitlines()) <= 4:
            yield f"{len(ended.stderr.splitlines())} lines: {ended.stderr[:400]!r}"
        if max(map(len, ended.stderr.splitlines()), default=0) > 1000:
            yield f"a line of {max(map(len, ended.stderr.splitlines()))} characters"
        if seconds > TIMES * self.timeout + 20:
            yield f"took {seconds:.0f} s with a timeout of {self.timeout:g} s"
        if memory > MEMORY:
            yield f"took {memory / MB:.0f} MB"

    def _lost(self, work: Path, before: dict[str, bytes], late: bool) -> Iterator[str]:
        """What was there before and is not now, and what a good model could not go on with."""
        after = _tree(work / "skills_store")
        for name, data in before.items():
            if not after.get(name, b"").startswith(data[:200]):
                yield f"{name} is not what it was"
        if late and not list(work.glob(".acontext/sessions/*/answers.jsonl")):
            yield "a good answer was not kept"
        with server(then=GOOD) as at:
            again = self._run(work, {"OPENAI_BASE_URL": at.url, "ACONTEXT_ENGINE": "llm"}, "learn", "tuesday")
            asked = len(at.bodies)
        if again.returncode or "Traceback" in again.stderr:
            yield f"a good model cannot go on: {again.stderr[-300:]!r}"
        if late and asked > 1:
            yield f"what was paid for was asked again: {asked} calls"


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def campaign(*, cases: int, seed: int, timeout: float, only: str = "") -> Report:
    ways = [(name, late) for name, bad in BAD.items() for late in ((False,) if isinstance(bad, Raw) else (False, True))]
    ways = [each for each in [*ways, *((name, False) for name in COMMANDS)] if only in ("", each[0])]
    told = Report()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, late in Random(seed).sample(ways, min(cases, len(ways))) if cases else ways:
            Trial(Path(folder), timeout, told).play(name, late)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", choices=["", *BAD, *COMMANDS])
    parser.add_argument("--timeout", type=float, default=2.0)
    asked = parser.parse_args()
    told = campaign(cases=asked.cases, seed=asked.seed, timeout=asked.timeout, only=asked.only)
    for problem in told.problems:
        print(problem)
    print(f"{told.cases} ways to misbehave: {f'{len(told.problems)} problems' if told.problems else 'all was well'}")
    sys.exit(bool(told.problems))


if __name__ == "__main__":
    main()
