"""How one server is asked: what it has refused once is left out from then on.

Servers refuse in their own words and with any status, so it is the words that are read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from acontext_cli.messages import Json
from acontext_cli.models.reading import ECHOED

LIMITS = ("max_tokens", "max_completion_tokens")
OPENAI = "https://api.openai.com/v1"

_CHOICE = re.compile(r"tool[_ ]choice", re.IGNORECASE)
_LIMIT = re.compile(r"max_(?:completion_)?tokens", re.IGNORECASE)
_TOO_MUCH = re.compile(r"too (?:large|big|high|many)|at most|context|exceed|maximum", re.IGNORECASE)
_ECHO = re.compile(r"reasoning|thinking", re.IGNORECASE)
_TOOLS = re.compile(r"\btools?\b|tool[_ ]?(?:use|call)|tooling|function[_ ]?call", re.IGNORECASE)
_NAMED = re.compile("|".join(p.pattern for p in (_CHOICE, _LIMIT, _ECHO, _TOOLS)) + "|temperature", re.IGNORECASE)
_COMPLAINT = re.compile(r"support|invalid|unrecogni[sz]ed|unknown|allowed|permitted|requires?\b|cannot", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context[_ ](?:length|window|size)|maximum context|(?:prompt|input|request) (?:is|was )?too (?:long|large)"
    r"|too many (?:input |prompt )?tokens|reduce the length|no user query found",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What is sent to a server that takes it."""

    limits: tuple[str, ...]
    """The names to try for the limit of an answer, first the one that is sent; none: it is not sent."""
    choices: tuple[str, ...] = ("required", "auto")
    """What to try as `tool_choice` where a call is required, likewise."""
    temperature: bool = True
    tools: bool = True
    """Whether tools are offered; else calls are written as JSON in the text."""
    echo: bool = True
    """Whether the fields of a thought are sent back with it."""


def first(base_url: str) -> Way:
    """How a server is asked of which nothing is known yet."""
    openai = base_url.startswith(OPENAI.removesuffix("/v1"))
    return Way(limits=LIMITS[::-1] if openai else LIMITS)


def without(way: Way, sent: Json, status: int, said: str) -> Way | None:
    """How to ask instead, after a refusal in these words; None where nothing that was sent is to blame."""
    if not is_refusal(status, said):
        return None
    if "tool_choice" in sent and _CHOICE.search(said):
        return replace(way, choices=way.choices[1:])
    if "temperature" in sent and "temperature" in said.lower():
        return replace(way, temperature=False)
    if any(name in sent for name in LIMITS) and _LIMIT.search(said):
        return replace(way, limits=() if _TOO_MUCH.search(said) else way.limits[1:])
    if is_too_long(said):
        return None
    if _echoes(sent) and _ECHO.search(said):
        return replace(way, echo=False)
    return replace(way, tools=False) if "tools" in sent and _TOOLS.search(said) else None


def is_refusal(status: int, said: str) -> bool:
    """Whether a server refuses something that was sent, rather than that it failed."""
    if status in (400, 405, 422):
        return True
    # A missing model and a crash may name the same things.
    return status in (404, 500, 501) and bool(_NAMED.search(said) and _COMPLAINT.search(said))


def is_too_long(said: str) -> bool:
    """Whether the prompt is what a server complains of."""
    return _TOO_LONG.search(said) is not None


def without_echo(message: Json) -> Json:
    return {key: value for key, value in message.items() if key not in ECHOED}


def _echoes(sent: Json) -> bool:
    messages = sent["messages"]
    listed = messages if isinstance(messages, Sequence) else ()
    return any(key in message for message in listed if isinstance(message, Mapping) for key in ECHOED)
