"""What the gates stop of good lessons, and what of bad ones, gate by gate.

    python benchmarks/calibration.py [--stopped] [--passed] [--part first|second|third|fourth]

Each file of `benchmarks/lessons/` is a transcript, a small space, and lessons that somebody might draw from it, as a
careful and as a careless learner would write them. Each goes its whole way: proposed as a model proposes it, tried by
`Attempt` on a real space. The first part was written before the gates were made, the second when they had been tuned
by it, the third when they had been tuned by both, the fourth by somebody who had read none of the gates. When a part
was measured for the first time, before anything was tuned by it, so many of the good and of the bad were stopped:
second part 3 of 30 and 46 of 48, third part 1 of 13 and 25 of 28, fourth part 3 of 40 and 26 of 40.
"""

import argparse
import base64
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from acontext_cli.distillations import Distillation, Facts, Failure, Lesson, Success
from acontext_cli.edits import AddEntry, CreateSkill
from acontext_cli.engines.engine import Proposal, Proposed
from acontext_cli.engines.llm import moves
from acontext_cli.engines.llm.ours import Unfit
from acontext_cli.engines.llm.proposing import Proposer
from acontext_cli.files import DISK
from acontext_cli.gates import GATES, Evidence, Gate, first_objection
from acontext_cli.learned import Attempt, SpaceView
from acontext_cli.ledger import Record, Run
from acontext_cli.messages import Message
from acontext_cli.skills import entries
from acontext_cli.store import SkillStore
from acontext_cli.tasks import Known, Task
from acontext_cli.trace.witness import witnessed

LESSONS = Path(__file__).parent / "lessons"
NOTES = "notes.md"
FAST = replace(DISK, sync=lambda _: None, sync_data=lambda _: None)
"""Nothing of these spaces outlives a moment."""
PROPOSER = "proposer"
"""What a learner is told before any gate looks: an entry of this very title was deleted, or stands there."""
SECRETS = {
    "{{github-token}}": "gh" + "p_" + "x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo",
    "{{password}}": "Vq7" + "-tR2mZx9Lw",
    "{{aws-key}}": "AKIA" + "Q7RT2MZX9LWB4KSD",
}
"""What stands for a secret in the files, so that no scanner takes these for leaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A lesson, what it was drawn from, and where it is to be written."""

    file: str
    part: str
    name: str
    fault: str
    """What is wrong with it; empty: nothing."""
    known: str
    kind: str
    skill: str
    text: str
    said: Sequence[Mapping[str, Any]]
    space: Mapping[str, Mapping[str, str]]
    deleted: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a case."""

    case: Case
    gate: str
    """Who stopped it; empty: nobody."""
    decision: str
    reason: str


def cases(part: str = "") -> Iterator[Case]:
    """All lessons of the files, or of those of one part."""
    import yaml

    for path in sorted(LESSONS.glob("*.yaml")):
        group = yaml.safe_load(path.read_text(encoding="utf-8"))
        if part in ("", group["part"]):
            yield from (_case(path.stem, group, told) for told in (*group["good"], *group["bad"]))


def _case(file: str, group: Mapping[str, Any], told: Mapping[str, Any]) -> Case:
    text = str(told["text"])
    for name, secret in SECRETS.items():
        text = text.replace(name, secret)
    return Case(
        file=file,
        part=group["part"],
        name=told["name"],
        fault=told.get("fault", ""),
        known=told.get("known", "check"),
        kind=told.get("kind", "procedure"),
        skill=told.get("skill", next(iter(group["space"]))),
        text=text,
        said=[*group["said"], *told.get("extra", ())],
        space=group["space"],
        deleted=group.get("deleted", ()),
    )


def judged(case: Case, gates: Sequence[Gate] = GATES) -> Result:
    """Send a lesson its whole way."""
    with tempfile.TemporaryDirectory() as folder:
        store = _store(case, Path(folder))
        draft, messages = store.draft(), tuple(witnessed(_messages(case.said)))
        view = SpaceView(draft, store.ledger, (), deleted_titles=store.deleted_titles)
        learner = _Learner(case, gates, messages)
        attempt = Attempt(view, lambda _: messages)
        attempt.learn(learner, [_item(case)], {})  # type: ignore[arg-type]
    return learner.result


class _Learner:
    """An engine that proposes one lesson as a model would."""

    def __init__(self, case: Case, gates: Sequence[Gate], messages: Sequence[Message]) -> None:
        self._case = case
        self._gates = gates
        self._messages = messages
        self.result = Result(case=case, gate="", decision="written", reason="")

    def learn(self, items: Sequence[Distillation], space: SpaceView, _names: object) -> Proposed:
        try:
            proposal = self._proposal(space, items[0])
        except Unfit as error:
            self.result = Result(case=self._case, gate=PROPOSER, decision="refused", reason=str(error))
            return
        evidence = Evidence(known=items[0].known, messages=lambda: self._messages, task=items[0].task, space=space)
        verdict = first_objection(proposal, evidence, self._gates)
        came = yield proposal
        if came and came.decision != "written":
            gate = verdict.gate if verdict else "edit"
            self.result = Result(case=self._case, gate=gate, decision=came.decision, reason=came.reason)

    def _proposal(self, space: SpaceView, item: Distillation) -> Proposal:
        move = moves.AddEntry(skill=self._case.skill, file=NOTES, text=self._case.text)
        return Proposer(space).proposal(move, item)


def _item(case: Case) -> Distillation:
    because = "only the agent says so" if case.known == "claim" else "a look after the change shows it"
    known = Known(source=case.known, because=because)  # type: ignore[arg-type]
    goal = next(str(each["user"]) for each in case.said if "user" in each)
    task = Task(
        number=1, goal=goal, status="success", known=known, first="m1", last="m9", start=0, end=9, at="2026-03-26"
    )
    return Distillation(
        id="lesson", session="session", task=task, verdict=_verdict(case), known=known, date="2026-03-26"
    )


def _verdict(case: Case) -> Lesson:
    title = case.text.partition("\n")[0].removeprefix("## ")
    if case.kind == "warning":
        return Failure(title=title, failure_point="f", prevention_principle="p", applies_when="w")
    if case.kind in ("fact", "user"):
        return Facts(title=title, facts=("f",), about="user" if case.kind == "user" else "environment")
    return Success(title=title, task_goal="g", approach="", generalizable_pattern="p", applies_when="w")


def _messages(said: Iterable[Mapping[str, Any]]) -> Iterator[Message]:
    for number, each in enumerate(said, 1):
        if "user" in each:
            yield Message({"role": "user", "content": each["user"]}, f"u{number}")
        elif "agent" in each:
            yield Message({"role": "assistant", "content": each["agent"]}, f"s{number}")
        else:
            call = {"name": each["call"], "arguments": json.dumps(each.get("args", {}))}
            asked = [{"id": f"c{number}", "type": "function", "function": call}]
            yield Message({"role": "assistant", "content": None, "tool_calls": asked}, f"a{number}")
            result = _decoded(each["result"])
            yield Message({"role": "tool", "tool_call_id": f"c{number}", "content": result}, f"r{number}")


def _decoded(result: str) -> str:
    """A result with its `{{base64: …}}` encoded: what hides in one is readable in the file."""
    head, mark, rest = result.partition("{{base64: ")
    hidden, _, tail = rest.partition("}}")
    return head + base64.b64encode(hidden.encode()).decode() + tail if mark else result


def _store(case: Case, folder: Path) -> SkillStore:
    """The case's space: its entries as earlier runs wrote them, and what a person took away since."""
    store = SkillStore(folder / "skills", folder / "machine", folder / "history", FAST)
    store.prepare()
    draft, records = store.draft(), list[Record]()
    for name in dict.fromkeys((*case.space, case.skill)):
        head = CreateSkill(name=name, description=f"What is known of {name.replace('-', ' ')}.", body=f"# {name}\n")
        draft.apply(head)
    for place, title in enumerate(case.deleted):
        text = f"## {title} (date: 2026-01-09) <!-- id: 00dead{place} -->\n- It stood here once."
        draft.apply(AddEntry(skill=case.skill, file="gone.md", text=text))
        records.append(_record(case.skill, "gone.md", f"00dead{place}"))
    for name, files in case.space.items():
        for file, text in files.items():
            for entry in entries(text, file):
                draft.apply(AddEntry(skill=name, file=file, text=entry.text))
                records.append(_record(name, file, entry.id))
    run = Run(id="earlier", time="2026-03-01T00:00:00.000Z", session="earlier", engine="offline")
    store.commit(draft, records, run)
    if not case.deleted:
        return store
    (store.folder / case.skill / "gone.md").unlink()
    return SkillStore(folder / "skills", folder / "machine", folder / "history", FAST)  # as the next command finds it


def _record(skill: str, file: str, entry: str) -> Record:
    return Record(action="add", lesson=f"of {entry}", skill=skill, file=file, entry=entry)


@cache
def measured(part: str = "") -> tuple[Result, ...]:
    """What came of every lesson that can be measured with the gates there are."""
    return tuple(judged(case) for case in cases(part) if case.fault != "injection" or _scans_for_injections())


def _scans_for_injections() -> bool:
    return any("injection" in f"{getattr(gate, '__module__', '')}.{gate.__name__}" for gate in GATES)


def rate(results: Iterable[Result]) -> float:
    """Which share of the lessons was stopped."""
    stopped = [bool(each.gate) for each in results]
    return sum(stopped) / len(stopped) if stopped else 0.0


def of_kind(results: Iterable[Result], *, good: bool) -> list[Result]:
    return [each for each in results if (not each.case.fault) == good]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--part", choices=("first", "second", "third", "fourth"), default="")
    asked.add_argument("--stopped", action="store_true", help="what was stopped, with the reasons")
    asked.add_argument("--passed", action="store_true", help="bad lessons that got through")
    given = asked.parse_args()
    results = measured(given.part)
    _gate_by_gate(results)
    _fault_by_fault(results)
    for part in ("first", "second", "third", "fourth"):
        if found := [each for each in results if each.case.part == part]:
            _totals(f"{part} part", found)
    _totals("all", results)
    if given.stopped:
        _listed(each for each in results if each.gate)
    if given.passed:
        _listed(each for each in results if each.case.fault and not each.gate)


def _gate_by_gate(results: Sequence[Result]) -> None:
    print(f"{'gate':<12}{'good':>6}{'bad':>6}   decisions")
    for gate in dict.fromkeys(each.gate for each in sorted(results, key=lambda one: one.gate) if each.gate):
        mine = [each for each in results if each.gate == gate]
        good, bad = len(of_kind(mine, good=True)), len(of_kind(mine, good=False))
        told = Counter(each.decision for each in mine)
        print(f"{gate:<12}{good:>6}{bad:>6}   {', '.join(f'{count} {what}' for what, count in told.items())}")


def _fault_by_fault(results: Sequence[Result]) -> None:
    print(f"\n{'fault':<12}{'stopped':>8}{'of':>5}")
    for fault in dict.fromkeys(each.case.fault for each in results if each.case.fault):
        mine = [each for each in results if each.case.fault == fault]
        print(f"{fault:<12}{sum(bool(each.gate) for each in mine):>8}{len(mine):>5}")
    print()


def _totals(name: str, results: Sequence[Result]) -> None:
    told = (_share(word, of_kind(results, good=good)) for word, good in (("good", True), ("bad", False)))
    print(f"{name:<12} stopped: {', '.join(told)}")


def _share(word: str, results: Sequence[Result]) -> str:
    return f"{sum(bool(each.gate) for each in results)} of {len(results)} {word} ({rate(results):.0%})"


def _listed(results: Iterable[Result]) -> None:
    for each in results:
        case = each.case
        print(f"\n{case.file}: {case.name} [{case.fault or 'good'}]")
        print(f"  {each.decision}{f' by {each.gate}: {each.reason}' if each.gate else ''}")


if __name__ == "__main__":
    main()
