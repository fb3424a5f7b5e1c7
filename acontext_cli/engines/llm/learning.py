"""Learning: the lessons of some sessions, shown together with the catalog; the learner reads what it needs and edits.

What takes no judgement is done without a model: the daily log, as long as its SKILL.md is the program's own, and the
warning that an outcome told from outside makes of what its task had taught.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from acontext_cli.distillations import Distillation, Failure, Skip, Success
from acontext_cli.distillations import Lesson as Taught
from acontext_cli.engines.engine import Came, Decline, Hold, Proposal, Proposed, Space
from acontext_cli.engines.llm.asking import Asked, Asking
from acontext_cli.engines.llm.context import Context
from acontext_cli.engines.llm.lessons import Lesson, catalog, lessons_text
from acontext_cli.engines.llm.moves import MOVES, Edit, Look, ReadFile, ReadSkill, SkipLesson
from acontext_cli.engines.llm.ours import Unfit
from acontext_cli.engines.llm.proposing import Proposer
from acontext_cli.engines.rules.entry import entry_id, lesson_text
from acontext_cli.engines.rules.writing import Writer
from acontext_cli.messages import ToolCall
from acontext_cli.models.kept import KeptModel
from acontext_cli.prompts import prompt
from acontext_cli.recall import Recall
from acontext_cli.skills import DAILY, SKILL, tokens

_TOGETHER = 8
"""So many lessons are written in one conversation."""
_SMALL = 1_500
"""Tokens of a skill's files that are shown with it."""
_TRIES = 4
"""A lesson that was refused so often is given up."""


class Learning:
    """What the learner asks for, for some distillations."""

    def __init__(self, model: KeptModel, context: Context, space: Space, names: Mapping[str, str]) -> None:
        self._model = model
        self._context = context
        self._space = space
        self._names = names

    def proposals(self, items: Iterable[Distillation]) -> Proposed:
        writer, lessons = Writer(self._space), list[Lesson]()
        own_log = DAILY in self._space.names() and self._space.by_hand(DAILY)
        warned: set[tuple[str, int]] = set()
        for item in items:
            if own_log:
                lessons.extend(_record(item, lessons))
            else:
                yield from writer.log(item, self._names)
            if _turned_out_wrong(item) and (item.session, item.task.number) not in warned:
                warned.add((item.session, item.task.number))
                yield from self._warned(writer, item)
            if isinstance(item.verdict, Skip):
                continue
            if item.known is None or item.known.source == "claim":
                yield _held(item, item.verdict)
            else:
                lessons.append(Lesson(item))
        for start in range(0, len(lessons), _TOGETHER):
            yield from self._written(lessons[start : start + _TOGETHER])

    def _warned(self, writer: Writer, item: Distillation) -> Proposed:
        """What this task had taught before it turned out to have failed."""
        for entry in self._space.taught(self._context.lessons(item.session, item.task.number)):
            if proposal := writer.warned(item, _failure(item), entry):
                yield proposal

    def _written(self, lessons: Sequence[Lesson]) -> Proposed:
        work = _Work(lessons, self._space)
        asking = Asking(self._model, self._asked(lessons))
        for call, move in asking:
            if isinstance(move, ReadSkill | ReadFile):
                asking.answer(call, work.look(move))
            else:
                yield from self._moved(asking, work, call, move)
            if not asking.waiting and not work.open:
                return
        if work.open:
            raise asking.failed(f"left {len(work.open)} of {len(lessons)} lessons undecided")

    def _moved(self, asking: Asking, work: "_Work", call: ToolCall, move: object) -> Proposed:
        """One edit of the learner: tried, and what came of it told."""
        try:
            number, lesson = work.lesson(move)
            if isinstance(move, SkipLesson):
                yield Decline(lesson=lesson.item.id, reason=move.reason.strip() or "nothing to write")
                came: Came | None = None
            else:
                came = yield work.proposal(move, lesson)
        except Unfit as error:
            asking.refuse(call, str(error))
            return
        if came and came.decision == "refused":
            work.refused(number)
            asking.refuse(call, f"refused, nothing was written: {came.reason}. Mend it, or skip_lesson")
            return
        work.open.discard(number)
        asking.answer(call, _answer(came, work.ignored(move)))

    def _asked(self, lessons: Sequence[Lesson]) -> Asked:
        room = self._context.input_tokens - tokens(str(MOVES.schemas)) - 3000
        told = lessons_text(lessons)
        listed = catalog(self._space, max(500, room - tokens(told)))
        return Asked(system=prompt("learn"), text=f"{listed}\n\n{told}", tools=MOVES, turns=6 + 2 * len(lessons))


class _Work:
    """The lessons of one conversation: which are still open, and which skills were read."""

    def __init__(self, lessons: Sequence[Lesson], space: Space) -> None:
        self._lessons = lessons
        self._space = space
        self._proposer = Proposer(space)
        self._read: set[str] = set()
        self._refusals: dict[int, int] = {}
        self.open = set(range(1, len(lessons) + 1))

    def look(self, move: Look) -> str:
        """What a skill or a file of it says."""
        found = {name: self._space.skill(name).description for name in self._space.names()}
        recall = Recall(list(found.items()), self._space.skill)
        self._read.add(move.skill)
        if isinstance(move, ReadFile):
            return recall.call("get_skill_file", {"skill_name": move.skill, "file_path": move.file})
        return recall.call("get_skill", {"skill_name": move.skill}) + self._small_files(move.skill)

    def _small_files(self, name: str) -> str:
        """The data files of a skill that holds little: reading them apart would cost more than showing them."""
        files = self._space.skill(name).files if name in self._space.names() and name != DAILY else {}
        texts = {file: text for file in sorted(files) if file != SKILL and (text := files[file])}
        if sum(map(tokens, texts.values())) > _SMALL:
            return ""
        return "".join(f"\n--- {file} ---\n{text}" for file, text in texts.items())

    def lesson(self, move: object) -> tuple[int, Lesson]:
        number = int(getattr(move, "lesson", 1)) if len(self._lessons) > 1 else 1
        if not 1 <= number <= len(self._lessons):
            raise Unfit(f"there is no lesson {number}: they have the numbers 1 to {len(self._lessons)}")
        return number, self._lessons[number - 1]

    def proposal(self, move: object, lesson: Lesson) -> Proposal:
        if not isinstance(move, Edit):
            raise Unfit("that is no edit")
        skill = getattr(move, "skill", "")
        if skill in self._space.names() and skill not in self._read:
            raise Unfit(
                f"read {skill!r} first, with get_skill: its SKILL.md says what stands in it, its index what there is"
            )
        if similar := self._similar(move):
            raise Unfit(
                f"there is {similar!r} already: read it, and add to it; or name the new one after what sets it apart"
            )
        made = self._proposer.proposal(move, lesson.item, is_record=lesson.is_record)
        self._read.add(made.skill)
        return made

    def _similar(self, move: object) -> str:
        """A skill that was not read and shares a word of its name with one that is to be made."""
        name = getattr(move, "name", "")
        asked = set(name.split("-")) - _COMMON
        unread = (known for known in self._space.names() if known not in self._read)
        return next((known for known in unread if asked & (set(known.split("-")) - _COMMON)), "")

    def ignored(self, move: object) -> str:
        """What of an edit was left away, in words."""
        skill = getattr(move, "skill", "")
        if getattr(move, "description", "") and skill and not self._proposer.may_describe(skill):
            return f" The description of {skill!r} stays as it is."
        return ""

    def refused(self, number: int) -> None:
        self._refusals[number] = self._refusals.get(number, 0) + 1
        if self._refusals[number] >= _TRIES:
            self.open.discard(number)


_COMMON = frozenset(
    [
        "and",
        "for",
        "of",
        "the",
        "in",
        "with",
        "patterns",
        "pattern",
        "guide",
        "facts",
        "general",
        "user",
        "notes",
        "logs",
    ]
)


def _answer(came: Came | None, ignored: str) -> str:
    if came and came.decision == "held":
        return f"Held for a person to review: {came.reason}."
    return f"Done.{ignored}"


def _turned_out_wrong(item: Distillation) -> bool:
    return item.task.status == "failed" and item.known is not None and item.known.source == "outside"


def _held(item: Distillation, verdict: Taught) -> Hold:
    """A lesson that waits for a person whatever a learner would make of it: nobody is asked about it."""
    reason = item.known.because if item.known else "only the agent says so"
    text = lesson_text(verdict, item, 1)
    return Hold(lesson=item.id, entry=entry_id(verdict), title=verdict.title, reason=reason, text=text)


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
