"""The lessons of one conversation at work: which are still open, what was read, and what an edit comes to."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Proposal, Space
from acontext_cli.engines.llm.context import Context
from acontext_cli.engines.llm.lessons import Lesson, readable
from acontext_cli.engines.llm.moves import ConfirmEntry, Edit, Look, ReadFile
from acontext_cli.engines.llm.ours import Unfit, keeps_triggers
from acontext_cli.engines.llm.proposing import Proposer
from acontext_cli.errors import AcontextError
from acontext_cli.recall import Recall
from acontext_cli.skills import DAILY, SKILL, tokens

_SMALL = 1_500
"""Tokens of a skill's files that are shown with it."""
_LEAST = 300
"""With fewer tokens left nothing more is read."""
_TRIES = 4
"""A lesson that was refused so often is given up."""
_COMMON = frozenset(
    str.split("and for of the in with patterns pattern guide facts general user notes logs procedures handling")
)
"""Words of a skill's name that say nothing of its subject."""


class Work:
    """The lessons of one conversation: which are still open, and which skills were read."""

    def __init__(self, lessons: Sequence[Lesson], space: Space, context: Context) -> None:
        self._lessons = lessons
        self._space = space
        self._context = context
        self._room = context.input_tokens // 3
        """So many tokens may still be read."""
        self._proposer = Proposer(space, context.forget_after)
        self._read: set[str] = set()
        self._refusals: dict[int, int] = {}
        self.open = set(range(1, len(lessons) + 1))

    def look(self, move: Look) -> str:
        """What a skill or a file of it says."""
        recall = Recall(readable(self._space), self._space.skill)
        self._read.add(move.skill)
        if isinstance(move, ReadFile):
            return self._fitted(recall.call("get_skill_file", {"skill_name": move.skill, "file_path": move.file}))
        shown = recall.call("get_skill", {"skill_name": move.skill})
        return self._fitted(shown + self._small_files(move.skill))

    def _fitted(self, text: str) -> str:
        """As much of a text as may still be read."""
        if self._room < _LEAST:
            return "No room is left to read more: go on with what was read."
        most = self._room * 4
        self._room -= tokens(text[:most])
        return text if len(text) <= most else f"{text[:most]}\n… (cut: {len(text) - most:,} characters more)"

    def _small_files(self, name: str) -> str:
        """The data files of a skill that holds little: reading them apart would cost more than showing them."""
        readings = dict(readable(self._space))
        files = self._space.skill(name).files if name in readings and name != DAILY else {}
        texts: dict[str, str] = {}
        for file in sorted(files):
            if file != SKILL and file.endswith(".md"):
                with suppress(AcontextError):  # one that is no text is not shown
                    texts[file] = files[file]
        if sum(map(tokens, texts.values())) > _SMALL:
            return ""
        return "".join(f"\n--- {file} ---\n{text}" for file, text in texts.items())

    def lesson(self, move: object) -> tuple[int, Lesson]:
        number = int(getattr(move, "lesson", 0)) if len(self._lessons) > 1 else 1
        if not 1 <= number <= len(self._lessons):
            raise Unfit(f"lesson is {number or 'missing'}: they have the numbers 1 to {len(self._lessons)}")
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
        if isinstance(move, ConfirmEntry) and made.skill not in self._read:
            raise Unfit(f"read {made.skill!r} first, with get_skill: what it says is to be seen before it is confirmed")
        self._read.add(made.skill)
        return made if lesson.is_record else replace(made, settles=self._settled(lesson.item))

    def _settled(self, item: Distillation) -> tuple[str, ...]:
        """The lesson that may have been held before the outcome of this one's task was known better: where the task had
        one of this kind then, and no other to mistake it for."""
        told = self._context.lessons(item.session, item.task.number)
        before = [each.id for each in told if each.id != item.id and type(each.verdict) is type(item.verdict)]
        return tuple(before) if len(before) == 1 else ()

    def _similar(self, move: object) -> str:
        """A skill that was not read and shares a word of its name with one that is to be made."""
        name = getattr(move, "name", "")
        asked = set(name.split("-")) - _COMMON
        unread = (known for known in self._space.names() if known not in self._read)
        return next((known for known in unread if asked & (set(known.split("-")) - _COMMON)), "")

    def ignored(self, move: object) -> str:
        """What of an edit was left away, in words."""
        skill, said = getattr(move, "skill", ""), getattr(move, "description", "")
        if not said or not skill:
            return ""
        if not self._proposer.may_describe(skill):
            return f" The description of {skill!r} stays as it is."
        kept = keeps_triggers(self._space.skill(skill).description, said)
        return (
            "" if kept else f" The description of {skill!r} stays as it is: yours leaves out what other entries need."
        )

    def refused(self, number: int) -> None:
        """A lesson is open again, its other entries written or not, until it was refused too often."""
        self._refusals[number] = self._refusals.get(number, 0) + 1
        (self.open.add if self._refusals[number] < _TRIES else self.open.discard)(number)
