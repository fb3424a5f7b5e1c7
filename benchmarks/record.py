"""What recording and reading cost beside the least that they could cost. Cases take turns; medians of per-round ratios.

`python benchmarks/record.py`
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from acontext_cli.files import DISK, Disk, lines
from acontext_cli.session import Session

MESSAGE = {"role": "assistant", "content": "The gateway answers 502 because upstream took 4,890 ms of 5,000. " * 21}
RAW = json.dumps({**MESSAGE, "id": "m0123456789ab", "at": "2026-03-26T10:00:00.000Z"}).encode() + b"\n"
ROUNDS = 15
SINGLES = 120
BATCH = 200
PROCESSES = 16
EACH = 100
FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND

sync = getattr(os, "fdatasync", os.fsync)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def raw_singles(fd: int, count: int) -> None:
    for _ in range(count):
        os.write(fd, RAW)
        sync(fd)


def singles(session: Session, count: int, redacted: bool = False) -> None:
    for _ in range(count):
        session.record([MESSAGE], keep_secrets=not redacted)


def recorder(folder: Path, disk: Disk = DISK) -> Callable[[], None]:
    return partial(singles, Session.open(folder, disk=disk), EACH)


def writer(path: Path) -> Callable[[], None]:
    return partial(raw_singles, os.open(path, FLAGS), EACH)


def batch(folder: Path) -> None:
    Session.open(folder).record([MESSAGE] * BATCH, keep_secrets=True)


def together(prepare: Callable[[], Callable[[], None]]) -> float:
    """How long so many processes take, from the moment that all of them are ready."""
    reading, writing = os.pipe()
    pids = [_started(prepare, reading, writing) for _ in range(PROCESSES)]
    time.sleep(0.1)
    os.close(reading)
    start = time.perf_counter()
    os.close(writing)
    ended = [os.waitpid(pid, 0)[1] for pid in pids]
    assert not any(ended), "a process failed"
    return time.perf_counter() - start


def _started(prepare: Callable[[], Callable[[], None]], reading: int, writing: int) -> int:
    pid = os.fork()
    if not pid:
        status = 1
        try:
            os.close(writing)
            work = prepare()
            os.read(reading, 1)
            work()
            status = 0
        finally:
            os._exit(status)
    return pid


def parsed(rows: list[bytes]) -> None:
    for row in rows:
        json.loads(row)


def parsed_from_file(path: Path) -> None:
    for _, row in lines(path):
        json.loads(row)


def read(folder: Path) -> None:
    for _ in Session.open(folder).messages():
        pass


def fresh(home: Path, name: str) -> Path:
    return Session.create(home, id=name, created="2026-03-26T10:00:00Z").folder


def appending(home: Path) -> tuple[float, ...]:
    """Single durable records, 200 in one call, and 16 processes at once (beside bare writes, beside ours without its
    lock), as ratios."""
    folder = fresh(home, "one")
    session, raw = Session.open(folder), os.open(home / "raw", FLAGS)
    single, least, looked = [], [], []
    for _ in range(SINGLES // 10):  # in short turns: the disk's mood changes within a second
        least.append(timed(partial(raw_singles, raw, 10)))
        single.append(timed(partial(singles, session, 10)))
        looked.append(timed(partial(singles, session, 10, redacted=True)))
    os.close(raw)
    ten = sum(single) / len(single)
    bulk = timed(partial(batch, folder)) / BATCH
    many = fresh(home, "many")
    alone = together(partial(writer, home / "raw-many"))
    shared = together(partial(recorder, many))
    loose = together(partial(recorder, fresh(home, "loose"), replace(DISK, flock=lambda *_: None)))
    count = sum(1 for _ in Session.open(many).messages())
    assert count == PROCESSES * EACH, f"{PROCESSES * EACH - count} lost"
    one = median(ours / theirs for ours, theirs in zip(single, least, strict=True))
    with_redaction = median(ours / theirs for ours, theirs in zip(looked, least, strict=True))
    return one, with_redaction, ten / 10 / bulk, alone / shared, loose / shared


def reading(home: Path) -> tuple[float, float]:
    folder = fresh(home, "read")
    for _ in range(50):
        batch(folder)
    rows = [row for _, row in lines(folder / "messages.jsonl")]
    rounds = [
        (
            timed(partial(parsed, rows)),
            timed(partial(parsed_from_file, folder / "messages.jsonl")),
            timed(partial(read, folder)),
        )
        for _ in range(ROUNDS)
    ]
    return median(ours / least for least, _, ours in rounds), median(ours / file for _, file, ours in rounds)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        appended = []
        for number in range(ROUNDS):
            home = Path(place) / str(number)
            home.mkdir()
            appended.append(appending(home))
        single, looked, bulk, shared, locked = (median(column) for column in zip(*appended, strict=True))
        in_memory, from_file = reading(Path(place) / "reading")
    print(f"durable append of {len(RAW)} bytes   {single:5.2f} x raw write + fdatasync          (at most 1.35)")
    print(f"  with redaction               {looked:5.2f} x the same")
    print(f"{BATCH} messages in one call       {bulk:5.1f} x the single durable rate          (at least 10)")
    print(f"{PROCESSES} processes, one session     {shared:5.2f} x bare write + fdatasync, no lock  (at least 0.6)")
    print(f"                               {locked:5.2f} x the same recording without the lock")
    print(f"reading a transcript           {in_memory:5.2f} x json.loads of its lines          (at most 1.6)")
    print(f"                               {from_file:5.2f} x the same, lines read from the file")


if __name__ == "__main__":
    main()
