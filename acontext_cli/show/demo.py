"""The demo as it is played, and its report: the same acts without and with what was learned."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from acontext_cli.demo.play import Played, Step
from acontext_cli.demo.run import Demo
from acontext_cli.demo.scenario import Act
from acontext_cli.distillations import Distillation
from acontext_cli.pipeline import Learned
from acontext_cli.show.learned import verdict_lines
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.session import task_lines
from acontext_cli.show.text import counted, one_line

WIDTH = 76
RULE = "=" * WIDTH
LITTLE = 20
"""Percent."""


class Silent:
    """For programs: nothing is shown before the end."""

    def act(self, number: int, act: Act, *, with_skills: bool) -> None: ...

    def step(self, step: Step) -> None: ...

    def played(self, played: Played) -> None: ...

    def learned(self, learned: Learned, verdicts: tuple[Distillation, ...]) -> None: ...


class Live:
    """For people: every call as it is made."""

    def __init__(self, skills: Path) -> None:
        self._skills = skills
        self._calls = 0

    def act(self, number: int, act: Act, *, with_skills: bool) -> None:
        self._calls = 0
        arm = "learning run" if number == 1 else f"{'with' if with_skills else 'without'} the learned skills"
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


def report(demo: Demo, where: str) -> None:
    """The result block, then whether it was the skill."""
    paint([("", ""), ("bold", RULE), *_block(demo, where), ("bold", RULE)])
    pairs = _pairs(demo.runs)
    if pairs:
        _compare(pairs)
    paint(
        [
            ("", ""),
            ("dim", "A scripted agent played this: it shows the mechanics. What a skill does for a"),
            ("dim", "real model is measured with that model (--model NAME, in a later version)."),
            ("", ""),
            ("", f"Look around:  cd {where}  then  acontext status"),
            ("", "Remove it:    acontext demo clean"),
        ]
    )


def as_reported(demo: Demo) -> dict[str, object]:
    """The demo for programs."""
    return {
        "scenario": demo.scenario,
        "engine": demo.engine,
        "workspace": str(demo.workspace),
        "runs": [_as_run(run) for run in demo.runs],
        "learned": [{"skill": skill, "file": file} for skill, file in demo.learned],
    }


def _as_run(run: Played) -> dict[str, object]:
    return {
        "act": run.act,
        "skills": run.skills,
        "calls": run.calls,
        "skill_reads": run.skill_reads,
        "resolved": run.resolved,
        "steps": [asdict(step) for step in run.steps],
    }


def _block(demo: Demo, where: str) -> list[Line]:
    first, rest = demo.runs[0], [run for run in demo.runs if run.skills == "learned"]
    lines: list[Line] = [("", f"  Act 1 (no prior knowledge):  {first.calls} tool calls")]
    if rest:
        lines.append(("", f"  Act 2 (with learned skills): {rest[0].calls} tool calls"))
        if rest[0].calls < first.calls:
            saved = round((1 - rest[0].calls / first.calls) * 100)
            lines.append(("bold green", f"  → {saved}% fewer tool calls with learned skills"))
    return [*lines, ("", ""), ("", f"  Skills saved to: {where}/skills_store/default/")]


def _pairs(runs: Sequence[Played]) -> list[tuple[Played, Played]]:
    without = {run.act: run for run in runs if run.skills == "none"}
    return [(without[run.act], run) for run in runs if run.skills == "learned"]


def _compare(pairs: Sequence[tuple[Played, Played]]) -> None:
    head = ("act", "calls without", "calls with", "calls", "calls + reads")
    rows = [head, *(_row(plain, skilled) for plain, skilled in pairs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    paint([("", ""), ("bold", "Was it the skill? The same incident, the same agent, without and with it:"), ("", "")])
    paint([("bold", f"  {lines[0]}"), *(("", f"  {line}") for line in lines[1:])])
    little = [one_line(plain.act, 20) for plain, skilled in pairs if _saved(plain.calls, _cost(skilled)) < LITTLE]
    if little:
        paint([("", ""), ("", f"  With the reading counted, little or nothing is saved in {', '.join(little)}.")])


def _row(plain: Played, skilled: Played) -> tuple[str, ...]:
    saved = (_saved(plain.calls, skilled.calls), _saved(plain.calls, _cost(skilled)))
    return (one_line(plain.act, 20), _outcome(plain), _outcome(skilled), *(f"{-percent:+d}%" for percent in saved))


def _outcome(run: Played) -> str:
    reads = f" + {counted(run.skill_reads, 'read')}" if run.skills == "learned" else ""
    return f"{run.calls}{reads}, {'resolved' if run.resolved else 'not resolved'}"


def _cost(run: Played) -> int:
    return run.calls + run.skill_reads


def _saved(before: int, after: int) -> int:
    return round((1 - after / before) * 100) if before else 0


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
