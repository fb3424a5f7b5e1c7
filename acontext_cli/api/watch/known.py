"""Which messages of a call are new, where each call sends its whole history again.

Histories that were sent form a tree: what a call sends is followed from the root as far as it is known, and at the end
of a branch all that comes is new. Where a history leaves its branch (old messages cut off, a summary put in), what was
said before the last reply is new only if it was never said; what comes after it, if it was not said since that reply.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from acontext_cli.api.watch.plain import Key

_ROOT = 0
_RULES = ("system", "developer")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a reply answered."""

    key: Key
    """Of the last message that was sent."""
    seat: int
    before: Key
    """Of the last but one."""


class Known:
    """What was recorded, in order. The place of a message in that order is its seat."""

    def __init__(self) -> None:
        self._next: dict[tuple[int, Key], int] = {}
        """The branches: where a message leads from a node."""
        self._grown: set[int] = set()
        """Seats that something follows, in whatever branch."""
        self._at: list[tuple[Key, int]] = [(("", b""), -1)]
        """The message of each node, and its seat."""
        self._before: list[int] = [_ROOT]
        """What each node follows."""
        self._seats: dict[Key, list[int]] = {}
        """All seats of a message, ascending."""
        self._count = 0
        self._replies: dict[int, int] = {}
        """Of a node the reply that was not sent back yet."""
        self._open: dict[int, _Asked] = {}
        """The seats of such replies."""
        self._answers: dict[Key, int] = {}
        """And the seat of the last of them to a message."""
        self._latest = -1
        """The seat of the last reply."""
        self._said: set[int] = set()
        """Nodes that a reply was recorded for."""

    def begin(self, keys: Sequence[Key]) -> None:
        """What was recorded before."""
        self.sent(keys)
        for seat, key in enumerate(keys):
            if key[0] == "assistant":
                self._await(seat, _Asked(keys[seat - 1], seat - 1, keys[seat - 2]))
                self._latest = seat

    def sent(self, keys: Sequence[Key]) -> tuple[list[int], int]:
        """Which messages of a call are new, by number; and the node that its reply belongs to."""
        node, length = self._followed(keys)
        rest = keys[length:]
        seats = self._found(rest, self._at[node][0]) if self._at[node][1] in self._grown else [None] * len(rest)
        new = []
        for number, (key, seat) in enumerate(zip(rest, seats, strict=True), length):
            if seat is None:
                new.append(number)
            node = self._grow(node, key, self._sit(key) if seat is None else seat)
        return new, node

    def replied(self, node: int, key: Key) -> bool:
        """Whether the reply to a call is new. It is not where the next call came first and has sent it back."""
        there = self._next.get((node, key))
        if there is not None and there not in self._said:
            self._said.add(there)
            return False
        seat = self._sit(key)
        child = self._grow(node, key, seat) if there is None else there
        self._said.add(child)
        self._latest = seat
        self._replies[node] = child
        self._await(seat, _Asked(*self._at[node], self._at[self._before[node]][0]))
        return True

    def _followed(self, keys: Sequence[Key]) -> tuple[int, int]:
        """The node that the messages lead to as far as they are known, and how many these are."""
        node = _ROOT
        for number, key in enumerate(keys):
            child = self._next.get((node, key)) or self._changed(node, key)
            if child is None:
                return node, number
            if self._replies.get(node) == child:
                del self._replies[node]
                self._echoed(self._at[child][1])
            node = child
        return node, len(keys)

    def _changed(self, node: int, key: Key) -> int | None:
        """Our reply where it comes back changed."""
        reply = self._replies.get(node) if key[0] == "assistant" else None
        if reply is not None:
            self._next[node, key] = reply
            self._alias(key, self._at[reply][1])
        return reply

    def _found(self, keys: Sequence[Key], before: Key) -> list[int | None]:
        """The seat of each message that is known."""
        number, reply = self._last_reply(keys, before)
        if number < 0:
            goes_on = any(key[0] == "assistant" and key in self._seats for key in keys)
            return list(self._since(keys, -1 if goes_on else self._latest, None))
        asked = self._echoed(reply)
        earlier: list[int | None] = [self._seat(key) for key in keys[:number]]
        moved = asked if asked and asked.before == (keys[number - 1] if number else before) else None
        later = self._since(keys[number + 1 :], reply, moved)
        return [*earlier, reply, *later]

    def _last_reply(self, keys: Sequence[Key], before: Key) -> tuple[int, int]:
        """The last message that is a reply sent back for the first time, and its seat; or -1."""
        for number in reversed(range(len(keys))):
            key, asked = keys[number], keys[number - 1] if number else before
            if key[0] != "assistant":
                continue
            seats = self._seats.get(key, [])
            if seats and seats[-1] in self._open:
                return number, seats[-1]
            if not seats and asked in self._answers:  # changed on its way back
                self._alias(key, self._answers[asked])
                return number, self._answers[asked]
        return -1, -1

    def _since(self, keys: Iterable[Key], reply: int, moved: _Asked | None) -> Iterable[int | None]:
        """Of messages the seats after a reply.

        A reminder that is put last in every call leaves its old place for the new one: `moved`.
        """
        for key in keys:
            seat = self._seat(key, reply + 1)
            if seat is None and key[0] in _RULES:
                seat = self._seat(key)
            if seat is None and moved and key == moved.key and moved.before[0] not in _RULES:
                seat = moved.seat
            yield seat

    def _seat(self, key: Key, start: int = 0) -> int | None:
        seats = self._seats.get(key, [])
        place = bisect_left(seats, start)
        return seats[place] if place < len(seats) else None

    def _sit(self, key: Key) -> int:
        self._seats.setdefault(key, []).append(self._count)
        self._count += 1
        return self._count - 1

    def _await(self, seat: int, asked: _Asked) -> None:
        self._open[seat] = asked
        self._answers[asked.key] = seat

    def _echoed(self, seat: int) -> _Asked | None:
        asked = self._open.pop(seat, None)
        if asked and self._answers.get(asked.key) == seat:
            del self._answers[asked.key]
        return asked

    def _alias(self, key: Key, seat: int) -> None:
        """Another form of a reply."""
        seats = self._seats.setdefault(key, [])
        seats.insert(bisect_left(seats, seat), seat)

    def _grow(self, node: int, key: Key, seat: int) -> int:
        self._at.append((key, seat))
        self._before.append(node)
        child = self._next[node, key] = len(self._at) - 1
        self._grown.add(self._at[node][1])
        return child
