"""`acontext import`: take in the sessions of other agents."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from acontext_cli.cli.nouns import AsJson, SpaceName, Yes, agreed
from acontext_cli.errors import AcontextError
from acontext_cli.messages import NO_CAPTURE
from acontext_cli.show.progress import clear, progress
from acontext_cli.show.text import as_json, counted, warn

if TYPE_CHECKING:
    from acontext_cli.api.imports import Imported, Imports
    from acontext_cli.importing.finding import Found

app = typer.Typer()


@app.command("import", epilog="Example: acontext import --since 30d --dry-run")
def take_in(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE|FOLDER]...", help="Default: where the installed agents keep their sessions."),
    ] = None,
    format: Annotated[str, typer.Option(metavar="NAME", help="Read as this format; default: by content.")] = "",
    agent: Annotated[str, typer.Option(metavar="NAME", help="Only sessions of this agent, e.g. claude-code.")] = "",
    since: Annotated[str, typer.Option(metavar="WHEN", help="Only newer ones: YYYY-MM-DD, 30d or 12h.")] = "",
    space: SpaceName = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what was found, and take nothing.")] = False,
    keep_secrets: Annotated[bool, typer.Option("--keep-secrets", help="Leave secrets in the transcripts.")] = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Take in sessions of other agents, each into the workspace of its project, or else into your own."""
    from acontext_cli.api.imports import Imports, Places
    from acontext_cli.importing.agents import database
    from acontext_cli.importing.search import Search
    from acontext_cli.show import imports as show

    if os.environ.get(NO_CAPTURE):
        warn(f"nothing was taken in: {NO_CAPTURE} is set")
        return
    search = Search(format=format, agent=agent, since=_moment(since))
    chosen = Path(context.obj) if context.obj else None
    with Imports(Places(chosen, space, os.environ), keep_secrets=keep_secrets) as imports:
        found = search.found(paths or search.places(os.environ))
        new = [each for each in found if not imports.is_known(each)]
        if not json and (dry_run or not paths):
            show.show_found(found, new, imports.places)
            show.show_database(None if paths else database(os.environ))
        go_on = not dry_run and new and (paths or json or agreed(f"Take {counted(len(new), 'transcript')} in?", yes))
        taken = list(_taken(imports, new[::-1], search.problems)) if go_on else []
    if json:
        as_json(show.as_found(found, new, imports.places) if dry_run else show.as_taken(taken))
    elif go_on:
        show.show_taken(taken, strange=search.strange)
    elif paths and not dry_run:
        show.show_nothing(found, strange=search.strange)
    _refuse(search.problems)


def _taken(imports: "Imports", found: Sequence["Found"], problems: list[str]) -> Iterator["Imported"]:
    """What came of each file, oldest first, so that what goes on from another finds it there."""
    for each in progress(found, "transcript"):
        try:
            yield imports.take(each)
        except OSError as error:
            problems.append(f"{str(each.path)!r} was not read: {error.strerror or error}")
    clear()


def _refuse(problems: Sequence[str]) -> None:
    for problem in problems:
        warn(problem)
    if problems:
        raise AcontextError(f"{counted(len(problems), 'file')} could not be taken in: see above")


def _moment(since: str) -> str:
    """A time as it is typed, as `2026-03-26T10:00:00` in UTC."""
    from datetime import UTC, datetime, timedelta

    if not since:
        return ""
    ago = re.fullmatch(r"(\d{1,4})([hdw])", since)
    try:
        if ago:
            moment = datetime.now(UTC) - int(ago[1]) * timedelta(hours={"h": 1, "d": 24, "w": 168}[ago[2]])
        else:
            moment = datetime.fromisoformat(since).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise AcontextError(f"{since!r} is no time: write 2026-03-26, 2026-03-26T10:00, 30d or 12h") from error
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
