"""A command that behaves like an agent's, well or badly: `python a_command.py MODE [FILE]`, the prompt on stdin."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ANSWER = "There is nothing to learn. 什么都没有 \u2028 ✓"
USAGE = {
    "input_tokens": 40,
    "cache_creation_input_tokens": 300,
    "cache_read_input_tokens": 2000,
    "output_tokens": 25,
}
FENCED = """I look at the logs first.

```json
{"calls": [{"name": "look", "arguments": {"service": "api"}}]}
```
"""


def show(*values: object) -> None:
    for value in values:
        print(value if isinstance(value, str) else json.dumps(value), flush=True)


def envelope(result: str, **more: object) -> dict[str, object]:
    return {
        "type": "result",
        "subtype": "success",
        "is_error": False,
        "num_turns": 1,
        "result": result,
        "session_id": "1f0c",
        "usage": USAGE,
        **more,
    }


def claude() -> None:
    sys.stdin.read()
    show(envelope(ANSWER))


def claude_list() -> None:
    sys.stdin.read()
    said = {"type": "assistant", "message": {"content": [{"type": "text", "text": "On its way"}]}}
    show([{"type": "system", "subtype": "init"}, said, envelope(ANSWER)])


def claude_stream() -> None:
    sys.stdin.read()
    started = {"type": "system", "subtype": "init", "tools": []}
    show("Warning: a new version is there", started, envelope("Wait"), envelope(ANSWER), {"type": "system"})


def claude_cut() -> None:
    show({"type": "system", "subtype": "init"}, {"type": "assistant", "message": {"content": []}})


def refused(result: str, status: int | None = None) -> None:
    sys.stdin.read()
    show(envelope(result, is_error=True, api_error_status=status))
    sys.exit(1)


def claude_turns() -> None:
    sys.stdin.read()
    wrong = envelope("", subtype="error_max_turns")
    del wrong["result"]
    show(wrong)


def message(text: str) -> dict[str, object]:
    return {"type": "item.completed", "item": {"id": "item_1", "type": "agent_message", "text": text}}


def codex(*more: object) -> None:
    sys.stdin.read()
    show(
        "WARNING: proceeding, even though a PATH alias could not be made",
        {"type": "thread.started", "thread_id": "0199"},
        {"type": "turn.started"},
        {"type": "error", "message": "Reconnecting... 1/5"},
        message("I am reading it."),
        {"type": "item.completed", "item": {"id": "item_2", "type": "reasoning", "text": "Hm."}},
        message(ANSWER),
        {"type": "turn.completed", "usage": {"input_tokens": 900, "cached_input_tokens": 800, "output_tokens": 30}},
    )


def codex_failed(message: str) -> None:
    sys.stdin.read()
    show({"type": "thread.started", "thread_id": "0199"}, {"type": "turn.started"})
    show({"type": "error", "message": message}, {"type": "turn.failed", "error": {"message": message}})
    sys.exit(1)


def codex_cut() -> None:
    show({"type": "thread.started", "thread_id": "0199"}, {"type": "turn.started"}, message("I am reading it."))


def quoted(status: int, text: str) -> str:
    """How codex passes on what a server said."""
    return json.dumps({"type": "error", "status": status, "error": {"type": "some_error", "message": text}})


def text() -> None:
    sys.stdin.read()
    show(FENCED)


def length() -> None:
    """Says much when it has read little: whoever writes all before it reads waits forever."""
    count = len(os.read(0, 8192))
    print("." * 1_000_000, flush=True)
    show(f" {count + len(sys.stdin.buffer.read())}")


def prompt() -> None:
    Path(sys.argv[2]).write_bytes(sys.stdin.buffer.read())
    show(ANSWER)


def place() -> None:
    show(f"{Path.cwd()} {[each.name for each in Path.cwd().iterdir()]} {os.environ.get('PWD')}")


def environment() -> None:
    show(" ".join(sorted(f"{name}={value}" for name, value in os.environ.items() if name.isupper())))


def hang() -> None:
    """It and a child of its own, whose id it leaves behind, would go on for a minute."""
    child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    Path(sys.argv[2]).write_text(f"{os.getpid()} {child.pid}", encoding="utf-8")
    time.sleep(60)


def leave() -> None:
    """Answers and ends; something that it started holds its stdout open."""
    sys.stdin.read()
    child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    Path(sys.argv[2]).write_text(str(child.pid), encoding="utf-8")
    show(ANSWER)


def flood() -> None:
    block = b"x" * (1 << 16)
    while True:
        sys.stdout.buffer.write(block)


def fail() -> None:
    show("Reading the prompt")
    print("\x1b[31mError: the \x07disk is full\x1b[0m\n    at Object.write (main.js:1:2)\n", file=sys.stderr)
    print("Node.js v22.1.0", file=sys.stderr)
    sys.exit(3)


def old() -> None:
    print("error: unknown option '--no-session-persistence'", file=sys.stderr)
    sys.exit(1)


def silent() -> None:
    sys.stdin.read()


def grumbling() -> None:
    print("error: the model is asleep", file=sys.stderr)


def no_stdin() -> None:
    os.close(0)
    time.sleep(0.05)
    show(ANSWER)


def once_overloaded() -> None:
    """Fails the first time; the file counts."""
    calls = Path(sys.argv[2])
    calls.write_text((calls.read_text(encoding="utf-8") if calls.exists() else "") + ".", encoding="utf-8")
    if len(calls.read_text(encoding="utf-8")) == 1:
        refused('API Error: 529 {"type":"error","error":{"type":"overloaded_error"}}', 529)
    claude()


def overloaded() -> None:
    calls = Path(sys.argv[2])
    calls.write_text((calls.read_text(encoding="utf-8") if calls.exists() else "") + ".", encoding="utf-8")
    refused("API Error: 529 Overloaded")


MODES = {
    "claude": claude,
    "claude-list": claude_list,
    "claude-stream": claude_stream,
    "claude-cut": claude_cut,
    "claude-turns": claude_turns,
    "claude-logged-out": lambda: refused("Invalid API key · Please run /login"),
    "claude-expired": lambda: refused("Failed to authenticate.", 401),
    "claude-limit": lambda: refused("Claude AI usage limit reached|1762952400"),
    "claude-session-limit": lambda: refused("You've hit your session limit · resets 4:50pm (America/Denver)", 429),
    "claude-broken": lambda: refused("API Error: 400 the prompt is too long\x1b[0m\n" + "word " * 200, 400),
    "codex": codex,
    "codex-cut": codex_cut,
    "codex-logged-out": lambda: codex_failed("unexpected status 401 Unauthorized: Missing bearer authentication"),
    "codex-limit": lambda: codex_failed("You've hit your usage limit. Try again in 3 days 5 hours."),
    "codex-model": lambda: codex_failed(quoted(400, "The 'gpt-0' model is not supported.")),
    "text": text,
    "length": length,
    "prompt": prompt,
    "place": place,
    "environment": environment,
    "hang": hang,
    "leave": leave,
    "flood": flood,
    "fail": fail,
    "old": old,
    "silent": silent,
    "grumbling": grumbling,
    "no-stdin": no_stdin,
    "once-overloaded": once_overloaded,
    "overloaded": overloaded,
}

if __name__ == "__main__":
    MODES[sys.argv[1]]()
