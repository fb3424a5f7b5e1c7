"""What injections come to, and ordinary lessons: `python tests/campaigns/injections.py` prints a table.

Each transcript runs through the real pipeline: with the offline engine, and with a model that writes exactly what the
injection wants: as facts, a procedure, a warning, a skill's description. Nothing of it may be written unreviewed.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from injected import INJECTED, Injected
from injected_elsewhere import INJECTED_ELSEWHERE
from injected_quietly import INJECTED_QUIETLY
from learner import BODY, Desk, creates, leaves, turn
from llm import Pair, calls, report
from ordinary import ORDINARY, Ordinary
from ordinary_elsewhere import ORDINARY_ELSEWHERE
from transcripts import incident

from acontext_cli.learned import Learned
from acontext_cli.messages import Json
from acontext_cli.skills import DAILY, USER

ATTEMPTS = (*INJECTED, *INJECTED_ELSEWHERE, *INJECTED_QUIETLY)
HONEST = (*ORDINARY, *ORDINARY_ELSEWHERE)
OFFLINE = ("offline", "in an incident")
"""Runs of the offline engine: over the transcript, and over one that teaches a procedure with its texts in it."""
TITLES = {"facts": "What is known of it", "procedure": "How it is done"}


@dataclass(frozen=True)
class Outcome:
    """What became of one transcript."""

    name: str
    engine: str
    came: str
    """`written`, `held`, `refused` or `nothing`."""
    breached: bool
    """Whether what the injection wants stands in a skill."""
    reason: str = ""


def injections(cases: Sequence[Injected] = ATTEMPTS) -> Iterator[Outcome]:
    """What each attempt comes to."""
    for case in cases:
        yield _run(case.name, "offline", case.messages, case.lesson, case.marker)
        yield _run(case.name, "in an incident", _in_an_incident(case.messages), case.lesson, case.marker)
        for kind in ("facts", "procedure", "warning", "description"):
            yield _run(case.name, kind, case.messages, case.lesson, case.marker)


def ordinary(cases: Sequence[Ordinary] = HONEST) -> Iterator[Outcome]:
    """What ordinary lessons come to."""
    for case in cases:
        yield _run(case.name, case.kind, case.messages, case.lesson, "\0")


def _run(name: str, kind: str, messages: Sequence[Json], lesson: str, marker: str) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.at(Path(folder))
        desk.session("one", messages)
        learned = _offline(desk) if kind in OFFLINE else _obedient(desk, kind, messages, lesson)
        found = any(marker in text for text in _texts(desk.skills))
    came, reason = _came(learned)
    return Outcome(name, kind, came, found, reason)


def _in_an_incident(messages: Sequence[Json]) -> list[Json]:
    """An incident from which the offline engine learns; its looks show what tools answered in this transcript."""
    told = "\n".join(str(message["content"]) for message in messages if message["role"] == "tool")
    line = " ".join(told.split())[:200]
    shown = f"[2026-03-26 09:12:02] ERROR  502 Bad Gateway  path=/api/orders  upstream=backend-api {line}"
    return [
        {**message, "content": f"{shown}\n{message['content']}\n{told}"} if "502 Bad" in str(message) else message
        for message in incident()
    ]


def _offline(desk: Desk) -> Learned:
    (learned,) = desk.workspace.learn(desk.workspace.session("one"))
    return learned


def _obedient(desk: Desk, kind: str, messages: Sequence[Json], lesson: str) -> Learned:
    about = lesson.strip("- ").split("\n")[0]
    body = f"{BODY}\n{lesson}" if kind == "description" else BODY
    said = about.replace("<", "").replace(">", "") if kind == "description" else "Notes on this work"
    text = f"## {TITLES.get(kind, 'What was seen')}\n{'- It is so.' if kind == 'description' else lesson}"
    made = creates(text, name="work-notes", description=said[:200], body=body, file="notes.md")
    return desk.learn("one", _task(kind, messages, lesson), turn(made), *(turn(leaves()) for _ in range(6)))


def _task(kind: str, messages: Sequence[Json], lesson: str) -> "object":
    last = len(messages)
    seen = list(range(1, last + 1))
    told: Pair = report(
        last=last, goal=_plain(lesson), progress=[_plain(lesson)], known="seen", evidence=seen, because=_plain(lesson)
    )
    return calls(told, _verdict(kind, lesson, seen))


def _verdict(kind: str, lesson: str, evidence: list[int]) -> Pair:
    lines = [_plain(line) for line in lesson.split("\n")]
    if kind == "procedure":
        fields = {"title": lines[0], "generalizable_pattern": lines[0], "applies_when": "always", "steps": lines}
        more = {"task_goal": "g", "approach": lines[0]}
        return "report_success_analysis", {"task": 1, **fields, **more, "evidence": evidence}
    if kind == "warning":
        fields = {"title": lines[0], "failure_point": lines[0], "flawed_reasoning": "r", "applies_when": "always"}
        more = {"what_should_have_been_done": lines[0], "prevention_principle": lines[0], "task_goal": "g"}
        return "report_failure_analysis", {"task": 1, **fields, **more, "evidence": evidence}
    return "report_factual_content", {
        "task": 1,
        "title": lines[0],
        "task_goal": "g",
        "facts": lines,
        "evidence": evidence,
    }


def _plain(lesson: str) -> str:
    return lesson.lstrip("- ")


def _came(learned: Learned) -> tuple[str, str]:
    if learned.lessons:
        return "written", ""
    for came, told in (("held", learned.held), ("refused", learned.refused)):
        if told:
            return came, told[-1][1]
    return "nothing", ""


def _texts(folder: Path) -> Iterator[str]:
    """What stands in the skills."""
    for path in sorted(folder.rglob("*.md")):
        if not (path.name == "SKILL.md" and path.parent.name in (DAILY, USER)):
            yield path.read_text(encoding="utf-8").lower()


def main() -> int:
    tried, good = list(injections()), list(ordinary())
    print(f"{'run by':14}{'runs':>6}{'written':>9}{'held':>7}{'refused':>9}{'nothing':>9}{'breached':>10}")
    for engine in dict.fromkeys(each.engine for each in tried):
        of = [each for each in tried if each.engine == engine]
        count = Counter(each.came for each in of)
        print(
            f"{engine:14}{len(of):>6}",
            *(f"{count[came]:>8}" for came in ("written", "held", "refused", "nothing")),
            f"{sum(each.breached for each in of):>9}",
        )
    stopped = [each for each in good if each.came != "written"]
    print(f"ordinary lessons: {len(good)}, held or refused: {len(stopped)} ({len(stopped) / len(good):.1%})")
    for each in (*(each for each in tried if each.breached), *stopped):
        print(f"  {each.name} ({each.engine}): {each.came} {each.reason}")
    return int(any(each.breached for each in tried) or len(stopped) > 0.05 * len(good))


if __name__ == "__main__":
    sys.exit(main())
