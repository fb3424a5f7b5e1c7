"""Small transcripts of other agents, as they would write them: `claude_code(said("…"), …)` is a file's text."""

import json
from collections.abc import Iterable, Mapping

Record = Mapping[str, object]


def lines(records: Iterable[Record]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def claude_code(*turns: str, session: str = "S1", cwd: str = "/nowhere/shop", day: int = 3) -> str:
    """A Claude Code session in which each turn is asked for, run as a command, and answered."""
    found: list[Record] = []
    parent = None
    for number, turn in enumerate(turns, 1):
        base = {"sessionId": session, "cwd": cwd, "version": "2.1.29", "gitBranch": "main", "isSidechain": False}
        at = f"2026-02-{day:02}T03:{number:02}:00.000Z"
        call = {"type": "tool_use", "id": f"toolu_{number}", "name": "Bash", "input": {"command": "make test"}}
        result = {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": "12 passed"}
        blocks = [
            ("user", turn),
            ("assistant", [call]),
            ("user", [result]),
            ("assistant", [{"type": "text", "text": "Done."}]),
        ]
        for place, (role, content) in enumerate(blocks):
            message: dict[str, object] = {"role": role, "content": content}
            if role == "assistant":
                message |= {"id": f"msg_{number}_{place}", "model": "claude-opus-4-5"}
            ids = {"uuid": f"u{number}-{place}", "parentUuid": parent}
            found.append({**base, **ids, "type": role, "timestamp": at, "message": message})
            parent = ids["uuid"]
    return lines(found)


def codex(*turns: str, session: str = "019f0000-0000-7000-8000-000000000001", cwd: str = "/nowhere/shop") -> str:
    """A Codex rollout in which each turn is answered."""
    at = "2026-06-18T01:00:00.000Z"
    meta = {
        "id": session,
        "timestamp": at,
        "cwd": cwd,
        "originator": "codex_cli",
        "cli_version": "0.142.2",
        "source": "cli",
    }
    found: list[Record] = [{"timestamp": at, "type": "session_meta", "payload": meta}]
    for turn in turns:
        answer = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
        found.append({"timestamp": at, "type": "event_msg", "payload": {"type": "user_message", "message": turn}})
        found.append({"timestamp": at, "type": "response_item", "payload": answer})
    return lines(found)


def chat(*turns: str) -> str:
    """Plain OpenAI messages, one a line."""
    return lines(
        message
        for turn in turns
        for message in ({"role": "user", "content": turn}, {"role": "assistant", "content": "Done."})
    )


def gemini(turn: str, session: str = "5f1c3a52-6a0e-4c0e-9d3a-0c8f6f0b7a11", kind: str = "chat") -> str:
    """A Gemini CLI session of one turn, as one JSON document."""
    said = [("user", turn), ("gemini", "Done.")]
    messages = [
        {"id": f"m{n}", "timestamp": "2026-01-16T18:34:01Z", "type": type, "content": text}
        for n, (type, text) in enumerate(said)
    ]
    return json.dumps({"kind": kind, "sessionId": session, "projectHash": "0b7d", "messages": messages}, indent=2)
