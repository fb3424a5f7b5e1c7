"""Which skill to read, and which of its files: what speaks most of the request. Two reads at most."""

import html
import re
from collections.abc import Sequence

from acontext_cli.demo.agent.seen import Seen
from acontext_cli.trace.links import Symptom
from acontext_cli.trace.quantities import words

Read = tuple[str, dict[str, str]]
"""The name of a tool for reading skills, and what to give it."""

_SKILL = re.compile(r"<skill>\s*<name>(.*?)</name>\s*<description>(.*?)</description>", re.DOTALL)
_LINK = re.compile(r"\]\(([\w./-]+\.md)\)")
_FILE = re.compile(r"^- ([\w./-]+\.md)\s*$", re.MULTILINE)
_CRAFT = re.compile(r"incident|outage|troubleshoot|diagnos|infrastructure|\b(?:devops|sre|runbooks?)\b", re.IGNORECASE)
"""What work with status, logs and settings is called."""
_COMMON = frozenset(
    str.split(
        "about after again all and any are been before being but can cause could diagnose did does error errors every "
        "fail failed failing fails find fix fixed for from get had has have how identify into its need not now off one "
        "only our out over please problem request requests resolve return returning returns root service services "
        "should since some started still than that the their then there these they this those today under until use "
        "used users very was were what when where which while who why will with would you your happens known worked "
        "procedures symptoms shows log"
    )
)


def next_read(seen: Seen, offered: set[str]) -> Read | None:
    """The skill that fits, then the file that its index leads to; None where all is read or nothing fits."""
    overview = seen.last("get_skill")
    if "get_skill" not in offered or seen.last("get_skill_file") is not None:
        return None
    if overview is None:
        skill = best_skill(seen.request, seen.system, [tool.name for tool in seen.tools.values()])
        return ("get_skill", {"skill_name": skill}) if skill else None
    file, skill = best_file(seen.request, overview), _skill_read(seen)
    return ("get_skill_file", {"skill_name": skill, "file_path": file}) if file else None


def _skill_read(seen: Seen) -> str:
    return next(str((call.named or {}).get("skill_name", "")) for call, _ in seen.others if call.name == "get_skill")


def catalog(system: str) -> list[tuple[str, str]]:
    """(name, description) of the skills that a system prompt offers."""
    return [(html.unescape(name).strip(), html.unescape(said).strip()) for name, said in _SKILL.findall(system)]


def relevance(request: str, text: str) -> int:
    """How much a text speaks of what a request complains of: codes count more than words."""
    codes = [token for token in Symptom(request).tokens if any(map(str.isdigit, token)) or token.isupper()]
    found = sum(bool(re.search(rf"(?<!\w){re.escape(code)}(?!\w)", text)) for code in codes)
    return 3 * found + len(_telling(text) & _telling(request))


def _telling(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if len(word) > 3) - _COMMON


def best_skill(request: str, system: str, tools: Sequence[str]) -> str:
    """The skill that speaks most of the request; that it is about work with the tools at hand counts too."""
    scored = (
        (relevance(request, f"{name} {said}") + 2 * _for_this_work(f"{name} {said}", tools), name)
        for name, said in catalog(system)
    )
    score, name = max(scored, default=(0, ""))
    return name if score > 1 else ""


def _for_this_work(said: str, tools: Sequence[str]) -> bool:
    return any(tool in said for tool in tools) or bool(_CRAFT.search(said))


def best_file(request: str, overview: str) -> str:
    """The file whose row in the index, or whose name, speaks most of the request; the only file if there is one."""
    rows = [(relevance(request, line), link[1]) for line in overview.splitlines() if (link := _LINK.search(line))]
    files = _FILE.findall(overview)
    score, file = max([*rows, *((relevance(request, name), name) for name in files)], default=(0, ""))
    if score:
        return file
    return rows[0][1] if rows else files[0] if len(files) == 1 else ""
