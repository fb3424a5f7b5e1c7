"""How an entry says that a person accepted it."""

import re

from acontext_cli.engines.rules.entry import KNOWN
from acontext_cli.skills import ENTRY_TOKENS, tokens

ACCEPTED = "accepted in review"
_COUNT = re.compile(r" \(\d+ sessions?\)\s*$")


def accepted(text: str) -> str:
    """The entry, known to be accepted by a person besides what it was known by; as it was where it has no room."""
    if ACCEPTED in text:
        return text
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if line.startswith(KNOWN)]
    if places:
        lines[places[-1]] = _said(lines[places[-1]])
    else:
        lines.append(f"{KNOWN}{ACCEPTED}")
    told = "\n".join(lines)
    return told if tokens(told) <= ENTRY_TOKENS else text


def _said(line: str) -> str:
    count = _COUNT.search(line)
    end = count.start() if count else len(line.rstrip())
    return f"{line[:end]}; {ACCEPTED}{line[end:]}"
