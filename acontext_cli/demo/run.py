"""The demo: the first act is learned from, every later one is played without and with what was learned.

All ids and times come from the scenario, so a run repeats exactly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

from acontext_cli.demo.play import Played, Step, play
from acontext_cli.demo.scenario import Act, Scenario
from acontext_cli.distillations import Distillation
from acontext_cli.engines.engine import Engine
from acontext_cli.ledger import Run
from acontext_cli.messages import Json
from acontext_cli.model import Model
from acontext_cli.pipeline import Learned, learn
from acontext_cli.recall import Recall
from acontext_cli.session import Session
from acontext_cli.skills import slug
from acontext_cli.store import SkillStore
from acontext_cli.workspace import WorkspaceFolder


class Show(Protocol):
    """Where the demo is seen as it goes on."""

    def act(self, number: int, act: Act, *, with_skills: bool) -> None: ...

    def step(self, step: Step) -> None: ...

    def played(self, played: Played) -> None: ...

    def learned(self, learned: Learned, verdicts: tuple[Distillation, ...]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What came of it."""

    scenario: str
    engine: str
    agent: str
    workspace: Path
    runs: tuple[Played, ...]
    learned: tuple[tuple[str, str], ...]
    """Skill and file of each entry that the first act taught."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a scenario is played, by whom, and who learns from it."""

    scenario: Scenario
    workspace: WorkspaceFolder
    store: SkillStore
    engine: Engine
    agent: Callable[[], Model]
    turns: int
    show: Show

    def run(self) -> Demo:
        self.store.prepare(self._run("prepare"))
        first, *later = self.scenario.acts
        session = self._session(1, first, with_skills=False)
        runs = [self._play(1, first, session, with_skills=False)]
        learned = self._learn(session)
        for number, act in enumerate(later, 2):
            for with_skills in (False, True):
                session = self._session(number, act, with_skills=with_skills)
                runs.append(self._play(number, act, session, with_skills=with_skills))
        return Demo(
            scenario=self.scenario.name,
            engine=self.engine.name,
            agent=self.agent().name,
            workspace=self.workspace.root,
            runs=tuple(runs),
            learned=tuple(dict.fromkeys((entry.skill, entry.file) for entry in learned.lessons)),
        )

    def _play(self, number: int, act: Act, session: Session, *, with_skills: bool) -> Played:
        def record(message: Json) -> None:
            session.record([message])

        self.show.act(number, act, with_skills=with_skills)
        played = play(
            act,
            self.agent(),
            system=self.scenario.system,
            recall=Recall(self.store.catalog(), self.store.read) if with_skills else None,
            record=record,
            show=self.show.step,
            turns=self.turns,
        )
        session.close()
        self.show.played(played)
        return played

    def _session(self, number: int, act: Act, *, with_skills: bool) -> Session:
        """A session whose ids and times the scenario decides."""
        name = act.name if with_skills or number == 1 else f"{act.name}-without"
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

    def _learn(self, session: Session) -> Learned:
        learned = learn(session, self.engine, self.store, run=self._run(session.name, session.id))
        self.show.learned(learned, tuple(session.distillations()))
        return learned

    def _run(self, name: str, session: str = "") -> Run:
        time = f"{self.scenario.date}T{'10' if session else '08'}:00:00.000Z"
        engine = self.engine
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
