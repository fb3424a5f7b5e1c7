"""Links and copies of one space's skills at one level: planned, written down, then made.

A record is there before what it tells of and goes after it, so that a killed process leaves nothing unknown.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from errno import EEXIST, ENOTEMPTY
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files import locked, make_folders
from acontext_cli.files.inside import Folder
from acontext_cli.linking.copies import digest_of_files, write_copy
from acontext_cli.linking.found import take, tidy
from acontext_cli.linking.level import Level
from acontext_cli.linking.made import Made, read, write
from acontext_cli.linking.place import Place, recorded_place, remove_empty
from acontext_cli.linking.plan import Contents, Plan
from acontext_cli.linking.step import Step
from acontext_cli.skills import DAILY, USER

ONLY_WHEN_NAMED = frozenset([DAILY, USER])

Symlink = Callable[[Folder, str, str], None]
Steps = Callable[[Plan, Folder | None], Iterator[Step]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for."""

    places: Sequence[Place] = ()
    """Empty for all where something was made before."""
    names: Sequence[str] = ()
    """The skills that were named; empty for all but those that every space has."""
    copy: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Linker:
    """The links of one space."""

    level: Level
    space: Path
    """The folder of the space."""
    contents: Contents
    elsewhere: Mapping[str, Path] = field(default_factory=dict)
    """Of skills that lie in another space: that space's folder."""
    symlink: Symlink = Folder.link

    def link(self, wish: Wish, skills: Sequence[str]) -> list[Step]:
        """Make the skills stand in the places, and mend what was made before, there and elsewhere."""

        def steps(plan: Plan, folder: Folder | None) -> Iterator[Step]:
            before = plan.recorded()
            asked = wish.names or [name for name in skills if name not in ONLY_WHEN_NAMED]
            mended = [name for name in before if name in known and (name in wish.names or not wish.names)]
            for name in dict.fromkeys([*(asked if plan.place in wish.places else ()), *mended]):
                yield plan.link(folder, name, copy=wish.copy)
            yield from (plan.unlink(folder, name) for name in before if name not in known)

        known = frozenset(skills)
        with self._locked(wish):
            made = self._read()
            places = [*wish.places, *self._others(wish.places, made)]
            return [step for place in places for step in self._at(place, wish, steps)]

    def unlink(self, wish: Wish, within: Path) -> list[Step]:
        """Take away what was made of skills within this folder, and nothing else."""

        def steps(plan: Plan, folder: Folder | None) -> Iterator[Step]:
            for name in plan.names(within):
                if not wish.names or name in wish.names:
                    yield plan.unlink(folder, name)

        with self._locked(wish):
            places = wish.places or self._others((), self._read())
            done = [step for place in places for step in self._at(place, wish, steps, forget=True)]
            if not wish.dry_run:
                self._remove_folders()
        return done

    def standing(self, within: Path) -> list[Step]:
        """How everything is now that was made of skills within this folder."""

        def steps(plan: Plan, folder: Folder | None) -> Iterator[Step]:
            return (plan.stands(folder, name) for name in plan.names(within))

        places = self._others((), self._read())
        return [step for place in places for step in self._at(place, Wish(dry_run=True), steps)]

    def _at(self, place: Place, wish: Wish, steps: Steps, *, forget: bool = False) -> list[Step]:
        try:
            plan = self._plan(place)
            with place.opened(plan.real) as folder:
                if folder and not wish.dry_run:
                    tidy(folder, plan.of)
                planned = list(steps(plan, folder))
            return planned if wish.dry_run else self._done(plan, planned, forget)
        except AcontextError as error:
            return [Step(place=place, name="", do="leave", state="not ours", why=str(error))]

    def _plan(self, place: Place) -> Plan:
        made, real = self._read(), place.real
        if real.is_relative_to(os.path.realpath(self.space.parent)):
            raise AcontextError(f"{str(place.base / place.path)!r} leads to the skills themselves: no link is needed")
        return Plan(
            level=self.level,
            space=self.space,
            made=made,
            contents=self.contents,
            elsewhere=self.elsewhere,
            place=place,
            real=real,
        )

    def _done(self, plan: Plan, planned: Sequence[Step], forget: bool) -> list[Step]:
        """Every step done, with what came of it, and the record as it is then."""
        before = {*plan.made, *(step.new for step in planned if step.new)}
        if before != set(plan.made):
            write(self.level.log, before)
        folders: list[Path] = []
        makes = any(step.do in ("link", "copy") for step in planned)
        with plan.place.opened(plan.real, folders.append if makes else None) as folder:
            done = [self._do(folder, step) for step in planned] if folder else list(planned)
            if folder and done != [step for step in done if step.do in ("keep", "leave")]:
                folder.sync()
        after = before - {old for step in done for old in step.old} - {step.new for step in planned if step.new}
        kept = [one for step in done for one in _after(step, forget)]
        after |= {*kept, *(Made(folder=self.level.said(path)) for path in folders)}
        if after != before:
            write(self.level.log, after)
        return done

    def _do(self, folder: Folder, step: Step) -> Step:
        try:
            if step.do in ("keep", "leave"):
                return step
            source = step.new.source if step.new else ""
            if step.state in ("ok", "changed") and not take(folder, step.name, step.old, source):
                return _left(step, "was changed meanwhile: run the command again")
            return self._made(folder, step, step.new) if step.new else step
        except AcontextError as error:
            return _left(step, str(error))
        except OSError as error:
            if error.errno in (EEXIST, ENOTEMPTY):
                return _left(step, "appeared meanwhile and stays: move it away to link the skill")
            return _left(step, f"could not be made: {error.strerror or error}")

    def _made(self, folder: Folder, step: Step, new: Made) -> Step:
        if step.do == "link":
            try:
                self.symlink(folder, step.name, new.source)
            except OSError as error:
                if error.errno == EEXIST:
                    raise
            else:
                return step
        files = self.contents(
            self.elsewhere.get(step.name, self.space), step.name
        )  # links do not work there, or copies were asked for
        write_copy(folder, step.name, files)
        return replace(step, do="copy", new=replace(new, copy=digest_of_files(files)))

    def _read(self) -> list[Made]:
        return read(self.level.log, absolute=self.level.root is None)

    def _others(self, places: Sequence[Place], made: Sequence[Made]) -> list[Place]:
        """Where else something was made."""
        known = {str(place.base / place.path) for place in places}
        found = (recorded_place(self.level, folder) for folder in sorted({one.folder for one in made if one.name}))
        return [place for place in found if str(place.base / place.path) not in known]

    def _remove_folders(self) -> None:
        """Take away the folders that were made for links, as far as they are empty, the deepest first."""
        made = self._read()
        gone: set[Made] = set()
        for one in sorted((one for one in made if not one.name), key=lambda one: -one.folder.count("/")):
            if remove_empty(self.level, one.folder):
                gone.add(one)
        if gone:
            write(self.level.log, set(made) - gone)

    @contextmanager
    def _locked(self, wish: Wish) -> Iterator[None]:
        if wish.dry_run:
            yield
            return
        make_folders(self.level.machine, 0o700)
        with locked(self.level.machine / "links.lock"):
            yield


def _after(step: Step, forget: bool) -> Sequence[Made]:
    """What the record says of a skill from now on."""
    if step.do == "leave":
        return () if forget else step.old
    return (step.new,) if step.new else ()


def _left(step: Step, why: str) -> Step:
    return replace(step, do="leave", state="not ours", why=why)
