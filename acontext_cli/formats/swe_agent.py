"""Trajectories of SWE-agent (its `history`) and of mini-swe-agent (its `messages`).

In both an action may be a call of a tool or stand in the text; then what it did comes back as a user's message.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from acontext_cli.formats import chat
from acontext_cli.formats.calls import Calls
from acontext_cli.formats.chat import record, text, words
from acontext_cli.formats.containers import Entry, entries, led
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "swe-agent"
_LISTS = ("history", "messages")
_NOTHING: Json = {}
_INFO = {"exit_status", "submission", "model_stats", "mini_version", "swe_agent_version"}
_COMMAND = re.compile(r"```(?:bash|mswea_bash_command)[ \t]*\n(.*?)\n?```", re.DOTALL)
_CODE = re.compile(r"<returncode>(-?\d+)</returncode>")


def recognises(sample: Sequence[Json]) -> bool:
    parts = [each for part in sample for each in (part, record(part.get("")))]
    return any(map(_is_particular, parts)) or (
        any(_INFO & record(part.get("info")).keys() for part in parts) and any("messages" in part for part in parts)
    )


def read(source: Source) -> Iterator[Origin | Piece]:
    for key, found in groupby(entries(source, _LISTS), lambda entry: entry.conversation):
        yield from led(_Trajectory(key, source.tally).told(found))


def _is_particular(part: Json) -> bool:
    """Whether only these programs write such a part of a document, or such a line."""
    if text(part.get("trajectory_format")).startswith("mini-swe-agent"):
        return True
    for name, marks in (("trajectory", {"observation", "thought"}), ("history", {"role"})):
        held = part.get(name)
        if any("role" in each or "action" in each for each in _objects(held) if marks & each.keys()):
            return True
    return False


def _objects(value: object) -> list[Json]:
    return chat.records(value) or chat.records([value])


class _Trajectory:
    def __init__(self, key: str, tally: Tally) -> None:
        self._origin = Origin(key=key, agent="swe-agent")
        self._tally = tally
        self._calls = Calls()
        self._asked = False

    def told(self, found: Iterator[Entry]) -> Iterator[Origin | Piece]:
        for _, name, value in found:
            if name in ("info", "messages", "trajectory_format"):
                self._learn(name, value)
                yield self._origin
            if name == "history":
                yield self._origin
            if name in _LISTS:
                yield from self._message(record(value))

    def _learn(self, name: str, value: object) -> None:
        """What `info` says of the program; its members differ with the versions."""
        if name != "info":
            self._origin = replace(self._origin, agent="mini-swe-agent")
            return
        info = record(value)
        version = text(info.get("mini_version")) or text(info.get("swe_agent_version"))
        model = text(record(record(record(info.get("config")).get("model"))).get("model_name"))
        self._origin = replace(self._origin, version=version, model=model)

    def _message(self, message: Json) -> Iterator[Piece]:
        role, said = text(message.get("role")), words(message.get("content"))
        if message.get("is_demo"):
            yield self._piece({"role": "user", "content": said}, message, {"kind": "context"})
        elif role == "assistant":
            yield self._assistant(said, message)
        elif role == "tool" or (role == "user" and self._asked and self._calls.open):
            yield from self._results(said, message)
        elif role == "user":
            yield self._user(said, message)
        elif role == "system":
            yield self._piece({"role": "system", "content": said}, message)
        elif role == "exit":
            self._tally.leave_out("how it ended")
        else:
            self._tally.skip("messages without a role that is known")

    def _user(self, said: str, message: Json) -> Piece:
        """The first one states the task. One that follows no action is about the form of an answer."""
        by_person = not self._asked or "UserInterruption" in text(_extra(message).get("interrupt_type"))
        self._asked = True
        return self._piece({"role": "user", "content": said}, message, {} if by_person else {"kind": "notice"})

    def _assistant(self, said: str, message: Json) -> Piece:
        thoughts = "\n".join(text(block.get("thinking")) for block in _objects(message.get("thinking_blocks")))
        self._calls.settle()
        calls = [
            chat.call(self._calls.asked(each.get("id")), function.get("name"), function.get("arguments"))
            for each in chat.records(message.get("tool_calls"))
            if (function := record(each.get("function")))
        ]
        if not calls:
            calls = [
                chat.call(self._calls.asked(""), "bash", {"command": each}) for each in self._actions(message, said)
            ]
        return self._piece(chat.assistant(said, calls, thoughts), message)

    def _actions(self, message: Json, said: str) -> list[str]:
        """The actions that stand in the text."""
        if action := text(message.get("action")).rstrip("\n"):
            return [action]
        if self._origin.agent == "swe-agent":
            return []
        listed = [text(each.get("command")) for each in chat.records(_extra(message).get("actions"))]
        return list(filter(None, listed)) or _COMMAND.findall(said)[:1]

    def _results(self, said: str, message: Json) -> Iterator[Piece]:
        ids = message.get("tool_call_ids")
        for id in ids if isinstance(ids, list) and ids else [message.get("tool_call_id")]:
            yield self._piece(chat.result(self._calls.answered(id), said), message, self._outcome(said, message))

    def _outcome(self, said: str, message: Json) -> Json:
        """Whether the command failed; SWE-agent itself does not say."""
        if self._origin.agent == "swe-agent":
            return {}
        code = _extra(message).get("returncode")
        shown = _CODE.search(said[:200])
        if type(code) is not int and shown:
            code = int(shown[1])
        return {"is_error": code != 0} if type(code) is int else {}

    def _piece(self, body: Json, message: Json, known: Json = _NOTHING) -> Piece:
        at = _extra(message).get("timestamp")
        seconds = at * 1000 if isinstance(at, int | float) else None
        return Piece(body, self._origin.key, at=chat.moment(seconds), meta=known)


def _extra(message: Json) -> Json:
    return record(message.get("extra"))
