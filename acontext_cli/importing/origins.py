"""What session.json says of an imported session. All of it comes from a file: it is cut to a line, and never a path."""

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import NAMESPACE_URL, UUID, uuid5

from acontext_cli.files import write_whole
from acontext_cli.formats import Origin
from acontext_cli.session import Session, about

_LONGEST = {"project": 1000, "name": 80}
_PLAN = re.compile(r"Implement the following plan:\s*#+ *(?:Plan: *)?(.{1,200})")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


def session_id(format: str, agent: str, source: str) -> str:
    """The id of the session that its source calls so: the same wherever it is taken in.

    That is the source's own where an agent's own format has a UUID; in another format the session is another one.
    """
    derived = str(uuid5(NAMESPACE_URL, f"acontext:{format}:{agent}:{source}".encode("utf-8", "replace").decode()))
    try:
        return str(UUID(source)) if format == agent and len(source) == 36 else derived
    except ValueError:
        return derived


def facts(format: str, origin: Origin, redacted: Callable[[str], str]) -> dict[str, str]:
    """The fields of `About` that an origin tells."""
    told = {
        "agent": origin.agent,
        "version": origin.version,
        "model": origin.model,
        "project": origin.project,
        "branch": origin.branch,
        "parent": session_id(format, origin.agent, origin.parent) if origin.parent else "",
        "forked": session_id(format, origin.agent, origin.forked) if origin.forked else "",
    }
    return {name: line(redacted(text), _LONGEST.get(name, 200)) for name, text in told.items()}


def name(origin: Origin, said: str, redacted: Callable[[str], str]) -> str:
    """What to call a session: its title, else that of the plan it was handed, else how the first request begins."""
    plan = _PLAN.match(said)
    told = origin.title or (f"Plan: {plan[1]}" if plan else said[:2000])
    return line(redacted(told), _LONGEST["name"]).lstrip("@ ")


def time(at: str) -> str:
    """A time as a source tells it, empty where it is none."""
    return at if _TIME.fullmatch(at) else ""


def describe(session: Session, format: str, origin: Origin, redacted: Callable[[str], str]) -> None:
    """Add to session.json what became known later."""
    told = {field: text for field, text in facts(format, origin, redacted).items() if text}
    if origin.title:
        told["name"] = name(origin, "", redacted)
    stored = about.opened(session.folder)
    if replace(stored, **told) != stored:
        write_whole(session.folder / about.FILE, replace(stored, **told).data())


def line(text: str, longest: int) -> str:
    """The text on one line, without what cannot be printed."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * longest]).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
