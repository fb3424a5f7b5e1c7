"""What an import found, and what came of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from acontext_cli.api.imports import Imported, Place, Places
from acontext_cli.importing.finding import Found
from acontext_cli.show.text import counted, one_line, say, size, table, warn

LISTED = 20


def as_found(found: Sequence[Found], new: Sequence[Found], places: Places) -> list[dict[str, object]]:
    """What was found, for programs, newest first."""
    fresh = set(map(id, new))
    return [_as_found(each, places.of(each.origin), new=id(each) in fresh) for each in found]


def show_found(found: Sequence[Found], new: Sequence[Found], places: Places) -> None:
    """What was found, newest first."""
    if not found:
        say("no transcripts found: name files or folders, as in acontext import FOLDER")
        return
    agents = Counter(each.origin.agent or each.format for each in found)
    names = ", ".join(f"{count:,} of {agent}" for agent, count in agents.most_common())
    say(f"found {counted(len(found), 'transcript')} ({names}), {size(sum(each.stamp.size for each in found))}")
    if len(new) < len(found):
        say(
            f"{counted(len(found) - len(new), 'of them was', 'of them were')} taken in already and did not change since"
        )
    if not new:
        return
    say()
    table([("LAST SAID", "AGENT", "PROJECT", "BEGINS"), *(_row(each, places.of(each.origin)) for each in new[:LISTED])])
    if len(new) > LISTED:
        say(f"and {len(new) - LISTED:,} older")
    say()
    for line in _goals([places.of(each.origin) for each in new]):
        say(line)
    say()


def show_database(path: Path | None) -> None:
    """What is not found by itself, and how it is taken in."""
    if path:
        warn(f"OpenCode keeps its sessions in {_short(path)}: opencode export SESSION >FILE, then acontext import FILE")


def as_taken(taken: Sequence[Imported]) -> dict[str, object]:
    """What came of an import, for programs."""
    return {
        "files": [
            {
                **_as_found(each.found, each.place, new=True),
                "sessions": each.taken.sessions,
                "made": sorted(each.taken.made),
                "known": each.taken.known,
                "human": each.taken.human,
                "calls": each.taken.calls,
                "results": each.taken.results,
                "failed": each.taken.failed,
                "secrets": each.taken.secrets,
                "skipped": each.tally.skipped,
                "left_out": each.tally.left_out,
            }
            for each in taken
        ]
    }


def show_taken(taken: Sequence[Imported], *, strange: int) -> None:
    """What came of an import, space by space."""
    table(_by_space(taken))
    messages = sum(each.taken.messages for each in taken)
    if not messages:
        say("nothing new")
    _show_counts("secrets cut out", _sum(each.taken.secrets for each in taken))
    if any(each.kept for each in taken):
        warn("secrets were left in the transcripts on disk (keep_secrets); they are cut out before anything is learned")
    _show_counts("records that are no part of a conversation", _sum(each.tally.left_out for each in taken))
    _show_counts("records that could not be read", _sum(each.tally.skipped for each in taken))
    if strange:
        say(f"{counted(strange, 'file is no transcript', 'files are no transcripts')}")
    if messages:
        say()
        say("next: acontext learn")


def show_nothing(found: Sequence[Found], *, strange: int) -> None:
    """Why nothing was taken in."""
    if found:
        say("nothing new: what was found is taken in already and did not change since")
    elif strange:
        say(f"no transcript among {counted(strange, 'file')}")
    else:
        say("no transcript found")


def _as_found(each: Found, place: Place, *, new: bool) -> dict[str, object]:
    origin = each.origin
    return {
        "path": each.path,
        "format": each.format,
        "agent": origin.agent,
        "project": origin.project,
        "last_said": each.time,
        "bytes": each.stamp.size,
        "workspace": place.workspace.root,
        "space": place.space,
        "new": new,
    }


def _row(each: Found, place: Place) -> tuple[str, ...]:
    root = place.project.root if place.project else each.origin.project
    project = "/".join(PurePosixPath(root).parts[-2:])
    said = one_line(each.origin.title or each.said, 60)
    return each.time[:10], each.origin.agent or each.format, one_line(project, 28), said


def _goals(places: Sequence[Place]) -> Iterator[str]:
    """Where transcripts go: `12 go into ~/.local/share/acontext, with a space for each of 3 projects`."""
    for root, count in Counter(place.workspace.root for place in places).most_common():
        projects = {place.project.root for place in places if place.workspace.root == root and place.project}
        spaces = {place.space for place in places if place.workspace.root == root and not place.project}
        parts = [f"space {name}" for name in sorted(spaces)]
        parts += [f"a space for each of {counted(len(projects), 'project')}"] if projects else []
        yield f"{counted(count, 'goes', 'go')} into {_short(root)}: {', '.join(parts)}"


def _by_space(taken: Sequence[Imported]) -> list[tuple[str, ...]]:
    """A row for each space that something was added to."""
    rows: dict[tuple[str, str], list[int]] = {}
    for each in taken:
        if each.taken.sessions:
            row = rows.setdefault((_short(each.place.workspace.root), each.place.space), [0, 0, 0])
            made = len(each.taken.made)
            for column, count in enumerate((made, len(each.taken.sessions) - made, each.taken.messages)):
                row[column] += count
    told = [(*where, f"{made:,}", f"{more:,}", f"{messages:,}") for where, (made, more, messages) in rows.items()]
    return [("WORKSPACE", "SPACE", "NEW SESSIONS", "CONTINUED", "MESSAGES"), *told] if told else []


def _short(root: Path) -> str:
    """A folder as people write it."""
    home = Path.home()
    return f"~/{root.relative_to(home)}" if root.is_relative_to(home) else str(root)


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


def _show_counts(what: str, counts: Counter[str]) -> None:
    """`left out …: 12 (progress 9, system 3)`."""
    if counts:
        listed = ", ".join(f"{one_line(name)} {count:,}" for name, count in counts.most_common(LISTED))
        say(f"{what}: {counts.total():,} ({listed})")
