"""How texts are written down: plain, or as JSON within JSON, with backslashes before quotes and ends of lines."""

import re
from functools import cache

QUOTE = r"\\{0,15}[\"'`]"
BLANK = r"(?:[ \t]|\\{1,8}t)"
ANSI = r"(?:(?:\x1b|\\{1,8}(?:u001b|x1b|033|e))\[[\d;]{0,12}m)"
SPACE = r"(?:\s|\\{1,8}[nrt])"


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, whatever the case of letters. Made when it is first needed: most texts need none."""
    return re.compile(pattern, re.IGNORECASE)
