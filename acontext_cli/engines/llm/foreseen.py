"""Verdicts that came with the extraction of a task: kept until it is distilled, at the same outcome only."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

from acontext_cli.engines.llm.reports import Report, SuccessReport, verdicts
from acontext_cli.engines.llm.shown import Shown
from acontext_cli.messages import Json
from acontext_cli.models.kept import key_of
from acontext_cli.session.answers import Answers
from acontext_cli.tasks import Task

Given = tuple[Report, tuple[str, ...]]
"""A report with the ids of the messages that are its evidence."""


class Foreseen:
    """The verdicts of one session, among its answers."""

    def __init__(self, answers: Answers, model: str) -> None:
        """`model`: whose verdicts they are."""
        self._answers = answers
        self._model = model

    def keep(self, task: Task, reports: Sequence[Report], seen: Shown) -> None:
        """Keep the verdicts on a task as it stands."""
        given = [
            {"name": _NAMES[type(report)], "report": _fields(report), "messages": ids(report, seen)}
            for report in reports
        ]
        self._answers.add(self._key(task), {"verdicts": given})

    def of(self, task: Task) -> Sequence[Given]:
        """The verdicts on a task, if it stands as it did; none where there are none, or they cannot be read."""
        kept = self._answers.get(self._key(task))
        try:
            return [_read(each) for each in cast("list[Json]", kept["verdicts"])] if kept else ()
        except (KeyError, TypeError, ValueError):
            return ()

    def _key(self, task: Task) -> str:
        return key_of("verdicts", self._model, task.number, task.outcome)


def fits(report: Report, task: Task) -> bool:
    """Whether a verdict is one on a task that came out so: what failed is no procedure."""
    return not isinstance(report, SuccessReport) or task.status == "success"


def ids(report: Report, seen: Shown) -> tuple[str, ...]:
    """The messages that a report names, by their ids."""
    return tuple(dict.fromkeys(id for number in report.evidence if (id := seen.id(number))))


def _fields(report: Report) -> dict[str, Any]:
    return {name: value for name, value in asdict(report).items() if name not in ("task", "evidence")}


def _read(kept: Json) -> Given:
    tool = _TOOLS[str(kept["name"])]
    return tool.read(json.dumps(kept["report"])), tuple(map(str, cast("list[str]", kept["messages"])))


_TOOLS = {tool.name: tool for tool in verdicts(of_many=True)}
_NAMES: dict[type[Report], str] = {tool.kind: tool.name for tool in verdicts(of_many=True)}
