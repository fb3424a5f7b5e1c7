"""Whether a passage forbids what it names: “never push with --no-verify” asks for nothing."""

import re

_BEFORE = re.compile(
    r"\b(?:never|do not|don't|does not|doesn't|must not|mustn't|should not|shouldn't|shall not|may not|cannot|can't"
    r"|could not|is not|are not|was not|not|avoid(?:s|ed|ing)?|instead of"
    r"|rather than|without|refuse[sd]? to|refusing to|forbid\w*|prohibit\w*|ban(?:s|ned)|block(?:s|ed)|reject(?:s"
    r"|ed)|stop(?:ped)?|no longer|not allowed to|wary of|nor|against"
    r"|no|nie|niemals|nicht|jamais|nunca|ne|pas)\b(?P<between>[^.!?;:\n]{0,60})$",
    re.IGNORECASE,
)
_UNDONE = re.compile(
    r"\b(?:forget|hesitate|fail|miss|skip|neglect|omit|worry|bother|stop|refuse|mind|ask|tell|wait|need|only|just"
    r"|but|and|then|instead|before|until|unless|if|because|so)\b|,",
    re.IGNORECASE,
)
"""What turns a denial round, or ends it."""
_BEHIND = re.compile(
    r"^[^.!?;\n]{0,30}\b(?:is|are|was|were|be|gets?)\s(?:strictly |always |not |never )?(?:forbidden|prohibited"
    r"|banned|disallowed|not allowed|not permitted|never allowed|refused|blocked|rejected|denied)\b"
    r"|^[^.!?;\n]{0,20}\b(?:must|should|may|can) (?:not|never) be\b",
    re.IGNORECASE,
)
_BACK = 90


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether the passage from `start` to `end` is what its sentence forbids."""
    before = text[max(0, start - _BACK) : start]
    found = _BEFORE.search(before.replace("`", ""))
    if found and not _UNDONE.search(found["between"]):
        return True
    return bool(_BEHIND.search(text[end : end + _BACK]))
