"""The LLM engine put together: a model that is never asked twice, and the three judgements that ask it."""

from collections.abc import Iterable, Iterator, Mapping

from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Finding, Placed, Proposed, Space
from acontext_cli.engines.llm.context import Context
from acontext_cli.engines.llm.distilling import Distilling
from acontext_cli.engines.llm.extraction import Extraction
from acontext_cli.engines.llm.foreseen import Foreseen
from acontext_cli.engines.llm.learning import Learning
from acontext_cli.messages import Message
from acontext_cli.model import Model, Usage
from acontext_cli.models.kept import KeptModel
from acontext_cli.session.answers import Answers
from acontext_cli.tasks import Task


class LlmEngine:
    """A model at work on one session; see `engine.Engine` for the three judgements."""

    name = "llm"

    def __init__(self, model: Model, context: Context | None = None, answers: Answers | None = None) -> None:
        """`answers`: what the model said before about this session; without it, only what this object heard."""
        self.model = model.name
        self._model = KeptModel(model, answers or Answers())
        self._context = context or Context()
        self._foreseen = Foreseen(self._model.answers, self._model.identity)

    @property
    def usage(self) -> Usage:
        return self._model.usage

    def extract(self, messages: Iterable[Placed], number: int) -> Iterator[Task]:
        # All or none: a run that is cut off asks for the same parts again, and finds their answers kept.
        yield from list(Extraction(self._model, self._context, self._foreseen).tasks(messages, number))

    def distill(self, task: Task, messages: Iterable[Message]) -> tuple[Finding, ...]:
        return Distilling(self._model, self._context, self._foreseen).findings(task, messages)

    def learn(self, items: Iterable[Distillation], space: Space, names: Mapping[str, str]) -> Proposed:
        return Learning(self._model, self._context, space, names).proposals(items)
