"""What a person typed into Codex: told by events, and written again among the items beside context that nobody typed.

All that tells the same turn stands together, in any order, before the assistant goes on. Each turn is given once; one
that only an item tells is given too.
"""

import re
from dataclasses import dataclass

from acontext_cli.formats import chat
from acontext_cli.formats.chat import words
from acontext_cli.formats.dialogue import Dialogue
from acontext_cli.formats.pieces import Tally

_TAGS = (
    "environment_context|user_instructions|permissions|collaboration_mode|apps_instructions|plugins_instructions|"
    "skills_instructions|recommended_plugins|goal_context|personality_spec|INSTRUCTIONS"
)
_CONTEXT = re.compile(rf"# AGENTS\.md instructions|<(?:{_TAGS})\b")
_TAG = re.compile(r"<([A-Za-z_][\w-]*)[^<>]*>")
_IMAGE_TAG = re.compile(r"</?image\b[^>]*>")
_SKILL_NAME = re.compile(r"<name>\s*([^<]+?)\s*</name>")
_KINDS = {"user_shell_command": "command", "user_action": "command", "subagent_notification": "notice"}
_REQUEST = "\n## My request for Codex:"
_MOST_IMAGES = 20
_MOST_TURNS = 20


@dataclass
class _Turn:
    said: str
    at: str
    sources: set[str]
    given: bool = False

    def __post_init__(self) -> None:
        self._bare = _bare(self.said)

    def is_told(self, bare: str, source: str) -> bool:
        """Whether a text from another source tells this turn; an item may have more around it."""
        same = bare == self._bare or bool(bare and self._bare and (bare in self._bare or self._bare in bare))
        return same and source not in self.sources


class Typed:
    """Gives what was typed to the dialogue as soon as it is sure, at the latest when `settle` says so."""

    def __init__(self, dialogue: Dialogue, tally: Tally) -> None:
        self._dialogue = dialogue
        self._tally = tally
        self._turns: list[_Turn] = []
        """Since the assistant last spoke."""
        self._events = False

    def event(self, message: str, images: int) -> None:
        self._events = True
        said = _request(message)
        turn = self._met(said, "event")
        if turn is None:
            self._give()
            turn = self._new(said, "event")
        if not turn.given:
            turn.given = True
            self._person("\n".join(filter(None, [said, *[chat.IMAGE] * min(images, _MOST_IMAGES)])), turn.at)

    def item(self, content: object, source: str = "item") -> None:
        parts = content if isinstance(content, list) else [content]
        texts = [said for said in map(words, parts) if said and not _IMAGE_TAG.fullmatch(said.strip())]
        said = _request("\n".join(one for one in texts if not self._context(one)))
        if said and self._met(said, source) is None:
            self._new(said, source)

    def settle(self) -> None:
        """The assistant goes on: what no event told stands as the item has it."""
        if self._turns:
            self._give()
            self._turns = []

    def _give(self) -> None:
        for turn in self._turns:
            if turn.given:
                continue
            turn.given = True
            if self._events and _wrapped(turn.said):
                self._dialogue.notice(turn.said, kind="context")
            else:
                self._person(turn.said, turn.at)

    def _new(self, said: str, source: str) -> _Turn:
        if len(self._turns) >= _MOST_TURNS:
            self.settle()
        turn = _Turn(said, self._dialogue.at, {source})
        self._turns.append(turn)
        return turn

    def _met(self, said: str, source: str) -> _Turn | None:
        """The turn that this tells again."""
        bare = _bare(said)
        turn = next((turn for turn in self._turns if turn.is_told(bare, source)), None)
        if turn:
            turn.sources.add(source)
        return turn

    def _person(self, said: str, at: str) -> None:
        if said:
            self._dialogue.person(said, at)

    def _context(self, said: str) -> bool:
        """Whether nobody typed this. What is worth keeping of it is given."""
        tag = _wrapped(said)
        if _CONTEXT.match(said):
            self._tally.leave_out("context")
        elif tag == "turn_aborted":
            self._give()
            self._dialogue.interrupt()
        elif tag == "skill":
            name = _SKILL_NAME.search(said[:1000])
            self._keep(said, kind="context", from_skill=name[1] if name else "?")
        elif tag in _KINDS:
            self._keep(said, kind=_KINDS[tag])
        else:
            return False
        return True

    def _keep(self, said: str, **meta: str) -> None:
        self._give()
        self._dialogue.notice(said, **meta)


def _wrapped(said: str) -> str:
    """The tag around the whole of a text, or nothing."""
    tag = _TAG.match(said)
    return tag[1] if tag and said.rstrip().endswith(f"</{tag[1]}>") else ""


def _request(said: str) -> str:
    """What a person asked, without what an editor put before it."""
    return said.partition(_REQUEST)[2].strip() if said.lstrip().startswith(("# ", "<")) and _REQUEST in said else said


def _bare(said: str) -> str:
    """Without what may differ between two tellings."""
    return "".join(said.replace(chat.IMAGE, "").split())
