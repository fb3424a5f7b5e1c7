"""A careful newcomer's policy, as a model: status and logs first, breadth first, then settings, until one explains
what was seen; with a skill at hand, read it, look first where it says, and follow it only if what it expects holds.

It knows no scenario: names, quantities and cures all come from what the tools answer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from acontext_cli.demo.agent.advice import Advice, advice
from acontext_cli.demo.agent.choice import next_read
from acontext_cli.demo.agent.looks import as_advised, further, looks
from acontext_cli.demo.agent.places import Places, places, wider
from acontext_cli.demo.agent.seen import Seen, Update, read
from acontext_cli.demo.agent.suspect import ENOUGH, LIKELY, WEAK, Suspect
from acontext_cli.demo.agent.suspects import suspects
from acontext_cli.demo.agent.tools import Role
from acontext_cli.messages import Json, ToolCall
from acontext_cli.model import Reply


class PolicyModel:
    """Stands where a language model stands: it sees the conversation and the offered tools, and nothing else."""

    name = "scripted agent"

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:  # noqa: ARG002
        seen = read(messages, tools)
        reading = next_read(seen, {str(cast(Json, tool["function"])["name"]) for tool in tools})
        if reading:
            tool, given = reading
            return _call(tool, given, "A skill seems to fit; reading it first." if tool == "get_skill" else "")
        found = places(seen)
        return _after_change(seen, found) or _next(seen, found, _advised(seen))


def _advised(seen: Seen) -> Advice | None:
    text = seen.last("get_skill_file") or seen.last("get_skill")
    return advice(seen.request, text) if text else None


def _next(seen: Seen, found: Places, advised: Advice | None) -> Reply:
    """The next look, or the change that what was read calls for."""
    suspect = next(_untried(seen, found, advised), None)
    if suspect and _is_time(suspect, seen, found, advised):
        return _change(seen, suspect)
    look = next(looks(seen, found, advised), None)
    if look is None and suspect and suspect.weight >= LIKELY:
        return _change(seen, suspect)
    look = look or next(further(seen, found), None)
    if look:
        return _do(seen, look[0], [look[1]])
    return _change(seen, suspect) if suspect and suspect.weight >= WEAK else _last_resort(seen, found)


def _is_time(suspect: Suspect, seen: Seen, found: Places, advised: Advice | None) -> bool:
    """Whether to act on a suspect before all is looked at."""
    if suspect.weight >= ENOUGH:
        return True
    return advised is not None and suspect.weight >= LIKELY and not as_advised(seen, found, advised)[0]


def _untried(seen: Seen, found: Places, advised: Advice | None) -> Iterator[Suspect]:
    tried = {(update.service, update.key, update.value) for update in seen.updates}
    beyond = [service for service in wider(seen, found, found.chain) if service in seen.configs]
    for suspect in suspects(seen, found.chain, beyond, advised.title if advised else ""):
        if (suspect.setting.service, suspect.setting.key, suspect.new) not in tried:
            yield suspect


def _last_resort(seen: Seen, found: Places) -> Reply:
    if seen.unwell(found.front) and found.front not in {service for _, service in seen.restarts}:
        return _do(seen, "restart", [found.front], "Nothing explains it; a restart may still help.")
    return Reply(text=f"I looked at {', '.join(seen.status)} and found no setting that explains it.")


def _after_change(seen: Seen, found: Places) -> Reply | None:
    """What a change calls for: restarts, a look whether it helped, and taking it back where it did not."""
    change = seen.updates[-1] if seen.updates else None
    if change is None or change.value == _original(seen, change):
        return None
    since = {name for turn, name in seen.restarts if turn > change.turn}
    suffering = [name for name in reversed(found.chain) if name in seen.started_sick]
    missing = [name for name in (change.service, *suffering, found.front) if name not in since]
    if missing:
        return _do(seen, "restart", missing[:1])
    if seen.looked.get(found.front, 0) < max(turn for turn, _ in seen.restarts):
        return _do(seen, "status", [found.front])
    if seen.unwell(found.front):
        original = _original(seen, change)
        given = [change.service, change.key, original]
        return _do(seen, "update", given, f"{change.key} was not it; taking the change back.")
    return Reply(text=_report(seen, change, found.front))


def _original(seen: Seen, change: Update) -> str:
    return seen.originals.get((change.service, change.key), "")


def _report(seen: Seen, change: Update, front: str) -> str:
    was = _original(seen, change)
    return f"Fixed: {change.key} of {change.service} was {was}, now {change.value}; {front} is healthy again."


def _change(seen: Seen, suspect: Suspect) -> Reply:
    own = suspect.setting
    return _do(seen, "update", [own.service, own.key, suspect.new], f"{own.key} is {suspect.why}: {suspect.line}")


def _do(seen: Seen, role: Role, given: Sequence[str], text: str = "") -> Reply:
    tool = seen.tools[role]
    return _call(tool.name, dict(zip(tool.parameters, given, strict=False)), text)


def _call(name: str, arguments: Mapping[str, str], text: str) -> Reply:
    return Reply(text=text, calls=(ToolCall(id="", name=name, arguments=json.dumps(arguments, ensure_ascii=False)),))
