"""A scenario: the incidents an agent is put into, as data. The faults are for the checker alone."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.demo.document import read
from acontext_cli.demo.faults import Fault, fault
from acontext_cli.demo.part import Part
from acontext_cli.distillations import Success
from acontext_cli.errors import AcontextError

__all__ = ["SYSTEM_PROMPT", "Act", "Fault", "Scenario", "bundled", "find_scenario", "load_scenario"]

SYSTEM_PROMPT = (
    "You are a DevOps incident response agent with full authority to make changes. "
    "Diagnose the root cause, apply the fix immediately, and verify it works. "
    "Act autonomously — never ask for permission or confirmation. "
    "Complete the full resolution cycle: diagnose → fix → verify."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One incident and the world it happens in."""

    name: str
    request: str
    """What the user says."""
    services: Mapping[str, Mapping[str, object]]
    configs: Mapping[str, Mapping[str, object]]
    logs: Mapping[str, tuple[str, ...]]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Acts that are played in order: the first is learned from."""

    name: str
    title: str
    date: str
    """What its sessions are dated with, YYYY-MM-DD."""
    system: str
    """The agent's system prompt."""
    acts: tuple[Act, ...]
    doubtful: Success | None = None
    """What a hasty learner would write of the first act: shown to be stopped, if the gates stop it."""


def load_scenario(path: Path) -> Scenario:
    """The scenario in the file; a broken one is refused in one line with file, line and reason."""
    document = read(path)
    fields = document.fields("title", "date", "system", "acts", "doubtful", needed=("title", "date", "acts"))
    return Scenario(
        name=path.resolve().parent.name if path.name == "scenario.yaml" else path.stem,
        title=fields["title"].text,
        date=_date(fields["date"]),
        system=fields["system"].text if "system" in fields else SYSTEM_PROMPT,
        acts=_acts(fields["acts"]),
        doubtful=_doubtful(fields["doubtful"]) if "doubtful" in fields else None,
    )


def _doubtful(part: Part) -> Success:
    told = ("title", "applies_when", "principle", "steps", "verify")
    fields = part.fields(*told, needed=("title", "applies_when", "steps"))
    return Success(
        title=fields["title"].text,
        task_goal="",
        approach="",
        generalizable_pattern=fields["principle"].text if "principle" in fields else "",
        applies_when=fields["applies_when"].text,
        steps=tuple(step.text for step in fields["steps"].items),
        verify=fields["verify"].text if "verify" in fields else "",
    )


def _date(part: Part) -> str:
    try:
        plain = datetime.date.fromisoformat(part.text).isoformat()
    except ValueError:
        plain = ""
    # fromisoformat takes week dates and more besides
    return part.text if part.text == plain else part.refuse(f"{part.text!r} is no date: write YYYY-MM-DD")


def _acts(part: Part) -> tuple[Act, ...]:
    acts: list[Act] = []
    for item in part.items:
        act = _act(item)
        if act.name in {before.name for before in acts}:
            item.refuse(f"two acts are called {act.name!r}")
        acts.append(act)
    return tuple(acts) or part.refuse("no acts: at least one is needed")


def _act(part: Part) -> Act:
    fields = part.fields("name", "request", "world", "faults", needed=("name", "request", "world"))
    world = fields["world"].fields("services", "configs", "logs", needed=("services",))
    services = _settings(world["services"])
    configs = _settings(world["configs"]) if "configs" in world else {}
    return Act(
        name=_name(fields["name"]),
        request=fields["request"].text,
        services=services or world["services"].refuse("no services: at least one is needed"),
        configs=configs,
        logs=_logs(world["logs"]) if "logs" in world else {},
        faults=tuple(fault(item, services, configs) for item in fields["faults"].items) if "faults" in fields else (),
    )


def _name(part: Part) -> str:
    if not re.fullmatch(r"\w[\w .-]{0,39}", part.text):
        part.refuse(f"{part.text[:60]!r} is no name of an act: up to 40 letters, digits, spaces, '.', '_' or '-'")
    return part.text


def _settings(part: Part) -> dict[str, dict[str, object]]:
    return {name: {key: value.plain for key, value in item.members.items()} for name, item in part.members.items()}


def _logs(part: Part) -> dict[str, tuple[str, ...]]:
    return {name: tuple(line.text for line in item.items) for name, item in part.members.items()}


def bundled() -> dict[str, Path]:
    """The scenarios that come with the program, by name."""
    package = Path(__file__).parent.parent
    for folder in (package / "_bundled" / "scenarios", package.parent / "scenarios"):
        if folder.is_dir():
            return {file.parent.name: file for file in sorted(folder.glob("*/scenario.yaml"))}
    raise AcontextError("the scenarios are not installed with this package: name a file")


def find_scenario(name_or_file: str) -> Path:
    """The file of a bundled scenario, or the file or folder that is named."""
    known = bundled()
    if name_or_file in known:
        return known[name_or_file]
    path = Path(name_or_file)
    if path.is_dir():
        return path / "scenario.yaml"
    if path.exists() or path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        return path
    raise AcontextError(f"no scenario {name_or_file!r}: name a file or one of {', '.join(known)}")
