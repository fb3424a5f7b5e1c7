"""OpenCode exports: one JSON document `{info, messages: [{info, parts}]}`. A call and its result are one part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from acontext_cli.formats import chat
from acontext_cli.formats.chat import known, record, records, text, words
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "opencode"

_SILENT = {"patch", "snapshot", "file", "agent", "retry", "compaction"}
_STEPS = {"step-start", "step-finish"}
_DONE = {"completed", "error"}


def recognises(sample: Sequence[Json]) -> bool:
    parts = [part for one in sample for part in one.items()]
    infos = [record(value) for key, value in parts if key == "info"]
    messages = [record(value) for key, value in parts if key == "messages"]
    held = [one for one in messages if isinstance(one.get("info"), dict) and isinstance(one.get("parts"), list)]
    return bool(held) or (not messages and any("projectID" in info and "directory" in info for info in infos))


def read(source: Source) -> Iterator[Origin | Piece]:
    origin = told = Origin(agent=NAME)
    for key, value in source.parts():
        if key == "info":
            origin = _origin(record(value), origin)
        elif key != "messages":
            source.tally.leave_out(key or "no message")
        elif isinstance(value, dict):
            info = record(value.get("info"))
            origin = _seen(info, origin)
            for piece in _message(info, value.get("parts"), source.tally):
                if told != origin:
                    yield origin
                    told = origin
                yield piece
        else:
            source.tally.skip("message that is no object")
    if told != origin:
        yield origin


def _origin(info: Json, origin: Origin) -> Origin:
    return replace(
        origin,
        session=text(info.get("id")) or origin.session,
        parent=text(info.get("parentID")),
        version=text(info.get("version")),
        project=text(info.get("directory")),
        title=text(info.get("title")),
    )


def _seen(info: Json, origin: Origin) -> Origin:
    """What the messages tell too."""
    path = record(info.get("path"))
    return replace(
        origin,
        session=origin.session or text(info.get("sessionID")),
        model=_model(info) or origin.model,
        project=origin.project or text(path.get("cwd")) or text(path.get("root")),
    )


def _model(info: Json) -> str:
    return text(info.get("modelID")) or text(record(info.get("model")).get("modelID"))


def _message(info: Json, parts: object, tally: Tally) -> Iterator[Piece]:
    role = info.get("role")
    if not isinstance(parts, list):
        tally.skip("message without parts")
    elif role == "user":
        yield from _user(info, records(parts), tally)
    elif role == "assistant" and info.get("summary") is True:
        tally.leave_out("summary of what went before")
    elif role == "assistant":
        yield from _assistant(info, records(parts), tally)
    else:
        tally.skip(f"message of {text(role) or 'nobody'}")


def _user(info: Json, parts: list[Json], tally: Tally) -> Iterator[Piece]:
    id, at = text(info.get("id")), chat.moment(record(info.get("time")).get("created"))
    typed: list[str] = []
    asked: list[str] = []
    for part in parts:
        kind, said = text(part.get("type")), text(part.get("text"))
        if kind == "text" and part.get("synthetic") is True:
            tally.leave_out("synthetic text")
        elif kind == "text":
            typed.append(said)
        elif kind == "file" and text(part.get("mime")).startswith("image/"):
            typed.append(chat.IMAGE)
        elif kind == "subtask":
            asked.append(words(part.get("prompt")))
        else:
            _pass_over(kind, tally)
    if any(typed):
        yield Piece(chat.user("\n".join(filter(None, typed))), uid=id, at=at)
    if any(asked):
        meta = {"kind": "command"}
        yield Piece(chat.user("\n".join(filter(None, asked))), uid=id and f"{id}/command", at=at, meta=meta)


def _pass_over(kind: str, tally: Tally) -> None:
    if kind in _SILENT or kind in _STEPS:
        tally.leave_out(kind)
    else:
        tally.skip(f"unknown record {kind}")


@dataclass
class _Step:
    """One response: what was said, what was called, what came back."""

    id: str = ""
    at: str = ""
    said: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    tools: list[Json] = field(default_factory=list)
    usage: Json = field(default_factory=dict)


def _assistant(info: Json, parts: list[Json], tally: Tally) -> Iterator[Piece]:
    id, at = text(info.get("id")), chat.moment(record(info.get("time")).get("created"))
    steps = list(_steps(parts, tally))
    if steps and not any(step.usage for step in steps):
        steps[0].usage = _usage(info)
    for number, step in enumerate(steps):
        uid = f"{id}/{step.id}" if number and id else id
        yield from _said(step, uid, at, _model(info))
        yield from _results(step, id, at)
    error = record(info.get("error"))
    if error.get("name") == "MessageAbortedError":
        yield Piece(chat.user(chat.INTERRUPTED), uid=id and f"{id}/aborted", at=at, meta={"kind": "interrupt"})
    elif error:
        tally.leave_out("error")


def _steps(parts: list[Json], tally: Tally) -> Iterator[_Step]:
    """Those that say something. Words that follow on calls are the next response's."""
    step = _Step()
    for part in parts:
        kind = text(part.get("type"))
        begins = kind == "step-start" or (step.tools and kind in ("text", "reasoning"))
        if begins and (step.said or step.thought or step.tools):
            yield step
            step = _Step()
        step.id = step.id or text(part.get("id"))
        step.at = step.at or chat.moment(record(part.get("time")).get("start"))
        if kind == "text":
            step.said.append(text(part.get("text")))
        elif kind == "reasoning":
            step.thought.append(text(part.get("text")))
        elif kind == "tool":
            step.tools.append(part)
        else:
            step.usage = _usage(part) if kind == "step-finish" else step.usage
            _pass_over(kind, tally)
    if step.said or step.thought or step.tools:
        yield step


def _usage(record_: Json) -> Json:
    tokens = record(record_.get("tokens"))
    return {
        **chat.usage(tokens, input="input", output="output"),
        **chat.usage(record(tokens.get("cache")), cached="read"),
    }


def _said(step: _Step, uid: str, at: str, model: str) -> Iterator[Piece]:
    calls = [
        chat.call(tool.get("callID"), tool.get("tool"), record(tool.get("state")).get("input")) for tool in step.tools
    ]
    said, thought = ("\n".join(filter(None, some)) for some in (step.said, step.thought))
    if said or thought or calls:
        meta = known(model=model, usage=step.usage)
        yield Piece(chat.assistant(said, calls, thought), uid=uid, at=step.at or at, meta=meta)


def _results(step: _Step, id: str, at: str) -> Iterator[Piece]:
    for tool in step.tools:
        state, call = record(tool.get("state")), text(tool.get("callID"))
        if text(state.get("status")) not in _DONE:
            continue
        ended = chat.moment(record(state.get("time")).get("end"))
        meta = known(is_error=_failed(state), from_skill=_skill(tool, state))
        yield Piece(chat.result(call, _output(state)), uid=id and f"{id}/{call}", at=ended or at, meta=meta)


def _failed(state: Json) -> bool:
    code = record(state.get("metadata")).get("exit")
    return state.get("status") == "error" or (type(code) is int and code != 0)


def _output(state: Json) -> str:
    said = words(state.get("output")) if state.get("status") == "completed" else words(state.get("error"))
    images = sum(text(one.get("mime")).startswith("image/") for one in records(state.get("attachments")))
    return "\n".join(filter(None, [said, *[chat.IMAGE] * images]))


def _skill(tool: Json, state: Json) -> str:
    if tool.get("tool") == "skill":
        given = record(state.get("input"))
        return text(given.get("name")) or text(given.get("skill")) or "?"
    return chat.skill_shown(chat.call("", tool.get("tool"), state.get("input")))
