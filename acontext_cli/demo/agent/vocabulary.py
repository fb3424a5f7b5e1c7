"""The words in which logs and settings speak of limits. Two of them may be words for the same thing."""

import re

from acontext_cli.trace.quantities import nouns

_FULL = re.compile(
    r"exhaust|full|no free|no pooled|refus|turned away|limit|reached|out of memory|oom|kill|too (?:many|large|big|long)"
    r"|exceed|saturat|waiting|overflow|over quota|quota|in use|no room|not respond|timed? ?out|timeout|slow|above|dropp"
    r"|reject|shed|throttl|larger|longer",
    re.IGNORECASE,
)
LIMITS = re.compile(
    r"timeout|deadline|limit|max|pool|size|quota|capacity|depth|worker|ttl|wait|clients|connections|rps|rate|keep|idle"
    r"|budget|memory|skew|batch|parallel|queue|lease|watermark|threshold",
    re.IGNORECASE,
)
CAPS = re.compile(r"max|limit", re.IGNORECASE)
AT_LEAST = re.compile(r"at least|minimum|not below|no less than|or more|>=", re.IGNORECASE)
_KIN = tuple(
    frozenset(alike.split())
    for alike in (
        "pool connection client process session handler slot",
        "keepalive keep idle alive reuse",
        "memory rss heap oom",
        "body payload content request upload input response answer reply respond",
        "rps qps rate throttl",
        "queue backlog pending",
    )
)
"""Words for the same thing: a pool holds connections, which are a server's clients."""


def tells_of_a_limit(text: str) -> bool:
    """Whether a line speaks of something that is used up, refused or late."""
    return bool(_FULL.search(text))


def things(text: str) -> frozenset[str]:
    """What a text speaks of, with what else that is called."""
    return kin(nouns(text))


def kin(found: frozenset[str]) -> frozenset[str]:
    return found.union(*(alike for alike in _KIN if found & alike))
