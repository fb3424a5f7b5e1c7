"""The calls of a transcript with their results, one by one as they are answered, and what they say."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from acontext_cli.messages import Message, ToolCall
from acontext_cli.trace.quantities import words
from acontext_cli.trace.shell import command_of, ended_badly, is_shell, purpose
from acontext_cli.trace.steps import failed, values
from acontext_cli.trace.witness import OF_A_SKILL, witnessed

LONGEST = 200_000
"""So much of a result is looked at, and of a call."""

_SEARCHES = frozenset(("grep", "rg", "ag", "search", "zgrep", "ack"))
_FETCHES = frozenset(
    ("fetch", "http", "https", "request", "url", "curl", "wget", "webfetch", "httpie", "api", "browse")
)
_TRIES = ("which ", "command -v", "type ", "2>/dev/null", "2> /dev/null", "||", "test -", "[ -")
"""How a command asks whether something is there; that it ends well says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that was answered."""

    text: str
    """The command line of a shell, else the tool and its arguments."""
    result: str
    failed: bool
    looks: bool
    """Whether it is a shell's and only shows something: what it prints may be about anything."""
    searches: str
    """The program, where it only searches through texts; else empty."""
    fetches: bool
    """Whether it asks a server."""
    tries: bool
    """Whether it only asks if something is there."""


def calls(messages: Iterable[Message]) -> Iterator[Call]:
    """The calls in the order of their answers. What was read out of a skill is left out: it is what is looked at."""
    waiting: dict[str, deque[ToolCall]] = {}
    for message in witnessed(messages):
        for call in message.calls:
            waiting.setdefault(call.id or call.name, deque()).append(call)
        if message.is_result and (found := waiting.get(message.answers)):
            call = found.popleft()
            text = message.text
            if text != OF_A_SKILL:
                yield _answered(call, text[:LONGEST], failed(message))


def _answered(call: ToolCall, result: str, badly: bool) -> Call:
    shell = is_shell(call.name)
    named = call.named or {}
    text = command_of(named) if shell else ""
    text = (text or " ".join((call.name, *(values(named) if named else (call.arguments,)))))[:LONGEST]
    said = {word.rpartition("/")[2] for word in text.split()} if shell else set(words(call.name))
    first = {part.split()[0] for part in text.split("&&") if part.split()} if shell else said
    return Call(
        text=text,
        result=result,
        failed=badly or (shell and ended_badly(result)),
        looks=shell and purpose(text) == "look",
        searches=next(iter(sorted(first & _SEARCHES)), ""),
        fetches=bool(said & _FETCHES),
        tries=shell and any(each in text for each in _TRIES),
    )
