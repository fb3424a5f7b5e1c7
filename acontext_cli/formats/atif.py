"""The Agent Trajectory Interchange Format, v1.x: steps, each with its calls and what they found."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby

from acontext_cli.formats import chat
from acontext_cli.formats.calls import Calls
from acontext_cli.formats.chat import record, text, words
from acontext_cli.formats.containers import Entry, entries, led
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.formats.source import Source
from acontext_cli.messages import Json

NAME = "atif"
_LISTS = ("steps", "subagent_trajectories")
_SOURCES = ("user", "system", "agent")


def recognises(sample: Sequence[Json]) -> bool:
    parts = [each for part in sample for each in (part, record(part.get("")))]
    if any(text(part.get("schema_version")).startswith("ATIF") for part in parts):
        return True
    return any(_is_step(record(part.get("steps"))) for part in parts)


def read(source: Source) -> Iterator[Origin | Piece]:
    for key, found in groupby(entries(source, _LISTS), lambda entry: entry.conversation):
        yield from led(_Trajectory(found, Origin(key=key)).told(source.tally))


def _is_step(value: Json) -> bool:
    return "step_id" in value and value.get("source") in _SOURCES


class _Trajectory:
    def __init__(self, found: Iterator[Entry], origin: Origin) -> None:
        self._found = found
        self._origin = origin
        self._ids = {"session_id": "", "trajectory_id": ""}
        self._calls = Calls()
        self._begun = 0

    def told(self, tally: Tally, waiting: "deque[_Trajectory] | None" = None) -> Iterator[Origin | Piece]:
        """Its steps. Those of sub-agents come where they lie, or are left in `waiting`."""
        yield self._origin
        for _, name, value in self._found:
            if name == "steps":
                yield from self._step(record(value), tally)
            elif name == "subagent_trajectories":
                begun = self._begin(record(value))
                if waiting is None:
                    yield from _with_those_within(begun, tally)
                else:
                    waiting.append(begun)
            elif self._knows(name, value):
                yield self._origin

    def _begin(self, whole: Json) -> "_Trajectory":
        """The trajectory of a sub-agent."""
        self._begun += 1
        members = ((name, value) for name, value in whole.items() if name not in _LISTS)
        listed = ((name, each) for name in _LISTS for each in chat.records(whole.get(name)))
        key = f"{self._origin.key or '0'}.{self._begun}"
        found = (Entry(key, *each) for each in chain(members, listed))
        return _Trajectory(found, Origin(key=key, parent=self._origin.session))

    def _knows(self, name: str, value: object) -> bool:
        """Whether this member says more of where it was held."""
        if name in self._ids:
            self._ids[name] = text(value)
            self._origin = replace(self._origin, session=self._session)
        elif name == "agent":
            said = {ours: text(record(value).get(theirs)) for ours, theirs in _AGENT.items()}
            self._origin = replace(self._origin, **said)
        elif name == "extra" and record(value).get("exported_by") == "acontext":
            # Messages of that session have other ids: that it is the same one shows in what was said.
            self._ids = dict.fromkeys(self._ids, "")
            self._origin = replace(self._origin, session="")
        else:
            return False
        return True

    @property
    def _session(self) -> str:
        """The run's id, which its sub-agents may share: they go by their own."""
        own, run, parent = self._ids["trajectory_id"], self._ids["session_id"], self._origin.parent
        return own or (run if run != parent else "") if parent else run or own

    @property
    def _id(self) -> str:
        return self._ids["trajectory_id"] or self._session

    def _step(self, step: Json, tally: Tally) -> Iterator[Piece]:
        if step.get("source") not in _SOURCES:
            tally.skip("steps without a source that is known")
        elif step.get("is_copied_context") is True:
            tally.leave_out("steps copied from another trajectory")
        else:
            number = step.get("step_id")
            uid = f"{self._id}/{number}" if self._id and type(number) is int else ""
            said = Piece(self._body(step), self._origin.key, uid, at=text(step.get("timestamp")), meta=_known(step))
            if any(said.body.get(name) for name in ("content", "tool_calls", "reasoning_content")):
                yield said
            yield from self._results(step, uid, said.at)

    def _body(self, step: Json) -> Json:
        said = words(step.get("message"))
        if step["source"] != "agent":
            return {"role": step["source"], "content": said}
        calls = [
            chat.call(self._calls.asked(each.get("tool_call_id")), each.get("function_name"), each.get("arguments"))
            for each in chat.records(step.get("tool_calls"))
        ]
        return chat.assistant(said, calls, words(step.get("reasoning_content")))

    def _results(self, step: Json, uid: str, at: str) -> Iterator[Piece]:
        """What the calls found. What nobody called for is the output of the surroundings."""
        for number, found in enumerate(chat.records(record(step.get("observation")).get("results")), 1):
            content = words(found.get("content"))
            own = f"{uid}/{number}" if uid else ""
            if found.get("source_call_id") or self._calls.open:
                failed = record(found.get("extra")).get("is_error")
                known = {"is_error": failed} if isinstance(failed, bool) else {}
                body = chat.result(self._calls.answered(found.get("source_call_id")), content)
                yield Piece(body, self._origin.key, own, at=at, meta=known)
            elif content:
                body = {"role": "user", "content": content}
                yield Piece(body, self._origin.key, own, at=at, meta={"kind": "output"})


def _with_those_within(first: _Trajectory, tally: Tally) -> Iterator[Origin | Piece]:
    waiting = deque([first])
    while waiting:
        yield from led(waiting.popleft().told(tally, waiting))


_AGENT = {"agent": "name", "version": "version", "model": "model_name"}
_KINDS = ("command", "output", "interrupt", "notice", "context")


def _known(step: Json) -> Json:
    counts = record(step.get("metrics"))
    used = chat.usage(counts, input="prompt_tokens", output="completion_tokens", cached="cached_tokens")
    kind = record(step.get("extra")).get("kind")
    return chat.known(model=text(step.get("model_name")), usage=used, kind=kind if kind in _KINDS else "")
