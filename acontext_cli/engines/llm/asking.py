"""One piece of a model's work: what it calls is validated, answered and bounded, or it ends in one clear error."""

from collections.abc import Iterator
from dataclasses import dataclass

from acontext_cli.conversation import Conversation
from acontext_cli.engines.llm.tools import Toolbox
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json, ToolCall
from acontext_cli.models.kept import KeptModel

MOST_CALLS = 60
"""So many calls of one reply are carried out."""
_MOST_MISTAKES = 8


class NoAnswer(AcontextError):
    """A model that came to no end, or to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a model is asked: a prompt, a text, and the tools to answer with."""

    system: str
    text: str
    tools: Toolbox
    turns: int

    @property
    def messages(self) -> list[Json]:
        return [{"role": "system", "content": self.system}, {"role": "user", "content": self.text}]

    @property
    def nudge(self) -> str:
        return f"That was no call. Answer with calls of these tools: {', '.join(self.tools.names)}."


class Asking:
    """Iterate for the values that a model sends, answer each; `finished` once its reply holds no more of them."""

    def __init__(self, model: KeptModel, asked: Asked) -> None:
        self._model = model
        self._asked = asked
        self._mistakes = 0
        self._last_mistake = ""
        self._refused = False
        self._conversation = Conversation(
            model, asked.tools.schemas, asked.messages, turns=asked.turns, required=True, nudge=asked.nudge
        )

    def __iter__(self) -> Iterator[tuple[ToolCall, object]]:
        self._model.begin()
        for count, call in enumerate(self._conversation):
            if count >= MOST_CALLS * self._asked.turns:
                break
            try:
                value = self._asked.tools.read(call)
            except ValueError as error:
                self.refuse(call, str(error))
                if self._mistakes > _MOST_MISTAKES:
                    break
            else:
                yield call, value
            if not self.waiting:
                self._refused = False

    def answer(self, call: ToolCall, text: str) -> None:
        self._conversation.answer(call, text)

    def refuse(self, call: ToolCall, reason: str) -> None:
        """Tell the model what was wrong with a call; it may do better, a few times."""
        self._mistakes += 1
        self._refused = True
        self._last_mistake = reason
        self.answer(call, f"Error: {reason}")

    @property
    def waiting(self) -> int:
        """How many calls of the last reply are still to come."""
        return self._conversation.waiting

    @property
    def ends(self) -> bool:
        """Whether this call is the last of a reply without a mistake: the model need not be asked for more."""
        return self.waiting <= 1 and not self._refused

    @property
    def is_lost(self) -> bool:
        """Whether the model was at work until its turns were used up, or it had made too many mistakes."""
        return self._conversation.exhausted or self._mistakes > _MOST_MISTAKES

    def failed(self, what: str, *, then: str = "run it again, or try another model") -> NoAnswer:
        """The error that there is no usable answer; what was answered is asked again when the run is repeated."""
        self._model.fail()
        said = " ".join(self._conversation.text.split())[:160]
        why = (
            f"its last call: {self._last_mistake[:200]}" if self._last_mistake else f"it said: {said!r}" if said else ""
        )
        ending = "in too many turns" if self._conversation.exhausted else ""
        told = "; ".join(part for part in (ending, why) if part)
        return NoAnswer(
            f"the model {self._model.name!r} {what}{f' ({told})' if told else ''}: {then} (acontext config check)"
        )
