"""Gemini CLI sessions: one JSON object with `messages`, or JSON Lines: a header, messages, and changes to both.

In lines a message is written again whenever more of it is known, and the last one counts. So the last few are held
back; what comes later than that adds only the results that its calls did not have yet.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from acontext_cli.formats import chat
from acontext_cli.formats.chat import known, record, records, text
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "gemini-cli"

_TYPES = {"user", "gemini", "info", "warning", "error"}
_OTHERS = {"uuid", "message", "payload", "data", "role"}
_CONTEXT = re.compile(r"\s*<session_context>.*?</session_context>\s*", re.DOTALL)
_NOT_TYPED = ("<state_snapshot>", "<session_context>", "This is the Gemini CLI. We are setting up the context")
_CANCELLED = ("Request cancelled", "User cancelled")
_FAILED = {"success": False, "error": True, "cancelled": True}
_MOST_HELD = 64
_MOST_GIVEN = 8192


def recognises(sample: Sequence[Json]) -> bool:
    keys = {key for one in sample for key in one}
    messages = [record(one["messages"]) for one in sample if len(one) == 1 and "messages" in one] or list(sample)
    ours = [one for one in messages if text(one.get("type")) in _TYPES and "id" in one and _OTHERS.isdisjoint(one)]
    return keys >= {"sessionId", "projectHash"} or (
        len(ours) * 2 >= len(messages) and any(one.get("type") == "gemini" for one in ours)
    )


def read(source: Source) -> Iterator[Origin | Piece]:
    session = _Session(source.tally, source.folder)
    for one in source.records() if source.is_lines else ({key: value} for key, value in source.parts()):
        session.take(one)
        if session.ready:
            yield from session.ready
            session.ready = []
    session.end()
    yield from session.ready


class _Session:
    """Takes a line or a part after the other; what can be given is in `ready`."""

    def __init__(self, tally: Tally, folder: str) -> None:
        self.ready: list[Origin | Piece] = []
        self._tally = tally
        self._folder = folder
        """A sub-agent's file stands in a folder that is called like the session which started it."""
        self._origin = self._told = Origin(agent=NAME)
        self._held: dict[str, Json] = {}
        self._given: dict[str, frozenset[str]] = {}
        """What was given, with the calls that had no result."""
        self._standing: dict[str, bool] = {}
        """What no rewind took back: whether a person said it."""
        self._taken_back = 0
        self._after: dict[str, int] = {}
        """Held turns that follow on a rewind."""
        self._unnamed = 0

    def take(self, one: Json) -> None:
        if "$rewindTo" in one:
            self._rewind(text(one["$rewindTo"]))
        elif "$set" in one:
            self._header(record(one["$set"]), again=True)
        elif "type" in one or ("id" in one and "content" in one):
            self._message(one)
        else:
            self._header(one)

    def end(self) -> None:
        for id in list(self._held):
            self._give(id)
        self._tell()

    def _header(self, fields: Json, again: bool = False) -> None:
        below = self._folder if fields.get("kind") == "subagent" and self._folder != "chats" else ""
        told = {
            "session": text(fields.get("sessionId")),
            "parent": text(fields.get("parentSessionId")) or below,
            "title": text(fields.get("summary")),
        }
        if any(told.values()):
            self._origin = replace(self._origin, **{name: value for name, value in told.items() if value})
        messages = fields.get("messages")
        for message in records(messages if isinstance(messages, list) else [messages]):
            self._message(message, again)

    def _message(self, one: Json, again: bool = False) -> None:
        """`again`: as the model is to see it from now on, with its long results masked."""
        id = text(one.get("id"))
        if not id:
            self._unnamed += 1
            id = f"#{self._unnamed}"
        if id in self._held:
            if not again or _open(self._held[id]):
                self._held[id] = one
        elif id in self._given:
            self._complete(id, one)
        else:
            self._hold(id, one)

    def _hold(self, id: str, one: Json) -> None:
        self._held[id] = one
        human = one.get("type") == "user" and bool(_typed(one))
        chat.remember(self._standing, id, human, _MOST_GIVEN)
        if human and self._taken_back:
            self._after[id], self._taken_back = self._taken_back, 0
        if len(self._held) > _MOST_HELD:
            self._give(next(iter(self._held)))

    def _rewind(self, id: str) -> None:
        """To before a message; to before all of them where it is not known."""
        standing = list(self._standing)
        for gone in standing[standing.index(id) if id in self._standing else 0 :]:
            self._taken_back += self._standing.pop(gone)

    def _tell(self) -> None:
        if self._origin is not self._told:
            if self._origin != self._told:
                self.ready.append(self._origin)
            self._told = self._origin

    def _give(self, id: str) -> None:
        one = self._held.pop(id)
        kind, uid = text(one.get("type")), "" if id.startswith("#") else id
        back = self._after.pop(id, None)
        if kind == "user":
            self._user(one, uid, back)
        elif kind == "gemini":
            self._assistant(one, uid)
        elif kind == "info" and chat.words(one.get("content")).startswith(_CANCELLED):
            self._piece(one, chat.user(chat.INTERRUPTED), uid, {"kind": "interrupt"})
        elif kind in _TYPES:
            self._tally.leave_out(kind)
        else:
            self._tally.skip(f"unknown record {kind}")
        chat.remember(self._given, id, _open(one), _MOST_GIVEN)

    def _piece(self, one: Json, body: Json, uid: str, meta: Json) -> None:
        self._tell()
        self.ready.append(Piece(body, uid=uid, at=text(one.get("timestamp")), meta=meta))

    def _user(self, one: Json, uid: str, back: int | None) -> None:
        if said := _typed(one):
            self._piece(one, chat.user(said), uid, known(taken_back=back))
        else:
            self._tally.leave_out("context")

    def _assistant(self, one: Json, uid: str) -> None:
        model = text(one.get("model"))
        if model != self._origin.model and model:
            self._origin = replace(self._origin, model=model)
        made = [chat.call(call.get("id"), call.get("name"), call.get("args")) for call in records(one.get("toolCalls"))]
        said, thought = _said(one.get("content")), _thought(one.get("thoughts"))
        if said or made or thought:
            usage = chat.usage(record(one.get("tokens")), input="input", output="output", cached="cached")
            self._piece(one, chat.assistant(said, made, thought), uid, known(model=model, usage=usage))
        else:
            self._tally.leave_out("empty message")
        self._results(one, uid, [call for call in records(one.get("toolCalls")) if _done(call)])

    def _results(self, one: Json, uid: str, calls: list[Json]) -> None:
        for call in calls:
            id = text(call.get("id"))
            meta = known(is_error=_FAILED.get(text(call.get("status"))), from_skill=_skill(call))
            at = {"timestamp": text(call.get("timestamp")) or one.get("timestamp")}
            self._piece(at, chat.result(id, _outcome(call)), uid and f"{uid}/{id}", meta)

    def _complete(self, id: str, one: Json) -> None:
        """With what is new of a message that was given."""
        missing = self._given[id]
        ended = [call for call in records(one.get("toolCalls")) if text(call.get("id")) in missing and _done(call)]
        self._given[id] = missing - {text(call.get("id")) for call in ended}
        self._results(one, id, ended)


def _typed(one: Json) -> str:
    """What a person typed: without the files that it names, and without the context that stands before it."""
    said = _said(one.get("displayContent")) or _said(one.get("content"))
    said = _CONTEXT.sub("", said, count=1) if said.lstrip().startswith("<session_context>") else said
    return "" if said.startswith(_NOT_TYPED) else said


def _said(content: object) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(filter(None, map(_shown, content if isinstance(content, list) else [content])))


def _shown(part: object) -> str:
    if not isinstance(part, dict):
        return text(part)
    media = record(part.get("inlineData")) or record(part.get("fileData"))
    return chat.IMAGE if text(media.get("mimeType")).startswith("image/") else text(part.get("text"))


def _thought(thoughts: object) -> str:
    parts = [(text(one.get("subject")), text(one.get("description"))) for one in records(thoughts)]
    return "\n".join(": ".join(filter(None, part)) for part in parts if any(part))


def _done(call: Json) -> bool:
    return text(call.get("status")) in _FAILED or bool(call.get("result"))


def _open(one: Json) -> frozenset[str]:
    return frozenset(text(call.get("id")) for call in records(one.get("toolCalls")) if not _done(call))


def _outcome(call: Json) -> str:
    found = call.get("result")
    parts = found if isinstance(found, list) else [found]
    own = [part for part in parts if _answers(part, call.get("id"))]
    told = "\n".join(filter(None, map(_response, own or parts)))
    return told or text(call.get("resultDisplay"))


def _answers(part: object, id: object) -> bool:
    """Whether it is no other call's: those of parallel calls may all stand with each of them."""
    function = record(record(part).get("functionResponse"))
    return function.get("id") in (None, id)


def _response(part: object) -> str:
    function = record(record(part).get("functionResponse"))
    if not function:
        return _shown(part)
    response = function.get("response")
    told = record(response).get("output", record(response).get("error", response))
    said = told if isinstance(told, str) else chat.written(told) if told else ""
    return "\n".join(filter(None, [said, _said(function.get("parts"))]))


def _skill(call: Json) -> str:
    if call.get("name") == "activate_skill":
        return text(record(call.get("args")).get("name")) or "?"
    return chat.skill_shown(chat.call("", call.get("name"), call.get("args")))
