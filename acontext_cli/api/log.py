"""What was learned when: the runs of the ledgers, and what one of them changed, out of the history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from acontext_cli.api.space import LearningSpace
from acontext_cli.errors import AcontextError
from acontext_cli.ledger import Line, Run
from acontext_cli.store import SkillStore

_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One run."""

    run: str
    time: str
    space: str
    session: str
    """Empty where the run was over several sessions."""
    name: str
    """Of the session, where it is here and has one."""
    sessions: tuple[str, ...]
    engine: str
    model: str
    tokens: int
    calls: int
    undoes: str
    """The run that it takes back."""
    did: dict[str, int]
    """How many records of each action."""
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one run did and changed."""

    run: Run
    records: tuple[Line, ...]
    diff: str
    forgotten: tuple[str, ...]
    """Files whose contents the history no longer keeps."""


def entries(spaces: Iterable[LearningSpace], names: Mapping[str, str] = _NO_NAMES) -> list[Logged]:
    """All runs of some spaces, newest first; `names`: what sessions are called, by id."""
    found = [run for space in spaces for run in _of(space, names)]
    return sorted(found, key=lambda each: (each.time, each.run), reverse=True)


def find(spaces: Sequence[LearningSpace], ref: str) -> tuple[SkillStore, Run]:
    """The run of this id or beginning of an id, with the store that it changed."""
    runs = [(space.store, run) for space in spaces for run in space.store.ledger.runs()]
    found = [each for each in runs if each[1].id == ref] or [each for each in runs if each[1].id.startswith(ref)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise AcontextError(f"there is no run {ref!r}: acontext log lists them")
    raise AcontextError(
        f"{ref!r} is the beginning of {', '.join(repr(run.id) for _, run in found[:5])}: give more of it"
    )


def changes(store: SkillStore, run: Run) -> Changes:
    records = tuple(store.ledger.lines(run.id))
    diffs: list[str] = []
    forgotten: list[str] = []
    for name, (before, after) in _files(records).items():
        try:
            diffs.append(_diff(name, _text(store, before), _text(store, after)))
        except AcontextError:
            forgotten.append(name)
    return Changes(run=run, records=records, diff="".join(diffs), forgotten=tuple(forgotten))


def _of(space: LearningSpace, names: Mapping[str, str]) -> Iterable[Logged]:
    lines: dict[str, list[Line]] = {}
    for line in space.store.ledger.lines():
        lines.setdefault(line.run, []).append(line)
    for run in space.store.ledger.runs():
        yield _logged(space.name, run, lines[run.id], names)


def _logged(space: str, run: Run, lines: list[Line], names: Mapping[str, str]) -> Logged:
    did: dict[str, int] = {}
    for line in lines:
        did[line.action] = did.get(line.action, 0) + 1
    about, sessions = asdict(run), tuple(dict.fromkeys(line.session for line in lines if line.session))
    files = tuple(dict.fromkeys(f"{line.skill}/{line.file}" for line in lines if line.file))
    return Logged(
        run=run.id,
        space=space,
        did=did,
        files=files,
        session=sessions[0] if len(sessions) == 1 else "",
        name=names.get(sessions[0], "") if len(sessions) == 1 else "",
        sessions=sessions,
        **{name: about[name] for name in ("time", "engine", "model", "tokens", "calls", "undoes")},
    )


def _files(records: Iterable[Line]) -> dict[str, tuple[str, str]]:
    """The hashes before and after, by file."""
    return {f"{line.skill}/{line.file}": (line.before, line.after) for line in records if line.file}


def _text(store: SkillStore, name: str) -> str:
    return store.history.get(name).decode("utf-8", "replace") if name else ""


def _diff(name: str, before: str, after: str) -> str:
    from difflib import unified_diff

    names = (name if before else "/dev/null", name if after else "/dev/null")
    lines = unified_diff(_lines(before), _lines(after), *names)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _lines(text: str) -> list[str]:
    # splitlines() would cut at U+2028 too.
    return [f"{line}\n" for line in text.removesuffix("\n").split("\n")] if text else []
