"""A tool call with its result as a `Step`, and the calls of a task in order as a `Trace`.

A call is a look or a change. Which one comes from the verb in the tool's name, for shells from the command; unknown
counts as change. Reads of a skill are no steps: what a skill says is no evidence of anything.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from acontext_cli.messages import RESULT_ROLES, Json, Message, ToolCall
from acontext_cli.trace.quantities import words
from acontext_cli.trace.shell import command_of, ended_badly, is_shell, purpose

Kind = Literal["look", "test", "change"]

WINDOW = 400
"""Links reach back over at most this many calls …"""
WINDOW_TEXT = 2_000_000
"""… and this many characters of results; what falls out is reported as cut."""
LONGEST_RESULT = 200_000
"""Of a longer result head and tail are kept."""
LONGEST_REQUEST = 50_000
"""Of what the user said in one task, so many characters from the beginning are kept."""

RECALL_TOOLS = frozenset({"get_skill", "get_skill_file"})

_LOOK = frozenset(
    str.split(
        "get list read search find check show describe query fetch view cat look lookup inspect status count "
        "calculate compute think plan grep glob ls head tail diff stat tree verify validate monitor watch ping "
        "trace explain compare info help open browse retrieve select scan peek summarize analyze estimate preview "
        "measure ask"
    )
)
_CHANGE = frozenset(
    str.split(
        "set update create delete remove write edit insert replace restart start stop kill run execute exec book "
        "cancel send post put patch apply deploy rollback scale enable disable assign move rename copy install "
        "push commit merge upload pay refund transfer submit approve reject modify change make save clear purge "
        "flush drain rotate revoke grant toggle reset add drop exchange return schedule trigger publish"
    )
)
VERBS = _LOOK | _CHANGE
"""Words of tool names that say what is done, not with what."""
_TEST = frozenset(("test", "tests", "lint", "typecheck"))
_RUN = frozenset(("run", "execute", "exec", "start", "trigger"))
_FAILED = re.compile(
    r"\A\s*(?:[\"'{\[<\s]*(?:tool_use_)?error\b(?![\"']?\s*[:=]\s*(?:null|none|false|0|\"\"|\[\]|\{\})\s*[,}\n])"
    r"|error[:>]|traceback \(most recent|exception\b|fatal:|failed\b|failure\b"
    r"|unknown tool|usage:|bash: .{0,80}not found|command not found|permission denied|no such file|invalid\b|"
    r"exit code:? *[1-9]|(?:.*\n){0,4}process exited with code [1-9])",
    re.IGNORECASE,
)
_LOG = re.compile(r"\A\s*\[?(?:ERROR|FATAL)\]? {1,8}(?![:\s])[^\n]*(?:\w=\S|\n\s*\S)")
"""A log whose newest line is an error: its level, then key=value pairs or more lines."""
_OWN_NOTES = frozenset([
    "TodoWrite", "TodoRead", "TaskCreate", "TaskUpdate", "TaskGet", "TaskList", "ExitPlanMode", "EnterPlanMode",
    "todo_write", "todowrite", "todoread", "write_todos", "update_todo_list", "report_intent", "update_plan",
])  # fmt: skip
"""Tools with which an agent keeps its own list of things to do: nothing in the world is seen or changed by them."""
_SHOWS = frozenset(
    ("BashOutput", "TaskOutput", "webfetch", "read_bash", "request_user_input", "wait_agent", "ToolSearch")
)
"""Tools of coding agents that only show something, though no verb in their name says so."""
_ONLY_LOOKS = frozenset(("Explore", "Plan"))
"""Sub-agents of Claude Code that change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One tool call and what came back."""

    number: int
    """1-based within its task."""
    message: str
    """Id of the message that asks for it."""
    answer: str = ""
    """Id of the message that holds the result; empty while there is none."""
    tool: str
    arguments: Json
    """By name; empty where they were no JSON object."""
    raw: str
    """The arguments as they came."""
    result: str = ""
    failed: bool = False
    told: bool = False
    """Whether the source says by a flag how the call ended, not only by what was printed."""
    kind: Kind = "change"

    @property
    def is_change(self) -> bool:
        return self.kind == "change" and not self.failed


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The calls of a task, oldest first, and the words of the user that they serve."""

    request: str
    """What the user said, every message."""
    steps: tuple[Step, ...]
    cut: int = 0
    """How many calls before these fell out of the window."""
    recalled: tuple[str, ...] = ()
    """What was read of skills; no evidence of anything, but it tells what was followed."""

    @cached_property
    def changes(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.is_change)

    @cached_property
    def checks(self) -> tuple[Step, ...]:
        """Looks and tests after the last change, at the thing changed."""
        if not self.changes:
            return ()
        last = self.changes[-1].number
        after = [step for step in self.steps if step.number > last and not step.failed]
        changed = {value for step in self.changes for value in values(step.arguments)} if after else set()
        return tuple(step for step in after if step.kind == "test" or changed & set(values(step.arguments)))


@lru_cache(maxsize=4096)
def kind_of(tool: str) -> Kind:
    """Look, test or change, from the verbs in a tool's name; the name of its MCP server says nothing."""
    if tool in _SHOWS:
        return "look"
    found = set(words(tool.split("__", 2)[-1] if tool.startswith("mcp__") else tool))
    if found & _TEST and not found & (_CHANGE - _RUN):
        return "test"
    if found & _CHANGE:
        return "change"
    return "look" if found & _LOOK else "change"


def values(arguments: object) -> Iterator[str]:
    """The strings and numbers inside arguments, nested ones too, as text."""
    todo = [arguments]  # no recursion: a transcript nests as deep as it likes
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo.extend(reversed(value.values()))
        elif isinstance(value, list):
            todo.extend(reversed(value))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield str(value)


def failed(message: Message) -> bool:
    """Whether a result says that its call failed: by flag, by exit code, or by how it begins."""
    flag = _flag(message)
    if flag is not None:
        return bool(flag)
    text = message.text
    if _FAILED.match(text[:400]) and not _LOG.match(text[:400]):
        return True
    return bool(_json_error(text)) if text[:1] == "{" else False


class TraceBuilder:
    """Takes messages one by one and keeps a bounded window of their calls.

    Repeated call ids are kept apart: a result answers the oldest open call of its id.
    """

    def __init__(self) -> None:
        self._calls: deque[_Call] = deque()
        self._open: dict[str, deque[_Call]] = {}
        self._said: list[str] = []
        self._number = self._size = self._said_size = self._cut = 0

    def add(self, message: Message) -> None:
        role = message.body["role"]
        if message.is_human:
            self._hear(message.text)
        elif role in RESULT_ROLES:
            self._answer(message)
        for call in message.calls:
            self._number += 1
            made = _Call(self._number, message.id, call)
            self._calls.append(made)
            self._open.setdefault(call.id or call.name, deque()).append(made)
            if len(self._calls) > WINDOW:
                self._drop()
        while self._size > WINDOW_TEXT and self._calls:
            self._drop()

    def build(self) -> Trace:
        kept = tuple(call.step() for call in self._calls if not call.recalled and not call.is_note)
        recalled = tuple(call.text for call in self._calls if call.recalled)
        return Trace(request="\n".join(self._said), steps=kept, cut=self._cut, recalled=recalled)

    def _hear(self, text: str) -> None:
        if self._said_size < LONGEST_REQUEST:
            self._said.append(text[:LONGEST_REQUEST])
            self._said_size += len(text)

    def _answer(self, message: Message) -> None:
        waiting = self._open.get(message.answers) or self._open.get(str(message.body.get("name") or ""))
        if waiting:
            call = waiting.popleft()
            call.answer, call.text, call.failed = message.id, _clipped(message.text), failed(message)
            call.told = _flag(message) is not None
            call.recalled = call.recalled or "from_skill" in message.meta
            self._size += len(call.text) if not call.dropped else 0

    def _drop(self) -> None:
        call = self._calls.popleft()
        call.dropped = True
        self._size -= len(call.text)
        self._cut += 1


class _Call:
    """A call whose result may still come."""

    __slots__ = ("answer", "call", "dropped", "failed", "message", "number", "recalled", "text", "told")

    def __init__(self, number: int, message: str, call: ToolCall) -> None:
        self.number, self.message, self.call = number, message, call
        self.answer = self.text = ""
        self.failed = self.dropped = self.told = False
        self.recalled = call.name in RECALL_TOOLS

    @property
    def is_note(self) -> bool:
        """Whether the agent only keeps its own list; `update_plan` is that where it holds the whole plan."""
        call = self.call
        return call.name in _OWN_NOTES and (call.name != "update_plan" or '"step"' in call.arguments)

    def step(self) -> Step:
        call = self.call
        arguments = call.named or {}
        return Step(
            number=self.number,
            message=self.message,
            answer=self.answer,
            tool=call.name,
            arguments=arguments,
            raw=call.arguments,
            result=self.text,
            failed=self.failed or (is_shell(call.name) and ended_badly(self.text)),
            told=self.told,
            kind=_kind(call.name, arguments),
        )


def _kind(tool: str, arguments: Json) -> Kind:
    """What a call is for, where its arguments say more than its tool's name."""
    if is_shell(tool) and (command := command_of(arguments)):
        return purpose(command)
    if tool in ("Task", "Agent"):
        return "look" if arguments.get("subagent_type") in _ONLY_LOOKS else kind_of(tool)
    if tool == "write_stdin":
        return "change" if arguments.get("chars") else "look"
    return kind_of(tool)


def _flag(message: Message) -> object:
    return message.meta.get("is_error", message.body.get("is_error"))


def _clipped(text: str) -> str:
    """Head and tail of a result that is too long to be kept whole."""
    return text if len(text) <= LONGEST_RESULT else text[: LONGEST_RESULT // 2] + "\n…\n" + text[-LONGEST_RESULT // 2 :]


def trace(messages: Iterable[Message]) -> Trace:
    """The trace of a task's messages."""
    builder = TraceBuilder()
    for message in messages:
        builder.add(message)
    return builder.build()


def _json_error(text: str) -> bool:
    if '"error"' not in text[:2000] and '"success"' not in text[:2000]:
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and (bool(value.get("error")) or value.get("success") is False)
