"""Codex CLI rollouts: JSON Lines `{timestamp, type, payload}`, and the bare response items from before version 0.46."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import cast

from acontext_cli.formats import chat, codex_tools
from acontext_cli.formats.chat import record, records, text, words
from acontext_cli.formats.codex_typed import Typed
from acontext_cli.formats.dialogue import Dialogue
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "codex"

_ENVELOPES = {"session_meta", "turn_context", "response_item", "event_msg", "compacted", "world_state"}
_SILENT = ("compacted", "world_state", "inter_agent_communication_metadata")
_SILENT_ITEMS = ("ghost_snapshot", "compaction", "compaction_summary", "context_compaction", "compaction_trigger")
_SILENT_EVENTS = re.compile(
    "agent_|task_|turn_|item_|exec_|patch_|mcp_|web_search_|image_generation_|collab_|guardian_|sub_agent_|thread_|"
    "dynamic_tool_|undo_|hook_|plan_|context_compacted|exited_review|view_image|error|warning|stream_error|"
    "background_event|shutdown|session_configured|deprecation|raw_response|reasoning_|skills_|model_|request_"
)
_TOKENS = {"input": "input_tokens", "output": "output_tokens", "cached": "cached_input_tokens"}
_MOST_SEARCHES = 32


def recognises(sample: Sequence[Json]) -> bool:
    rollout = sum(isinstance(one.get("payload"), dict) and text(one.get("type")) in _ENVELOPES for one in sample)
    return rollout * 2 > len(sample) or (len(sample) > 1 and _opens_bare(sample[0]))


def read(source: Source) -> Iterator[Origin | Piece]:
    rollout = _Rollout(source.tally)
    dialogue = rollout.dialogue
    for one in source.records():
        rollout.take(one)
        if dialogue.ready:
            yield from dialogue.ready
            dialogue.ready = []
    rollout.typed.settle()
    dialogue.end()
    yield from dialogue.ready


def _opens_bare(one: Json) -> bool:
    return "type" not in one and {"id", "timestamp"} <= one.keys() and not {"instructions", "git"}.isdisjoint(one)


@lru_cache(256)
def _is_silent(event: str) -> bool:
    return _SILENT_EVENTS.match(event) is not None


class _Rollout:
    """Takes record after record and tells the dialogue."""

    def __init__(self, tally: Tally) -> None:
        self.dialogue = Dialogue(NAME)
        self.typed = Typed(self.dialogue, tally)
        self._tally = tally
        self._failed: dict[str, bool] = {}
        """How calls came out, as events told it before their results."""
        self._skills: dict[str, str] = {}
        self._searches: dict[str, str] = {}

    def take(self, one: Json) -> None:
        kind, payload, at = one.get("type"), one.get("payload"), one.get("timestamp")
        self.dialogue.at = at if isinstance(at, str) else ""
        if not isinstance(payload, dict):
            self._bare(text(kind), one)
        elif kind == "response_item":
            self._part(_ITEMS, payload)
        elif kind == "event_msg":
            self._part(_EVENTS, payload)
        else:
            self._other(text(kind), payload)

    def _other(self, kind: str, payload: Json) -> None:
        if kind == "session_meta":
            self._session(payload)
        elif kind == "turn_context":
            self.dialogue.learn(model=text(payload.get("model")))
            self._tally.leave_out(kind)
        elif kind in _SILENT:
            self._tally.leave_out(kind)
        else:
            self._tally.skip(f"unknown record {kind}")

    def _bare(self, kind: str, one: Json) -> None:
        if _opens_bare(one):
            self._session(one)
        elif "record_type" in one:
            self._tally.leave_out("state")
        elif kind in _ENVELOPES:
            self._tally.skip(f"{kind} without its payload")
        else:
            self._part(_ITEMS, one)

    def _part(self, handlers: "dict[str, Callable[[_Rollout, Json], None]]", part: Json) -> None:
        kind = text(part.get("type"))
        if handle := handlers.get(kind):
            handle(self, part)
        elif _is_silent(kind) if handlers is _EVENTS else kind in _SILENT_ITEMS:
            self._tally.leave_out(kind)
        else:
            self._tally.skip(f"unknown record {kind}")

    def _session(self, meta: Json) -> None:
        id, origin = text(meta.get("id")) or text(meta.get("session_id")), self.dialogue.origin
        if origin.session:  # what went on from another session holds that one's records, its opening too
            self.dialogue.learn(forked=origin.forked or (id if id != origin.session else ""))
            return
        spawned = record(record(record(meta.get("source")).get("subagent")).get("thread_spawn"))
        self.dialogue.learn(
            session=id,
            parent=text(meta.get("parent_thread_id")) or text(spawned.get("parent_thread_id")),
            forked=text(meta.get("forked_from_id")),
            version=text(meta.get("cli_version")),
            project=text(meta.get("cwd")),
            branch=text(record(meta.get("git")).get("branch")),
        )

    def _message(self, item: Json) -> None:
        role, content = text(item.get("role")), item.get("content")
        if role == "user":
            self.typed.item(content)
        elif role != "assistant":
            self._tally.leave_out(f"{role} message")
        elif said := words(content):
            self._say(chat.assistant(said))

    def _say(self, body: Json) -> None:
        self.typed.settle()
        self.dialogue.say(body)

    def _reasoning(self, item: Json) -> None:
        if thought := words(item.get("summary")) or words(item.get("content")):
            self._say(chat.assistant(reasoning=thought))
        else:
            self._tally.leave_out("encrypted reasoning")

    def _call(self, item: Json) -> None:
        made = codex_tools.called(item)
        id = cast(str, made["id"])
        self._say(chat.assistant(calls=[made]))
        if skill := chat.skill_shown(made):
            chat.remember(self._skills, id, skill)
        if found := self._searches.pop(id, "") or (chat.IMAGE if item.get("result") else ""):
            self._result(id, found)

    def _output(self, item: Json) -> None:
        id = text(item.get("call_id"))
        content, failed = codex_tools.outcome(item.get("output"))
        self._result(id, content, self._failed.pop(id, failed))

    def _tools_found(self, item: Json) -> None:
        self._result(text(item.get("call_id")), chat.written(item.get("tools")))

    def _result(self, id: str, content: str, failed: bool | None = None) -> None:
        self.typed.settle()
        self.dialogue.result(id, content, failed, self._skills.pop(id, ""))

    def _from_agent(self, item: Json) -> None:
        if said := words(item.get("content")):
            self._notice(said, "notice")
        else:
            self._tally.leave_out("encrypted message")

    def _notice(self, said: str, kind: str) -> None:
        self.typed.settle()
        self.dialogue.notice(said, kind=kind)

    def _user_message(self, event: Json) -> None:
        if event.get("kind") in ("environment_context", "user_instructions"):
            self._tally.leave_out("context")
            return
        images = [some for some in (event.get("images"), event.get("local_images")) if isinstance(some, list)]
        self.typed.event(words(event.get("message")), sum(map(len, images)))

    def _completed(self, event: Json) -> None:
        item = record(event.get("item"))
        if item.get("type") == "UserMessage":
            self.typed.item(words(item.get("content")), "completed")
        else:
            self._ended({**item, "type": "item_completed", "call_id": item.get("id")})

    def _ended(self, event: Json) -> None:
        """A call did; its result comes after this."""
        self._tally.leave_out(text(event.get("type")))
        id = text(event.get("call_id"))
        if id and (failed := codex_tools.failed(event)) is not None:
            chat.remember(self._failed, id, failed)

    def _searched(self, event: Json) -> None:
        self._tally.leave_out("web_search_end")
        if found := records(event.get("results")):
            chat.remember(self._searches, text(event.get("call_id")), chat.written(found), _MOST_SEARCHES)

    def _tokens(self, event: Json) -> None:
        self._tally.leave_out("token_count")
        if counts := record(record(event.get("info")).get("last_token_usage")):
            self.dialogue.tokens(chat.usage(counts, **_TOKENS))

    def _aborted(self, event: Json) -> None:
        if event.get("reason") in ("interrupted", "replaced", None):
            self.typed.settle()
            self.dialogue.interrupt()

    def _rolled_back(self, event: Json) -> None:
        self.typed.settle()
        turns = event.get("num_turns")
        self.dialogue.taken_back += turns if type(turns) is int and turns > 0 else 0

    def _review(self, event: Json) -> None:
        asked = words(event.get("prompt")) or words(record(event.get("target")).get("instructions"))
        self._notice(f"/review {asked or words(event.get('user_facing_hint'))}".strip(), "command")


_ITEMS: dict[str, Callable[[_Rollout, Json], None]] = {
    "message": _Rollout._message,
    "reasoning": _Rollout._reasoning,
    "function_call": _Rollout._call,
    "function_call_output": _Rollout._output,
    "custom_tool_call": _Rollout._call,
    "custom_tool_call_output": _Rollout._output,
    "local_shell_call": _Rollout._call,
    "web_search_call": _Rollout._call,
    "tool_search_call": _Rollout._call,
    "tool_search_output": _Rollout._tools_found,
    "image_generation_call": _Rollout._call,
    "agent_message": _Rollout._from_agent,
}
_EVENTS: dict[str, Callable[[_Rollout, Json], None]] = {
    "user_message": _Rollout._user_message,
    "item_completed": _Rollout._completed,
    "token_count": _Rollout._tokens,
    "turn_aborted": _Rollout._aborted,
    "thread_rolled_back": _Rollout._rolled_back,
    "thread_name_updated": lambda rollout, event: rollout.dialogue.learn(title=text(event.get("thread_name"))),
    "entered_review_mode": _Rollout._review,
    "web_search_end": _Rollout._searched,
    "exec_command_end": _Rollout._ended,
    "patch_apply_end": _Rollout._ended,
    "mcp_tool_call_end": _Rollout._ended,
    "dynamic_tool_call_response": _Rollout._ended,
}
