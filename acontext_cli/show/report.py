"""The report of a demo: the same acts without and with what was learned; of several runs the median and the range."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from statistics import median
from textwrap import wrap

from acontext_cli.api.demo_folder import removal
from acontext_cli.demo.hasty import Doubted
from acontext_cli.demo.play import Played
from acontext_cli.demo.run import Demo
from acontext_cli.show.demo import RULE, WIDTH
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.text import counted, one_line, used

LITTLE = 20
"""Percent."""
SCRIPTED = "scripted agent"


def as_reported(demo: Demo) -> dict[str, object]:
    """The demo for programs."""
    return {
        "scenario": demo.scenario,
        "engine": demo.engine,
        "agent": demo.agent,
        "repeat": demo.repeat,
        "usage": asdict(demo.usage),
        "workspace": str(demo.workspace),
        "runs": [_as_run(run) for run in demo.runs],
        "learned": [{"skill": skill, "file": file} for skill, file in demo.learned],
        "doubtful": asdict(demo.doubted) if demo.doubted else None,
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


@dataclass(frozen=True, slots=True)
class Arm:
    """An act as it was played, once or several times, in one arm: without skills, or with them."""

    act: str
    runs: tuple[Played, ...]

    @property
    def calls(self) -> float:
        return median(run.calls for run in self.runs)

    @property
    def cost(self) -> float:
        """Calls, and readings of skills."""
        return median(run.calls + run.skill_reads for run in self.runs)

    @property
    def resolved(self) -> bool:
        return all(run.resolved for run in self.runs)

    @property
    def said(self) -> str:
        """`8, resolved`; of several runs `8 (7-10), resolved 3 of 3`."""
        reads = f" + {_range(run.skill_reads for run in self.runs)} reads" if self.runs[0].skills == "learned" else ""
        if len(self.runs) == 1:
            read = f" + {counted(self.runs[0].skill_reads, 'read')}" if reads else ""
            return f"{self.runs[0].calls}{read}, {'resolved' if self.resolved else 'not resolved'}"
        good = sum(run.resolved for run in self.runs)
        return f"{_range(run.calls for run in self.runs)}{reads}, resolved {good} of {len(self.runs)}"


def report(demo: Demo, where: Path) -> None:
    """The result block, then whether it was the skill."""
    arms = _arms(demo.runs)
    paint([("", ""), ("bold", RULE), *_block(demo, arms, where), ("bold", RULE)])
    pairs = _pairs(arms)
    if pairs:
        _compare(demo, pairs)
    if demo.doubted:
        paint(_doubted(demo.doubted))
    paint(
        [
            ("", ""),
            *_players(demo),
            ("", ""),
            ("", f"Look around:  acontext --workspace {quote(str(where))} status"),
            ("", f"Remove it:    {removal(where)}"),
        ]
    )


def _doubted(hasty: Doubted) -> list[Line]:
    """The lesson that a hasty learner would have written, and what became of it."""
    style = "red" if hasty.decision == "written" else "yellow"
    lines: list[Line] = [("", ""), ("bold", "A hasty learner would have written of act 1:"), ("", "")]
    lines += _folded("", f"“{one_line(hasty.condition)}”")
    lines += _folded(style, f"{hasty.decision}: {one_line(hasty.reason)}" if hasty.reason else hasty.decision)
    if hasty.instead and hasty.decision != "written":
        lines += _folded("", f"The entry says instead: {one_line(hasty.instead)}")
    return lines


def _folded(style: str, text: str) -> list[Line]:
    return [(style, line) for line in wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")]


def _players(demo: Demo) -> list[Line]:
    """Who played, and what that shows."""
    if demo.agent == SCRIPTED:
        told = (
            "A scripted agent played this: it shows the mechanics. What a skill does for a",
            "real model is measured with that model: acontext demo run --model NAME.",
        )
        return [("dim", line) for line in told]
    times = "once" if demo.repeat == 1 else f"{demo.repeat} times"
    few = " One run says little: --repeat N." if demo.repeat == 1 else ""
    return [
        ("dim", f"{one_line(demo.agent, 60)} played each act {times}, and learned.{few}"),
        ("dim", f"It took {used(demo.usage.calls, demo.usage.tokens)}."),
    ]


def _arms(runs: Iterable[Played]) -> list[Arm]:
    found: dict[tuple[str, str], list[Played]] = {}
    for run in runs:
        found.setdefault((run.act, run.skills), []).append(run)
    return [Arm(act, tuple(played)) for (act, _), played in found.items()]


def _block(demo: Demo, arms: Sequence[Arm], where: Path) -> list[Line]:
    first, rest = arms[0], [arm for arm in arms if arm.runs[0].skills == "learned"]
    lines: list[Line] = [("", f"  Act 1 (no prior knowledge):  {_said(first)}")]
    if rest:
        lines.append(("", f"  Act 2 (with learned skills): {_said(rest[0])}"))
        if first.resolved and rest[0].resolved and rest[0].calls < first.calls:
            saved = round((1 - rest[0].calls / first.calls) * 100)
            lines.append(("bold green", f"  → {saved}% fewer tool calls with learned skills"))
    if not demo.learned:
        lines.append(("yellow", "  Nothing was learned from act 1."))
    return [*lines, ("", ""), ("", f"  Skills saved to: {where}/skills_store/default/")]


def _said(arm: Arm) -> str:
    return f"{_range(run.calls for run in arm.runs)} tool calls" + ("" if arm.resolved else ", not resolved")


def _range(numbers: Iterable[int]) -> str:
    """`8`, or of several `8 (7-10)`: the median and between what."""
    found = sorted(numbers)
    middle = f"{median(found):g}"
    return middle if found[0] == found[-1] else f"{middle} ({found[0]}-{found[-1]})"


def _pairs(arms: Sequence[Arm]) -> list[tuple[Arm, Arm]]:
    without = {arm.act: arm for arm in arms if arm.runs[0].skills == "none"}
    return [(without[arm.act], arm) for arm in arms if arm.runs[0].skills == "learned"]


def _compare(demo: Demo, pairs: Sequence[tuple[Arm, Arm]]) -> None:
    head = ("act", "calls without", "calls with", "calls", "calls + reads")
    rows = [head, *(_row(plain, skilled) for plain, skilled in pairs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    who = "the same agent" if demo.agent == SCRIPTED else one_line(demo.agent, 40)
    paint([("", ""), ("bold", f"Was it the skill? The same incident, {who}, without and with it:"), ("", "")])
    paint([("bold", f"  {lines[0]}"), *(("", f"  {line}") for line in lines[1:])])
    solved = [(plain, skilled) for plain, skilled in pairs if plain.resolved and skilled.resolved]
    little = [one_line(plain.act, 20) for plain, skilled in solved if _saved(plain.calls, skilled.cost) < LITTLE]
    if little:
        paint([("", ""), ("", f"  With the reading counted, little or nothing is saved in {', '.join(little)}.")])


def _row(plain: Arm, skilled: Arm) -> tuple[str, ...]:
    acts = (one_line(plain.act, 20), plain.said, skilled.said)
    if not (plain.resolved and skilled.resolved):
        return (*acts, "–", "–")  # what does not solve the act saves nothing
    saved = (_saved(plain.calls, skilled.calls), _saved(plain.calls, skilled.cost))
    return (*acts, *(f"{-percent:+d}%" for percent in saved))


def _saved(before: float, after: float) -> int:
    return round((1 - after / before) * 100) if before else 0
