"""The report of a demo: the same acts without and with what was learned."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from shlex import quote

from acontext_cli.api.demo_folder import removal
from acontext_cli.demo.play import Played
from acontext_cli.demo.run import Demo
from acontext_cli.show.demo import RULE
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.text import counted, one_line

LITTLE = 20
"""Percent."""


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


def report(demo: Demo, where: Path) -> None:
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
            ("", f"Look around:  acontext --workspace {quote(str(where))} status"),
            ("", f"Remove it:    {removal(where)}"),
        ]
    )


def _block(demo: Demo, where: Path) -> list[Line]:
    first, rest = demo.runs[0], [run for run in demo.runs if run.skills == "learned"]
    lines: list[Line] = [("", f"  Act 1 (no prior knowledge):  {_said(first)}")]
    if rest:
        lines.append(("", f"  Act 2 (with learned skills): {_said(rest[0])}"))
        if first.resolved and rest[0].resolved and rest[0].calls < first.calls:
            saved = round((1 - rest[0].calls / first.calls) * 100)
            lines.append(("bold green", f"  → {saved}% fewer tool calls with learned skills"))
    return [*lines, ("", ""), ("", f"  Skills saved to: {where}/skills_store/default/")]


def _said(run: Played) -> str:
    return f"{run.calls} tool calls" + ("" if run.resolved else ", not resolved")


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
    solved = [(plain, skilled) for plain, skilled in pairs if plain.resolved and skilled.resolved]
    little = [one_line(plain.act, 20) for plain, skilled in solved if _saved(plain.calls, _cost(skilled)) < LITTLE]
    if little:
        paint([("", ""), ("", f"  With the reading counted, little or nothing is saved in {', '.join(little)}.")])


def _row(plain: Played, skilled: Played) -> tuple[str, ...]:
    acts = (one_line(plain.act, 20), _outcome(plain), _outcome(skilled))
    if not (plain.resolved and skilled.resolved):
        return (*acts, "–", "–")  # what does not solve the act saves nothing
    saved = (_saved(plain.calls, skilled.calls), _saved(plain.calls, _cost(skilled)))
    return (*acts, *(f"{-percent:+d}%" for percent in saved))


def _outcome(run: Played) -> str:
    reads = f" + {counted(run.skill_reads, 'read')}" if run.skills == "learned" else ""
    return f"{run.calls}{reads}, {'resolved' if run.resolved else 'not resolved'}"


def _cost(run: Played) -> int:
    return run.calls + run.skill_reads


def _saved(before: int, after: int) -> int:
    return round((1 - after / before) * 100) if before else 0
