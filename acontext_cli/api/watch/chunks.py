"""The chunks of a streamed reply added up to the message they make. Servers bend the form, so any chunk is taken."""

from collections.abc import Mapping

from acontext_cli.api.watch.plain import plain
from acontext_cli.messages import Json

_ONCE = ("role", "id", "type", "index", "format", "signature")
"""Members that are told whole, though some servers repeat them in every chunk."""


class Sum:
    """What came of a reply so far."""

    def __init__(self) -> None:
        self.is_done = False
        """Whether the model has said that it is."""
        self._said: dict[str, object] = {}
        self._calls: list[dict[str, object]] = []
        self._places: dict[object, int] = {}

    def add(self, chunk: object) -> None:
        choice = next(filter(_is_first, getattr(chunk, "choices", None) or ()), None)
        delta = plain(getattr(choice, "delta", None))
        self.is_done |= bool(getattr(choice, "finish_reason", None))
        if not isinstance(delta, dict):
            return
        calls = delta.pop("tool_calls", None)
        for call in calls if isinstance(calls, list) else []:
            if isinstance(call, dict):
                self._add_call(call)
        self._said = _joined(self._said, delta)

    @property
    def message(self) -> Json | None:
        """The message in the OpenAI form, or nothing where nothing was said."""
        said = {name: value for name, value in self._said.items() if name != "role" and value not in ("", None)}
        if not (said or self._calls or self.is_done):
            return None
        calls = {"tool_calls": self._calls} if self._calls else {}
        return {"role": "assistant", "content": said.pop("content", None), **said, **calls}

    def _add_call(self, part: dict[str, object]) -> None:
        index = part.pop("index", None)
        place = self._place(index, part)
        if place == len(self._calls):
            self._calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        if index is not None:
            self._places[index] = place
        self._calls[place] = _joined(self._calls[place], part)

    def _place(self, index: object, part: Json) -> int:
        """The number of the call that a part belongs to."""
        last = len(self._calls) - 1
        place = last if index is None else self._places.get(index, last + 1)
        if place < 0:
            return 0
        id = part.get("id")
        another = place <= last and id and self._calls[place]["id"] not in ("", id)  # some give all calls the index 0
        return last + 1 if another else place


def _is_first(choice: object) -> bool:
    return getattr(choice, "index", None) in (0, None)


def _joined(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    found = dict(old)
    for name, value in new.items():
        found[name] = _added(found.get(name), value, name)
    return found


def _added(old: object, new: object, name: str) -> object:
    if new is None or (name in _ONCE and old):
        return old
    if isinstance(old, str) and isinstance(new, str):
        return old if name == "name" and old == new else old + new
    if isinstance(old, list) and isinstance(new, list):
        return old + new
    if isinstance(old, dict) and isinstance(new, dict):
        return _joined(old, new)
    return old if isinstance(old, str) and old else new
