"""What an LLM engine knows besides the messages it is given."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from acontext_cli.distillations import Distillation
from acontext_cli.engines.rules.entry import FORGET_AFTER_DAYS
from acontext_cli.prompts import prompt
from acontext_cli.skills import one_line
from acontext_cli.tasks import Outcome, Task

_MOST_WANTED = 25
_WANTED = "The user wants such things remembered whenever a task holds them, also where they would be refused below:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One session's surroundings; everything may be unknown."""

    tasks: Callable[[], Iterable[Task]] = tuple
    """The tasks found so far."""
    outcomes: Callable[[], tuple[Outcome, ...]] = tuple
    """What was told from outside."""
    wanted: Callable[[], Sequence[tuple[str, str]]] = tuple
    """Name and description of the skills in which a person says what is to be remembered."""
    lessons: Callable[[str, int], Sequence[Distillation]] = lambda _session, _task: ()
    """All that was ever distilled from a task of a session."""
    date: str = ""
    """The day of the conversation, YYYY-MM-DD; empty: that of its messages."""
    input_tokens: int = 20_000
    """What a prompt may hold, its tools included."""
    success: str = ""
    """When a task counts as a success, a sentence of the person's own."""
    failure: str = ""
    forget_after: int = FORGET_AFTER_DAYS
    """So many days a warning holds that nothing confirms; 0: as long as it stands."""

    def extract_prompt(self) -> str:
        said = (
            (f"A task is a success when: {self.success}", self.success),
            (f"A task has failed when: {self.failure}", self.failure),
        )
        told = "".join(f"{sentence}\n" for sentence, given in said if given)
        return prompt("extract", criteria=f"The user has said:\n{told}" if told else "")

    def distill_prompt(self, which: str) -> str:
        listed = "".join(f"- {name}: {one_line(about, 160)}\n" for name, about in self.wanted()[:_MOST_WANTED])
        told = _WANTED + listed if listed else ""
        return prompt("distill", which=which, wanted=told)
