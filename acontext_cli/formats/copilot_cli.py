"""Copilot CLI event logs: JSON Lines `{type, data, id, timestamp, parentId}`.

What a sub-agent does stands in the same file, under the call that started it: a conversation of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from acontext_cli.formats import chat
from acontext_cli.formats.chat import known, record, records, text, words
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "copilot-cli"

_GROUPS = {"session", "user", "assistant", "tool", "hook", "system", "subagent", "skill", "permission", "model"}
_SENT_BY = {"skill": "context", "command": "command"}
_SENDERS = ("skill", "command", "system", "autopilot", "jit-instruction", "thinking-exhausted", "agent", "schedule")


def recognises(sample: Sequence[Json]) -> bool:
    return sum(map(_is_event, sample)) * 2 > len(sample)


def _is_event(one: Json) -> bool:
    kind = text(one.get("type"))
    known_type = kind == "abort" or ("." in kind and kind.partition(".")[0] in _GROUPS)
    return known_type and isinstance(one.get("data"), dict) and "timestamp" in one


def read(source: Source) -> Iterator[Origin | Piece]:
    log = _Log(source.tally)
    for one in source.records():
        log.take(one)
        if log.ready:
            yield from log.ready
            log.ready = []
    log.end()
    yield from log.ready


class _Log:
    """Takes event after event; what can be given is in `ready`."""

    def __init__(self, tally: Tally) -> None:
        self.ready: list[Origin | Piece] = []
        self._tally = tally
        self._main = Origin(agent=NAME)
        self._agents: dict[str, Origin] = {}
        """What sub-agents are, by the call that started them."""
        self._told: dict[str, Origin] = {"": self._main}
        self._id = ""
        self._at = ""
        self._thought = ""
        self._response = ""
        self._calls: dict[str, str] = {}
        """Calls that were given, each with the skill that it shows."""

    def take(self, one: Json) -> None:
        kind, data = text(one.get("type")), one.get("data")
        self._id, self._at = text(one.get("id")), text(one.get("timestamp"))
        if not isinstance(data, dict):
            self._tally.skip("record without its data")
        elif handle := _EVENTS.get(kind):
            handle(self, data)
        elif kind.partition(".")[0] in _GROUPS:
            self._tally.leave_out(kind)
        else:
            self._tally.skip(f"unknown record {kind}")

    def end(self) -> None:
        self._tell("")

    def _session(self, data: Json) -> None:
        context = record(data.get("context"))
        self._learn(
            session=self._main.session or text(data.get("sessionId")),
            version=text(data.get("copilotVersion")),
            model=text(data.get("selectedModel")),
            project=text(context.get("cwd")) or text(context.get("gitRoot")),
            branch=text(context.get("branch")),
        )

    def _model(self, data: Json) -> None:
        self._learn(model=text(data.get("newModel")))

    def _title(self, data: Json) -> None:
        self._learn(title=text(data.get("title")))

    def _learn(self, **fields: str) -> None:
        self._main = replace(self._main, **{name: value for name, value in fields.items() if value})

    def _agent(self, data: Json) -> None:
        id = text(data.get("toolCallId"))
        if id:
            title = text(data.get("agentDisplayName")) or text(data.get("agentName"))
            chat.remember(self._agents, id, replace(self._sub(id), title=title))
        self._tally.leave_out("subagent.started")

    def _sub(self, call: str) -> Origin:
        """Of a sub-agent, by the call that started it."""
        main = self._main
        session = f"{main.session}/{call}" if main.session else ""
        return replace(main, key=call, session=session, parent=main.session, title="", model="")

    def _tell(self, key: str) -> None:
        origin, told = (self._agents.get(key) or self._sub(key)) if key else self._main, self._told.get(key)
        if told is not origin and told != origin:
            chat.remember(self._told, key, origin)
            self.ready.append(origin)

    def _give(self, data: Json, body: Json, meta: Json, joins: str = "") -> None:
        key = text(data.get("parentToolCallId"))
        self._tell(key)
        self.ready.append(Piece(body, key=key, uid=self._id, joins=joins, at=self._at, meta=meta))

    def _user(self, data: Json) -> None:
        said = words(data.get("content"))
        images = [one for one in records(data.get("attachments")) if text(one.get("mimeType")).startswith("image/")]
        shown = "\n".join(filter(None, [said, *[chat.IMAGE] * len(images)]))
        sender, _, name = text(data.get("source")).partition("-")
        if not shown:
            self._tally.skip("message without content")
        elif text(data.get("source")).startswith(_SENDERS):
            meta = known(kind=_SENT_BY.get(sender, "notice"), from_skill=(name or "?") if sender == "skill" else "")
            self._give(data, chat.user(shown), meta)
        else:
            self._give(data, chat.user(shown), {})

    def _thinking(self, data: Json) -> None:
        self._thought = words(data.get("content"))

    def _assistant(self, data: Json) -> None:
        thought, self._thought = words(data.get("reasoningText")) or self._thought, ""
        calls = [self._call(one.get("toolCallId"), one.get("name"), one) for one in records(data.get("toolRequests"))]
        said = words(data.get("content"))
        if not (said or calls or thought):
            self._tally.leave_out("empty message")
            return
        joins = text(data.get("apiCallId")) or text(data.get("messageId"))
        tokens = chat.usage(data, output="outputTokens") if not joins or joins != self._response else {}
        self._response = joins
        model = text(data.get("model")) or self._main.model
        self._give(data, chat.assistant(said, calls, thought), known(model=model, usage=tokens), joins)

    def _call(self, id: object, name: object, data: Json) -> Json:
        made = chat.call(id, name, data.get("arguments"))
        skill = ""
        if name == "skill":
            arguments = record(data.get("arguments"))
            skill = text(arguments.get("skill")) or text(arguments.get("name")) or "?"
        chat.remember(self._calls, text(id), skill or chat.skill_shown(made))
        return made

    def _started(self, data: Json) -> None:
        """Said already by the assistant's message, but for what a person had run."""
        id = text(data.get("toolCallId"))
        if id and id not in self._calls:
            made = self._call(id, data.get("toolName"), data)
            self._give(data, chat.assistant(calls=[made]), known(model=text(data.get("model"))))

    def _completed(self, data: Json) -> None:
        id, success = text(data.get("toolCallId")), data.get("success")
        result, error = data.get("result"), data.get("error")
        told = record(result).get("content") if isinstance(result, dict) else result
        content = words(told) or words(record(error).get("message")) or words(error)
        failed = not success if type(success) is bool else (True if error else None)
        meta = known(is_error=failed, from_skill=self._calls.get(id, ""))
        self._give(data, chat.result(id, content), meta)

    def _abort(self, data: Json) -> None:
        self._give(data, chat.user(chat.INTERRUPTED), {"kind": "interrupt"})

    def _notification(self, data: Json) -> None:
        if said := words(data.get("content")):
            self._give(data, chat.user(said), {"kind": "notice"})


_EVENTS: dict[str, Callable[[_Log, Json], None]] = {
    "session.start": _Log._session,
    "session.resume": _Log._session,
    "session.model_change": _Log._model,
    "session.title_changed": _Log._title,
    "user.message": _Log._user,
    "assistant.reasoning": _Log._thinking,
    "assistant.message": _Log._assistant,
    "tool.user_requested": _Log._started,
    "tool.execution_start": _Log._started,
    "tool.execution_complete": _Log._completed,
    "subagent.started": _Log._agent,
    "system.notification": _Log._notification,
    "abort": _Log._abort,
}
