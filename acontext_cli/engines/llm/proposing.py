"""A learner's edit as a proposal: entries get date, id and how they are known; what cannot be is said in words."""

import hashlib
import re
from collections.abc import Callable

from acontext_cli import edits
from acontext_cli.distillations import Distillation, Facts, Failure, Skip
from acontext_cli.edits import SkillEdit
from acontext_cli.engines.engine import Proposal, Space
from acontext_cli.engines.llm import moves
from acontext_cli.engines.llm.ours import (
    Unfit,
    changed_entry,
    faults,
    keeps_triggers,
    lines_gone,
    with_ours,
    without_ours,
)
from acontext_cli.engines.rules.entry import (
    FORGET_AFTER_DAYS,
    WARNING,
    bare_title,
    forget_lines,
    known_lines,
    titled_id,
    with_sessions,
    with_sessions_renewed,
)
from acontext_cli.engines.rules.new_skills import redescribed
from acontext_cli.skills import (
    DAILY,
    FILE_TOKENS,
    SKILL,
    USER,
    Entry,
    description,
    entries,
    heading,
    one_line,
    render,
    tokens,
)

_HEADING = re.compile(r"#{1,4}[ \t]+(?P<title>.*?)(?:\s*\(date:[^)]*\))?(?:\s*<!--.*?-->)?\s*")
_MOST_GONE = 2
"""So many lines of what others wrote may be changed in one go."""
_INDEX = re.compile(r"^## +Index\b", re.MULTILINE | re.IGNORECASE)


class Proposer:
    """Makes proposals for one space."""

    def __init__(self, space: Space, forget_after: int = FORGET_AFTER_DAYS) -> None:
        """`forget_after`: so many days a warning holds that nothing confirms; 0: as long as it stands."""
        self._space = space
        self._forget_after = forget_after
        self._originals: dict[tuple[str, str], str] = {}
        """Files as they were before this conversation changed them."""

    def proposal(self, move: moves.Edit, item: Distillation, *, is_record: bool = False) -> Proposal:
        """The proposal of an edit for a lesson. Raises Unfit with a reason that the model can act on."""
        return self._made[type(move)](move, item, is_record)

    @property
    def _made(self) -> dict[type, Callable[..., Proposal]]:
        return {
            moves.AddEntry: self._added,
            moves.CreateSkill: self._created,
            moves.WriteFile: self._file,
            moves.ReplaceText: self._replaced,
            moves.ConfirmEntry: self._confirmed,
        }

    def _added(self, move: moves.AddEntry, item: Distillation, is_record: bool) -> Proposal:
        self._writable(move.skill)
        title, id, text = self._entry(move.text, item, own=self._space.by_hand(move.skill), is_record=is_record)
        if self._space.tokens(move.skill, move.file) and self._is_full(move.skill, move.file, text):
            raise Unfit(f"{move.file!r} is full: use another file, for example {_next_file(move.file)!r}")
        edit = edits.AddEntry(skill=move.skill, file=move.file, text=text)
        said = self._described(move.skill, move.description)
        return _proposal(item, (edit, *said), edit, id, "add", title, text, is_record=is_record)

    def _created(self, move: moves.CreateSkill, item: Distillation, is_record: bool) -> Proposal:
        body = move.body.strip()
        if body.startswith("---"):
            raise Unfit("body begins with front matter: leave that out, name and description are given apart")
        whole = body if _INDEX.search(body) else f"{body}\n\n## Index"
        title, id, text = self._entry(move.text, item, own=False, is_record=is_record)
        made = edits.CreateSkill(name=move.name, description=description(move.description), body=f"{whole}\n")
        head = render(name=made.name, description=made.description, body=made.body)
        if found := faults(move.name, {move.file: "", SKILL: head}):
            raise Unfit(found[0])
        entry = edits.AddEntry(skill=move.name, file=move.file, text=text)
        return _proposal(item, (made, entry), entry, id, "add", title, text, is_record=is_record)

    def _file(self, move: moves.WriteFile, item: Distillation, is_record: bool) -> Proposal:
        self._writable(move.skill)
        if not self._space.by_hand(move.skill):
            raise Unfit(f"{move.skill!r} is made of entries: use add_entry")
        if move.file in self._space.skill(move.skill).files:
            raise Unfit(f"there is a file {move.file!r} already: read it, and use replace_text")
        edit = edits.WriteFile(skill=move.skill, file=move.file, text=move.text.strip("\n") + "\n")
        if any(entry.id for entry in entries(edit.text)):
            raise Unfit("an entry's <!-- id: … --> is added by add_entry alone: leave it away")
        self._in_order(move.skill, move.file, edit.text)
        return _proposal(item, (edit,), edit, "", "edit", _title(item), edit.text, is_record=is_record)

    def _replaced(self, move: moves.ReplaceText, item: Distillation, is_record: bool) -> Proposal:
        self._writable(move.skill)
        if move.file == SKILL:
            raise Unfit(f"{SKILL} is not yours to change: only entries and files beside it are")
        before = self._text(move.skill, move.file)
        if move.old == move.new or not move.old or before.count(move.old) != 1:
            count = before.count(move.old) if move.old else 0
            raise Unfit(f"old stands {count} times in {move.file!r}, and it must stand there once and differ from new")
        after = before.replace(move.old, move.new)
        changed = changed_entry(before, after, move.file, own=self._space.by_hand(move.skill))
        self._in_order(move.skill, move.file, after)
        original = self._originals.setdefault((move.skill, move.file), before)
        if not (changed and changed[0].id) and (gone := lines_gone(original, after)) > _MOST_GONE:
            raise Unfit(f"that takes {gone} lines away which somebody else wrote: add to them, or change one at a time")
        if changed and changed[0].id:
            return self._rewritten(*changed, move, item, is_record)
        edit = edits.ReplaceText(skill=move.skill, file=move.file, old=move.old, new=move.new)
        return _proposal(item, (edit,), edit, "", "edit", _title(item), move.new, before=move.old, is_record=is_record)

    def _rewritten(
        self, old: Entry, new: Entry, move: moves.ReplaceText, item: Distillation, is_record: bool
    ) -> Proposal:
        sessions = len(self._space.sources(old.id) | {item.session})
        text = with_ours(old, new, item.date, self._forget_after)
        if not self._space.by_hand(move.skill):  # there such words are a person's own
            text = with_sessions(text, sessions)
        edit = edits.ReplaceText(skill=move.skill, file=move.file, old=old.text, new=text)
        return _proposal(item, (edit,), edit, old.id, "replace", new.title, text, before=old.text, is_record=is_record)

    def _confirmed(self, move: moves.ConfirmEntry, item: Distillation, is_record: bool) -> Proposal:
        id = move.entry.strip(" #<>!-").removeprefix("id:").strip()
        found = self._space.entry(id)
        if found is None:
            raise Unfit(f"there is no entry {id[:40]!r}: its id stands in the heading, <!-- id: … -->")
        skill, entry = found
        self._writable(skill)
        if item.known is None or item.known.source == "claim":
            raise Unfit("only the agent says so, which confirms nothing: skip_lesson")
        sessions = len(self._space.sources(id) | {item.session})
        own = self._space.by_hand(skill)
        text = entry.text
        if not own:
            text = with_sessions_renewed(text, sessions, item.date, self._forget_after)
        edit = edits.ReplaceText(skill=skill, file=entry.file, old=entry.text, new=text)
        asked: tuple[SkillEdit, ...] = (edit,) if text != entry.text else ()
        return _proposal(item, asked, edit, id, "source", entry.title, text, before=entry.text, is_record=is_record)

    def _writable(self, skill: str) -> None:
        if skill not in self._space.names():
            raise Unfit(f"there is no skill {skill[:60]!r}: the skills are {', '.join(self._space.names())}")
        if skill == DAILY and not self._space.by_hand(skill):
            raise Unfit(f"{DAILY} is kept by the program: write the lesson elsewhere, or skip_lesson")

    def _is_full(self, skill: str, file: str, text: str) -> bool:
        return self._space.tokens(skill, file) + tokens(text) > FILE_TOKENS and not self._space.by_hand(skill)

    def _text(self, skill: str, file: str) -> str:
        files = self._space.skill(skill).files
        if file not in files:
            raise Unfit(f"there is no file {file[:60]!r} in {skill!r}: its files are {', '.join(sorted(files))}")
        return files[file]

    def _in_order(self, skill: str, file: str, text: str) -> None:
        """Raises Unfit where a file would be one that `skill check` finds fault with, and was none before."""
        files = self._space.skill(skill).files
        before, after = (
            [each for each in faults(skill, those) if each.startswith(f"{skill}/{file}:")]
            for those in (files, {**files, file: text})
        )
        if len(after) > len(before):
            raise Unfit(next(each for each in after if each not in before))

    def may_describe(self, skill: str) -> bool:
        """Whether the skill is a learner's own."""
        return skill not in (DAILY, USER) and not self._space.by_hand(skill)

    def _described(self, name: str, said: str) -> tuple[SkillEdit, ...]:
        """The skill's description as the model wants it, where it is the learner's own."""
        if not said.strip() or not self.may_describe(name):
            return ()
        skill = self._space.skill(name)
        return redescribed(name, skill, description(said)) if keeps_triggers(skill.description, said) else ()

    def _entry(self, text: str, item: Distillation, *, own: bool, is_record: bool) -> tuple[str, str, str]:
        """Title, id and text of a new entry. `own`: in a skill of a person's, which says itself how entries look."""
        first, _, rest = text.strip().partition("\n")
        found = _HEADING.fullmatch(first)
        title = found["title"].strip("* ") if found else ""
        if not title:
            raise Unfit("text begins with the entry's heading, a line `## Title`")
        title = bare_title(title)
        verdict = item.verdict
        id = _record_id(item, title) if is_record or isinstance(verdict, Skip) else titled_id(verdict, title)
        if self._space.deleted(id):
            what = "rejected" if self._space.rejected(id) else "deleted"
            raise Unfit(f"a person {what} an entry of this title: skip_lesson")
        if there := self._space.entry(id):
            where = f"{there[0]}/{there[1].file}"
            called = one_line(there[1].title, 80)
            raise Unfit(f"it stands in {where} already, as {called!r}: confirm_entry, or replace_text there")
        lines = without_ours(line.rstrip() for line in rest.strip("\n").split("\n"))
        if entries("\n".join(lines)):
            raise Unfit("text is one entry, with one line `## Title`: add another with a call of its own")
        if own:
            return title, id, "\n".join([heading(title, item.date, id), *lines]).rstrip()
        failure = isinstance(item.verdict, Failure)
        title = f"{WARNING}{title}" if failure else title
        forget = forget_lines(item.date, self._forget_after) if failure else []
        ends = [*forget, *known_lines(item.known, 1)]
        return title, id, "\n".join([heading(title, item.date, id), *lines, *ends]).rstrip()


def _proposal(
    item: Distillation,
    asked: tuple[SkillEdit, ...],
    at: edits.AddEntry | edits.WriteFile | edits.ReplaceText,
    entry: str,
    action: str,
    title: str,
    text: str,
    *,
    before: str = "",
    is_record: bool = False,
) -> Proposal:
    return Proposal(
        edits=asked,
        lesson=item.id,
        entry=entry,
        action=action,  # type: ignore[arg-type]
        title=title,
        skill=at.skill,
        file=at.file,
        text=text,
        before=before,
        is_record=is_record,
    )


def _record_id(item: Distillation, title: str) -> str:
    """The id of an entry that records a task in a person's own log."""
    return hashlib.sha256(f"{item.session}:{item.task.number}:{title}".encode()).hexdigest()[:10]


def _next_file(file: str) -> str:
    stem, number = re.sub(r"-\d+\.md$|\.md$", "", file), re.search(r"-(\d+)\.md$", file)
    return f"{stem}-{int(number[1]) + 1 if number else 2}.md"


def _title(item: Distillation) -> str:
    verdict = item.verdict
    said = getattr(verdict, "title", "") or (verdict.facts[0] if isinstance(verdict, Facts) else item.task.goal)
    return str(said)
