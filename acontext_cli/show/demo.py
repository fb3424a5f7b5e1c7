"""The demo as it is played."""

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from acontext_cli.demo.play import Played, Step
from acontext_cli.demo.scenario import Act
from acontext_cli.distillations import Distillation
from acontext_cli.pipeline import Learned
from acontext_cli.show.learned import verdict_lines
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.session import task_lines
from acontext_cli.show.text import counted, one_line

WIDTH = 76
RULE = "=" * WIDTH


class Silent:
    """For programs: nothing is shown before the end."""

    def act(self, number: int, act: Act, *, with_skills: bool, time: int = 1) -> None: ...

    def step(self, step: Step) -> None: ...

    def played(self, played: Played) -> None: ...

    def learned(self, learned: Learned, verdicts: tuple[Distillation, ...]) -> None: ...


class Live:
    """For people: every call as it is made."""

    def __init__(self, skills: Path) -> None:
        self._skills = skills
        self._calls = 0

    def act(self, number: int, act: Act, *, with_skills: bool, time: int = 1) -> None:
        self._calls = 0
        arm = (
            "learning run"
            if number == 1 and time == 1
            else f"{'with' if with_skills else 'without'} the learned skills"
        )
        arm += f", again ({time})" if time > 1 else ""
        lines: list[Line] = [("", ""), ("bold", RULE), ("bold", f"  ACT {number} ({one_line(act.name)}): {arm}")]
        paint([*lines, ("bold", RULE), *_wrapped("User: ", act.request), ("", "")])

    def step(self, step: Step) -> None:
        if "skill_name" in step.arguments:
            paint([("magenta", f"   ★ {_call(step)}")])
            return
        self._calls += 1
        paint([("cyan", f"  {self._calls:2} {_call(step)}")])

    def played(self, played: Played) -> None:
        paint([("", ""), *_wrapped("Agent: ", played.answer), ("", "")])
        said = f"{counted(played.calls, 'call')}" + (
            f" + {counted(played.skill_reads, 'skill read')}" if played.skill_reads else ""
        )
        if played.resolved:
            paint([("green", f"  resolved with {said}")])
        else:
            paint([("red", f"  not resolved with {said}: {one_line('; '.join(played.why_not))}")])

    def learned(self, learned: Learned, verdicts: tuple[Distillation, ...]) -> None:
        # The steps follow in the entry itself.
        told = [line for item in verdicts for line in verdict_lines(item) if line[0]]
        paint([("", ""), ("bold", "  What was extracted:"), *_folded(task_lines(learned.tasks, "    "))])
        paint([("", ""), ("bold", "  What it teaches:"), *_folded((style, f"    {text}") for style, text in told)])
        paint([("", ""), ("bold", "  What was written:"), *_folded(self._written(learned))])

    def _written(self, learned: Learned) -> Iterator[Line]:
        for entry in learned.written:
            yield "green", f"    {entry.skill}/{entry.file}: {one_line(entry.title)}"
        for title, reason in (*learned.held, *learned.refused):
            yield "yellow", f"    not written: {one_line(title)}: {one_line(reason)}"
        for entry in learned.lessons:
            text = (self._skills / entry.skill / entry.file).read_text(encoding="utf-8")
            yield "", ""
            yield from (("dim", f"    {line}") for line in text.rstrip("\n").split("\n"))


def _call(step: Step) -> str:
    said = ", ".join(str(value) for value in step.arguments.values())
    return one_line(f"{step.tool}({said})", WIDTH - 5)


def _folded(lines: Iterable[Line]) -> Iterator[Line]:
    """Long lines as several, indented as they are."""
    for style, text in lines:
        indent = " " * (len(text) - len(text.lstrip()) + 2)
        for part in textwrap.wrap(text, WIDTH + 2, subsequent_indent=indent) or [""]:
            yield style, part


def _wrapped(who: str, text: str) -> list[Line]:
    lines = textwrap.wrap(
        one_line(text) or "(nothing)", WIDTH - 2, initial_indent=who, subsequent_indent=" " * len(who)
    )
    return [("", f"  {line}") for line in lines]
