"""Claude Code's records as pieces, in the order of the file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from acontext_cli.formats.claude_code.blocks import Draft, answer, is_result, parts, result, shown, word
from acontext_cli.formats.claude_code.queue import Queue, Queued
from acontext_cli.formats.claude_code.said import LEFT_OUT, Said, said, skill_called, skill_loaded, together
from acontext_cli.formats.claude_code.threads import Place, Recent, Thread, Threads
from acontext_cli.formats.pieces import Origin, Piece, Tally
from acontext_cli.messages import Json

TITLES = {"summary": "summary", "ai-title": "aiTitle", "custom-title": "customTitle"}
"""Records that name a conversation, the better names last."""
_BOOKS = frozenset(
    {
        "agent-color",
        "agent-name",
        "agent-setting",
        "agent_metadata",
        "atis-latch",
        "attribution-snapshot",
        "bridge-session",
        "content-replacement",
        "file-history-snapshot",
        "frame-link",
        "last-prompt",
        "mode",
        "permission-mode",
        "pr-link",
        "relocated",
        "result",
        "started",
        "tag",
        "task-summary",
        "worktree-state",
    }
)
_OTHERS = frozenset({"task-notification", "peer", "channel", "coordinator"})
"""Who else than a person speaks in the user's place, as `origin` names it."""


class Reading:
    """One reading of a file."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._threads = Threads()
        self._queue = Queue()
        self._skills: Recent[str] = Recent(1000)
        """Of calls that show a skill's text: the skill."""
        self._kinds = {
            "user": self._user,
            "assistant": self._assistant,
            "attachment": self._attachment,
            "system": self._system,
            "progress": self._progress,
        }

    def read(self, records: Iterator[Json]) -> Iterator[Origin | Piece]:
        for record in records:
            try:
                yield from self._record(record)
            except RecursionError:
                self._tally.skip("records nested too deeply")
            if self._queue:
                for queued in self._queue.overdue():
                    yield from self._queued(queued)
        for queued in self._queue.rest():
            yield from self._queued(queued)
        for thread in self._threads:
            if thread.told is not None:
                yield from self._pieces(thread, ())

    def _record(self, record: Json) -> Sequence[Origin | Piece]:
        kind = record.get("type")
        if type(kind) is not str:
            self._tally.skip("records without a type")
        elif kind in self._kinds:
            place = self._threads.place(record)
            if drafts := self._kinds[kind](record, place):
                return self._pieces(place.thread, drafts, _uid(record), word(record.get("timestamp")))
        else:
            self._book(kind, record)
        return ()

    def _book(self, kind: str, record: Json) -> None:
        """A record that stands beside the conversations."""
        if kind == "queue-operation":
            if problem := self._queue.operate(record):
                self._tally.skip(problem)
        elif kind in TITLES:
            self._title(kind, record)
        elif kind in _BOOKS:
            self._tally.leave_out(kind)
        else:
            self._tally.skip(f"unknown record {kind}")

    def _pieces(self, thread: Thread, drafts: Sequence[Draft], uid: str = "", at: str = "") -> list[Origin | Piece]:
        """The drafts as pieces, and before them what is new of their conversation."""
        key, pieces = thread.origin.key, list[Origin | Piece]()
        if thread.told is not thread.origin:
            thread.told = thread.origin
            pieces.append(thread.origin)
        for number, (body, meta, joins) in enumerate(drafts):
            pieces.append(Piece(body, key, f"{uid}/{number}" if uid and number else uid, joins, at, meta))
        return pieces

    def _title(self, kind: str, record: Json) -> None:
        """Of its session; a summary names the record at whose end it was made, often one of another file."""
        if kind == "summary":
            thread = self._threads.of(record.get("leafUuid"))
        else:
            thread = self._threads.main(word(record.get("sessionId")))
        title, rank = word(record.get(TITLES[kind])), [*TITLES].index(kind)
        if thread and title and rank >= thread.title:
            thread.title = rank
            thread.origin = replace(thread.origin, title=title)
        else:
            self._tally.leave_out(kind)

    def _assistant(self, record: Json, place: Place) -> Sequence[Draft]:
        message = record.get("message")
        if not isinstance(message, dict):
            self._tally.skip("answers without a message")
            return ()
        if message.get("model") == "<synthetic>" or record.get("isApiErrorMessage") is True:
            self._tally.leave_out("answers that no model gave")
            return ()
        drafts, thread = answer(message, self._tally), place.thread
        if not thread.origin.model and (model := word(message.get("model"))):
            thread.origin = replace(thread.origin, model=model)
        if drafts and "tool_calls" in drafts[0].body:
            self._note_skills(message["content"])
        return drafts

    def _note_skills(self, content: list[object]) -> None:
        for part in content:
            if isinstance(part, dict) and (skill := skill_called(part.get("name"), part.get("input"))):
                self._skills[word(part.get("id"))] = skill

    def _user(self, record: Json, place: Place) -> list[Draft]:
        message = record.get("message")
        content = parts(message.get("content") if isinstance(message, dict) else None, self._tally)
        if len(content) == 1 and is_result(content[0]):
            return [self._result(content[0], record)]
        # What is said beside a result is no place to go back to: the next turn may go on from a parallel call's.
        turn = not any(map(is_result, content))
        drafts: list[Draft] = []
        for results, group in groupby(content, is_result):
            if results:
                drafts += [self._result(part, record) for part in group]
            else:
                drafts += self._texts(record, place, [shown(part, self._tally) for part in group], turn)
        return drafts

    def _result(self, part: Json, record: Json) -> Draft:
        call = word(part.get("tool_use_id")) or word(record.get("sourceToolUseID"))
        return result(part, call, (call and self._skills.get(call)) or "")

    def _texts(self, record: Json, place: Place, texts: list[str], turn: bool) -> Iterator[Draft]:
        if record.get("isCompactSummary") is True or record.get("isVisibleInTranscriptOnly") is True:
            self._tally.leave_out("compaction summaries")
        elif record.get("isMeta") is True:
            yield from self._meta(record, texts)
        else:
            yield from self._said(record, place, together(texts), turn)

    def _meta(self, record: Json, texts: list[str]) -> Iterator[Draft]:
        """What the program says for itself: of interest where it is a skill."""
        called = self._skills.get(record.get("sourceToolUseID"))
        for text in texts:
            if skill := called or skill_loaded(text):
                yield Draft({"role": "user", "content": text}, {"kind": "context", "from_skill": skill})
            else:
                self._tally.leave_out("texts of the program itself")

    def _said(self, record: Json, place: Place, said: Iterable[Said], turn: bool = False) -> Iterator[Draft]:
        origin = record.get("origin")
        other = isinstance(origin, dict) and word(origin.get("kind")) in _OTHERS
        for text, kind in said:
            if kind == LEFT_OUT:
                self._tally.leave_out(text)
                continue
            self._queue.came(text)
            meta: dict[str, object] = {}
            if skill := skill_loaded(text):
                meta["from_skill"] = skill
            if kind := kind or ("notice" if other else "context" if place.thread.alone else ""):
                meta["kind"] = kind
            if turn and kind in ("", "command") and (back := _taken_back(place, not kind)):
                meta["taken_back"] = back
            yield Draft({"role": "user", "content": text}, meta)

    def _attachment(self, record: Json, place: Place) -> Sequence[Draft]:
        """Of all that is attached to a turn only what was typed while the agent worked."""
        attached = record.get("attachment")
        if not isinstance(attached, dict) or attached.get("type") != "queued_command" or attached.get("isMeta") is True:
            self._tally.leave_out("attachment")
            return ()
        origin = attached.get("origin")
        if attached.get("commandMode") == "task-notification":
            origin = {"kind": "task-notification"}
        texts = [shown(part, self._tally) for part in parts(attached.get("prompt"), self._tally)]
        return [*self._said({**record, "origin": origin}, place, together(texts))]

    def _system(self, record: Json, place: Place) -> Sequence[Draft]:
        """Newer versions keep the person's own commands and their output here."""
        content = record.get("content")
        if record.get("subtype") == "local_command" and isinstance(content, str):
            return [*self._said(record, place, (Said(text, kind or "output") for text, kind in said(content)))]
        self._tally.leave_out("system")
        return ()

    def _progress(self, _record: Json, _place: Place) -> Sequence[Draft]:
        self._tally.leave_out("progress")
        return ()

    def _queued(self, queued: Queued) -> Sequence[Origin | Piece]:
        """What was typed and is in no record."""
        thread, drafts = self._threads.main(queued.session), []
        for text, kind in queued.said():
            if kind == LEFT_OUT:
                self._tally.leave_out(text)
            else:
                drafts.append(Draft({"role": "user", "content": text}, {"kind": kind} if kind else {}))
        return self._pieces(thread, drafts, queued.uid, queued.at) if drafts else ()


def _taken_back(place: Place, turn: bool) -> int:
    """How many of the person's turns lie between what was said last and what this goes on from."""
    if place.copied:
        return 0
    back = place.thread.turns - place.turns
    place.turns += turn
    place.thread.turns = place.turns
    return back


def _uid(record: Json) -> str:
    """The same in every copy: newer copies have ids of their own and name the first one."""
    source = record.get("forkedFrom")
    return (isinstance(source, dict) and word(source.get("messageUuid"))) or word(record.get("uuid"))
