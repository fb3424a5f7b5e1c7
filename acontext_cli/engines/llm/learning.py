"""Learning: the lessons of some sessions, shown together with the catalog; the learner reads what it needs and edits.

What takes no judgement is done without a model: the daily log, as long as its SKILL.md is the program's own, and the
warning that an outcome told from outside makes of what its task had taught.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from acontext_cli.distillations import Distillation, Facts, Failure, Skip, Success
from acontext_cli.distillations import Lesson as Taught
from acontext_cli.engines.engine import Came, Decline, Hold, Proposed, Space
from acontext_cli.engines.llm.asking import Asked, Asking
from acontext_cli.engines.llm.context import Context
from acontext_cli.engines.llm.lessons import Lesson, asked_text, together
from acontext_cli.engines.llm.moves import MOVES, Look, ReadFile, ReadSkill, SkipLesson
from acontext_cli.engines.llm.work import Work
from acontext_cli.engines.rules.entry import entry_id, lesson_text
from acontext_cli.engines.rules.writing import Writer
from acontext_cli.errors import AcontextError
from acontext_cli.messages import ToolCall
from acontext_cli.models.kept import KeptModel
from acontext_cli.prompts import prompt
from acontext_cli.skills import DAILY, tokens


class Learning:
    """What the learner asks for, for some distillations."""

    def __init__(self, model: KeptModel, context: Context, space: Space, names: Mapping[str, str]) -> None:
        self._model = model
        self._context = context
        self._space = space
        self._names = names

    def proposals(self, items: Iterable[Distillation]) -> Proposed:
        writer = Writer(self._space, self._context.forget_after)
        lessons, held = list[Lesson](), list[Hold]()
        own_log = DAILY in self._space.names() and self._space.by_hand(DAILY)
        warned: set[tuple[str, int]] = set()
        items = tuple(items)
        for item in items:
            if own_log:
                lessons.extend(_record(item, lessons))
            else:
                yield from writer.log(item, self._names)
            if _turned_out_wrong(item) and (item.session, item.task.number) not in warned:
                warned.add((item.session, item.task.number))
                yield from self._warned(writer, _failing(item, items))
            if isinstance(item.verdict, Skip):
                continue
            if item.known is None or item.known.source == "claim":
                held.append(self._held(item, item.verdict))
            else:
                lessons.append(Lesson(item))
        # Records first, and what needs nobody last: what breaks off in between leaves the lessons still to do.
        for few in together(sorted(lessons, key=lambda each: not each.is_record), self._room // 3):
            yield from self._written(few)
        yield from (each for each in held)  # what comes of it is sent back, which a list cannot take

    def _warned(self, writer: Writer, item: Distillation) -> Proposed:
        """What this task had taught before it turned out to have failed; facts do not fail with it."""
        before = self._context.lessons(item.session, item.task.number)
        ways = {each.id for each in before if not isinstance(each.verdict, Facts)}
        for entry in self._space.taught(ways):
            if proposal := writer.warned(item, _failure(item), entry):
                yield proposal

    def _written(self, lessons: Sequence[Lesson]) -> Proposed:
        work = Work(lessons, self._space, self._context)
        asking = Asking(self._model, self._asked(lessons))
        for call, move in asking:
            if isinstance(move, ReadSkill | ReadFile):
                _looked(asking, work, call, move)
            else:
                yield from self._moved(asking, work, call, move)
            if not asking.waiting and not work.open:
                return
        left = f"left {len(work.open)} of {len(lessons)} lessons undecided"
        if not work.open:
            return
        if not asking.is_lost:
            raise asking.failed(left)
        for number in sorted(work.open):  # asked again it would come to no other end
            yield self._undecided(lessons[number - 1])
        raise asking.failed(f"{left}, which are held for a person to review", then="another model may do better")

    def _moved(self, asking: Asking, work: Work, call: ToolCall, move: object) -> Proposed:
        """One edit of the learner: tried, and what came of it told."""
        try:
            number, lesson = work.lesson(move)
            if isinstance(move, SkipLesson):
                reason = move.reason.strip() or "nothing to write"
                yield Decline(lesson=lesson.item.id, reason=reason, is_record=lesson.is_record)
                came: Came | None = None
            else:
                came = yield work.proposal(move, lesson)
        except AcontextError as error:  # an edit that does not fit, or a skill that cannot be read
            asking.refuse(call, str(error))
            return
        if came and came.decision == "refused":
            work.refused(number)
            asking.refuse(call, f"refused, nothing was written: {came.reason}. Mend it, or skip_lesson")
            return
        work.open.discard(number)
        asking.answer(call, _answer(came, work.ignored(move)))

    def _asked(self, lessons: Sequence[Lesson]) -> Asked:
        text = asked_text(lessons, self._space, self._room // 2)
        return Asked(system=prompt("learn"), text=text, tools=MOVES, turns=5 + len(lessons))

    def _held(self, item: Distillation, verdict: Taught) -> Hold:
        """A lesson that waits for a person whatever a learner would make of it: nobody is asked about it."""
        reason = item.known.because if item.known else "only the agent says so"
        text = lesson_text(verdict, item, 1, self._context.forget_after)
        return Hold(lesson=item.id, entry=entry_id(verdict), title=verdict.title, reason=reason, text=text)

    def _undecided(self, lesson: Lesson) -> Hold | Decline:
        """What becomes of a lesson that a learner could not place."""
        item, reason = lesson.item, f"the model {self._model.name!r} found no place for it in many tries"
        if lesson.is_record or isinstance(item.verdict, Skip):
            return Decline(lesson=item.id, reason=reason, is_record=lesson.is_record)
        return replace(self._held(item, item.verdict), reason=reason)

    @property
    def _room(self) -> int:
        """So many tokens are left beside the prompt and its tools: for lessons, the catalog, and what is read."""
        return max(1_000, self._context.input_tokens - tokens(prompt("learn")) - MOVES.tokens)


def _looked(asking: Asking, work: Work, call: ToolCall, move: Look) -> None:
    try:
        shown = work.look(move)
    except AcontextError as error:
        asking.refuse(call, str(error))
    else:
        asking.answer(call, shown)


def _answer(came: Came | None, ignored: str) -> str:
    if came and came.decision == "held":
        return f"Held for a person to review: {came.reason}."
    if came and came.decision == "dropped":
        return f"Dropped, nothing is to be learned from it: {came.reason}."
    return f"Done.{ignored}"


def _turned_out_wrong(item: Distillation) -> bool:
    return item.task.status == "failed" and item.known is not None and item.known.source == "outside"


def _failing(item: Distillation, items: Sequence[Distillation]) -> Distillation:
    """Of the verdicts on a task that failed the one that says why, where there is one."""
    same = (each for each in items if (each.session, each.task.number) == (item.session, item.task.number))
    return next((each for each in same if isinstance(each.verdict, Failure)), item)


def _record(item: Distillation, lessons: Iterable[Lesson]) -> Iterator[Lesson]:
    """A finished task for a daily log in a person's own form, once."""
    known = {(lesson.item.session, lesson.item.task.number) for lesson in lessons if lesson.is_record}
    if item.task.finished and (item.session, item.task.number) not in known:
        yield Lesson(item, is_record=True)


def _failure(item: Distillation) -> Failure:
    if isinstance(item.verdict, Failure):
        return item.verdict
    why = item.known.because if item.known else "it failed"
    title = item.verdict.title if isinstance(item.verdict, Success) else item.task.goal
    return Failure(
        title=title,
        task_goal=item.task.goal,
        failure_point=why,
        flawed_reasoning="",
        what_should_have_been_done="",
        prevention_principle="Do not follow it as it stands.",
        applies_when=item.task.goal,
    )
