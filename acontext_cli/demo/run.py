"""The demo: the first act is learned from, every later one is played without and with what was learned.

All ids and times come from the scenario, so a run of the scripted agent repeats exactly; with a model every act may be
played several times, and the first of them is learned from.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

from acontext_cli.demo.hasty import Doubted, HastyEngine, doubted, without
from acontext_cli.demo.play import Played, Step, play
from acontext_cli.demo.scenario import Act, Scenario
from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Engine
from acontext_cli.ledger import Run
from acontext_cli.messages import Json
from acontext_cli.model import NOTHING, Model, Usage
from acontext_cli.pipeline import Learned, learn
from acontext_cli.reads.transcripts import count as count_reads
from acontext_cli.recall import Recall
from acontext_cli.session import Session
from acontext_cli.skills import slug
from acontext_cli.store import SkillStore
from acontext_cli.workspace import WorkspaceFolder


class Show(Protocol):
    """Where the demo is seen as it goes on."""

    def act(self, number: int, act: Act, *, with_skills: bool, time: int) -> None: ...

    def step(self, step: Step) -> None: ...

    def played(self, played: Played) -> None: ...

    def learned(self, learned: Learned, verdicts: tuple[Distillation, ...]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What came of it."""

    scenario: str
    engine: str
    agent: str
    """Who played, and judged where `engine` is a model's."""
    repeat: int
    """How often each act was played."""
    usage: Usage
    """What was asked of a model, by agent and engine together."""
    workspace: Path
    runs: tuple[Played, ...]
    learned: tuple[tuple[str, str], ...]
    """Skill and file of each entry that the first act taught."""
    doubted: Doubted | None = None
    """What became of the scenario's hasty lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a scenario is played, by whom, and who learns from it."""

    scenario: Scenario
    workspace: WorkspaceFolder
    store: SkillStore
    engine: Callable[[Session | None], Engine]
    """Who learns from a session."""
    agent: Callable[[], Model]
    turns: int
    show: Show
    repeat: int = 1
    usage: Callable[[], Usage] = lambda: NOTHING

    def run(self) -> Demo:
        self.store.prepare(self._run(self.engine(None), "prepare"))
        first, *later = self.scenario.acts
        runs = [self._played(1, first, 1, with_skills=False)]
        learned, hasty = self._learn(first)
        runs += [self._played(1, first, time, with_skills=False) for time in range(2, self.repeat + 1)]
        for number, act in enumerate(later, 2):
            for time in range(1, self.repeat + 1):
                runs += [self._played(number, act, time, with_skills=each) for each in (False, True)]
        return Demo(
            scenario=self.scenario.name,
            engine=self.engine(None).name,
            agent=self.agent().name,
            repeat=self.repeat,
            usage=self.usage(),
            workspace=self.workspace.root,
            runs=tuple(runs),
            learned=tuple(dict.fromkeys((entry.skill, entry.file) for entry in learned.lessons)),
            doubted=hasty,
        )

    def _played(self, number: int, act: Act, time: int, *, with_skills: bool) -> Played:
        session = self._session(number, act, time, with_skills=with_skills)
        self.show.act(number, act, with_skills=with_skills, time=time)
        return self._play(act, session, with_skills=with_skills)

    def _play(self, act: Act, session: Session, *, with_skills: bool) -> Played:
        def record(message: Json) -> None:
            session.record([message])

        played = play(
            act,
            self.agent(),
            system=self.scenario.system,
            recall=Recall(self.store.offered(), self.store.read, today=lambda: self.scenario.date)
            if with_skills
            else None,
            record=record,
            show=self.show.step,
            turns=self.turns,
        )
        session.close()
        if with_skills:
            count_reads(session)
        self.show.played(played)
        return played

    def _session(self, number: int, act: Act, time: int, *, with_skills: bool) -> Session:
        """A session whose ids and times the scenario decides."""
        name = act.name if with_skills or number == 1 else f"{act.name}-without"
        name = name if time == 1 else f"{name}-{time}"
        minute = 2 * number + with_skills
        clock = _clock(f"{self.scenario.date}T09:{minute:02}")
        made = Session.create(
            self.workspace.sessions,
            id=_id(self.scenario.name, name),
            created=next(clock),
            name=name,
            date=self.scenario.date,
            source="demo",
        )
        ids = (f"m{place:03}" for place in count(1))
        return Session.open(made.folder, clock=lambda: next(clock), new_id=lambda: next(ids))

    def _learn(self, act: Act) -> tuple[Learned, Doubted | None]:
        """Learn from the first time that an act was played; what became of a hasty lesson is told apart."""
        session = self.workspace.find_session(_id(self.scenario.name, act.name))
        engine, hasty = self.engine(session), self.scenario.doubtful
        engine = HastyEngine(engine, hasty) if hasty else engine
        learned = learn(session, engine, self.store, run=self._run(engine, session.name, session.id))
        verdicts = tuple(session.distillations())
        if hasty is None:
            self.show.learned(learned, verdicts)
            return learned, None
        title = hasty.title
        told = tuple(each for each in verdicts if getattr(each.verdict, "title", "") != title)
        self.show.learned(without(hasty, learned), told)
        return learned, doubted(hasty, learned, self._written(learned, title))

    def _written(self, learned: Learned, but: str) -> str:
        """The first entry that was learned, but for one of this title."""
        ids = (each.entry for each in learned.lessons if each.title != but and each.entry)
        found = self.store.draft().entry(next(ids, ""))
        return found[1].text if found else ""

    def _run(self, engine: Engine, name: str, session: str = "") -> Run:
        time = f"{self.scenario.date}T{'10' if session else '08'}:00:00.000Z"
        return Run(id=slug(f"demo-{name}"), time=time, session=session, engine=engine.name, model=engine.model)


def _id(scenario: str, act: str) -> str:
    """As random ids look, so that their beginnings differ; and the same in every run."""
    from hashlib import sha256
    from uuid import UUID

    return str(UUID(hex=sha256(f"{scenario}/{act}".encode()).hexdigest()[:32], version=4))


def _clock(minute: str) -> Iterator[str]:
    """A time for every message: the seconds of the minute, then fractions of the last one."""
    for second in range(60):
        yield f"{minute}:{second:02}.000Z"
    for millisecond in count(1):
        yield f"{minute}:59.{millisecond:03}Z"
