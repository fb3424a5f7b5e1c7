"""A workspace with a model that learns, and a learner's moves in a few words: `looks("devops")`, `adds(ENTRY)`.

    desk.session("monday")
    desk.learn("monday", task(SUCCESS), turn(looks(SKILL), adds(ENTRY)))

`Clerk` is a model for several threads.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from llm import Pair, calls, report
from transcripts import incident

from acontext_cli import Workspace
from acontext_cli.api.session import Session
from acontext_cli.files import DISK
from acontext_cli.learned import Learned
from acontext_cli.messages import Json
from acontext_cli.model import Line, Reply, ScriptedModel, Usage
from acontext_cli.skills import Entry, entries
from acontext_cli.store import SkillStore

FAST = replace(DISK, sync=lambda fd: None, sync_data=lambda fd: None)
SKILL = "devops-incidents"
FILE = "gateway.md"
TITLE = "Gateway 502: timeout below latency"
DATE = "2026-03-26"
LINES = """\
- Principle: a limit follows what it limits
- When to Apply: 502 Bad Gateway
- Steps:
  1. `check_logs(<gateway>)`"""
ENTRY = f"## {TITLE}\n{LINES}"


def entry_of(title: str) -> str:
    """An entry under another title, of routes of its own: no two of them say the same."""
    return ENTRY.replace(TITLE, title).replace(
        "502 Bad Gateway", f"502 Bad Gateway on /{title.split()[-1].lower()}/orders"
    )


BODY = "# Devops\n\nWhat worked.\n\n## File Structure\n\n- one file a service\n\n## Guidelines\n\n- roles, not names\n"
OWN = "---\nname: {name}\ndescription: {about}\n---\n\n# People\n\nOne file a person, `first-last.md`.\n"


def turn(*moves: Pair) -> Reply:
    """What a model does in one answer."""
    return calls(*moves)


def task(*verdicts: Pair, **more: object) -> Reply:
    """A session's one task, with its verdicts."""
    return calls(report(**more), *verdicts)


def looks(skill: str = SKILL) -> Pair:
    return "get_skill", {"skill": skill}


def reads(skill: str = SKILL, file: str = FILE) -> Pair:
    return "get_skill_file", {"skill": skill, "file": file}


def creates(text: str = ENTRY, **more: object) -> Pair:
    fields = {"name": SKILL, "description": "502 Bad Gateway and its causes", "body": BODY, "file": FILE}
    return "create_skill", {**fields, "text": text, **more}


def adds(text: str = ENTRY, **more: object) -> Pair:
    return "add_entry", {"skill": SKILL, "file": FILE, "text": text, **more}


def replaces(old: str, new: str, **more: object) -> Pair:
    return "replace_text", {"skill": SKILL, "file": FILE, "old": old, "new": new, **more}


def writes(skill: str, file: str, text: str, **more: object) -> Pair:
    return "write_file", {"skill": skill, "file": file, "text": text, **more}


def confirms(entry: str, **more: object) -> Pair:
    return "confirm_entry", {"entry": entry, **more}


def leaves(reason: str = "nothing new", **more: object) -> Pair:
    return "skip_lesson", {"reason": reason, **more}


@dataclass
class Desk:
    """A workspace of its own, and the model of the last run."""

    workspace: Workspace
    model: ScriptedModel = field(default_factory=ScriptedModel)

    @classmethod
    def at(cls, folder: Path) -> "Desk":
        return cls(Workspace.init(folder)[0])

    @property
    def skills(self) -> Path:
        return self.workspace.root / "skills_store" / "default"

    @property
    def store(self) -> SkillStore:
        return self.workspace.space("default").store

    def session(self, name: str = "monday", messages: Sequence[Json] = (), *, space: str = "") -> Session:
        made = self.workspace.new_session(name=name, date=DATE, space=space)
        made.record(*(messages or incident()))
        return made

    def person(self, name: str, text: str = "", about: str = "People we know", **files: str) -> None:
        """A skill that a person wrote, with data files `gateway="…"`."""
        (self.skills / name).mkdir(exist_ok=True)
        told = {"SKILL.md": text or OWN.format(name=name, about=about)}
        for file, content in {
            **told,
            **{f"{stem.replace('_', '-')}.md": given for stem, given in files.items()},
        }.items():
            (self.skills / name / file).write_text(content, encoding="utf-8")

    def learn(self, name: str, *lines: Line, dry_run: bool = False) -> Learned:
        self.model = ScriptedModel(*lines)
        self.workspace.engines.model = self.model
        (learned,) = self.workspace.learn(self.workspace.session(name), dry_run=dry_run)
        return learned

    def taught(self, name: str = "monday") -> Entry:
        """A first session that has made the skill; its entry."""
        self.session(name)
        self.learn(name, task(SUCCESS), turn(creates()))
        (entry,) = self.entries()
        return entry

    def entries(self, skill: str = SKILL, file: str = FILE) -> tuple[Entry, ...]:
        path = self.skills / skill / file
        return entries(path.read_text(encoding="utf-8"), file) if path.exists() else ()

    def text(self, skill: str = SKILL, file: str = FILE) -> str:
        return (self.skills / skill / file).read_text(encoding="utf-8")

    def there(self) -> set[str]:
        """Every skill's folder."""
        return {path.name for path in self.skills.iterdir() if path.is_dir()}

    def did(self) -> list[str]:
        """Actions of the last run with its lessons, the daily log's left out."""
        run = self.store.ledger.runs()[0]
        lines = self.store.ledger.lines(run.id)
        return [line.action for line in lines if line.lesson and line.skill != "daily-logs"]

    def told(self) -> list[str]:
        """What the model was answered, up to the time when it was asked last."""
        return [str(each["content"]) for each in self.model.history[-1].messages if each["role"] == "tool"]

    def files(self) -> dict[str, bytes]:
        """Everything that stands in the workspace."""
        return tree(self.workspace.root)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


SUCCESS: Pair = (
    "report_success_analysis",
    {
        "task": 1,
        "title": TITLE,
        "generalizable_pattern": "a limit follows what it limits",
        "applies_when": "502 Bad Gateway",
        "steps": ["`check_logs(<gateway>)`"],
        "evidence": [5, 7],
    },
)


class Clerk:
    """A model that answers by what it is asked, from any number of threads: transcripts or lessons."""

    name = "clerk"

    def __init__(self, judged: Callable[[str], Reply], wrote: Callable[[Sequence[Json]], Reply]) -> None:
        self.asked: list[tuple[str, str]] = []
        """Which judgement, and the text that was shown."""
        self._judged, self._wrote = judged, wrote
        self._lock = threading.Lock()

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        text, learns = str(messages[1]["content"]), "get_skill" in str(tools)
        with self._lock:
            self.asked.append(("learn" if learns else "judge", text))
        reply = self._wrote(messages) if learns else self._judged(text)
        return replace(reply, usage=Usage(calls=1, prompt=100, completion=10))

    def count(self, which: str) -> int:
        return sum(asked == which for asked, _ in self.asked)
