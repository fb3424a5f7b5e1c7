"""Proposals and evidence for the gates in a few words."""

from space import Shown
from traces import Call, transcript

from acontext_cli.engines.engine import Proposal, Space
from acontext_cli.gates import Evidence
from acontext_cli.tasks import Known, Source

ID = "4f2a9c"


def proposed(text: str, title: str = "Gateway 502", skill: str = "gateways") -> Proposal:
    """An entry that is to be added."""
    head = f"## {title} (date: 2026-03-26) <!-- id: {ID} -->\n"
    return Proposal(
        edits=(), lesson="l", entry=ID, action="add", title=title, skill=skill, file="notes.md", text=head + text
    )


def known_by(*calls: Call, source: Source = "check", request: str = "Fix it.", space: Space | None = None) -> Evidence:
    messages = transcript(request, *calls)
    known = Known(source=source, because="the error rate fell to 0")
    return Evidence(known=known, messages=lambda: messages, space=space)


def in_space(space: Shown, *calls: Call, source: Source = "check") -> Evidence:
    return known_by(*calls, source=source, space=space)


def call(result: str, tool: str = "check_status", **arguments: object) -> Call:
    return tool, arguments or {"service": "gateway"}, result
