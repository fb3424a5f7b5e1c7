"""The ids of a conversation's calls, where the source leaves some out."""

_MOST_OPEN = 1000


class Calls:
    """A call without an id is numbered; a result without one answers the oldest call that waits for one."""

    def __init__(self) -> None:
        self._count = 0
        self._open: dict[str, None] = {}

    @property
    def open(self) -> bool:
        """Whether a call waits for its result."""
        return bool(self._open)

    def settle(self) -> None:
        """No call waits any longer: the conversation went on."""
        self._open.clear()

    def asked(self, id: object) -> str:
        """The id of a call."""
        self._count += 1
        found = _text(id) or f"call_{self._count}"
        if len(self._open) >= _MOST_OPEN:  # a source without results
            del self._open[next(iter(self._open))]
        self._open[found] = None
        return found

    def answered(self, id: object) -> str:
        """The id of the call that a result answers; empty where there is none."""
        found = _text(id) or next(iter(self._open), "")
        self._open.pop(found, None)
        return found


def _text(id: object) -> str:
    return id if isinstance(id, str) else str(id) if type(id) is int else ""
