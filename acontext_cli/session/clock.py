"""Where times and ids come from when nobody gives them."""

import os
import time
from functools import lru_cache


def now() -> str:
    """UTC, ISO 8601, with milliseconds."""
    milliseconds = time.time_ns() // 1_000_000
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03}Z"


def new_id() -> str:
    """An id for a message."""
    return "m" + os.urandom(6).hex()


@lru_cache(maxsize=1)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
