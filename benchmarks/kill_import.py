"""Processes that import are killed. At the next import every message is there once and in order.

`python benchmarks/crashes.py import [--kills N] [--without SAFEGUARD]` runs it.
"""

import json
from pathlib import Path
from random import Random

from kills import Acknowledge, Safeguard

from acontext_cli.api import Workspace, imports
from acontext_cli.api.imports import Imports, Places
from acontext_cli.importing import conversation, seen
from acontext_cli.importing.conversation import Conversation
from acontext_cli.importing.search import Search

TURNS = 60
"""By which the transcript grows between two waves."""
BATCH = 20
"""Many small writes, and many moments between them."""
CALLS = ("ls", "cat")
"""Of each answer, in records of their own: together they are one message."""
AT = "2026-03-26T09:00:00Z"


class Importing:
    """A transcript without ids that grows, and two processes that take it in."""

    writers, operations, seconds = 2, 60, 0.08

    def __init__(self, home: Path, random: Random) -> None:
        conversation.BATCH = BATCH
        self._home = home
        self._random = random
        self._turns = 0
        Workspace.init(home / "work")
        self._grow()

    def write(self, name: str, acknowledge: Acknowledge) -> None:  # noqa: ARG002
        while True:
            self._take()
            acknowledge(str(self._turns))

    def losses(self, acknowledged: dict[str, list[str]]) -> list[str]:  # noqa: ARG002
        found = []
        if self._random.random() < 0.7:  # else the next wave takes up what this one left
            self._take()
            found = self._wrong()
        self._grow()
        return found

    @property
    def _transcript(self) -> Path:
        return self._home / "transcript.jsonl"

    def _grow(self) -> None:
        """A Codex rollout; its records have no ids."""
        records: list[dict[str, object]] = []
        if not self._turns:
            records.append({"type": "session_meta", "payload": {"id": "s1", "cwd": "/nowhere/shop", "timestamp": AT}})
        for turn in range(self._turns, self._turns + TURNS):
            records.append({"type": "event_msg", "payload": {"type": "user_message", "message": f"Ask {turn}"}})
            call = {"type": "function_call", "name": "exec_command", "call_id": f"c{turn}"}
            records += [
                {"type": "response_item", "payload": {**call, "arguments": json.dumps({"cmd": part})}} for part in CALLS
            ]
        with self._transcript.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps({"timestamp": AT, **record}) + "\n" for record in records)
        self._turns += TURNS

    def _take(self) -> None:
        with Imports(Places(self._home / "work", "", {}), env={}) as importing:
            importing.take(Search().found([self._transcript])[0])

    def _wrong(self) -> list[str]:
        sessions = list(Workspace.find(self._home / "work").sessions())
        if len(sessions) != 1:
            return [f"{len(sessions)} sessions"]
        said = [message.text or f"{len(message.calls)} calls" for message in sessions[0].messages()]
        expected = [text for turn in range(self._turns) for text in (f"Ask {turn}", f"{len(CALLS)} calls")]
        if said == expected:
            return []
        return [f"{len(said)} messages, {len(set(said))} of them different, instead of {len(expected)}"]


def forget_keys() -> None:
    seen.Seen.update = lambda *_: None  # type: ignore[method-assign]


def keep_early() -> None:
    """Keys last before their messages do."""
    add = seen.Seen.add

    def added(self: seen.Seen, keys: list[int], session: str) -> list[bool]:
        found = add(self, keys, session)
        self._number(session)
        self.keep()
        return found

    seen.Seen.add = added  # type: ignore[method-assign]
    seen.Seen.update = lambda *_: None  # type: ignore[method-assign]


def cut_messages() -> None:
    flush = Conversation.flush
    Conversation.flush = lambda self, whole=False: flush(self, whole=False)  # type: ignore[method-assign] # noqa: ARG005


def not_alone() -> None:
    from contextlib import nullcontext

    imports.locked = lambda *_: nullcontext()


SAFEGUARDS = (
    Safeguard("keys-from-transcripts", "import", "what a killed import has recorded is looked for", off=forget_keys),
    Safeguard("keys-last", "import", "a key lasts no sooner than its message", off=keep_early),
    Safeguard("whole-messages", "import", "a message in the making waits for its rest", off=cut_messages),
    Safeguard("import-lock", "import", "one imports into a workspace at a time", off=not_alone),
)
