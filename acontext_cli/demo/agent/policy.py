"""A careful newcomer's policy, as a model: status and logs first, breadth first, then settings, until one explains
what was seen; with a skill at hand, read it, look first where it says, and follow it only if what it expects holds.

It knows no scenario: names, quantities and cures all come from what the tools answer.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from acontext_cli.demo.agent import advice
from acontext_cli.demo.agent.places import Places, places, wider
from acontext_cli.demo.agent.seen import Seen, read
from acontext_cli.demo.agent.suspects import ENOUGH, LIKELY, WEAK, Suspect, measured, suspects
from acontext_cli.demo.agent.tools import Role
from acontext_cli.messages import Json, ToolCall
from acontext_cli.model import Reply

_INWARD: tuple[Role, ...] = ("logs", "config", "status")
Next = tuple[Role, str]
"""A look: what to do, and at which service."""


class PolicyModel:
    """Stands where a language model stands: it sees the conversation and the offered tools, and nothing else."""

    name = "scripted agent"

    def reply(self, messages: Sequence[Json], tools: Sequence[Json]) -> Reply:
        seen = read(messages, tools)
        system = advice.system_of(messages)
        offered = {str(cast(Json, tool["function"])["name"]) for tool in tools}
        reading = _read_skill(seen, system, offered)
        if reading:
            return reading
        advised = _advised(seen)
        found = places(seen)
        return _after_change(seen, found) or _act(seen, found, advised)


def _read_skill(seen: Seen, system: str, offered: set[str]) -> Reply | None:
    """The skill that fits, then the file that its index leads to: two reads at most."""
    if "get_skill" not in offered:
        return None
    tools = [tool.name for tool in seen.tools.values()]
    overview = advice.text_of(seen.texts, "get_skill")
    if overview is None:
        skill = advice.best_skill(seen.request, system, tools)
        return _call("get_skill", {"skill_name": skill}, "A skill seems to fit; reading it first.") if skill else None
    if advice.text_of(seen.texts, "get_skill_file") is None:
        file = advice.best_file(seen.request, overview)
        skill = str(json.loads(seen.texts[0][1]).get("skill_name", ""))
        return _call("get_skill_file", {"skill_name": skill, "file_path": file}, "") if file else None
    return None


def _advised(seen: Seen) -> advice.Advice | None:
    text = advice.text_of(seen.texts, "get_skill_file") or advice.text_of(seen.texts, "get_skill")
    return advice.advice(seen.request, text) if text else None


def _act(seen: Seen, found: Places, advised: advice.Advice | None) -> Reply:
    """The next look, or the change that what was read calls for."""
    hint = advised.title if advised else ""
    tried = {(service, key) for _, service, key, _ in seen.updates}
    open_to = [
        suspect
        for suspect in suspects(seen, found, _owners(seen, found), hint)
        if (suspect.service, suspect.key) not in tried
    ]
    weight = open_to[0].weight if open_to else 0
    if weight >= ENOUGH and (advised or next(_exploration(seen, found), None) is None):
        return _change(seen, open_to[0])
    if advised and weight >= LIKELY and not _as_advised(seen, found, advised)[0]:
        return _change(seen, open_to[0])
    look = next(_looks(seen, found, advised), None)
    if look is None and weight >= LIKELY:
        return _change(seen, open_to[0])
    look = look or next(_further(seen, found), None)
    if look:
        return _look(seen, *look)
    if weight >= WEAK:
        return _change(seen, open_to[0])
    if seen.sick(found.front) and not any(service == found.front for _, service in seen.restarts):
        return _do(seen, "restart", [found.front], "Nothing explains it; a restart may still help.")
    return Reply(text=f"I looked at {', '.join(seen.status)} and found no setting that explains it.")


def _looks(seen: Seen, found: Places, advised: advice.Advice | None) -> Iterator[Next]:
    """What has not been looked at yet, in the order in which it is worth looking."""
    if advised:
        yield from (look for looks in _as_advised(seen, found, advised) for look in looks)
        for service in found.chain:
            for role in _INWARD:
                yield from _unread(seen, role, [service])
    yield from _exploration(seen, found)
    yield from _unread(seen, "config", found.chain)


def _further(seen: Seen, found: Places) -> Iterator[Next]:
    """Where else a cause may be, when nothing that the symptom leads to explains it."""
    for service in wider(seen, found):
        yield from _unread(seen, "status", [service])
        yield from _unread(seen, "logs", [service])
        yield from _unread(seen, "config", [service])


def _exploration(seen: Seen, found: Places) -> Iterator[Next]:
    for service in (*found.chain, *found.aside):
        yield from _unread(seen, "status", [service])
        yield from _unread(seen, "logs", [service])


def _as_advised(seen: Seen, found: Places, advised: advice.Advice) -> tuple[list[Next], list[Next]]:
    """The looks of a skill's steps that are still to be made, and those that ask what is known already."""
    known = measured(seen, found)
    needed: list[Next] = []
    spare: list[Next] = []
    for look in advised.looks:
        if look.behind < len(found.chain):
            unread = list(_unread(seen, look.role, [found.chain[look.behind]]))
            measures = look.behind > 0 and look.role != "config"
            (spare if measures and known else needed).extend(unread)
            known = known or measures
    return needed, spare


def _unread(seen: Seen, role: Role, services: Iterable[str]) -> Iterator[Next]:
    done = set(seen.status if role == "status" else seen.logs if role == "logs" else seen.configs)
    if role in seen.tools:
        yield from ((role, service) for service in services if service not in done and seen.known(service))


def _owners(seen: Seen, found: Places) -> tuple[str, ...]:
    return (*found.chain, *(service for service in wider(seen, found) if service in seen.configs))


def _after_change(seen: Seen, found: Places) -> Reply | None:
    """What a change calls for: restarts, a look whether it helped, and taking it back where it did not."""
    if not seen.updates:
        return None
    turn, service, key, value = seen.updates[-1]
    original = seen.originals.get((service, key), "")
    since = {name for at, name in seen.restarts if at > turn}
    sick = [
        name
        for name in dict.fromkeys((service, *seen.started_sick, found.front))
        if name == service or name in seen.started_sick or name == found.front
    ]
    if value == original:
        return None
    missing = [name for name in sick if name not in since]
    if missing:
        return _do(seen, "restart", [missing[0]], "")
    if seen.looked.get(found.front, 0) < max(at for at, _ in seen.restarts):
        return _look(seen, "status", found.front)
    if not seen.sick(found.front):
        return Reply(text=f"Fixed: {key} of {service} was {original}, now {value}; {found.front} is healthy again.")
    return _do(seen, "update", [service, key, original], f"{key} was not it; taking the change back.")


def _change(seen: Seen, suspect: Suspect) -> Reply:
    return _do(
        seen, "update", [suspect.service, suspect.key, suspect.new], f"{suspect.key} is {suspect.why}: {suspect.line}"
    )


def _look(seen: Seen, role: Role, service: str) -> Reply:
    return _do(seen, role, [service], "")


def _do(seen: Seen, role: Role, given: list[str], text: str) -> Reply:
    tool = seen.tools[role]
    return _call(tool.name, dict(zip(tool.parameters, given, strict=False)), text)


def _call(name: str, arguments: dict[str, str], text: str) -> Reply:
    return Reply(text=text, calls=(ToolCall(id="", name=name, arguments=json.dumps(arguments, ensure_ascii=False)),))
