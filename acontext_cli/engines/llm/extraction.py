"""Extraction: the transcript in parts, each shown with what was found before it; the last task of a part may go on.

The verdicts on tasks that a part shows whole are asked for in the same call.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from acontext_cli.engines.engine import Placed
from acontext_cli.engines.llm.asking import Asked, Asking
from acontext_cli.engines.llm.context import Context
from acontext_cli.engines.llm.fence import fenced
from acontext_cli.engines.llm.foreseen import Foreseen, fits
from acontext_cli.engines.llm.parting import WISH, Parting, quiet_task
from acontext_cli.engines.llm.reports import NoTask, Report, TaskReport, empty_field, same, toolbox
from acontext_cli.engines.llm.shown import Shown, date_line, parts, shown
from acontext_cli.engines.rules.statements import may_state
from acontext_cli.models.kept import KeptModel
from acontext_cli.session.told import told as with_outcomes
from acontext_cli.skills import one_line, tokens
from acontext_cli.tasks import Task

_EARLIER = 6
"""So many earlier tasks are told."""
_TURNS = 5
_BESIDES = 1_800
"""Tokens that are kept for what stands beside the transcript, and for what is answered to the model."""
_EACH = "each finished task (success or failed), by its number and in the same answer,"
_TOLD, _MOST_TOLD = 160, 6
_MOST_OUTCOMES = 10
_QUIET = 3
"""So few words of the user, without a call of the agent, ask for nothing that could teach anything."""


@dataclass(slots=True)
class _Found:
    """What a model reports of a part, by the numbers that it gives."""

    tasks: dict[int, TaskReport] = field(default_factory=dict)
    verdicts: dict[int, list[Report]] = field(default_factory=dict)

    def verdicts_on(self, number: int) -> list[Report]:
        """The verdicts on a task; those that name none are on the only one there is."""
        unnamed = self.verdicts.get(0, []) if len(self.tasks) == 1 else []
        return [*self.verdicts.get(number, []), *unnamed]

    def clash(self, value: object) -> str:
        """Why a report cannot stand beside the others, in words; empty where it can."""
        if not isinstance(value, TaskReport):
            return ""
        same = [
            each.number for each in self.tasks.values() if each.first == value.first and each.number != value.number
        ]
        return f"task {same[0]} begins at {value.first} already: what one message asks for is one task" if same else ""

    def covers(self, part: Sequence[Placed]) -> int:
        """The last message up to which everything that a person said belongs to a task; 0 where it all does."""
        asked = [number for number, placed in enumerate(part, 1) if placed[0].is_human]
        last = max((report.last for report in self.tasks.values()), default=0)
        return last if self.tasks and asked and last < asked[-1] else 0


class Extraction:
    """The tasks of a session."""

    def __init__(self, model: KeptModel, context: Context, foreseen: Foreseen) -> None:
        self._model = model
        self._context = context
        self._foreseen = foreseen
        self._extract, self._distill = context.extract_prompt(), context.distill_prompt(_EACH)
        fixed = tokens(self._extract + self._distill) + toolbox(extract=True, distill=True).tokens
        self._budget = max(500, context.input_tokens - fixed - _BESIDES)
        self._told: list[Task] = []

    def tasks(self, messages: Iterable[Placed], number: int) -> Iterator[Task]:
        self._told = [task for task in self._context.tasks() if task.number < number]
        held: Task | None = None
        for part in parts(messages, self._budget):
            found = self._found(part, held, number)
            number = found[-1].number + 1 if found else number
            done = _ended(held, found)
            yield from done
            self._told = [*self._told, *done][-_EARLIER:]
            held = found[-1] if found else held
        if held:
            yield held

    def _found(self, part: Sequence[Placed], held: Task | None, number: int) -> list[Task]:
        """The tasks of a part, the held one first where it goes on in it."""
        if not held and not any(message.is_human for message, _, _ in part):
            return []
        if not held and _is_quiet(part):
            return [quiet_task(part, number)]
        seen = shown([message for message, _, _ in part], self._budget)
        found = self._asked(part, seen, held, number)
        if not found.tasks:
            return [quiet_task(part, number)]
        tasks = Parting(part, seen, held, number).tasks(list(found.tasks.values()))
        self._foresee(found, tasks, seen, held)
        return [task for task, _ in tasks]

    def _asked(self, part: Sequence[Placed], seen: Shown, held: Task | None, number: int) -> _Found:
        day = date_line(self._context.date, [message for message, _, _ in part])
        text = "\n\n".join(filter(None, (self._earlier(held, number), day, seen.text, self._outside(part))))
        judged = _as_well_as_apart(part, seen)
        system, tools = self._extract, toolbox(extract=True, distill=judged)
        if judged:
            system = f"{system}\n{self._distill}"
        asking = Asking(self._model, Asked(system=system, text=text, tools=tools, turns=_TURNS))
        found, reminded = _Found(), False
        for call, value in asking:
            if problem := _problem(value, len(part)) or found.clash(value):
                asking.refuse(call, problem)
                continue
            if isinstance(value, NoTask) and not (held or found.tasks) and asking.waiting <= 1:
                return _Found()
            _take(found, value)
            gap = found.covers(part)
            if asking.waiting > 1 or (found.tasks and not asking.ends):
                asking.answer(call, "Recorded.")
            elif found.tasks and (reminded or not gap):
                return found
            else:
                reminded = bool(found.tasks)
                asking.answer(call, _missing(gap))
        if not found.tasks:
            raise asking.failed("reported no task")
        return found

    def _earlier(self, held: Task | None, number: int) -> str:
        tasks = [*self._told, *([held] if held else ())][-_EARLIER:]
        if not tasks:
            return ""
        lines = [_told(task, with_progress=task in tasks[-2:]) for task in tasks]
        goes_on = f" Task {held.number} may go on below: then report it again under its number." if held else ""
        next_number = f"The next new task has number {held.number + 1 if held else number}."
        return f"Tasks found before this part:\n{fenced('tasks', chr(10).join(lines))}\n{next_number}{goes_on}"

    def _outside(self, part: Sequence[Placed]) -> str:
        """What was told from outside about what this part shows."""
        lines = []
        for outcome in self._context.outcomes():
            before = [number for number, placed in enumerate(part, 1) if placed[2] <= outcome.upto]
            if before and (outcome.task or outcome.upto <= part[-1][2]):  # else it is about what stands further on
                where = f"task {outcome.task}" if outcome.task else f"the task at message {before[-1]}"
                lines.append(f"- {where}: {outcome.status}. {one_line(outcome.reason, 300)}".rstrip(". "))
        shown = lines[-_MOST_OUTCOMES:]
        return "Told from outside how it came out, which settles the status:\n" + "\n".join(shown) if shown else ""

    def _foresee(self, found: _Found, tasks: "Sequence[tuple[Task, int]]", seen: Shown, held: Task | None) -> None:
        """Keep the verdicts on the tasks that this part shows whole."""
        as_told = with_outcomes([task for task, _ in tasks], self._context.outcomes())
        for task, (_, given) in zip(as_told, tasks, strict=True):
            goes_on = held is not None and task.number == held.number
            verdicts = found.verdicts_on(given)
            if task.finished and not goes_on and verdicts and all(fits(each, task) for each in verdicts):
                self._foreseen.keep(task, verdicts, seen)


def _ended(held: Task | None, found: Sequence[Task]) -> list[Task]:
    """The tasks that cannot go on: the running one where a part does not hold it, and all but the last of the part."""
    running = [held] if held and all(task.number != held.number for task in found) else []
    return [*running, *found[:-1]]


def _as_well_as_apart(part: Sequence[Placed], seen: Shown) -> bool:
    """Whether a part shows its tasks as well as a call of their own would: then it asks for their verdicts too."""
    return not seen.cut or sum(message.is_human for message, _, _ in part) == 1


def _take(found: _Found, value: object) -> None:
    """A second report of the same task corrects the first, and so does a second verdict of the same kind and title."""
    if isinstance(value, TaskReport):
        found.tasks[value.number] = value
    elif isinstance(value, Report):
        before = found.verdicts.get(value.task, [])
        found.verdicts[value.task] = [*(each for each in before if not same(each, value)), value]


def _problem(value: object, count: int) -> str:
    """What is wrong with a report, in words for the model; empty where nothing is."""
    if isinstance(value, TaskReport):
        if not value.goal.strip():
            return "goal is empty: say in one line what was asked"
        if not 1 <= value.first <= count:
            return f"first is {value.first}: the messages have the numbers 1 to {count}"
        return "" if value.last >= value.first else f"last is {value.last}, before first"
    missing = empty_field(value) if isinstance(value, Report) else ""
    return f"{missing} is empty" if missing else ""


def _missing(gap: int) -> str:
    if not gap:
        return "Recorded. Now report the tasks with report_task."
    return f"Recorded. No task holds what is behind [{gap}] yet: report the tasks there, or that task's true last."


def _told(task: Task, *, with_progress: bool) -> str:
    shown = [one_line(line, _TOLD) for line in task.progress[-_MOST_TOLD:]] if with_progress else []
    wishes = [line for line in map(str, task.progress) if line.startswith(WISH) and not with_progress][-_MOST_TOLD:]
    return "\n   ".join(
        [f"{task.number}. [{task.status}] {task.goal}", *shown, *(one_line(line, _TOLD) for line in wishes)]
    )


def _is_quiet(part: Sequence[Placed]) -> bool:
    """Whether nothing happened: no call and no answer, or a few words that state nothing."""
    messages = [message for message, _, _ in part]
    if any(message.calls for message in messages):
        return False
    said = [message.text for message in messages if message.is_human]
    if not any(message.role == "assistant" and message.text.strip() for message in messages):
        return not any(map(may_state, said))
    return len(" ".join(said).split()) <= _QUIET and not any(map(may_state, said))
