"""Processes that import are killed at random moments. At the next import every message is there once and in order.

    python benchmarks/kill_import.py [--kills N] [--seed N] [--without keys]

With a safeguard switched off the campaign must find losses: that is how it is known that it would.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from acontext_cli.api import Workspace
from acontext_cli.api.imports import Imports, Places
from acontext_cli.importing import conversation, seen
from acontext_cli.importing.search import Search

WAVES, IMPORTERS, TURNS = 4, 2, 300
SECONDS = 0.08
CALLS = ("ls", "cat")
"""Of each answer, in records of their own: together they are one message."""
AT = "2026-03-26T09:00:00Z"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", choices=["keys"], default="")
    options = parser.parse_args()
    weaken(options.without)
    random, kills, losses = Random(options.seed), 0, []
    while kills < options.kills:
        home = Path(tempfile.mkdtemp(prefix="acontext-kill-"))
        kills += WAVES * IMPORTERS
        losses += trial(home, random)
        shutil.rmtree(home)
    print(
        f"{kills} kills of importers: {len(losses)} losses" + (f" without {options.without}" if options.without else "")
    )
    for loss in losses[:3]:
        print(f"  {loss}")
    sys.exit(bool(losses) != bool(options.without))


def weaken(safeguard: str) -> None:
    conversation.BATCH = 20  # many small writes, many moments between them
    if safeguard == "keys":  # what a killed import has recorded is not looked for
        seen.Seen.update = lambda *_: None  # type: ignore[method-assign]


def trial(home: Path, random: Random) -> list[str]:
    """Import a transcript that grows, and kill it; then once more in peace. What is wrong with what is there."""
    Workspace.init(home / "work")
    transcript = home / "transcript.jsonl"
    for wave in range(1, WAVES + 1):
        write(transcript, wave * TURNS // WAVES)
        pids = [fork(home, transcript) for _ in range(IMPORTERS)]
        time.sleep(random.uniform(0, SECONDS))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    take(home, transcript)
    return wrong(home)


def write(path: Path, turns: int) -> None:
    """A Codex rollout; its records have no ids."""
    records: list[dict[str, object]] = [
        {"type": "session_meta", "payload": {"id": "s1", "cwd": "/nowhere/shop", "timestamp": AT}}
    ]
    for turn in range(turns):
        records.append({"type": "event_msg", "payload": {"type": "user_message", "message": f"Ask {turn}"}})
        call = {"type": "function_call", "name": "exec_command", "call_id": f"c{turn}"}
        records += [
            {"type": "response_item", "payload": {**call, "arguments": json.dumps({"cmd": part})}} for part in CALLS
        ]
    path.write_text("".join(json.dumps({"timestamp": AT, **record}) + "\n" for record in records), encoding="utf-8")


def fork(home: Path, transcript: Path) -> int:
    pid = os.fork()
    if not pid:
        try:
            while True:
                take(home, transcript)
        finally:
            os._exit(1)
    return pid


def take(home: Path, transcript: Path) -> None:
    with Imports(Places(home / "work", "", {}), env={}) as importing:
        importing.take(Search().found([transcript])[0])


def wrong(home: Path) -> list[str]:
    sessions = list(Workspace.find(home / "work").sessions())
    if len(sessions) != 1:
        return [f"{len(sessions)} sessions"]
    said = [message.text or f"{len(message.calls)} calls" for message in sessions[0].messages()]
    expected = [text for turn in range(TURNS) for text in (f"Ask {turn}", f"{len(CALLS)} calls")]
    return (
        []
        if said == expected
        else [f"{len(said)} messages, {len(set(said))} of them different, instead of {len(expected)}"]
    )


if __name__ == "__main__":
    main()
