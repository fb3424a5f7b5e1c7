"""`acontext session …`"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from acontext_cli.cli.nouns import AsJson, SessionRef, SpaceName, Yes, confirm, session, workspace
from acontext_cli.errors import AcontextError
from acontext_cli.show.text import as_json, say

if TYPE_CHECKING:
    from acontext_cli.api.session import Session

app = typer.Typer(
    name="session",
    help="Sessions: transcripts, and what was found in them.",
    epilog="Example: acontext session show @last",
)


@app.command("new", epilog="Example: acontext session new --name monday")
def new(
    context: typer.Context,
    name: Annotated[str, typer.Option(metavar="NAME", help="A name to call it by.")] = "",
    space: SpaceName = "",
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="What its entries are dated with.")] = "",
) -> None:
    """Begin a session and print its id."""
    say(workspace(context).new_session(name=name, space=space, date=date).id)


@app.command("list", epilog="Example: acontext session list --all --json")
def list_sessions(
    context: typer.Context,
    all: Annotated[bool, typer.Option("--all", help="All of them, not the newest 20.")] = False,
    json: AsJson = False,
) -> None:
    """List the newest 20 sessions."""
    from acontext_cli.show.sessions import as_listed, show_problems, show_sessions

    found = workspace(context).listed(None if all else 20)
    if json:
        as_json([as_listed(each) for each in found.sessions])
    else:
        show_sessions(found.sessions, older=found.older)
    show_problems(found.problems)


@app.command("show", epilog="Example: acontext session show @last --full")
def show(
    context: typer.Context,
    ref: SessionRef,
    full: Annotated[bool, typer.Option("--full", help="Do not fold long texts and results.")] = False,
    json: AsJson = False,
) -> None:
    """Show a transcript: who said what and when, calls, folded results."""
    from acontext_cli.show.session import show_transcript

    found = session(context, ref)
    if json:
        as_json([{**each.body, "id": each.id, "at": each.at, "meta": each.meta} for each in found.messages()])
    else:
        show_transcript(found.folder, found.messages(), full=full)


@app.command("tasks", epilog="Example: acontext session tasks monday")
def tasks(context: typer.Context, ref: SessionRef, json: AsJson = False) -> None:
    """Show the tasks that extract has found, with progress and outcome."""
    from acontext_cli.show.session import show_tasks

    found = session(context, ref)
    if json:
        as_json([asdict(task) for task in found.tasks()])
    else:
        show_tasks(found.tasks(), pending=found.pending, taskless=found.taskless)


@app.command("outcome", epilog='Example: acontext session outcome monday failed "the tests still fail in CI"')
def outcome(
    context: typer.Context,
    ref: SessionRef,
    status: Annotated[Literal["success", "failed"], typer.Argument(metavar="success|failed")],
    reason: Annotated[str, typer.Argument(metavar="[REASON]", help="How it is known.")] = "",
    task: Annotated[int | None, typer.Option(min=1, metavar="N", help="The task's number; default: the last.")] = None,
) -> None:
    """Tell how a task came out: the best evidence there is."""
    from shlex import quote

    found = session(context, ref)
    (found.succeeded if status == "success" else found.failed)(reason, task=task)
    say(f"told; acontext learn {quote(found.name or found.id)} acts on it")


@app.command("excerpt", epilog="Example: acontext session excerpt monday --budget 4000")
def excerpt(
    context: typer.Context,
    ref: SessionRef,
    budget: Annotated[int, typer.Option(min=1, metavar="TOKENS", help="How long it may be.")] = 4000,
    json: AsJson = False,
) -> None:
    """Show what a model would be shown of a transcript within a size."""
    from acontext_cli.show.session import show_excerpt
    from acontext_cli.trace.excerpt import excerpt

    found = excerpt(session(context, ref).messages(), budget)
    if json:
        as_json([{"message": id, "text": text} for id, text in found])
    else:
        show_excerpt(found)


@app.command("export", epilog="Example: acontext session export @last --format atif -o trajectory.json")
def export(
    context: typer.Context,
    ref: SessionRef,
    format: Annotated[
        Literal["openai", "anthropic", "atif"], typer.Option("--format", metavar="openai|anthropic|atif", help="Which.")
    ] = "openai",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: print it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Give a transcript in a form that other programs read."""
    from acontext_cli.files import write_whole

    found = session(context, ref)
    if not found.folder.size:
        raise AcontextError(f"nothing is recorded in {found.name or found.id!r} yet")
    if output and output.exists() and not force:
        raise AcontextError(f"{str(output)!r} is there already: give another name, or --force to replace it")
    if output:
        write_whole(output, "".join(_exported(found, format)).encode())
        say(f"wrote {output}")
        return
    for text in _exported(found, format):
        print(text, end="")


def _exported(found: "Session", format: str) -> Iterator[str]:
    from acontext_cli import exports

    if format == "openai":
        return exports.openai(found.messages())
    if format == "anthropic":
        return exports.anthropic(found.messages())
    known = found.folder.about
    return exports.atif(found.messages(), id=known.id, agent=known.agent, version=known.version, model=known.model)


@app.command("delete", epilog="Example: acontext session delete monday --yes")
def delete(context: typer.Context, ref: SessionRef, yes: Yes = False) -> None:
    """Delete a session. What was learned from it stays."""
    found = session(context, ref)
    confirm(f"Delete the session {found.name or found.id!r} with its transcript?", yes)
    found.folder.delete()
    say(f"deleted {found.name or found.id}")
